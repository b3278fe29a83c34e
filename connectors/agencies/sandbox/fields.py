"""How an agency looks at one answer. Each kind of field says what is wrong with a value and how to mend it, or None."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable
from zoneinfo import ZoneInfo

import email_validator
import phonenumbers
from stdnum.nz import bankaccount, ird

_NEW_ZEALAND = ZoneInfo("Pacific/Auckland")
_LONGEST = 300
_NAME_MARKS = frozenset(" '’ʻ`-‐.")


def today() -> dt.date:
    """The day that it is in New Zealand, which is the day that an agency goes by."""
    return dt.datetime.now(_NEW_ZEALAND).date()


def age(born: dt.date, on: dt.date) -> int:
    """Whole years from ``born`` to ``on``.

    >>> age(dt.date(2008, 2, 29), dt.date(2026, 2, 28))
    17
    """
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _text(value: object, today: dt.date) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "Write an answer in words."
    if len(value) > _LONGEST:
        return f"This is too long. Use {_LONGEST} letters or fewer."
    if any(unicodedata.category(one) == "Cc" and one not in "\n\r\t" for one in value):
        return "Take out the signs that can't be printed."
    return None


def _name(value: object, today: dt.date) -> str | None:
    wrong = _text(value, today)
    if wrong is not None:
        return wrong
    text = str(value)
    fine = all(unicodedata.category(one)[0] in "LM" or one in _NAME_MARKS for one in text)
    if not fine or not any(one.isalpha() for one in text):
        return "Use letters. Macrons, hyphens and apostrophes are fine."
    return None


def _day(value: object) -> dt.date | None:
    # Stricter than Python: one way to write a day, so that no two programs read it differently.
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        found = dt.date.fromisoformat(value)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None


def _date(value: object, today: dt.date) -> str | None:
    return None if _day(value) else "Give the day as year-month-day, like 2026-03-27."


def _past_date(value: object, today: dt.date) -> str | None:
    day = _day(value)
    return "That day has not come yet. Check it." if day and day > today else _date(value, today)


def _future_date(value: object, today: dt.date) -> str | None:
    day = _day(value)
    return "That day has passed. Check it." if day and day < today else _date(value, today)


def _birth_date(value: object, today: dt.date) -> str | None:
    day = _day(value)
    return "That is more than 120 years ago. Check it." if day and age(day, today) > 120 else _past_date(value, today)


def _yes_no(value: object, today: dt.date) -> str | None:
    return None if isinstance(value, bool) else "Answer yes or no (true or false)."


def number(value: object) -> float | None:
    """The number that ``value`` is, where it is one and not beyond all measure."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e12 and math.isfinite(value) else None


def _money(value: object, today: dt.date) -> str | None:
    found = number(value)
    return None if found is not None and found >= 0 else "Give an amount in dollars, 0 or more."


def _years(value: object, today: dt.date) -> str | None:
    found = number(value)
    return None if found is not None and 0 <= found <= 120 else "Give a number of years, from 0 to 120."


def _hours(value: object, today: dt.date) -> str | None:
    found = number(value)
    return None if found is not None and 0 <= found <= 168 else "Give a number of hours a week, from 0 to 168."


def _email(value: object, today: dt.date) -> str | None:
    try:
        email_validator.validate_email(str(value), check_deliverability=False)
    except email_validator.EmailNotValidError:
        return "An email address looks like name@example.co.nz."
    return None


def _phone(value: object, today: dt.date) -> str | None:
    try:
        fine = phonenumbers.is_possible_number(phonenumbers.parse(str(value), "NZ"))
    except phonenumbers.NumberParseException:
        fine = False
    return None if fine else "Give a phone number with its area code, like 021 123 4567."


def _address(value: object, today: dt.date) -> str | None:
    wrong = _text(value, today)
    if wrong is None and (len(str(value)) < 8 or not any(one.isalpha() for one in str(value))):
        return "Give the whole address: street, suburb, town and postcode."
    return wrong


def _ird_number(value: object, today: dt.date) -> str | None:
    fine = isinstance(value, str) and re.fullmatch(r"[0-9]{8,9}", value) and ird.is_valid(value)
    return None if fine else "This is no IRD number: its last digit does not fit the others. Check each digit."


def _bank_account(value: object, today: dt.date) -> str | None:
    fine = isinstance(value, str) and re.fullmatch(r"[0-9 -]{15,20}", value) and bankaccount.is_valid(value)
    return None if fine else "There is no such bank account. Check each digit: bank, branch, account, suffix."


def _passport(value: object, today: dt.date) -> str | None:
    fine = isinstance(value, str) and re.fullmatch(r"[A-Z]{1,2}[0-9]{6}", value.upper().replace(" ", ""))
    return None if fine else "A New Zealand passport number is one or two letters and six digits, like LA123456."


def _any_passport(value: object, today: dt.date) -> str | None:
    fine = isinstance(value, str) and re.fullmatch(r"[A-Z0-9]{6,12}", value.upper().replace(" ", ""))
    return None if fine else "A passport number is 6 to 12 letters and digits."


KINDS: dict[str, Callable[[object, dt.date], str | None]] = {
    "text": _text,
    "name": _name,
    "date": _date,
    "past_date": _past_date,
    "future_date": _future_date,
    "birth_date": _birth_date,
    "yes_no": _yes_no,
    "money": _money,
    "years": _years,
    "hours": _hours,
    "email": _email,
    "phone": _phone,
    "address": _address,
    "ird_number": _ird_number,
    "bank_account": _bank_account,
    "passport": _passport,
    "any_passport": _any_passport,
}
"""By the names that an agency's YAML file uses. A field that is a list of ids is a choice."""


def check(kind: str | tuple[str, ...], value: object, today: dt.date) -> str | None:
    """What is wrong with ``value`` as a field of ``kind``, or None."""
    if isinstance(kind, tuple):
        return None if value in kind else f"Choose one of: {', '.join(kind)}."
    return KINDS[kind](value, today)
