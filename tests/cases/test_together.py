"""Several services from one set of answers: what goes to whom, in which order, and what happens when one fails."""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import catalogue
from cases import AgencyUnavailable, AnswersMissing, CannotStart, Cases, Delivery, KeyReused, NotAccepted
from cases.breaker import Breakers
from cases.troubles import Troubles
from catalogue.answers import Value
from insights import Ledger
from storage import Database, Sealed
from storage.migrate import migrate
from tests.cases.test_cases import Played, consent, until

SERVICES = ["register-birth", "child-ird-number", "best-start", "jobseeker-support"]

GIVEN: dict[str, Value] = {
    "baby_given_names": "Aroha Grace",
    "baby_family_name": "Ngata",
    "baby_birth_date": "2026-11-01",
    "baby_birth_place": "Hutt Hospital",
    "full_name": "Mere Ngata",
    "date_of_birth": "1994-04-03",
    "citizenship_status": "citizen",
    "second_parent": "not_known",
    "email": "mere@example.co.nz",
    "ird_number": "049091850",
    "postal_address": "12 Rātā Street, Taupō 3330",
    "bank_account": "01-0242-0100194-00",
    "family_income": 61000,
    "parental_leave_paid": "ended",
    "work_hours": 0,
    "looking_for_work": True,
    "health_limits_work": False,
    "weekly_income": 0,
    "relationship": "single",
}


