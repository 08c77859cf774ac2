"""Outlines with a margin over the sea: never over other land, never with slivers."""

from __future__ import annotations

import json

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, box, mapping, shape

from gate.errors import BookError
from gate.workbench.coast import (
    MARGIN_DEGREES,
    SLIVER_KM2,
    area_km2,
    check_coast,
    main,
    seaward,
    without_slivers,
)

# A peninsula of one degree, with land to the north and the sea all around.
PENINSULA, MAINLAND = box(33, 45, 34, 46), box(32, 46, 35, 47)


def collection(*geometries):
    features = [
        {"type": "Feature", "properties": {}, "geometry": mapping(one)}
        for one in geometries
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_a_margin_lies_over_the_sea_only():
    found = seaward(PENINSULA, MAINLAND)
    assert found.contains(Point(33.5, 45 - 0.05))
    assert found.contains(Point(34.05, 45.5))
    assert not found.contains(Point(33.5, 45 - 0.07))
    assert not found.contains(Point(33.5, 46.01))
    assert found.contains(PENINSULA.buffer(-0.001))


def test_slivers_between_two_maps_are_removed():
    # The other map draws the coast half a kilometre farther in, and an islet.
    narrow = MAINLAND.union(box(33.2, 45.9, 33.201, 45.901))
    found = seaward(box(33, 45, 34, 46.0001), narrow)
    assert len(found.geoms) == 1
    assert not found.geoms[0].interiors


def test_only_what_is_small_is_a_sliver():
    small, large = box(0, 0, 0.005, 0.005), box(1, 0, 1.2, 0.2)
    ring = box(2, 0, 3, 1).difference(box(2.4, 0.4, 2.405, 0.405))
    lake = box(4, 0, 5, 1).difference(box(4.4, 0.4, 4.6, 0.6))
    found = without_slivers(MultiPolygon([small, large, ring, lake]))
    assert len(found.geoms) == 3
    assert [len(part.interiors) for part in found.geoms] == [0, 0, 1]


BROKEN = {
    "it lacks a part of the outline": box(33, 45, 34, 45.5),
    "it covers other land": box(33, 45, 34, 46.05),
    "it reaches beyond the margin": box(33, 44, 34, 46),
    "it has slivers": MultiPolygon(
        [
            PENINSULA,
            *(box(33 + n / 50, 44.95, 33.009 + n / 50, 44.958) for n in range(9)),
        ]
    ),
}


@pytest.mark.parametrize(("law", "found"), BROKEN.items(), ids=BROKEN)
def test_a_shape_that_grew_elsewhere_is_refused(law, found):
    with pytest.raises(BookError) as caught:
        check_coast(found, PENINSULA, MAINLAND, margin=MARGIN_DEGREES)
    assert law in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(
    west=st.floats(30, 33.9),
    width=st.floats(0.1, 3),
    south=st.floats(44, 45.9),
    height=st.floats(0.1, 3),
)
def test_any_land_is_left_alone(west, width, south, height):
    land = box(west, south, west + width, south + height)
    found = seaward(PENINSULA, land)
    others = land.difference(PENINSULA)
    assert area_km2(found.intersection(others)) < SLIVER_KM2
    assert area_km2(PENINSULA.difference(found)) < SLIVER_KM2
    assert without_slivers(found).equals(found)


def test_an_area_is_that_on_the_earth():
    # A square degree at the equator, and one at 60 degrees, half as wide.
    assert area_km2(box(0, -0.5, 1, 0.5)) == pytest.approx(12_365, rel=0.01)
    assert area_km2(box(0, 59.5, 1, 60.5)) == pytest.approx(6_182, rel=0.01)
    assert area_km2(shapely.Polygon()) == 0


def outlines(name, facts):
    features = facts(name)["features"]
    return {f["properties"]["name"]: shape(f["geometry"]) for f in features}


@pytest.mark.parametrize("name", ["crimea.geojson", "donbas-2022.geojson"])
def test_the_shipped_shapes_are_what_the_step_makes(controlled, facts, name):
    [shipped] = [s for s in controlled.shapes if s.name.endswith(name)]
    [feature] = json.loads(shipped.geojson)["features"]
    found = shape(feature["geometry"])
    source = outlines("natural_earth_outlines.geojson", facts)[name]
    land = outlines("natural_earth_land.geojson", facts)[name]
    check_coast(found, source, land, margin=MARGIN_DEGREES)
    made = seaward(source, land)
    # Arcs are drawn with more corners now: hairs along the margin, no place in them.
    difference = shapely.get_parts(made.symmetric_difference(found))
    assert max(area_km2(part) for part in difference) < SLIVER_KM2
    assert sum(map(area_km2, difference)) < 0.002 * area_km2(found)


def test_the_build_step_writes_what_it_checked(tmp_path):
    source, land, out = (tmp_path / name for name in ("a.json", "b.json", "c.json"))
    source.write_text(collection(PENINSULA), "utf-8")
    land.write_text(collection(MAINLAND), "utf-8")
    assert main([str(source), str(land), str(out)]) == 0
    [feature] = json.loads(out.read_text("utf-8"))["features"]
    assert shape(feature["geometry"]).equals(seaward(PENINSULA, MAINLAND))
    assert "0.06 degrees over the sea" in feature["properties"]["changed"]
