"""What the tests of a book try: every rule and exemption against every tested case."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.model import Exemption, Membership, Mode, Unknown
from gate.rules.testing.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gate.decision import Examination, ExemptionRow, RuleRow
    from gate.model import Activity, BookTest, Decision, Rule, RuleBook
    from gate.rules.testing.trial import MembershipOf


class Exercise(NamedTuple):
    """One activity of one test.

    Attributes:
        test: The test.
        activity: The activity.
        memberships: Of the visitor, by area.
        matched: Patterns that match the path.
        decision: What is decided.
        rows: How each rule and exemption fares, by id.
    """

    test: BookTest
    activity: Activity
    memberships: Mapping[str, Membership]
    matched: frozenset[str]
    decision: Decision
    rows: Mapping[str, RuleRow | ExemptionRow]


class Try(NamedTuple):
    """How a tested case meets a rule or an exemption.

    Attributes:
        exercise: The case.
        area: It is certain enough that the place lies in an area that is asked for.
        path: A pattern matches, and none of the excepted ones does.
        activity: The activity is listed.
        time: The moment lies in the span.
        level: Highest membership in an area that is asked for.
    """

    exercise: Exercise
    area: bool
    path: bool
    activity: bool
    time: bool
    level: Membership

    @property
    def holds(self) -> bool:
        return self.area and self.path and self.activity and self.time

    @property
    def missed(self) -> str:
        """The one condition that is not met; "" if none or several are not."""
        found = {
            "areas": self.area,
            "paths": self.path,
            "activities": self.activity,
            "effective": self.time,
        }
        missed = [key for key, met in found.items() if not met]
        return missed[0] if len(missed) == 1 else ""


def exercises(book: RuleBook, membership: MembershipOf) -> list[Exercise]:
    """Return every case that a test of the book tries, each once.

    Tests that no rule can tell apart, such as those of two towns of one area, are
    one case.
    """
    trial = Trial(book, membership)
    found: dict[tuple[object, ...], Exercise] = {}
    for test in book.tests:
        memberships = trial.memberships(test)
        place = test.visitor.unknown or tuple(memberships.values())
        matched = trial.matched(test.path)
        for activity in test.asked:
            shadow = activity in test.shadow or activity in test.shadow_by
            key = (place, test.now, test.path, activity, shadow)
            if key not in found:
                seen = trial.examine(test, activity)
                rows = _rows(seen)
                found[key] = Exercise(
                    test, activity, memberships, matched, seen.decision, rows
                )
    return list(found.values())


def _rows(seen: Examination) -> dict[str, RuleRow | ExemptionRow]:
    rows: dict[str, RuleRow | ExemptionRow] = {r.rule.id: r for r in seen.rules}
    rows.update((row.exemption.id, row) for row in seen.exemptions)
    return rows


def met_and_missed(
    book: RuleBook, cases: list[Exercise]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return what some case meets, and what some case misses by one condition alone.

    The same as `tries` says, faster: a book of thousands of rules is checked on save.

    Returns:
        Ids of rules and exemptions: those that are met, those that are just missed.
    """
    trials = {rule.id for rule in book.rules if rule.mode is Mode.SHADOW}
    met: set[str] = set()
    missed: set[str] = set()
    for case in cases:
        silent = case.activity not in {*case.test.shadow, *case.test.shadow_by}
        for name, row in case.rows.items():
            conditions = row.conditions
            if isinstance(conditions.area, Unknown) or (silent and name in trials):
                continue
            failing = 3 - sum(conditions[1:]) + (row.certain is False)
            if failing == 0:
                met.add(name)
            elif failing == 1:
                missed.add(name)
    return frozenset(met), frozenset(missed)


def tries(item: Rule | Exemption, cases: list[Exercise]) -> Iterator[Try]:
    """Yield how each tested case meets a rule or an exemption.

    An unknown place meets no area, so that it says nothing of a rule that asks for
    one. A shadow rule is tried only where a test says what shadow rules do.
    """
    shadow = not isinstance(item, Exemption) and item.mode is Mode.SHADOW
    for case in cases:
        if shadow and case.activity not in {*case.test.shadow, *case.test.shadow_by}:
            continue
        row = case.rows[item.id]
        conditions = row.conditions
        if isinstance(conditions.area, Unknown):
            continue
        yield Try(
            exercise=case,
            area=row.certain is not False,
            path=conditions.path,
            activity=conditions.activity,
            time=conditions.time,
            level=conditions.area or Membership.NO,
        )
