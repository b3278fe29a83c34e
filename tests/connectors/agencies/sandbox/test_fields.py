from __future__ import annotations

import datetime as dt

import pytest

from connectors.agencies.sandbox import fields

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("name", "Māui-tikitiki O'Taranga"),
        ("name", "Renée ʻAkauʻola"),
        ("name", "Nga\u0304hina"),
        ("date", "2030-01-01"),
        ("past_date", "2026-11-23"),
        ("future_date", "2026-11-23"),
        ("ird_number", "49091850"),
        ("ird_number", "049091850"),
        ("bank_account", "01-0242-0100194-00"),
        ("bank_account", "01 0242 0100194 000"),
        ("passport", "LA123456"),
        ("phone", "021 123 4567"),
        ("phone", "+61 2 9374 4000"),
        ("money", 0),
        ("yes_no", False),
        ("years", 44.5),
        ("text", "Line one\nline two"),
        (("a", "b"), "b"),
    ],
)
def test_fine(kind: str | tuple[str, ...], value: object) -> None:
    assert fields.check(kind, value, TODAY) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("name", "---"),
        ("name", "Robert'); DROP TABLE"),
        ("name", 7),
        ("date", "2026-1-1"),
        ("date", "２０２６-01-01"),
        ("date", "1899-12-31"),
        ("date", dt.date(2026, 1, 1)),
        ("past_date", "2026-11-24"),
        ("future_date", "2026-11-22"),
        ("birth_date", "1901-01-01"),
        ("ird_number", "049 091 850"),
        ("ird_number", 49091850),
        ("ird_number", "٤٩٠٩١٨٥٠"),
        ("bank_account", "01-0242-0100195-00"),
        ("passport", "LAA12345"),
        ("phone", "12"),
        ("phone", "call me"),
        ("money", True),
        ("money", "7"),
        ("money", float("inf")),
        ("yes_no", 1),
        ("yes_no", "yes"),
        ("years", 121),
        ("hours", 169),
        ("email", "a b@example.org"),
        (("a", "b"), True),
    ],
)
def test_wrong(kind: str | tuple[str, ...], value: object) -> None:
    assert fields.check(kind, value, TODAY)


def test_the_day_is_new_zealands() -> None:
    assert fields.today() in {(dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)).date() for hours in (12, 13)}
