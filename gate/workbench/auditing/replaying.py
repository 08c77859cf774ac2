"""Another rule book over sealed counts: what would be stricter, looser, the same.

Replay is exact or says that counts do not tell. The book at hand is asked by the same
evaluator that serves, for every case that a row may be about:

* time: each stretch of the day in which nothing begins or ends;
* path: each kind of path in the section (and with the activity), if the configuration
  at hand is the one that counted, or is said to have the same sections; else each path;
* place: the levels of the row, where the book draws its areas alike; else whatever the
  label of the place leaves open;
* merged columns: everything that may stand there;
* unknown places: the reason, by the book's block `unknown`;
* doubts: a forwarding header of a stranger, and a database that is too old, hold
  beside a place, and the stricter decides. They stand in a row only where they decided,
  so where a row shows none, they are tried as well.

If the book of the day is at hand, only those cases are left that it decides as the row
says. Rows that no rule decided are shown apart.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gate.model import Action
from gate.workbench.auditing.answering import Reason, Replayer, excuse_of
from gate.workbench.auditing.placing import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.workbench.auditing.alike import Alike
    from gate.workbench.auditing.ground import Ground

FEWEST = 10
"""Sums below this are not told: they are differences of larger ones."""


class Change(NamedTuple):
    """Decisions with the same old and new outcome.

    Attributes:
        areas: Areas with their levels, such as "russia:yes"; "none" for a place in
            none of them, "unknown:..." for an unknown one, "*" if merged.
        section: Section of the site.
        rules: What decided.
        rules_then: What would decide.
        was: Action of the row.
        then: Action of the other book.
    """

    areas: str
    section: str
    rules: str
    rules_then: str
    was: Action
    then: Action


class Replay(NamedTuple):
    """What another book would have decided.

    Attributes:
        changes: Answered decisions, also those that stay the same, with numbers.
        untold: Decisions that counts do not tell of, by section and reason.
        apart: Decisions that no rule made, by why.
    """

    changes: Counter[Change]
    untold: Counter[tuple[str, Reason]]
    apart: Counter[str]

    @property
    def decisions(self) -> int:
        """How many decisions rules made."""
        return self.changes.total() + self.untold.total()

    @property
    def stricter(self) -> int:
        """How many would become stricter."""
        return sum(n for c, n in self.changes.items() if c.then > c.was)

    @property
    def looser(self) -> int:
        """How many would become looser."""
        return sum(n for c, n in self.changes.items() if c.then < c.was)

    @property
    def share(self) -> float:
        """Which share is answered, in per cent, rounded down to one digit."""
        if not self.decisions:
            return 100.0
        return self.changes.total() * 1_000 // self.decisions / 10


def replay(ground: Ground, rows: Iterable[Alike]) -> Replay:
    """Apply a book to rows that others decided.

    Args:
        ground: The book, and what is known beside the rows.
        rows: Rows, added up for the edges of the ground.

    Raises:
        PatternsMultiplyError: The patterns of the books combine in too many ways.
    """
    replayer = Replayer(ground)
    found = Replay(Counter(), Counter(), Counter())
    for row in rows:
        excuse = excuse_of(row)
        if excuse:
            found.apart[excuse] += row.n
            continue
        answer = replayer.answer(row)
        if answer.action is None:
            found.untold[row.section, answer.reason or Reason.MERGED] += row.n
        else:
            found.changes[_change(row, answer.action, answer.by)] += row.n
    return found


def _change(row: Alike, then: Action, by: tuple[str, ...]) -> Change:
    return Change(
        areas=row.areas or _no_area(row.place),
        section=row.section,
        rules=row.rules,
        rules_then=",".join(by),
        was=Action[row.action.upper()],
        then=then,
    )


def _no_area(place: str) -> str:
    return f"unknown:{place}" if place in REASONS else "none"


def told(n: int) -> int | str:
    """Return a number that may be shown; "<10" for one that is too small.

    >>> told(9), told(0), told(1204)
    ('<10', 0, 1204)
    """
    return n if n >= FEWEST or n == 0 else f"<{FEWEST}"
