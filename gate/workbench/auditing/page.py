"""The report as one HTML page that opens without network and runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.workbench.auditing import lanes, plots, words, worldmap
from gate.workbench.auditing.report import LIMITS
from gate.workbench.auditing.verdict import met, owed, share
from gate.workbench.leaflet import leaflet

if TYPE_CHECKING:
    from pathlib import Path

    from gate.workbench.auditing.report import Report

_SPANS = {1: "day", 7: "week", 28: "four weeks"}
_TOP = 180.0
_LOW = 120.0


def write_page(path: Path, report: Report) -> None:
    """Write the page of a report.

    Raises:
        OSError: It cannot be written.
    """
    path.write_text(render(report), encoding="utf-8")


def render(report: Report) -> str:
    """Return the page of a report."""
    return leaflet(
        "gate.workbench.auditing",
        "report",
        report=report,
        words=words,
        limits=LIMITS,
        **_numbers(report),
        **_plots(report),
    )


def _numbers(report: Report) -> dict[str, Any]:
    whole = report.answers["total"][0]
    due, got = owed(whole), met(whole)
    return {
        "answers": report.answers,
        "total": whole["total"] or 0,
        "owed": due,
        "met": got,
        "unmet": due - got,
        "share": share(got, due),
        "lost": whole["gap"],
        "settings": [
            (words.SETTINGS.get(key, key), values)
            for key, values in report.settings.items()
        ],
    }


def _plots(report: Report) -> dict[str, Any]:
    answers = report.answers
    coverage = {
        "areas": ("By area", "area", words.of_area),
        "rules": ("By rule", "decided by", words.of_rule),
        "unknown": ("Unknown places by reason", "place", words.of_place),
        "doors": ("By door", "door", words.of_door),
        "sections": ("By section", "section", words.of_section),
    }
    drawn = {
        name: {
            "title": title,
            "heading": heading,
            "bars": plots.bars(words.ordered(answers[name]), label),
        }
        for name, (title, heading, label) in coverage.items()
    }
    shown = [n for n in words.PARTS if any(row[n] for row in answers["total"])]
    return {
        "coverage": drawn,
        "parts": shown,
        "passed": words.passed(answers["passed"]),
        "maps": worldmap.draw(answers["located"]),
        "places": plots.bars(words.ordered(answers["places"]), words.of_place),
        **_over_time(report),
    }


def _over_time(report: Report) -> dict[str, Any]:
    if not report.first:
        return {
            "spans": (),
            "panels": (),
            "lanes": (),
            "every": "day",
            "lane_dates": (),
        }
    found = plots.spans(
        report.answers["days"], report.sealed, report.first, report.last
    )
    every = _SPANS[plots.span_days(sum(span.days for span in found))]
    return {
        "spans": found,
        "every": every,
        "panels": (
            (
                "All decisions",
                plots.panel(
                    found, ("unmet", "met", "free", "rest"), _TOP, f"per {every}"
                ),
            ),
            (
                "Decisions that owed a notice",
                plots.panel(found, ("unmet", "met"), _LOW, f"per {every}"),
            ),
        ),
        "lanes": lanes.lanes(report.answers["versions"], report.first, report.last),
        "lane_dates": lanes.lane_dates(report.first, report.last),
    }
