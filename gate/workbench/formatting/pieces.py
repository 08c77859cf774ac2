"""A YAML text cut into what a formatter moves: its tokens, and what lies between."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

import yaml

from gate.documents.tree import LOADER

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHOMPING = re.compile(r"[|>]([+-]?)([1-9]?)([+-]?)")


class Sort(Enum):
    """What a token is to the layout."""

    MAP = auto()  # a block mapping begins; takes no letters
    LIST = auto()  # a block list begins; takes no letters
    END = auto()  # one of these ends; takes no letters
    KEY = auto()  # a key follows; takes no letters
    EXPLICIT_KEY = auto()  # the same, with a question mark
    DASH = auto()
    COLON = auto()
    COMMA = auto()
    OPEN = auto()  # [ or {
    CLOSE = auto()  # ] or }
    TEXT = auto()  # plain or in quotation marks
    BLOCK = auto()  # a text behind | or >
    MARKER = auto()  # ---, ... and directives
    FINISH = auto()


_SORTS: dict[type[yaml.Token], Sort] = {
    yaml.BlockMappingStartToken: Sort.MAP,
    yaml.BlockSequenceStartToken: Sort.LIST,
    yaml.BlockEndToken: Sort.END,
    yaml.BlockEntryToken: Sort.DASH,
    yaml.ValueToken: Sort.COLON,
    yaml.FlowEntryToken: Sort.COMMA,
    yaml.FlowSequenceStartToken: Sort.OPEN,
    yaml.FlowMappingStartToken: Sort.OPEN,
    yaml.FlowSequenceEndToken: Sort.CLOSE,
    yaml.FlowMappingEndToken: Sort.CLOSE,
    yaml.StreamEndToken: Sort.FINISH,
}
# Tuples: a set would ask each member for its hash, which an enum works out in Python.
UNSEEN = (Sort.MAP, Sort.LIST, Sort.END, Sort.KEY)
_LEVELS = (Sort.MAP, Sort.LIST)


@dataclass(slots=True)
class Piece:
    """A token.

    Attributes:
        start: Index of its first letter.
        end: Index behind its last one, and behind a comma that says nothing.
        column: Column of its first letter, from 0.
        text: Its letters.
        indent: Of a text behind | or >, how far its lines are indented.
        keeps: Empty lines behind it belong to it.
    """

    sort: Sort
    start: int
    end: int
    column: int
    text: str = ""
    indent: int = 0
    keeps: bool = False


def pieces(text: str) -> list[Piece]:
    r"""Return the tokens of a text in order; the last one is `Sort.FINISH`.

    Args:
        text: YAML whose lines end in \n.

    Raises:
        yaml.YAMLError: It is no YAML.
    """
    found = list(_pieces(text))
    return [piece for n, piece in enumerate(found) if not _is_idle(found, n, text)]


def _pieces(text: str) -> Iterator[Piece]:
    levels = [-1]
    for token in yaml.scan(text, Loader=LOADER):
        sort = _sort(token)
        if sort is None or token.start_mark is None or token.end_mark is None:
            continue
        start, end = token.start_mark.index, token.end_mark.index
        piece = Piece(sort, start, end, token.start_mark.column)
        if sort in _LEVELS:
            levels.append(piece.column)
        elif sort is Sort.END:
            levels.pop()
        elif sort is Sort.BLOCK:
            _measure(piece, text, levels[-1])
        if sort not in UNSEEN:
            piece.text = text[piece.start : piece.end]
        yield piece


def _sort(token: yaml.Token) -> Sort | None:
    if isinstance(token, yaml.ScalarToken):
        return Sort.BLOCK if token.style in {"|", ">"} else Sort.TEXT
    if isinstance(token, yaml.KeyToken):
        start, end = token.start_mark, token.end_mark
        wide = start is not None and end is not None and start.index < end.index
        return Sort.EXPLICIT_KEY if wide else Sort.KEY
    if isinstance(token, yaml.StreamStartToken):
        return None
    return _SORTS.get(type(token), Sort.MARKER)


def _measure(piece: Piece, text: str, level: int) -> None:
    """Find where a text behind | or > ends: parsers count empty lines to it.

    Source:
        YAML 1.1, section 9.2.1 (indentation by the first line, or as it is given).
    """
    head = _end_of_line(text, piece.start)
    found = _CHOMPING.match(text, piece.start, head)
    chomping, given = (found[1] or found[3], found[2]) if found else ("", "")
    least = max(level, 0) + 1
    piece.indent = least - 1 + int(given) if given else 0
    piece.keeps = chomping == "+"
    piece.end = end = head
    while end < len(text):
        begin, end = end + 1, _end_of_line(text, end + 1)
        row = text[begin:end]
        own = len(row) - len(row.lstrip(" "))
        if own < len(row) and own < max(piece.indent, least):
            return
        if own < len(row) and not piece.indent:
            piece.indent = own
        if piece.indent and len(row) > piece.indent:
            piece.end = end


def _end_of_line(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _is_idle(found: list[Piece], number: int, text: str) -> bool:
    """Drop a comma before a closing bracket of its line; it separates nothing."""
    piece = found[number]
    if piece.sort is not Sort.COMMA or not 0 < number < len(found) - 1:
        return False
    after = found[number + 1]
    between = text[found[number - 1].end : after.start]
    if after.sort is not Sort.CLOSE or "\n" in between:
        return False
    found[number - 1].end = piece.end
    return True
