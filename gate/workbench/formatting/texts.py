"""Scalars as a formatter writes them: shifted as a whole, in double quotation marks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.workbench.formatting.pieces import Piece

_PLAIN_INSIDE = re.compile(r"'([^\"\\\n]*)'")
_HEADER = re.compile(r"([|>])([+-]?)([1-9]?)([+-]?)(.*)")


def quoted(text: str) -> str:
    """Return a text of one line in double marks, if that changes no other letter."""
    found = _PLAIN_INSIDE.fullmatch(text)
    return '"' + found[1].replace("''", "'") + '"' if found else text


def flowing(text: str, column: int) -> str:
    """Return a plain or quoted text of several lines, the later ones at `column`.

    Line breaks within it are spaces, and how far its lines are indented says nothing.
    """
    first, *rest = text.split("\n")
    rows = [first, *(row.lstrip(" \t") for row in rest)]
    # Behind a backslash a space is a letter.
    bare = [row.rstrip(" \t") for row in rows[:-1]]
    kept = [
        row if short.endswith("\\") else short
        for row, short in zip(rows[:-1], bare, strict=True)
    ]
    pad = " " * column
    lines = [*kept, rows[-1]]
    return "\n".join([lines[0], *(pad + line if line else "" for line in lines[1:])])


def block(piece: Piece, old: int, new: int, *, unended: bool) -> str:
    """Return a text behind | or > whose lines are moved as one.

    Args:
        piece: The text.
        old: Column of what it belongs to, before; -1 at the root.
        new: The same now.
        unended: The file ends in it without a line break.
    """
    header, *rows = piece.text.split("\n")
    column = max(new, 0) + 2
    found = _HEADER.fullmatch(header.rstrip(" \t"))
    if found:
        given = found[3]
        if given:
            column = max(new, 0) + piece.indent - max(old, 0)
        chomping = "-" if unended and rows else found[2] + found[4]
        header = found[1] + given + chomping + found[5]
    pad = " " * column
    told = (pad + row[piece.indent :] if row[piece.indent :] else "" for row in rows)
    return "\n".join([header, *told])
