"""The files that people write, as text: what their comments ask, how they are laid out.

They are read again here, because a check reads values and not the text around them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gate.documents import read
from gate.documents.decoding import MAX_BYTES
from gate.documents.suppression import suppressions
from gate.model import Diagnostic, Mark, Severity
from gate.rules.files import files_below
from gate.workbench.formatting import is_formatted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gate.documents.suppression import Suppression

_ASKS = re.compile(rb"#[ \t]*gate[ \t]*:")


def yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files of a rule book, sorted; none if they cannot be listed."""
    try:
        names = sorted(name for name, _ in files_below(folder))
    except OSError:
        return []  # the reading of the book says so
    return [folder / name for name in names if name.endswith(".yaml")]


def asked_in(files: Iterable[Path]) -> list[Suppression]:
    """Return what the comments of files ask to leave out."""
    found: list[Suppression] = []
    for path in files:
        content = _content(path)
        if _ASKS.search(content):
            found += suppressions(read(content, file=path.as_posix()))
    return found


def unformatted(files: Iterable[Path]) -> list[Diagnostic]:
    """Find files that are not laid out as `gate fmt` does: R083, notes.

    Args:
        files: YAML files that could be read.
    """
    return [
        Diagnostic(
            code="R083",
            message="This file is not laid out as gate fmt would lay it out.",
            mark=Mark(file=path.as_posix()),
            hint="Run gate fmt; comments and meaning stay.",
            severity=Severity.NOTE,
            subject=path.name,
        )
        for path in files
        if not _is_formatted(_content(path))
    ]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # the reading of the file says so


def _is_formatted(content: bytes) -> bool:
    if len(content) > MAX_BYTES:
        return True  # likewise
    try:
        return is_formatted(content.decode())
    except UnicodeDecodeError:
        return True  # the reading of the file says so
