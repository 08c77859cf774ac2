"""What would change a decision: another place, another day, one rule less."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gate.decision import examine, memberships_at, segments
from gate.documents.moments import moment
from gate.model import Membership, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gate.decision import Examination
    from gate.model import Action, Activity, Decision, LocationClass, RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that would change a decision.

    Attributes:
        what: What would have to be otherwise.
        action: What would follow then.
    """

    what: str
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    book: RuleBook
    found: LocationClass
    matched: frozenset[str]
    activity: Activity
    now: int

    def decide(
        self,
        book: RuleBook | None = None,
        memberships: Mapping[str, Membership] | None = None,
        unknown: Unknown | None = None,
    ) -> Decision:
        return self.examine(book, memberships, unknown).decision

    def examine(
        self,
        book: RuleBook | None = None,
        memberships: Mapping[str, Membership] | None = None,
        unknown: Unknown | None = None,
    ) -> Examination:
        if memberships is None:
            memberships = memberships_at(self.book, self.found, self.now)
            unknown = unknown or self.found.unknown
        return examine(
            book or self.book,
            memberships=memberships,
            matched=self.matched,
            activity=self.activity,
            now=self.now,
            unknown=unknown,
        )


def changes(
    book: RuleBook,
    found: LocationClass,
    matched: frozenset[str],
    activity: Activity,
    now: int,
) -> tuple[Change, ...]:
    """Find everything that alone would change what a reader meets.

    Args:
        book: The rule book.
        found: Class of the place.
        matched: Patterns of the book that match the path.
        activity: What the request does.
        now: Unix seconds.

    Returns:
        Other memberships, reasons for an unknown place, the nearest change in time
        on either side, and rules or exemptions left out.
    """
    case = _Case(book=book, found=found, matched=matched, activity=activity, now=now)
    here = case.decide()
    tried = (*_places(case), *_reasons(case), *_times(case, here), *_left_out(case))
    return tuple(
        Change(what=what, action=decision.action)
        for what, decision in tried
        if _differs(decision, here)
    )


def _differs(one: Decision, other: Decision) -> bool:
    return (one.action, one.notices) != (other.action, other.notices)


def _places(case: _Case) -> Iterator[tuple[str, Decision]]:
    memberships = memberships_at(case.book, case.found, case.now)
    for area, now in memberships.items():
        for other in Membership:
            if other != now:
                changed = case.decide(memberships={**memberships, area: other})
                yield f"membership in {area}: {other} instead of {now}", changed


def _reasons(case: _Case) -> Iterator[tuple[str, Decision]]:
    by_action: dict[Decision, list[str]] = {}
    for reason in Unknown:
        if reason is not case.found.unknown:
            decision = case.decide(memberships={}, unknown=reason)
            by_action.setdefault(replace(decision, reasons=()), []).append(reason)
    for decision, reasons in by_action.items():
        yield f"an unknown place: {', '.join(reasons)}", decision


def _times(case: _Case, here: Decision) -> Iterator[tuple[str, Decision]]:
    """Yield the nearest other decision before and after now."""
    spans = segments(case.book)
    at = next(n for n, s in enumerate(spans) if s.until is None or case.now < s.until)
    for later, way in ((spans[at + 1 :], "from"), (spans[:at][::-1], "before")):
        for span in later:
            decision = replace(case, now=span.instant).decide()
            if _differs(decision, here):
                edge = span.since if way == "from" else span.until
                yield f"{way} {moment(edge or 0)}", decision
                break


def _left_out(case: _Case) -> Iterator[tuple[str, Decision]]:
    """Leave out each rule and exemption that holds; without the others all stays."""
    book, examination = case.book, case.examine()
    for rule in (row.rule for row in examination.rules if row.holds):
        rest = tuple(other for other in book.rules if other is not rule)
        yield f"without the rule {rule.id}", case.decide(replace(book, rules=rest))
    for exemption in (row.exemption for row in examination.exemptions if row.holds):
        others = tuple(other for other in book.exemptions if other is not exemption)
        changed = case.decide(replace(book, exemptions=others))
        yield f"without the exemption {exemption.id}", changed
