"""What a snapshot answers until a moment in time: plans, made once and kept.

A plan is what follows from a location class, a cell of the decision table, a kind of
request and a door. Most requests pass, and their plan is complete; where something
must come before the article, `meeting` also reads the reader's language and
acknowledgement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.answer import leave
from gate.audit import Outcome
from gate.decision import Cell, Patterns, Table, stricter
from gate.engine.ledger import Gaps, Ledger
from gate.engine.meeting import LET_THROUGH, WHOLE_PAGES, Meeting, meet
from gate.errors import CountingError, UncountedError
from gate.model import Action, Activity, Passage, Unknown
from gate.request import is_user_typed_or_same_origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.audit import Counter
    from gate.engine.alarms import Alarms
    from gate.engine.snapshot import Snapshot
    from gate.errors import RequestError
    from gate.model import Answer, Request

DAY = 86_400
"""Seconds."""

MOST_PLANS = 100_000
"""Bound on memory; a real site needs some hundreds."""


_Key = tuple[int, int, str]
"""Location class, signature of the path over every pattern there is, and door."""


class Plan(NamedTuple):
    """What follows for all requests that no rule can tell apart.

    Attributes:
        cell: What holds; kept here so that its identity is not used again.
        passage: How such requests pass if nothing comes before.
        add: Counts such a request; None as long as the outcome is open.
    """

    cell: Cell
    passage: Passage
    add: Callable[[], None] | None


class Health(NamedTuple):
    """What a gate knows of its own state, over all of its snapshots."""

    gaps: Gaps
    alarms: Alarms


class Serving:
    """A snapshot at work.

    Attributes:
        snapshot: What decisions rest on.
        until: First second (Unix time) in which another `Serving` must be made: a
            rule begins or ends, the database becomes too old, or the day ends.
    """

    def __init__(
        self, snapshot: Snapshot, counter: Counter, now: int, health: Health
    ) -> None:
        self.snapshot = snapshot
        self._alarms = health.alarms
        config, book = snapshot.config, snapshot.book
        self._table = Table.build(
            book,
            snapshot.index.classes,
            sections=[(s.name, s.paths) for s in config.site.sections],
            now=now,
            also=Unknown.DATABASE_UNUSABLE if self._is_old(now) else None,
        )
        self._ledger = Ledger(snapshot, counter, now, health.gaps)
        self._find = snapshot.index.find
        self._leave_path = config.site.own_prefix + "leave"
        self._plans: dict[tuple[object, ...], Plan] = {}
        self._doubts: dict[tuple[int, int], tuple[Cell, Cell, Cell]] = {}
        self._known: dict[tuple[int, int, str], Plan] = {}
        self._signature = Patterns(
            [
                *self._table.globs,
                *snapshot.activities.globs("GET"),
                *config.site.feeds,
                self._leave_path,
            ]
        ).signature
        self.until = min(self._ends(now))

    def recall(self, path: str, number: int, door: str) -> Passage | _Key:
        """Return how a plain navigation passes, counted, if that is known already.

        Args:
            path: Canonical path.
            number: IPv4 address.
            door: Name of the door.

        Returns:
            The passage; or the key under which `answer` may note its plan, because
            no rule can tell this request from others with the same key.
        """
        key = self._find(4, number), self._signature(path), door
        plan = self._known.get(key)
        if plan is None or plan.add is None:
            return key
        try:
            plan.add()
        except CountingError:
            self._ledger.failed()
        return plan.passage

    def answer(self, request: Request, key: _Key | None = None) -> Answer | Passage:
        """Return what follows from a request, counted.

        Args:
            request: What arrived.
            key: What `recall` gave for it, if it is a plain navigation.
        """
        snapshot, client = self.snapshot, request.client
        self._alarms.watch(client)
        index = snapshot.index
        class_id = (
            index.find(client.version, client.number)
            if client.unknown is None
            else index.unknown(client.unknown)
        )
        path = request.path
        if path.rstrip("/") == self._leave_path:
            return self._leave(request, class_id)
        activity = snapshot.activities.of(request.method, path)
        cell = self._table.look_up(class_id, path, activity or Activity.READ)
        if client.doubt is not None:
            cell = self._doubted(cell, request, client.doubt, activity)
        own = (id(cell), class_id, activity, request.kind, request.door)
        plan = self._plans.get(own) or self._plan(
            own, cell, class_id, request, activity
        )
        if plan.add is not None:
            if key is not None:
                self._note(key, plan)
            self._ledger.count(plan.add)
            return plan.passage
        return self._meet(plan, request, activity, class_id)

    def _note(self, key: _Key, plan: Plan) -> None:
        if len(self._known) >= MOST_PLANS:
            self._known.clear()
        self._known[key] = plan

    def refused(self, error: RequestError, *, door: str) -> Answer:
        """Answer a request that no decision can be made for, counted."""
        if not isinstance(error, UncountedError):
            self._ledger.refused(error, door=door)
        return self.snapshot.pages.refusal(error)

    def _plan(
        self,
        key: tuple[object, ...],
        cell: Cell,
        class_id: int,
        request: Request,
        activity: Activity | None,
    ) -> Plan:
        passage = self._passage(cell, request)
        add = None
        if self._is_settled(cell, request, activity):
            outcome, reason = self._settled_outcome(cell, request, activity)
            add = self._ledger.slot(
                cell,
                class_id,
                door=request.door,
                activity=activity,
                outcome=outcome,
                reason=reason,
            )
        plan = Plan(cell, passage, add)
        if len(self._plans) >= MOST_PLANS:
            self._plans.clear()
        self._plans[key] = plan
        return plan

    def _is_settled(
        self, cell: Cell, request: Request, activity: Activity | None
    ) -> bool:
        """Say whether such requests pass, whatever else they carry."""
        if self.snapshot.config.mode == "observe":
            return True
        if activity is None and request.kind not in LET_THROUGH:
            return not cell.gated  # else it may be Continue
        return cell.decision.action is Action.PASS

    def _settled_outcome(
        self, cell: Cell, request: Request, activity: Activity | None
    ) -> tuple[Outcome, str]:
        if request.kind in LET_THROUGH:
            return Outcome.PASSED, f"kind:{request.kind}"
        if activity is None:
            return Outcome.PASSED, "undeclared"
        if cell.decision.action is not Action.PASS:
            return Outcome.PASSED, "mode:observe"
        return (Outcome.EXEMPT if cell.decision.exemptions else Outcome.PASSED), ""

    def _passage(self, cell: Cell, request: Request) -> Passage:
        observes = self.snapshot.config.mode == "observe"
        site = self.snapshot.config.site
        keeps_private = cell.gated and site.cache == "private"
        footed = site.footer and cell.gated and request.kind in WHOLE_PAGES
        footed = footed and not observes
        footer = self.snapshot.pages.footer
        return Passage(
            private=keeps_private and request.kind not in LET_THROUGH,
            private_html=keeps_private,
            bottom=footer.html if footed else b"",
            mark=footer.mark if footed else "",
            allowed=frozenset(Activity) if observes else cell.allowed,
            action=cell.decision.action,
        )

    def _meet(
        self, plan: Plan, request: Request, activity: Activity | None, class_id: int
    ) -> Answer | Passage:
        met = meet(
            Meeting(
                request,
                activity,
                plan.cell,
                self._ledger.areas_of(class_id),
                self.snapshot.pages,
                plan.passage,
            )
        )
        add = self._ledger.slot(
            plan.cell,
            class_id,
            door=request.door,
            # Continue is counted like the page before it: nothing tells them apart.
            activity=activity if met.reason else activity or Activity.READ,
            outcome=met.outcome,
            reason=met.reason,
        )
        self._ledger.count(add)
        return met.reply

    def _leave(self, request: Request, class_id: int) -> Answer:
        exits = self.snapshot.config.site.exit_url
        areas = self._ledger.areas_of(class_id)
        own = (url for area, url in exits.areas.items() if area in areas)
        url = next(own, exits.default)
        return leave(request, url, clear=is_user_typed_or_same_origin(request))

    def _doubted(
        self,
        cell: Cell,
        request: Request,
        doubt: Unknown,
        activity: Activity | None,
    ) -> Cell:
        """Return the stricter of the place's cell and the one of the doubt."""
        nowhere = self.snapshot.index.unknown(doubt)
        other = self._table.look_up(nowhere, request.path, activity or Activity.READ)
        key = id(cell), id(other)
        if key not in self._doubts:
            if len(self._doubts) >= MOST_PLANS:
                self._doubts.clear()
            both = Cell(
                decision=stricter(cell.decision, other.decision),
                gated=cell.gated or other.gated,
                section=cell.section,
                allowed=cell.allowed & other.allowed,
            )
            self._doubts[key] = cell, other, both
        return self._doubts[key][2]

    def _is_old(self, now: int) -> bool:
        return now >= self._old_from()

    def _old_from(self) -> int:
        """Return the second from which the database counts as unusable as well."""
        built = self.snapshot.index.database.build_epoch
        return built + self.snapshot.book.unknown.max_age_days * DAY

    def _ends(self, now: int) -> list[int]:
        ends = [now - now % DAY + DAY]
        if self._table.until is not None:
            ends.append(self._table.until)
        if not self._is_old(now):
            ends.append(self._old_from())
        return ends
