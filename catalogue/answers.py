"""From what a person writes to the value of a fact, and back to words."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import babel.dates
import dateparser
import email_validator
import phonenumbers
from babel.numbers import format_currency
from stdnum.nz import bankaccount, ird
from text_to_num import alpha2digit

from catalogue import addresses
from catalogue.model import Fact

Value = str | int | float | bool
"""A fact's value as JSON holds it. Dates are ISO 8601 strings."""

LONGEST = 300
"""Characters in one answer, at most."""

MEDIA_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
"""Kinds of file that can answer a fact, and their media types."""

ENDINGS = {"pdf": (".pdf",), "jpeg": (".jpg", ".jpeg"), "png": (".png",)}
"""How the names of such files end. People's programs choose by it; what a file is, its content says."""

_ROUGHLY = re.compile(
    r"\b(?:about|around|roughly|approx(?:imately)?|maybe|probably|perhaps|i think|i guess|i'd say|it's|it is|it was|say"
    r"|or so|ish|dollars?|bucks)\b|~"
)
"""Words beside a number that change nothing in it. What it is counted for ("a week") is not among them."""

_SCALE = re.compile(r"(\d)\s*(?:k|grand|thousand)\b")

_YES = {"yes", "y", "yep", "yeah", "yea", "yup", "true", "ae", "āe", "ya", "i do", "i am", "sure"}
_NO = {"no", "n", "nope", "nah", "na", "false", "kao", "kāo", "not", "i don't", "i dont", "i'm not", "im not"}


class AnswerError(ValueError):
    """What was written is not an answer to the question. The text says what to write, for the person to read."""


def read(fact: Fact, text: str, today: dt.date) -> Value:
    """The value that ``text`` gives to ``fact``.

    Raises:
        AnswerError: with words for the person.

    >>> from catalogue.model import Fact
    >>> ird_number = Fact(id="ird_number", type="ird_number", question="?", label="IRD number")
    >>> read(ird_number, "49-091-850", dt.date(2026, 11, 23))
    '049091850'
    >>> read(ird_number, "49-091-851", dt.date(2026, 11, 23))
    Traceback (most recent call last):
    ...
    catalogue.answers.AnswerError: That IRD number has a wrong digit. Check it on a payslip or letter and type it again.
    """
    if fact.type == "address":
        # Its lines tell its parts apart.
        text = re.sub(r"\s*[\r\n]+\s*", ", ", text.strip())
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    if not clean:
        raise AnswerError("Write an answer, or choose “Skip” if there is one.")
    if len(clean) > LONGEST:
        raise AnswerError(f"That is too long for this box. Use {LONGEST} letters or fewer.")
    return _READERS[fact.type](fact, clean, today)


def is_strict(fact: Fact) -> bool:
    """Whether a text can be told to be no answer at all: not so for names, places and free words."""
    return fact.type not in ("text", "name", "address", "country")


def show(fact: Fact, value: Value) -> str:
    """``value`` in words for the person.

    >>> from catalogue.model import Fact
    >>> show(Fact(id="birth", type="date", question="?", label="Date"), "2026-11-01")
    '1 November 2026'
    """
    if fact.type == "date":
        return babel.dates.format_date(dt.date.fromisoformat(str(value)), "d MMMM y", locale="en_NZ")
    if fact.type == "yes_no":
        return "Yes" if value else "No"
    if fact.type == "choice":
        return next((option.label.en for option in fact.options if option.id == value), str(value))
    if fact.type == "money":
        return money(float(value))
    if fact.type == "document":
        return str(value).rpartition(" (")[0]
    if fact.type == "ird_number":
        return str(ird.format(str(value)))
    return str(value)


def money(amount: float) -> str:
    """Dollars as they are written in New Zealand, with cents where there are any.

    >>> money(1250), money(20.5)
    ('$1,250', '$20.50')
    """
    pattern = "¤#,##0" if float(amount).is_integer() else "¤#,##0.00"
    return str(format_currency(amount, "NZD", pattern, "en_NZ", currency_digits=False))


