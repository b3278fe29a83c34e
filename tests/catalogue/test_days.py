import datetime as dt

import pytest

from catalogue import days


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-11-01", "2 months", "2027-01-01"),
        ("2026-12-31", "2 months", "2027-02-28"),
        ("2027-12-31", "2 months", "2028-02-29"),
        ("2028-02-29", "1 year", "2029-02-28"),
        ("2026-11-23", "12 weeks", "2027-02-15"),
        ("2026-11-23", "1 day", "2026-11-24"),
        # Friday to Wednesday, over a weekend.
        ("2026-11-20", "3 working days", "2026-11-25"),
        # Over Christmas Day (Friday) and Boxing Day moved to Monday the 28th.
        ("2026-12-24", "1 working day", "2026-12-29"),
        # Over Waitangi Day 2026, a Friday.
        ("2026-02-05", "1 working day", "2026-02-09"),
    ],
)
def test_count(start: str, span: str, end: str) -> None:
    assert days.count(day(start), span) == day(end)


def test_count_back() -> None:
    assert days.count(day("2027-02-28"), "6 weeks", back=True) == day("2027-01-17")
    assert days.count(day("2026-11-25"), "3 working days", back=True) == day("2026-11-20")


def test_regional_holidays_count_only_in_their_region() -> None:
    wellington_anniversary = day("2027-01-25")
    assert days.is_working_day(wellington_anniversary)
    assert not days.is_working_day(wellington_anniversary, "WGN")


def test_a_span_that_cannot_be_read_says_what_one_looks_like() -> None:
    with pytest.raises(ValueError, match="a span reads like `2 months`"):
        days.count(day("2026-11-23"), "a fortnight")


def test_every_region_has_its_anniversary_day() -> None:
    for name, code in days.REGIONS.items():
        weekdays = [day("2027-01-01") + dt.timedelta(days=number) for number in range(365)]
        own = [one for one in weekdays if days.is_working_day(one) and not days.is_working_day(one, code)]
        assert 1 <= len(own) <= 2, name


@pytest.mark.parametrize("span", ["1 day", "3 working days", "12 weeks", "2 months", "65 years", "999999999999 days"])
def test_the_calendar_has_ends(span: str) -> None:
    assert days.count(dt.date.max, span) == dt.date.max
    assert days.count(dt.date.min, span, back=True) == dt.date.min
