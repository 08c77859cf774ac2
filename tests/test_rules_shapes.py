"""Outlines: which files are found, and which are sound."""

from __future__ import annotations

import json

import pytest

from gate.rules.shapes import ShapeError, find_shape

RING = [[33, 45], [34, 45], [34, 46], [33, 45]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}
SHEET = "areas/russia.yaml"


def found(outline, written="shapes/a.geojson"):
    files = {"areas/shapes/a.geojson": json.dumps(outline).encode(), "a.yaml": b""}
    return find_shape(written, SHEET, files)


SOUND = {
    "a polygon": POLYGON,
    "a polygon with a hole": {**POLYGON, "coordinates": [RING, RING]},
    "two polygons": {"type": "MultiPolygon", "coordinates": [[RING], [RING]]},
    "a feature": {"type": "Feature", "properties": {}, "geometry": POLYGON},
    "features": {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": POLYGON}],
    },
}


@pytest.mark.parametrize("case", SOUND)
def test_every_form_of_outline_is_taken_as_it_is(case):
    name, text = found(SOUND[case])
    assert name == "areas/shapes/a.geojson"
    assert json.loads(text) == SOUND[case]


def ring(*corners):
    return {"type": "Polygon", "coordinates": [list(corners)]}


UNSOUND = {
    "text": "Crimea",
    "a point": {"type": "Point", "coordinates": [33, 45]},
    "no coordinates": {"type": "Polygon"},
    "no polygons": {"type": "MultiPolygon", "coordinates": []},
    "an empty polygon": {"type": "Polygon", "coordinates": []},
    "a feature of nothing": {"type": "Feature", "geometry": None},
    "features that are numbers": {"type": "FeatureCollection", "features": [1]},
    "a polygon that is a number": {"type": "MultiPolygon", "coordinates": [1]},
    "a ring that is a number": {"type": "Polygon", "coordinates": [1]},
    "an open ring": ring([33, 45], [34, 45], [34, 46], [33, 46]),
    "a line": ring([33, 45], [34, 45], [33, 45]),
    "a corner that is text": ring("a", [34, 45], [34, 46], "a"),
    "a corner of text": ring(["a", "b"], [34, 45], [34, 46], ["a", "b"]),
    "a corner of one number": ring([33], [34, 45], [34, 46], [33]),
    "metres": ring([3.3e6, 4.5e6], [34, 45], [34, 46], [3.3e6, 4.5e6]),
    "latitude beyond the pole": ring([33, 91], [34, 45], [34, 46], [33, 91]),
    "no number": ring([float("nan"), 45], [34, 45], [34, 46], [float("nan"), 45]),
}


@pytest.mark.parametrize("case", UNSOUND)
def test_what_is_no_outline_is_refused(case):
    with pytest.raises(ShapeError, match=r"a\.geojson"):
        found(UNSOUND[case])


@pytest.mark.parametrize(
    "written",
    [
        "a.geojson",
        "/areas/shapes/a.geojson",
        "../../a.geojson",
        "../areas/../../a.geojson",
        "shapes\\a.geojson",
        "../a.yaml",
        "",
    ],
)
def test_a_shape_is_only_found_as_a_file_of_the_book(written):
    with pytest.raises(ShapeError):
        found(POLYGON, written)


def test_a_shape_may_lie_beside_the_folder_of_the_file_that_names_it():
    assert found(POLYGON, "../areas/./shapes/a.geojson")[0] == "areas/shapes/a.geojson"
