"""The table of codes, and what is proposed for one that does not exist."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from gate.rules import iso3166
from gate.rules.places import (  # noqa: TC001 - pydantic reads them
    CountryCode,
    IsoCode,
    PartCode,
)


class Codes(BaseModel):
    country: CountryCode = "RU"
    part: PartCode = "UA-43"
    any: IsoCode = "RU"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("RU", "Russia"),
        ("NO", "Norway"),
        ("UA-40", "Sevastopol"),
        ("XK", "Kosovo"),
        ("ZW", "Zimbabwe"),
        ("UK", ""),
        ("UA-34", ""),
        ("U", ""),
        ("", ""),
        ("\n", ""),
    ],
)
def test_a_code_has_its_name(code, name):
    assert iso3166.name_of(code) == name


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("UK", 'Did you mean "GB" (United Kingdom)?'),
        ("EL", 'Did you mean "GR" (Greece)?'),
        ("SU", 'Did you mean "RU" (Russia)? The code was withdrawn.'),
        ("CS", "The code was withdrawn; use the codes of the countries of today."),
        ("QZ", ""),
        ("RX-01", ""),
        ("AI-01", "Anguilla has no codes of its parts."),
    ],
)
def test_a_code_that_does_not_exist_has_a_proposal_if_one_is_near(code, hint):
    assert iso3166.hint_for(code) == hint


def test_a_wrong_part_of_a_country_is_told_some_right_ones():
    assert "Ukraine has 27 codes, such as UA-05 (" in iso3166.hint_for("UA-34")


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("country", "Russia", 'Did you mean "RU" (Russia)?'),
        ("country", "Ukrain", 'Did you mean "UA" (Ukraine)?'),
        ("any", "Sevastopol", 'Did you mean "UA-40" (Sevastopol)?'),
        ("any", "ru", 'Did you mean "RU"?'),
        ("part", "UA", 'Write it like "UA-…".'),
        ("country", "UA-43", 'Did you mean "UA"?'),
        ("any", "", ""),
        ("any", "x" * 10_000, ""),
    ],
)
def test_what_is_no_code_is_refused_with_a_proposal(field, value, hint):
    with pytest.raises(ValidationError) as caught:
        Codes(**{field: value})
    (error,) = caught.value.errors()
    assert error["ctx"]["code"] == "R010"
    assert error["ctx"]["hint"] == hint


def test_a_list_is_no_code():
    with pytest.raises(ValidationError, match="One code is needed here"):
        Codes(country=["RU"])


def test_every_row_is_a_code_and_a_name_in_order():
    rows = [row.split("\t") for row in iso3166._rows()]  # noqa: SLF001
    assert rows == sorted(rows)
    assert len(rows) > 5000
    for code, name in rows:
        assert iso3166.name_of(code) == name
        assert iso3166.name_of(code.partition("-")[0])
