"""Weighing: how many of the people whom a record may mean live in the area."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model import Membership, Place, Shape, Weigh
from gate.places.areas import extent_of, membership
from gate.places.gazetteer import distance_km, settlements
from gate.places.people import region_of
from gate.workbench.reasons import reasons

NO, POSSIBLE, YES = Membership
KYIV = (50.4522, 30.5287)
"""Default point of records that name Ukraine only (GeoLite2)."""

WEIGHED = {
    "Kyiv's default point, 500 km": (None, KYIV, 500, "1.8", NO),
    "Kyiv's default point, 1000 km": (None, KYIV, 1000, "23.5", POSSIBLE),
    "the same, but the label says the city": ("UA-30", KYIV, 1000, "0.0", NO),
    "Kramatorsk": ("UA-14", (48.74, 37.58), 20, "0.0", NO),
    "Kramatorsk, 100 km": ("UA-14", (48.74, 37.58), 100, "79.3", POSSIBLE),
    "Zaporizhzhia city": ("UA-23", (47.85, 35.12), 20, "0.0", NO),
    "Zaporizhzhia city, 100 km": ("UA-23", (47.85, 35.12), 100, "24.5", POSSIBLE),
    "Kherson city, within its bounds, but not named": (
        *("UA-65", (46.637, 32.615), 5, "0.0"),
        POSSIBLE,
    ),
    "Kherson city, across the river": (
        *("UA-65", (46.637, 32.615), 10, "21.2"),
        POSSIBLE,
    ),
    "Kharkiv with a radius over half the country": (
        *("UA-63", (49.98, 36.25), 500, "0.0"),
        NO,
    ),
    "Donetsk, as its oblast": ("UA-14", (48.02, 37.80), 20, "100.0", YES),
    "no radius: 50 km": ("UA-65", (46.637, 32.615), None, "47.5", POSSIBLE),
    "no point: the whole oblast": ("UA-65", None, 50, "70.9", POSSIBLE),
    "no point: the whole country": (None, None, None, "23.5", POSSIBLE),
    "nobody in the disc: the nearest settlement": (
        *("UA-65", (46.0, 31.9), 1, "100.0"),
        YES,
    ),
    "the point of another oblast: the label holds": (
        *("UA-46", (48.74, 37.58), 20, "0.0"),
        NO,
    ),
    "the label and the point contradict each other": (
        *("UA-46", (48.02, 37.80), 20, "0.0"),
        POSSIBLE,
    ),
}


@pytest.mark.parametrize(
    ("subdivision", "point", "radius", "per_cent", "level"),
    WEIGHED.values(),
    ids=WEIGHED,
)
def test_a_coarse_record_is_weighed_by_the_people_of_its_label(
    controlled, subdivision, point, radius, per_cent, level
):
    place = Place(
        country="UA", subdivision=subdivision, point=point, accuracy_km=radius
    )
    assert f"{100 * extent_of(controlled).share(place).part:.1f}" == per_cent
    assert membership(controlled, place)[0] is level


def test_a_disc_is_clipped_by_the_code_of_each_settlement():
    """Half of a disc at the edge of an oblast lies in the next one, and counts not."""
    enerhodar, nikopol = settlements()[709276], settlements()[700051]
    point = (enerhodar.latitude, enerhodar.longitude)
    assert distance_km(point, (nikopol.latitude, nikopol.longitude)) < 25
    oblast, country = region_of("UA-23"), region_of("UA")
    weighed = [
        region.share(region.people >= 0, point=point, radius_km=25, is_assumed=False)
        for region in (oblast, country)
    ]
    assert weighed[1].people - weighed[0].people > nikopol.population


def test_what_is_not_within_is_not_weighed(make_version):
    place = Place(country="RU", point=(47.2, 39.7), accuracy_km=1000)
    version = make_version(within=("UA",), settlements=(701822,))
    assert extent_of(version).share(place) is None
    assert membership(version, place) == (NO, ())


def test_nobody_is_counted_twice_with_a_section_and_its_city(facts):
    """All of Ukraine had some 44 million inhabitants in 2021; cities500 says 47."""
    sections = facts("sections_of_cities.json")["sections"]
    assert not {id_ for id_, *_ in sections} & settlements().keys()
    assert sum(people for _, _, people, _ in sections) == 11_404_681
    assert region_of("UA").people.sum() == 35_976_179
    cities = {found.name for found in settlements().values()}
    assert {city for *_, city in sections} <= cities


THRESHOLDS = {
    "as it is": (Weigh(), NO),
    "every doubt counts": (Weigh(unlikely=0.0), POSSIBLE),
    "exactly at the share": (Weigh(unlikely=0.1), NO),
    "any majority is certain": (Weigh(certain=0.51), NO),
}


@pytest.mark.parametrize(("weigh", "level"), THRESHOLDS.values(), ids=THRESHOLDS)
def test_an_area_may_set_its_own_thresholds(make_version, weigh, level):
    version = make_version(within=("UA",), whole=("UA-43",), weigh=weigh)
    place = Place(country="UA", point=KYIV, accuracy_km=1000)
    assert membership(version, place)[0] is level


def test_the_radius_of_a_database_without_one_is_the_areas(make_version):
    place = Place(country="UA", point=(46.637, 32.615))
    found = {
        radius: extent_of(
            make_version(within=("UA",), weigh=Weigh(radius_km=radius))
        ).share(place)
        for radius in (10, 200)
    }
    assert found[10].people < found[200].people
    assert [one.radius_km for one in found.values()] == [10, 200]
    assert all(one.is_assumed for one in found.values())


ELSEWHERE = {
    "a disc that reaches the area": ({"point": (42.5, 41.0)}, POSSIBLE, ("within:GE",)),
    "a disc that does not": ({"point": (41.7, 44.8)}, NO, ()),
    "the country alone": ({}, POSSIBLE, ("within:GE",)),
    "another subdivision": ({"subdivision": "GE-TB"}, NO, ()),
    "a subdivision that belongs": ({"subdivision": "GE-AB"}, YES, ("whole:GE-AB",)),
}


@pytest.mark.parametrize(
    ("fields", "level", "evidence"), ELSEWHERE.values(), ids=ELSEWHERE
)
def test_where_nobody_has_counted_the_people_a_disc_that_reaches_is_possible(
    make_version, fields, level, evidence
):
    ring = [[40.0, 42.6], [42.0, 42.6], [42.0, 43.5], [40.0, 43.5], [40.0, 42.6]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    shape = Shape(name="shapes/north.geojson", geojson=json.dumps(outline))
    version = make_version(within=("GE",), whole=("GE-AB",), shapes=(shape,))
    assert membership(version, Place(country="GE", **fields)) == (level, evidence)


latitudes = st.floats(44, 53)
longitudes = st.floats(22, 41)
radii = st.lists(st.integers(0, 1500), min_size=2, max_size=6)


@settings(max_examples=200, deadline=None)
@given(latitude=latitudes, longitude=longitudes, radii=radii, data=st.data())
def test_a_share_lies_between_nobody_and_everybody_and_grows_with_the_area(
    latitude, longitude, radii, data
):
    codes = ["UA", "UA-14", "UA-23", "UA-65", "UA-30"]
    region = region_of(data.draw(st.sampled_from(codes)))
    seed = data.draw(st.integers(0, 1000))
    draw = np.random.default_rng(seed).random(len(region.settlements))
    found = []
    for radius in sorted(radii):
        smaller, larger = (
            region.share(
                draw < part,
                point=(latitude, longitude),
                radius_km=radius,
                is_assumed=False,
            )
            for part in (0.3, 0.7)
        )
        assert 0 <= smaller.part <= larger.part <= 1
        assert smaller.people == larger.people > 0
        assert smaller.radius_km >= radius
        found.append(smaller)
    # A wider disc means more people, once it holds anybody.
    widening = [
        one
        for one, radius in zip(found, sorted(radii), strict=True)
        if one.radius_km == radius
    ]
    for one, wider in pairwise(widening):
        assert one.people <= wider.people
        assert one.inside <= wider.inside


@settings(max_examples=100, deadline=None)
@given(latitude=latitudes, longitude=longitudes)
def test_distances_are_those_of_the_plane_while_they_are_short(latitude, longitude):
    region = region_of("UA")
    distances = region.distances_km((latitude, longitude))
    found, nearest = region.nearest((latitude, longitude))
    position = region.settlements.index(found)
    assert nearest == distances.min() == distances[position]
    for one, distance in zip(region.settlements, distances, strict=True):
        if distance < 100:
            plane = distance_km((latitude, longitude), (one.latitude, one.longitude))
            assert distance == pytest.approx(plane, rel=0.01, abs=0.05)


@settings(max_examples=300, deadline=None)
@given(
    latitude=latitudes,
    longitude=longitudes,
    radius=st.none() | st.integers(0, 2000),
    subdivision=st.sampled_from([None, "UA-14", "UA-23", "UA-30", "UA-43", "UA-65"]),
    registered=st.sampled_from([None, "UA", "RU"]),
)
def test_registration_in_russia_never_lowers_a_membership(
    controlled, latitude, longitude, radius, subdivision, registered
):
    known = {
        "country": "UA",
        "subdivision": subdivision,
        "point": (latitude, longitude),
        "accuracy_km": radius,
    }
    without = membership(controlled, Place(**known))[0]
    found, evidence = membership(controlled, Place(**known, registered=registered))
    if registered == "RU":
        assert found >= max(without, POSSIBLE)
    else:
        assert found is without
    assert evidence


def test_the_reasoning_is_told_in_words(controlled):
    place = Place(country="UA", point=KYIV, accuracy_km=500)
    told = reasons(controlled, place, membership(controlled, place)[1])
    assert " ".join(told) == (
        "disc: 1.8 % of the people within 500 km, in Ukraine (UA), live in the area: "
        "450,920 of 25,210,911 (settlements of 500 inhabitants or more, GeoNames). "
        "Up to 10 % is no, 90 % or more is yes."
    )


def test_every_kind_of_evidence_has_its_words(controlled):
    cases = {
        "network:192.0.2.0/24": "network: 192.0.2.0/24 is listed.",
        "whole:UA-43": "whole: all of Avtonomna Respublika Krym (UA-43) belongs.",
        "settlement:701822": "settlement: Mariupol (701822) is listed.",
        "settlement:1": "settlement: the settlement (1) is listed.",
        "shape:crimea": "shape: the point lies in crimea.",
        "partly:UA-65": "partly: a part of Khersonska oblast (UA-65) belongs.",
        "near:691037": (
            "near: Oleshky (691037), which belongs, is within 30 km; the line moves."
        ),
        "within:GE": "within: it may mean any part of Georgia (GE).",
        "registered:RU": "registered: the network is registered in Russia (RU).",
        "unknown:not_in_database": "unknown: not_in_database.",
    }
    for code, sentence in cases.items():
        assert reasons(controlled, Place(country="RU"), (code,)) == (sentence,)


def test_an_assumed_radius_is_told(controlled):
    place = Place(country="UA", point=(50.45, 30.52))
    told = reasons(controlled, place, ("disc:0%",))[0]
    assert "within 50 km (assumed: the database gives none), in Ukraine" in told
