"""How `gate status` shows what is refused: whole, for whoever wrote it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gate.cli.console import many, say, show_findings
from gate.engine.errand import findings_in
from gate.workbench.status import earlier, holding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.workbench.status import Report

SHORT = 12
"""Characters of a digest that people compare."""

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def moment(seconds: float) -> str:
    """Return a moment (Unix seconds) as "2026-09-18 14:02:11 UTC"."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def span(seconds: float) -> str:
    """Return how long something took or lasts, in its largest whole unit.

    >>> span(0.3), span(61), span(7_300), span(200_000)
    ('1 second', '1 minute', '2 hours', '2 days')
    """
    size, unit = next((s, u) for s, u in _UNITS if seconds >= s or s == 1)
    return many(max(1, int(seconds // size)), unit)


def show_refusals(reports: Sequence[Report]) -> None:
    """Print what is refused now, and what goes on being served instead."""
    for refusal, count in holding(reports):
        say(f"REFUSED {_what(refusal)}, by {_by(count, len(reports))}.", bold=True)
        _show_files(refusal)
        say()
        show_findings(findings_in(refusal))
        _show_rest(refusal)
        for told in dict.fromkeys(_serving(report) for report in reports):
            say(told)
        say()


def show_earlier(reports: Sequence[Report]) -> None:
    """Print which refusals of the last day are over."""
    found = earlier(reports)
    if found:
        say("Refused before, and over:")
    for refusal in found:
        say(f"  {_what(refusal)}; {_end(refusal)}")
        say(f"    {_first(refusal)}")
    if found:
        say()


def _what(refusal: dict[str, Any]) -> str:
    book = refusal["book"]
    named = f"book {book[:SHORT]}" if book else "a book that cannot be read"
    return f"since {moment(refusal['since'])}: {named}"


def _by(count: int, workers: int) -> str:
    return f"{count} of {many(workers, 'worker')}"


def _show_files(refusal: dict[str, Any]) -> None:
    """Say by which files it differs from what is served."""
    files = ", ".join(f"{name} ({how})" for name, how in refusal["files"])
    if files:
        say(f"It differs from the book that is served by: {files}.")


def _show_rest(refusal: dict[str, Any]) -> None:
    if refusal["more"]:
        say(f"{many(refusal['more'], 'more error')}; gate check shows all.\n")
    if not refusal["findings"]:
        say(f"{refusal['code']}: {refusal['message']}")
        if refusal["hint"]:
            say(f"hint: {refusal['hint']}")
        say()


def _serving(report: Report) -> str:
    book = report["versions"]["book"]
    since = moment(report["since"]["book"])
    return f"The book {book[:SHORT]} goes on being served, as since {since}."


def _end(refusal: dict[str, Any]) -> str:
    end = moment(refusal["until"])
    if not refusal["taken"]:
        return f"refused again at {end} for another reason"
    return f"book {refusal['taken'][:SHORT]} taken at {end}"


def _first(refusal: dict[str, Any]) -> str:
    """Return the first thing that was wrong, in a line."""
    for finding in findings_in(refusal):
        return f"{finding.mark}: {finding.code} {finding.message}"
    return f"{refusal['code']}: {refusal['message']}"
