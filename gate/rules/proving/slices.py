"""A portion of all cells, and the sets in it; `space` says what the bits mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.model import Activity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.model import When
    from gate.rules.proving.atoms import PathAtom

ACTIVITIES = tuple(Activity)


class Spot(NamedTuple):
    """Where a cell lies: an activity, a class of paths, and the number of a place."""

    activity: Activity
    atom: PathAtom
    place: int


class Slice:
    """The cells of some paths, with every activity and every place.

    Args:
        atoms: The paths.
        size: Number of places.

    Attributes:
        atoms: The paths.
        size: Number of places.
        full: The set of all cells.
        every: The set of all paths.
    """

    def __init__(self, atoms: Sequence[PathAtom], size: int) -> None:
        self.atoms = atoms
        self.size = size
        self._width = len(atoms) * size
        self.full = (1 << self._width * len(ACTIVITIES)) - 1
        self.every = sum(1 << at for at in range(0, self._width, size))
        self._matching: dict[str, int] = {}
        for number, atom in enumerate(atoms):
            for glob in atom.matched:
                found = self._matching.get(glob, 0)
                self._matching[glob] = found | 1 << number * size

    def covered(self, globs: Iterable[str]) -> int:
        """Return the set of paths that any of the patterns matches."""
        found = 0
        for glob in globs:
            found |= self._matching.get(glob, 0)
        return found

    def paths(self, when: When) -> int:
        """Return the set of paths that conditions ask for."""
        return self.covered(when.paths) & ~self.covered(when.except_paths)

    def cells(self, paths: int, activities: Iterable[Activity], places: int) -> int:
        """Return the cells of a set of paths, activities and a set of places."""
        block, found = paths * places, 0
        for number, activity in enumerate(ACTIVITIES):
            if activity in activities:
                found |= block << number * self._width
        return found

    def on_paths(self, cells: int) -> int:
        """Return the set of paths that have one of these cells."""
        block = _folded(cells, self._width, len(ACTIVITIES))
        # Joins each place with those behind it, up to as many as there are.
        reach = 1
        while reach * 2 <= self.size:
            block |= block >> reach
            reach *= 2
        return (block | block >> self.size - reach) & self.every

    def on_activities(self, cells: int) -> frozenset[Activity]:
        """Return the activities that have one of these cells."""
        one = (1 << self._width) - 1
        return frozenset(
            activity
            for number, activity in enumerate(ACTIVITIES)
            if cells >> number * self._width & one
        )

    def on_places(self, cells: int) -> int:
        """Return the set of places that have one of these cells."""
        return _folded(cells, self.size, len(self.atoms) * len(ACTIVITIES))

    def spot(self, cells: int) -> Spot:
        """Return where the first of these cells lies; there must be one."""
        number, place = divmod((cells & -cells).bit_length() - 1, self.size)
        activity, path = divmod(number, len(self.atoms))
        return Spot(ACTIVITIES[activity], self.atoms[path], place)


def _folded(cells: int, width: int, count: int) -> int:
    """Lay `count` pieces of `width` bits upon each other."""
    while count > 1:
        half = (count + 1) // 2
        cells = cells >> half * width | cells & (1 << half * width) - 1
        count = half
    return cells
