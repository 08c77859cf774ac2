"""Whether the gate has gone blind: far more places are unknown than before.

The sample is every decision that was counted, also those that a glance settled; so it
is read from the counts, now and then, and a request pays nothing for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.audit import CountCell

WINDOW: Final = 1_000
"""Decisions after which the share of unknown places is judged anew."""

TIMES: Final = 3
"""How many times the share before it must exceed."""

LEAST: Final = 0.05
"""Share that it must exceed in any case."""

ASSUMED: Final = 0.05
"""Share before, as long as none is known."""

MEMORY: Final = 100 * WINDOW
"""Decisions after which the past counts half."""

_BLIND: Final = frozenset({Unknown.NOT_IN_DATABASE, Unknown.DATABASE_UNUSABLE})


class Sight:
    """Judges windows of decisions against what was before them.

    Attributes:
        is_lost: Whether far more places were unknown in the last window than before.
            While that is so the past stays as it is, or it would soon be usual.
    """

    def __init__(self) -> None:
        self.is_lost = False
        self._begun = 0, 0
        self._past = 0, 0

    def look(self, counts: Mapping[CountCell, int], filled: int = 0) -> None:
        """Judge, if a window is full.

        Args:
            counts: All counts so far; they may begin anew with a period.
            filled: Decisions so far for which an edge named the place of an address
                that no database knows: no less blind for that.
        """
        total, blind = 0, filled
        for cell, count in counts.items():
            if cell.place:  # else it was refused, and nobody asked where it came from
                total += count
                blind += count if cell.place in _BLIND else 0
        seen, unknown = total - self._begun[0], blind - self._begun[1]
        if seen >= WINDOW and unknown >= 0:
            self._judge(seen, unknown)
        elif seen >= 0 and unknown >= 0:
            return
        self._begun = total, blind

    def _judge(self, seen: int, unknown: int) -> None:
        past, past_unknown = self._past
        before = past_unknown / past if past else ASSUMED
        self.is_lost = unknown / seen > max(LEAST, TIMES * before)
        if not self.is_lost:
            self._past = past + seen, past_unknown + unknown
        if self._past[0] > MEMORY:
            self._past = self._past[0] // 2, self._past[1] // 2
