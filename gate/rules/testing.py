"""The tests in the rule book, run by the evaluator that serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.decision import Patterns, decide, globs_of
from gate.model import Membership

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gate.model import (
        Action,
        Activity,
        AreaVersion,
        BookTest,
        Decision,
        Mark,
        Place,
        RuleBook,
    )

    MembershipOf = Callable[[AreaVersion, Place], tuple[Membership, tuple[str, ...]]]
    """The membership of a place in an area version, with its evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """What came of one test of the rule book.

    Attributes:
        name: Name of the test.
        mark: Where the test stands.
        ok: Every expectation was met.
        expected: Action that the test expects, by activity.
        got: Action that was decided, for the same activities.
        expected_by: What ought to decide, sorted, for the activities that say so.
        by: What decided, sorted; ("default",) if nothing did.
        failures: A sentence for every expectation that was not met.
    """

    __test__ = False  # pytest would take it for a test because of its name

    name: str
    mark: Mark
    ok: bool
    expected: Mapping[Activity, Action]
    got: Mapping[Activity, Action]
    expected_by: Mapping[Activity, tuple[str, ...]]
    by: Mapping[Activity, tuple[str, ...]]
    failures: tuple[str, ...]


def run_tests(book: RuleBook, membership: MembershipOf) -> list[TestResult]:
    """Run every test of a book.

    Args:
        book: The rule book with its tests.
        membership: Gives the membership of a place in an area version.

    Returns:
        One result for each test, in the order of the book.
    """
    whens = [rule.when for rule in book.rules]
    whens += [exemption.when for exemption in book.exemptions]
    patterns = Patterns(globs_of(whens))
    return [_run(book, test, patterns, membership) for test in book.tests]


def _run(
    book: RuleBook, test: BookTest, patterns: Patterns, membership: MembershipOf
) -> TestResult:
    memberships = _memberships(book, test, membership)
    matched = patterns.matched(test.path)
    asked = dict.fromkeys([*test.expect, *test.by])
    decisions = {
        activity: decide(
            book,
            memberships=memberships,
            matched=matched,
            activity=activity,
            now=test.now,
            unknown=test.visitor.unknown,
        )
        for activity in asked
    }
    failures = tuple(_failures(test, decisions))
    return TestResult(
        name=test.name,
        mark=test.mark,
        ok=not failures,
        expected=dict(test.expect),
        got={activity: decision.action for activity, decision in decisions.items()},
        expected_by={activity: tuple(sorted(by)) for activity, by in test.by.items()},
        by={activity: decision.by for activity, decision in decisions.items()},
        failures=failures,
    )


def _memberships(
    book: RuleBook, test: BookTest, membership: MembershipOf
) -> dict[str, Membership]:
    found = dict.fromkeys(book.areas, Membership.NO)
    if test.visitor.unknown is None:
        for area, version in book.area_versions:
            if version.since <= test.now:
                found[area] = membership(version, test.visitor)[0]
    return found


def _failures(test: BookTest, decisions: Mapping[Activity, Decision]) -> list[str]:
    found = []
    for activity, decision in decisions.items():
        expected = test.expect.get(activity, decision.action)
        if decision.action != expected:
            found.append(f"{activity}: expected {expected}, got {decision.action}")
        by = tuple(sorted(test.by.get(activity, decision.by)))
        if decision.by != by:
            names = ", ".join(by), ", ".join(decision.by)
            found.append("{}: expected by {}, got by {}".format(activity, *names))
    return found
