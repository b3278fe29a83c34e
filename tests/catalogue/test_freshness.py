"""What is due for checking, and what is not."""

import datetime as dt
from pathlib import Path

import catalogue
from catalogue import files, freshness
from catalogue.catalogue import Catalogue
from tests.catalogue.test_files import AGENCY, EVENT, SERVICE, lay

DAY = dt.date(2026, 11, 23)


def due(folder: Path, day: dt.date = DAY, longest: int = 180) -> list[str]:
    whole = Catalogue(*files.read_all(folder), folder)
    return [f"{one.id}: {one.why}" for one in freshness.due(whole, day, longest)]


def test_what_was_looked_at_today_is_not_due(tmp_path: Path) -> None:
    assert due(lay(tmp_path)) == []


def test_what_was_looked_at_long_ago_is(tmp_path: Path) -> None:
    old = {"service": SERVICE, "agency": AGENCY, "event": EVENT}
    lay(tmp_path, **{name: text.replace("2026-11-23", "2026-01-01") for name, text in old.items()})
    assert due(tmp_path) == [
        f"{id}: last looked at 326 days ago, on 01.01.2026" for id in ("feed-the-cat", "cats", "getting_a_cat")
    ]


def test_a_fee_that_ends_with_nothing_after_it_is_due(tmp_path: Path) -> None:
    lay(tmp_path, service=SERVICE.replace("{amount: 0}", "{amount: 5, until: 2026-12-31}"))
    assert due(tmp_path) == ["feed-the-cat: its cost ends on 31.12.2026, and nothing follows"]
    assert due(tmp_path, dt.date(2026, 10, 1)) != due(tmp_path)
    assert due(tmp_path, dt.date(2027, 1, 1)) == ["feed-the-cat: its cost is known only up to 31.12.2026"]


def test_a_fee_that_is_followed_by_another_is_not(tmp_path: Path) -> None:
    fees = "\n  - {amount: 5, until: 2026-12-31}\n  - {amount: 6, from: 2027-01-01}"
    lay(tmp_path, service=SERVICE.replace(" {amount: 0}", fees))
    assert due(tmp_path) == []


def test_what_no_source_confirms_is_due(tmp_path: Path) -> None:
    lay(tmp_path, service=SERVICE.replace("{amount: 0}", "{amount: 5, confidence: unverified}"))
    assert due(tmp_path) == ["feed-the-cat: no source confirms its cost"]


def test_all_that_we_ship_is_judged() -> None:
    whole = catalogue.load()
    unsure = {one.id for one in whole.services.values() if one.confidence == "unverified"}
    told = {one.id for one in freshness.due(whole, DAY) if one.why == "no source confirms it"}
    assert told == unsure
