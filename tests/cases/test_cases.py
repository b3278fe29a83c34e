"""Applications from start to end, with DBOS as it is and an agency that is played here."""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import catalogue
from cases import (
    AgencyUnavailable,
    AnswersMissing,
    Attachment,
    CannotStart,
    Cases,
    Consent,
    Delivery,
    Handover,
    KeyReused,
    NotAccepted,
    Order,
    PaymentPage,
    Report,
    UnknownApplication,
)
from catalogue.answers import Value
from insights import Ledger
from storage import Database, Sealed, now
from storage.migrate import migrate

ANSWERS = {
    "certificate_name": "Aroha Ngata",
    "certificate_birth_date": "1990-03-27",
    "full_name": "Aroha Ngata",
    "postal_address": "12 Rātā Street, Taupō 3330",
    "email": "aroha@example.nz",
}


class Played:
    """An agency that does as it is told, and counts what really arrived."""

    def __init__(self) -> None:
        self.arrived: dict[str, Order] = {}
        self.calls = 0
        self.fail: list[Exception] = []
        self.state = "received"
        self.sequence = 1
        self.withdrawn: list[str] = []
        self.wanted: list[str] = []
        self.informed: dict[str, Mapping[str, Value]] = {}
        self.attached: dict[str, Attachment] = {}
        self.lose_answers = 0
        self.away_after = False

    def start(self, order: Order) -> Report:
        self.calls += 1
        if self.fail:
            raise self.fail.pop(0)
        if self.arrived and self.away_after:
            raise AgencyUnavailable("away")
        self.arrived[order.reference] = order
        if self.lose_answers:
            self.lose_answers -= 1
            raise AgencyUnavailable("no answer in time")
        return self.report(order.reference)

    def read(self, id: str) -> Report:
        return self.report(id)

    def find(self, reference: str) -> Report | None:
        if self.away_after:
            raise AgencyUnavailable("away", 0.1)
        return self.report(reference) if reference in self.arrived else None

    def withdraw(self, id: str) -> Report:
        self.withdrawn.append(id)
        self.state, self.sequence = "withdrawn", self.sequence + 1
        return self.report(id)

    def inform(self, id: str, key: str, answers: Mapping[str, Value]) -> Report:
        if self.fail:
            raise self.fail.pop(0)
        self.informed[key] = dict(answers)
        self.state, self.sequence, self.wanted = "received", self.sequence + 1, []
        return self.report(id)

    def attach(self, attachment: Attachment) -> str:
        self.attached[f"{attachment.reference} {attachment.fact}"] = attachment
        return f"filed-{attachment.fact}"

    def pay(self, id: str, return_url: str) -> PaymentPage:
        raise NotAccepted("There is nothing to pay.")

    def hand_over(self, order: Order) -> Handover:
        raise NotAccepted("No handovers here.")

    def report(self, id: str) -> Report:
        return Report.model_validate(
            {
                "id": id,
                "agency_reference": "BDM-1",
                "state": self.state,
                "message": f"It is {self.state}.",
                "wanted": self.wanted,
                "sequence": self.sequence,
                "at": now(),
            }
        )


@pytest.fixture
def agency() -> Played:
    return Played()


@pytest.fixture
def delivery(tmp_path: Path, agency: Played) -> Iterator[Delivery]:
    url = f"sqlite:///{tmp_path / 'cases.sqlite'}"
    Sealed.use(Fernet.generate_key().decode())
    migrate(url)
    database = Database(url)
    made = Delivery(lambda id: agency, f"sqlite:///{tmp_path / 'workflows.sqlite'}")
    made.launch(Cases(database, catalogue.load(), Ledger(database), made.send), follow_every=0.2, look_every=0.05)
    yield made
    made.stop()
    database.close()


@pytest.fixture
def cases(delivery: Delivery) -> Cases:
    assert delivery.cases is not None
    return delivery.cases


def consent() -> Consent:
    return Consent(given_at=now(), notice="1", text="We send this to the registrar.")


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_an_application_arrives_and_is_followed_to_the_end(cases: Cases, agency: Played) -> None:
    application, access = cases.start("birth-certificate", ANSWERS, consent())
    assert application.state == "submitted"
    until(lambda: cases.get(application.reference).state == "received")
    assert list(agency.arrived) == [application.reference]
    assert agency.arrived[application.reference].answers == ANSWERS
    # No webhook comes; the follower asks.
    agency.state, agency.sequence = "completed", 2
    until(lambda: cases.get(application.reference).state == "completed")
    seen = cases.find(application.reference.lower(), access.lower().replace("-", " "))
    assert [change.state for change in seen.history] == ["submitted", "received", "completed"]
    assert seen.message == "It is completed."
    assert seen.is_final


def test_only_the_access_code_opens_it(cases: Cases) -> None:
    first, code = cases.start("birth-certificate", ANSWERS, consent())
    _, other = cases.start("birth-certificate", ANSWERS, consent())
    for reference, access in ((first.reference, other), (first.reference, ""), ("ARA-0000-0000", code), ("", "")):
        with pytest.raises(UnknownApplication):
            cases.find(reference, access)