def _date(fact: Fact, text: str, today: dt.date) -> str:
    if re.fullmatch(r"\d{1,4}", text):
        raise AnswerError("Give the day, the month and the year, for example 27 3 2026.")
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
    numeric = iso or re.fullmatch(r"(\d{1,2})[ ./-](\d{1,2})[ ./-](\d{4}|\d{2})", text)
    if numeric:
        parts = [int(part) for part in numeric.groups()]
        year, month, day = parts if iso else reversed(parts)
        if year < 100:
            # Two digits: the century that keeps the day from lying in the future.
            year += 2000 if year <= today.year % 100 else 1900
        try:
            found = dt.date(year, month, day)
        except ValueError:
            raise AnswerError("There is no such day. Give the day, the month and the year, like 27 3 2026.") from None
    else:
        settings: Any = {
            "DATE_ORDER": "DMY",
            "REQUIRE_PARTS": ["day", "month"],
            "PREFER_DATES_FROM": "past" if fact.past else "future",
            "RELATIVE_BASE": dt.datetime.combine(today, dt.time(12)),
        }
        parsed = dateparser.parse(text, languages=["en"], settings=settings)
        if parsed is None:
            raise AnswerError("Give the day, the month and the year, for example 27 3 2026.")
        found = parsed.date()
    if fact.past is True and found > today:
        raise AnswerError("That day has not come yet. Check the date and type it again.")
    if fact.past is False and found < today:
        raise AnswerError("That day has passed. Check the date and type it again.")
    if not 1900 <= found.year <= today.year + 20:
        raise AnswerError("Check the year and type the date again.")
    return found.isoformat()


def yes_or_no(text: str) -> bool:
    """Whether ``text`` says yes.

    Raises:
        AnswerError: where it says neither yes nor no.
    """
    word = text.casefold().strip(" .!,")
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise AnswerError("Answer yes or no.")


def _yes_no(fact: Fact, text: str, today: dt.date) -> bool:
    return yes_or_no(text)


def _choice(fact: Fact, text: str, today: dt.date) -> str:
    said = text.casefold().strip(" .!,")
    for option in fact.options:
        if said in (option.id, option.label.en.casefold(), (option.label.mi or option.label.en).casefold()):
            return option.id
    begins = [option.id for option in fact.options if option.label.en.casefold().startswith(said)]
    if len(begins) == 1:
        return begins[0]
    raise AnswerError("Choose one of the answers below.")


def _number(fact: Fact, text: str, today: dt.date) -> float | int:
    number = _figure(text)
    if not math.isfinite(number):
        raise AnswerError("Write a number, for example 45000.")
    if fact.minimum is not None and number < fact.minimum:
        raise AnswerError(f"The number must be {fact.minimum:g} or more.")
    if fact.whole and not number.is_integer():
        raise AnswerError("Write a whole number.")
    if (fact.maximum is not None and number > fact.maximum) or number > 1e12:
        raise AnswerError(f"The number must be {fact.maximum if fact.maximum is not None else 1e12:g} or less.")
    return int(number) if number.is_integer() else number


def _figure(text: str) -> float:
    """The number that ``text`` gives, in figures or in words, however roughly; NaN where it gives none.

    >>> _figure("$1,250.50"), _figure("about eighty thousand maybe"), _figure("45k"), _figure("80 grand, I think")
    (1250.5, 80000.0, 45000.0, 80000.0)
    >>> _figure("eighty thousand a week"), _figure("dunno")
    (nan, nan)
    """
    plain = text.casefold().replace(",", "").removeprefix("nz").replace("$", " ")
    said = _ROUGHLY.sub(" ", alpha2digit(_SCALE.sub(r"\1k", plain), "en", threshold=0)).strip(" !").removesuffix(".")
    # Thousands may be set apart; other figures side by side are two numbers, and so no answer.
    figure = re.fullmatch(r"(-?(?:\d+|\d{1,3}(?: \d{3})+)(?:\.\d+)?|\.\d+)\s*(k?)", said)
    return float(figure[1].replace(" ", "")) * (1000 if figure[2] else 1) if figure else math.nan


