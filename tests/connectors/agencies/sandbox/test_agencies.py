from __future__ import annotations

import datetime as dt

import pytest
import textstat

from catalogue import load
from catalogue.answers import Value
from catalogue.days import count
from connectors.agencies.sandbox.agencies import OFFICES
from connectors.agencies.sandbox.fields import today
from connectors.agencies.sandbox.office import Office
from tests.connectors.agencies.running import good

SERVICES = [(office, service.id) for office in OFFICES.values() for service in office.services]
TODAY = today()


def years_ago(years: int, days: int = 0) -> str:
    return (count(TODAY, f"{years} years", back=True) + dt.timedelta(days=days)).isoformat()


def judge(service: str, changed: dict[str, Value | None]) -> dict[str, str]:
    office = next(office for office in OFFICES.values() if office.offer(service))
    offer = office.offer(service)
    assert offer is not None
    answers = {fact: value for fact, value in {**good(service), **changed}.items() if value is not None}
    return office.problems(offer, answers, TODAY)


@pytest.mark.parametrize(("office", "service"), SERVICES, ids=[service for _, service in SERVICES])
def test_good_answers_are_taken(office: Office, service: str) -> None:
    assert judge(service, {}) == {}


@pytest.mark.parametrize(("office", "service"), SERVICES, ids=[service for _, service in SERVICES])
def test_each_missing_and_each_unknown_answer_is_named(office: Office, service: str) -> None:
    offer = office.offer(service)
    assert offer is not None
    for fact in offer.required:
        assert fact in judge(service, {fact: None})
    assert "Leave it out" in judge(service, {"shoe_size": 42})["shoe_size"]


@pytest.mark.parametrize(("office", "service"), SERVICES, ids=[service for _, service in SERVICES])
def test_no_field_takes_nonsense(office: Office, service: str) -> None:
    offer = office.offer(service)
    assert offer is not None
    for fact in (*offer.required, *offer.optional):
        for nonsense in ("", " ", "\x00", float("nan"), -1, "x" * 10_000):
            assert fact in judge(service, {fact: nonsense}), (fact, nonsense)


@pytest.mark.parametrize(
    ("service", "changed", "wrong"),
    [
        ("register-birth", {"baby_birth_date": (TODAY + dt.timedelta(1)).isoformat()}, "baby_birth_date"),
        ("register-birth", {"date_of_birth": years_ago(13)}, "date_of_birth"),
        ("register-birth", {"second_parent_name": None}, "second_parent_name"),
        ("register-birth", {"second_parent": "not_known"}, "second_parent_name"),
        ("register-birth", {"second_parent": "maybe"}, "second_parent"),
        ("register-birth", {"baby_given_names": "X Æ A-12"}, "baby_given_names"),
        ("register-birth", {"ird_number": "049091851"}, "ird_number"),
        ("birth-certificate", {"certificate_birth_date": "31/12/2020"}, "certificate_birth_date"),
        ("birth-certificate", {"certificate_birth_date": "2021-02-29"}, "certificate_birth_date"),
        ("birth-certificate", {"email": "maia@"}, "email"),
        ("birth-certificate", {"postal_address": "Exams"}, "postal_address"),
        ("death-certificate", {"certificate_event_date": "yesterday"}, "certificate_event_date"),
        ("marriage-certificate", {"certificate_event_date": "2999-01-01"}, "certificate_event_date"),
        ("marriage-licence", {"wedding_date": TODAY.isoformat()}, "wedding_date"),
        ("marriage-licence", {"wedding_date": count(TODAY, "2 working days").isoformat()}, "wedding_date"),
        ("marriage-licence", {"wedding_date": count(TODAY, "95 days").isoformat()}, "wedding_date"),
        ("marriage-licence", {"partner_date_of_birth": years_ago(15)}, "partner_date_of_birth"),
        ("marriage-licence", {"date_of_birth": years_ago(17)}, "date_of_birth"),
        (
            "marriage-licence",
            {"partner_full_name": "māia  O’Brien-Ngata", "partner_date_of_birth": "1990-02-28"},
            "partner_full_name",
        ),
        ("renew-passport", {"passport_number": "123456"}, "passport_number"),
        ("renew-passport", {"date_of_birth": years_ago(15)}, "date_of_birth"),
        ("child-ird-number", {"baby_birth_date": years_ago(16)}, "baby_birth_date"),
        ("child-ird-number", {"date_of_birth": years_ago(0)}, "date_of_birth"),
        ("ird-number-adult", {"citizenship_status": "visa"}, "passport_number"),
        ("ird-number-adult", {"date_of_birth": years_ago(12)}, "date_of_birth"),
        ("best-start", {"baby_birth_date": years_ago(3)}, "baby_birth_date"),
        ("best-start", {"baby_ird_number": "049091850"}, "baby_ird_number"),
        ("best-start", {"bank_account": "12-3456-1234567-00"}, "bank_account"),
        ("best-start", {"family_income": "lots"}, "family_income"),
        ("best-start", {"parental_leave_paid": "no"}, "parental_leave_paid"),
        ("student-loan", {"study_load": "part_time"}, "loan_for"),
        ("student-loan", {"date_of_birth": years_ago(55)}, "loan_for"),
        ("student-loan", {"study_start": "2001-01-01"}, "study_start"),
        ("student-loan", {"citizenship_status": "visa"}, "citizenship_status"),
        ("student-allowance", {"study_load": "part_time"}, "study_load"),
        ("student-allowance", {"date_of_birth": years_ago(70)}, "date_of_birth"),
        ("jobseeker-support", {"date_of_birth": years_ago(17)}, "date_of_birth"),
        ("jobseeker-support", {"date_of_birth": years_ago(65)}, "date_of_birth"),
        ("jobseeker-support", {"looking_for_work": False}, "looking_for_work"),
        ("jobseeker-support", {"work_hours": 30}, "work_hours"),
        ("jobseeker-support", {"partner_full_name": "Sam Example"}, "partner_full_name"),
        ("nz-super", {"date_of_birth": years_ago(64), "years_in_nz_since_50": 9}, "date_of_birth"),
        ("nz-super", {"years_in_nz_since_20": 90}, "years_in_nz_since_20"),
        ("nz-super", {"years_in_nz_since_50": 45}, "years_in_nz_since_50"),
        ("nz-super", {"years_in_nz_since_20": 10}, "years_in_nz_since_50"),
    ],
)
def test_each_agency_judges_as_it_would(service: str, changed: dict[str, Value | None], wrong: str) -> None:
    assert list(judge(service, changed)) == [wrong]


