"""The maps of the report: what is drawn, and what is said beside them."""

from __future__ import annotations

import pytest
from shapely import Point, Polygon
from shapely.ops import unary_union

from gate.workbench.auditing.words import PARTS
from gate.workbench.auditing.worldmap import draw


def test_crimea_is_drawn_as_ukraine_and_not_as_russia():
    simferopol = Point(256, 313)  # on the map of Ukraine
    found = {c.code for c in draw([]).near if outline(c.path).contains(simferopol)}
    assert found == {"UA"}


def located(place, areas, n):
    parts = dict.fromkeys(PARTS, 0)
    return {"place": place, "areas": areas, **parts, "covered": n, "total": n}


HELD = "russia-controlled-ukraine"


@pytest.mark.parametrize(
    ("rows", "russia", "beside"),
    [
        pytest.param([("RU", "russia:yes", 20)], 20, [], id="Russia"),
        pytest.param(
            [("RU", "russia:yes", 20), ("RU", f"{HELD}:yes,russia:yes", 1300)],
            20,
            ["1,300", HELD],
            id="Crimea that a database labels RU",
        ),
        pytest.param(
            [("RU", f"{HELD}:yes,russia:yes", 1300)], None, ["1,300"], id="Crimea alone"
        ),
        pytest.param(
            [
                ("RU", "russia:yes", 20),
                ("RU", "held:yes,russia:yes", 1300),
                ("UA-43", "held:yes", 40),
            ],
            20,
            ["1,300", "held"],
            id="an area of another name",
        ),
        pytest.param(
            [("RU", "warned:yes", 20), ("UA-43", "warned:yes", 40)],
            20,
            [],
            id="one area for both",
        ),
        pytest.param(
            [("RU", "russia:yes", 20), ("RU", "*", 10)], 30, [], id="areas merged"
        ),
    ],
)
def test_what_an_area_holds_to_be_ukraine_is_not_drawn_as_russia(rows, russia, beside):
    found = draw([located(*one) for one in rows])
    title = next(c.title for c in found.countries if c.code == "RU")
    assert title == (f"Russia (RU): {russia:,} owed a notice" if russia else "")
    assert bool(found.claimed) == bool(beside)
    assert all(word in found.claimed[0] for word in beside)


def test_unknown_places_and_elsewhere_are_told_apart_beside_the_map():
    rows = [("other", "", 20), ("bad_address", "", 30), ("private_address", "", 0)]
    found = draw([located(*one) for one in rows])
    assert found.elsewhere == (("unknown: bad address", 30), ("elsewhere", 20))


def outline(path):
    """The shape of an SVG path of straight lines."""
    rings = [ring.strip("M").split("L") for ring in path.split("Z") if ring]
    points = [[tuple(map(float, p.split(","))) for p in ring] for ring in rings]
    return unary_union([Polygon(ring).buffer(0) for ring in points])
