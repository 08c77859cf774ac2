"""The tests in the rule book, run by the evaluator that serves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gate.decision import Patterns, examine, globs_of
from gate.model import Mark, Membership

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gate.decision import Examination
    from gate.model import (
        Action,
        Activity,
        AreaVersion,
        BookTest,
        Decision,
        Place,
        RuleBook,
    )

    MembershipOf = Callable[[AreaVersion, Place], tuple[Membership, tuple[str, ...]]]
    """The membership of a place in an area version, with its evidence."""

_NOWHERE = Mark(file="")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """What came of one test of the rule book.

    Attributes:
        name: Name of the test.
        mark: Where the test stands; of several visitors, the one that was tried.
        ok: Every expectation was met.
        expected: Action that the test expects, by activity.
        got: Action that was decided, for the same activities.
        by: What decided, sorted; ("default",) if nothing did.
        failures: A sentence for every expectation that was not met.
        notices: The notices that are shown, sorted.
    """

    __test__ = False  # pytest would take it for a test because of its name

    name: str
    mark: Mark
    ok: bool
    expected: Mapping[Activity, Action]
    got: Mapping[Activity, Action]
    by: Mapping[Activity, tuple[str, ...]]
    failures: tuple[str, ...]
    notices: Mapping[Activity, tuple[str, ...]] = field(default_factory=dict)


class Memberships:
    """Memberships of places, each worked out once.

    What the versions of an area say of a place does not depend on when they begin, so
    that books that differ in rules and dates share everything.
    """

    def __init__(self, membership: MembershipOf) -> None:
        self._membership = membership
        self._numbers: dict[AreaVersion, int] = {}
        self._seen: dict[int, tuple[AreaVersion, int]] = {}  # by id(version)
        self._found: dict[tuple[int, Place], tuple[Membership, tuple[str, ...]]] = {}

    def number(self, version: AreaVersion) -> int:
        """Return a number that versions share which say the same, dates apart."""
        seen = self._seen.get(id(version))
        if seen is None:
            said = replace(
                version, since=0, as_of=None, mark=_NOWHERE, sources=(), reviews=()
            )
            number = self._numbers.setdefault(said, len(self._numbers))
            seen = self._seen[id(version)] = version, number
        return seen[1]

    def __call__(
        self, version: AreaVersion, place: Place
    ) -> tuple[Membership, tuple[str, ...]]:
        """Return the membership of a place in an area version, with its evidence."""
        key = self.number(version), place
        if key not in self._found:
            self._found[key] = self._membership(version, place)
        return self._found[key]


class Trial:
    """A book whose tests, or those of another book, are run."""

    def __init__(self, book: RuleBook, membership: MembershipOf) -> None:
        self._book = book
        self._membership = membership
        self._patterns = Patterns(globs_of(book.whens))
        self._matched: dict[str, frozenset[str]] = {}
        self._last: tuple[BookTest, dict[str, Membership]] | None = None
        self._decided: dict[tuple[object, ...], Decision] = {}
        self._speaking: dict[Activity, RuleBook] = {}

    def memberships(self, test: BookTest) -> dict[str, Membership]:
        """Return the membership of a test's visitor in each area."""
        if self._last is None or self._last[0] is not test:
            self._last = test, self._memberships(test)
        return self._last[1]

    def _memberships(self, test: BookTest) -> dict[str, Membership]:
        found = dict.fromkeys(self._book.areas, Membership.NO)
        if test.visitor.unknown is None:
            for area in self._book.areas.values():
                version = area.version_at(test.now)
                if version is not None:
                    found[area.id] = self._membership(version, test.visitor)[0]
        return found

    def matched(self, path: str) -> frozenset[str]:
        """Return the patterns of the book that match a path."""
        if path not in self._matched:
            self._matched[path] = self._patterns.matched(path)
        return self._matched[path]

    def decisions(self, test: BookTest) -> Iterator[tuple[Activity, Decision]]:
        """Yield what is decided for each activity of which a test speaks."""
        place = test.visitor.unknown, *self.memberships(test).values()
        for activity in test.asked:
            key = test.now, test.path, activity, place
            if key not in self._decided:  # many towns of one area are one case
                book = self._speaking_of(activity)
                self._decided[key] = self._examine(book, test, activity).decision
            yield activity, self._decided[key]

    def examine(self, test: BookTest, activity: Activity) -> Examination:
        """Show how each rule and exemption fares for one activity of a test."""
        return self._examine(self._book, test, activity)

    def _speaking_of(self, activity: Activity) -> RuleBook:
        """Return the book without what cannot hold for an activity: decided alike."""
        if activity not in self._speaking:
            rules, others = self._book.rules, self._book.exemptions
            self._speaking[activity] = replace(
                self._book,
                rules=tuple(r for r in rules if activity in r.when.activities),
                exemptions=tuple(e for e in others if activity in e.when.activities),
            )
        return self._speaking[activity]

    def _examine(
        self, book: RuleBook, test: BookTest, activity: Activity
    ) -> Examination:
        return examine(
            book,
            memberships=self.memberships(test),
            matched=self.matched(test.path),
            activity=activity,
            now=test.now,
            unknown=test.visitor.unknown,
        )

    def fails(self, test: BookTest) -> bool:
        """Say whether an expectation is not met, without saying which."""
        return any(
            next(_failures(test, activity, decision), None) is not None
            for activity, decision in self.decisions(test)
        )

    def run(self, test: BookTest) -> TestResult:
        """Return what comes of a test."""
        decisions = dict(self.decisions(test))
        failures = tuple(
            f"{activity}: {sentence}"
            for activity, decision in decisions.items()
            for sentence in _failures(test, activity, decision)
        )
        return TestResult(
            name=test.name,
            mark=test.mark,
            ok=not failures,
            expected=dict(test.expect),
            got={activity: found.action for activity, found in decisions.items()},
            by={activity: found.by for activity, found in decisions.items()},
            failures=failures,
            notices={activity: found.notices for activity, found in decisions.items()},
        )


def run_tests(book: RuleBook, membership: MembershipOf) -> list[TestResult]:
    """Run every test of a book.

    Args:
        book: The rule book with its tests.
        membership: Gives the membership of a place in an area version.

    Returns:
        One result for each test, in the order of the book.
    """
    trial = Trial(book, membership)
    return [trial.run(test) for test in book.tests]


def _failures(test: BookTest, activity: Activity, decision: Decision) -> Iterator[str]:
    expected = test.expect.get(activity, decision.action)
    if decision.action != expected:
        yield f"expected {expected}, got {decision.action}"
    pairs = (
        ("by", test.by, decision.by),
        ("notices", test.notices, decision.notices),
        ("in shadow by", test.shadow_by, decision.shadow_rules),
    )
    for words, expectations, got in pairs:
        named = expectations.get(activity)
        if named is not None and tuple(sorted(named)) != got:
            told = ", ".join(got) or "none"
            wanted = ", ".join(sorted(named))
            yield f"expected {words} {wanted}, got {words} {told}"
    shadow = test.shadow.get(activity, decision.shadow)
    if decision.shadow != shadow:
        yield f"expected in shadow {shadow}, got in shadow {decision.shadow}"
