"""The whole of an update: fetch, doubt, compare, and only then replace.

Whatever fails, the served file stays byte for byte what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from gate.errors import DatabaseError, NothingKeptError
from gate.places.embedded import embedded_database
from gate.places.facts import digest_of
from gate.workbench.updating.fetching import Fetcher, Limits
from gate.workbench.updating.keeping import (
    Note,
    alone,
    copied,
    install,
    kept,
    predecessor,
    read_note,
    workplace,
    write_note,
)
from gate.workbench.updating.measuring import Measured, measure
from gate.workbench.updating.program import PROGRAM, from_program
from gate.workbench.updating.sanity import Candidate, Check, damaged, examined, verdict
from gate.workbench.updating.sources import (
    DB_IP,
    Fetched,
    Known,
    Workspace,
    from_db_ip,
    from_maxmind,
    md5_of,
)
from gate.workbench.updating.unpacking import unpack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.errors import UpdateRefusedError
    from gate.model import AreaVersion
    from gate.workbench.updating.settings import Task

Outcome = Literal["new", "would be new", "current", "held", "refused", "taken back"]

LIMITS: Final = Limits()
"""Bounds that leave room for slow lines and for the largest City databases."""

SAID: Final[dict[Outcome, str]] = {
    "new": "A newer database is in place; a running gate takes it by itself.",
    "would be new": "The database passes every check; nothing was replaced.",
    "current": "The served database is the newest there is.",
    "held": "The newest there is was taken back here; the next one will be taken.",
    "refused": "The database fails a check; the served one is untouched.",
    "taken back": "The database before is in place again; a running gate takes it.",
}
"""What each outcome means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of an update.

    Attributes:
        outcome: One of `SAID`.
        target: The database that the gate serves from.
        source: Where the other one came from; a file or an address without query.
        before: The served database as it was; None if there was none.
        after: The other database; None if nothing else came.
        checks: What was checked.
        kept: Earlier databases that are there now.
        error: Why it was refused; None otherwise.
    """

    outcome: Outcome
    target: Path
    source: str
    before: Measured | None
    after: Measured | None = None
    checks: tuple[Check, ...] = ()
    kept: tuple[Path, ...] = ()
    error: UpdateRefusedError | None = None

    def as_json(self) -> dict[str, Any]:
        """Return all of it in types of JSON."""
        told = [
            {"name": c.name, "told": c.told, "code": c.error.code if c.error else None}
            for c in self.checks
        ]
        return {
            "outcome": self.outcome,
            "target": str(self.target),
            "source": self.source,
            "before": self.before.as_json() if self.before else None,
            "after": self.after.as_json() if self.after else None,
            "checks": told,
            "kept": [str(path) for path in self.kept],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to update.

    Attributes:
        file: A file that was fetched in another way; None asks the source.
        is_trial: Whether nothing is to be replaced.
        limits: Bounds of fetching and unpacking.
    """

    file: Path | None = None
    is_trial: bool = False
    limits: Limits = LIMITS


def update(task: Task, areas: Sequence[AreaVersion], wish: Wish, now: int) -> Report:
    """Replace the served database by a newer one that passes every check.

    Args:
        task: What is to be updated.
        areas: Area versions of the rule book.
        wish: How.
        now: Unix seconds.

    Returns:
        What came of it; a refusal as well, with its error.

    Raises:
        UpdateError: Nothing could be fetched, or another updater is at work.
        OSError: A folder cannot be written.
    """
    with alone(task.target), workplace(task.target) as folder:
        note, before = _served(task)
        work = Workspace(
            folder / "packed", folder / task.target.name, wish.limits.unpacked
        )
        fetched = _fetched(task, note, work, wish, now)
        known = _known(note, before, fetched, work.database, wish)
        if known is not None:
            if before is not None and fetched.is_new and not wish.is_trial:
                write_note(task.target, _noted(before, fetched, **_held(note)))
            return _report(known, task, fetched, before)
        after, checks = _examined(task, areas, work.database, before, now)
        error = verdict(checks)
        told = {"after": after, "checks": checks, "error": error}
        if error is not None or after is None:
            return _report("refused", task, fetched, before, **told)
        if wish.is_trial:
            return _report("would be new", task, fetched, before, **told)
        install(work.database, task, before.built if before else None)
        write_note(task.target, _noted(after, fetched))
        return _report("new", task, fetched, before, **told)


