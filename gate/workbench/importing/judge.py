"""Lines to counts: nearly every line is three looks into tables and one addition."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from socket import AF_INET, inet_pton
from typing import TYPE_CHECKING, Final

from gate.workbench.importing.asking import Asking
from gate.workbench.importing.caches import (
    Heads,
    Places,
    Requests,
    RequestTexts,
    Seconds,
    parts_of_key,
)
from gate.workbench.importing.clf import Clf
from gate.workbench.importing.lines import LONGEST, TOO_LONG, Line, Why
from gate.workbench.importing.verdicts import Verdicts
from gate.workbench.importing.wholesale import Wholesale

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.audit import CountCell
    from gate.engine import Snapshot
    from gate.workbench.importing.lines import Format
    from gate.workbench.importing.verdicts import Deciding

MOST_NAMED: Final = 100_000
"""Unreadable lines of one part of a file that are listed; all are counted."""

_IPV4: Final = int(AF_INET)  # the enumeration itself costs time in each call


@dataclass(slots=True)
class Tally:
    """What became of the lines of a part of a log.

    Attributes:
        lines: Lines so far.
        why: Lines that are no request or unreadable, by why.
        named: Number (from 0) and reason of unreadable lines, the first ones.
    """

    lines: int = 0
    why: Counter[Why] = field(default_factory=Counter)
    named: list[tuple[int, Why]] = field(default_factory=list)

    def note(self, number: int, why: Why) -> None:
        """Note a line that is not decided."""
        self.why[why] += 1
        if why not in _NO_FAULT and len(self.named) < MOST_NAMED:
            self.named.append((number, why))


class Judge:
    """Decides lines, and counts what was decided.

    Args:
        snapshot: What decisions rest on.
        verdicts: What decides; the rule book of the snapshot if None.
    """

    def __init__(self, snapshot: Snapshot, verdicts: Deciding | None = None) -> None:
        self._verdicts = verdicts or Verdicts(snapshot)
        hourly = snapshot.config.audit.period == "hour"
        self._places = Places(snapshot)
        self._snapshot = snapshot
        self._seconds = Seconds(self._verdicts.edges, hourly=hourly)
        self._heads = Heads(self._seconds)
        self._requests = Requests(Asking(snapshot))
        self._texts = RequestTexts(self._requests)
        self._counts: defaultdict[int, int] = defaultdict(int)

    def take(self, chunks: Iterable[bytes], lines: Format, tally: Tally) -> None:
        """Decide every line of the chunks."""
        quick = isinstance(lines, Clf)
        for chunk in chunks:
            found = chunk.split(b"\n")
            if quick:
                self._take_quickly(found, lines, tally)
            else:
                for number, line in enumerate(found, tally.lines):
                    self._take_one(number, line, lines, tally)
            tally.lines += len(found)

    def cells(self) -> tuple[Counter[CountCell], int]:
        """Return all counts, and how many requests were for the gate's own pages."""
        cells: Counter[CountCell] = Counter()
        own = 0
        for key, n in self._counts.items():
            moment, number, class_id = parts_of_key(key)
            asked, request = self._requests.asked[number]
            if asked.own:
                own += n
                continue
            at = self._seconds.moments[moment]
            cells[self._verdicts.of(at, class_id, request)] += n
        return cells, own

    @cached_property
    def _wholesale(self) -> Wholesale:
        return Wholesale(self._snapshot)

    def _take_quickly(self, found: list[bytes], lines: Format, tally: Tally) -> None:
        """Decide lines of the common shape together; `_take_one` reads all others.

        The shape is strict, so that both would read a line alike: the time in its
        bracket just before the first quote, a request with nothing escaped, IPv4.
        """
        heads, texts = self._heads, self._texts
        keys: list[int] = []
        packed: list[bytes] = []
        note_key, note_address, odd = keys.append, packed.append, 0
        for line in found:
            try:
                head, text, _ = line.split(b'"', 2)
                address, _, head = head.partition(b" ")
                key = heads[head] + texts[text]
                note_address(inet_pton(_IPV4, address.decode("ascii")))
                note_key(key)
            except (KeyError, ValueError, OSError):  # it is read with care
                self._take_one(tally.lines + len(keys) + odd, line, lines, tally)
                odd += 1
        if keys:
            for key, n in self._wholesale.counted(keys, packed):
                self._counts[key] += n

    def _take_one(self, number: int, line: bytes, lines: Format, tally: Tally) -> None:
        found: Line | Why
        if not line.strip():
            found = Why.BLANK
        elif line == TOO_LONG or len(line) > LONGEST:
            found = Why.TOO_LONG
        else:
            found = lines.parse(line)
        if not isinstance(found, Line):
            tally.note(number, found)
            return
        key = self._seconds[found.second] + self._places[found.address]
        self._counts[key + self._requests[found.method, found.target, found.host]] += 1


_NO_FAULT: Final = frozenset({Why.BLANK, Why.NO_REQUEST})
