"""The map of each area with the addresses of the database, drawn once and kept.

A walk over a large database takes seconds, so the maps are drawn ahead, beside the
answering; whoever asks before that waits.
"""

from __future__ import annotations

from threading import Lock, Thread
from typing import TYPE_CHECKING

from gate.engine.preparation import sources_of
from gate.errors import GateError
from gate.workbench.areas.views import view_of
from gate.workbench.preview.towns import versions_at

if TYPE_CHECKING:
    from gate.engine.snapshot import Snapshot

MOST_KEPT = 32
"""Maps that are kept."""


class Drawings:
    """Draws areas; keeps each drawing for its database and version of the area."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[object, ...], str] = {}

    def of(self, snapshot: Snapshot, name: str, at: int, now: int) -> str:
        """Return the map of an area, as SVG.

        Args:
            snapshot: What is in use.
            name: Id of the area.
            at: Moment in question, in Unix seconds.
            now: The present, in Unix seconds.

        Raises:
            AreaError: There is no such area, or it has not begun.
            DatabaseError: A database cannot be used.
        """
        view = view_of(snapshot.book, name, at, now)
        key = snapshot.versions.database, view.version, view.today
        with self._lock:
            drawn = self._kept.get(key)
            if drawn is None:
                from gate.workbench.areas.atlas import atlas  # noqa: PLC0415 - heavy
                from gate.workbench.areas.drawing import Drawing  # noqa: PLC0415
                from gate.workbench.areas.spots import spots  # noqa: PLC0415

                files = sources_of(snapshot.config).databases
                found = spots(files, view.version, {})
                drawn = Drawing(view, atlas(view.version, found)).svg()
                while len(self._kept) >= MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = drawn
            return drawn

    def draw_ahead(self, snapshot: Snapshot, now: int) -> Thread:
        """Draw all areas of today beside the answering."""
        thread = Thread(target=self._draw_all, args=(snapshot, now), daemon=True)
        thread.start()
        return thread

    def _draw_all(self, snapshot: Snapshot, now: int) -> None:
        for name, _ in versions_at(snapshot.book, now):
            try:
                self.of(snapshot, name, now, now)
            except GateError:
                return  # whoever asks for the map is told why
