"""The ground of a map is drawn as the gate judges, and no free ground is made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapely import Point, Polygon

from gate.model import Membership
from gate.places.areas import membership
from gate.places.gazetteer import settlements
from gate.rules import load_book
from gate.workbench.areas.ground import ground_of, place_of

ROOT = Path(__file__).parent.parent
NOW = 1_795_000_000


@pytest.fixture(scope="module")
def book():
    return load_book(ROOT / "rules")[0]


@pytest.fixture(scope="module")
def version(book):
    return book.areas["russia-controlled-ukraine"].version_at(NOW)


def level_at(version, latitude, longitude):
    """The highest membership whose ground holds a point; rings may be holes."""
    point = Point(longitude, latitude)
    for level in (Membership.YES, Membership.POSSIBLE):
        rings = ground_of(version)[level]
        inside = [Polygon([(x, y) for y, x in ring]).contains(point) for ring in rings]
        if sum(inside) % 2:
            return level
    return Membership.NO


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Svatove", Membership.YES),
        ("Siverskodonetsk", Membership.YES),
        ("Simferopol", Membership.YES),
        ("Mariupol", Membership.YES),
        ("Hulyaypole", Membership.POSSIBLE),
        ("Kharkiv", Membership.NO),
        ("Lviv", Membership.NO),
    ],
)
def test_the_ground_of_a_town_is_drawn_as_the_gate_judges_it(version, name, expected):
    named = [one for one in settlements().values() if one.name == name]
    town = max(named, key=lambda one: one.population)
    assert membership(version, place_of(town))[0] is expected
    assert level_at(version, town.latitude, town.longitude) is expected


def test_an_area_that_ends_nowhere_within_a_country_has_no_ground(book):
    whole = book.areas["russia"].version_at(NOW)
    assert not any(ground_of(whole).values())
