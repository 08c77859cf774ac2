"""What is weak in the tests of a book: they pass, and say less than they seem to."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

from gate.decision import decide
from gate.documents.scalars import quoted
from gate.model import Activity, Diagnostic, Effective, Exemption, Severity
from gate.rules.testing.exercise import exercises, met_and_missed
from gate.rules.testing.trial import Memberships

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import Decision, Rule, RuleBook
    from gate.rules.testing.exercise import Exercise
    from gate.rules.testing.trial import MembershipOf


def test_findings(book: RuleBook, membership: MembershipOf) -> list[Diagnostic]:
    """Find tests that say less than they seem to, and rules that none tries.

    Args:
        book: The rule book with its tests.
        membership: Gives the membership of a place in an area version.

    Returns:
        Findings, sorted: R051 a test names a rule that makes no difference to what
        it expects (warning), R053 a rule that no test meets, or that none misses by
        little (note), R054 a test with a network that no area lists (warning).
    """
    cases = exercises(book, Memberships(membership))
    found = [
        *_vacuous(book, cases),
        *(_untried(book, cases) if book.tests else ()),
        *_strange_networks(book),
    ]
    return sorted(found, key=lambda finding: finding.sort_key)


def _vacuous(book: RuleBook, cases: list[Exercise]) -> Iterator[Diagnostic]:
    for case in cases:
        named = case.test.by.get(case.activity, ())
        decision = case.decision
        if len(named) < 2 or decision.by != tuple(sorted(named)):  # noqa: PLR2004
            continue  # what decides alone makes a difference; else the test fails
        for name in named:
            if _without(book, name, case) == (decision.action, decision.notices):
                yield Diagnostic(
                    code="R051",
                    message=f"The test {quoted(case.test.name)} names "
                    f"{quoted(name)} for {case.activity}, where it changes nothing: "
                    f"{decision.action} and its notices hold without it.",
                    hint="Test it where it decides alone, or ask whether it is needed.",
                    mark=case.test.mark,
                    severity=Severity.WARNING,
                    subject=case.test.name,
                )


def _without(book: RuleBook, name: str, case: Exercise) -> tuple[object, object]:
    """Return action and notices of a case without a rule or an exemption."""
    rest = replace(
        book,
        rules=tuple(rule for rule in book.rules if rule.id != name),
        exemptions=tuple(e for e in book.exemptions if e.id != name),
    )
    decision: Decision = decide(
        rest,
        memberships=case.memberships,
        matched=case.matched,
        activity=case.activity,
        now=case.test.now,
        unknown=case.test.visitor.unknown,
    )
    return decision.action, decision.notices


def _untried(book: RuleBook, cases: list[Exercise]) -> Iterator[Diagnostic]:
    met, missed = met_and_missed(book, cases)
    items: tuple[Rule | Exemption, ...] = (*book.rules, *book.exemptions)
    for item in items:
        kind = "exemption" if isinstance(item, Exemption) else "rule"
        name = quoted(item.id)
        if item.id not in met:
            message = f"No test meets the {kind} {name}."
            yield _note(item, message, "Write a test of a reader who meets it.")
        elif _can_be_missed(item) and item.id not in missed:
            message = f"No test shows where the {kind} {name} ends."
            hint = (
                "Write a test that misses it by one condition alone: a place, a path, "
                "an activity or a moment beside it."
            )
            yield _note(item, message, hint)


def _can_be_missed(item: Rule | Exemption) -> bool:
    """Say whether there is a case that does not meet a rule."""
    when = item.when
    return (
        when.areas is not None
        or len(set(when.activities)) < len(Activity)
        or "/**" not in when.paths
        or bool(when.except_paths)
        or item.effective != Effective()
    )


def _note(item: Rule | Exemption, message: str, hint: str) -> Diagnostic:
    return Diagnostic(
        code="R053",
        message=message,
        hint=f"{hint} gate test --coverage tells of every condition.",
        mark=item.mark,
        severity=Severity.NOTE,
        subject=item.id,
    )


def _strange_networks(book: RuleBook) -> Iterator[Diagnostic]:
    listed = [
        ip_network(network)
        for _, version in book.area_versions
        for network in version.networks
    ]
    for test in book.tests:
        network = ip_network(test.visitor.network or "0.0.0.0/0")
        if test.visitor.network is not None and not any(
            own.version == network.version and own.overlaps(network) for own in listed
        ):
            yield Diagnostic(
                code="R054",
                message=f"The test {quoted(test.name)} names the network {network}, "
                "and no area lists one that meets it.",
                hint="Leave it out: it makes no difference. Areas know places by "
                "country, subdivision, settlement and point.",
                mark=test.mark,
                severity=Severity.WARNING,
                subject=test.name,
            )
