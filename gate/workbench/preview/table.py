"""The explanation as rows of a table: hit, miss or may, with the words behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.model import Membership, Mode
from gate.workbench.preview.words import SHORT

if TYPE_CHECKING:
    from gate.decision import Conditions, ExemptionRow, RuleRow
    from gate.workbench.explain import ActivityView

HIT, MISS, MAY, ANY = "hit", "miss", "may", "any"
"""Signs of a condition: it holds, it does not, it may, it asks nothing."""


class Line(NamedTuple):
    """A rule or an exemption against a case.

    Attributes:
        id: Id.
        title: What it is for.
        kind: "rule", "trial" (in shadow mode) or "exemption".
        verdict: `HIT`, `MISS` or `MAY`.
        area: Of its conditions: one of the signs.
        path: Likewise.
        activity: Likewise.
        time: Likewise.
        outcome: What comes of it, in words; "" for nothing.
        where: File and line.
        decides: Whether it is one of those that decide.
    """

    id: str
    title: str
    kind: str
    verdict: str
    area: str
    path: str
    activity: str
    time: str
    outcome: str
    where: str
    decides: bool


def lines_of(view: ActivityView) -> list[Line]:
    """Return every rule and exemption, those that decide first."""
    by = frozenset(view.decision.by)
    found = [_of_rule(row, by) for row in view.examination.rules]
    found += [_of_exemption(row, by) for row in view.examination.exemptions]
    order = {HIT: 0, MAY: 1, MISS: 2}
    return sorted(found, key=lambda line: (not line.decides, order[line.verdict]))


def _of_rule(row: RuleRow, by: frozenset[str]) -> Line:
    rule = row.rule
    return Line(
        rule.id,
        rule.title,
        "trial" if rule.mode is Mode.SHADOW else "rule",
        _verdict(row),
        *_signs(row.conditions),
        _outcome(row),
        str(rule.mark),
        decides=rule.id in by or _decides_unknown(row, by),
    )


def _decides_unknown(row: RuleRow, by: frozenset[str]) -> bool:
    return row.holds and not by.isdisjoint(row.part.reasons)


def _of_exemption(row: ExemptionRow, by: frozenset[str]) -> Line:
    exemption = row.exemption
    verdict = HIT if row.holds else MISS
    unsure = row.conditions.reachable and row.conditions.area is not Membership.NO
    return Line(
        exemption.id,
        exemption.because,
        "exemption",
        MAY if unsure and not row.holds else verdict,
        *_signs(row.conditions),
        f"loosens {', '.join(exemption.relaxes)} to: {SHORT[exemption.to]}",
        str(exemption.mark),
        decides=exemption.id in by,
    )


def _verdict(row: RuleRow) -> str:
    if not row.holds:
        return MISS
    return HIT if row.conditions.area in {None, Membership.YES} else MAY


def _signs(conditions: Conditions) -> tuple[str, str, str, str]:
    return (
        _area(conditions),
        HIT if conditions.path else MISS,
        HIT if conditions.activity else MISS,
        HIT if conditions.time else MISS,
    )


def _area(conditions: Conditions) -> str:
    area = conditions.area
    if area is None:
        return ANY
    if isinstance(area, Membership):
        return {Membership.YES: HIT, Membership.POSSIBLE: MAY}.get(area, MISS)
    return MAY


def _outcome(row: RuleRow) -> str:
    if row.effect is None or row.before is None:
        maybe = row.conditions.area is Membership.POSSIBLE
        return "not certain enough" if maybe and row.certain is False else ""
    if row.exemptions:
        names = ", ".join(row.exemptions)
        return f"{SHORT[row.before]}, loosened to {SHORT[row.effect]} by {names}"
    return SHORT[row.effect]
