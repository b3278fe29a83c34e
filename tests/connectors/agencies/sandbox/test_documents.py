from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.agency import Attachment, NotAccepted
from connectors.agencies.sandbox.agencies import OFFICES
from connectors.agencies.sandbox.office import Office, Paper
from tests.connectors.agencies import running
from tests.connectors.agencies.running import Sandbox, order

PDF = b"%PDF-1.7 a letter"


def office() -> dict[str, Office]:
    """The department with one more answer to give, in a file."""
    dia = OFFICES["dia"]
    offer = dia.offer("register-birth")
    assert offer is not None
    asks = offer.model_copy(update={"optional": (*offer.optional, "proof")})
    paper = Paper(name="Proof of birth", media_types=("application/pdf", "image/jpeg"), largest_mb=0.1)
    services = tuple(asks if one is offer else one for one in dia.services)
    return {"dia": dia.model_copy(update={"documents": {"proof": paper}, "services": services})}


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[running.Sandbox]:
    with running.sandbox(tmp_path, offices=office()) as made:
        yield made


def attachment(content: bytes = PDF, fact: str = "proof", reference: str = "ARA-7K2M-9QXP") -> Attachment:
    return Attachment(reference=reference, fact=fact, name="Tāne’s.pdf", media_type="text/plain", content=content)


def test_a_document_is_sent_first_and_named_in_the_answers(papers: Sandbox) -> None:
    agency = papers.agency()
    id = agency.attach(attachment())
    assert agency.attach(attachment()) == id
    assert agency.attach(attachment(PDF + b" more")) != id
    agency.start(order(proof=id))
    assert papers.filed()[0]["answers"]["proof"] == id


def test_it_can_be_asked_for_later(papers: Sandbox) -> None:
    agency = papers.agency()
    made = agency.start(order())
    asked = {"state": "more_information_needed", "message": "Send us proof.", "wanted": ["proof"]}
    papers.http.post(f"/desk/api/applications/{made.id}/move", json=asked).raise_for_status()
    assert agency.read(made.id).wanted == ["proof"]
    id = agency.attach(attachment())
    assert agency.inform(made.id, "more-1", {"proof": id}).state == "received"


@pytest.mark.parametrize(
    ("other", "said"), [("ARA-2222-3333", "Send it"), (None, "Send the document first, and give its id here.")]
)
def test_another_applications_document_is_none(papers: Sandbox, other: str | None, said: str) -> None:
    agency = papers.agency()
    id = agency.attach(attachment(reference=other)) if other else "doc_none"
    with pytest.raises(NotAccepted) as caught:
        agency.start(order(proof=id))
    assert said in caught.value.problems["proof"]


@pytest.mark.parametrize(
    ("content", "fact", "wrong"),
    [
        (b"MZ not what it says", "proof", "proof"),
        (b"%PDF-" + b"x" * 100_000, "proof", "proof"),
        (PDF, "shoe_size", "fact"),
    ],
)
def test_what_is_not_wanted_is_refused(papers: Sandbox, content: bytes, fact: str, wrong: str) -> None:
    with pytest.raises(NotAccepted) as caught:
        papers.agency().attach(attachment(content, fact))
    assert set(caught.value.problems) == {wrong}


def test_a_key_is_one_documents(papers: Sandbox) -> None:
    def send(content: bytes) -> int:
        return papers.http.post(
            "/dia/v1/documents",
            data={"reference": "ARA-7K2M-9QXP", "fact": "proof"},
            files={"file": ("a.pdf", content)},
            headers={**papers.token(), "Idempotency-Key": "k"},
        ).status_code

    assert [send(PDF), send(PDF), send(PDF + b"x")] == [201, 200, 422]


def test_capabilities_say_which_documents(papers: Sandbox) -> None:
    offered = {one.service: one.documents for one in papers.agency().capabilities().services}
    assert offered["birth-certificate"] == []
    (wish,) = offered["register-birth"]
    assert (wish.fact, wish.largest_bytes) == ("proof", 100_000)


def test_the_agency_has_what_was_sent(papers: Sandbox) -> None:
    headers = {**papers.token(), "Idempotency-Key": "k"}
    answer = papers.http.post(
        "/dia/v1/documents",
        data={"reference": "ARA-7K2M-9QXP", "fact": "proof"},
        files={"file": ("a.pdf", PDF)},
        headers=headers,
    ).json()
    assert answer["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (answer["media_type"], answer["size"]) == ("application/pdf", len(PDF))
