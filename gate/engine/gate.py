"""The whole path of a request, once: read, place, decide, count, answer."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from gate.audit import MemoryCounter
from gate.engine.alarms import Alarms
from gate.engine.ledger import Gaps
from gate.engine.serving import Health, Serving
from gate.engine.snapshot import Snapshot, load_snapshot
from gate.errors import RequestError
from gate.model import Passage
from gate.request.glance import glance
from gate.request.read import read_environ
from gate.request.target import target_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.audit import Counter
    from gate.model import Answer, Request


class Gate:
    """Decides for every request what must come before the article.

    Several gates may live in one process; each has its own snapshot and counter.

    Args:
        snapshot: What decisions rest on.
        counter: Where counts go; in memory if None.
        clock: Returns Unix seconds.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        counter: Counter | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.counter = MemoryCounter() if counter is None else counter
        self._clock = clock
        self._renewing = Lock()
        self._health = Health(Gaps(), Alarms())
        self.replace(snapshot)

    @classmethod
    def load(cls, config: Path | str, *, counter: Counter | None = None) -> Gate:
        """Make a gate from a configuration file.

        Args:
            config: Path of config.yaml.
            counter: Where counts go; in memory if None.

        Raises:
            FindingsError: A file has problems; all of them are in it.
            ConfigError: The configuration cannot be used.
            UnsoundBookError: The book fails its own tests, or breaks a promise.
        """
        return cls(load_snapshot(Path(config)), counter=counter)

    @property
    def snapshot(self) -> Snapshot:
        """What decisions rest on at this moment."""
        return self._serving.snapshot

    @property
    def gaps(self) -> int:
        """How many decisions could not be counted and were served all the same."""
        return self._health.gaps.count

    @property
    def trouble(self) -> tuple[str, ...]:
        """What the gate has to do without, and what it notices, one sentence each."""
        known = (f"{error.code}: {error}" for error in self.snapshot.trouble)
        return (*known, *self._health.alarms.holding)

    def handle(self, environ: dict[str, Any], *, door: str) -> Answer | Passage:
        """Return what follows from a WSGI request; a bad request is answered, too.

        Args:
            environ: The WSGI environment (PEP 3333).
            door: Name of the door, for counts.
        """
        serving = self._serving
        if self._clock() >= serving.until:
            serving = self._renewed(serving)
        key = None
        seen = glance(environ, serving.snapshot.reading)
        try:
            if seen is not None:
                found = serving.recall(*seen, door)
                if isinstance(found, Passage):
                    return found
                key = found
            request = read_environ(environ, serving.snapshot.reading, door=door)
            if request.method == "POST":
                request = request._replace(target=target_of(environ))
            return serving.answer(request, key)
        except RequestError as error:
            return serving.refused(error, door=door)

    def answer(self, request: Request) -> Answer | Passage:
        """Return what follows from a request that was read already."""
        serving = self._serving
        if self._clock() >= serving.until:
            serving = self._renewed(serving)
        try:
            return serving.answer(request)
        except RequestError as error:
            return serving.refused(error, door=request.door)

    def replace(self, snapshot: Snapshot) -> None:
        """Serve from another snapshot; requests under way finish on theirs."""
        self._serving = Serving(
            snapshot, self.counter, int(self._clock()), self._health
        )

    def _renewed(self, serving: Serving) -> Serving:
        """Return what serves after `serving`, making it once for all threads."""
        with self._renewing:
            if self._serving is serving:
                self.replace(serving.snapshot)
            return self._serving
