"""Check again whenever a file is saved, and tell what that has changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.config import read_config, rules_folder
from gate.engine.fingerprint import Watched
from gate.errors import ConfigMissingError
from gate.workbench.schemas.writing import FOLDER, write_schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from gate.model import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one round found that the round before did not, and the other way round.

    Attributes:
        new: Findings that were not there.
        gone: Findings that are there no more.
        stayed: Findings that are as before.
    """

    new: tuple[Diagnostic, ...]
    gone: tuple[Diagnostic, ...]
    stayed: tuple[Diagnostic, ...]


def news(before: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> News:
    """Compare the findings of two rounds; a finding that only moved has stayed."""
    new = _missing_from(before, after)
    gone = _missing_from(after, before)
    stayed = tuple(finding for finding in after if finding not in new)
    return News(new=new, gone=gone, stayed=stayed)


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
