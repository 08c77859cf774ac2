"""Findings that comments ask to be left out, and what is wrong with such comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.documents import suggest
from gate.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from gate.documents.suppression import Suppression

UNUSED, EXPIRED, MALFORMED = "R080", "R081", "R082"
_OWN = frozenset({UNUSED, EXPIRED, MALFORMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A finding that is left out, and the comment that asks for it."""

    finding: Diagnostic
    by: Suppression


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """What is left of findings, and what is left out.

    Attributes:
        findings: What is still to be told, those about comments included.
        suppressed: What is left out.
    """

    findings: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a check knows of codes.

    Attributes:
        severities: Every code that it may issue, with the severities that it can have.
        missed: Codes that it did not look for this time, so that a comment about
            one may have its use all the same.
    """

    severities: Mapping[str, Collection[Severity]]
    missed: Collection[str] = ()


def sift(
    findings: Sequence[Diagnostic],
    asked: Sequence[Suppression],
    *,
    now: int,
    looked: Looked,
) -> Sifted:
    """Leave out what comments ask to leave out, where they may.

    Args:
        findings: What was found.
        asked: What the comments of all files ask for.
        now: Unix seconds.
        looked: What the check knows of codes.

    Returns:
        What is left, and what is not. Added are R080 a comment that no finding needs,
        R081 one whose time is over, R082 one that cannot be understood or asks for
        what cannot be left out.
    """
    useful = [s for s in asked if not s.problem and not s.has_ended(now)]
    kept: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    used: set[tuple[Suppression, str]] = set()
    for finding in findings:
        by = next((s for s in useful if _covers(s, finding)), None)
        if by is not None:
            used.add((by, finding.code))
        if by is None or finding.severity is Severity.ERROR:
            kept.append(finding)
        else:
            suppressed.append(Suppressed(finding=finding, by=by))
    errors = [f for f in kept if f.severity is Severity.ERROR]
    for suppression in asked:
        found = {code for by, code in used if by is suppression}
        kept += _about(suppression, found, now, looked)
    kept += _refused(useful, errors, looked)
    return Sifted(findings=tuple(kept), suppressed=tuple(suppressed))


def _covers(suppression: Suppression, finding: Diagnostic) -> bool:
    return (
        finding.code in suppression.codes
        and finding.mark.file == suppression.mark.file
        and finding.mark.line in suppression.lines
    )


def _about(
    suppression: Suppression, found: Collection[str], now: int, looked: Looked
) -> Iterator[Diagnostic]:
    """Find what is wrong with one comment."""
    if suppression.problem:
        message = f"This comment ignores nothing: {suppression.problem}."
        hint = f"Write {suppression.example(now)}"
        yield _finding(MALFORMED, message, suppression, hint)
        return
    impossible = {c: p for c in suppression.codes if (p := _impossible(c, looked))}
    for message, hint in impossible.values():
        yield _finding(MALFORMED, message, suppression, hint)
    if suppression.has_ended(now):
        codes = ", ".join(suppression.codes)
        message = f"Ignoring {codes} ended on {suppression.until}."
        hint = "Repair what it is about, or decide anew and write a later day."
        yield _finding(EXPIRED, message, suppression, hint, Severity.WARNING)
        return
    idle = [
        code
        for code in suppression.codes
        if code not in found and code not in impossible and code not in looked.missed
    ]
    if idle:
        message = f"There is no {' and no '.join(idle)} here to ignore."
        hint = "Remove it: what it hid is gone, or stands in another line."
        yield _finding(UNUSED, message, suppression, hint, Severity.WARNING)


def _impossible(code: str, looked: Looked) -> tuple[str, str] | None:
    """Say why nothing with this code can be left out; None if it can."""
    severities = looked.severities.get(code)
    if severities is None:
        hint = suggest(code, looked.severities).strip() or "See gate help codes."
        return f"gate check never finds {code}.", hint
    if code in _OWN:
        return f"{code} is about such comments; it cannot be ignored.", "Repair it."
    if set(severities) == {Severity.ERROR}:
        hint = "Repair what it is about; a book with an error is not served."
        return f"{code} is an error; only warnings and notes can be ignored.", hint
    return None


def _refused(
    useful: Sequence[Suppression], errors: Sequence[Diagnostic], looked: Looked
) -> Iterator[Diagnostic]:
    """Find comments about a code that may be a warning, but is an error here."""
    for finding in errors:
        by = next((s for s in useful if _covers(s, finding)), None)
        if by is not None and not _impossible(finding.code, looked):
            message = f"{finding.code} is an error here; it cannot be ignored."
            yield _finding(MALFORMED, message, by, "Repair what it is about.")


def _finding(
    code: str,
    message: str,
    suppression: Suppression,
    hint: str,
    severity: Severity = Severity.ERROR,
) -> Diagnostic:
    return Diagnostic(
        code=code,
        message=message,
        mark=suppression.mark,
        hint=hint,
        severity=severity,
        source_line=suppression.source_line,
        subject=", ".join(suppression.codes),
    )
