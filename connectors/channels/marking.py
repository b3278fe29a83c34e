"""From values to what a page shows: days, times, money, telephone numbers, and words with their language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency
from markupsafe import Markup, escape

from catalogue.model import Text
from conversations import Turn, Words
from conversations.messages import CheckAnswers, Choices, Crisis, Handover, Message, Notice, Question, Receipt, Status

_AOTEAROA = ZoneInfo("Pacific/Auckland")
_LOCALES = {"en": "en_NZ", "mi": "mi"}
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_NUMBER = re.compile(
    r"(?<![\w$.,/-])(?:\+64[ \d]{7,13}\d|0(?:800|508|900|2\d|[34679])[ \d]{5,11}\d|111|105|1737)(?![\w/]|[.,]\d)"
)


class Label(str):
    """Words that know their language: on a page of another language they say so to screen readers.

    Where a template prints one, it is wrapped in ``<span lang>`` if need be. In an attribute use the filter ``plain``.

    >>> Label("Print", "en", "mi").__html__()
    '<span lang="en">Print</span>'
    >>> Label("Print", "en", "en").__html__()
    'Print'
    """

    __slots__ = ("lang", "page")

    lang: str
    page: str

    def __new__(cls, text: str, lang: str, page: str) -> Label:
        """The words ``text`` in ``lang``, for a page in the language ``page``."""
        label = super().__new__(cls, text)
        label.lang, label.page = lang, page
        return label

    def __html__(self) -> str:
        """The words as HTML."""
        text = str(escape(str(self)))
        return text if self.lang == self.page else f'<span lang="{self.lang}">{text}</span>'


Labels = Callable[..., Label]
"""Words by key with values filled in: ``words("page_print")``."""


def labels(words: Words, language: str) -> Labels:
    """The function that templates know as ``words``, for pages or messages in ``language``."""

    def say(key: str, **values: object) -> Label:
        return Label(words.text(key, language, **values), words.marks(key, language)["lang"], language)

    return say


def in_language(text: Text | str, language: str) -> Label | str:
    """Words of the catalogue, marked with the language that they are really in."""
    if isinstance(text, str):
        return text
    return Label(text.in_language(language), "mi" if language == "mi" and text.mi else "en", language)


def day(value: dt.date | None, language: str = "en") -> str:
    """
    >>> day(dt.date(2026, 11, 1))
    '1 November 2026'
    >>> day(dt.date(2026, 11, 1), "mi")
    '1 Noema 2026'
    """
    return format_date(value, "d MMMM y", locale=_LOCALES[language]) if value else ""


def clock(value: dt.datetime, language: str = "en") -> str:
    """The time of day in New Zealand.

    >>> clock(dt.datetime(2026, 11, 1, 0, 42, tzinfo=dt.UTC))
    '1:42 pm'
    """
    return format_time(_here(value), "h:mm a", locale=_LOCALES[language]).replace("\N{NARROW NO-BREAK SPACE}", " ")


def moment(value: dt.datetime, language: str = "en") -> str:
    """
    >>> moment(dt.datetime(2026, 11, 1, 0, 42, tzinfo=dt.UTC))
    '1 November 2026, 1:42 pm'
    """
    return f"{day(_here(value).date(), language)}, {clock(value, language)}"


def dollars(amount: float) -> str:
    """
    >>> dollars(33), dollars(1247.5)
    ('$33', '$1,247.50')
    """
    whole = float(amount).is_integer()
    return format_currency(amount, "NZD", "¤#,##0" if whole else "¤#,##0.00", "en_NZ", currency_digits=False)


def sentence(text: str) -> str:
    """``text`` with a mark at its end.

    >>> sentence("It is free"), sentence("Is it free?")
    ('It is free.', 'Is it free?')
    """
    text = str(text).strip()
    return text if not text or text[-1] in ".?!:…)" else f"{text}."


def host(url: str) -> str:
    """
    >>> host("https://www.govt.nz/browse/")
    'govt.nz'
    """
    return (urlsplit(url).hostname or "").removeprefix("www.")


def dial(number: str) -> str:
    """A number as a telephone dials it; words such as REFUGE are spelled on the keypad.

    >>> dial("0800 REFUGE (733 843)"), dial("+64 9 555 0100")
    ('0800733843', '+6495550100')
    """
    return re.sub(r"[^\d+]", "", number.split("(")[0].upper().translate(_KEYPAD))


def call(text: str) -> Markup:
    """``text`` with its telephone numbers as links.

    >>> call("Call 0800 22 52 52 (free)")
    Markup('Call <a class="govuk-link tel" href="tel:0800225252">0800 22 52 52</a> (free)')
    """
    parts: list[str] = []
    end = 0
    for found in _NUMBER.finditer(text):
        parts.append(str(escape(text[end : found.start()])))
        number = found.group()
        parts.append(f'<a class="govuk-link tel" href="tel:{dial(number)}">{number}</a>')
        end = found.end()
    parts.append(str(escape(text[end:])))
    return Markup("".join(parts))  # noqa: S704 - every part is escaped above, or digits


def spoken(messages: Iterable[Message], words: Labels) -> str:
    """What the live region says of new messages: the words, and no more of a card than one needs to go and read it."""
    return " ".join(filter(None, (_spoken(message, words) for message in messages)))


def _spoken(message: Message, words: Labels) -> str:
    parts = [message.text]
    if isinstance(message, Question):
        parts = [message.error or "", words("label_question_of", number=message.number, of=message.of), message.text]
        parts += [option.label for option in message.options] + [line.text for line in message.lines]
    elif isinstance(message, Choices):
        parts += [choice.label for choice in message.choices]
    elif isinstance(message, Crisis):
        parts += [f"{line.name}: {line.number}" for line in message.lines[:2]]
    elif isinstance(message, Handover):
        parts.append(f"{words('label_your_code')}: {message.code}")
    elif isinstance(message, Receipt):
        parts.append(f"{words('label_reference')}: {message.reference}")
    elif isinstance(message, Status):
        parts += [message.name, message.label, message.message or ""]
    elif isinstance(message, Notice | CheckAnswers):
        parts.append(message.name)
    return " ".join(sentence(part) for part in parts if part)


def gone(turns: list[Turn]) -> set[tuple[int, int]]:
    """Which messages have had their answer, as (turn, place in it): their choices are not offered again.

    Plans, services and receipts keep their buttons. A question with plain choices is over once anything was said; a
    notice or a check of answers once one of its own choices was pressed, or once it was said anew.
    """
    over: set[tuple[int, int]] = set()
    for at, turn in enumerate(turns):
        for place, message in enumerate(turn.messages):
            if isinstance(message, Choices | Question | Notice | CheckAnswers) and any(
                _ends(message, later) for later in turns[at + 1 :]
            ):
                over.add((turn.number, place))
    return over


def _ends(message: Choices | Question | Notice | CheckAnswers, later: Turn) -> bool:
    if later.by == "person":
        ids = {choice.id for choice in message.choices}
        if isinstance(message, CheckAnswers):
            ids |= {answer.choice.id for answer in message.answers}
        return isinstance(message, Choices | Question) or later.choice in ids
    return any(other.type == message.type for other in later.messages)


def _here(value: dt.datetime) -> dt.datetime:
    return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).astimezone(_AOTEAROA)
