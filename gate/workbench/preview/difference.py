"""What has changed since the last commit, as far as readers meet it."""

from __future__ import annotations

import re
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from gate.errors import FindingsError, GateError
from gate.places.gazetteer import settlements
from gate.rules.iso3166 import name_of
from gate.workbench.diffing import (
    Side,
    Terms,
    compare,
    look_of,
    revision_side,
    twins_for,
)
from gate.workbench.diffing.directions import Direction
from gate.workbench.diffing.telling import AS_BEFORE
from gate.workbench.preview.words import REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.engine.snapshot import Snapshot
    from gate.workbench.diffing import Cause, Difference, Group, PlaceSet
    from gate.workbench.preview.upkeep import Holding

REVISION = "HEAD"
"""What git calls the last commit."""

_NOBODY = "No exemption says so."
_DAY = 86_400  # seconds
_LISTS = ("settlements", "outside")
_NUMBER = re.compile(r"[0-9]+")


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

    def of(self, holding: Holding, now: int) -> Compared:
        """Return in what the book that is shown differs from the last commit.

        Args:
            holding: What is in use; there is a sound book.
            now: Unix seconds; a difference that has ended by then is past.
        """
        snapshot, files = holding.snapshot, holding.folder
        if snapshot is None or files is None:
            return Compared(None, "There is no sound rule book.")
        new = Side(
            book=snapshot.book,
            notices=snapshot.pages.notices,
            folder=files,
            source=str(files.path),
        )
        try:
            old = revision_side(REVISION, files.path)
        except FindingsError as error:
            return Compared(None, f"The last commit has errors. {error}", error.hint)
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


class Verdict(NamedTuple):
    """What the change does to readers.

    Attributes:
        kind: "less", "more", "other" or "same".
        told: A sentence.
        why: What is to be known beside it; "" for nothing.
    """

    kind: str
    told: str
    why: str = ""


def verdict_of(found: Difference) -> Verdict:
    """Say in a sentence what the change does to readers from now on."""
    looser, stricter = found.of(Direction.LOOSER), found.of(Direction.STRICTER)
    also = " Elsewhere they would be warned more." if stricter else ""
    if found.loosens:
        wider = all(group.unapproved for group in found.loosens)
        why = f"An exemption says so, and {AS_BEFORE}" if wider else _NOBODY
        return Verdict("less", "Readers would be warned less", why + also)
    if looser:
        why = f"It follows from exemptions of the book.{also}"
        return Verdict("other", "Readers would be warned less, as exemptions say", why)
    if stricter:
        return Verdict("more", "Readers would be warned more, and nobody less")
    if found.of(Direction.CHANGED):
        return Verdict("other", "Readers would be warned alike, with other texts")
    why = "What differs has ended already." if found.groups else ""
    return Verdict("same", "Nothing changes for any reader", why)


def places_told(group: Group, most: int = 8) -> str:
    """Return the places of a group in a line: settlements, if they are the cause."""
    names = list(dict.fromkeys(map(_place_told, group.places)))
    told = _listed(names, most)
    towns = dict.fromkeys(filter(None, map(_settlement, group.causes)))
    if not towns:
        return told
    return f"{_listed(list(towns), most)}; in the database: {told}"


def _listed(names: Sequence[str], most: int) -> str:
    told = ", ".join(names[:most])
    return f"{told} and {len(names) - most} more" if len(names) > most else told


def _settlement(cause: Cause) -> str:
    """Return the name of the settlement whose line is the cause; "" if it is none."""
    number = _NUMBER.match(cause.what) if cause.key.endswith(_LISTS) else None
    known = settlements().get(int(number[0])) if number else None
    return known.name if known else ""


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