def _known(
    note: Note, before: Measured | None, fetched: Fetched, database: Path, wish: Wish
) -> Outcome | None:
    """Say why what came is nothing new; None if it is new."""
    if not fetched.is_new:
        return "held" if note.taken_back else "current"
    digest = digest_of([database])
    if before is not None and digest == before.digest:
        return "current"
    if digest == note.taken_back and wish.file is None:
        return "held"
    return None


def roll_back(task: Task) -> Report:
    """Put the database before the served one in its place again.

    The one that is taken back is not fetched again; the next release is.

    Args:
        task: What is to be updated.

    Raises:
        NothingKeptError: There is none before it, or it cannot be read.
        UpdateBusyError: Another updater is at work.
        OSError: A folder cannot be written.
    """
    with alone(task.target), workplace(task.target) as folder:
        note, before = _served(task)
        path = predecessor(task, before.built if before else None)
        own = copied(path, folder / task.target.name)
        try:
            after = measure(own)
        except DatabaseError as problem:
            raise NothingKeptError(
                f"{path} cannot be used: {problem}", hint=NothingKeptError.remedy
            ) from None
        fetched = Fetched(str(path), etag=note.etag, modified=note.modified)
        md5 = md5_of(task.target)
        install(own, task, before.built if before else None)
        held = {"taken_back": before.digest, "taken_back_md5": md5} if before else {}
        write_note(task.target, _noted(after, fetched._replace(url=note.url), **held))
        return _report("taken back", task, fetched, before, after=after)


def _served(task: Task) -> tuple[Note, Measured | None]:
    """Return what is remembered and known of the served database."""
    note = read_note(task.target)
    try:
        digest = digest_of([task.target])
    except FileNotFoundError:
        return Note(), None
    if note.digest == digest:
        try:
            return note, Measured.of_json(note.measured)
        except (KeyError, TypeError, ValueError):  # of another version of the gate
            pass
    try:
        return (note if note.digest == digest else Note()), measure(task.target)
    except DatabaseError:  # it is broken: whatever is sound is better
        return Note(), None


def _fetched(task: Task, note: Note, work: Workspace, wish: Wish, now: int) -> Fetched:
    if wish.file is not None:
        unpack(wish.file, work.database, most=work.most)
        return Fetched(str(wish.file))
    if task.source == "geoipupdate":
        patience = wish.limits.whole
        new = from_program(task, work.database, most=work.most, patience=patience)
        return Fetched(PROGRAM, is_new=new)
    known = Known(
        md5_of(task.target), note.url, note.etag, note.modified, note.taken_back_md5
    )
    fetcher = Fetcher(wish.limits, task.credentials)
    if task.source == "maxmind":
        return from_maxmind(fetcher, task.url, task.edition, known, work)
    return from_db_ip(fetcher, task.url or DB_IP, task.edition, known, work, now)


def _examined(
    task: Task,
    areas: Sequence[AreaVersion],
    path: Path,
    before: Measured | None,
    now: int,
) -> tuple[Measured | None, tuple[Check, ...]]:
    try:
        after = measure(path)
    except DatabaseError as problem:
        return None, (damaged(problem),)
    last = before or measure(embedded_database())
    candidate = Candidate(path, after, last, before is not None)
    return after, examined(candidate, task, areas, now)


def _held(note: Note) -> dict[str, str]:
    """Return what a note says of the database that was taken back."""
    return {"taken_back": note.taken_back, "taken_back_md5": note.taken_back_md5}


def _noted(measured: Measured, fetched: Fetched, **more: str) -> Note:
    return Note(
        digest=measured.digest,
        url=fetched.url,
        etag=fetched.etag,
        modified=fetched.modified,
        measured=measured.as_json(),
        **more,
    )


def _report(
    outcome: Outcome,
    task: Task,
    fetched: Fetched,
    before: Measured | None,
    **more: Any,  # noqa: ANN401 (further attributes)
) -> Report:
    return Report(
        outcome=outcome,
        target=task.target,
        source=fetched.url,
        before=before,
        kept=kept(task),
        **more,
    )
