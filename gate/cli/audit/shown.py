"""A report in the terminal: the verdict in words, then tables, then what limits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.cli.console import say, show_table, table
from gate.workbench.auditing import words
from gate.workbench.auditing.report import LIMITS
from gate.workbench.auditing.verdict import NOT_OWED, met, owed, share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gate.workbench.auditing.promises import Kept
    from gate.workbench.auditing.report import Report

MOST_ROWS = 30
EXPLAINED = """\
owed: the rule book asked for something before the article. met: it was shown, or had
been. not met: served without it. else: refused, lost, or merged. More: gate help audit.
"""
"""More rows of one table are in --json and --html."""


def show(report: Report) -> None:
    """Print a report."""
    _show_verdict(report)
    answers = report.answers
    if not answers["total"][0]["total"]:
        return
    _show_violations(answers["violations"])
    _show_parts("By area", words.ordered(answers["areas"]), words.of_area, "readers")
    if told := words.passed(answers["passed"]):
        say(f"{told}\n")
    _show_parts("By rule", words.ordered(answers["rules"]), words.of_rule, "decided by")
    _show_parts("Unknown places", answers["unknown"], words.of_place, "place")
    _show_shadows(answers["shadows"])
    _show_promises(report.promises)
    _show_versions(answers["versions"])
    _show_parts("By door", words.ordered(answers["doors"]), words.of_door, "door")
    sections = words.ordered(answers["sections"])
    _show_parts("By section", sections, words.of_section, "section")
    _show_lost(answers["lost"])
    _show_settings(report)
    say(EXPLAINED)
    say("What this log cannot prove:")
    for limit in LIMITS:
        say(f"  - {limit}")


def _show_verdict(report: Report) -> None:
    wrong = report.verdict.wrong
    say(report.verdict.headline, bold=True, fg="red" if wrong else "green")
    for sentence in wrong[1:]:
        say(f"  - {sentence}", fg="red")
    if report.verdict.advice:
        say(report.verdict.advice)
    say(report.verification)
    for note in report.verdict.notes:
        say(f"Note: {note}")
    if report.sites:
        days = f"{report.first} to {report.last}" if report.first else "no day"
        say(f"Log: {', '.join(report.sites)}; {days}; {report.scope.engine}.")
    say()


def _show_violations(found: Sequence[Mapping[str, Any]]) -> None:
    if not found:
        return
    say("Served without the notice that was owed", bold=True, fg="red")
    made = table("day", "site", "place", "section", "door", "rules", "decisions")
    for row in found[:MOST_ROWS]:
        made.add_row(
            row["day"],
            row["site"],
            words.place(row["place"]),
            words.value(row["section"]),
            words.value(row["door"]),
            words.value(row["rules"]),
            f"{row['n']:,}",
        )
    show_table(made)
    _say_more(len(found))


def _show_parts(
    title: str,
    rows: Sequence[Mapping[str, Any]],
    label: Callable[[Mapping[str, Any]], str],
    heading: str,
) -> None:
    """Print what became of each group; the finer parts are in --json and --html."""
    if not rows:
        return
    say(title, bold=True)
    made = table(heading, "total", "owed", "met", "not met", "not owed", "else")
    for column in made.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for row in rows[:MOST_ROWS]:
        made.add_row(label(row), *_amounts(row))
    show_table(made)
    _say_more(len(rows))


def _amounts(row: Mapping[str, Any]) -> tuple[str, ...]:
    due, got = owed(row), met(row)
    free = sum(row[name] for name in NOT_OWED)
    told = (due - got, free, row["total"] - due - free)
    first = f"{row['total']:,}", f"{due:,}", share(got, due)
    return *first, *(f"{n:,}" if n else "" for n in told)


def _show_shadows(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    say("Shadow rules: what they would have changed", bold=True)
    made = table("shadow rule", "would be", "enforced", "shadow", "decisions")
    for row in rows[:MOST_ROWS]:
        texts = (row["shadow_rule"], row["change"], row["action"], row["shadow"])
        made.add_row(*map(words.value, texts), f"{row['n']:,}")
    show_table(made)
    _say_more(len(rows))


def _show_promises(fared: Sequence[Kept] | None) -> None:
    if not fared:
        return
    say("Promises of the rule book, held against what happened", bold=True)
    made = table("promise", "broken", "kept", "perhaps")
    for column in made.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for one in fared:
        counts = (one.broken, one.kept, one.perhaps)
        made.add_row(one.promise, *(f"{n:,}" if n else "" for n in counts))
    show_table(made)
    say("perhaps: the row is too coarse to tell whether the promise covers it.\n")


def _show_versions(rows: Sequence[Mapping[str, Any]]) -> None:
    say("What decisions rested on", bold=True)
    made = table("what", "version", "first day", "last day", "decisions")
    for row in rows[:MOST_ROWS]:
        told = words.VERSIONED[row["what"]], words.version(row["version"])
        made.add_row(*told, row["first"], row["last"], f"{row['n']:,}")
    show_table(made)
    _say_more(len(rows))


def _show_lost(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    say("Refused, or not counted in its own row", bold=True)
    made = table("what", "reason", "decisions")
    for row in rows:
        made.add_row(row["outcome"], words.value(row["reason"]), f"{row['n']:,}")
    show_table(made)


def _show_settings(report: Report) -> None:
    told = [
        f"{words.SETTINGS.get(key, key)}: "
        + ", ".join(f"{value} ({days:,} d)" for value, days in values.items())
        for key, values in report.settings.items()
    ]
    say(f"Settings on sealed days: {'; '.join(told)}.\n")


def _say_more(count: int) -> None:
    if count > MOST_ROWS:
        say(f"({count - MOST_ROWS:,} more rows: --json, --html)\n")
