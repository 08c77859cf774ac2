"""What the comments of a file ask `gate check` to leave out, why, and until when.

    # gate: ignore[R041] until=2026-12-01 because="The banner returns in winter"

On the line of the finding, or on lines of its own right above it. It is about what is
said of a file, never about what is served.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from gate.documents.comments import comments
from gate.documents.moments import day
from gate.documents.suggest import nearest
from gate.model import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.documents.comments import Comment
    from gate.documents.document import Document

_BEGIN = re.compile(r"(?:^|(?<=\s))#+[ \t]*gate[ \t]*:[ \t]*(?P<rest>.*)")
_FIRST = re.compile(r"([A-Za-z-]*)[ \t]*(\[?)")
_CODES = re.compile(r"ignore[ \t]*\[(?P<codes>[^\]#]*)\](?P<rest>.*)")
_PART = re.compile(
    r"""[ \t]+(?P<key>[a-z]+)="""
    r"""(?:"(?P<twice>[^"]*)"|'(?P<once>[^']*)'|(?P<bare>[^\s"'#]+))"""
)
_CODE = re.compile(r"[A-Z][0-9]{3}")
_END = re.compile(r"[ \t]*(?:[ \t]#.*)?$")

_CODE_WITHIN = re.compile(r"\b[A-Z][0-9]{3}\b")
_DAYS = 90  # from now until somebody looks again, in what is proposed


def example(code: str, now: int) -> str:
    """Return a comment that ignores a code for about three months.

    >>> example("R041", 1_780_347_600)
    '# gate: ignore[R041] until=2026-08-30 because="…"'

    Args:
        code: The code.
        now: Unix seconds.
    """
    return f'# gate: ignore[{code}] until={day(now + _DAYS * 86_400)} because="…"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One comment that asks for findings to be left out.

    Attributes:
        mark: Where the comment stands.
        source_line: The text of its line.
        lines: Lines whose findings are meant; 0 stands for the file as a whole.
        codes: Codes that are meant, in order; each once.
        until: Day from which on it no longer holds, "YYYY-MM-DD"; "" if missing.
        because: Why; "" if missing.
        problem: What cannot be understood of it, without full stop; "" if all can.
    """

    mark: Mark
    source_line: str
    lines: frozenset[int]
    codes: tuple[str, ...] = ()
    until: str = ""
    because: str = ""
    problem: str = ""

    def example(self, now: int) -> str:
        """Return how it is written, with its own first code (now in Unix seconds)."""
        found = _CODE_WITHIN.search(self.source_line[self.mark.column - 1 :].upper())
        return example(found[0] if found else "R041", now)

    def has_ended(self, now: int) -> bool:
        """Say whether its last day (UTC) is over at a moment (Unix seconds)."""
        return datetime.fromtimestamp(now, UTC).date().isoformat() >= self.until


def suppressions(document: Document) -> list[Suppression]:
    """Return what the comments of a file ask for, in order.

    Args:
        document: The file; one that could not be read to its end asks for nothing.
    """
    if document.root is None or not _mentions(document.lines):
        return []
    return list(_asked(document, comments(document.lines)))


def _mentions(lines: Sequence[str]) -> bool:
    return any("gate" in line and "#" in line for line in lines)


def _asked(document: Document, found: Sequence[Comment]) -> Iterator[Suppression]:
    own_lines = {comment.line for comment in found if comment.alone}
    for comment in found:
        begin = _BEGIN.search(comment.text)
        if begin and _is_meant(begin["rest"]):
            text = comment.text[begin.start() :].rstrip()
            mark = Mark(
                file=document.file,
                line=comment.line,
                column=comment.column + begin.start(),
                width=len(text),
            )
            lines = frozenset(_meant(document.lines, comment, own_lines))
            codes, until, because, problem = _said(begin["rest"])
            yield Suppression(
                mark=mark,
                source_line=document.lines[comment.line - 1],
                lines=lines,
                codes=codes,
                until=until,
                because=because,
                problem=problem,
            )


def _is_meant(rest: str) -> bool:
    """Say whether a comment asks for something, be it misspelled."""
    word = _FIRST.match(rest)
    return word is not None and bool(word[2] or nearest(word[1].lower(), ("ignore",)))


def _meant(
    lines: Sequence[str], comment: Comment, own_lines: set[int]
) -> Iterator[int]:
    """Yield the line of a comment, and the one that it stands above."""
    yield comment.line
    if not comment.alone:
        return
    below = comment.line + 1
    while below in own_lines:
        below += 1
    yield below
    above = lines[: comment.line - 1]
    if all(not line.strip() or n in own_lines for n, line in enumerate(above, 1)):
        yield 0


def _said(rest: str) -> tuple[tuple[str, ...], str, str, str]:
    """Return codes, until, because, and what cannot be understood."""
    found = _CODES.match(rest)
    if found is None:
        return (), "", "", "it does not read as such comments do"
    codes = tuple(dict.fromkeys(c.strip() for c in found["codes"].split(",")))
    wrong = next((code for code in codes if not _CODE.fullmatch(code)), None)
    if wrong is not None:
        return (), "", "", f'"{wrong[:60]}" is no code'
    parts, left = _parts(found["rest"])
    values = dict(parts)
    return (
        codes,
        values.get("until", ""),
        values.get("because", ""),
        _problem(parts, left),
    )


def _parts(text: str) -> tuple[list[tuple[str, str]], str]:
    """Return each key with its value, and what follows them."""
    parts = []
    at = 0
    while part := _PART.match(text, at):
        value = part["twice"] or part["once"] or part["bare"] or ""
        parts.append((part["key"], value.strip()))
        at = part.end()
    return parts, text[at:]


def _problem(parts: Sequence[tuple[str, str]], left: str) -> str:
    keys = [key for key, _ in parts]
    values = dict(parts)
    for key in keys:
        if key not in {"until", "because"}:
            return f'"{key[:60]}" is not known here, only until and because are'
        if keys.count(key) > 1:
            return f"{key} stands twice"
    if not _END.match(left):
        return f'"{left.strip()[:60]}" cannot be read; text that holds spaces is quoted'
    for key in ("until", "because"):
        if not values.get(key):
            return f"{key} is missing"
    if not _is_day(values["until"]):
        return f"until={values['until'][:60]} is no day"
    return ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
