"""Which patterns of the rule book a path matches, in time linear in the path.

`*` stands for any text within one segment, `**` as a whole segment for any number of
segments, also none; a trailing slash of the path or of the pattern means nothing.
Most patterns are `/**`, `/x/**` or `/x`: two look-ups in dictionaries answer all of
them at once. Any other is an expression, tried only below its own first segment.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ANY_SEGMENTS = "**"
_END_OF_SEGMENT = r"(?=/|\Z)"
_SKIP_SEGMENTS = "(?:/[^/]++)*?"

_Expression = tuple[Callable[[str], object], int]


def segments_of(glob: str) -> tuple[str, ...]:
    """Split a pattern into its segments; `**` beside `**` counts once.

    >>> segments_of("/news/**/**/*.pdf")
    ('news', '**', '*.pdf')
    """
    segments: list[str] = []
    for segment in glob.strip("/").split("/") if glob.strip("/") else ():
        if segment != ANY_SEGMENTS or segments[-1:] != [ANY_SEGMENTS]:
            segments.append(segment)
    return tuple(segments)


def wildcard_parts(segment: str) -> list[str]:
    """Split a segment at its stars; neighbouring stars count as one.

    >>> wildcard_parts("live-*.html")
    ['live-', '.html']
    """
    return re.split(r"\*+", segment)


class Patterns:
    """Patterns compiled together.

    Attributes:
        globs: The patterns, each once, in the given order; glob i owns bit i.
    """

    __slots__ = ("_always", "_below", "_exact", "_top", "globs")

    def __init__(self, globs: Iterable[str]) -> None:
        self.globs = tuple(dict.fromkeys(globs))
        self._always = 0
        self._exact: dict[str, int] = {}
        self._below: dict[str, tuple[int, tuple[_Expression, ...]]] = {}
        self._top: tuple[_Expression, ...] = ()
        for number, glob in enumerate(self.globs):
            self._add(segments_of(glob), 1 << number)

    def signature(self, path: str) -> int:
        """Return an integer whose bit i says whether glob i matches.

        Args:
            path: Canonical path; `/a` and `/a/` have the same signature.
        """
        head = path[: path.find("/", 1) + 1]  # "/a/" of "/a/b", "" of "/a"
        found = self._always | self._exact.get(path, 0)
        if head in self._below:
            bits, expressions = self._below[head]
            found |= bits
            for match, bit in expressions:
                if match(path):
                    found |= bit
        for match, bit in self._top:
            if match(path):
                found |= bit
        return found

    def named(self, signature: int) -> frozenset[str]:
        """Return the globs of a signature."""
        return frozenset(g for i, g in enumerate(self.globs) if signature >> i & 1)

    def matched(self, path: str) -> frozenset[str]:
        """Return the globs that match a canonical path."""
        return self.named(self.signature(path))

    def _add(self, segments: tuple[str, ...], bit: int) -> None:
        plain = "/" + "/".join(segments)
        first, rest = segments[:1], segments[1:]
        if segments == (ANY_SEGMENTS,):
            self._always |= bit
        elif "*" not in plain:
            self._add_exact(plain, bit)
            self._add_exact(f"{plain.rstrip('/')}/", bit)
        elif "*" in first[0]:
            self._top = (*self._top, (_expression(segments).match, bit))
        elif rest == (ANY_SEGMENTS,):
            self._add_exact(f"/{first[0]}", bit)
            self._add_below(first[0], bit)
        else:  # asks for a second segment, so that only paths below can match
            self._add_below(first[0], 0, (_expression(segments).match, bit))

    def _add_exact(self, path: str, bit: int) -> None:
        self._exact[path] = self._exact.get(path, 0) | bit

    def _add_below(self, first: str, bit: int, *expressions: _Expression) -> None:
        bits, others = self._below.get(f"/{first}/", (0, ()))
        self._below[f"/{first}/"] = bits | bit, (*others, *expressions)


def _expression(segments: Sequence[str]) -> re.Pattern[str]:
    """Compile segments so that no input makes the expression try twice.

    Between two `**` the first place where a block fits is as good as any later one,
    so each block is atomic; only the last block has to look for the end.
    """
    *blocks, last = _blocks(segments)
    text = "".join(
        _block(block) if i == 0 else f"(?>{_SKIP_SEGMENTS}{_block(block)})"
        for i, block in enumerate(blocks)
    )
    if last:
        skip = _SKIP_SEGMENTS if blocks else ""
        text += rf"{skip}{_block(last)}/?\Z"
    return re.compile(text, re.DOTALL)


def _blocks(segments: Sequence[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for segment in segments:
        if segment == ANY_SEGMENTS:
            blocks.append([])
        else:
            blocks[-1].append(segment)
    return blocks


def _block(segments: Sequence[str]) -> str:
    return "".join(f"/{_segment(segment)}" for segment in segments) + _END_OF_SEGMENT


def _segment(segment: str) -> str:
    first, *rest = wildcard_parts(segment)
    if not rest:
        return re.escape(first)
    if not any((first, *rest)):
        return "[^/]++"
    *middle, last = rest
    inner = "".join(f"(?>[^/]*?{re.escape(part)})" for part in middle)
    tail = f"[^/]*{re.escape(last)}{_END_OF_SEGMENT}" if last else "[^/]*+"
    return f"(?>{re.escape(first)}{inner}{tail})"
