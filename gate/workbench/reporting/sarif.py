"""Findings as a SARIF log, for code scanning and editors.

A finding keeps its fingerprint when lines move: it is made of the code and the id that
is meant. What comments ask to leave out is in the log, marked as suppressed.

Source:
    OASIS, Static Analysis Results Interchange Format (SARIF) 2.1.0: 3.14 (run),
    3.27 (result), 3.30 (region), 3.35 (suppression), 3.49 (reportingDescriptor).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from gate import __version__
from gate.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gate.model import Diagnostic
    from gate.workbench.glossary import CodeEntry
    from gate.workbench.reporting.outcome import Outcome
    from gate.workbench.reporting.places import Places
    from gate.workbench.suppressing import Suppressed

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json"
)
FINGERPRINT = "codeAndSubject/v1"
_PRECISION = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "recommendation",
}


def sarif_log(
    outcome: Outcome, codes: Mapping[str, CodeEntry], places: Places
) -> dict[str, object]:
    """Return a SARIF log of one run, in JSON types.

    Args:
        outcome: What was found.
        codes: What there is to say of each code.
        places: Where files lie.
    """
    told = [*outcome.findings, *(one.finding for one in outcome.suppressed)]
    named = sorted({finding.code for finding in told})
    left_out = {id(one.finding): one for one in outcome.suppressed}
    marks = _fingerprints(told)
    results = [
        _result(finding, mark, named, places, left_out.get(id(finding)))
        for finding, mark in zip(told, marks, strict=True)
    ]
    driver = {
        "name": "gate",
        "semanticVersion": __version__,
        "rules": [_rule(code, codes.get(code)) for code in named],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "gate check/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True}],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, about: CodeEntry | None) -> dict[str, object]:
    """Return what there is to say of a code; no address leads to it, only words."""
    if about is None:
        return {"id": code}
    markdown = about.markdown
    worst = about.severities[0] if about.severities else Severity.ERROR
    return {
        "id": code,
        "shortDescription": {"text": about.meaning},
        "fullDescription": {"text": f"{about.meaning} {about.more}".strip()},
        "help": {"text": markdown, "markdown": markdown},
        "defaultConfiguration": {"level": worst.value},
        "properties": {"problem.severity": _PRECISION[worst], "tags": ["rule book"]},
    }


def _result(
    finding: Diagnostic,
    fingerprint: str,
    named: Sequence[str],
    places: Places,
    left_out: Suppressed | None,
) -> dict[str, object]:
    text = f"{finding.message} {finding.hint}".strip()
    return {
        "ruleId": finding.code,
        "ruleIndex": named.index(finding.code),
        "level": finding.severity.value,
        "message": {"text": text},
        "locations": [_location(finding, places)],
        "partialFingerprints": {FINGERPRINT: fingerprint},
        "suppressions": [] if left_out is None else [_suppression(left_out, places)],
    }


def _suppression(one: Suppressed, places: Places) -> dict[str, object]:
    by = one.by
    region = {
        "startLine": by.mark.line,
        "startColumn": by.mark.column,
        "endColumn": by.mark.column + by.mark.width,
    }
    artifact = {"uri": places.uri(by.mark.file)}
    return {
        "kind": "inSource",
        "status": "accepted",
        "justification": f"{by.because} (until {by.until})",
        "location": {
            "physicalLocation": {"artifactLocation": artifact, "region": region}
        },
    }


def _location(finding: Diagnostic, places: Places) -> dict[str, object]:
    mark = finding.mark
    place: dict[str, object] = {"artifactLocation": {"uri": places.uri(mark.file)}}
    if mark.line:
        place["region"] = dict(_region(finding))
    found: dict[str, object] = {"physicalLocation": place}
    if finding.subject:
        found["logicalLocations"] = [{"name": finding.subject}]
    return found


def _region(finding: Diagnostic) -> Iterator[tuple[str, object]]:
    mark = finding.mark
    yield "startLine", mark.line
    if mark.column:
        yield "startColumn", mark.column
        yield "endColumn", mark.column + mark.width
    if finding.source_line:
        yield "snippet", {"text": finding.source_line}


def _fingerprints(findings: Iterable[Diagnostic]) -> list[str]:
    """Return what tells each finding again in a later log, whatever its line."""
    seen: Counter[tuple[str, str]] = Counter()
    made = []
    for finding in findings:
        about = finding.code, finding.subject or finding.mark.file
        seen[about] += 1
        text = "\n".join([*about, str(seen[about])])
        made.append(hashlib.sha256(text.encode()).hexdigest()[:32])
    return made
