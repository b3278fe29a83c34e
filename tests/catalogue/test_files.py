"""Broken files, each named for its fault: one clear error with file, line and the mend."""

import re
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
FACT = """\
facts:
- {id: cat_hungry, type: yes_no, question: Is the cat hungry?, label: Hungry cat}
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


def lay(folder: Path, service: str = SERVICE, agency: str = AGENCY, event: str = EVENT, fact: str = FACT) -> Path:
    parts = (("service.yml", service), ("agency.yml", agency), ("event.yml", event), ("fact.yml", fact))
    for name, text in parts:
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(files.CatalogueError) as raised:
        catalogue.Catalogue(*files.read_all(folder), folder)
    return raised.value.problems


def only_problem(folder: Path) -> str:
    """The one problem of a catalogue with one fault: with file and line."""
    found = problems(folder)
    assert len(found) == 1, found
    assert re.match(r"[a-z]+\.yml:\d+: ", found[0]), found
    return found[0]


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
    assert said in only_problem(lay(tmp_path, service=SERVICE.replace(before, after, 1)))


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
        ("  start: {kind: link}", "  start: {kind: link, optional: [paws]}", "names the fact `paws`"),
        ("  cost:", "  deadline: {text: Soon, within: 2 days, after: dinner}\n  cost:", "names the date `dinner`"),
        (
            "//cats.example.nz/feed",
            "//dogs.example.nz/feed",
            "links to `dogs.example.nz`, which is not on the allow-list",
        ),
        (
            "getting_a_cat: {stage: now, why: The cat is hungry.}",
            "getting_a_cat: {stage: now, why: It is hungry., only_if: it is, applies_if: {cat_hungri: [true]}}",
            "service.yml:10: service `feed-the-cat` names the fact `cat_hungri`, which is not in the catalogue; "
            "did you mean `cat_hungry`?",
        ),
        (
            "getting_a_cat: {stage: now, why: The cat is hungry.}",
            "getting_a_cat: {stage: now, why: It is hungry., only_if: it is, applies_if: {cat_hungry: [very]}}",
            "`cat_hungry` can't be `very`; it has `true`, `false`",
        ),
        (
            "  start:",
            "  not_with: [walk-the-cat]\n  start:",
            "service.yml:11: service `feed-the-cat` names the service (in `not_with`)",
        ),
        ("services:\n", "services:\n" + SERVICE.removeprefix("services:\n"), "service `feed-the-cat` is there 2 times"),
    ],
)
def test_things_that_do_not_hold_together(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in SERVICE
    assert said in only_problem(lay(tmp_path, service=SERVICE.replace(before, after, 1)))


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("agency", "kind: department", "kind: ministry", "agency.yml:4: `kind`: input should be 'department'"),
        (
            "agency",
            "hosts: [cats.example.nz]",
            "hosts: cats.example.nz",
            "agency.yml:5: `hosts`: input should be a valid",
        ),
        (
            "agency",
            "  assured_date:",
            "  site: https://dogs.example.nz\n  assured_date:",
            "agency.yml:6: agency `cats` has its site on `dogs.example.nz`, which is not among its `hosts`",
        ),
        (
            "agency",
            "  assured_date:",
            "  phones: [{label: Paws, number: 0800 228 000}]\n  assured_date:",
            "the number 0800 228 000 has no source: add one, or mark it `confidence: unverified`",
        ),
        (
            "agency",
            "  assured_date:",
            "  phones: [{label: Paws, number: 0800 228 000, source: vet}]\n  assured_date:",
            "`phones` names the source `vet`, which is not among this agency's `sources`",
        ),
        ("event", "eu_code: BIR", "eu_code: CAT", "event.yml:6: `eu_code`: input should be 'BIR'"),
        ("event", "id: getting_a_cat", "id: getting-a-cat", "ids are lower-case words joined by underscores"),
        (
            "event",
            "  assured_date:",
            "  never_with: [getting_a_dog]\n  assured_date:",
            "event.yml:10: life event `getting_a_cat` names the life event `getting_a_dog`",
        ),
        (
            "event",
            "id: arrival_of_cat, ",
            "id: arrival_of_cat, later: 2 weeks, ",
            "event.yml:9: `0`: `later` counts from a day: give the `fact` that holds it",
        ),
        (
            "event",
            "id: arrival_of_cat, ",
            "id: arrival_of_cat, fact: cat_came, ",
            "event.yml:9: life event `getting_a_cat` names the fact `cat_came`, which is not in the catalogue",
        ),
        ("fact", "type: yes_no", "type: choice", "a fact of type `choice` has `options`, and no other type has them"),
        ("fact", "type: yes_no", "type: yesno", "fact.yml:2: `type`: input should be 'text'"),
        (
            "fact",
            "label: Hungry cat",
            "label: Hungry cat, only_if: {cat_here: [true]}",
            "fact.yml:2: fact `cat_hungry` names the fact (in `only_if`) `cat_here`",
        ),
        ("service", "    getting_a_cat:", "    getting_a_cta:", "did you mean `getting_a_cat`?"),
        (
            "service",
            "why: The cat is hungry.",
            "why: The cat is hungry., applies_if: {cat_hungry: [true]}",
            "service.yml:10: `getting_a_cat`: `applies_if` needs `only_if`, which says the same in words",
        ),
        (
            "service",
            "  start:",
            "  after_one_of: [buy-a-tin]\n  start:",
            "service.yml:11: `after_one_of`: one way in is no choice: name two or more, or use `after`",
        ),
        (
            "service",
            "what: Gives the cat its dinner.",
            "what: FILL IN: one plain sentence",
            "service.yml:5: `what` is not filled in yet; write one plain sentence",
        ),
    ],
)
def test_broken_agencies_life_events_and_facts(tmp_path: Path, file: str, before: str, after: str, said: str) -> None:
    whole = {"service": SERVICE, "agency": AGENCY, "event": EVENT, "fact": FACT}
    assert before in whole[file]
    assert said in only_problem(lay(tmp_path, **{file: whole[file].replace(before, after, 1)}))


def test_a_circle_is_told_in_the_order_in_which_one_waits(tmp_path: Path) -> None:
    first = SERVICE.replace("  start:", "  after: [open-the-tin]\n  start:")
    second = SERVICE.replace("id: feed-the-cat", "id: open-the-tin").replace(
        "  start:", "  after: [feed-the-cat]\n  start:"
    )
    lay(tmp_path, service=first)
    (tmp_path / "tin.yml").write_text(second, encoding="utf-8")
    assert "feed-the-cat -> open-the-tin -> feed-the-cat" in only_problem(tmp_path) or (
        "open-the-tin -> feed-the-cat -> open-the-tin" in only_problem(tmp_path)
    )


def test_every_problem_of_every_file_is_told(tmp_path: Path) -> None:
    lay(tmp_path, service=SERVICE.replace("what:", "wat:"), agency=AGENCY.replace("kind:", "knd:"))
    found = problems(tmp_path)
    assert any(problem.startswith("service.yml:5:") for problem in found)
    assert any(problem.startswith("agency.yml:4:") for problem in found)


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    assert problems(tmp_path) == [f"{tmp_path}: no catalogue files (*.yml) here"]
