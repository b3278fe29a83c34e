"""An agency that nobody plays is played from the catalogue."""

import datetime as dt
from pathlib import Path

from catalogue import files
from catalogue.catalogue import Catalogue
from connectors.agencies.sandbox.agencies import PLAYED, stand_in
from tests.catalogue.test_files import AGENCY, SERVICE, lay

DAY = dt.date(2026, 11, 23)
FORM = "kind: api, form: [cat_hungry], purpose: To feed it., refusal: It stays hungry."


def test_a_service_by_the_contract_gets_a_stand_in(tmp_path: Path) -> None:
    lay(tmp_path, service=SERVICE.replace("kind: link", FORM))
    offices = stand_in.offices(Catalogue(*files.read_all(tmp_path), tmp_path), PLAYED)
    assert set(offices) == {*PLAYED, "cats"}
    offer = offices["cats"].offer("feed-the-cat")
    assert offer is not None
    assert offices["cats"].problems(offer, {}, DAY) == {"cat_hungry": "This is missing."}
    assert offices["cats"].problems(offer, {"cat_hungry": True}, DAY) == {}
    assert offices["cats"].problems(offer, {"cat_hungry": "very"}, DAY)


def test_a_new_service_of_an_agency_that_is_played_joins_it(tmp_path: Path) -> None:
    lay(tmp_path, service=SERVICE.replace("kind: link", FORM).replace("agency: cats", "agency: dia"))
    (tmp_path / "agency.yml").write_text(AGENCY.replace("id: cats", "id: dia"), encoding="utf-8")
    offices = stand_in.offices(Catalogue(*files.read_all(tmp_path), tmp_path), PLAYED)
    services = [one.id for one in offices["dia"].services]
    assert services == [*(one.id for one in PLAYED["dia"].services), "feed-the-cat"]
    assert offices["dia"].fields.items() >= PLAYED["dia"].fields.items()


def test_other_ways_to_start_need_none(tmp_path: Path) -> None:
    lay(tmp_path)
    assert stand_in.offices(Catalogue(*files.read_all(tmp_path), tmp_path), {}) == {}
