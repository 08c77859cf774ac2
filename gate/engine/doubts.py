"""Cells for a place that may be another for a reason beside it: the stricter holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.decision import Cell, stricter
from gate.engine.plans import MOST_PLANS
from gate.model import Activity

if TYPE_CHECKING:
    from gate.decision import Table
    from gate.model import Unknown
    from gate.places.index import Index


class Doubts:
    """Joins cells, each pair once, so that their identity stays.

    Args:
        table: What holds where.
        index: Knows the classes of the reasons.
    """

    def __init__(self, table: Table, index: Index) -> None:
        self._table, self._index = table, index
        self._joined: dict[tuple[int, int], tuple[Cell, Cell, Cell]] = {}

    def beside(
        self, cell: Cell, doubt: Unknown, path: str, activity: Activity | None
    ) -> Cell:
        """Return the stricter of the cell of a place and the one of a doubt.

        Args:
            cell: What holds for the place.
            doubt: The reason.
            path: Canonical path.
            activity: What the request does; None for an undeclared unsafe method.
        """
        nowhere = self._index.unknown(doubt)
        other = self._table.look_up(nowhere, path, activity or Activity.READ)
        key = id(cell), id(other)
        if key not in self._joined:
            if len(self._joined) >= MOST_PLANS:
                self._joined.clear()
            both = Cell(
                decision=stricter(cell.decision, other.decision),
                gated=cell.gated or other.gated,
                section=cell.section,
                allowed=cell.allowed & other.allowed,
            )
            self._joined[key] = cell, other, both
        return self._joined[key][2]
