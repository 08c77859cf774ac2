"""What the rule book says to requests that nothing can tell apart: a cell of counts."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gate.audit import Outcome
from gate.decision import Table, segments
from gate.engine.detours import refuse_detour
from gate.engine.ledger import Gaps, Ledger
from gate.errors import RequestError
from gate.model import Activity, Unknown
from gate.workbench.explain import DAY
from gate.workbench.importing.asking import DOOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gate.audit import CountCell
    from gate.engine import Snapshot
    from gate.model import Request

REASON = "import"
"""Stands in the rows where the audit log says why: decided, but never enforced."""


class Moment(NamedTuple):
    """A span of time within a day in which the rules do not change.

    Attributes:
        day: "YYYY-MM-DD", UTC.
        hour: "00" to "23" if hours are counted; else "".
        segment: Position of the segment of the rule book.
    """

    day: str
    hour: str
    segment: int


class Deciding(Protocol):
    """What says in which cell a request is counted."""

    @property
    def edges(self) -> Sequence[int]:
        """Every second in which something begins or ends, ascending."""

    def of(
        self, moment: Moment, class_id: int, asked: Request | RequestError
    ) -> CountCell:
        """Return the cell that a request is counted in."""


class _Catcher:
    """Takes the cell that the ledger asks a slot for, and counts nothing."""

    cell: CountCell
    trouble = ""

    def open(self) -> None:
        """Do nothing: there is nothing to make ready."""

    def slot(self, cell: CountCell) -> Callable[[], None]:
        self.cell = cell
        return lambda: None

    def counts(self) -> Mapping[CountCell, int]:
        return {}


class Verdicts:
    """Decides as the gate does, for any time.

    Args:
        snapshot: What decisions rest on: book, database and config of today.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        book = snapshot.book
        built = snapshot.index.database.build_epoch
        self._old_from = built + book.unknown.max_age_days * DAY
        self._segments = segments(book, also=[self._old_from])
        self.edges = [s.since for s in self._segments[1:] if s.since is not None]
        self._tables: dict[int, Table] = {}
        self._ledgers: dict[Moment, Ledger] = {}
        self._catcher = _Catcher()

    def of(
        self, moment: Moment, class_id: int, asked: Request | RequestError
    ) -> CountCell:
        """Return the cell that a request is counted in."""
        ledger = self._ledger(moment)
        if isinstance(asked, RequestError):
            ledger.refused(asked, door=DOOR)
            return self._catcher.cell
        activity = self._snapshot.activities.of(asked.method, asked.path)
        look_up = partial(self._table(moment.segment).look_up, class_id)
        cell = look_up(asked.path, activity or Activity.READ)
        if asked.sent and self._snapshot.config.mode != "observe":
            try:
                known = self._snapshot.activities
                refuse_detour(asked, activity, cell, known, look_up)
            except RequestError as error:
                return self.of(moment, class_id, error)
        reason = f"kind:{asked.kind}" if asked.kind == "feed" else REASON
        ledger.slot(
            cell,
            class_id,
            door=DOOR,
            activity=activity,
            outcome=Outcome.PASSED,
            reason="undeclared" if activity is None else reason,
        )
        return self._catcher.cell

    def _table(self, number: int) -> Table:
        if number not in self._tables:
            config, now = self._snapshot.config, self._segments[number].instant
            self._tables[number] = Table.build(
                self._snapshot.book,
                self._snapshot.index.classes,
                sections=[(s.name, s.paths) for s in config.site.sections],
                now=now,
                also=Unknown.DATABASE_UNUSABLE if now >= self._old_from else None,
            )
        return self._tables[number]

    def _ledger(self, moment: Moment) -> Ledger:
        if moment not in self._ledgers:
            text = f"{moment.day}T{moment.hour or '00'}:00:00"
            begin = int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
            since = self._segments[moment.segment].since
            now = begin if since is None else max(begin, since)
            self._ledgers[moment] = Ledger(self._snapshot, self._catcher, now, Gaps())
        return self._ledgers[moment]
