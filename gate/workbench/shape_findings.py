"""Outlines that a map cannot show as they are written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gate.documents import load
from gate.errors import BookError
from gate.model import Severity
from gate.places.shapes import drawn, outline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.documents.reader import Loc
    from gate.model import Area, Diagnostic, RuleBook, Shape


def check_shapes(book: RuleBook) -> list[Diagnostic]:
    """Find shapes that cannot be used (R019), or that cross themselves (a warning).

    Args:
        book: The rule book; its files are read again for the place of each shape.
    """
    return [
        found
        for area in book.areas.values()
        for loc, shape in _named(area)
        for found in _about(area, loc, shape)
    ]


def _named(area: Area) -> Iterator[tuple[Loc, Shape]]:
    for number, version in enumerate(area.versions):
        for item, shape in enumerate(version.shapes):
            yield ("areas", area.id, "versions", number, "shapes", item), shape


def _about(area: Area, loc: Loc, shape: Shape) -> Iterator[Diagnostic]:
    document = load(Path(area.mark.file))
    try:
        outline(shape)
    except BookError as error:
        yield document.finding("R019", str(error), loc, hint=error.hint)
        return
    crossing = _crossing(shape)
    if crossing:
        message = f"The outline {shape.name} {crossing}."
        hint = "Draw it anew there; the gate takes what is inside of either loop."
        yield document.finding(
            "R019", message, loc, hint=hint, severity=Severity.WARNING
        )


def _crossing(shape: Shape) -> str:
    """Say where a shape crosses itself; "" if it does not."""
    import shapely  # noqa: PLC0415 - a serving worker must not load it

    for part in drawn(shape):
        reason = shapely.is_valid_reason(part)
        what, _, where = reason.partition("[")
        if where:
            longitude, _, latitude = where.rstrip("]").partition(" ")
            wrong = "crosses or touches itself"
            if "intersection" not in what.lower():
                wrong = f"is not drawn as polygons are ({what.lower()})"
            return f"{wrong} at latitude {latitude}, longitude {longitude}"
    return ""
