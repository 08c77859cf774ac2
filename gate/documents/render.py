"""Findings as a person reads them: place, sentence, source line, caret, hint."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gate.model import Diagnostic, Mark

_BEFORE = 60  # characters of a long line that are shown before the mark
_AFTER = 100  # and from the mark on
_WHOLE = _BEFORE + _AFTER  # a line up to this length is shown in full
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}


@dataclass(frozen=True, slots=True)
class Links:
    """Where the links of a terminal lead; "" for nowhere.

    Attributes:
        place: URI of a place in a file.
        code: URI of what there is to say of a code.
    """

    place: Callable[[Mark], str]
    code: Callable[[str], str]


def render(
    findings: Iterable[Diagnostic], *, colour: bool = False, links: Links | None = None
) -> str:
    """Return the findings as text, sorted, each with its line and a caret under it.

    Nothing of a file reaches the terminal as a control or invisible character.

    Args:
        findings: What is wrong.
        colour: Use ANSI colours.
        links: Where places and codes lead, on a terminal that can follow links.

    Returns:
        One block of lines for each finding, with an empty line between; "" for none.
    """
    ordered = sorted(findings, key=lambda finding: finding.sort_key)
    return "\n\n".join(_block(finding, colour, links) for finding in ordered)


def _block(
    finding: Diagnostic,
    colour: bool,  # noqa: FBT001 - as render got it
    links: Links | None,
) -> str:
    paint = _COLOURS[finding.severity] if colour else ""
    word = "" if finding.severity is Severity.ERROR else f"{finding.severity}: "
    place, code = shown(str(finding.mark)), finding.code
    if links:
        place = _linked(place, links.place(finding.mark))
        code = _linked(code, links.code(code))
    head = _painted(f"{code} {word}{shown(finding.message)}", paint)
    rows = [f"{place}: {head}"]
    if finding.source_line and finding.mark.line:
        rows += _excerpt(finding, paint)
    if finding.hint:
        rows.append(f"       = hint: {shown(finding.hint)}")
    return "\n".join(rows)


def _excerpt(finding: Diagnostic, paint: str) -> list[str]:
    mark, line = finding.mark, finding.source_line
    start = max(0, mark.column - 1)
    first = max(0, start - _BEFORE) if len(line) > _WHOLE else 0
    last = start + _AFTER if len(line) > _WHOLE else len(line)
    before = ("…" if first else "") + shown(line[first:start])
    end = min(start + mark.width, last)
    marked = shown(line[start:end])
    after = shown(line[end:last]) + ("…" if last < len(line) else "")
    rows = [f"  {mark.line:>4} | {before}{marked}{after}".rstrip()]
    if mark.column:
        caret = _painted("^" * max(1, columns(marked)), paint)
        rows.append(f"       | {' ' * columns(before)}{caret}")
    return rows


def _linked(text: str, uri: str) -> str:
    return f"\x1b]8;;{uri}\x1b\\{text}\x1b]8;;\x1b\\" if uri else text


def _painted(text: str, paint: str) -> str:
    return f"\x1b[{paint}m{text}\x1b[0m" if paint else text


def shown(text: str) -> str:
    """Return `text` with each control or invisible character as its number.

    A tab becomes one space, so that the columns of a terminal can be counted.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown_letter(letter) for letter in text)


def _shown_letter(letter: str) -> str:
    if letter == "\t":
        return " "
    if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"}:
        return f"<U+{ord(letter):04X}>"
    return letter


def columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes.

    Source:
        Unicode Standard Annex 11 (East Asian width); marks take no column.
    """
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> int:
    if unicodedata.category(letter) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
