"""What a person says to a list of statements: which are true, which are not, and which they can't tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from catalogue.answers import AnswerError
from catalogue.model import Fact

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


def read(facts: Sequence[Fact], text: str) -> dict[str, bool | None]:
    """What ``text`` says about each of ``facts``, which were listed in this order: true, false, or None (not sure).

    A choice is read too: ``tick:a+b`` ticks two facts, ``tick:none`` none; with ``unsure:`` the rest is not known.

    Raises:
        AnswerError: where it says nothing about the list, with words for the person.

    >>> listed = [Fact(id=name, type="yes_no", question="?", label="?", statement=f"I am {name}") for name in "abc"]
    >>> read(listed, "the first and third")
    {'a': True, 'b': False, 'c': True}
    >>> read(listed, "2, not sure about the rest")
    {'a': None, 'b': True, 'c': None}
    >>> read(listed, "all but the last")
    {'a': True, 'b': True, 'c': False}
    >>> read(listed, "none"), read(listed, "yes no no") == read(listed, "1")
    ({'a': False, 'b': False, 'c': False}, True)
    """
    ids = [fact.id for fact in facts]
    kind, _, chosen = text.partition(":")
    if kind in ("tick", "unsure"):
        return _answer(ids, _chosen(ids, chosen), kind == "unsure")
    said = " ".join(unicodedata.normalize("NFC", text).casefold().replace("’", "'").split()).strip(" .!")
    is_unsure = False
    rest = re.search(rf"(?:^|[\s,;.]+(?:and |but )?){_NOT_SURE}{_REST}$", said)
    if rest:
        said, is_unsure = said[: rest.start()].strip(" ,;."), True
    if not said and is_unsure:
        return _answer(ids, set(), is_unsure)
    ticked = _ticked(facts, ids, said)
    if ticked is None:
        raise AnswerError("Tick what is true, or choose None of these.")
    return _answer(ids, ticked, is_unsure)


def says_too_little(text: str) -> bool:
    """Whether ``text`` would answer one question, and says nothing about which of several lines are true."""
    return re.fullmatch(_TOO_LITTLE, unicodedata.normalize("NFC", text).casefold().strip(" .!,")) is not None


def _answer(ids: Sequence[str], ticked: set[str], is_unsure: bool) -> dict[str, bool | None]:
    return {name: True if name in ticked else None if is_unsure else False for name in ids}


def _chosen(ids: Sequence[str], chosen: str) -> set[str]:
    names = set() if chosen == "none" else set(chosen.split("+"))
    if not names <= set(ids):
        raise AnswerError("Tick what is true, or choose None of these.")
    return names


def _ticked(facts: Sequence[Fact], ids: Sequence[str], said: str) -> set[str] | None:
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
    spoken: Mapping[str, str] = {
        text.casefold(): fact.id
        for fact in facts
        if fact.statement
        for text in (fact.statement.en, fact.statement.mi or fact.statement.en)
    }
    if said in spoken:
        return {spoken[said]}
    return _numbered(ids, said)


def _numbered(ids: Sequence[str], said: str) -> set[str] | None:
    """The facts at the places that ``said`` names; None where it says anything else."""
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
