from __future__ import annotations

import catalogue
from catalogue.ways import way
from connectors.agencies.connections import Connection, starts_by_contract
from connectors.agencies.offers import offered
from connectors.agencies.sandbox.fields import today

DIA = Connection("dia", "https://a.example", "https://a.example/t", "me", "s", "w", ("birth-certificate",))


def test_with_the_sandbox_and_nobody_connected_nothing_changes() -> None:
    assert offered(catalogue.load(), {}, sandbox=True) is catalogue.load()


def test_a_connected_agency_takes_what_is_listed_and_no_more() -> None:
    made = offered(catalogue.load(), {"dia": DIA}, sandbox=True).services
    assert made["birth-certificate"].start.kind == "api"
    assert (made["register-birth"].start.kind, made["register-birth"].start.form) == ("link", ())
    # A form of the agency's own that takes answers over needs the contract too.
    assert made["citizenship-by-grant"].start.form == ()
    assert made["jobseeker-support"].start.kind == "api"


def test_without_sandbox_all_that_nobody_takes_still_starts_somewhere() -> None:
    made = offered(catalogue.load(), {"dia": DIA}, sandbox=False)
    assert [one.id for one in made.services.values() if starts_by_contract(one)] == ["birth-certificate"]
    for id, service in made.services.items():
        before = catalogue.load().services[id]
        if starts_by_contract(before) and id != "birth-certificate":
            found = way(made, service, today())
            assert found.url or found.phone or found.places, id
    # The catalogue that everybody shares stays as it was.
    assert catalogue.load().services["register-birth"].start.kind == "api"