@pytest.mark.parametrize(
    ("service", "changed"),
    [
        ("register-birth", {"date_of_birth": years_ago(14, -10)}),
        ("register-birth", {"second_parent": "not_known", "second_parent_name": None}),
        ("register-birth", {"full_name": "Ngāneko Te Wai-o-Rua d'Arcy Jr."}),
        ("marriage-licence", {"wedding_date": count(TODAY, "3 working days").isoformat()}),
        ("marriage-licence", {"wedding_date": count(TODAY, "3 months").isoformat()}),
        ("renew-passport", {"passport_number": "n 123456"}),
        ("ird-number-adult", {"citizenship_status": "visa", "passport_number": "E12345678"}),
        ("student-loan", {"study_load": "part_time", "loan_for": "fees"}),
        ("jobseeker-support", {"looking_for_work": False, "health_limits_work": True}),
        ("nz-super", {"date_of_birth": years_ago(65, 80), "years_in_nz_since_20": 44, "years_in_nz_since_50": 14}),
        ("nz-super", {"phone": "+64 21 123 4567"}),
    ],
)
def test_the_edge_is_on_the_right_side(service: str, changed: dict[str, Value | None]) -> None:
    assert judge(service, changed) == {}


def test_references_look_like_each_agencys_own() -> None:
    made = {
        service: office.own_reference(offer, 4711, dt.date(2026, 11, 23))
        for office, service in SERVICES
        if (offer := office.offer(service)) is not None
    }
    assert made["register-birth"] == "BDM26-004711"
    assert made["renew-passport"] == "PPT-26004711"
    assert made["best-start"] == "0000004711"
    assert made["student-loan"] == "SL/2026/004711"


def test_the_lists_are_the_catalogues_own() -> None:
    catalogue = load()
    startable = [
        service for service in catalogue.services.values() if service.start.kind == "api" and service.agency in OFFICES
    ]
    assert startable
    for service in startable:
        offer = OFFICES[service.agency].offer(service.id)
        assert offer is not None, f"the sandbox does not offer {service.id}"
        assert set(offer.required) == set(service.start.form), service.id
        assert set(offer.optional) == set(service.start.optional), service.id


def test_fields_are_the_catalogues_facts_with_the_same_choices() -> None:
    facts = load().facts
    for office in OFFICES.values():
        for fact, kind in office.fields.items():
            assert fact in facts, f"{office.id}: {fact}"
            if isinstance(kind, tuple):
                assert set(kind) == {option.id for option in facts[fact].options}, fact


def test_agencies_speak_plainly() -> None:
    said = [
        words
        for office in OFFICES.values()
        for texts in (office.words, office.next, *(words for one in office.services for words in (one.words, one.next)))
        for words in texts.values()
    ]
    # Two measures that count letters; those that count syllables want to fetch a dictionary first.
    assert textstat.automated_readability_index(" ".join(said)) <= 8
    assert textstat.coleman_liau_index(" ".join(said)) <= 8
    assert not [words for words in said if len(words.split()) > 30]
