"""A place as somebody types it after --place."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import NoSuchPlaceError
from gate.model import Place, Unknown
from gate.workbench.visitor import parse_visitor


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("RU", Place(country="RU"), id="country"),
        pytest.param("NO", Place(country="NO"), id="Norway"),
        pytest.param(
            "UA-65,50km",
            Place(country="UA", subdivision="UA-65", accuracy_km=50),
            id="subdivision and radius",
        ),
        pytest.param(
            "country=UA, subdivision=UA-65, accuracy=50 km",
            Place(country="UA", subdivision="UA-65", accuracy_km=50),
            id="keys",
        ),
        pytest.param(
            "UA,settlement=701822,point=44.95/34.1,registered=RU",
            Place(
                country="UA", settlement=701822, point=(44.95, 34.1), registered="RU"
            ),
            id="settlement, point, registration",
        ),
        pytest.param(
            "UA,network=192.0.2.0/24",
            Place(country="UA", network="192.0.2.0/24"),
            id="network",
        ),
        pytest.param(
            "unknown=bad_address", Place(unknown=Unknown.BAD_ADDRESS), id="unknown"
        ),
    ],
)
def test_a_place_is_what_a_test_of_the_book_would_say(text, place):
    assert parse_visitor(text) == place


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param("Moscow", "no part of a place", "UA-65,50km", id="a name"),
        pytest.param("", "no part of a place", "UA-65,50km", id="nothing"),
        pytest.param("contry=UA", 'no "contry"', "country", id="slip in a key"),
        pytest.param("x=UA", 'no "x"', "Known are", id="unknown key"),
        pytest.param("UA,RU", "two different things of country", "", id="twice"),
        pytest.param("UA-65,country=RU", "two different", "", id="other country"),
        pytest.param("UK", "UK", "GB", id="not an ISO code"),
        pytest.param("UA-99", "UA-99", "", id="no such subdivision"),
        pytest.param("UA,point=44", "", "", id="half a point"),
        pytest.param("UA,point=95/0", "", "", id="beyond the pole"),
        pytest.param("unknown=because", "because", "", id="no such reason"),
        pytest.param("RU,unknown=bad_address", "no other key", "alone", id="both"),
    ],
)
def test_what_cannot_be_understood_is_refused_as_usage(text, message, hint):
    with pytest.raises(NoSuchPlaceError) as caught:
        parse_visitor(text)
    assert caught.value.exit_code == 2
    assert message in str(caught.value)
    assert hint in caught.value.hint


@given(st.text(alphabet='RUA-65,50km=point/."{}[]:\n\0é', max_size=30))
def test_any_text_is_a_place_or_refused(text):
    with contextlib.suppress(NoSuchPlaceError):
        assert isinstance(parse_visitor(text), Place)
