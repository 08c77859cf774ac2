"""Rule books of other days: a folder, or a revision that git knows."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gate.errors import FindingsError, NoSuchBookError
from gate.rules import load_book

if TYPE_CHECKING:
    from gate.model import RuleBook

_SECONDS = 60


def book_of(named: str, folder: Path) -> RuleBook:
    """Return the rule book that is named.

    Args:
        named: A folder, or a revision of `folder`.
        folder: Folder of the present rule book.

    Raises:
        NoSuchBookError: It is neither.
        FindingsError: The book has errors.
    """
    if Path(named).is_dir():
        return opened(Path(named))
    with tempfile.TemporaryDirectory() as copy:
        _extract(named, folder, Path(copy))
        return opened(Path(copy))


def opened(folder: Path) -> RuleBook:
    """Return the rule book in a folder.

    Raises:
        FindingsError: The book has errors.
    """
    book, findings = load_book(folder)
    if book is None:
        raise FindingsError(findings)
    return book


def _extract(revision: str, folder: Path, out: Path) -> None:
    if revision.startswith("-"):
        raise NoSuchBookError(named=revision, reason="no revision begins with a hyphen")
    if not folder.is_dir():
        raise NoSuchBookError(named=revision, reason=f"there is no folder {folder}")
    # Told from within a folder, git packs that folder alone.
    command = ["git", "archive", "--format=tar", revision]
    try:
        done = subprocess.run(  # noqa: S603 - a revision is one argument
            command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoSuchBookError(named=revision, reason="git cannot be run") from error
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = (
            told[-1].removeprefix("fatal: ") if told else "git knows no such revision"
        )
        raise NoSuchBookError(named=revision, reason=reason)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(out, filter="data")