def _ird_number(fact: Fact, text: str, today: dt.date) -> str:
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"\d{8,9}", digits):
        raise AnswerError("An IRD number has 8 or 9 digits, for example 049 091 850. Type it again.")
    if not ird.is_valid(digits):
        raise AnswerError("That IRD number has a wrong digit. Check it on a payslip or letter and type it again.")
    return digits.zfill(9)


def _bank_account(fact: Fact, text: str, today: dt.date) -> str:
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"\d{15,16}", digits):
        raise AnswerError("A bank account has 15 or 16 digits, for example 01-0242-0100194-00. Type it again.")
    if not bankaccount.is_valid(digits):
        raise AnswerError("No bank has that account number. Check it on a statement and type it again.")
    return str(bankaccount.format(digits))


def _email(fact: Fact, text: str, today: dt.date) -> str:
    try:
        return email_validator.validate_email(text, check_deliverability=False).normalized
    except email_validator.EmailNotValidError:
        raise AnswerError("An email address looks like name@example.co.nz. Type it again.") from None


def _phone(fact: Fact, text: str, today: dt.date) -> str:
    try:
        number = phonenumbers.parse(text, "NZ")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise AnswerError("Give a phone number such as 021 123 4567, or +61 and the number for Australia.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _name(fact: Fact, text: str, today: dt.date) -> str:
    if any(character.isdigit() for character in text) or not any(character.isalpha() for character in text):
        raise AnswerError("Write a name in letters. Macrons, hyphens and apostrophes are fine.")
    return text


def _address(fact: Fact, text: str, today: dt.date) -> str:
    try:
        return addresses.read(text)
    except addresses.AddressError as error:
        raise AnswerError(str(error)) from None


def _trips(fact: Fact, text: str, today: dt.date) -> str:
    """Trips as ISO 8601 intervals: ``2024-03-01/2024-03-20, 2025-07-02/2025-07-09``, or ``none``."""
    if text.casefold().strip(" .!") in {"none", "no", "no trips", "never", "0"}:
        return "none"
    past = fact.model_copy(update={"past": None})
    found = []
    for part in filter(str.strip, re.split(r"[,;]| and ", text)):
        ends = re.split(r"/| to | until | till | - | – ", part.strip().removeprefix("from "))
        if len(ends) != 2:
            raise AnswerError(
                "Give each trip as two days, for example 1 3 2024 to 20 3 2024, and a comma between trips."
            )
        left, back = (_date(past, end.strip(), today) for end in ends)
        if back < left:
            raise AnswerError("One of the trips ends before it begins. Check the days and type them again.")
        found.append(f"{left}/{back}")
    return ", ".join(found)


def _words(fact: Fact, text: str, today: dt.date) -> str:
    return text


def _document(fact: Fact, text: str, today: dt.date) -> str:
    if document_id(text) is None:
        raise AnswerError("Choose a file, or say “skip” to send it later.")
    return text


def document_id(text: str) -> str | None:
    """The id in the answer to a fact of type ``document``, which reads ``name (id)``.

    >>> document_id("photo.jpg (doc_7K2M9QXP7K2M9QXP)")
    'doc_7K2M9QXP7K2M9QXP'
    """
    found = re.search(r"\((doc_[0-9A-Z]{16})\)$", text)
    return found[1] if found else None


_READERS: dict[str, Callable[[Fact, str, dt.date], Value]] = {
    "text": _words,
    "country": _words,
    "name": _name,
    "address": _address,
    "date": _date,
    "yes_no": _yes_no,
    "choice": _choice,
    "number": _number,
    "money": _number,
    "ird_number": _ird_number,
    "bank_account": _bank_account,
    "email": _email,
    "phone": _phone,
    "trips": _trips,
    "document": _document,
}
