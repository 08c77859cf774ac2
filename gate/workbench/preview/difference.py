"""What has changed since the last commit, as far as readers meet it."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from gate.errors import FindingsError, GateError
from gate.rules.iso3166 import name_of
from gate.workbench.diffing import (
    Terms,
    compare,
    folder_side,
    look_of,
    side_of,
    twins_for,
)
from gate.workbench.preview.words import REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.engine.snapshot import Snapshot
    from gate.workbench.diffing import Difference, Group, PlaceSet, Side

REVISION = "HEAD"
"""What git calls the last commit."""

_DAY = 86_400  # seconds


class Compared(NamedTuple):
    """The difference, or why there is none to show.

    Attributes:
        found: The difference; None if it cannot be told.
        why: Why it cannot; "" if it can.
        hint: What to do then.
    """

    found: Difference | None
    why: str = ""
    hint: str = ""


class SinceCommit:
    """Compares the book in use with the last commit; keeps the last comparison."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._key: tuple[object, ...] = ()
        self._kept = Compared(None)

    def of(self, snapshot: Snapshot, now: int) -> Compared:
        """Return what differs from the last commit.

        Args:
            snapshot: What is in use.
            now: Unix seconds; a difference that has ended by then is past.
        """
        folder = snapshot.config.rules.folder
        try:
            old = side_of(REVISION, folder)
            new = folder_side(folder)
        except FindingsError as error:
            return Compared(None, f"A rule book has errors. {error}", error.hint)
        except GateError as error:
            return Compared(None, str(error), error.hint)
        database = snapshot.versions.database
        key = old.folder.digest, new.folder.digest, database, now // _DAY
        with self._lock:
            if key != self._key:
                self._kept = _compared(snapshot, old, new, now)
                self._key = key
            return self._kept


def _compared(snapshot: Snapshot, old: Side, new: Side, now: int) -> Compared:
    config = snapshot.config
    try:
        twins = twins_for(config, old.book, new.book)
        found = compare(old, new, twins, Terms(now=now), look_of(config))
    except GateError as error:
        return Compared(None, str(error), error.hint)
    return Compared(found)


def places_told(places: Sequence[PlaceSet], most: int = 8) -> str:
    """Return the places of a group in a line."""
    names = list(dict.fromkeys(map(_place_told, places)))
    told = ", ".join(names[:most])
    return f"{told} and {len(names) - most} more" if len(names) > most else told


def _place_told(place: PlaceSet) -> str:
    if place.unknown is not None:
        return REASONS[place.unknown]
    name = name_of(place.label)
    return f"{name} ({place.label})" if name else place.label


def example_of(group: Group) -> dict[str, str]:
    """Return a choice that shows what a group is about; empty if there is none."""
    place = next((p for p in group.places if p.example or p.unknown), None)
    if place is None or not group.paths:
        return {}
    spelled = place.example.partition("/")[0] or f"unknown={place.unknown}"
    return {
        "other": spelled,
        "path": group.paths[0].witness,
        "activity": group.activities[0].value,
    }
