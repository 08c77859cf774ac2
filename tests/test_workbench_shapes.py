"""Outlines as the check looks at them: usable, and not crossing themselves."""

from __future__ import annotations

import json

import pytest
from sample_books import SITE, checked, lay

from gate.model import Severity, Shape
from gate.places.shapes import outline
from gate.rules import load_book
from gate.workbench.shape_findings import check_shapes

SQUARE = [[33, 45], [34, 45], [34, 46], [33, 46], [33, 45]]
BOW = [[33, 45], [34, 46], [34, 45], [33, 46], [33, 45]]
HIGH = [[33, 45, 0], [34, 45], [34, 46, 7.5], [33, 46], [33, 45, 0]]
LINE = [[33, 45], [34, 45], [33, 45], [33, 45]]
OUTSIDE = [[35, 45], [36, 45], [36, 46], [35, 46], [35, 45]]


AREAS = (SITE / "rules" / "areas" / "areas.yaml").read_text("utf-8").splitlines()
LINES = [number for number, line in enumerate(AREAS, 1) if "shapes:" in line]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": rings}


@pytest.fixture(name="found")
def _found(tmp_path, monkeypatch):
    """Put a shape into the book and return what the check finds in it."""
    lay(tmp_path)
    monkeypatch.chdir(tmp_path)

    def found(*shapes):
        features = [{"type": "Feature", "geometry": shape} for shape in shapes]
        collection = {"type": "FeatureCollection", "features": features}
        path = tmp_path / "rules" / "areas" / "shapes" / "square.geojson"
        path.write_text(json.dumps(collection), "utf-8")
        book, problems = load_book(tmp_path / "rules")
        assert problems == ()
        return check_shapes(book)

    return found


@pytest.mark.parametrize(
    "rings", [[SQUARE], [SQUARE[::-1]], [HIGH]], ids=["a square", "reversed", "heights"]
)
def test_a_plain_outline_has_no_finding(found, rings):
    assert found(polygon(*rings)) == []


def test_an_outline_that_crosses_itself_is_a_warning_at_each_place_that_names_it(found):
    findings = found(polygon(BOW))
    assert {(f.code, f.severity) for f in findings} == {("R019", Severity.WARNING)}
    assert "crosses or touches itself at latitude 45.5, longitude 33.5" in (
        findings[0].message
    )
    assert [f.mark.line for f in findings] == LINES
    assert findings[0].source_line[findings[0].mark.column - 1 :].startswith("shapes/")
    assert {f.subject for f in findings} == {"coast"}


def test_a_hole_outside_is_a_warning(found):
    assert "hole lies outside" in found(polygon(SQUARE, OUTSIDE))[0].message


def test_the_second_of_two_outlines_is_looked_at_too(found):
    assert found(polygon(SQUARE), polygon(BOW))


def test_an_outline_without_an_inside_is_an_error_with_its_place(found):
    finding, _ = found(polygon(LINE))
    assert (finding.code, finding.severity) == ("R019", Severity.ERROR)
    assert finding.mark.line == LINES[0]


def test_heights_of_some_corners_are_left_out():
    shape = Shape(name="high.geojson", geojson=json.dumps(polygon(HIGH)))
    assert outline(shape).holds((45.5, 33.5))
    assert not outline(shape).holds((46.5, 33.5))


def test_a_shape_that_cannot_be_used_is_one_finding_and_no_crash(tmp_path):
    lay(tmp_path / "site")
    path = tmp_path / "site" / "rules" / "areas" / "shapes" / "square.geojson"
    path.write_text(json.dumps(polygon(LINE)), "utf-8")
    report = checked(tmp_path / "site", tmp_path / "state")
    assert {f.code for f in report.findings if f.severity is Severity.ERROR} == {"R019"}
