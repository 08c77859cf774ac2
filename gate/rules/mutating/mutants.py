"""A rule book broken in every small way, to see whether its tests and promises notice.

A *mutant* is the book with one line changed as a slip of the hand would change it. What
no slip can hurt (titles, sources, days of knowledge, the tests and promises themselves)
is left alone; so is `max_age_days`, of which no test can speak.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from gate.model import Action
from gate.rules.marking import Lines
from gate.rules.mutating.areas import area_changes
from gate.rules.mutating.rules import (
    exemption_changes,
    next_notice,
    rule_changes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model import Exemption, Mark, Place, Rule, RuleBook

_Item = TypeVar("_Item")

KINDS = ("rules", "exemptions", "unknown", "areas")
"""What a mutant changes, in the order in which they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A rule book with one thing changed.

    Attributes:
        kind: One of `KINDS`.
        subject: Id of the rule, exemption or area; "unknown" for the block.
        change: What is changed, as the end of a sentence: 'without the area "x"'.
        mark: The line that is changed.
        book: The changed book.
        evidence: What a membership that hangs on the line gives as its evidence, such
            as "settlement:701822"; empty if there is none.
        probes: Places that are likely to show the difference.
        moves_places: Whether what an area says of places is changed; if not, every
            place keeps what each version says of it.
    """

    kind: str
    subject: str
    change: str
    mark: Mark
    book: RuleBook
    evidence: str = ""
    probes: tuple[Place, ...] = ()
    moves_places: bool = False

    @property
    def told(self) -> str:
        """What is changed, with its subject."""
        return f'"{self.subject}" {self.change}'


def mutants(book: RuleBook, lines: Lines | None = None) -> Iterator[Mutant]:
    """Break a book in every small way.

    Args:
        book: The rule book.
        lines: Where its parts stand; by default read from its files.

    Yields:
        Mutants, in the order of the book. None equals the book or another one.
    """
    lines = lines or Lines()
    yield from _of_rules(book, lines)
    yield from _of_exemptions(book, lines)
    yield from _of_unknown(book, lines)
    yield from _of_areas(book, lines)


def _of_rules(book: RuleBook, lines: Lines) -> Iterator[Mutant]:
    notices = _notices(book)
    for number, rule in enumerate(book.rules):
        seen: set[Rule | None] = {rule}
        for change in rule_changes(rule, notices):
            if change.item in seen or not _is_slip(lines, rule, change.steps):
                continue
            seen.add(change.item)
            yield Mutant(
                kind="rules",
                subject=rule.id,
                change=change.told,
                mark=lines.of(rule, *change.steps),
                book=replace(book, rules=_put(book.rules, number, change.item)),
            )


def _of_exemptions(book: RuleBook, lines: Lines) -> Iterator[Mutant]:
    ids = [rule.id for rule in book.rules]
    for number, exemption in enumerate(book.exemptions):
        seen: set[Exemption | None] = {exemption}
        for change in exemption_changes(exemption, ids):
            if change.item in seen or not _is_slip(lines, exemption, change.steps):
                continue
            seen.add(change.item)
            changed = _put(book.exemptions, number, change.item)
            yield Mutant(
                kind="exemptions",
                subject=exemption.id,
                change=change.told,
                mark=lines.of(exemption, *change.steps),
                book=replace(book, exemptions=changed),
            )


def _is_slip(
    lines: Lines, item: Rule | Exemption, steps: tuple[str | int, ...]
) -> bool:
    """Say whether there is a line that could be changed; what is left out has none."""
    keys = [step for step in steps if isinstance(step, str)]
    return keys[:1] != ["when"] or lines.is_written(item, *keys)


def _put(items: Sequence[_Item], number: int, item: _Item | None) -> tuple[_Item, ...]:
    """Put an item in the place of another; without one, leave that out."""
    return (*items[:number], *(() if item is None else (item,)), *items[number + 1 :])


def _of_unknown(book: RuleBook, lines: Lines) -> Iterator[Mutant]:
    unknown = book.unknown
    for reason, action in unknown.actions.items():
        for other in (action - 1, action + 1):
            if other not in tuple(Action):
                continue
            actions = {**unknown.actions, reason: Action(other)}
            yield Mutant(
                kind="unknown",
                subject="unknown",
                change=f"with {reason}: {Action(other)}",
                mark=lines.of_unknown(unknown, reason),
                book=replace(book, unknown=replace(unknown, actions=actions)),
            )
    for notice in next_notice(_notices(book), unknown.notice):
        yield Mutant(
            kind="unknown",
            subject="unknown",
            change=f"with the notice {notice}",
            mark=lines.of_unknown(unknown, "notice"),
            book=replace(book, unknown=replace(unknown, notice=notice)),
        )


def _of_areas(book: RuleBook, lines: Lines) -> Iterator[Mutant]:
    visitors = tuple(dict.fromkeys(test.visitor for test in book.tests))
    for area in book.areas.values():
        for change in area_changes(area, visitors):
            yield Mutant(
                kind="areas",
                subject=area.id,
                change=change.told,
                mark=lines.of_version(area, change.number, *change.steps),
                book=replace(book, areas={**book.areas, area.id: change.area}),
                evidence=change.evidence,
                probes=change.probes,
                moves_places=change.moves_places,
            )


def _notices(book: RuleBook) -> tuple[str, ...]:
    named = {rule.notice for rule in book.rules if rule.notice}
    return tuple(sorted({*named, book.unknown.notice}))
