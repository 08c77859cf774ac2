"""How `gate status` shows what is refused: whole, for whoever wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.cli.console import many, say, show_findings
from gate.cli.plain import one_line
from gate.documents.moments import second
from gate.engine.errand import findings_in
from gate.workbench.status import earlier, holding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.workbench.status import Report

SHORT = 12
"""Characters of a digest that people compare."""

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


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
        by = f"by {count} of {many(len(reports), 'worker')}"
        say(f"REFUSED since {_seen(refusal)}: {_book(refusal)}, {by}.", bold=True)
        _show_longer(refusal)
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
        say(f"  since {_seen(refusal)}: {_book(refusal)}; {_end(refusal)}")
        say(f"    {_first(refusal)}")
    if found:
        say()


def _seen(refusal: dict[str, Any]) -> str:
    return second(refusal["seen"])


def _book(refusal: dict[str, Any]) -> str:
    book = refusal["book"]
    return f"book {_short(book)}" if book else "a book that cannot be read"


def _short(digest: str) -> str:
    return one_line(digest[:SHORT])


def _show_longer(refusal: dict[str, Any]) -> None:
    """Say since when other books have been refused, if this is not the first."""
    since = second(refusal["since"])
    if since != _seen(refusal):
        say(f"Something has been refused all the time since {since}.")


def _show_files(refusal: dict[str, Any]) -> None:
    """Say by which files it differs from what is served."""
    files = ", ".join(f"{one_line(name)} ({how})" for name, how in refusal["files"])
    if files:
        say(f"It differs from the book that is served by: {files}.")


def _show_rest(refusal: dict[str, Any]) -> None:
    if refusal["more"]:
        say(f"{many(refusal['more'], 'more error')}; gate check shows all.\n")
    if not refusal["findings"]:
        say(_reason(refusal))
        if refusal["hint"]:
            say(f"hint: {one_line(refusal['hint'])}")
        say()


def _serving(report: Report) -> str:
    book = report["versions"]["book"]
    since = second(report["since"]["book"])
    return f"The book {_short(book)} goes on being served, as since {since}."


def _end(refusal: dict[str, Any]) -> str:
    end = second(refusal["until"])
    if not refusal["taken"]:
        return f"refused again at {end} for another reason"
    return f"book {_short(refusal['taken'])} taken at {end}"


def _first(refusal: dict[str, Any]) -> str:
    """Return the first thing that was wrong, in a line."""
    for finding in findings_in(refusal):
        return one_line(f"{finding.mark}: {finding.code} {finding.message}")
    return _reason(refusal)


def _reason(refusal: dict[str, Any]) -> str:
    return one_line(f"{refusal['code']}: {refusal['message']}")
