"""Which parts of a change make the difference in a cell, found by trying each alone.

A part is a cause if the old book with it alone, or the new book without it alone, shows
a reader something else, in the direction of the difference. Where parts matter only
together, the fewest that are enough are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.workbench.diffing.directions import Direction, direction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from gate.model import Shown
    from gate.workbench.diffing.lenses import Case
    from gate.workbench.diffing.mixing import Mixing
    from gate.workbench.diffing.refinement import Cell


class Blame(NamedTuple):
    """What makes the difference in a cell.

    Attributes:
        parts: Numbers of the parts, ascending.
        exempted: It loosens only because of exemptions of the new book.
        unapproved: Ids of exemptions that loosen it, wider than they were approved.
    """

    parts: tuple[int, ...]
    exempted: bool
    unapproved: tuple[str, ...] = ()


class Blaming:
    """Finds causes; each kind of case once.

    Args:
        mixing: Decides by mixtures of both books.
        unapproved: Ids of exemptions that excuse nothing, because nobody has approved
            them as they are now.
    """

    def __init__(self, mixing: Mixing, unapproved: Collection[str] = ()) -> None:
        self._mixing, self._unapproved = mixing, unapproved
        self._known: dict[tuple[object, ...], Blame] = {}

    def of(self, cell: Cell, case: Case) -> Blame:
        """Return what makes the difference in a cell."""
        key = (cell.kind, case.matched, case.activity, case.now)
        if key not in self._known:
            self._known[key] = self._found(cell, case)
        return self._known[key]

    def _found(self, cell: Cell, case: Case) -> Blame:
        relevant = self._mixing.relevant(case)
        way = direction(cell.before, cell.after)
        causes = tuple(
            number
            for number in relevant
            if self._matters(cell, case, number, relevant, way)
        )
        if not causes:
            causes = self._fewest(cell, case, relevant)
        exempted = way is Direction.LOOSER and self._is_exempted(cell, case, relevant)
        if exempted:
            causes = tuple(self._exemptions(causes)) or causes
        wider = set()
        if way is Direction.LOOSER and not exempted:
            wider = {self._mixing.parts[number].id for number in causes}
        return Blame(causes, exempted, tuple(sorted(wider & set(self._unapproved))))

    def _matters(
        self,
        cell: Cell,
        case: Case,
        number: int,
        relevant: tuple[int, ...],
        way: Direction,
    ) -> bool:
        alone = self._mixing.decide(case, (number,))
        if _goes(cell.before, alone, way):
            return True
        without = [other for other in relevant if other != number]
        return _goes(self._mixing.decide(case, without), cell.after, way)

    def _fewest(
        self, cell: Cell, case: Case, relevant: tuple[int, ...]
    ) -> tuple[int, ...]:
        """Leave out one part after the other, as long as the outcome stays."""
        needed = list(relevant)
        for number in relevant:
            rest = [other for other in needed if other != number]
            if self._mixing.decide(case, rest) == cell.after:
                needed = rest
        return tuple(needed)

    def _is_exempted(self, cell: Cell, case: Case, relevant: tuple[int, ...]) -> bool:
        """Say whether nothing is looser once the exemptions are as they were."""
        chosen = set(relevant) - set(self._exemptions(relevant))
        if len(chosen) == len(relevant):
            return False
        return self._mixing.decide(case, chosen).action >= cell.before.action

    def _exemptions(self, numbers: Iterable[int]) -> Iterator[int]:
        """Yield those parts that belong to an approved exemption of the new book."""
        for number in numbers:
            part = self._mixing.parts[number]
            is_gone = not part.key and part.new is None
            is_approved = not is_gone and part.id not in self._unapproved
            if part.kind == "exemption" and is_approved:
                yield number


def _goes(before: Shown, after: Shown, way: Direction) -> bool:
    """Say whether one outcome differs from another in a direction."""
    return before != after and (
        way is Direction.CHANGED or direction(before, after) is way
    )
