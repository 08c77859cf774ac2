"""Whether the book stays sound with a draft in it, and the writing of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gate.documents import with_sources
from gate.errors import DraftInTheWayError, UnfitFileError, UnsoundDraftError
from gate.model import Severity
from gate.notices import load_notices
from gate.rules import load_book
from gate.workbench.drafting.cases import proposed
from gate.workbench.drafting.placing import added, new_file
from gate.workbench.texts.writing import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model import Diagnostic, RuleBook
    from gate.workbench.drafting.draft import Draft
    from gate.workbench.drafting.questions import Desk

    ErrorsOf = Callable[[Path, RuleBook], list[Diagnostic]]


def target_of(folder: Path, draft: Draft, into: Path | None) -> Path:
    """Return the file that a draft goes into.

    Raises:
        DraftInTheWayError: No file is named, and the usual one is there.
        UnfitFileError: The named file is not below the folder of the book.
    """
    if into is None:
        path = folder / draft.file
        if path.exists() or path.is_symlink():
            raise DraftInTheWayError(path=path)
        return path
    if folder.resolve() not in into.resolve().parents or not into.is_file():
        raise UnfitFileError(path=into, reason=f"it is no file below {folder}")
    return into


def with_test(desk: Desk, draft: Draft, path: Path) -> Draft:
    """Return the draft of a rule with a test for it, if one can be proposed.

    The test holds what the book decides with the rule, whichever rule decides it.
    """
    with _tried(desk.folder, draft, path) as (_, book):
        rule = next(rule for rule in book.rules if rule.id == draft.name)
        test = proposed(book, rule, desk.now, desk.offset)
    return draft if test is None else replace(draft, parts=(*draft.parts, test))


def new_errors(
    desk: Desk, draft: Draft, path: Path, errors_of: ErrorsOf
) -> list[Diagnostic]:
    """Return what would be wrong with what the book means, and is not wrong now.

    Args:
        desk: The book as it is.
        draft: What would be added.
        path: The file that it would go into.
        errors_of: Judges a book that lies in a folder.

    Raises:
        UnsoundDraftError: The book could not even be read with it.
        UnfitFileError: The file cannot be added to.
    """
    with _tried(desk.folder, draft, path) as (copy, book):
        found = with_sources(errors_of(copy, book))
        after = [_at_home(finding, copy, desk.folder) for finding in found]
    if not after:
        return []
    before = Counter(map(_identity, errors_of(desk.folder, desk.book)))
    new = []
    for finding in after:
        if before[_identity(finding)]:
            before[_identity(finding)] -= 1
        else:
            new.append(finding)
    return new


def _identity(finding: Diagnostic) -> tuple[str, str, str]:
    return finding.code, finding.mark.file, finding.message


def add(folder: Path, draft: Draft, path: Path) -> None:
    """Write a draft, if the book stays sound with it.

    Raises:
        UnsoundDraftError: The book would have errors; nothing is written.
        UnfitFileError: The file cannot be added to.
    """
    with _tried(folder, draft, path):
        content = _content(draft, path)
    if path.exists():
        write({path: content})
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        raise DraftInTheWayError(path=path) from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(content.encode())


def _content(draft: Draft, path: Path) -> str:
    if not path.exists():
        return new_file(draft)
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        raise UnfitFileError(path=path, reason="it is not UTF-8") from None
    return added(path, text, draft)


@contextmanager
def _tried(folder: Path, draft: Draft, path: Path) -> Iterator[tuple[Path, RuleBook]]:
    """Copy the book, with the draft in it, and read it there.

    Raises:
        UnsoundDraftError: The book has errors then.
    """
    content = _content(draft, path)
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "rules"
        shutil.copytree(folder, copy)
        target = copy / path.resolve().relative_to(folder.resolve())
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode())
        book, findings = load_book(copy)
        _, more = load_notices(copy / "notices")
        errors = [f for f in (*findings, *more) if f.severity is Severity.ERROR]
        if book is None or errors:
            raise UnsoundDraftError([_at_home(f, copy, folder) for f in errors])
        yield copy, book


def _at_home(finding: Diagnostic, copy: Path, folder: Path) -> Diagnostic:
    """Return a finding about the copy as one about the book itself."""
    there, home = copy.as_posix(), folder.as_posix()
    mark = replace(finding.mark, file=finding.mark.file.replace(there, home))
    return replace(
        finding,
        mark=mark,
        message=finding.message.replace(there, home),
        hint=finding.hint.replace(there, home),
    )
