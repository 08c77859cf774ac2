"""How far everything in a YAML text is indented, before and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from gate.workbench.formatting.pieces import Piece, Sort

if TYPE_CHECKING:
    from collections.abc import Iterable

STEP = 2  # columns of one level


@dataclass(slots=True)
class Level:
    """A block mapping or list; one that ends no token ends is `bare`.

    Attributes:
        old: Its column before.
        new: Its column now.
        listed: It is a list.
        bare: Its dashes stand below their key, so that no token ends it.
        begun: Index where its last key or item began; -1 before the first.
    """

    old: int
    new: int
    listed: bool
    bare: bool = False
    begun: int = -1


@dataclass(slots=True)
class Bracket:
    """An open bracket; lines within it keep their shape.

    Attributes:
        least: Column that YAML asks of each line within it, at least.
        shift: How far its lines move; None until its first item is placed.
    """

    least: int
    shift: int | None = None

    def place(self, column: int) -> int:
        """Return the new column of what began a line at `column`."""
        return max(self.least, column + (self.shift or 0))


class Levels:
    """The levels and brackets around a token, the outermost first."""

    def __init__(self) -> None:
        self.open: list[Level] = []
        self.brackets: list[Bracket] = []
        self._keyed = False

    def take(self, piece: Piece) -> None:
        """Note a token that takes no letters."""
        if self.brackets:
            return
        if piece.sort is Sort.KEY:
            self._end_bare()
            self._keyed = True
        elif piece.sort is Sort.END:
            self._end_bare()
            self.open.pop()
        else:
            level = Level(piece.column, self.inside, piece.sort is Sort.LIST)
            self.open.append(level)

    def _end_bare(self) -> None:
        if self.open and self.open[-1].bare:
            self.open.pop()

    def enter(self, piece: Piece) -> None:
        """Note that a token comes; a dash below its key begins a level.

        Raises:
            yaml.YAMLError: A dash stands within brackets, which only the parser sees.
        """
        if piece.sort is not Sort.DASH:
            return
        if self.brackets or not self.open:
            raise yaml.YAMLError("a dash that begins no item")
        if not self.open[-1].listed:
            self.open.append(Level(piece.column, self.inside, listed=True, bare=True))

    def leave(self, piece: Piece) -> None:
        """Note that a token has been placed."""
        if self._keyed or piece.sort is Sort.DASH:
            self.open[-1].begun = piece.start
        self._keyed = False
        if piece.sort is Sort.OPEN:
            self.brackets.append(Bracket(self.inside))
        elif piece.sort is Sort.CLOSE and self.brackets:
            self.brackets.pop()

    @property
    def inside(self) -> int:
        """The column of what belongs to the innermost level."""
        return self.open[-1].new + STEP if self.open else 0

    def column(self, piece: Piece) -> int:
        """Return the column of a token that begins a line."""
        if self.brackets:
            return self.brackets[-1].place(piece.column)
        if piece.sort in {Sort.MARKER, Sort.FINISH}:
            return 0
        own = self._keyed or piece.sort is Sort.DASH
        return self.open[-1].new if own else self.inside

    def follows_long(self, piece: Piece, text: str, end: int) -> bool:
        """Say whether an empty line belongs before a token that begins a line.

        It does before a rule, exemption, promise or test, and before a key of the
        file, if what stands before takes several lines.

        Args:
            piece: The token.
            text: The whole text.
            end: Where the token before it ends.
        """
        depth = 2 if piece.sort is Sort.DASH else 1
        first = self._keyed or piece.sort is Sort.DASH
        if self.brackets or not first or len(self.open) != depth:
            return False
        begun = self.open[-1].begun
        return not self.open[0].listed and begun >= 0 and "\n" in text[begun:end]


def moved(
    column: int, after: tuple[int, int], around: Iterable[tuple[int, int]]
) -> int:
    """Return the new column of a comment, which moves with what it stands in.

    Args:
        column: Its column.
        after: Column of the next token, before and now; it wins where two fit.
        around: The same of the levels around the token before it, innermost first.
    """
    places = [after, *around]
    fitting = [place for place in places if place[0] <= column]
    old, new = max(fitting or places, key=lambda place: place[0])
    return max(0, column + new - old)
