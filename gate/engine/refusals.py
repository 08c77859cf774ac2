"""What was refused, whole: so that whoever wrote it can correct it from here alone.

A worker keeps the refusal that holds and a few that are over. Findings keep the line
that they mark, because the file may be another one by the time somebody asks.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from gate.documents import with_sources
from gate.engine.lastgood import differences
from gate.errors import FindingsError
from gate.model import Severity
from gate.rules.sheets import read_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gate.errors import GateError
    from gate.model import Diagnostic

MOST_FINDINGS = 20
"""Errors of one refusal that are kept; a person corrects some and saves again."""

MOST_EARLIER = 5
"""Refusals that are kept when they are over."""

REMEMBERED = 86_400
"""Seconds for which a refusal is told after it is over: a day."""

LONGEST_LINE = 2_000
"""Characters of a marked line from which on it is left out: no person wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something that lies on the disk is not served.

    Attributes:
        code: Code of the error.
        message: What is wrong, in one sentence.
        hint: What to do; may be empty.
        findings: The errors in files, each with its line; at most `MOST_FINDINGS`.
        more: How many errors there are beside them.
        book: Digest of the rule book that lay there; "" if it could not be read.
        files: Name within the book and "changed", "new" or "gone", against the book
            that is served; empty if nobody can tell.
        since: Since when something has been refused without a break, in Unix seconds:
            this, or others before it.
        seen: When this very book was first refused for this, in Unix seconds.
        until: When that was over; None while it holds.
        taken: Digest of the book that was served from then on; "" while it holds, and
            where another refusal followed.
    """

    code: str
    message: str
    hint: str
    findings: tuple[Diagnostic, ...]
    more: int
    book: str
    files: tuple[tuple[str, str], ...]
    since: float
    seen: float
    until: float | None = None
    taken: str = ""

    @classmethod
    def of(cls, error: GateError, *, folder: Path, copy: Path, now: float) -> Refusal:
        """Note everything about a refusal, while the files lie as they were refused.

        Args:
            error: Why.
            folder: The folder of the rule book.
            copy: The copy of the book that is served, if there is one.
            now: Unix seconds.
        """
        errors = _errors(error)
        return cls(
            code=error.code,
            message=str(error),
            hint=error.hint,
            findings=tuple(errors[:MOST_FINDINGS]),
            more=len(errors[MOST_FINDINGS:]),
            book=_digest(folder),
            files=tuple(differences(copy, folder)),
            since=now,
            seen=now,
        )

    def after(self, other: Refusal | None) -> Refusal:
        """Return it with the times that it has from the one that held before it."""
        if other is None:
            return self
        is_same = self.book == other.book and self.is_as(other)
        return replace(self, since=other.since, seen=(other if is_same else self).seen)

    def is_as(self, other: Refusal) -> bool:
        """Say whether the first thing that is wrong is still the same.

        The book may be another one: somebody has saved, and not yet mended that.
        """
        return (self.code, self.message) == (other.code, other.message)

    def told(self) -> dict[str, Any]:
        """Return it in JSON types."""
        return asdict(self)


class Refusals:
    """The refusal that holds, and those that are over.

    Args:
        clock: Returns Unix seconds.

    Attributes:
        holding: The refusal that holds; None if everything on the disk is served.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.holding: Refusal | None = None
        self._clock = clock
        self._earlier: tuple[Refusal, ...] = ()

    @property
    def earlier(self) -> tuple[Refusal, ...]:
        """Those of the last day that are over, the last one first."""
        oldest = self._clock() - REMEMBERED
        return tuple(r for r in self._earlier if (r.until or 0) > oldest)

    def update(self, error: GateError | None, folder: Path, copy: Path) -> None:
        """Take notice of a look at the disk.

        Args:
            error: Why what lies there is not served; None if it is.
            folder: The folder of the rule book.
            copy: Where a copy of the served book lies; its name is the digest.
        """
        now, before = self._clock(), self.holding
        found = _found(error, folder, copy, now)
        if before is not None and not (found and found.is_as(before)):
            taken = "" if found else copy.name
            over = replace(before, until=now, taken=taken)
            self._earlier = (over, *self._earlier)[:MOST_EARLIER]
        self.holding = found.after(before) if found else None


def _found(
    error: GateError | None, folder: Path, copy: Path, now: float
) -> Refusal | None:
    if error is None:
        return None
    return Refusal.of(error, folder=folder, copy=copy, now=now)


def _errors(error: GateError) -> list[Diagnostic]:
    """Return the errors in files, each with its line."""
    findings = error.findings if isinstance(error, FindingsError) else ()
    errors = [f for f in findings if f.severity is Severity.ERROR]
    return [_short(finding) for finding in with_sources(errors)]


def _short(finding: Diagnostic) -> Diagnostic:
    long = len(finding.source_line) > LONGEST_LINE
    return replace(finding, source_line="") if long else finding


def _digest(folder: Path) -> str:
    try:
        return read_folder(folder).digest
    except OSError:
        return ""
