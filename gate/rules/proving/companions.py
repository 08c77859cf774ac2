"""Notices that stand together on one page, because rules of equal strictness meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents.scalars import quoted
from gate.model import Diagnostic, Severity

if TYPE_CHECKING:
    from gate.model import RuleBook
    from gate.rules.proving.fates import Point
    from gate.rules.proving.scene import Scene
    from gate.rules.proving.survey import Survey


def told_together(survey: Survey, scene: Scene) -> list[Diagnostic]:
    """Tell which notices a reader meets together: R032, notes.

    Any two that ever meet are told, with the first case and all that stand there; of
    the same notices one note is enough.

    Args:
        survey: A survey that has found out `together`.
        scene: The same, to be shown.
    """
    told: dict[tuple[str, ...], Diagnostic] = {}
    for point in sorted(survey.together.values(), key=lambda point: point.segment):
        notices = scene.decision(scene.case(point)).notices
        if notices not in told:
            told[notices] = _finding(survey.book, scene, point)
    return list(told.values())


def _finding(book: RuleBook, scene: Scene, point: Point) -> Diagnostic:
    decision = scene.decision(scene.case(point))
    marks = {rule.id: rule.mark for rule in book.rules}
    first = next((name for name in decision.by if name in marks), "")
    names = " and ".join(quoted(name) for name in decision.notices)
    return Diagnostic(
        code="R032",
        message=f"The notices {names} stand together on one page: "
        f"{scene.witness(point)}.",
        hint="If one should do, narrow a rule, or let both show the same notice.",
        mark=marks.get(first, book.unknown.mark),
        severity=Severity.NOTE,
        subject=first or "unknown",
    )
