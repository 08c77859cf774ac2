"""Cells that differ alike, put together into few boxes.

A box is some places by some paths by some activities by a stretch of time, and holds
every combination of them. Boxes never overlap, and together hold just the cells.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Point = tuple[int, int, int, int]
    _Sides = tuple[frozenset[int], ...]


class Box(NamedTuple):
    """Every combination of what it holds.

    Attributes:
        kinds: Kinds of place.
        paths: Sets of atoms.
        activities: Activities, by their position.
        first: First segment of time.
        last: Last segment, as well included.
    """

    kinds: frozenset[int]
    paths: frozenset[int]
    activities: frozenset[int]
    first: int
    last: int


def boxes(points: Iterable[Point]) -> tuple[Box, ...]:
    """Put points together.

    Args:
        points: Kind, paths, activity and segment of each cell, each once.

    Returns:
        The boxes, earliest first.
    """
    found = [tuple(frozenset({number}) for number in point) for point in points]
    for side in range(3):
        found = _joined(found, side)
    return tuple(sorted(_stretches(found), key=_order))


def _joined(found: Iterable[_Sides], side: int) -> list[_Sides]:
    """Join boxes that are equal on all sides but one."""
    alike: dict[_Sides, set[int]] = defaultdict(set)
    for box in found:
        alike[box[:side] + box[side + 1 :]].update(box[side])
    return [
        (*rest[:side], frozenset(values), *rest[side:])
        for rest, values in alike.items()
    ]


def _stretches(found: Iterable[_Sides]) -> Iterator[Box]:
    """Join what follows each other in time."""
    spans: dict[_Sides, list[int]] = defaultdict(list)
    for box in found:
        spans[box[:3]] += box[3]
    for (kinds, paths, activities), segments in spans.items():
        for first, last in _runs(sorted(segments)):
            yield Box(kinds, paths, activities, first, last)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of neighbours.

    >>> list(_runs([1, 2, 3, 7]))
    [(1, 3), (7, 7)]
    """
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]


def _order(box: Box) -> tuple[int, int, list[int], list[int], list[int]]:
    return (
        box.first,
        box.last,
        sorted(box.activities),
        sorted(box.paths),
        sorted(box.kinds),
    )
