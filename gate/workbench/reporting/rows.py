"""Findings as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.model import Diagnostic
    from gate.workbench.reporting.outcome import Outcome
    from gate.workbench.suppressing import Suppressed


def as_rows(outcome: Outcome) -> dict[str, object]:
    """Return what was found in JSON types; what is left out stands apart."""
    return {
        "sound": outcome.sound,
        "findings": [row(finding) for finding in outcome.findings],
        "suppressed": [_suppressed(one) for one in outcome.suppressed],
    }


def row(finding: Diagnostic) -> dict[str, object]:
    """Return a finding in JSON types: the shape that every command gives it."""
    told = asdict(finding)
    del told["source_line"]
    mark = told.pop("mark")
    return {**told, **mark}


def _suppressed(one: Suppressed) -> dict[str, object]:
    by = one.by
    suppression = {"until": by.until, "because": by.because, "line": by.mark.line}
    return {**row(one.finding), "suppression": suppression}
