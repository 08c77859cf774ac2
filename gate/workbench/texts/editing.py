"""A text put into a YAML file that stays as it is everywhere else.

Only the letters of the text change: comments, order, quotes and indentation of all
other lines stay. What comes out is read again and compared with what was meant before
anything is written.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, NamedTuple

from gate.documents import read
from gate.documents.decoding import BREAK
from gate.errors.texts import UneditableTextError
from gate.workbench.texts.scalars import folded, lines_of, on_one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.documents import Document
    from gate.documents.tree import Node, Span
    from gate.workbench.texts.taking import Change
    from gate.workbench.texts.units import Steps

_MARK = "\ufeff"
_COMMENT = re.compile(r"(?:^|[ \t])(#.*)$", re.MULTILINE)


class Edit(NamedTuple):
    """Characters from `start` to `end`, exclusive, become `text`."""

    start: int
    end: int
    text: str


def put_in(path: Path, changes: Sequence[Change], tag: str) -> str:
    """Return the content of a file with translations put in.

    Args:
        path: The file.
        changes: What changes in it.
        tag: Language of the translations.

    Raises:
        UneditableTextError: Something else would change with them.
    """
    before = path.read_bytes().decode()
    bare = before.removeprefix(_MARK)
    sheet = _Sheet(read(bare, file=str(path)), bare)
    try:
        edits = [edit for change in changes for edit in sheet.edits(change, tag)]
        after = _applied(bare, edits)
    except _StuckError:
        raise UneditableTextError(path=path) from None
    if "\r\n" in bare:
        after = re.sub(r"(?<!\r)\n", "\r\n", after)
    if not _is_meant(sheet.document, read(after, file=str(path)), changes, tag):
        raise UneditableTextError(path=path)
    return before[: len(before) - len(bare)] + after


class _StuckError(Exception):
    """The file is written in a way that cannot be edited."""


def _applied(text: str, edits: Sequence[Edit]) -> str:
    # Of two edits at one place the later one follows the earlier one.
    order = sorted(enumerate(edits), key=lambda pair: (pair[1].start, pair[0]))
    for _, edit in reversed(order):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


class _Sheet:
    """A file of notices as text, with the places of its values."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.text = text
        breaks = [found.end() for found in BREAK.finditer(text)]
        self.starts = [0, *breaks]

    def edits(self, change: Change, tag: str) -> list[Edit]:
        """Return what has to be done for a change."""
        loc = (*change.block.loc, tag)
        if self._child(loc) is None:
            return [self._new_language(change, tag)]
        swaps = (self._swap((*loc, *at), text) for at, text in change.texts.items())
        found = [edit for edit in swaps if edit]
        missing = {
            at: text
            for at, text in change.texts.items()
            if self._child((*loc, *at)) is None
        }
        found += self._additions(loc, missing)
        status = self._child((*loc, "status"))
        if status and status[1].value == "reviewed":
            found.append(self._replaced((*loc, "status"), status[1], "draft"))
        return found

    def _child(self, loc: Steps) -> tuple[Span, Node] | None:
        node, found = self.document.root, None
        for step in loc:
            found = node.child(step) if node else None
            node = found[1] if found else None
        return found

    def _swap(self, loc: Steps, text: str) -> Edit | None:
        found = self._child(loc)
        return self._replaced(loc, found[1], text) if found else None

    def _replaced(self, loc: Steps, node: Node, text: str) -> Edit:
        start, end = self._offsets(node.span)
        old = self.text[start:end]
        if old[:1] not in ">|":
            return Edit(start, end, on_one_line(text, flow=self._in_flow(loc)))
        kept = len(old.rstrip(" \r\n"))
        header, _, rest = old.partition("\n")
        indent = len(rest) - len(rest.lstrip(" "))
        comment = re.search(r"\s#.*", header.rstrip("\r"))
        told = ">-" + (comment[0] if comment else "")
        return Edit(start, start + kept, told + folded(text, indent))

    def _offsets(self, span: Span) -> tuple[int, int]:
        start = self.starts[span.line - 1] + span.column - 1
        return start, self.starts[span.end_line - 1] + span.end_column - 1

    def _in_flow(self, loc: Steps) -> bool:
        """Say whether a value stands within brackets."""
        around = (self._child(loc[:end]) for end in range(1, len(loc)))
        return any(self._is_flow(found[1]) for found in around if found)

    def _end_of_line(self, offset: int) -> int:
        found = BREAK.search(self.text, offset)
        return found.start() if found else len(self.text)

    def _end(self, node: Node) -> int:
        """Return where the last line of a value ends."""
        while not self._is_flow(node) and (inner := _inside(node)):
            node = inner[-1]
        start, end = self._offsets(node.span)
        return self._end_of_line(start + len(self.text[start:end].rstrip(" \r\n")))

    def _is_flow(self, node: Node) -> bool:
        if isinstance(node.value, str):
            return False
        return self.text[self._offsets(node.span)[0]] in "[{"

    def _new_language(self, change: Change, tag: str) -> Edit:
        found = self._child(change.block.loc)
        if found is None or self._is_flow(found[1]):
            raise _StuckError
        column = found[1].span.column - 1  # of a block mapping: its first key's
        lines = [f"{tag}:", "  status: draft", *lines_of(change.texts, 2)]
        at = self._end(found[1])
        gap = "\n" if change.block.loc == ("page",) else ""
        body = "".join(f"\n{' ' * column}{line}" for line in lines)
        return Edit(at, at, gap + body)

    def _additions(self, loc: Steps, missing: dict[Steps, str]) -> list[Edit]:
        """Return what puts texts in whose key or item is not there yet."""
        found, whole = [], {}
        for at, text in missing.items():
            parent = self._child((*loc, at[0])) if len(at) > 1 else None
            if parent is None:
                whole[at] = text
            else:
                found.append(self._item(parent[1], at[1], text))
        if whole:
            own = self._child(loc)
            if own is None or self._is_flow(own[1]):
                raise _StuckError
            indent = own[1].span.column - 1
            at_end = self._end(own[1])
            body = "".join(f"\n{' ' * indent}{line}" for line in lines_of(whole, 0))
            found.append(Edit(at_end, at_end, body))
        return found

    def _item(self, parent: Node, step: str | int, text: str) -> Edit:
        if self._is_flow(parent) or not parent.value:
            raise _StuckError
        at = self._end(parent)
        if isinstance(parent.value, dict):
            column, head = parent.span.column - 1, f"{step}: "
        else:
            first = self.starts[parent.span.line - 1]
            line = self.text[first : self._end_of_line(first)]
            column, head = len(line) - len(line.lstrip(" ")), "- "
        return Edit(at, at, f"\n{' ' * column}{head}{on_one_line(text, flow=False)}")


