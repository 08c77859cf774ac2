"""A difference for a pull request: a table first, the details folded below it.

Everything that a file says is escaped, so that a path or an id can neither break the
table nor speak as Markdown, mention people or load a picture.

Source:
    GitHub Flavored Markdown, 0.29, section 2.4 (backslash escapes) and 4.10 (tables);
    GitHub's limit for a comment or a description, 65,536 characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.documents.render import shown as visible
from gate.workbench.diffing import telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.workbench.diffing.difference import Difference
    from gate.workbench.diffing.groups import Group

MOST: Final = 65_536
"""Characters that GitHub takes."""

_ROOM: Final = 2_000  # for the end
_MOST_ROWS: Final = 50
_MOST_PLACES: Final = 20
_MOST_CAUSES: Final = 20
_LONGEST: Final = 300  # characters of a cell
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>!|~&])")
_CALLS: Final = re.compile(r"([@#])")
_COMMENT: Final = "<!-- gate diff -->"


def markdown(found: Difference) -> str:
    """Return a difference as Markdown, never longer than GitHub takes."""
    text = "\n".join(_head(found)) + "\n"
    left = len(found.groups)
    for group in found.groups:
        part = "\n".join(_details(group)) + "\n"
        if len(text) + len(part) + _ROOM > MOST:
            break
        text += part
        left -= 1
    rest = [f"\n{left:,} more in `gate diff --json`.\n"] if left else []
    end = "".join([*rest, *(f"\n* {line}" for line in _beside(found))])
    return (text + end)[: MOST - 1].rstrip("\n") + "\n"


def escaped(text: str) -> str:
    r"""Return a text that says itself and nothing else.

    GitHub looks for people and issues when Markdown is done with its escapes; a comment
    after the mark keeps it from that.

    >>> escaped("/a|b <img> @all")
    '/a\\|b \\<img\\> @<!-- -->all'
    """
    one_line = " ".join(visible(text).split())
    if len(one_line) > _LONGEST:
        one_line = one_line[: _LONGEST - 1] + "…"
    return _CALLS.sub(r"\1<!-- -->", _SPECIAL.sub(r"\\\1", one_line))


def _head(found: Difference) -> Iterator[str]:
    yield _COMMENT
    yield f"### Rule book: {escaped(telling.headline(found))}"
    yield ""
    yield escaped(telling.compared(found))
    said = telling.verdict(found)
    if said:
        yield f"\n**{escaped(said)}**"
    if found.traffic is not None:
        moved = telling.share(found.traffic.moved)
        yield f"\nTraffic: {escaped(moved)} would change."
    if found.groups:
        yield ""
        yield from _table(found)


def _table(found: Difference) -> Iterator[str]:
    yield "| | | was | becomes | readers | paths | addresses (IPv4) | when |"
    yield "|--:|:--|:--|:--|:--|:--|--:|:--|"
    for group in found.groups[:_MOST_ROWS]:
        cells = [
            str(group.number),
            _word(group),
            str(group.was.action),
            str(group.becomes.action),
            telling.activities(group),
            telling.paths(group),
            f"{group.ipv4:,}",
            telling.span(group),
        ]
        yield f"| {' | '.join(map(escaped, cells))} |"
    if len(found.groups) > _MOST_ROWS:
        yield f"\n{len(found.groups) - _MOST_ROWS:,} more rows are not shown."


def _word(group: Group) -> str:
    past = ", past" if group.is_past else ""
    exempted = ", exempted" if group.exempted else ""
    return f"{group.direction}{exempted}{past}"


def _details(group: Group) -> Iterator[str]:
    yield ""
    yield (
        f"<details><summary>{group.number}. {_word(group)}: {group.was.action} → "
        f"{group.becomes.action}</summary>"
    )
    yield ""
    yield f"* {escaped(f'{group.was} → {group.becomes}')}"
    yield f"* {escaped(telling.activities(group))}; {escaped(telling.paths(group))}"
    if group.traffic is not None:
        yield f"* traffic: {escaped(telling.share(group.traffic))}"
    if group.exempted:
        yield f"* approved by {escaped(', '.join(group.approved_by))}"
    for line in telling.unapproved(group):
        yield f"* {escaped(line)}"
    places = telling.places(group)
    for line in telling.first(places, _MOST_PLACES, "place"):
        yield f"* {escaped(line)}"
    causes = [f"{one} ({one.side} book)" for one in group.causes]
    for line in telling.first(causes, _MOST_CAUSES, "cause"):
        yield f"* caused by {escaped(line)}"
    yield ""
    yield "</details>"


def _beside(found: Difference) -> list[str]:
    lines = [escaped(line) for line in telling.beside(found.beside)]
    return telling.first(lines, 5, "remark")
