"""Exemptions that never meet a rule that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model import Diagnostic, Severity
from gate.rules.proving.reasons import not_begun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import Exemption, Rule
    from gate.rules.proving.fates import ExemptionFate
    from gate.rules.proving.scene import Scene
    from gate.rules.proving.survey import Survey


def unmet(
    survey: Survey, scene: Scene, exemption: Exemption, fate: ExemptionFate
) -> Iterator[Diagnostic]:
    """Find rules that an exemption names and never meets: R033.

    An error if it never meets them wherever readers are; a warning if the places of
    the loaded databases are the only reason.

    Args:
        survey: The survey.
        scene: Knows where items stand.
        exemption: An exemption that can hold.
        fate: What became of it.
    """
    missed = {
        number: (rule, _apart(survey, exemption, rule))
        for number, name in enumerate(exemption.relaxes)
        if (rule := _missed(survey, fate, name)) is not None
    }
    if survey.space.known and fate.met:
        missed = {n: m for n, m in missed.items() if m[1] or _is_met(survey, m[0])}
    else:
        missed = {n: m for n, m in missed.items() if m[1]}
    if len(missed) == len(exemption.relaxes) > 1:
        yield _meets_none(exemption, list(missed.values()))
        return
    for number, (rule, reason) in missed.items():
        message = f'"{exemption.id}" never meets the rule "{rule.id}" that it names.'
        mark = scene.lines.of(exemption, "relaxes", number)
        yield Diagnostic(
            code="R033",
            message=message,
            hint=_hint(reason, "Take the rule out of relaxes, or correct either."),
            mark=mark,
            severity=Severity.ERROR if reason else Severity.WARNING,
            subject=exemption.id,
        )


def _missed(survey: Survey, fate: ExemptionFate, name: str) -> Rule | None:
    """Return a rule that can be reached, if the exemption does not meet it."""
    of_rule = survey.rules.get(name)
    if of_rule is None or not of_rule.reachable or name in fate.meets:
        return None
    return of_rule.rule


def _is_met(survey: Survey, rule: Rule) -> bool:
    return survey.rules[rule.id].met


def _meets_none(exemption: Exemption, missed: list[tuple[Rule, str]]) -> Diagnostic:
    reasons = [reason for _, reason in missed]
    told = f'With "{missed[0][0].id}": {reasons[0]}' if reasons[0] else ""
    return Diagnostic(
        code="R033",
        message=f'The exemption "{exemption.id}" meets none of the rules it names.',
        hint=_hint(told, "Remove it, or correct its conditions."),
        mark=exemption.mark,
        severity=Severity.ERROR if all(reasons) else Severity.WARNING,
        subject=exemption.id,
    )


def _hint(reason: str, remedy: str) -> str:
    return f"{reason or 'No place of the loaded databases meets both.'} {remedy}"


def _apart(survey: Survey, exemption: Exemption, rule: Rule) -> str:
    """Say why the two never hold together wherever readers are; "" if they may."""
    ones, others = exemption.when, rule.when
    first, end = survey.space.span(exemption.effective)
    rule_first, rule_end = survey.space.span(rule.effective)
    if rule_first >= end:
        return "The exemption ends before the rule begins."
    if first >= rule_end:
        return "The rule ends before the exemption begins."
    if not set(ones.activities) & set(others.activities):
        return (
            f"The rule is about {', '.join(others.activities)}, the exemption about "
            f"{', '.join(ones.activities)}."
        )
    if not any(p.paths(ones) & p.paths(others) for p in survey.slices):
        return "No path meets both."
    together = min(end, rule_end)
    for areas in (ones.areas, others.areas):
        if areas and not_begun(survey, areas, together):
            named = ", ".join(f'"{area}"' for area in areas)
            return f"While both hold, {named} has not begun."
    return ""
