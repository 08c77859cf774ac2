"""Taking changed files while the gate serves, and keeping what it has if they are bad.

A look is one comparison of fingerprints, in a thread of its own, so that no request
ever waits for a disk. What has changed is loaded in the same thread once it rests; it
is served only if it is sound and did not change meanwhile.
"""

from __future__ import annotations

import logging
import os
import time
from threading import Lock, Thread
from typing import TYPE_CHECKING, Protocol

from gate.config import load_config
from gate.engine.errand import alone
from gate.engine.fingerprint import Watched
from gate.engine.lastgood import FOLDER, keep, stand_in
from gate.engine.refusals import Refusals
from gate.engine.snapshot import load_snapshot, snapshot_of
from gate.engine.troubles import Troubles
from gate.errors import (
    BookError,
    ChangesUnseenError,
    ConfigError,
    DatabaseError,
    FilesChangedError,
    FindingsError,
    GateError,
    LastGoodServedError,
    StateFolderError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gate.config import Config
    from gate.engine.snapshot import Snapshot

EVERY = 1.0
"""Seconds between two looks."""

REST = 0.25
"""Seconds for which changed files must have rested before they are read."""

MOST_LOOKS = 40
"""Looks that one change gets before it waits for the next request."""

AGAIN = 30.0
"""Seconds after which is tried again what failed for no fault of the files."""

FIXED = ("listen", "workers", "threads", "operations", "log")
"""Keys of `server` that hold from the start of a process to its end."""


class Served(Protocol):
    """What the renewal needs of a gate."""

    @property
    def snapshot(self) -> Snapshot:
        """What decisions rest on at this moment."""

    def take(self, snapshot: Snapshot) -> None:
        """Serve something else from now on, or raise GateError."""


class Renewal:
    """Keeps what a gate serves up to date with its files.

    Args:
        config_path: The configuration, a YAML file.
        environ: Variables that override it.

    Attributes:
        reloads: How often changed files were taken, and how often refused.
        refusals: What of them is not served, and why.
        since: When each version that is served was taken, in Unix seconds.
    """

    def __init__(self, config_path: Path, environ: Mapping[str, str]) -> None:
        self.reloads = {"taken": 0, "refused": 0}
        self.refusals = Refusals()
        self.since: Mapping[str, float] = {}
        self._versions: Mapping[str, str] = {}
        self._path = config_path
        self._environ = environ
        self._process = os.getpid()
        self._busy = Lock()
        self._next = 0.0
        self._again = 0.0
        self._asked = False
        self._tried = ""

    def begin(self) -> Snapshot:
        """Return what the gate serves first.

        That is what the files say, or, if the rule book is bad, the last good one.

        Raises:
            GateError: The configuration or the rule book cannot be used.
        """
        config = load_config(self._path, self._environ)
        self._watched = Watched.of(config)
        before = self._watched.fingerprint()
        refused: GateError | None = None
        try:
            snapshot = load_snapshot(self._path, self._environ)
        except (FindingsError, BookError) as error:
            snapshot, refused = stand_in(config, self._environ, error), error
        if self._watched.fingerprint() == before:
            self._tried = before
        self._started = snapshot.config
        self._fixed: frozenset[str] = frozenset()
        self._troubles = Troubles(config.state)
        self._note(snapshot)
        self._note_refusal(snapshot, refused)
        return snapshot

    @property
    def is_settled(self) -> bool:
        """Whether everything that lies on the disk now is served, or was refused."""
        return not self._asked and self._watched.fingerprint() == self._tried

    @property
    def trouble(self) -> tuple[str, ...]:
        """What the gate has to do without, and since when, one sentence each."""
        return self._troubles.told

    def look(self, gate: Served, *, at_once: bool = False) -> None:
        """Look whether anything has changed, in the background, and take it.

        Cheap if the last look was less than a second ago or one is under way.

        Args:
            gate: What serves.
            at_once: Look now, and also try again what was refused.
        """
        if os.getpid() != self._process:  # threads and locks stay with the parent
            self._process, self._busy = os.getpid(), Lock()
        self._asked |= at_once
        if time.monotonic() < self._next and not self._asked:
            return
        if not self._busy.acquire(blocking=False):
            return
        self._next = time.monotonic() + EVERY
        try:
            Thread(
                target=self._run, args=(gate,), name="gate-renewal", daemon=True
            ).start()
        except RuntimeError as error:
            self._busy.release()
            self._give_up(gate, str(error))

    def _run(self, gate: Served) -> None:
        try:
            for _ in range(MOST_LOOKS):
                if self._is_done(gate):
                    return
                time.sleep(REST)
            self._give_up(gate, "they change all the time")
        except Exception as error:  # noqa: BLE001 - else nobody would learn of it
            self._give_up(gate, type(error).__name__)
        finally:
            self._busy.release()

    def _give_up(self, gate: Served, reason: str) -> None:
        """Say why nothing could be found out, and try again after a while."""
        self._next = self._again = time.monotonic() + AGAIN
        self._note(gate.snapshot, ChangesUnseenError(reason=reason))

    def _is_done(self, gate: Served) -> bool:
        """Say whether everything that lies on the disk is served, or was refused."""
        if not self._is_due():
            return True
        self._watched = self._watched_now()
        before = self._watched.fingerprint()
        time.sleep(REST)
        if self._watched.fingerprint() != before:
            return False
        attempt = self._attempt(gate.snapshot)
        if attempt is None or self._watched.fingerprint() != before:
            return False
        self._settle(attempt, gate)
        self._tried = before  # from now on `is_settled`
        return True

    def _is_due(self) -> bool:
        asked, self._asked = self._asked, False
        waited = 0 < self._again <= time.monotonic()
        return asked or waited or self._watched.fingerprint() != self._tried

    def _watched_now(self) -> Watched:
        """Return what the configuration names now; if it is bad, what it named."""
        try:
            return Watched.of(load_config(self._path, self._environ))
        except (FindingsError, ConfigError, OSError):
            return self._watched

    def _attempt(self, served: Snapshot) -> Snapshot | GateError | None:
        """Load everything; None if it changed meanwhile."""
        try:
            config = load_config(self._path, self._environ)
            found = snapshot_of(config, self._environ, known=served.index)
        except FilesChangedError:
            return None
        except GateError as error:
            return error
        lost = not found.versions.database and served.versions.database
        # Of places that are known, none becomes unknown because a file is bad.
        return found.trouble[0] if lost else found

    def _settle(self, attempt: Snapshot | GateError, gate: Served) -> None:
        served = gate.snapshot
        if not isinstance(attempt, GateError):
            try:
                gate.take(attempt)
            except GateError as error:
                attempt = error
        if isinstance(attempt, GateError):
            of_files = isinstance(attempt, FindingsError | ConfigError | DatabaseError)
            self._again = 0.0 if of_files else time.monotonic() + AGAIN
            self.reloads["refused"] += 1
            self._note(served, attempt)
            self._note_refusal(served, attempt)
            return
        self._again = 0.0
        if attempt.identity != served.identity:
            worse = len(attempt.trouble) > len(served.trouble)
            same = attempt.versions == served.versions
            self.reloads["refused" if worse and same else "taken"] += 1
            self._say_taken(attempt)
        self._note(attempt)
        self._note_refusal(attempt)
        self._say_fixed(attempt.config)

    def _note(self, served: Snapshot, refused: GateError | None = None) -> None:
        """Say what is new of what troubles the gate; keep a copy of a good book."""
        errors = list(served.trouble)
        if refused is not None:
            errors.append(refused)
        elif not any(isinstance(error, LastGoodServedError) for error in errors):
            errors += self._unkept(served)
        self._troubles.update(errors, refused=refused)

    def _note_refusal(self, served: Snapshot, refused: GateError | None = None) -> None:
        """Note since when what is served, and what of the disk is not, and why."""
        now, before = time.time(), self._versions
        self._versions = versions = served.versions._asdict()
        self.since = {
            name: self.since[name] if before.get(name) == version else now
            for name, version in versions.items()
        }
        copy = served.config.state / FOLDER / served.book.digest
        why = refused or next(iter(served.trouble), None)
        self.refusals.update(why, self._watched.folder, copy)

    def _unkept(self, snapshot: Snapshot) -> Iterator[GateError]:
        """Keep a copy; yield why that failed."""
        try:
            with alone(snapshot.config.state):
                keep(snapshot)
        except OSError as error:
            reason = error.strerror or "unknown"
            yield StateFolderError(reason=reason, folder=snapshot.config.state)
        except StateFolderError as error:
            yield error

    def _say_taken(self, snapshot: Snapshot) -> None:
        versions = snapshot.versions
        said = (
            f"What lies on the disk is served: book {versions.book[:12]}, database "
            f"{versions.database[:12]}, configuration {versions.config[:12]}."
        )
        self._troubles.say(said, code="taken", level=logging.INFO)

    def _say_fixed(self, config: Config) -> None:
        """Say once which changes must wait for a new start."""
        fixed = _fixed_changes(self._started, config)
        if fixed - self._fixed:
            names = ", ".join(sorted(fixed))
            said = f"{names}: a change takes effect with the next start."
            self._troubles.say(said, code="start-needed")
        self._fixed = fixed


def _fixed_changes(old: Config, new: Config) -> frozenset[str]:
    """Return the keys that differ and hold from the start of a process to its end."""
    pairs = {
        f"server.{k}": (getattr(old.server, k), getattr(new.server, k)) for k in FIXED
    }
    pairs["server.timeouts.stop"] = old.server.timeouts.stop, new.server.timeouts.stop
    pairs["state"] = old.state, new.state
    pairs["audit.folder"] = old.audit.folder, new.audit.folder
    return frozenset(key for key, (one, other) in pairs.items() if one != other)
