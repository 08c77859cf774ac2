"""What became of every rule, exemption and promise over all cells of a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import PatternsMultiplyError
from gate.model import Effective
from gate.rules.proving.alone import Alone
from gate.rules.proving.fates import ExemptionFate, RuleFate
from gate.rules.proving.look import Look
from gate.rules.proving.space import Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model import LocationClass, RuleBook, Shown
    from gate.rules.proving.fates import Point

MOST_PARTS = 500_000
"""Spans of rules times slices; a second is enough for some 20,000."""


class Survey:
    """All that is found out about a book.

    Args:
        book: The rule book.
        classes: Every class of places that there is.
        meetings: Find out as well which notices stand together on one page.
        now: Look at shadow rules from this moment on, Unix seconds; None for always.

    Attributes:
        book: The rule book.
        space: All that it can tell apart.
        present: The segment from which on shadow rules are looked at.
        alone: What its rules decide alone.
        slices: The cells.
        globs: The patterns of the book, those that match the fewest paths first.
        rules: What became of each rule, by id.
        exemptions: What became of each exemption, by id.
        spoken: Ids of the promises that speak of something.
        broken: The first case that breaks a promise, by its id.
        together: The first case in which two notices stand together on one page.

    Raises:
        PatternsMultiplyError: The patterns combine in too many ways.
    """

    def __init__(
        self,
        book: RuleBook,
        classes: Sequence[LocationClass],
        *,
        meetings: bool = False,
        now: int | None = None,
    ) -> None:
        self.book = book
        self.space = Space(book, classes)
        self.alone = Alone(self.space)
        self.present = self.space.span(Effective(since=now))[0]
        self.slices = tuple(self.space.slices())
        self.globs = self.space.globs()
        self._guard()
        self.rules = {rule.id: RuleFate(rule=rule) for rule in book.rules}
        self.exemptions = {e.id: ExemptionFate(exemption=e) for e in book.exemptions}
        self.spoken: set[str] = set()
        self.broken: dict[str, Point] = {}
        self.together: dict[tuple[Shown, Shown], Point] = {}
        for portion in self.slices:
            Look(self, portion, meetings=meetings).take()

    def _guard(self) -> None:
        spans = sum(len(self.alone.spans(rule)) for rule in self.book.rules)
        if spans * len(self.slices) > MOST_PARTS:
            cells = len(self.space.atoms) * self.space.size
            raise PatternsMultiplyError(
                patterns=self.space.dividing(), limit=f"{cells:,} cells for each rule"
            )
