"""A new item put into a file that stays as it is everywhere else.

Lines are only ever added, so comments, order and layout of all others stay. What comes
out is read again, and compared with what was meant.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from gate.documents import read
from gate.documents.decoding import BREAK
from gate.errors import UnfitFileError
from gate.workbench.drafting.lines import item_lines, mapping_lines

if TYPE_CHECKING:
    from pathlib import Path

    from gate.documents import Document
    from gate.documents.tree import Node
    from gate.workbench.drafting.draft import Draft, Part

_MARK = "\ufeff"
_STEP = 2  # blanks for each level of a new section


def new_file(draft: Draft) -> str:
    """Return a file that holds nothing but a draft."""
    lines = mapping_lines(draft.head)
    for part in draft.parts:
        lines += ["", f"{part.section}:", *_indented(part, _STEP)]
    return "\n".join(lines) + "\n"


def added(path: Path, text: str, draft: Draft) -> str:
    """Return a file's text with a draft in it.

    Args:
        path: The file, for messages.
        text: Its text as it is.
        draft: What is added, each part behind the last item of its section.

    Raises:
        UnfitFileError: It is no such file, or something else would change.
    """
    bare = text.removeprefix(_MARK)
    before = read(bare, file=str(path))
    _check_form(path, before, draft)
    lines = list(before.lines)
    if lines and not lines[-1]:
        lines.pop()
    for part in draft.parts:
        document = read("\n".join(lines) + "\n", file=str(path))
        _add(path, document, part, lines)
    made = "\n".join(lines) + "\n"
    if read(made, file=str(path)).data != _meant(before.data, draft):
        raise UnfitFileError(path=path, reason="something else would change with it")
    ending = "\r\n" if "\r\n" in bare else "\n"
    return text[: len(text) - len(bare)] + made.replace("\n", ending)


def _check_form(path: Path, document: Document, draft: Draft) -> None:
    if document.findings or not isinstance(document.data, dict):
        raise UnfitFileError(path=path, reason="it cannot be read")
    form, wanted = document.data.get("format"), draft.head["format"]
    if form != wanted:
        raise UnfitFileError(path=path, reason=f"its format is {form}, not {wanted}")
    if any(found not in {"\n", "\r\n"} for found in BREAK.findall(_text(document))):
        raise UnfitFileError(path=path, reason="its lines end in unusual ways")


def _text(document: Document) -> str:
    return "\n".join(document.lines)


def _add(path: Path, document: Document, part: Part, lines: list[str]) -> None:
    """Put a part behind the last item of its section, or behind everything."""
    assert document.root is not None  # noqa: S101 - it was read before
    found = document.root.child(part.section)
    if found is None:
        lines += ["", f"{part.section}:", *_indented(part, _STEP)]
        return
    section = found[1]
    wanted = dict if part.name else list
    if not isinstance(section.value, wanted) or not section.value:
        raise UnfitFileError(path=path, reason=f"{part.section} holds nothing yet")
    row = lines[section.span.line - 1]
    depth = len(row) - len(row.lstrip(" "))
    if row.lstrip(" ")[:1] in "[{" or depth != _column(section, part, depth):
        raise UnfitFileError(path=path, reason=f"{part.section} stands on one line")
    at = _last_line(section, lines)
    lines[at:at] = ["", *_indented(part, depth)]


def _column(section: Node, part: Part, depth: int) -> int:
    """Return where the items of a section begin; elsewhere, if it is in braces."""
    return section.span.column - 1 if part.name else depth


def _last_line(node: Node, lines: list[str]) -> int:
    """Return the number of the last line of a value."""
    while not isinstance(node.value, str) and node.value and not _is_flow(node, lines):
        inner = node.value
        last = [*inner.values()][-1][1] if isinstance(inner, dict) else inner[-1]
        node = last
    end = node.span.end_line
    if node.span.end_column == 1 or end > len(lines):  # a text of several lines
        end -= 1
    while end > node.span.line and _is_beside(lines[end - 1]):
        end -= 1
    return end


def _is_beside(line: str) -> bool:
    """Say whether a line behind a value is no part of it."""
    return not line.strip() or line.lstrip().startswith("#")


def _is_flow(node: Node, lines: list[str]) -> bool:
    return lines[node.span.line - 1][node.span.column - 1] in "[{"


def _indented(part: Part, depth: int) -> list[str]:
    if part.name:
        rows = mapping_lines({part.name: part.content})
    else:
        rows = item_lines(part.content)
    return [f"{' ' * depth}{row}" for row in rows]


def _meant(data: object, draft: Draft) -> object:
    """Return what a file says with a draft in it."""
    meant = deepcopy(data)
    assert isinstance(meant, dict)  # noqa: S101 - checked before
    for part in draft.parts:
        content = read("\n".join(_alone(part)), file="new").data
        assert isinstance(content, dict)  # noqa: S101 - a mapping of one section
        new = content[part.section]
        if part.name:
            meant.setdefault(part.section, {}).update(new)
        else:
            meant.setdefault(part.section, []).extend(new)
    return meant


def _alone(part: Part) -> list[str]:
    return [f"{part.section}:", *_indented(part, _STEP)]
