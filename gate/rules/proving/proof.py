"""What holds for every place, path, activity and moment, proved over all cells.

A promise that fails is answered with a witness; a rule that can never hold, never
changes anything or says more than it needs is named, with the reason or with what
decides in its stead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import PatternsMultiplyError
from gate.model import Diagnostic, Mode, Rule, Severity
from gate.rules.proving.crowding import too_many
from gate.rules.proving.meeting import unmet
from gate.rules.proving.reasons import why_empty, why_never, why_unmet
from gate.rules.proving.redundancy import redundant
from gate.rules.proving.refuted import refuted
from gate.rules.proving.scene import Scene
from gate.rules.proving.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model import Exemption, LocationClass, Promise, RuleBook
    from gate.rules.proving.fates import ExemptionFate, RuleFate
    from gate.rules.proving.scene import AddressOf


def prove(
    book: RuleBook,
    classes: Sequence[LocationClass],
    *,
    address_of: AddressOf | None = None,
) -> list[Diagnostic]:
    """Find promises that do not hold, and rules that mean nothing or too much.

    Args:
        book: The rule book.
        classes: Every class of places that there is, such as those of the index.
        address_of: Gives an address for the number of a class, for witnesses.

    Returns:
        Findings, sorted by place in the files: R033 an exemption and a rule that it
        names never meet, R034 an exemption wider than needed, R040 a rule or
        exemption can never hold, R041 one never changes a decision, R042 an item of a
        list changes none, R043 a promise is refuted, R044 a promise speaks of
        nothing, R047 the patterns combine in too many ways to prove anything. What
        only the known places are the reason for is no error.
    """
    try:
        survey = Survey(book, classes)
    except PatternsMultiplyError as error:
        return [too_many(book, error)]
    proof = _Proof(survey, Scene(survey, address_of))
    return sorted(proof.findings(), key=lambda finding: finding.sort_key)


class _Proof:
    """The findings of a survey."""

    def __init__(self, survey: Survey, scene: Scene) -> None:
        self._survey = survey
        self._scene = scene
        self._has_places = bool(survey.space.known)

    def findings(self) -> Iterator[Diagnostic]:
        book = self._survey.book
        for rule in book.rules:
            yield from self._about_rule(rule, self._survey.rules[rule.id])
        for exemption in book.exemptions:
            fate = self._survey.exemptions[exemption.id]
            yield from self._about_exemption(exemption, fate)
        for promise in book.promises:
            yield from self._about_promise(promise)
        yield from redundant(self._survey, self._scene)

    def _about_rule(self, rule: Rule, fate: RuleFate) -> Iterator[Diagnostic]:
        if not fate.reachable or (not fate.met and self._has_places):
            yield self._never(rule, reachable=fate.reachable)
        elif fate.met and not fate.matters and rule.mode is Mode.ENFORCE:
            yield _finding(
                rule,
                ("R041", f'The rule "{rule.id}" never changes a decision.'),
                "Wherever it holds, others are at least as strict"
                f"{self._scene.told(fate.first)}. Remove or correct it.",
                Severity.WARNING,
            )

    def _about_exemption(
        self, exemption: Exemption, fate: ExemptionFate
    ) -> Iterator[Diagnostic]:
        if not fate.reachable or (not fate.met and self._has_places):
            yield self._never(exemption, reachable=fate.reachable)
            return
        found = list(unmet(self._survey, self._scene, exemption, fate))
        yield from found
        named = set(exemption.relaxes)
        if fate.met and not fate.matters and named & fate.meets:
            yield _finding(
                exemption,
                ("R041", f'The exemption "{exemption.id}" never changes a decision.'),
                "Wherever it holds, what it relaxes does not decide"
                f"{self._scene.told(fate.first)}. Remove it, or relax what decides.",
                Severity.WARNING,
            )

    def _never(self, item: Rule | Exemption, *, reachable: bool) -> Diagnostic:
        kind = "rule" if isinstance(item, Rule) else "exemption"
        if not reachable:
            return _finding(
                item,
                ("R040", f'The {kind} "{item.id}" can never hold.'),
                why_never(self._survey, item),
                Severity.ERROR,
            )
        return _finding(
            item,
            ("R040", f'No known place ever meets the {kind} "{item.id}".'),
            why_unmet(self._survey, item),
            Severity.WARNING,
        )

    def _about_promise(self, promise: Promise) -> Iterator[Diagnostic]:
        point = self._survey.broken.get(promise.id)
        if point is not None:
            yield refuted(self._survey.book, self._scene, promise, point)
        elif promise.id not in self._survey.spoken:
            yield _finding(
                promise,
                ("R044", f'The promise "{promise.id}" speaks of nothing.'),
                why_empty(self._survey, promise),
                Severity.WARNING,
            )


def _finding(
    item: Rule | Exemption | Promise,
    said: tuple[str, str],
    hint: str,
    severity: Severity,
) -> Diagnostic:
    code, message = said
    return Diagnostic(
        code=code,
        message=message,
        hint=hint,
        mark=item.mark,
        severity=severity,
        subject=item.id,
    )
