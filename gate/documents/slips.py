"""Slips of the pen that a YAML parser notices late, and not where they were made."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import yaml

from gate.documents.tree import LOADER, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_KEY = re.compile(r"(?:- +| )*([A-Za-z_][\w-]*):(?=\s|$)")
_GLUED = re.compile(r"(?:- +| )*([A-Za-z_][\w-]*):(?!//)([^ \t])")
_CONFLICT = re.compile(r"(<<<<<<<|>>>>>>>)( |$)")
_BETWEEN = "======="
_MOST_TOKENS = 200_000
_NEAR = 40  # lines above that are looked at for neighbours


class Slip(NamedTuple):
    """What somebody wrote by mistake."""

    message: str
    span: Span
    hint: str


def conflict(lines: Sequence[str], *, broken: bool = False) -> Slip | None:
    """Return the first line that a merge has left behind, if there is one.

    Args:
        lines: The text's lines.
        broken: The text is not YAML, so that a row of equals signs is no text either.
    """
    for number, line in enumerate(lines, start=1):
        if _CONFLICT.match(line) or (broken and line == _BETWEEN):
            return Slip(
                "A merge conflict was left in this file.",
                Span(number, 1, number, len(line) + 1),
                "Keep one of the two versions and delete the three marker lines.",
            )
    return None


def slip(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Slip | None:
    """Return the slip that lets the parser stumble, if it is a common one.

    Args:
        error: The parser's error.
        lines: The text's lines.
    """
    found = conflict(lines, broken=True)
    if found or error.problem_mark is None:
        return found
    for look in _LOOKS:
        found = look(error, lines)
        if found:
            return found
    return None


def _place(mark: yaml.Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def _glued(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Slip | None:
    """Find a colon without space, in the line where an unfinished key begins."""
    line, _ = _place(error.problem_mark)
    begins, _ = _place(error.context_mark)
    if "simple key" in str(error.context):
        candidates = [begins]
    else:
        above = [n for n in range(line - 1, 0, -1) if lines[n - 1].strip()]
        candidates = above[:1]
    for number in candidates:
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        found = _GLUED.match(text)
        if found:
            return _missing_space(found, number)
    return None


def _missing_space(found: re.Match[str], number: int) -> Slip:
    column = found.start(2) + 1
    span = Span(number, column, number, column + 1)
    key = f'"{found[1][:60]}:"'
    if found[2].isspace():
        sort = "a no-break space" if found[2] == "\xa0" else "an unusual space"
        message = f"After {key} stands {sort} (U+{ord(found[2]):04X})."
        return Slip(message, span, "Delete it and type an ordinary space.")
    return Slip(
        f"After {key} a space is missing.", span, "Write a space after the colon."
    )


def _open_quote(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Slip | None:
    """Find the quotation mark that opens the text before the place of the problem."""
    problem = str(error.problem)
    if "quoted scalar" in str(error.context):
        ends = "end of stream" in problem or "document" in problem
        return _never_closed(*_place(error.context_mark)) if ends else None
    at = _place(error.problem_mark)
    for start, end in _quoted(lines):
        if end[0] != at[0] or end > at or _between(lines, end, at):
            continue
        if start[0] < end[0]:
            return _never_closed(*start)
        if "expected key" in problem or "block end" in problem:
            return Slip(
                "Text follows a quotation mark that closes.",
                Span(*at, at[0], at[1] + 1),
                "Put the marks around the whole value; within '…' write '' for one.",
            )
    return None


def _never_closed(line: int, column: int) -> Slip:
    return Slip(
        "A quotation mark that opens here is never closed.",
        Span(line, column, line, column + 1),
        "Close it at the end of the text that it opens.",
    )


def _between(lines: Sequence[str], end: tuple[int, int], at: tuple[int, int]) -> str:
    return lines[at[0] - 1][end[1] - 1 : at[1] - 1].strip()


def _quoted(
    lines: Sequence[str],
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield start and end of each quoted text, as far as the text can be followed."""
    tokens = yaml.scan("\n".join(lines), Loader=LOADER)
    try:
        for token in islice(tokens, _MOST_TOKENS):
            if isinstance(token, yaml.ScalarToken) and token.style in {'"', "'"}:
                yield _place(token.start_mark), _place(token.end_mark)
    except yaml.YAMLError:
        return


def _off_column(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Slip | None:
    """Find a key that stands one column beside its neighbours."""
    line, _ = _place(error.problem_mark)
    found = _KEY.match(lines[line - 1]) if 0 < line <= len(lines) else None
    if found is None or "simple key" in str(error.context):
        return None
    column = found.start(1) + 1
    for text in reversed(lines[max(0, line - 1 - _NEAR) : line - 1]):
        above = _KEY.match(text)
        other = above.start(1) + 1 if above else 0
        if other and abs(other - column) == 1:
            message = (
                f'"{found[1][:60]}" stands in column {column}; '
                f"its neighbours stand in column {other}."
            )
            span = Span(line, column, line, column + len(found[1]))
            return Slip(message, span, f"Begin it in column {other}.")
    return None


_LOOKS: tuple[Callable[[yaml.MarkedYAMLError, Sequence[str]], Slip | None], ...] = (
    _glued,
    _open_quote,
    _off_column,
)
