"""Check again whenever a file is saved, and tell what that has changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from gate.config import read_config, rules_folder
from gate.engine.fingerprint import Watched
from gate.errors import ConfigMissingError
from gate.model import Severity
from gate.workbench.schemas.writing import FOLDER, write_schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from gate.model import Diagnostic
    from gate.workbench.checking import CheckReport


_PROVED = frozenset(
    {
        *("E117", "R013", "R032", "R033", "R034", "R040", "R041", "R042", "R043"),
        *("R044", "R045", "R046", "R047"),
    }
)
"""Codes that are looked for only over the places of a database."""

_OF_NOTICES = "R06", "R07"


class Reach(IntEnum):
    """How far a check came."""

    FILES = 0
    """The book could not be read: nothing of what it means was looked at."""
    BOOK = 1
    """No database could be used: nothing was proved."""
    ALL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one check found, and what it did not look for.

    Attributes:
        findings: What it found.
        reach: How far it came.
        unseen: What an earlier one found, and this one did not look for.
    """

    findings: tuple[Diagnostic, ...]
    reach: Reach = Reach.ALL
    unseen: tuple[Diagnostic, ...] = ()

    @classmethod
    def of(cls, report: CheckReport) -> Round:
        """Return what a check came to."""
        errors = {f.code for f in report.findings if f.severity is Severity.ERROR}
        reach = Reach.ALL if report.index else Reach.BOOK
        if report.book is None or "R019" in errors:
            reach = Reach.FILES
        return cls(findings=report.findings, reach=reach)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one round found that the round before did not, and the other way round.

    Attributes:
        new: Findings that were not there.
        gone: Findings that are there no more.
        stayed: Findings that are as before.
        unseen: Findings of earlier rounds that this one did not look for.
    """

    new: tuple[Diagnostic, ...]
    gone: tuple[Diagnostic, ...]
    stayed: tuple[Diagnostic, ...]
    unseen: tuple[Diagnostic, ...]


def news(before: Round, after: Round) -> News:
    """Compare two rounds; a finding that only moved has stayed.

    What could not be looked for, because of an error elsewhere, is neither gone nor
    new when it comes back.
    """
    known = (*before.findings, *before.unseen)
    new = _missing_from(known, after.findings)
    missing = _missing_from(after.findings, known)
    carried = _missing_from(before.findings, missing)
    gone: list[Diagnostic] = []
    unseen: list[Diagnostic] = []
    for finding in missing:
        sought = _is_sought(finding, before, after, was_seen=finding not in carried)
        (gone if sought else unseen).append(finding)
    return News(
        new=new,
        gone=tuple(gone),
        stayed=tuple(finding for finding in after.findings if finding not in new),
        unseen=tuple(unseen),
    )


def _is_sought(
    finding: Diagnostic, before: Round, after: Round, *, was_seen: bool
) -> bool:
    """Say whether a round would have found again what an earlier one found."""
    files = {f.mark.file for f in after.findings if f.severity is Severity.ERROR}
    hidden = finding.mark.file in files
    if after.reach is Reach.ALL:
        return not (finding.code == "R083" and hidden)
    if after.reach is Reach.BOOK:
        return finding.code not in _PROVED
    if finding.code.startswith(_OF_NOTICES):
        return not hidden
    # An error hides others of its file, unless they stood beside one before.
    return before.reach is Reach.FILES and was_seen and finding.code != "R083"


def _missing_from(
    some: Sequence[Diagnostic], others: Sequence[Diagnostic]
) -> tuple[Diagnostic, ...]:
    known = Counter(_identity(finding) for finding in some)
    found = []
    for finding in others:
        identity = _identity(finding)
        if known[identity]:
            known[identity] -= 1
        else:
            found.append(finding)
    return tuple(found)


def _identity(finding: Diagnostic) -> tuple[str, str, str, str]:
    return finding.code, finding.mark.file, finding.subject, finding.message


def saves(look: Callable[[], str], pause: Callable[[], None]) -> Iterator[None]:
    """Yield once at the beginning, and once whenever the files have changed.

    Files that are still being written are waited for: what counts is a state that
    two looks in a row see.

    Args:
        look: Tells the state of the files.
        pause: Waits from one look to the next.
    """
    checked = look()
    yield
    seen = checked
    while True:
        pause()
        now = look()
        if now == seen and now != checked:
            checked = now
            yield
        seen = now


def fingerprint(path: Path, environ: Mapping[str, str]) -> str:
    """Return the state of everything that a check looks at.

    Args:
        path: config.yaml, which may be broken, or away while it is being replaced.
        environ: Environment variables.
    """
    try:
        config, _ = read_config(path, environ)
    except ConfigMissingError:
        return ""
    if config is not None:
        return Watched.of(config).fingerprint()
    folder = rules_folder(path, environ) or path.parent / "rules"
    watched = Watched(config=path, folder=folder, databases=(), secret=None)
    return watched.fingerprint()


def renew_schemas(path: Path, environ: Mapping[str, str]) -> None:
    """Write the schemas for editors anew, where `gate schema --write` has put some.

    Raises:
        OSError: They cannot be written.
    """
    folder = rules_folder(path, environ)
    if folder is not None and (folder / FOLDER).is_dir():
        write_schemas(folder)
