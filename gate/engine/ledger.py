"""How decisions of one snapshot on one day become counts."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from gate.audit import CountCell, Outcome
from gate.audit.counting import bare_cell
from gate.errors import CountingError, UncountableError, UncountedError
from gate.model import Action, Membership, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gate.audit import Counter
    from gate.decision import Cell
    from gate.engine.meters import Meter
    from gate.engine.snapshot import Snapshot
    from gate.errors import RequestError
    from gate.model import Activity, Decision


class Gaps:
    """How many decisions could not be counted, over the life of a gate."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.count = 0

    def add(self) -> None:
        """Count one more."""
        with self._lock:
            self.count += 1


class Ledger:
    """Gives the slot in which a decision is counted.

    Args:
        snapshot: What decisions rest on.
        counter: Where counts go.
        now: Unix seconds; its day (UTC) is the period of every count.
        gaps: Counts decisions that could not be counted and were served all the same.
        meter: Measures how often a place is unknown.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        counter: Counter,
        now: int,
        gaps: Gaps,
        meter: Meter | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._counter = counter
        self._now = now
        moment = datetime.fromtimestamp(now, UTC)
        self._period = moment.date().isoformat()
        hourly = snapshot.config.audit.period == "hour"
        self._hour = f"{moment.hour:02}" if hourly else ""
        self._gaps = gaps
        self._meter = meter
        self._members: dict[int, Mapping[str, Membership]] = {}

    def areas_of(self, class_id: int) -> tuple[str, ...]:
        """Return the areas of which places of a class may be members today."""
        return tuple(area for area, level in self._in_force(class_id).items() if level)

    def slot(
        self,
        cell: Cell,
        class_id: int,
        *,
        door: str,
        activity: Activity | None,
        outcome: Outcome,
        reason: str,
    ) -> Callable[[], None]:
        """Return what counts a decision for a location class.

        Args:
            cell: What holds.
            class_id: The location class.
            door: Name of the door.
            activity: What the request does; None for an undeclared unsafe method.
            outcome: What became of the request.
            reason: Why the outcome is not the plain one; "" for the decision's own.
        """
        decision, found = cell.decision, self._snapshot.index.classes[class_id]
        add = self._open(
            CountCell(
                period=self._period,
                hour=self._hour,
                site=self._snapshot.config.audit_name,
                place=found.label,
                areas=self._named_areas(class_id),
                membership=max(self._in_force(class_id).values(), default=_NO),
                door=door,
                activity=activity,
                section=cell.section,
                action=decision.action,
                outcome=_degraded(decision, outcome, reason),
                reason=reason or ",".join(decision.reasons),
                rules=decision.by,
                shadow=decision.shadow,
                shadow_rules=decision.shadow_rules,
                versions=self._snapshot.versions,
            )
        )
        if self._meter is None or found.unknown is None:
            return add
        return partial(_both, partial(self._meter.unknown, found.unknown), add)

    def failed(self) -> None:
        """Do what the deployer chose for a decision that cannot be counted.

        Raises:
            UncountedError: The choice is to refuse the request.
        """
        if self._snapshot.config.audit.on_failure == "refuse":
            raise UncountedError
        self._gaps.add()

    def refused(self, error: RequestError, *, door: str) -> None:
        """Count a request that no decision could be made for."""
        add = self._open(
            CountCell(
                period=self._period,
                hour=self._hour,
                site=self._snapshot.config.audit_name,
                place="",
                areas=(),
                membership=_NO,
                door=door,
                activity=None,
                section="",
                action=Action.PASS,
                outcome=Outcome.REFUSED,
                reason=error.code,
                rules=(),
                shadow=Action.PASS,
                shadow_rules=(),
                versions=self._snapshot.versions,
            )
        )
        try:
            add()
        except CountingError:  # it is refused already
            self._gaps.add()

    def count(self, add: Callable[[], None]) -> None:
        """Count once in a slot, or do what the deployer chose for a failure.

        Raises:
            UncountedError: Counting failed, and the choice is to refuse the request.
        """
        try:
            add()
        except CountingError:
            self.failed()

    def _open(self, cell: CountCell) -> Callable[[], None]:
        try:
            return self._counter.slot(cell)
        except UncountableError as error:
            return partial(_fail, error, self._gap())
        except CountingError as error:
            return partial(_fail, error)

    def _gap(self) -> Callable[[], None]:
        """Return what counts a decision that has no place in the vocabulary."""
        gap = bare_cell(
            self._period,
            self._snapshot.config.audit_name,
            outcome=Outcome.GAP,
            reason="vocabulary",
        )
        return self._open(gap)

    def _named_areas(self, class_id: int) -> tuple[str, ...]:
        found = self._in_force(class_id).items()
        return tuple(sorted(f"{area}:{level}" for area, level in found if level))

    def _in_force(self, class_id: int) -> Mapping[str, Membership]:
        """Return the membership of a class in each area, by the version of today."""
        if class_id not in self._members:
            levels = self._snapshot.index.classes[class_id].memberships
            versions = self._snapshot.book.area_versions
            self._members[class_id] = {
                area: level
                for (area, version), level in zip(versions, levels, strict=False)
                if version.since <= self._now
            }
        return self._members[class_id]


def _both(first: Callable[[], None], then: Callable[[], None]) -> None:
    first()
    then()


def _fail(error: CountingError, gap: Callable[[], None] | None = None) -> None:
    """Stand in for a slot that could not be had."""
    if gap is not None:
        gap()
    raise error


def _degraded(decision: Decision, outcome: Outcome, reason: str) -> Outcome:
    """Tell what was decided without a usable database from what was decided with one.

    What passes for a reason of its own (a part of a page, `mode: observe`) keeps it.
    """
    plain = outcome is Outcome.COVERED or (outcome is Outcome.PASSED and not reason)
    return Outcome.DEGRADED if plain and _UNUSABLE in decision.reasons else outcome


_NO = Membership.NO
_UNUSABLE = f"unknown:{Unknown.DATABASE_UNUSABLE}"
