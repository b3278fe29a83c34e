"""Files that are begun: complete but for what only a person can write, and refused until it is written."""

import datetime as dt
import re
from pathlib import Path

import pytest

from catalogue import files, sketch
from catalogue.catalogue import Catalogue
from tests.catalogue.test_files import AGENCY, EVENT, FACT, lay

DAY = dt.date(2026, 11, 23)
WRITTEN = {
    "the https address of your page": "https://cats.example.nz/walk",
    "the number to call": "0800 228 000",
}


def filled(text: str) -> str:
    """The file, filled in without thinking."""
    for asked, answer in WRITTEN.items():
        text = text.replace(f"{files.FILL} {asked}", answer)
    return re.sub(rf"{files.FILL} [^}}#\n]*", "Something", text)


@pytest.mark.parametrize("start", ["link", "phone", "in_person", "api"])
def test_a_service_loads_once_it_is_filled_in_and_not_before(tmp_path: Path, start: str) -> None:
    path, text = sketch.service("walk-the-cat", "cats", "getting_a_cat", start, DAY)
    text = text.replace("[full_name, email]", "[cat_hungry]")
    lay(tmp_path, agency=AGENCY, event=EVENT, fact=FACT)
    file = sketch.lay(tmp_path, path, text)
    with pytest.raises(files.CatalogueError) as refused:
        files.read(tmp_path)
    assert all("is not filled in yet; write " in one for one in refused.value.problems)
    file.write_text(filled(text), encoding="utf-8")
    whole = Catalogue(*files.read_all(tmp_path), tmp_path)
    assert whole.services["walk-the-cat"].start.kind == start


def test_an_agency_and_a_life_event_do_too(tmp_path: Path) -> None:
    for path, text in (sketch.agency("dogs", "dogs.example.nz", DAY), sketch.life_event("getting_a_dog", "BIR", DAY)):
        sketch.lay(tmp_path, path, filled(text))
    whole = Catalogue(*files.read_all(tmp_path), tmp_path)
    assert (list(whole.agencies), list(whole.life_events)) == (["dogs"], ["getting_a_dog"])


def test_nothing_is_written_over(tmp_path: Path) -> None:
    sketch.lay(tmp_path, "agencies/dogs.yml", "first")
    with pytest.raises(FileExistsError):
        sketch.lay(tmp_path, "agencies/dogs.yml", "second")
    assert (tmp_path / "agencies" / "dogs.yml").read_text(encoding="utf-8") == "first"
