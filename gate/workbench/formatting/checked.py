"""A layout that is proved to change nothing but the layout."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from gate.documents import read
from gate.errors import FindingsError, UnformattableError
from gate.model import Severity
from gate.workbench.formatting.layout import ExplicitKeyError, laid_out
from gate.workbench.formatting.pieces import Sort, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = "\ufeff"
_BREAK = re.compile(r"\r\n|\r|\n")


def formatted(text: str, *, file: str = "text") -> str:
    """Return a YAML text in the one layout, with the same values and comments.

    The way its lines end stays (of two ways, the commoner one), and so does a byte
    order mark: programs of Windows put them there and expect them back.

    Args:
        text: Content of a file.
        file: Its name in findings.

    Raises:
        FindingsError: It is not YAML as the gate reads it.
        UnformattableError: It is written in a way that cannot be laid out.
    """
    before = read(text, file=file)
    if any(found.severity is Severity.ERROR for found in before.findings):
        raise FindingsError(before.findings)
    try:
        made = _laid_out(text)
    except ExplicitKeyError as error:
        raise UnformattableError(file=file, line=error.line) from None
    if made == text:
        return text
    after = read(made, file=file)
    same = after.data == before.data and not after.findings
    if not same or comments(made) != comments(text):
        raise UnformattableError(file=file)
    return made


def is_formatted(text: str) -> bool:
    """Say whether `formatted` would leave a text as it is.

    Quick: nothing is checked, so what is no YAML counts as formatted; it has findings
    of its own.
    """
    try:
        return _laid_out(text) == text
    except (yaml.YAMLError, ExplicitKeyError):
        return True


def _laid_out(text: str) -> str:
    bare = text.removeprefix(_MARK)
    breaks = _BREAK.findall(bare)
    usual = max(("\n", "\r\n", "\r"), key=breaks.count)
    made = laid_out(_BREAK.sub("\n", bare)).replace("\n", usual)
    return text[: len(text) - len(bare)] + made


def comments(text: str) -> list[str]:
    """Return every comment of a YAML text from its # on, in order.

    Raises:
        yaml.YAMLError: It is no YAML.
    """
    plain = _BREAK.sub("\n", text.removeprefix(_MARK))
    return [found for gap in _gaps(plain) for found in _remarks(gap)]


def _gaps(text: str) -> Iterator[str]:
    at = 0
    for piece in pieces(text):
        yield text[at : piece.start]
        at = max(at, piece.end)
        if piece.sort is Sort.BLOCK:
            yield piece.text.partition("\n")[0][1:]


def _remarks(gap: str) -> Iterator[str]:
    for row in gap.split("\n"):
        start = row.find("#")
        if start >= 0:
            yield row[start:].rstrip(" \t")