def test_one_key_starts_one_application(cases: Cases, agency: Played) -> None:
    first = cases.start("birth-certificate", ANSWERS, consent(), key="k")
    again = cases.start("birth-certificate", ANSWERS, consent(), key="k")
    assert (first[0].reference, first[1]) == (again[0].reference, again[1])
    until(lambda: len(agency.arrived) == 1)
    with pytest.raises(KeyReused):
        cases.start("birth-certificate", {**ANSWERS, "email": "other@example.nz"}, consent(), key="k")


def test_an_agency_that_is_down_delays_and_loses_nothing(cases: Cases, agency: Played) -> None:
    agency.fail = [AgencyUnavailable("maintenance", retry_after=0.05), AgencyUnavailable("again", retry_after=0.05)]
    application, _ = cases.start("birth-certificate", ANSWERS, consent())
    until(lambda: cases.get(application.reference).state == "received")
    assert agency.calls == 3
    assert len(agency.arrived) == 1


def test_what_the_agency_refuses_is_said_in_its_words(cases: Cases, agency: Played) -> None:
    agency.fail = [NotAccepted("no", {"certificate_name": "There is no such name on the register."})]
    application, _ = cases.start("birth-certificate", ANSWERS, consent())
    until(lambda: cases.get(application.reference).state == "not_accepted")
    assert cases.get(application.reference).message == "Name on the certificate: There is no such name on the register."


def test_wrong_answers_are_refused_before_anything_is_sent(cases: Cases, agency: Played) -> None:
    wrong: dict[str, str | int | float | bool] = {**ANSWERS, "email": "nowhere", "shoe_size": 9}
    del wrong["full_name"]
    with pytest.raises(AnswersMissing) as raised:
        cases.start("birth-certificate", wrong, consent())
    assert set(raised.value.problems) == {"email", "shoe_size", "full_name"}
    assert agency.calls == 0


def test_a_service_that_starts_elsewhere_says_so(cases: Cases) -> None:
    with pytest.raises(CannotStart, match="agency's own page"):
        cases.start("well-child-enrolment", {}, consent())


def test_old_and_doubled_reports_change_nothing(cases: Cases, agency: Played) -> None:
    application, _ = cases.start("birth-certificate", ANSWERS, consent())
    until(lambda: cases.get(application.reference).state == "received")
    newer = agency.report(application.reference).model_copy(update={"sequence": 5, "state": "approved"})
    assert cases.take(application.reference, newer)
    assert not cases.take(application.reference, newer)
    older = newer.model_copy(update={"sequence": 4, "state": "more_information_needed"})
    assert not cases.take(application.reference, older)
    assert cases.get(application.reference).state == "approved"


def test_a_webhook_is_noted_once(cases: Cases) -> None:
    assert cases.take_webhook("dia", "msg_1")
    assert not cases.take_webhook("dia", "msg_1")
    assert cases.take_webhook("ir", "msg_1")


def test_withdrawing_tells_the_agency(cases: Cases, delivery: Delivery, agency: Played) -> None:
    application, _ = cases.start("birth-certificate", ANSWERS, consent())
    until(lambda: cases.get(application.reference).state == "received")
    delivery.withdraw(application.reference)
    until(lambda: cases.get(application.reference).state == "withdrawn")
    assert agency.state == "withdrawn"


def test_withdrawing_in_time_means_that_nothing_is_sent(cases: Cases, delivery: Delivery, agency: Played) -> None:
    agency.fail = [AgencyUnavailable("down", retry_after=0.5)]
    application, _ = cases.start("birth-certificate", ANSWERS, consent())
    until(lambda: agency.calls == 1)
    delivery.withdraw(application.reference)
    until(lambda: cases.get(application.reference).state == "withdrawn")
    time.sleep(0.8)
    assert agency.arrived == {}


def test_answers_are_not_readable_in_the_file(cases: Cases, tmp_path: Path) -> None:
    cases.start("birth-certificate", ANSWERS, consent())
    for file in tmp_path.iterdir():
        assert b"Ngata" not in file.read_bytes(), file.name


def test_the_ledger_counts_what_was_sent(cases: Cases, agency: Played) -> None:
    application, _ = cases.start("birth-certificate", ANSWERS, consent())
    until(lambda: cases.get(application.reference).state == "received")
    agency.state, agency.sequence = "completed", 2
    until(lambda: cases.get(application.reference).state == "completed")
    counted = cases._ledger
    assert counted.count("application_sent") == {"birth-certificate": 1}
    assert counted.count("application_completed", since=now() - dt.timedelta(minutes=1)) == {"birth-certificate": 1}


def test_what_the_agency_is_done_with_is_forgotten_in_time(cases: Cases, agency: Played) -> None:
    done, access = cases.start("birth-certificate", ANSWERS, consent())
    until(lambda: cases.get(done.reference).state == "received")
    assert cases.forget(now() + dt.timedelta(seconds=1)) == 0
    agency.state, agency.sequence = "completed", 2
    until(lambda: cases.get(done.reference).state == "completed")
    assert cases.forget(now() - dt.timedelta(days=1)) == 0
    assert cases.forget(now() + dt.timedelta(seconds=1)) == 1
    with pytest.raises(UnknownApplication):
        cases.find(done.reference, access)
