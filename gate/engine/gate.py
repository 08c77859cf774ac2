"""The whole path of a request, once: read, place, decide, count, answer."""

from __future__ import annotations

import os
import time
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from gate.audit import MemoryCounter
from gate.audit.counter import TableCounter
from gate.audit.tables import TABLES
from gate.config.load import AUDIT
from gate.engine.alarms import Alarms
from gate.engine.ledger import Gaps
from gate.engine.renewal import EVERY, Renewal
from gate.engine.serving import Health, Serving
from gate.errors import RequestError
from gate.model import Passage
from gate.request.glance import glance
from gate.request.read import read_environ

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.audit import Counter
    from gate.engine.meters import Meter
    from gate.engine.snapshot import Snapshot
    from gate.model import Answer, Request


class Gate:
    """Decides for every request what must come before the article.

    Several gates may live in one process; each has its own snapshot and counter.

    Args:
        snapshot: What decisions rest on.
        counter: Where counts go; in memory if None.
        clock: Returns Unix seconds.
        meter: Where the operation is measured; nowhere if None.

    Attributes:
        stopping: Whether the process is about to end; whoever serves says so.
        noticed: What whoever serves notices beside the gate, one sentence each.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        counter: Counter | None = None,
        clock: Callable[[], float] = time.time,
        meter: Meter | None = None,
    ) -> None:
        self.stopping = False
        self.noticed: tuple[str, ...] = ()
        self._meter = meter
        self.counter = MemoryCounter() if counter is None else counter
        self._clock = clock
        self._renewing = Lock()
        self._renewal: Renewal | None = None
        self._followers: list[Callable[[Snapshot], None]] = []
        self._health = Health(Gaps(), Alarms(), meter)
        self.replace(snapshot)

    @classmethod
    def load(
        cls,
        config: Path | str,
        *,
        counter: Counter | None = None,
        meter: Meter | None = None,
    ) -> Gate:
        """Make a gate from a configuration file; it follows changes of what that names.

        Args:
            config: Path of config.yaml.
            counter: Where counts go; if None, into tables in `audit.folder`, which
                are not opened before the first count.
            meter: Where the operation is measured; nowhere if None.

        Raises:
            FindingsError: A file has problems; all of them are in it.
            ConfigError: The configuration cannot be used.
            BookError: The book could not be proved.
        """
        renewal = Renewal(Path(config), os.environ)
        snapshot = renewal.begin()
        if counter is None:
            audit, name = snapshot.config.audit, snapshot.config.audit_name
            folder = audit.folder or snapshot.config.state / AUDIT
            counter = TableCounter(folder / TABLES, site=name)
        gate = cls(snapshot, counter=counter, meter=meter)
        gate._keep_up(renewal)
        return gate

    @property
    def snapshot(self) -> Snapshot:
        """What decisions rest on at this moment."""
        return self._serving.snapshot

    @property
    def renewal(self) -> Renewal | None:
        """What keeps it up to date with its files; None if it was made without."""
        return self._renewal

    @property
    def gaps(self) -> int:
        """How many decisions could not be counted and were served all the same."""
        return self._health.gaps.count

    @property
    def trouble(self) -> tuple[str, ...]:
        """What the gate has to do without, and what it notices, one sentence each."""
        if self._renewal is not None:
            known = self._renewal.trouble
        else:
            errors = self.snapshot.trouble
            known = tuple(f"{error.code}: {error}" for error in errors)
        return (*known, *self.noticed, *self._uncounted, *self._health.alarms.holding)

    @property
    def _uncounted(self) -> tuple[str, ...]:
        why = self.counter.trouble.replace("_", " ")
        return (f"E508: Decisions cannot be counted: {why}.",) if why else ()

    @property
    def reloads(self) -> dict[str, int]:
        """How often changed files were taken, and how often refused."""
        return {} if self._renewal is None else dict(self._renewal.reloads)

    @property
    def alarms(self) -> tuple[str, ...]:
        """What the gate notices while it serves, one sentence each."""
        return self._health.alarms.holding

    @property
    def is_blind(self) -> bool:
        """Whether far more places are unknown than before."""
        return self._health.alarms.is_blind

    @property
    def shares(self) -> dict[str, dict[str, int]]:
        """How many requests come from where no reader is, in tens."""
        return self._health.alarms.shares.told()

    def handle(
        self, environ: dict[str, Any], *, door: str, carries: bool = True
    ) -> Answer | Passage:
        """Return what follows from a WSGI request; a bad request is answered, too.

        Args:
            environ: The WSGI environment (PEP 3333).
            door: Name of the door, for counts.
            carries: Whether the door sees bodies, and can change what the site
                answers.
        """
        begun = 0 if self._meter is None else time.perf_counter_ns()
        serving = self._serving
        if self._clock() >= serving.until:
            serving = self._renewed(serving)
        key = None
        reading = serving.snapshot.reading_at(door)
        seen = glance(environ, reading)
        try:
            if seen is not None:
                found = serving.recall(*seen, door)
                if isinstance(found, Passage):
                    return found
                key = found
            request = read_environ(environ, reading, door=door, carries=carries)
            return serving.answer(request, key)
        except RequestError as error:
            return serving.refused(error, door=door)
        finally:
            if self._meter is not None:
                self._meter.handled(begun)

    def refuse_caller(self, code: str) -> None:
        """Note that a server asked in a way that cannot be answered.

        Args:
            code: Of the error.
        """
        self._health.alarms.refused(code)
        if self._meter is not None:
            self._meter.refused(code)

    def answer(self, request: Request) -> Answer | Passage:
        """Return what follows from a request that was read already."""
        serving = self._serving
        if self._clock() >= serving.until:
            serving = self._renewed(serving)
        try:
            return serving.answer(request)
        except RequestError as error:
            return serving.refused(error, door=request.door)

    def tick(self, *, at_once: bool = False) -> None:
        """Look whether files have changed, in the background, once a second at most.

        Now and then it looks whether far more places are unknown than before, too.

        Requests do this as well; whoever serves calls it for a process without any.

        Args:
            at_once: Look now, and also try again what was refused.
        """
        self._health.alarms.look(self.counter.counts)
        if self._renewal is not None:
            self._renewal.look(self, at_once=at_once)

    def follow(self, follower: Callable[[Snapshot], None]) -> None:
        """Call `follower` with what changed files give, before it is served.

        It is called in the thread that loads; a GateError from it refuses the change.
        """
        self._followers.append(follower)

    def take(self, snapshot: Snapshot) -> None:
        """Serve from what changed files give.

        Raises:
            GateError: A follower refuses it; everything stays as it is.
        """
        for follower in self._followers:
            follower(snapshot)
        if snapshot.identity != self.snapshot.identity:
            with self._renewing:
                self.replace(snapshot)

    def replace(self, snapshot: Snapshot) -> None:
        """Serve from another snapshot; requests under way finish on theirs."""
        serving = Serving(snapshot, self.counter, int(self._clock()), self._health)
        if self._renewal is not None:
            serving.until = self._next_look(serving)
        self._serving = serving

    def _keep_up(self, renewal: Renewal) -> None:
        self._renewal = renewal
        self._serving.until = self._next_look(self._serving)

    def _next_look(self, serving: Serving) -> float:
        return min(serving.ends, self._clock() + EVERY)

    def _renewed(self, serving: Serving) -> Serving:
        """Return what serves after `serving`, making it once for all threads."""
        if self._clock() < serving.ends:
            serving.until = self._next_look(serving)
            self.tick()
            return self._serving
        with self._renewing:
            if self._serving is serving:
                self.replace(serving.snapshot)
            return self._serving
