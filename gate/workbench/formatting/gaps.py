"""What stands between two tokens of a YAML text: comments and empty lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What stands between two tokens that are not on one line.

    Attributes:
        space: Columns before the comment behind the first token.
        comment: That comment with its #; empty if there is none.
        lines: The lines between, comments and empty ones ("").
        columns: Column of each of `lines`.
    """

    space: int
    comment: str
    lines: tuple[str, ...]
    columns: tuple[int, ...]

    @classmethod
    def of(cls, text: str, *, opening: bool = False) -> Gap:
        """Read a gap.

        Args:
            text: Everything from the end of the one to the beginning of the other.
            opening: There is nothing before it: its first line is one of `lines`.
        """
        rows = text.split("\n")
        first = "" if opening else rows.pop(0)
        rows = rows[:-1]
        comment = first.strip(" \t")
        return cls(
            space=len(first) - len(first.lstrip(" \t")),
            comment=comment,
            lines=tuple(row.strip(" \t") for row in rows),
            columns=tuple(len(row) - len(row.lstrip(" \t")) for row in rows),
        )

    def shown(self, columns: Sequence[int], kept: int) -> list[str]:
        """Return the lines, each comment in its new column, empty ones once.

        Args:
            columns: New column of each of `lines`.
            kept: So many empty lines at the beginning belong to the text above.
        """
        shown: list[str] = [""] * kept
        for line, column in zip(self.lines[kept:], columns[kept:], strict=True):
            if line:
                shown.append(" " * column + line)
            elif len(shown) == kept or shown[-1]:
                shown.append("")
        return shown

    @property
    def leading_empty(self) -> int:
        """How many empty lines come first."""
        return next((n for n, line in enumerate(self.lines) if line), len(self.lines))
