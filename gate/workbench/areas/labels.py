"""Names beside points, so that none covers another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Box = tuple[float, float, float, float]

# Of the font's size: what a letter takes on average, with some air.
_LETTER = 0.56
_GAP = 0.5  # of the font's size, between two names in a line


class Label(NamedTuple):
    """A name beside a point, in pixels.

    Attributes:
        x: Where its line of text begins.
        y: Its base line.
        anchor: Where the point is.
        text: The name.
        kind: Class of the text.
        size: Height of the font.
        is_far: A line should lead to the point.
    """

    x: float
    y: float
    anchor: tuple[float, float]
    text: str
    kind: str
    size: float
    is_far: bool

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        width = len(self.text) * self.size * _LETTER
        return self.x, self.y - self.size * 0.8, self.x + width, self.y + 2


class Wanted(NamedTuple):
    """A name that wants a place; the first ones have the choice."""

    text: str
    anchor: tuple[float, float]
    kind: str
    size: float


def placed(
    wanted: Iterable[Wanted],
    frame: tuple[float, float, float, float],
    *,
    dot: float = 3.0,
) -> list[Label]:
    """Place names; one that finds no place is left out.

    Args:
        wanted: Names, the most important first.
        frame: Left, top, right and bottom of the map.
        dot: Radius of a point, in pixels.
    """
    names = list(wanted)
    taken = [_around(one.anchor, dot) for one in names]
    found: list[Label] = []
    for one, own in zip(names, taken, strict=True):
        others = [box for box in taken if box != own]
        for label in _candidates(one, dot):
            if _within(label.box, frame) and not _hits(label, found, others):
                found.append(label)
                break
    return found


def _candidates(one: Wanted, dot: float) -> Iterator[Label]:
    x, y = one.anchor
    width, middle = len(one.text) * one.size * _LETTER, one.size * 0.35
    for step in (3, 11, 23, 33):
        away = dot + step
        spots = (
            (x + away, y + middle),
            (x - away - width, y + middle),
            (x - width / 2, y - away),
            (x - width / 2, y + away + one.size * 0.7),
            (x + away * 0.8, y - away * 0.6),
            (x + away * 0.8, y + away * 0.6 + one.size * 0.7),
            (x - away * 0.8 - width, y - away * 0.6),
            (x - away * 0.8 - width, y + away * 0.6 + one.size * 0.7),
        )
        for left, base in spots:
            far = step > 11  # noqa: PLR2004 - pixels
            yield Label(left, base, one.anchor, one.text, one.kind, one.size, far)


def _around(point: tuple[float, float], radius: float) -> Box:
    x, y = point
    return x - radius, y - radius, x + radius, y + radius


def _hits(label: Label, found: Sequence[Label], dots: Sequence[Box]) -> bool:
    return any(_overlap(label.box, box) for box in dots) or any(
        _overlap(label.box, _aired(other)) for other in found
    )


def _aired(label: Label) -> Box:
    """Return the box of a name with the gap that parts it from the next word."""
    left, top, right, bottom = label.box
    gap = label.size * _GAP
    return left - gap, top, right + gap, bottom


def _overlap(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _within(box: Sequence[float], frame: Sequence[float]) -> bool:
    return (
        frame[0] <= box[0]
        and frame[1] <= box[1]
        and box[2] <= frame[2]
        and box[3] <= frame[3]
    )
