"""What holds for every place, path, activity and moment, proved cell by cell.

Every cell is decided by the evaluator that serves. A promise that fails is answered
with a witness; a rule that can never hold, or never changes anything, is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gate.decision import examine
from gate.errors import PatternsMultiplyError
from gate.model import Diagnostic, Exemption, Membership, Mode, Rule, Severity, Unknown
from gate.rules.cells import cases
from gate.rules.witness import witness

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.decision import Examination, ExemptionRow, Group, RuleRow
    from gate.model import (
        Action,
        Decision,
        LocationClass,
        Mark,
        Promise,
        RuleBook,
        When,
    )
    from gate.rules.cells import Case


def prove(book: RuleBook, classes: Sequence[LocationClass]) -> list[Diagnostic]:
    """Find promises that do not hold, and rules that mean nothing.

    Args:
        book: The rule book.
        classes: Every class of places that there is, such as those of the index.

    Returns:
        Findings, sorted by place in the files: R040 a rule or exemption can never
        hold (a warning if only the known places are the reason), R041 one never
        changes a decision, R043 a promise is refuted, R044 a promise speaks of
        nothing, R047 the patterns combine in too many ways to prove anything.
    """
    survey = _Survey(book, classes)
    try:
        for case in cases(book, classes):
            survey.add(case)
    except PatternsMultiplyError as error:
        return [_too_many(book, error)]
    return sorted(survey.findings(), key=lambda finding: finding.sort_key)


@dataclass(slots=True)
class _Fate:
    """What became of a rule or an exemption over all cases so far.

    Attributes:
        reachable: Path, activity and time can be met at once.
        met: It held, for other reasons than an unknown place.
        decisive: Without it some decision would differ.
    """

    item: Rule | Exemption
    reachable: bool = False
    met: bool = False
    decisive: bool = False

    def add(self, row: RuleRow | ExemptionRow, case: Case, decision: Decision) -> None:
        self.reachable = True  # a case holds only what its path and time can reach
        if row.holds:
            self.met |= not isinstance(row.conditions.area, Unknown)
            if not self.decisive:
                rest = _decide(_without(case.book, self.item), case)
                self.decisive = _shown(rest) != _shown(decision)


class _Survey:
    """What was seen over all cases."""

    def __init__(self, book: RuleBook, classes: Sequence[LocationClass]) -> None:
        self._book = book
        self._has_places = any(place.unknown is None for place in classes)
        self._rules = {rule.id: _Fate(rule) for rule in book.rules}
        self._exemptions = {e.id: _Fate(e) for e in book.exemptions}
        self._spoken_of: set[str] = set()
        self._refuted: dict[str, str] = {}

    def add(self, case: Case) -> None:
        seen = _examine(case.book, case)
        for rule in seen.rules:
            self._rules[rule.rule.id].add(rule, case, seen.decision)
        for exemption in seen.exemptions:
            fate = self._exemptions[exemption.exemption.id]
            fate.add(exemption, case, seen.decision)
        for promise in case.book.promises:
            if _covers(promise.scope, case.group):
                self._spoken_of.add(promise.id)
                known = promise.id in self._refuted
                if not known and not _keeps(promise, seen.decision.action):
                    told = witness(self._book, case, seen.decision)
                    self._refuted[promise.id] = told

    def findings(self) -> Iterator[Diagnostic]:
        for fate in (*self._rules.values(), *self._exemptions.values()):
            yield from self._about(fate)
        for promise in self._book.promises:
            yield from self._about_promise(promise)

    def _about(self, fate: _Fate) -> Iterator[Diagnostic]:
        item = fate.item
        kind = "rule" if isinstance(item, Rule) else "exemption"
        if not fate.reachable:
            yield Diagnostic(
                code="R040",
                message=f'The {kind} "{item.id}" can never hold.',
                hint="No path, activity and moment meet all its conditions at once.",
                mark=item.mark,
            )
        elif not fate.met and self._has_places:
            yield Diagnostic(
                code="R040",
                message=f'No known place ever meets the {kind} "{item.id}".',
                hint="Look at its areas and its certainty, and at the databases.",
                mark=item.mark,
                severity=Severity.WARNING,
            )
        elif fate.met and not fate.decisive and _is_enforced(item):
            yield Diagnostic(
                code="R041",
                message=f'The {kind} "{item.id}" never changes a decision.',
                hint="Others are at least as strict wherever it holds; remove it."
                if isinstance(item, Rule)
                else "Wherever it holds, what it relaxes does not decide; remove it.",
                mark=item.mark,
                severity=Severity.WARNING,
            )

    def _about_promise(self, promise: Promise) -> Iterator[Diagnostic]:
        if promise.id in self._refuted:
            yield Diagnostic(
                code="R043",
                message=f'The promise "{promise.id}" is broken: '
                f"{self._refuted[promise.id]}, instead of {_bounds(promise)}.",
                hint="Change what decides there, or promise less.",
                mark=promise.mark,
            )
        elif promise.id not in self._spoken_of:
            yield Diagnostic(
                code="R044",
                message=f'The promise "{promise.id}" speaks of nothing.',
                hint="No place, path, activity and moment meet all that it asks.",
                mark=promise.mark,
                severity=Severity.WARNING,
            )


def _without(book: RuleBook, item: Rule | Exemption) -> RuleBook:
    return replace(
        book,
        rules=tuple(rule for rule in book.rules if rule is not item),
        exemptions=tuple(e for e in book.exemptions if e is not item),
    )


def _is_enforced(item: Rule | Exemption) -> bool:
    return isinstance(item, Exemption) or item.mode is Mode.ENFORCE


def _examine(book: RuleBook, case: Case) -> Examination:
    return examine(
        book,
        memberships=case.group.memberships,
        matched=case.atom.matched,
        activity=case.activity,
        now=case.now,
        unknown=case.group.unknown,
    )


def _decide(book: RuleBook, case: Case) -> Decision:
    return _examine(book, case).decision


def _shown(decision: Decision) -> tuple[Action, tuple[str, ...]]:
    """Return what a reader notices of a decision."""
    return decision.action, decision.notices


def _covers(scope: When, group: Group) -> bool:
    """Say whether a promise speaks of a place; with no place named, of every one."""
    if scope.unknown is not None and group.unknown not in scope.unknown:
        return False
    memberships = group.memberships
    if scope.areas is not None and not any(
        memberships.get(area) is Membership.YES for area in scope.areas
    ):
        return False
    return scope.outside_areas is None or (
        group.unknown is None
        and not any(memberships.get(area) for area in scope.outside_areas)
    )


def _keeps(promise: Promise, action: Action) -> bool:
    return (promise.at_least is None or action >= promise.at_least) and (
        promise.at_most is None or action <= promise.at_most
    )


def _bounds(promise: Promise) -> str:
    bounds = {"at least": promise.at_least, "at most": promise.at_most}
    return " and ".join(f"{w} {a}" for w, a in bounds.items() if a is not None)


def _too_many(book: RuleBook, error: PatternsMultiplyError) -> Diagnostic:
    return Diagnostic(
        code="R047",
        message=str(error),
        hint=error.hint,
        mark=_mark_of(book, error.patterns[0]),
    )


def _mark_of(book: RuleBook, pattern: str) -> Mark:
    items = [(rule.when, rule.mark) for rule in book.rules]
    items += [(exemption.when, exemption.mark) for exemption in book.exemptions]
    items += [(promise.scope, promise.mark) for promise in book.promises]
    return next(
        (mark for when, mark in items if pattern in (*when.paths, *when.except_paths)),
        book.unknown.mark,
    )
