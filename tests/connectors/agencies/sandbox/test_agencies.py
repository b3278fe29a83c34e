from __future__ import annotations

import datetime as dt
import itertools

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
        ("child-passport", {"child_birth_date": years_ago(16)}, "child_birth_date"),
        ("child-passport", {"date_of_birth": "2024-02-29"}, "date_of_birth"),
        ("child-passport", {"child_is_citizen": False}, "child_is_citizen"),
        ("civil-union-licence", {"date_of_birth": years_ago(17)}, "date_of_birth"),
        ("working-for-families", {"dependent_children": 0}, "dependent_children"),
        ("working-for-families", {"partner_full_name": "Sam Example"}, "partner_full_name"),
        ("paid-parental-leave", {"worked_26_weeks_hours": 9}, "worked_26_weeks_hours"),
        ("paid-parental-leave", {"leave_starts": "2020-01-01"}, "leave_starts"),
        ("paid-parental-leave", {"baby_birth_date": years_ago(2)}, "leave_starts"),
        ("file-tax-return", {"tax_year": TODAY.year + 1}, "tax_year"),
        ("file-tax-return", {"tax_year": 2025.5}, "tax_year"),
        ("file-tax-return", {"untaxed_income": 0}, "untaxed_income_costs"),
        ("pay-income-tax", {"tax_to_pay": 0}, "tax_to_pay"),
        ("accommodation-supplement", {"housing": "public"}, "housing"),
        ("accommodation-supplement", {"housing": "free"}, "housing"),
        ("funeral-grant-msd", {"death_date": years_ago(2)}, "death_date"),
        ("funeral-grant-msd", {"estate_can_pay_funeral": True}, "estate_can_pay_funeral"),
        ("community-services-card", {"citizenship_status": "visa"}, "citizenship_status"),
        ("sole-parent-support", {"relationship": "de_facto"}, "relationship"),
        ("sole-parent-support", {"dependent_children": 0}, "dependent_children"),
        ("vehicle-licence-rego", {"plate": "ABC-1234"}, "plate"),
        ("vehicle-licence-rego", {"vehicle_fuel": "steam"}, "vehicle_fuel"),
        ("update-driver-licence-details", {"driver_licence_number": "A123456"}, "driver_licence_number"),
        ("update-driver-licence-details", {"date_of_birth": years_ago(15)}, "date_of_birth"),
        ("change-vehicle-ownership", {"other_owner_name": "māia o’brien-ngata"}, "other_owner_name"),
        ("change-vehicle-ownership", {"vehicle_changed_hands_on": years_ago(2)}, "vehicle_changed_hands_on"),
        ("pay-infringement", {"infringement_number": "1234567"}, "infringement_number"),
        ("declare-at-the-border", {"arrival_date": years_ago(0, 9)}, "arrival_date"),
        ("declare-at-the-border", {"travel_passport_number": "x"}, "travel_passport_number"),
        ("book-doc-hut", {"hut_nights": 8}, "hut_nights"),
        ("book-doc-hut", {"hut_adults": True}, "hut_adults"),
        ("book-doc-hut", {"hut_first_night": years_ago(0, 400)}, "hut_first_night"),
        ("visa-application", {"passport_country": "Aotearoa"}, "passport_country"),
        ("visa-application", {"passport_country": "australia"}, "passport_country"),
        ("visa-application", {"date_of_birth": years_ago(17)}, "date_of_birth"),
        ("visa-application", {"visa_from": years_ago(0, 400)}, "visa_from"),
        ("bond-refund", {"bond_number": "12-B"}, "bond_number"),
        ("bond-refund", {"landlord_email": "MAIA@example.org"}, "landlord_email"),
        ("bond-refund", {"tenancy_ended_on": years_ago(0, 40)}, "tenancy_ended_on"),
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
        papers = set(OFFICES[service.agency].documents)
        assert set(offer.optional) - papers == set(service.start.optional) - papers, service.id


def test_all_agencies_of_result_10_and_28_services_or_more() -> None:
    catalogue = load()
    assert set(OFFICES) == {id for id, agency in catalogue.agencies.items() if agency.result10}
    assert len(OFFICES) == 8
    startable = {service for office, service in SERVICES if (offer := office.offer(service)) and offer.kind == "api"}
    assert len(startable) >= 28
    assert all(catalogue.services[service].start.kind == "api" for service in startable)
    # The ten that Result 10 measured, in its order.
    assert startable >= {
        "book-doc-hut",
        "declare-at-the-border",
        "visa-application",
        "vehicle-licence-rego",
        "pay-infringement",
        "file-tax-return",
        "pay-income-tax",
        "ird-number-adult",
        "jobseeker-support",
        "renew-passport",
    }


@pytest.mark.parametrize(
    ("service", "changed", "cost"),
    [
        ("register-birth", {}, 0),
        ("renew-passport", {}, 247),
        ("vehicle-licence-rego", {}, 76.44),
        ("vehicle-licence-rego", {"vehicle_fuel": "electric", "licence_months": "twelve"}, 212.84),
        ("pay-infringement", {"infringement_amount": 80.5}, 80.5),
        ("book-doc-hut", {}, 180),
        ("visa-application", {"visa_kind": "work"}, 495),
    ],
)
def test_what_it_costs(service: str, changed: dict[str, Value], cost: float) -> None:
    office = next(office for office in OFFICES.values() if office.offer(service))
    offer = office.offer(service)
    assert offer is not None
    assert (offer.fee.dollars({**good(service), **changed}) if offer.fee else 0) == cost


def test_every_choice_has_its_price() -> None:
    for office, service in SERVICES:
        offer = office.offer(service)
        if offer is None or offer.fee is None or not offer.fee.by:
            continue
        lists = [kind for fact in offer.fee.by if isinstance(kind := office.fields[fact], tuple)]
        assert {"/".join(one) for one in itertools.product(*lists)} == set(offer.fee.amounts), service


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
