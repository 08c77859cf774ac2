"""What follows from a place, a path, an activity and a time: the one evaluator.

Serving, explaining, testing, proving and comparing all run `examine`; `decide` is its
outcome and nothing else. The strictest rule wins, the order of rules means nothing, and
only an exemption that names a rule loosens it.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from gate.decision.rows import (
    NOTHING,
    Conditions,
    Examination,
    ExemptionRow,
    RuleRow,
)
from gate.model import Action, Decision, Membership, Mode, Unknown

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from gate.model import (
        Activity,
        Effective,
        Exemption,
        Rule,
        RuleBook,
        UnknownPlaces,
        When,
    )


class _Case(NamedTuple):
    """One point of the space that a book divides; made for every evaluation."""

    memberships: Mapping[str, Membership]
    matched: Container[str]
    activity: Activity
    now: int
    unknown: Unknown | None


def decide(
    book: RuleBook,
    *,
    memberships: Mapping[str, Membership],
    matched: Container[str],
    activity: Activity,
    now: int,
    unknown: Unknown | None = None,
) -> Decision:
    """Say what must come before the article, and because of what.

    Args:
        book: The rule book.
        memberships: Of the place in each area, by area id; a missing id means no.
        matched: The patterns of the book that match the path.
        activity: What the request does.
        now: Unix seconds.
        unknown: Why the place is unknown; then `memberships` is not read.
    """
    return examine(
        book,
        memberships=memberships,
        matched=matched,
        activity=activity,
        now=now,
        unknown=unknown,
    ).decision


def examine(
    book: RuleBook,
    *,
    memberships: Mapping[str, Membership],
    matched: Container[str],
    activity: Activity,
    now: int,
    unknown: Unknown | None = None,
) -> Examination:
    """Show how each rule and exemption fares, and what follows; see `decide`."""
    case = _Case(memberships, matched, activity, now, unknown)
    exemptions = tuple(_examine_exemption(item, case) for item in book.exemptions)
    holding = tuple(row.exemption for row in exemptions if row.holds)
    rules = tuple(
        _examine_rule(rule, case, holding, book.unknown) for rule in book.rules
    )
    decision = reduce(stricter, (row.part for row in rules), NOTHING)
    return Examination(rules=rules, exemptions=exemptions, decision=decision)


def stricter(a: Decision, b: Decision) -> Decision:
    """Return the stricter decision; of two equally strict ones, both in one.

    What shadow rules would do is kept from both sides.
    """
    if b is NOTHING:
        return a
    if a is NOTHING:
        return b
    sides = [side for side in (a, b) if side.action == max(a.action, b.action)]
    return Decision(
        action=sides[0].action,
        notices=_united(*(side.notices for side in sides)),
        rules=_united(*(side.rules for side in sides)),
        exemptions=_united(*(side.exemptions for side in sides)),
        reasons=_united(*(side.reasons for side in sides)),
        shadow=max(a.shadow, b.shadow),
        shadow_rules=_united(a.shadow_rules, b.shadow_rules),
    )


def conditions_of(
    when: When,
    effective: Effective,
    *,
    matched: Container[str],
    activity: Activity,
    now: int,
    area: Membership | Unknown | None = None,
) -> Conditions:
    """Hold a rule's, an exemption's or a promise's conditions against a case.

    Args:
        when: The conditions.
        effective: The span of time.
        matched: The patterns of the book that match the path.
        activity: What the request does.
        now: Unix seconds.
        area: What is known about the areas; passed through.
    """
    return Conditions(
        area=area,
        path=any(glob in matched for glob in when.paths)
        and not any(glob in matched for glob in when.except_paths),
        activity=activity in when.activities,
        time=effective.holds(now),
    )


def _conditions(when: When, effective: Effective, case: _Case) -> Conditions:
    return conditions_of(
        when,
        effective,
        matched=case.matched,
        activity=case.activity,
        now=case.now,
        area=_area(when, case),
    )


def _area(when: When, case: _Case) -> Membership | Unknown | None:
    if when.areas is None:
        return None
    if case.unknown is not None:
        return case.unknown
    return max(
        (case.memberships.get(area, Membership.NO) for area in when.areas),
        default=Membership.NO,
    )


def _examine_exemption(exemption: Exemption, case: _Case) -> ExemptionRow:
    conditions = _conditions(exemption.when, exemption.effective, case)
    certain = conditions.area is None or conditions.area is Membership.YES
    return ExemptionRow(
        exemption=exemption,
        conditions=conditions,
        certain=certain,
        holds=certain and conditions.reachable,
    )


def _examine_rule(
    rule: Rule,
    case: _Case,
    holding: tuple[Exemption, ...],
    unknown: UnknownPlaces,
) -> RuleRow:
    conditions = _conditions(rule.when, rule.effective, case)
    certain = _certain_enough(rule, conditions.area)
    holds = conditions.reachable and certain is not False
    row = RuleRow(rule=rule, conditions=conditions, certain=certain, holds=holds)
    if not holds:
        return row
    if isinstance(conditions.area, Unknown):
        return _with_unknown_effect(row, conditions.area, unknown)
    return _with_effect(row, holding)


def _certain_enough(rule: Rule, area: Membership | Unknown | None) -> bool | None:
    if area is None:
        return True
    if isinstance(area, Unknown):
        return None
    return area >= rule.certainty


def _with_unknown_effect(
    row: RuleRow, reason: Unknown, unknown: UnknownPlaces
) -> RuleRow:
    """Give the written action of the reason, which no exemption relaxes."""
    action = unknown.actions[reason]
    part = Decision(
        action=action,
        notices=(unknown.notice,) if action > Action.PASS else (),
        reasons=(f"unknown:{reason}",),
    )
    return _finished(row, before=action, part=part)


def _with_effect(row: RuleRow, holding: tuple[Exemption, ...]) -> RuleRow:
    rule = row.rule
    before = _own_action(rule, row.conditions.area)
    looser = [e for e in holding if rule.id in e.relaxes and e.to < before]
    effect = min((exemption.to for exemption in looser), default=before)
    part = Decision(
        action=effect,
        notices=(rule.notice,) if rule.notice and effect > Action.PASS else (),
        rules=(rule.id,) if effect > Action.PASS else (),
        exemptions=_united(tuple(e.id for e in looser if e.to == effect)),
    )
    return _finished(row, before=before, part=part)


def _own_action(rule: Rule, area: Membership | Unknown | None) -> Action:
    if area is Membership.POSSIBLE and rule.if_possible is not None:
        return rule.if_possible
    return rule.then


def _finished(row: RuleRow, *, before: Action, part: Decision) -> RuleRow:
    shadow = Decision(shadow=part.action, shadow_rules=(row.rule.id,))
    return row._replace(
        before=before,
        effect=part.action,
        exemptions=part.exemptions,
        part=shadow if row.rule.mode is Mode.SHADOW else part,
    )


def _united(*lists: tuple[str, ...]) -> tuple[str, ...]:
    if len(lists) == 1 and len(lists[0]) <= 1:
        return lists[0]
    return tuple(sorted({item for items in lists for item in items}))
