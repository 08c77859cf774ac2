"""Keeps a table up to date: looks each second, writes where something has changed.

What cannot be loaded changes nothing: as in the gate itself the last good book holds,
here until the table ends by itself. A new table is written before the edge is told,
and stays when that fails: whoever starts next must not read an older one.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.config import load_config
from gate.engine.fingerprint import Watched
from gate.engine.snapshot import load_snapshot
from gate.errors import GateError, NothingFreeError
from gate.workbench.export.reloading import reload_edge
from gate.workbench.export.table import DAY, EdgeTable
from gate.workbench.export.writing import write_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from threading import Event

    from gate.workbench.export.kinds import Kind

POLL = 1.0
"""Seconds between two looks."""

RETRY = 30
"""Seconds until what has failed is tried again, though nothing has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to keep up to date.

    Attributes:
        config: The configuration.
        kind: The kind of table.
        path: The file.
        reload: Words of the command that makes the edge read it; empty for none.
    """

    config: Path
    kind: Kind
    path: Path
    reload: tuple[str, ...] = ()


class Watch:
    """Keeps one table up to date.

    Args:
        order: What to keep.
        on_table: Told each table that was written.
        on_error: Told what failed; the same thing in a row only once.
        clock: Returns Unix seconds.
    """

    def __init__(
        self,
        order: Order,
        *,
        on_table: Callable[[EdgeTable], None],
        on_error: Callable[[GateError], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._order = order
        self._on_table = on_table
        self._on_error = on_error
        self._clock = clock
        self._watched: Watched | None = None
        self._seen: tuple[str, int] | None = None
        self._content = b""
        self._due = self._reload_at = 0.0
        self._said = ""

    def run(self, stop: Event) -> None:
        """Write the table, and keep it up to date until `stop` is set.

        Raises:
            GateError: The first table cannot be written.
        """
        self._watched = Watched.of(load_config(self._order.config, os.environ))
        now = self._clock()
        self._seen = self._state(now)
        self._write(now)
        self._look_at_reload(now)
        while not stop.wait(POLL):
            self.look()

    def look(self) -> None:
        """Do what there is to do now."""
        now = self._clock()
        state = self._state(now)
        if state != self._seen or now >= self._due:
            self._seen, self._due = state, now + RETRY
            try:
                self._write(now)
            except GateError as error:
                self._say(error)
        self._look_at_reload(now)

    def _state(self, now: float) -> tuple[str, int]:
        """Return what lies on the disk, and the day: a new day is a later end."""
        found = self._watched.fingerprint() if self._watched else ""
        return found, int(now) // DAY

    def _write(self, now: float) -> None:
        """Write the table, if it differs from the one that was written last."""
        snapshot = load_snapshot(self._order.config)
        table = EdgeTable.of(snapshot, int(now))
        content = self._order.kind.render(table)
        if content != self._content:
            write_table(self._order.path, content)
            self._content, self._reload_at = content, now
            self._on_table(table)
        self._due = table.valid_until
        self._watch(Watched.of(snapshot.config))
        self._note(table)

    def _watch(self, watched: Watched) -> None:
        """Watch what the configuration names; look anew if that has changed."""
        if watched != self._watched:
            self._watched, self._seen = watched, None

    def _note(self, table: EdgeTable) -> None:
        try:
            table.check_use()
        except NothingFreeError as error:
            self._say(error)
        else:
            self._said = ""

    def _look_at_reload(self, now: float) -> None:
        """Run the command if there is a new table, or if it failed a while ago."""
        if not self._order.reload or not self._reload_at or now < self._reload_at:
            return
        try:
            reload_edge(self._order.reload)
        except GateError as error:
            self._reload_at = now + RETRY
            self._say(error)
        else:
            self._reload_at = 0.0

    def _say(self, error: GateError) -> None:
        if str(error) != self._said:
            self._said = str(error)
            self._on_error(error)
