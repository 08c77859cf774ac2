"""A promise that is broken: where, by what, and what would mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model import Diagnostic, Severity

if TYPE_CHECKING:
    from gate.model import Action, Exemption, Promise, RuleBook
    from gate.rules.proving.fates import Point
    from gate.rules.proving.scene import Scene

_EVERYTHING = "/**"


def refuted(book: RuleBook, scene: Scene, promise: Promise, point: Point) -> Diagnostic:
    """Return the finding that a promise is broken: R043.

    Args:
        book: The rule book.
        scene: Tells what is decided at the point.
        promise: The promise.
        point: A place, a path, an activity and a moment where it does not hold.
    """
    decision = scene.decision(scene.case(point))
    message = (
        f'The promise "{promise.id}" is broken: a reader who should meet '
        f"{_bounds(promise)} {scene.outcome(point)}. Example: {scene.spot(point)}."
    )
    return Diagnostic(
        code="R043",
        message=message,
        hint=_hint(book, promise, decision.action, decision.by),
        mark=promise.mark,
        severity=Severity.ERROR,
        subject=promise.id,
    )


def _bounds(promise: Promise) -> str:
    bounds = {"at least": promise.at_least, "at most": promise.at_most}
    return " and ".join(f"{w} {a}" for w, a in bounds.items() if a is not None)


def _hint(
    book: RuleBook, promise: Promise, action: Action, deciding: tuple[str, ...]
) -> str:
    """Say what would mend a promise; of an exemption, which paths to except."""
    opening = next((e for e in book.exemptions if e.id in deciding), None)
    too_loose = promise.at_least is not None and action < promise.at_least
    if opening is None or not too_loose:
        return "Change what decides there, or promise less."
    new = _missing(opening, promise)
    if not new or _EVERYTHING in new:
        return f"Narrow or remove the exemption {opening.id}, or promise less."
    quoted = ", ".join(f'"{glob}"' for glob in new)
    return (
        f"The exemption {opening.id} opens {', '.join(new)} there: add {quoted} to "
        "except_paths of this promise, or remove the exemption."
    )


def _missing(exemption: Exemption, promise: Promise) -> tuple[str, ...]:
    """Return the patterns of an exemption that a promise does not except."""
    excepted = promise.scope.except_paths
    return tuple(glob for glob in exemption.when.paths if glob not in excepted)
