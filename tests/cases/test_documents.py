"""Files: judged by their content, kept encrypted, sent to the agency first and once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import catalogue
from cases import AgencyUnavailable, AnswersMissing
from cases.documents import LARGEST, DocumentRefused, Documents, judge, tidy_name
from catalogue.answers import Value
from storage import Sealed
from tests.cases.test_cases import consent, until
from tests.cases.test_together import House

JPEG = b"\xff\xd8\xff\xe0" + b"a photo of nobody" * 50 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40 + b"IEND\xaeB`\x82"
PHOTO, PAPER = (catalogue.load().facts[name] for name in ("passport_photo", "medical_certificate"))
PASSPORT: dict[str, Value] = {
    "full_name": "Mere Ngata",
    "date_of_birth": "1994-04-03",
    "passport_number": "LA123456",
    "postal_address": "12 Rātā Street, Taupō 3330",
    "phone": "021 123 4567",
    "email": "mere@example.co.nz",
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    Sealed.use(Fernet.generate_key().decode())
    made = House(tmp_path)
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"MZ\x90 a program", "kind of file"),
        (b"<html>", "kind of file"),
        (b"%PDF-1.7 cut off", "not whole"),
        (JPEG[:-2], "not whole"),
        (b"%PDF-1.7 /JavaScript (x) %%EOF", "holds a program"),
        (b"\xff\xd8\xff" + b"0" * LARGEST + b"\xff\xd9", "too large"),
    ],
)
def test_what_can_not_be_taken_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(DocumentRefused, match=said):
        judge(content, PAPER)


def test_each_question_has_its_own_kinds_and_size() -> None:
    with pytest.raises(DocumentRefused, match="Choose a JPEG photo or a PNG picture"):
        judge(b"%PDF-1.4 x %%EOF", PHOTO)
    small = PAPER.model_copy(update={"largest_mb": 0.1})
    with pytest.raises(DocumentRefused, match=r"Choose one of 0\.1 MB or less"):
        judge(b"%PDF-1.4 " + b"x" * 100_000 + b"%%EOF", small)


def test_the_content_decides_what_it_is_and_the_name_does_no_harm() -> None:
    assert [judge(one, PAPER) for one in (JPEG, PNG, b"%PDF-1.4 x %%EOF")] == [
        "image/jpeg",
        "image/png",
        "application/pdf",
    ]
    assert tidy_name("../../etc/passwd", "image/png") == "passwd.png"
    assert tidy_name("Whānau\u202egpj.exe", "image/jpeg") == "Whānaugpj.jpg"
    assert tidy_name("<script>.pdf", "application/pdf") == "script.pdf"
    assert tidy_name("", "image/jpeg") == "document.jpg"


def test_a_file_goes_to_the_agency_before_the_application_that_names_it(house: House) -> None:
    documents = Documents(house.database)
    photo = documents.add("talk", PHOTO, "me.png", JPEG)
    assert photo.answer == f"me.jpg ({photo.id})"
    agency = house.agencies["dia"]
    agency.fail = [AgencyUnavailable("down", 0.05)]
    made, _ = house.cases.start(
        "renew-passport", {**PASSPORT, "passport_photo": photo.answer}, consent(), conversation="talk"
    )
    until(lambda: house.state(made.reference) == "received")
    assert [(one.fact, one.name, one.media_type, one.content) for one in agency.attached.values()] == [
        ("passport_photo", "me.jpg", "image/jpeg", JPEG)
    ]
    assert agency.arrived[made.reference].answers["passport_photo"] == "filed-passport_photo"
    for file in house.folder.iterdir():
        assert b"a photo of nobody" not in file.read_bytes(), file.name


def test_a_file_of_somebody_else_is_not_sent(house: House) -> None:
    documents = Documents(house.database)
    photo = documents.add("theirs", PHOTO, "me.jpg", JPEG)
    with pytest.raises(AnswersMissing) as raised:
        house.cases.start(
            "renew-passport", {**PASSPORT, "passport_photo": photo.answer}, consent(), conversation="mine"
        )
    assert set(raised.value.problems) == {"passport_photo"}
    assert documents.get(photo.id, "mine") is None
    assert documents.get(photo.id, "theirs") == photo


def test_a_file_that_is_asked_for_later_goes_before_the_answer_that_names_it(house: House) -> None:
    documents = Documents(house.database)
    made, _ = house.cases.start("renew-passport", PASSPORT, consent())
    until(lambda: house.state(made.reference) == "received")
    agency = house.agencies["dia"]
    agency.state, agency.sequence, agency.wanted = "more_information_needed", 2, ["passport_photo"]
    until(lambda: house.cases.get(made.reference).wanted == ["passport_photo"])
    other = documents.add("somebody", PHOTO, "other.jpg", JPEG)
    with pytest.raises(AnswersMissing) as raised:
        house.cases.inform(made.reference, {"passport_photo": other.answer})
    assert "Choose it again" in raised.value.problems["passport_photo"]
    photo = documents.add(made.reference, PHOTO, "me.jpg", JPEG)
    house.cases.inform(made.reference, {"passport_photo": photo.answer})
    until(lambda: house.state(made.reference) == "received")
    assert [one.content for one in agency.attached.values()] == [JPEG]
    assert list(agency.informed.values()) == [{"passport_photo": "filed-passport_photo"}]
