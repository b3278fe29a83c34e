"""Accounts and signing in."""

from __future__ import annotations

import datetime as dt

import pytest

from conversations.desk import staff as module
from conversations.desk.staff import BadAccount, SignInFailed
from conversations.desk.tables import AdviserRow, SessionRow
from storage import now
from tests.conversations.desk.house import House

PASSWORD = "tui on a flax stem"


def test_a_password_is_kept_as_argon2_and_lets_in(house: House) -> None:
    house.adviser("Aroha", here=False, password=PASSWORD)
    with house.database.begin() as session:
        kept = session.query(AdviserRow).one().password_hash
    assert kept is not None
    assert kept.startswith("$argon2id$")
    who, secret = house.desk.staff.sign_in(" AROHA ", PASSWORD)
    again = house.desk.staff.session(secret)
    assert again is not None
    assert again.id == who.id
    house.desk.staff.sign_out(secret)
    assert house.desk.staff.session(secret) is None


@pytest.mark.parametrize(("login", "password"), [("aroha", "wrong words here"), ("nobody", PASSWORD), ("aroha", "")])
def test_anything_else_does_not(house: House, login: str, password: str) -> None:
    house.adviser("aroha", password=PASSWORD)
    with pytest.raises(SignInFailed):
        house.desk.staff.sign_in(login, password)


def test_an_account_that_is_tried_too_often_is_locked_for_longer_each_time(house: House) -> None:
    house.adviser("aroha", password=PASSWORD)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            house.desk.staff.sign_in("aroha", "wrong words here")
    with pytest.raises(SignInFailed):
        house.desk.staff.sign_in("aroha", PASSWORD)
    spans = []
    for _ in range(3):
        with house.database.begin() as session:
            row = session.query(AdviserRow).one()
            assert row.locked_until is not None
            spans.append(row.locked_until - now())
            row.locked_until = now() - dt.timedelta(seconds=1)
        with pytest.raises(SignInFailed):
            house.desk.staff.sign_in("aroha", "wrong words here")
    assert spans == sorted(spans)
    assert spans[-1] > dt.timedelta(seconds=30)
    with house.database.begin() as session:
        session.query(AdviserRow).one().locked_until = None
    house.desk.staff.sign_in("aroha", PASSWORD)


def test_a_session_ends_when_nothing_is_done_in_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.adviser("aroha", password=PASSWORD)
    _, secret = house.desk.staff.sign_in("aroha", PASSWORD)
    with house.database.begin() as session:
        row = session.query(SessionRow).one()
        assert secret not in (row.digest, row.adviser)
        row.used_at = now() - module.IDLE + dt.timedelta(minutes=1)
    assert house.desk.staff.session(secret, used=False) is not None, "a page's own beats keep nothing alive"
    with house.database.begin() as session:
        session.query(SessionRow).one().used_at = now() - module.IDLE - dt.timedelta(seconds=1)
    assert house.desk.staff.session(secret) is None


def test_who_is_switched_off_is_signed_out(house: House) -> None:
    adviser = house.adviser("aroha", password=PASSWORD)
    _, secret = house.desk.staff.sign_in("aroha", PASSWORD)
    house.desk.staff.change(adviser.id, is_active=False)
    assert house.desk.staff.session(secret) is None
    with pytest.raises(SignInFailed):
        house.desk.staff.sign_in("aroha", PASSWORD)


@pytest.mark.parametrize(
    ("login", "roles", "password", "said"),
    [
        ("", ["adviser"], None, "login name"),
        ("ben", ["boss"], None, "no role"),
        ("ben", ["adviser"], "short", "12 letters"),
        ("aroha", ["adviser"], None, "already"),
    ],
)
def test_accounts_that_can_not_be_made(house: House, login: str, roles: list[str], password: str, said: str) -> None:
    house.adviser("aroha")
    with pytest.raises(BadAccount, match=said):
        house.desk.staff.add(login, "Name", roles=roles, password=password)


def test_the_provider_does_not_take_over_a_local_account(house: House) -> None:
    local = house.adviser("aroha", password=PASSWORD)
    other, _ = house.desk.staff.sign_in_as("https://id.example|7", "aroha", "Aroha K", ["adviser"], [])
    assert other.id != local.id
    same, _ = house.desk.staff.sign_in_as("https://id.example|7", "aroha", "Aroha Kingi", ["adviser", "reviewer"], [])
    assert (same.id, same.name, same.roles) == (other.id, "Aroha Kingi", ["adviser", "reviewer"])
    with pytest.raises(SignInFailed):
        house.desk.staff.sign_in_as("https://id.example|8", "x", "X", [], [])
