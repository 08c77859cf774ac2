"""All paths there are, parted by the patterns that match them, each with a witness.

An automaton runs every pattern at once; each set of patterns that it can reach is an
*atom*: no rule can tell two paths of one atom apart. The same machine runs twice, first
over the letters of a segment, then over the segments of a path, so that a long word
costs its letters once and not in every pattern.
"""

from __future__ import annotations

import string
import sys
from collections import Counter
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import chain
from typing import TYPE_CHECKING, NoReturn

from gate.errors import PatternsMultiplyError
from gate.patterns import ANY_SEGMENTS, segments_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_ATOMS = 50_000
MOST_STATES = 500_000
_SHOWN = 5
_NEVER_SEGMENTS = (".", "..")
"""A canonical path has no such segments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathAtom:
    """Paths that no pattern can tell apart.

    Attributes:
        matched: The patterns that match, and no others do.
        witness: The shortest such path; of equally short ones the plainest.
    """

    matched: frozenset[str]
    witness: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a search may go before it gives up."""

    atoms: int = MOST_ATOMS
    states: int = MOST_STATES


def path_atoms(
    globs: Iterable[str], limits: Limits | None = None
) -> tuple[PathAtom, ...]:
    """Part all canonical paths by the patterns that match them.

    Args:
        globs: Patterns as in the rule book.
        limits: Bounds on the search; by default 50,000 atoms and 500,000 states.

    Returns:
        The atoms, those with the shortest witness first.

    Raises:
        PatternsMultiplyError: The patterns combine in too many ways.
    """
    distinct = tuple(dict.fromkeys(globs))
    limits = limits or Limits()
    machine = _Machine(names=distinct, loop=ANY_SEGMENTS)
    for glob in distinct:
        machine.add(segments_of(glob))
    symbols = [
        (f"/{word}", machine.mask(matched))
        for word, matched in _segment_atoms(distinct, limits)
    ]
    found = _Search(machine, symbols, limits).run({"": machine.start})
    return tuple(
        PathAtom(
            matched=frozenset(distinct[owner] for owner in owners),
            witness=witness or "/",
        )
        for owners, witness in found
    )


def _segment_atoms(
    globs: Sequence[str], limits: Limits
) -> list[tuple[str, frozenset[str]]]:
    """Part all segments by the patterns of segments that match them."""
    pattern_of = {
        segment: glob for glob in reversed(globs) for segment in segments_of(glob)
    }
    segments = [*sorted(pattern_of.keys() - {ANY_SEGMENTS}), *_NEVER_SEGMENTS]
    names = tuple(pattern_of.get(segment, segment) for segment in segments)
    machine = _Machine(names=names, loop="*")
    for segment in segments:
        machine.add(segment)
    letters = sorted(set("".join(segments)) - {"*"})
    symbols = [(letter, machine.mask({letter})) for letter in letters]
    symbols.append((_other_letter(letters), 0))
    seeds = {text: machine.step(machine.start, mask) for text, mask in symbols}
    found = _Search(machine, symbols, limits).run(seeds)
    atoms = [(word, frozenset(segments[o] for o in owners)) for owners, word in found]
    return [(word, m) for word, m in atoms if m.isdisjoint(_NEVER_SEGMENTS)]


def _other_letter(letters: Sequence[str]) -> str:
    """Choose a letter that stands for all that no pattern spells."""
    readable = f"x{string.ascii_lowercase}{string.digits}"
    rare = map(chr, range(ord("~"), sys.maxunicode))
    return next(letter for letter in chain(readable, rare) if letter not in letters)


_Rank = tuple[int, int, str]


def _rank(text: str) -> _Rank:
    """Order texts: short before long, letters and digits before marks."""
    return len(text), sum(not letter.isalnum() for letter in text), text


class _Machine:
    """All patterns as one automaton; a state is an integer with a bit per position.

    A pattern of n tokens has positions 0 to n: how many tokens were met. Tokens that
    loop take no position, they let the position before them stay.
    """

    def __init__(self, *, names: Sequence[str], loop: str) -> None:
        self.names = names
        self.start = 0
        self.spans: list[int] = []
        self._loop = loop
        self._loops = 0
        self._ends: list[int] = []
        self._bits: dict[str, int] = {}
        self._size = 0

    def add(self, tokens: Iterable[str]) -> None:
        first = self._size
        self.start |= 1 << first
        for token in tokens:
            if token == self._loop:
                self._loops |= 1 << self._size
            else:
                self._bits[token] = self._bits.get(token, 0) | 1 << self._size
                self._size += 1
        self._ends.append(1 << self._size)
        self._size += 1
        self.spans.append((1 << self._size) - (1 << first))

    def mask(self, tokens: Iterable[str]) -> int:
        """Return the positions that a symbol meeting these tokens moves on."""
        mask = 0
        for token in tokens:
            mask |= self._bits.get(token, 0)
        return mask

    def step(self, state: int, mask: int) -> int:
        return state & self._loops | (state & mask) << 1

    def owners(self, state: int) -> tuple[int, ...]:
        """Return the numbers of the patterns that a state has met to the end."""
        return tuple(i for i, end in enumerate(self._ends) if state & end)


class _Search:
    """Finds the shortest text for every set of patterns, shortest texts first."""

    def __init__(
        self, machine: _Machine, symbols: Iterable[tuple[str, int]], limits: Limits
    ) -> None:
        self._machine = machine
        ranked = [(_rank(text), mask) for text, mask in symbols]
        self._symbols = sorted(ranked, reverse=True)
        self._limits = limits
        self._found: dict[tuple[int, ...], str] = {}
        self._closed: set[int] = set()
        self._best: dict[int, _Rank] = {}
        self._queue: list[tuple[_Rank, int]] = []

    def run(self, seeds: Mapping[str, int]) -> list[tuple[tuple[int, ...], str]]:
        for text, state in seeds.items():
            self._offer(_rank(text), state)
        while self._queue:
            rank, state = heappop(self._queue)
            if state not in self._closed:
                self._close(rank, state)
        return list(self._found.items())

    def _close(self, rank: _Rank, state: int) -> None:
        self._closed.add(state)
        length, marks, text = rank
        self._found.setdefault(self._machine.owners(state), text)
        self._guard()
        # Symbols that move the same positions lead to the same state: as the
        # longest come first, the shortest of them stays.
        moves = {state & mask: (symbol, mask) for symbol, mask in self._symbols}
        for (more, others, symbol), mask in moves.values():
            # The rank of the text with the symbol at its end.
            longer = length + more, marks + others, text + symbol
            self._offer(longer, self._machine.step(state, mask))

    def _offer(self, rank: _Rank, state: int) -> None:
        if state not in self._best or rank < self._best[state]:
            self._best[state] = rank
            heappush(self._queue, (rank, state))

    def _guard(self) -> None:
        limits = self._limits
        if len(self._found) > limits.atoms:
            self._give_up(f"{limits.atoms:,} atoms")
        if len(self._closed) > limits.states:
            self._give_up(f"{limits.states:,} states")

    def _give_up(self, limit: str) -> NoReturn:
        """Name the patterns whose own part of the state varies most evenly."""
        machine = self._machine
        evenness: dict[str, float] = {}
        for name, span in zip(machine.names, machine.spans, strict=True):
            usual = max(Counter(state & span for state in self._closed).values())
            evenness.setdefault(name, usual / len(self._closed))
        worst = sorted(evenness, key=lambda name: (evenness[name], name))
        raise PatternsMultiplyError(patterns=worst[:_SHOWN], limit=limit)
