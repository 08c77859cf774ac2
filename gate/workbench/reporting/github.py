"""Findings as annotations of a pull request, and as the summary of a job.

GitHub shows ten annotations of a step and drops the others without a word. So the worst
come first, the last one says how many more there are, and the summary has them all.

Source:
    GitHub Docs, Workflow commands for GitHub Actions (commands, escaping,
    stop-commands, GITHUB_STEP_SUMMARY and its limit); actions/toolkit,
    packages/core/src/command.ts (which characters are escaped).
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from gate.documents.render import shown
from gate.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model import Diagnostic
    from gate.workbench.reporting.outcome import Outcome
    from gate.workbench.reporting.places import Places

SHOWN = 10  # annotations of one step
MOST_BYTES = 900_000  # of a summary; GitHub takes a mebibyte for all of a step
_MARKDOWN = frozenset("\\`*_{}[]()|!~@$^")  # beside what html.escape knows
_COMMAND = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
}


def workflow_commands(outcome: Outcome, places: Places) -> list[str]:
    """Return a workflow command for each finding that is shown, the worst first.

    Args:
        outcome: What was found.
        places: Where files lie.

    Returns:
        At most ten; if there are more findings, the last one counts them.
    """
    ranked = outcome.ranked
    if len(ranked) <= SHOWN:
        return [_annotation(finding, places) for finding in ranked]
    kept, rest = ranked[: SHOWN - 1], ranked[SHOWN - 1 :]
    said = f"{len(rest):,} more are in the summary of this job: {_counted(rest)}."
    title = _property("GitHub shows 10 of a step")
    return [
        *(_annotation(finding, places) for finding in kept),
        f"::notice title={title}::{_data(said)}",
    ]


def _counted(findings: Sequence[Diagnostic]) -> str:
    counts = {word: sum(f.severity is word for f in findings) for word in Severity}
    return ", ".join(
        f"{count:,} {word}{'' if count == 1 else 's'}"
        for word, count in counts.items()
        if count
    )


def _annotation(finding: Diagnostic, places: Places) -> str:
    mark = finding.mark
    properties = {"title": finding.code, "file": places.within(mark.file)}
    if mark.line:
        properties |= {"line": str(mark.line), "endLine": str(mark.line)}
    if mark.column:
        end = mark.column + mark.width
        properties |= {"col": str(mark.column), "endColumn": str(end)}
    said = "\n".join(part for part in (finding.message, finding.hint) if part)
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMAND[finding.severity]} {listed}::{_data(said)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def job_summary(outcome: Outcome, places: Places) -> str:
    """Return the summary of a job in Markdown: every finding, the worst first.

    Nothing that a file holds is taken for Markdown or HTML.

    Args:
        outcome: What was found.
        places: Where files lie.
    """
    rows = ["## gate check", "", _text(outcome.summary), ""]
    if outcome.findings:
        rows += ["| | code | where | what |", "|---|---|---|---|"]
    size = 0
    for number, row in enumerate(_rows(outcome, places)):
        size += len(row.encode()) + 1
        if size > MOST_BYTES:
            left = len(outcome.findings) - number
            rows += ["", f"{left:,} more are too many for this summary."]
            break
        rows.append(row)
    return "\n".join(rows) + "\n"


def _rows(outcome: Outcome, places: Places) -> Iterator[str]:
    for finding in outcome.ranked:
        mark = finding.mark
        where = ":".join(
            [places.within(mark.file), *([str(mark.line)] * bool(mark.line))]
        )
        hint = f"<br>{_text(finding.hint)}" if finding.hint else ""
        yield (
            f"| {finding.severity} | {finding.code} | <code>{_text(where)}</code> "
            f"| {_text(finding.message)}{hint} |"
        )


def _text(text: str) -> str:
    """Return a text of which no character means anything to Markdown or HTML."""
    plain = html.escape(" ".join(shown(text).split()))
    return "".join(f"&#{ord(a)};" if a in _MARKDOWN else a for a in plain)
