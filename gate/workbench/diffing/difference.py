"""The exact difference of two rule books, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.model import Activity, Diagnostic
    from gate.workbench.diffing.beside import Beside
    from gate.workbench.diffing.directions import Direction
    from gate.workbench.diffing.groups import Group
    from gate.workbench.diffing.sides import Side
    from gate.workbench.diffing.traffic import Traffic
    from gate.workbench.diffing.twins import Twins


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What two books decide differently: every case, and no other.

    Attributes:
        old: The old side.
        new: The new side.
        twins: The places of both.
        groups: What differs: looser first, then stricter, then changed; past ones
            last.
        beside: What else differs.
        start: Unix seconds from which on the books were compared; None for all time.
        now: What counts as past, Unix seconds.
        cells: How many cells were decided by both books.
        geo: Two databases were named, to be compared under one book.
        traffic: What was weighed; None if nothing was.
        findings: R090, R091 and R092.
    """

    old: Side = field(repr=False)
    new: Side = field(repr=False)
    twins: Twins = field(repr=False)
    groups: tuple[Group, ...]
    beside: Beside
    start: int | None
    now: int
    cells: int
    geo: bool = False
    traffic: Traffic | None = None
    findings: tuple[Diagnostic, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no decision differs."""
        return not self.groups

    @property
    def loosens(self) -> tuple[Group, ...]:
        """What is looser from now on, and no exemption says so."""
        return tuple(group for group in self.groups if group.loosens)

    def of(self, way: Direction, *, past: bool = False) -> tuple[Group, ...]:
        """Return the groups of a direction."""
        return tuple(
            group
            for group in self.groups
            if group.direction is way and group.is_past is past
        )

    def groups_at(
        self, pair: int, path: str, activity: Activity, now: int
    ) -> tuple[Group, ...]:
        """Return the groups that a request lies in: one, or none."""
        return tuple(g for g in self.groups if g.holds(pair, path, activity, now))
