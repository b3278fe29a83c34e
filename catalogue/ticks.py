"""What a person says to a list of statements: which are true, which are not, and which they can't tell."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

from catalogue import answers
from catalogue.answers import AnswerError
from catalogue.lines import Line

_WORDS = (
    ("first", "one", "tuatahi", "tahi"),
    ("second", "two", "tuarua", "rua"),
    ("third", "three", "tuatoru", "toru"),
    ("fourth", "four", "tuawhā", "whā"),
    ("fifth", "five", "tuarima", "rima"),
    ("sixth", "six", "tuaono", "ono"),
    ("seventh", "seven", "tuawhitu", "whitu"),
    ("eighth", "eight", "tuawaru", "waru"),
)
_PLACES = {word: place for place, words in enumerate(_WORDS) for word in words}

_FILLING = (
    r"\b(?:the|number|numbers|no|nos|and|me|te|ko|only|just|tick|both|yes to|yes|āe|lines?|statements?"
    r"|(?:is|are) true|apply|applies)\b"
)
_NONE = (
    r"(?:none|none of (?:these|them|those|the above|it)|nothing|not any|not one|neither|neither of them|no|nope|nah"
    r"|no to (?:all|everything|both)|no to all of (?:these|them)|kāo|kao|kāore|karekau|kāore he mea)"
)
_ALL = (
    r"(?:all|all of (?:these|them|those|it)|they are all true|all (?:are )?true|yes to (?:all|everything)"
    r"|yes to all of (?:these|them)|everything|every one|katoa|āe katoa|ko te katoa)"
)
_BUT = r"(?:but|except|except for|apart from|hāunga)"
_NOT_SURE = r"(?:i am |i'm |im )?(?:not sure|unsure|don't know|dont know|do not know|no idea|i don't know|i dont know)"
_REST = r"(?: (?:about|of|for))?(?: (?:the )?(?:rest|others?|other ones|remaining(?: ones)?))"

_TOO_LITTLE = (
    r"(?:yes|yeah|yea|yep|yup|y|true|sure|āe|ae|ya|i do|i am|some|some of (?:these|them|those)|maybe|sometimes)"
)


def read(lines: Sequence[Line], text: str, day: dt.date, *, is_own: bool = True) -> dict[str, bool | None]:
    """What ``text`` says about each of ``lines``, which were listed in this order on ``day``: true, false, or None (not
    sure).

    A choice is read too: ``tick:a+b`` ticks two lines, ``tick:none`` none; with ``unsure:`` the rest is not known.

    Args:
        is_own: the lines are about the person who answers, who is sure of some.

    Raises:
        AnswerError: where it says nothing about the list, or ticks what can't be true together, with words for the
            person.

    >>> from catalogue.model import Fact
    >>> tick = {"type": "yes_no", "question": "?", "label": "?"}
    >>> listed = [Line(Fact(id=name, statement=f"I am {name}", **tick)) for name in "abc"]
    >>> day = dt.date(2026, 11, 25)
    >>> read(listed, "the first and third", day)
    {'a': True, 'b': False, 'c': True}
    >>> read(listed, "2, not sure about the rest", day)
    {'a': None, 'b': True, 'c': None}
    >>> read(listed, "all but the last", day)
    {'a': True, 'b': True, 'c': False}
    >>> read(listed, "none", day), read(listed, "yes no no", day) == read(listed, "1", day)
    ({'a': False, 'b': False, 'c': False}, True)
    """
    ids = [line.id for line in lines]
    said, is_unsure = _said(lines, ids, text, day)
    _look_together(lines, said, day)
    return {
        line.id: True if line.id in said else None if is_unsure and not (is_own and line.is_sure) else False
        for line in lines
    }


def read_alone(line: Line, text: str, day: dt.date) -> dict[str, answers.Value]:
    """What ``text`` says to a question for one fact, or about one line: yes or no, or the fact's own value, which says
    more.

    Raises:
        AnswerError: where it is neither, with words for the person.
    """
    if line.bound is None:
        return {line.fact.id: answers.read(line.fact, text, day)}
    try:
        return {line.id: answers.yes_or_no(text)}
    except AnswerError:
        try:
            return {line.fact.id: answers.read(line.fact, text, day)}
        except AnswerError:
            raise AnswerError("Answer yes or no.") from None


def _look_together(lines: Sequence[Line], ticked: set[str], day: dt.date) -> None:
    """
    Raises:
        AnswerError: where two lines that are ticked rule each other out.
    """
    by_fact: dict[str, Line] = {}
    for line in lines:
        other = by_fact.get(line.fact.id)
        if line.id in ticked and line.bound is not None:
            if other is not None and other.bound is not None and other.bound.within(line.bound) is None:
                said = " and ".join(f"“{one.text(day).en}”" for one in (other, line))
                raise AnswerError(f"These can't both be true: {said}. Tick one of them.")
            by_fact[line.fact.id] = line


def _said(lines: Sequence[Line], ids: Sequence[str], text: str, day: dt.date) -> tuple[set[str], bool]:
    """The lines that are ticked, and whether the person is not sure about the rest."""
    kind, _, chosen = text.partition(":")
    if kind in ("tick", "unsure"):
        return _chosen(ids, chosen), kind == "unsure"
    said = " ".join(unicodedata.normalize("NFC", text).casefold().replace("’", "'").split()).strip(" .!")
    is_unsure = False
    rest = re.search(rf"(?:^|[\s,;.]+(?:and |but )?){_NOT_SURE}{_REST}$", said)
    if rest:
        said, is_unsure = said[: rest.start()].strip(" ,;."), True
    if not said and is_unsure:
        return set(), is_unsure
    ticked = _ticked(lines, ids, said, day)
    if ticked is None:
        raise AnswerError("Tick what is true, or choose None of these.")
    return ticked, is_unsure


def says_too_little(text: str) -> bool:
    """Whether ``text`` would answer one question, and says nothing about which of several lines are true."""
    return re.fullmatch(_TOO_LITTLE, unicodedata.normalize("NFC", text).casefold().strip(" .!,")) is not None


def _chosen(ids: Sequence[str], chosen: str) -> set[str]:
    names = set() if chosen == "none" else set(chosen.split("+"))
    if not names <= set(ids):
        raise AnswerError("Tick what is true, or choose None of these.")
    return names


def _ticked(lines: Sequence[Line], ids: Sequence[str], said: str, day: dt.date) -> set[str] | None:
    if re.fullmatch(_NONE, said):
        return set()
    if re.fullmatch(_ALL, said) or (len(ids) == 2 and re.fullmatch("(?:yes to )?both(?: of them)?", said)):
        return set(ids)
    but = re.fullmatch(rf"{_ALL},? {_BUT} (.+)", said)
    if but:
        left_out = _numbered(ids, but[1])
        return None if left_out is None else set(ids) - left_out
    each = re.findall(r"[\w']+", said)
    if len(each) == len(ids) and set(each) <= {"yes", "no", "y", "n", "āe", "kāo"}:
        return {name for name, one in zip(ids, each, strict=True) if one in ("yes", "y", "āe")}
    spoken = {
        text.casefold(): line.id for line in lines for text in (line.text(day).en, line.text(day).in_language("mi"))
    }
    if said in spoken:
        return {spoken[said]}
    return _numbered(ids, said)


def _numbered(ids: Sequence[str], said: str) -> set[str] | None:
    """The lines at the places that ``said`` names; None where it says anything else."""
    plain = re.sub(_FILLING, " ", said)
    words = re.findall(r"\w+", re.sub(r"(?<=\w) ones?\b", "", plain))
    found = set()
    for word in words:
        number = re.fullmatch(r"(\d)(?:st|nd|rd|th)?", word)
        place = int(number[1]) - 1 if number else len(ids) - 1 if word == "last" else _PLACES.get(word, -1)
        if not 0 <= place < len(ids):
            return None
        found.add(ids[place])
    return found or None
