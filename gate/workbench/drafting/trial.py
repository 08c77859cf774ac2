"""Whether the book stays sound with a draft in it, and the writing of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gate.errors import DraftInTheWayError, UnfitFileError, UnsoundDraftError
from gate.model import Severity
from gate.notices import load_notices
from gate.rules import load_book
from gate.workbench.drafting.cases import proposed
from gate.workbench.drafting.placing import added, new_file
from gate.workbench.texts.writing import write

if TYPE_CHECKING:
    from gate.model import Diagnostic, RuleBook
    from gate.workbench.drafting.draft import Draft


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


def with_test(folder: Path, draft: Draft, path: Path, now: int) -> Draft:
    """Return the draft of a rule with a test for it, if one can be proposed.

    The test holds what the book decides with the rule, whichever rule decides it.
    """
    book = _tried(folder, draft, path)
    rule = next(rule for rule in book.rules if rule.id == draft.name)
    test = proposed(book, rule, now)
    return draft if test is None else replace(draft, parts=(*draft.parts, test))


def add(folder: Path, draft: Draft, path: Path) -> None:
    """Write a draft, if the book stays sound with it.

    Raises:
        UnsoundDraftError: The book would have errors; nothing is written.
        UnfitFileError: The file cannot be added to.
    """
    _tried(folder, draft, path)
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


def _tried(folder: Path, draft: Draft, path: Path) -> RuleBook:
    """Return the book with the draft in it, read from a copy.

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
        return book


def _at_home(finding: Diagnostic, copy: Path, folder: Path) -> Diagnostic:
    """Return a finding about the copy as one about the book itself."""
    file = finding.mark.file.replace(str(copy), str(folder), 1)
    return replace(finding, mark=replace(finding.mark, file=file))