class House:
    """Cases on real DBOS, with agencies that are played here. It can be stopped and started anew on the same files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.agencies: defaultdict[str, Played] = defaultdict(Played)
        self.url = f"sqlite:///{folder / 'cases.sqlite'}"
        migrate(self.url)
        self.start()

    def start(self) -> None:
        self.database = Database(self.url)
        self.delivery = Delivery(
            lambda id: self.agencies[id], f"sqlite:///{self.folder / 'workflows.sqlite'}", breakers=Breakers()
        )
        self.cases = Cases(
            self.database, catalogue.load(), Ledger(self.database), self.delivery.send, dt.timedelta(seconds=0.3)
        )
        self.delivery.launch(self.cases, follow_every=0.2, look_every=0.05)

    def stop(self) -> None:
        self.delivery.stop()
        self.database.close()

    def together(self, services: list[str] = SERVICES, **more: object) -> dict[str, str]:
        """Starts services together; gives their references."""
        known = catalogue.load().services
        consents = {known[service].agency: consent() for service in services}
        asked = {fact for service in services for fact in (*known[service].start.form, *known[service].start.optional)}
        given = {fact: value for fact, value in GIVEN.items() if fact in asked}
        made, _ = self.cases.start_together(services, given, consents, **more)  # type: ignore[arg-type]
        return {one.service: one.reference for one in made}

    def state(self, reference: str) -> str:
        return self.cases.get(reference).state


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    Sealed.use(Fernet.generate_key().decode())
    made = House(tmp_path)
    yield made
    made.stop()


def sent(house: House) -> dict[str, set[str]]:
    """Which services each agency has."""
    return {id: {order.service for order in agency.arrived.values()} for id, agency in house.agencies.items()}


def test_one_set_of_answers_starts_four_services_and_each_agency_gets_its_own(house: House) -> None:
    references = house.together()
    until(lambda: sent(house) == {"dia": {"register-birth"}, "msd": {"jobseeker-support"}})
    born = house.agencies["dia"].arrived[references["register-birth"]].answers
    assert "bank_account" not in born
    assert "work_hours" not in born
    work = house.agencies["msd"].arrived[references["jobseeker-support"]].answers
    assert "baby_given_names" not in work
    assert len({house.cases.get(reference).together for reference in references.values()}) == 1


def test_what_comes_after_waits_until_that_is_completed_across_a_restart(house: House) -> None:
    references = house.together()
    until(lambda: house.state(references["register-birth"]) == "received")
    waiting = house.cases.get(references["child-ird-number"])
    assert waiting.state == "submitted"
    assert waiting.reason == "It is sent when this is done: Register your baby's birth."
    assert house.agencies["ir"].calls == 0
    house.stop()
    house.start()
    time.sleep(0.5)
    assert house.agencies["ir"].calls == 0
    finish(house, "dia", references["register-birth"])
    until(lambda: house.state(references["child-ird-number"]) == "received")
    # Best Start wants the child's number as well, and that is not there yet.
    assert house.state(references["best-start"]) == "submitted"
    finish(house, "ir", references["child-ird-number"])
    until(lambda: house.state(references["best-start"]) == "received")
    assert [order.service for order in house.agencies["ir"].arrived.values()] == ["child-ird-number", "best-start"]


def finish(house: House, agency: str, reference: str) -> None:
    report = house.agencies[agency].report(reference).model_copy(update={"state": "completed", "sequence": 50})
    house.cases.take(reference, report)


def test_what_waits_for_something_that_was_declined_goes_to_advisers(house: House) -> None:
    references = house.together()
    until(lambda: house.state(references["register-birth"]) == "received")
    report = house.agencies["dia"].report(references["register-birth"])
    house.cases.take(references["register-birth"], report.model_copy(update={"state": "declined", "sequence": 50}))
    troubles = Troubles(house.database)
    listed = {one.reference: one for one in troubles.open_ones()}
    assert set(listed) == {references["child-ird-number"], references["best-start"]}
    assert "ended without being done" in listed[references["child-ird-number"]].reason
    # The adviser finds out that the birth was registered on paper.
    troubles.send_anyway(references["child-ird-number"])
    until(lambda: house.state(references["child-ird-number"]) == "received")
    assert references["child-ird-number"] not in {one.reference for one in troubles.open_ones()}


def test_a_service_started_later_in_the_same_conversation_waits_too(house: House) -> None:
    first, _ = house.cases.start(
        "register-birth", only(house, "register-birth"), consent(), conversation="c", key="first"
    )
    second, _ = house.cases.start("child-ird-number", only(house, "child-ird-number"), consent(), conversation="c")
    assert second.waits_for == [first.reference]
    alone, _ = house.cases.start("child-ird-number", only(house, "child-ird-number"), consent(), conversation="other")
    assert alone.waits_for == []


def only(house: House, service: str) -> dict[str, Value]:
    start = catalogue.load().services[service].start
    return {fact: GIVEN[fact] for fact in (*start.form, *start.optional) if fact in GIVEN}


def test_all_or_none(house: House) -> None:
    known = {"dia": consent(), "ir": consent()}
    with pytest.raises(CannotStart):
        house.cases.start_together(SERVICES, GIVEN, known)
    short = {fact: value for fact, value in GIVEN.items() if fact != "bank_account"}
    with pytest.raises(AnswersMissing) as raised:
        house.cases.start_together(SERVICES, short, {**known, "msd": consent()})
    assert set(raised.value.problems) == {"bank_account"}
    time.sleep(0.2)
    assert not any(agency.calls for agency in house.agencies.values())


def test_one_key_starts_one_group(house: House) -> None:
    first, again = house.together(key="k"), house.together(key="k")
    assert first == again
    with pytest.raises(KeyReused):
        house.together(["register-birth"], key="k")


def test_an_agency_that_stays_away_goes_to_advisers_and_holds_up_nobody_else(house: House) -> None:
    house.agencies["dia"].fail = [AgencyUnavailable("status 503", retry_after=0.1)] * 20
    references = house.together(["register-birth", "jobseeker-support"])
    until(lambda: house.state(references["jobseeker-support"]) == "received")
    troubles = Troubles(house.database)
    until(lambda: [one.reference for one in troubles.open_ones()] == [references["register-birth"]])
    listed = troubles.open_ones()[0]
    assert (listed.kind, listed.agency) == ("unreachable", "dia")
    assert "status 503" in listed.reason
    house.agencies["dia"].fail = []
    until(lambda: house.state(references["register-birth"]) == "received")
    assert troubles.open_ones() == []


def test_what_is_refused_goes_to_advisers_until_one_settles_it(house: House) -> None:
    house.agencies["msd"].fail = [NotAccepted("no", {"work_hours": "Give whole hours."})]
    references = house.together(["jobseeker-support"])
    troubles = Troubles(house.database)
    until(lambda: len(troubles.open_ones()) == 1)
    assert troubles.open_ones()[0].kind == "refused"
    troubles.settle(references["jobseeker-support"])
    assert troubles.open_ones() == []


def test_withdrawing_stops_what_was_not_sent_and_tells_the_agency_about_what_was(house: House) -> None:
    references = house.together()
    until(lambda: house.state(references["register-birth"]) == "received")
    for reference in references.values():
        house.delivery.withdraw(reference)
    until(lambda: all(house.state(reference) == "withdrawn" for reference in references.values()))
    assert house.agencies["ir"].calls == 0
    assert house.agencies["dia"].withdrawn == [references["register-birth"]]
    house.delivery.withdraw(references["register-birth"])
    assert house.agencies["dia"].withdrawn == [references["register-birth"]]


def test_an_answer_that_was_lost_is_found_before_it_is_taken_back(house: House) -> None:
    agency = house.agencies["msd"]
    agency.lose_answers = 1
    agency.away_after = True
    references = house.together(["jobseeker-support"])
    reference = references["jobseeker-support"]
    until(lambda: agency.calls >= 1)
    house.delivery.withdraw(reference)
    agency.away_after = False
    until(lambda: house.state(reference) == "withdrawn")
    assert agency.withdrawn == [reference]


def test_too_late_to_take_back(house: House) -> None:
    references = house.together(["jobseeker-support"])
    reference = references["jobseeker-support"]
    until(lambda: house.state(reference) == "received")
    finish(house, "msd", reference)
    with pytest.raises(NotAccepted, match="too late"):
        house.delivery.withdraw(reference)


def test_what_the_agency_asks_for_is_sent_once_and_asked_for_again_where_it_is_refused(house: House) -> None:
    references = house.together(["jobseeker-support"])
    reference, agency = references["jobseeker-support"], house.agencies["msd"]
    until(lambda: house.state(reference) == "received")
    with pytest.raises(CannotStart):
        house.cases.inform(reference, {"more_information": "I worked at the mill."})
    agency.state, agency.sequence, agency.wanted = "more_information_needed", 2, ["work_hours", "more_information"]
    until(lambda: house.cases.get(reference).wanted == ["work_hours", "more_information"])
    with pytest.raises(AnswersMissing) as raised:
        house.cases.inform(reference, {"work_hours": "many"})
    assert set(raised.value.problems) == {"work_hours", "more_information"}
    agency.fail = [NotAccepted("no", {"work_hours": "That can't be."}), AgencyUnavailable("down", 0.05)]
    house.cases.inform(reference, {"work_hours": "3", "more_information": "I worked at the mill."})
    until(lambda: house.cases.get(reference).message == "Paid work a week: That can't be.")
    house.cases.inform(reference, {"work_hours": "4", "more_information": "At the mill."})
    until(lambda: len(agency.informed) == 1)
    assert list(agency.informed.values()) == [{"work_hours": 4, "more_information": "At the mill."}]


def test_a_breaker_rests_probes_and_closes() -> None:
    clock = [0.0]
    breakers = Breakers(clock=lambda: clock[0])
    for _ in range(4):
        breakers.failed("ir")
    assert breakers.wait("ir") == 0
    breakers.failed("ir")
    assert breakers.wait("ir") == 2.0
    assert breakers.wait("dia") == 0
    clock[0] = 2.0
    assert breakers.wait("ir") == 0
    # One caller finds out; the others wait for what it finds.
    assert breakers.wait("ir") > 0
    breakers.failed("ir")
    assert breakers.wait("ir") == 4.0
    clock[0] = 6.0
    assert breakers.wait("ir") == 0
    breakers.worked("ir")
    assert breakers.wait("ir") == breakers.wait("ir") == 0


def test_a_breaker_honours_what_the_agency_wishes() -> None:
    clock = [0.0]
    breakers = Breakers(clock=lambda: clock[0])
    breakers.failed("ir", retry_after=120)
    assert breakers.wait("ir") == 120
    assert breakers.is_open("ir")
    clock[0] = 121
    assert not breakers.is_open("ir")


def test_what_may_have_left_before_a_crash_is_asked_after_when_it_is_taken_back(house: House) -> None:
    """A call was under way when the program was killed; after the start the agency is too busy for the next try."""
    house.delivery.stop()
    agency = house.agencies["dia"]
    tries = house.cases.tries
    # Nobody begins it but this test.
    house.cases = Cases(house.database, catalogue.load(), Ledger(house.database), lambda reference: None)
    reference = house.together(["register-birth"])["register-birth"]
    due = tries.get(reference)
    assert due is not None
    assert tries.begin(due)
    assert tries.sending(due)
    # The agency has it, and nobody was there any more to hear of it.
    agency.arrived[reference] = house.cases.order(reference)[1]
    assert tries.begin(due)
    tries.later(due, 60.0)
    assert tries.take_back(reference) == "there"
    house.start()
    until(lambda: house.state(reference) == "withdrawn")
    assert agency.withdrawn == [reference]


def test_an_answer_that_did_not_come_in_time_may_still_mean_that_it_arrives(house: House) -> None:
    agency = house.agencies["dia"]
    agency.fail = [AgencyUnavailable("no answer in time", under_way=True)]
    reference = house.together(["register-birth"])["register-birth"]
    until(lambda: house.cases.get(reference).reason is not None)
    agency.fail = [AgencyUnavailable("away")] * 9
    house.delivery.withdraw(reference)
    time.sleep(0.5)
    # The agency does not know it yet, and may still be at work on it: nobody says that nothing was sent.
    assert (house.state(reference), house.cases.get(reference).withdrawing) == ("submitted", True)
    agency.arrived[reference] = house.cases.order(reference)[1]
    until(lambda: house.state(reference) == "withdrawn")
    assert agency.withdrawn == [reference]
