from __future__ import annotations

import pytest

from catalogue.addresses import BEGINS, AddressError, names, read


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("12 Rātā Street, Tauhara, Taupō 3330", "12 Rātā Street, Tauhara, Taupō 3330"),
        ("12 Rātā Street\nTauhara\nTaupō 3330\nNew Zealand", "12 Rātā Street, Tauhara, Taupō 3330"),
        ("2/14b Queen St, Auckland, 1010", "2/14b Queen St, Auckland 1010"),
        ("12 Rata Street Taupo 3330", "12 Rata Street Taupo 3330"),
        ("1 Example Street, Exampleville, Wellington 6011 NZ", "1 Example Street, Exampleville, Wellington 6011"),
        ("p.o. box 123, Feilding 4740", "PO Box 123, Feilding 4740"),
        ("PO Box 11-234, Manners Street, Wellington 6142", "PO Box 11-234, Manners Street, Wellington 6142"),
        ("Private bag 92024, Auckland 1142", "Private Bag 92024, Auckland 1142"),
        ("814 Kauri Road, R.D.2, Kaikohe 0472", "814 Kauri Road, RD 2, Kaikohe 0472"),
        ("Kauri Farm, RD 2 Kaikohe 0472", "Kauri Farm, RD 2 Kaikohe 0472"),
        ("22 Old West Coast Road, RD 6, Christchurch 7676", "22 Old West Coast Road, RD 6, Christchurch 7676"),
        ("22 Main Road, Tawa, Wellington 5028", "22 Main Road, Tawa, Wellington 5028"),
        ("Te Rau Marae, 3 Pā Road, Whangārei 0110", "Te Rau Marae, 3 Pā Road, Whangārei 0110"),
        ("5 Beach Rd, Bondi NSW 2026, Australia", "5 Beach Rd, Bondi NSW 2026, Australia"),
        ("10 Downing Street, London SW1A 2AA, England", "10 Downing Street, London SW1A 2AA, United Kingdom"),
        ("1 Main St, Springfield IL 62701-1234, USA", "1 Main St, Springfield IL 62701-1234, United States"),
        ("Beach Road\nApia\nSamoa", "Beach Road, Apia, Samoa"),
        ("Damrak 1, 1012 LG Amsterdam, the Netherlands", "Damrak 1, 1012 LG Amsterdam, Netherlands"),
    ],
)
def test_whole_addresses_are_taken(text: str, kept: str) -> None:
    assert read(text) == kept
    # What was taken once is taken again as it stands.
    assert read(kept) == kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Taupō", "Write the whole address"),
        ("12 Rātā Street, Taupō", "Add the postcode at the end, four digits"),
        ("12 Rātā Street, Taupō 333", "A postcode in New Zealand has four digits"),
        ("12 Rātā Street, Taupō 9999", "No place in New Zealand has the postcode 9999"),
        ("12 Rātā Street, Taupō 0000", "No place in New Zealand has the postcode 0000"),
        ("12 Rātā Street, 3330", "Add the suburb and the town"),
        ("12 Rātā Street 3330", "Add the suburb and the town"),
        ("12 Rātā Street, Wellington 8011", "Postcodes of Wellington begin with 5 or 6, and you wrote 8011"),
        ("12 Rātā Street, Whangarei 6011", "Postcodes of Whangārei begin with 0"),
        ("PO Box, Feilding 4740", "Add the number of the PO Box"),
        ("PO Box 123", "Add the postcode"),
        ("Kauri Farm, RD, Kaikohe 0472", "Add the number of the rural delivery"),
        ("1 Queen Street, PO Box 12 4740", "Add the town"),
        ("10 Downing Street, London SW1A 2AA", "Add the country at the end"),
        ("5 Beach Rd, Bondi, Australia", "Add the postcode. In Australia it is one, such as 2060"),
        ("London, United Kingdom", "Write the street, the town and the postcode before United Kingdom"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(AddressError) as refused:
        read(text)
    assert said in str(refused.value)


def test_a_town_is_not_mistaken_for_part_of_a_street() -> None:
    assert read("12 Wellington Street, Hamilton 3216") == "12 Wellington Street, Hamilton 3216"
    assert read("3 Nelson Road, Gisborne 4010") == "3 Nelson Road, Gisborne 4010"
    # A suburb of Auckland, and not Wellington.
    assert read("9 Ellerslie Road, Mount Wellington 1060") == "9 Ellerslie Road, Mount Wellington 1060"


def test_countries_are_those_of_the_list_and_towns_are_judged_by_digits() -> None:
    assert len(names()) > 230
    assert {"AU", "GB", "WS", "TO", "FJ", "IN", "CN", "PH"} <= set(names())
    assert all(digits.isdigit() for digits in BEGINS.values())
