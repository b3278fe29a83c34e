"""Broken files, each named for its fault: one clear error with file, line and the mend."""

from pathlib import Path

import pytest

from catalogue import catalogue, files

SERVICE = """\
services:
- id: feed-the-cat
  name: Feed the cat
  agency: cats
  what: Gives the cat its dinner.
  cost: {amount: 0}
  channels:
  - {kind: online, url: "https://cats.example.nz/feed"}
  life_events:
    getting_a_cat: {stage: now, why: The cat is hungry.}
  start: {kind: link}
  sources:
    book: {title: The book of cats, url: "https://cats.example.nz/book"}
  confidence: seen
  assured_date: 2026-11-23
"""
AGENCY = """\
agencies:
- id: cats
  name: Ministry of Cats
  kind: department
  hosts: [cats.example.nz]
  assured_date: 2026-11-23
"""
EVENT = """\
life_events:
- id: getting_a_cat
  name: Getting a cat
  choice: I am getting a cat
  covers: cats
  eu_code: BIR
  opening: A cat, then.
  dates:
  - {id: arrival_of_cat, question: When does the cat come?}
  assured_date: 2026-11-23
"""


def lay(folder: Path, service: str = SERVICE, agency: str = AGENCY, event: str = EVENT) -> Path:
    for name, text in (("service.yml", service), ("agency.yml", agency), ("event.yml", event)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(files.CatalogueError) as raised:
        catalogue.Catalogue(files.read(folder))
    return raised.value.problems


def test_a_sound_catalogue(tmp_path: Path) -> None:
    whole = catalogue.Catalogue(files.read(lay(tmp_path)))
    assert [service.id for service in whole.services_for("getting_a_cat")] == ["feed-the-cat"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "  assured_date:",
            "  asured_date:",
            "service.yml:15: `asured_date` is not a field; did you mean `assured_date`?",
        ),
        ("  what: Gives the cat its dinner.\n", "", "service.yml:2: `what` is missing; add it"),
        ("id: feed-the-cat", "id: Feed The Cat", "service.yml:2: `id`: ids are lower-case words joined by hyphens"),
        ("amount: 0", "amount: -1", "service.yml:6: `amount`: input should be greater than or equal to 0"),
        ("amount: 0", "amount: cheap", "service.yml:6: `amount`: input should be a valid number"),
        ("{amount: 0}", "{note: soon}", "service.yml:6: `0`: a cost needs an `amount` in dollars"),
        ("{amount: 0}", "{amount: 0, source: dogs}", "`cost` names the source `dogs`, which is not among"),
        ("stage: now", "stage: never", "service.yml:10: `stage`: input should be 'now', 'before', 'soon' or 'later'"),
        ("why: The cat is hungry.", "", "service.yml:10: `why` is missing; add it"),
        ("kind: link", "kind: api", "a service that starts by `api` needs `form`, `purpose` and `refusal`"),
        (
            "kind: link",
            "kind: telepathy",
            "service.yml:11: `kind`: input should be 'api', 'link', 'phone' or 'in_person'",
        ),
        ("https://cats.example.nz/feed", "http://cats.example.nz/feed", "links start with `https://`"),
        ('url: "https://cats.example.nz/feed"', "text: At home", "a channel of kind `online` needs `url`"),
        (
            "confidence: seen",
            "confidence: sure",
            "service.yml:14: `confidence`: input should be 'seen' or 'unverified'",
        ),
        (
            "assured_date: 2026-11-23",
            "assured_date: 2026-13-23",
            "service.yml:15: `assured_date`: input should be a valid date",
        ),
        (
            "{amount: 0}",
            "{amount: 0, from: 2027-01-02, until: 2027-01-01}",
            "`from` (2027-01-02) is after `until` (2027-01-01): swap them or mend one",
        ),
        (
            "  cost:",
            "  deadline: {text: Soon, within: a while, after: arrival_of_cat}\n  cost:",
            "`within` reads like `2 months`",
        ),
        ("  cost:", "  deadline: {text: Soon, within: 2 days}\n  cost:", "give either `after` or `before`"),
        ("name: Feed the cat", "name: [Feed", "service.yml:4: this is not YAML"),
        ("services:", "servces:", "service.yml:1: `servces` is not a field; did you mean `services`?"),
        ("  name: Feed", "  id: again\n  name: Feed", "service.yml:3: this is not YAML (`id` is given twice)"),
        (SERVICE, "just words", "service.yml:1: the file holds no list; start it with one of `agencies:`"),
        (
            "what: Gives the cat its dinner.",
            "what: {en: Food, or not}",
            "a text with a comma inside {...} needs quotes",
        ),
    ],
)
def test_a_broken_service(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in SERVICE
    found = problems(lay(tmp_path, service=SERVICE.replace(before, after)))
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "agency: cats",
            "agency: dogs",
            "service `feed-the-cat` names the agency `dogs`, which is not in the catalogue",
        ),
        ("getting_a_cat: {", "getting_a_dog: {", "names the life event `getting_a_dog`"),
        ("  start:", "  after: [buy-a-tin]\n  start:", "names the service (in `after`) `buy-a-tin`"),
        ("  start:", "  after: [feed-the-cat]\n  start:", "services wait for each other in a circle"),
        ("  start: {kind: link}", "  start: {kind: link, form: [paws]}", "names the fact `paws`"),
        ("  cost:", "  deadline: {text: Soon, within: 2 days, after: dinner}\n  cost:", "names the date `dinner`"),
        (
            "//cats.example.nz/feed",
            "//dogs.example.nz/feed",
            "links to `dogs.example.nz`, which is not on the allow-list",
        ),
        ("services:\n", "services:\n" + SERVICE.removeprefix("services:\n"), "service `feed-the-cat` is there 2 times"),
    ],
)
def test_things_that_do_not_hold_together(tmp_path: Path, before: str, after: str, said: str) -> None:
    found = problems(lay(tmp_path, service=SERVICE.replace(before, after, 1)))
    assert any(said in problem for problem in found), found


def test_every_problem_of_every_file_is_told(tmp_path: Path) -> None:
    lay(tmp_path, service=SERVICE.replace("what:", "wat:"), agency=AGENCY.replace("kind:", "knd:"))
    found = problems(tmp_path)
    assert any(problem.startswith("service.yml:5:") for problem in found)
    assert any(problem.startswith("agency.yml:4:") for problem in found)


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    assert problems(tmp_path) == [f"{tmp_path}: no catalogue files (*.yml) here"]
