"""Tokens put on their lines again, each in its column."""

from __future__ import annotations

from dataclasses import dataclass

from gate.workbench.formatting.gaps import Gap
from gate.workbench.formatting.levels import STEP, Levels, moved
from gate.workbench.formatting.pieces import UNSEEN, Piece, Sort, pieces
from gate.workbench.formatting.texts import block, flowing, quoted

_TIGHT = (Sort.COMMA, Sort.COLON, Sort.CLOSE)


class ExplicitKeyError(Exception):
    """A key is written with a question mark.

    Attributes:
        line: Where, from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(slots=True)
class _Line:
    """The line that is being written.

    Attributes:
        old: Column of its first letter, before.
        new: The same now.
        end: Column behind its last letter, before.
        now: The same now.
    """

    old: int = 0
    new: int = 0
    end: int = 0
    now: int = 0


def laid_out(text: str) -> str:
    r"""Return a text with every token and comment in its place.

    Args:
        text: YAML whose lines end in \n.

    Raises:
        yaml.YAMLError: It is no YAML.
        ExplicitKeyError: A key is written with a question mark.
    """
    return _Layout(text).run()


class _Layout:
    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[str] = []
        self.levels = Levels()
        self.around: list[tuple[int, int]] = []  # levels around the token before
        self.before: Piece | None = None
        self.line = _Line()

    def run(self) -> str:
        for piece in pieces(self.text):
            if piece.sort in UNSEEN:
                self.levels.take(piece)
                continue
            if piece.sort is Sort.EXPLICIT_KEY:
                raise ExplicitKeyError(self.text.count("\n", 0, piece.start) + 1)
            self.levels.enter(piece)
            self._place(piece)
            self.levels.leave(piece)
            self.before = piece
            self.around = [(lv.old, lv.new) for lv in reversed(self.levels.open)]
        return "".join(self.out)

    def _place(self, piece: Piece) -> None:
        start = self.before.end if self.before else 0
        between = self.text[start : piece.start]
        if piece.sort is Sort.FINISH and not between.endswith("\n"):
            between += "\n"
        if "\n" in between or self.before is None:
            self._below(piece, Gap.of(between, opening=self.before is None))
        else:
            self._beside(piece)

    def _beside(self, piece: Piece) -> None:
        """Put a token on the line of the one before it."""
        after_open = self.before is not None and self.before.sort is Sort.OPEN
        tight = piece.sort in _TIGHT or after_open
        self.out.append("" if tight else " ")
        column = self.line.now + (not tight)
        self._move_with_bracket(column - piece.column)
        self._write(piece, column)

    def _below(self, piece: Piece, gap: Gap) -> None:
        """Put a token on a line of its own, below the comments before it."""
        self._move_with_bracket(self.line.new - self.line.old)
        column = self.levels.column(piece)
        if self.before:
            self.out.append(self._remark(gap) + "\n")
        lines = self._between(piece, gap, column)
        self.out += [line + "\n" for line in lines]
        if piece.sort is not Sort.FINISH:
            self.out.append(" " * column)
            self.line = _Line(old=piece.column, new=column)
            self._write(piece, column)

    def _move_with_bracket(self, shift: int) -> None:
        brackets = self.levels.brackets
        if brackets and brackets[-1].shift is None:
            brackets[-1].shift = shift

    def _remark(self, gap: Gap) -> str:
        """Return the comment behind a line, in the column that it had within it."""
        return " " * (self._remark_column(gap) - self.line.now) + gap.comment

    def _remark_column(self, gap: Gap) -> int:
        line = self.line
        if not gap.comment:
            return line.now
        grown = (line.now - line.new) - (line.end - line.old)
        return line.now + max(1, gap.space - grown)

    def _between(self, piece: Piece, gap: Gap, column: int) -> list[str]:
        keeps = self.before is not None and self.before.keeps
        kept = gap.leading_empty if keeps else 0
        lines = gap.shown(self._columns(piece, gap, column), kept)
        if self.before is None and lines[:1] == [""]:
            del lines[0]
        if piece.sort is Sort.FINISH:
            while len(lines) > kept and not lines[-1]:
                lines.pop()
        elif not keeps and "" not in lines and self._is_apart(piece):
            lines.insert(0, "")  # comments above it may speak of it: none is parted
        return lines

    def _columns(self, piece: Piece, gap: Gap, column: int) -> list[int]:
        """Return the new columns of the comments in a gap."""
        at = 0 if piece.sort is Sort.FINISH else piece.column
        found = [self._moved(old, (at, column)) for old in gap.columns]
        behind = self.line.end + gap.space
        for number, old in enumerate(gap.columns if gap.comment else ()):
            if old != behind or not gap.lines[number]:
                break
            found[number] = self._remark_column(gap)  # it goes on below
        first = gap.leading_empty
        if self.before and self.before.sort is Sort.BLOCK and first < len(found):
            # Deeper it would become a line of the text above.
            found[first] = min(found[first], self.around[0][1] if self.around else 0)
        return found

    def _moved(self, column: int, after: tuple[int, int]) -> int:
        if self.levels.brackets:
            return self.levels.brackets[-1].place(column)
        return moved(column, after, self.around)

    def _is_apart(self, piece: Piece) -> bool:
        end = self.before.end if self.before else 0
        return self.levels.follows_long(piece, self.text, end)

    def _write(self, piece: Piece, column: int) -> None:
        shown = self._shown(piece, column)
        self.out.append(shown)
        line, (first, new) = self.line, _ends(shown)
        line.now = new if "\n" in shown else column + new
        line.end = piece.column + piece.end - piece.start
        if "\n" in shown:
            old = piece.text.rsplit("\n", 1)[1]
            line.old, line.new, line.end = (
                len(old) - len(old.lstrip(" \t")),
                first,
                len(old),
            )

    def _shown(self, piece: Piece, column: int) -> str:
        if piece.sort is Sort.BLOCK:
            top = self.levels.open[-1] if self.levels.open else None
            old, new = (top.old, top.new) if top else (-1, -STEP)
            return block(piece, old, new, unended=piece.end == len(self.text))
        if piece.sort is not Sort.TEXT:
            return piece.text
        if "\n" not in piece.text:
            return quoted(piece.text)
        inside = column if self.levels.brackets else self.levels.inside
        return flowing(piece.text, inside)


def _ends(shown: str) -> tuple[int, int]:
    """Return the columns of the first and behind the last letter of the last line."""
    last = shown.rsplit("\n", 1)[-1]
    return len(last) - len(last.lstrip(" ")), len(last)
