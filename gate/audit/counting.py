"""What a count is: a cell of closed vocabularies, and how often it was met.

There is no event, no order and no time within a period: a record of decisions that
holds nothing unique is the same as a counter. The fields below are the whole list;
no address, path, user agent or referrer has a place to go.
"""

from __future__ import annotations

from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gate.model import Action, Membership

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gate.model import Activity


class Outcome(StrEnum):
    """What became of a request. "Shown" and "went on" are one outcome on purpose.

    `DEGRADED`: decided without a usable database, by what the book says for that.
    `SERVED_WITHOUT_NOTICE`: a violation. `GAP`: not a request but decisions that
    could not be counted in their own cells.
    """

    PASSED = "passed"
    COVERED = "covered"
    EXEMPT = "exempt"
    BLOCKED = "blocked"
    DEGRADED = "degraded"
    SERVED_WITHOUT_NOTICE = "served_without_notice"
    REFUSED = "refused"
    GAP = "gap"


class Versions(NamedTuple):
    """Everything that a decision rests on, by SHA-256 in hexadecimal.

    Attributes:
        book: Digest of the rule book.
        areas: Digest of what its areas say.
        database: Digest of the GeoIP database.
        notices: Revision of the site's notices.
        config: Digest of the configuration.
        gate: Version of the gate.
    """

    book: str
    areas: str
    database: str
    notices: str
    config: str
    gate: str


class CountCell(NamedTuple):
    """One cell of the table of counts.

    Attributes:
        period: Day, "YYYY-MM-DD" (UTC).
        hour: Hour of the day, "00" to "23" (UTC), if `audit.period` is hour; else "".
        site: Name of the log that it is counted for (`audit.name`).
        place: Label of the location class, such as "RU", "UA-43" or "other".
        areas: Areas of which the place is or may be a member, such as
            "russia:yes", sorted.
        membership: Strongest membership in any area.
        door: Door through which the request came.
        activity: What the request did; None if it was not declared.
        section: Section of the site.
        action: What the rule book asked for.
        outcome: What became of it.
        reason: Why the outcome is not the plain one ("kind:asset", "mode:observe",
            "unknown:bad_address", a code of an error), or "".
        rules: Everything that decided, sorted.
        shadow: Strictest action of the shadow rules alone.
        shadow_rules: Ids of the shadow rules that matched, sorted.
        versions: What the decision rests on.
    """

    period: str
    hour: str
    site: str
    place: str
    areas: tuple[str, ...]
    membership: Membership
    door: str
    activity: Activity | None
    section: str
    action: Action
    outcome: Outcome
    reason: str
    rules: tuple[str, ...]
    shadow: Action
    shadow_rules: tuple[str, ...]
    versions: Versions


def bare_cell(
    period: str,
    site: str,
    *,
    outcome: Outcome,
    reason: str,
    action: Action = Action.PASS,
) -> CountCell:
    """Return a cell that tells nothing but an outcome and why there is no more to it.

    Args:
        period: Day, "YYYY-MM-DD" (UTC).
        site: Name of the log.
        outcome: What became of the decisions.
        reason: Why they have no cells of their own.
        action: What was asked for.
    """
    return CountCell(
        period=period,
        hour="",
        site=site,
        place="",
        areas=(),
        membership=Membership.NO,
        door="",
        activity=None,
        section="",
        action=action,
        outcome=outcome,
        reason=reason,
        rules=(),
        shadow=Action.PASS,
        shadow_rules=(),
        versions=Versions("", "", "", "", "", ""),
    )


class Counter(Protocol):
    """Where counts go.

    The engine asks once for the slot of a cell and then adds to the slot, so that
    a table in shared memory costs one addition for each decision.
    """

    @property
    def trouble(self) -> str:
        """Why nothing can be counted now, in one word; "" if it can."""

    def open(self) -> None:
        """Make ready in this process, before the first count."""

    def slot(self, cell: CountCell) -> Callable[[], None]:
        """Return what adds one to the count of `cell`.

        Raises:
            CountingError: The cell cannot be counted. What is returned raises it
                as well, when a single count fails.
        """

    def counts(self) -> Mapping[CountCell, int]:
        """Return all counts so far; a copy."""


class MemoryCounter:
    """Counts of this period and the last, in the memory of this process only."""

    trouble = ""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[CountCell, list[int]] = {}

    def open(self) -> None:
        """Do nothing: memory is always ready."""

    def slot(self, cell: CountCell) -> Callable[[], None]:
        with self._lock:
            if cell not in self._counts:
                self._forget_before(cell.period)
            count = self._counts.setdefault(cell, [0])
        lock = self._lock

        def add() -> None:
            with lock:
                count[0] += 1

        return add

    def _forget_before(self, period: str) -> None:
        """Drop periods before the last one, so that memory does not grow by the day."""
        kept = sorted({*(cell.period for cell in self._counts), period})[-2:]
        for cell in [cell for cell in self._counts if cell.period not in kept]:
            del self._counts[cell]

    def counts(self) -> dict[CountCell, int]:
        with self._lock:
            return {cell: count[0] for cell, count in self._counts.items()}
