"""Extends an outline over the sea, so that places on its coast lie inside.

    python -m gate.workbench.coast OUTLINE.geojson LAND.geojson OUT.geojson

Two maps never draw one coast alike: without a margin over the sea whole towns fall
outside (Yevpatoriya does). LAND is what lies around the outline and is not part of it;
the margin never covers it, so that no land border moves. Where two maps disagree,
slivers remain between them; they are removed. What comes out is checked before it is
written.
"""

from __future__ import annotations

import json
import sys
from math import cos, radians
from pathlib import Path
from typing import TYPE_CHECKING

import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping, shape

from gate.errors import BookError
from gate.places.atomic import write_atomically
from gate.places.gazetteer import KM_PER_DEGREE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

MARGIN_DEGREES = 0.06
"""6.7 km from south to north: more than the coasts of two maps differ here."""

SLIVER_KM2 = 1.0
"""The smallest settlement with an address in a database is larger."""

DECIMALS = 4
"""Of degrees: 11 m, finer than the sources."""


def seaward(
    outline: BaseGeometry, land: BaseGeometry, *, margin: float = MARGIN_DEGREES
) -> MultiPolygon:
    """Return an outline with a margin over the sea and without slivers.

    Args:
        outline: Polygons, in degrees.
        land: Other land around it; what of it lies inside the outline is a
            disagreement of two maps, and the outline holds.
        margin: Width of the margin in degrees.

    Raises:
        BookError: The result would break a law of `check_coast`.
    """
    others = land.difference(outline)
    grown = shapely.union_all([outline, outline.buffer(margin).difference(others)])
    rounded = shapely.set_precision(without_slivers(grown), 10**-DECIMALS)
    found = without_slivers(rounded)
    check_coast(found, outline, land, margin=margin)
    return found


def without_slivers(found: BaseGeometry) -> MultiPolygon:
    """Return the polygons of a geometry without parts and holes below a size."""
    parts = [part for part in shapely.get_parts(found) if isinstance(part, Polygon)]
    return MultiPolygon(
        [
            Polygon(
                part.exterior,
                [
                    ring
                    for ring in part.interiors
                    if area_km2(Polygon(ring)) >= SLIVER_KM2
                ],
            )
            for part in parts
            if area_km2(part) >= SLIVER_KM2
        ]
    )


def check_coast(
    found: BaseGeometry, outline: BaseGeometry, land: BaseGeometry, *, margin: float
) -> None:
    """Make sure that a shape grew over the sea and nowhere else.

    Raises:
        BookError: It lacks a part of the outline, covers other land, reaches beyond
            the margin, or has slivers; each by more than a sliver.
    """
    # A straight edge of a rounded arc may lie outside by a hair.
    reach = outline.buffer(margin + 0.001)
    laws = {
        "it lacks a part of the outline": outline.difference(found),
        "it covers other land": found.intersection(land.difference(outline)),
        "it reaches beyond the margin": found.difference(reach),
        "it has slivers": found.symmetric_difference(without_slivers(found)),
    }
    broken = [law for law, excess in laws.items() if area_km2(excess) >= SLIVER_KM2]
    if broken or not found.is_valid:
        raise BookError(
            f"The shape is not sound: {'; '.join(broken) or 'its rings cross'}.",
            hint="Compare the sources: outline and land must be of the same place.",
        )


def area_km2(found: BaseGeometry) -> float:
    """Return an area on the earth in square kilometres, good to some per cent.

    The degrees of longitude are taken as at the middle of the geometry.
    """
    if found.is_empty:
        return 0.0
    _, south, _, north = found.bounds
    shrink = cos(radians((south + north) / 2))
    return float(found.area) * KM_PER_DEGREE**2 * shrink


def main(arguments: Sequence[str]) -> int:
    """Extend the outline that `arguments` name; return the exit code."""
    source, land, out = (Path(argument) for argument in arguments)
    document = json.loads(source.read_text("utf-8"))
    (feature,) = document["features"]
    others = json.loads(land.read_text("utf-8"))["features"]
    around = shapely.union_all([shape(other["geometry"]) for other in others])
    try:
        found = seaward(shape(feature["geometry"]), around)
    except BookError as error:
        print(error, error.hint, sep="\n", file=sys.stderr)  # noqa: T201 - a build step
        return 1
    feature["geometry"] = mapping(found)
    feature["properties"]["changed"] = (
        f"Extended by {MARGIN_DEGREES} degrees over the sea, never over other land; "
        f"slivers below {SLIVER_KM2} km2 removed; rounded to {DECIMALS} decimals."
    )
    write_atomically(out, json.dumps(document).encode(), mode=0o644)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
