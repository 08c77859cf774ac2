"""What a snapshot answers until a moment in time: plans, made once and kept.

Most requests pass, and their plan is complete; where something must come before the
article, `meeting` also reads the reader's language and acknowledgement.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from gate.answer import leave
from gate.audit import Outcome
from gate.decision import Patterns, Table
from gate.engine.detours import refuse_detour
from gate.engine.doubts import Doubts
from gate.engine.ledger import Gaps, Ledger
from gate.engine.meeting import Meeting, meet
from gate.engine.oversight import goes_out_unasked, says_shown
from gate.engine.plans import MOST_PLANS, Plan, is_settled, passing, settled_outcome
from gate.errors import CountingError, UncountedError
from gate.model import Activity, Unknown
from gate.places.edges import label_for, verdict
from gate.request import is_user_typed_or_same_origin
from gate.request.edge import WORDS

if TYPE_CHECKING:
    from gate.audit import Counter
    from gate.decision import Cell
    from gate.engine.alarms import Alarms
    from gate.engine.meters import Meter
    from gate.engine.snapshot import Snapshot
    from gate.errors import RequestError
    from gate.model import Answer, Client, Kind, Passage, Request

DAY = 86_400
"""Seconds."""

HOUR = 3_600
"""Seconds."""


_Key = tuple[int, int, str]
"""Location class, signature of the path over every pattern there is, and door."""


class Health(NamedTuple):
    """What a gate knows of its own state, over all of its snapshots."""

    gaps: Gaps
    alarms: Alarms
    meter: Meter | None = None


class Serving:
    """A snapshot at work.

    Attributes:
        snapshot: What decisions rest on.
        ends: First second (Unix time) in which another `Serving` must be made: a
            rule begins or ends, the database becomes too old, or the day ends (the
            hour, if counts tell it).
        until: The same, or the second in which the gate next looks at its files.
    """

    def __init__(
        self, snapshot: Snapshot, counter: Counter, now: int, health: Health
    ) -> None:
        self.snapshot = snapshot
        self._alarms, self._meter = health.alarms, health.meter
        config, book = snapshot.config, snapshot.book
        self._table = Table.build(
            book,
            snapshot.index.classes,
            sections=[(s.name, s.paths) for s in config.site.sections],
            now=now,
            also=Unknown.DATABASE_UNUSABLE if self._is_old(now) else None,
        )
        self._ledger = Ledger(snapshot, counter, now, health.gaps, health.meter)
        self._find = snapshot.index.find
        self._tells = config.check is not None and config.check.banner == "site"
        self._leave_path = config.site.own_prefix + "leave"
        self._exit_path = config.site.own_prefix + "exit"
        self._plans: dict[tuple[object, ...], Plan] = {}
        self._doubts = Doubts(self._table, snapshot.index)
        self._known: dict[_Key, Plan] = {}
        self._signature = Patterns(
            [
                *self._table.globs,
                *snapshot.activities.globs("GET"),
                *config.site.feeds,
                self._leave_path,
                self._exit_path,
            ]
        ).signature
        self.ends = min(self._ends(now))
        self.until: float = self.ends

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
        class_id, path = self._class_of(client), request.path
        if path.rstrip("/") == self._leave_path:
            return self._leave(request, class_id)
        if path == self._exit_path:
            return snapshot.pages.exit(request.method)
        activity = snapshot.activities.of(request.method, path)
        cell = self._table.look_up(class_id, path, activity or Activity.READ)
        if request.sent and snapshot.config.mode != "observe":
            find = partial(self._table.look_up, class_id)
            refuse_detour(request, activity, cell, snapshot.activities, find)
        if client.doubt is not None:
            cell = self._doubts.beside(cell, client.doubt, path, activity)
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
        self._alarms.refused(error.code)
        if self._meter is not None:
            self._meter.refused(error.code)
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
        passage = passing(self.snapshot, cell, request.kind)
        add = None
        if is_settled(self.snapshot, cell, request.kind, activity):
            outcome, reason = settled_outcome(cell, request.kind, activity)
            if self._is_unwarned(cell, request.kind, activity, passage):
                outcome, reason = Outcome.SERVED_WITHOUT_NOTICE, ""
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
                self._tells,
            )
        )
        outcome, reason = met.outcome, met.reason
        if self._is_unwarned(plan.cell, request.kind, activity, met.reply, request):
            outcome, reason = Outcome.SERVED_WITHOUT_NOTICE, ""
        add = self._ledger.slot(
            plan.cell,
            class_id,
            door=request.door,
            # Continue is counted like the page before it: nothing tells them apart.
            activity=activity if reason else activity or Activity.READ,
            outcome=outcome,
            reason=reason,
        )
        self._ledger.count(add)
        return met.reply

    def _is_unwarned(
        self,
        cell: Cell,
        kind: Kind,
        activity: Activity | None,
        reply: Answer | Passage,
        request: Request | None = None,
    ) -> bool:
        """Say whether an article goes out without the notice that must come first.

        Args:
            cell: What holds.
            kind: What the request is for.
            activity: What it does; None for an undeclared unsafe method.
            reply: What is about to go out.
            request: What arrived; None for what is sent to all alike, so that nothing
                that one of them says counts.
        """
        if self.snapshot.config.mode == "observe":
            return False
        decision, revision = cell.decision, self.snapshot.pages.revision
        return goes_out_unasked(decision, kind, activity, reply) and not (
            request is not None and says_shown(decision, request, revision)
        )

    def _leave(self, request: Request, class_id: int) -> Answer:
        exits = self.snapshot.config.site.exit_url
        areas = self._ledger.areas_of(class_id)
        own = (url for area, url in exits.areas.items() if area in areas)
        url = next(own, exits.default)
        return leave(request, url, clear=is_user_typed_or_same_origin(request))

    def _class_of(self, client: Client) -> int:
        """Return the class of where a request came from."""
        index = self.snapshot.index
        if client.unknown is not None:
            found = index.unknown(client.unknown)
        else:
            found = self._find(client.version, client.number)
        return self._heard(found, client.edge) if client.edge else found

    def _heard(self, class_id: int, said: str) -> int:
        """Return the class that holds when an edge says something, which is counted."""
        word, held = said, class_id
        if said not in WORDS:
            index = self.snapshot.index
            label = label_for(index.labels, said)
            if label is None:
                return class_id  # an index from before the edge was configured
            word = verdict(index.classes, class_id, label)
            held = label.instead.get(class_id, class_id)
        self._alarms.heard(word)
        if self._meter is not None:
            self._meter.edge(word)
        return held

    def _is_old(self, now: int) -> bool:
        return now >= self._old_from()

    def _old_from(self) -> int:
        """Return the second from which the database counts as unusable as well."""
        built = self.snapshot.index.database.build_epoch
        return built + self.snapshot.book.unknown.max_age_days * DAY

    def _ends(self, now: int) -> list[int]:
        step = HOUR if self.snapshot.config.audit.period == "hour" else DAY
        ends = [now - now % step + step]
        if self._table.until is not None:
            ends.append(self._table.until)
        if not self._is_old(now):
            ends.append(self._old_from())
        return ends