def _inside(node: Node) -> list[Node]:
    """Return what a list or mapping holds; nothing for a text."""
    if isinstance(node.value, dict):
        return [inner for _, inner in node.value.values()]
    return [*node.value] if isinstance(node.value, list) else []


def _is_meant(
    before: Document, after: Document, changes: Sequence[Change], tag: str
) -> bool:
    """Say whether nothing but the translations has changed, comments included."""
    meant = deepcopy(before.data)
    for change in changes:
        _apply(meant, change, tag)
    comments = [sorted(_comments(document)) for document in (before, after)]
    return after.data == meant and not after.findings and comments[0] == comments[1]


def _apply(data: object, change: Change, tag: str) -> None:
    node = data
    for step in change.block.loc:
        node = node[step]  # type: ignore[index]
    assert isinstance(node, dict)  # noqa: S101 - the block was read from there
    text = node.setdefault(tag, {"status": "draft"})
    text["status"] = "draft"
    for at, words in change.texts.items():
        if len(at) == 1:
            text[at[0]] = words
        elif isinstance(at[1], str):
            text.setdefault(at[0], {})[at[1]] = words
        else:
            items = text.setdefault(at[0], [])
            items[at[1] : at[1] + 1] = [words]


def _comments(document: Document) -> list[str]:
    """Return everything behind a # outside of values."""
    lines = [*document.lines]
    spans = [span for span, _, _ in document.root.texts()] if document.root else []
    for span in spans:
        for number in range(span.line, min(span.end_line, len(lines)) + 1):
            first = span.column - 1 if number == span.line else 0
            last = (
                span.end_column - 1
                if number == span.end_line
                else len(lines[number - 1])
            )
            line = lines[number - 1]
            lines[number - 1] = line[:first] + "x" * (last - first) + line[last:]
    return [found[1].rstrip() for line in lines for found in _COMMENT.finditer(line)]
