"""Names beside points, so that none covers another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Of the font's size: what a letter takes on average, with some air.
_LETTER = 0.56


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
    wanted: Iterable[Wanted], frame: tuple[float, float, float, float]
) -> list[Label]:
    """Place names; one that finds no place is left out.

    Args:
        wanted: Names, the most important first.
        frame: Left, top, right and bottom of the map.
    """
    names = list(wanted)
    taken = [(x - 3, y - 3, x + 3, y + 3) for x, y in (one.anchor for one in names)]
    found: list[Label] = []
    for one in names:
        for label in _candidates(one):
            if _within(label.box, frame) and not _hits(label, one, found, taken):
                found.append(label)
                break
    return found


def _candidates(one: Wanted) -> Iterator[Label]:
    x, y = one.anchor
    width, middle = len(one.text) * one.size * _LETTER, one.size * 0.35
    for away in (6, 14, 26, 36):
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
            far = away > 14  # noqa: PLR2004 - pixels
            yield Label(left, base, one.anchor, one.text, one.kind, one.size, far)


def _hits(
    label: Label,
    one: Wanted,
    found: Sequence[Label],
    taken: Sequence[tuple[float, float, float, float]],
) -> bool:
    x, y = one.anchor
    own = (x - 3, y - 3, x + 3, y + 3)
    boxes = [box for box in taken if box != own] + [other.box for other in found]
    return any(_overlap(label.box, box) for box in boxes)


def _overlap(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _within(box: Sequence[float], frame: Sequence[float]) -> bool:
    return (
        frame[0] <= box[0]
        and frame[1] <= box[1]
        and box[2] <= frame[2]
        and box[3] <= frame[3]
    )
