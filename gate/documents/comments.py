"""Where the comments of a YAML text stand, found by YAML's own scanner.

A "#" within quotes, within a block of text or in the middle of a word begins no
comment. Between two tokens of the scanner stand only spaces, line ends and comments;
so whatever begins with "#" there is one, and nothing else is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

from gate.documents.tree import LOADER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLOCK = re.compile(r"[|>][-+0-9]*[ \t]*(?=#)")  # what may stand before its comment


class Comment(NamedTuple):
    """A comment of a YAML text.

    Attributes:
        line: Line, from 1.
        column: Column of its "#" in characters, from 1.
        text: From the "#" to the end of the line.
        alone: Nothing else stands in the line.
    """

    line: int
    column: int
    text: str
    alone: bool


def comments(lines: Sequence[str]) -> list[Comment]:
    """Return every comment of a text, in order.

    Args:
        lines: The text's lines without their ends.

    Returns:
        The comments up to where the text stops to be YAML, if it does.
    """
    found = []
    for line, start, end in _gaps(lines):
        text = lines[line - 1]
        at = text.find("#", start - 1, end)
        if at >= 0:
            alone = not text[:at].strip()
            found.append(Comment(line, at + 1, text[at:], alone))
    return found


def _gaps(lines: Sequence[str]) -> Iterator[tuple[int, int, int | None]]:
    """Yield what stands between tokens: line and first column from 1, end exclusive."""
    line, column = 1, 1
    try:
        for token in yaml.scan("\n".join(lines), Loader=LOADER):
            start = token.start_mark.line + 1, token.start_mark.column + 1
            yield from _between(lines, (line, column), start)
            if isinstance(token, yaml.ScalarToken) and token.style in {"|", ">"}:
                yield from _after_block_sign(lines[start[0] - 1], *start)
            end = token.end_mark.line + 1, token.end_mark.column + 1
            line, column = max(end, (line, column))
    except yaml.YAMLError:
        return


def _between(
    lines: Sequence[str], begin: tuple[int, int], end: tuple[int, int]
) -> Iterator[tuple[int, int, int | None]]:
    for number in range(begin[0], min(end[0], len(lines)) + 1):
        first = begin[1] if number == begin[0] else 1
        yield number, first, end[1] - 1 if number == end[0] else None


def _after_block_sign(
    text: str, line: int, column: int
) -> Iterator[tuple[int, int, int | None]]:
    """Find the room for a comment behind the sign that begins a block of text."""
    sign = _BLOCK.match(text, column - 1)
    if sign:
        yield line, sign.end() + 1, None
