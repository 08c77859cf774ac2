"""Outlines on the map: found inside the rule book, and sound as GeoJSON."""

from __future__ import annotations

import json
import math
import posixpath
from typing import TYPE_CHECKING

from gate.documents.decoding import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CORNERS = 4  # of a closed ring, the first counted twice
_LONGITUDE, _LATITUDE = 180.0, 90.0  # degrees


class ShapeError(ValueError):
    """A shape cannot be used; the text says why, in one sentence."""


def find_shape(written: str, sheet: str, files: Mapping[str, bytes]) -> tuple[str, str]:
    """Find a shape that a file of areas names.

    Args:
        written: Path as it is written, relative to the file that names it.
        sheet: Name of that file within the book.
        files: All files of the book.

    Returns:
        Name within the book, and the GeoJSON text.

    Raises:
        ShapeError: The file is missing, outside the book, or no outline.
    """
    name = posixpath.normpath(posixpath.join(posixpath.dirname(sheet), written))
    if written.startswith("/") or "\\" in written or name.startswith("../"):
        raise ShapeError("A shape must lie in the folder of the rule book.")
    if name not in files or not name.endswith(".geojson"):
        raise ShapeError(f"There is no shape {name} in the folder of the rule book.")
    if len(files[name]) > MAX_BYTES:
        raise ShapeError(f"The file {name} is larger than {MAX_BYTES >> 20} MiB.")
    try:
        text = files[name].decode("utf-8-sig")
        outline = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ShapeError(f"The file {name} is not JSON in UTF-8.") from None
    for ring in _rings(outline, name):
        _check_ring(ring, name)
    return name, text


def _no_number(word: str) -> float:
    raise ValueError(word)


def _rings(outline: object, name: str) -> Iterator[object]:
    """Yield every ring of every polygon.

    Source:
        RFC 7946, sections 3.1.6 (Polygon), 3.1.7 (MultiPolygon), 3.2, 3.3 (features).
    """
    found = False
    for geometry in _geometries(outline):
        kind = geometry.get("type")
        parts = geometry.get("coordinates")
        if kind not in {"Polygon", "MultiPolygon"} or not isinstance(parts, list):
            raise ShapeError(f"The file {name} holds something else than polygons.")
        for polygon in [parts] if kind == "Polygon" else parts:
            found |= bool(polygon)
            yield from polygon if isinstance(polygon, list) else [None]
    if not found:
        raise ShapeError(f"The file {name} holds no polygon.")


def _geometries(outline: object) -> Iterator[dict[str, object]]:
    if not isinstance(outline, dict):
        yield {}
        return
    features = outline.get("features")
    if outline.get("type") == "FeatureCollection" and isinstance(features, list):
        for feature in features:
            inner = feature.get("geometry") if isinstance(feature, dict) else None
            yield inner if isinstance(inner, dict) else {}
    elif outline.get("type") == "Feature":
        inner = outline.get("geometry")
        yield inner if isinstance(inner, dict) else {}
    else:
        yield outline


def _check_ring(ring: object, name: str) -> None:
    if not isinstance(ring, list) or len(ring) < _CORNERS or ring[0] != ring[-1]:
        raise ShapeError(f"A ring in {name} is not closed or has too few corners.")
    if not all(_is_position(position) for position in ring):
        raise ShapeError(f"A corner in {name} is not [longitude, latitude] in degrees.")


def _is_position(position: object) -> bool:
    if not isinstance(position, list) or len(position) not in {2, 3}:
        return False
    if not all(isinstance(n, int | float) and math.isfinite(n) for n in position):
        return False
    longitude, latitude = float(position[0]), float(position[1])
    return abs(longitude) <= _LONGITUDE and abs(latitude) <= _LATITUDE
