"""How each rule and exemption fares in a case, in signs; views put them into words."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from gate.model import Action, Exemption, Membership, Rule, Unknown

if TYPE_CHECKING:
    from gate.decision import Conditions, ExemptionRow, RuleRow
    from gate.workbench.explain import ActivityView


class Sign(StrEnum):
    """How a case meets a condition, or all of them."""

    HIT = "hit"
    MISS = "miss"
    MAY = "may"
    ANY = "any"
    """Nothing is asked."""


class Ending(Enum):
    """What comes of a rule or an exemption."""

    NOTHING = "it does not hold"
    UNCERTAIN = "it would hold if the place were certainly in the area"
    ACTS = "its action follows"
    LOOSENED = "its action follows, loosened by exemptions"
    LOOSENS = "what an exemption is for"


class Signs(NamedTuple):
    """How a case meets each condition, in the order of columns.

    Attributes:
        verdict: All of them; never `ANY`.
        area: The place.
        path: The path.
        activity: What the reader does.
        time: The moment.
    """

    verdict: Sign
    area: Sign
    path: Sign
    activity: Sign
    time: Sign


class Fared(NamedTuple):
    """A rule or an exemption against a case.

    Attributes:
        item: The rule or the exemption.
        signs: How the case meets its conditions.
        reason: Why the place is unknown, where an area is asked for.
        ending: What comes of it.
        before: Action of a rule before exemptions; None if it does not hold.
        effect: Action after them; what an exemption leaves.
        exemptions: Ids of those that loosened a rule.
        decides: Whether it is one of those that decide.
    """

    item: Rule | Exemption
    signs: Signs
    reason: Unknown | None
    ending: Ending
    before: Action | None
    effect: Action | None
    exemptions: tuple[str, ...]
    decides: bool


def fared(view: ActivityView) -> list[Fared]:
    """Return every rule, then every exemption, in the order of the book."""
    by = frozenset(view.decision.by)
    rules = [_of_rule(row, by) for row in view.examination.rules]
    return [*rules, *(_of_exemption(row, by) for row in view.examination.exemptions)]


def _of_rule(row: RuleRow, by: frozenset[str]) -> Fared:
    for_unknown = row.holds and not by.isdisjoint(row.part.reasons)
    return Fared(
        item=row.rule,
        signs=_signs(_rule_verdict(row), row.conditions),
        reason=_reason(row.conditions),
        ending=_ending(row),
        before=row.before,
        effect=row.effect,
        exemptions=row.exemptions,
        decides=row.rule.id in by or for_unknown,
    )


def _of_exemption(row: ExemptionRow, by: frozenset[str]) -> Fared:
    return Fared(
        item=row.exemption,
        signs=_signs(_exemption_verdict(row), row.conditions),
        reason=_reason(row.conditions),
        ending=Ending.LOOSENS,
        before=None,
        effect=row.exemption.to,
        exemptions=(),
        decides=row.exemption.id in by,
    )


def _signs(verdict: Sign, conditions: Conditions) -> Signs:
    return Signs(
        verdict,
        _area(conditions.area),
        _sign(holds=conditions.path),
        _sign(holds=conditions.activity),
        _sign(holds=conditions.time),
    )


def _sign(*, holds: bool) -> Sign:
    return Sign.HIT if holds else Sign.MISS


def _area(area: Membership | Unknown | None) -> Sign:
    if area is None:
        return Sign.ANY
    if isinstance(area, Unknown):
        return Sign.MAY
    return {Membership.YES: Sign.HIT, Membership.POSSIBLE: Sign.MAY}.get(
        area, Sign.MISS
    )


def _rule_verdict(row: RuleRow) -> Sign:
    if not row.holds:
        return Sign.MISS
    certain = row.conditions.area in {None, Membership.YES}
    return Sign.HIT if certain else Sign.MAY


def _exemption_verdict(row: ExemptionRow) -> Sign:
    if row.holds:
        return Sign.HIT
    unsure = row.conditions.reachable and row.conditions.area is not Membership.NO
    return Sign.MAY if unsure else Sign.MISS


def _reason(conditions: Conditions) -> Unknown | None:
    return conditions.area if isinstance(conditions.area, Unknown) else None


def _ending(row: RuleRow) -> Ending:
    if row.holds:
        return Ending.LOOSENED if row.exemptions else Ending.ACTS
    # Only certainty is missing: the rest is met, and the place may be in the area.
    possible = row.conditions.area is Membership.POSSIBLE
    return Ending.UNCERTAIN if possible and row.conditions.reachable else Ending.NOTHING
