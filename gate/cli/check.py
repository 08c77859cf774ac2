"""gate check: is everything sound that a reader may meet."""

from __future__ import annotations

import gc
import os
import secrets
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.console import (
    Exit,
    config_file,
    config_option,
    many,
    show_findings,
    show_json,
    working,
)
from gate.cli.dates import moment
from gate.model import Severity
from gate.workbench.checking import check_everything
from gate.workbench.reporting import (
    Outcome,
    as_rows,
    job_summary,
    places_in,
    sarif_log,
    workflow_commands,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import RuleBook
    from gate.workbench.checking import CheckReport


@click.command()
@config_option
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option(
    "--at",
    "now",
    callback=moment,
    metavar="TIME",
    help='Moment to check for, such as "2026-09-10T12:00:00+03:00"; default: now.',
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    help="How to tell: text (default), json, SARIF 2.1.0, or annotations of GitHub.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--traffic",
    metavar="LOG",
    help="An access log; patterns that nothing in it matches are told (R038).",
)
@click.pass_context
def check(  # noqa: PLR0913 (one for each option)
    ctx: click.Context,
    config_path: Path,
    *,
    strict: bool,
    now: int,
    form: str | None,
    as_json: bool,
    traffic: str | None,
) -> None:
    """Find every problem of configuration, rule book, notices and databases.

    Runs the tests of the rule book, and proves its promises for every place that the
    databases tell apart, every path, activity and time: what passes here is what
    gate serve accepts. Exit codes: 0 sound, 1 problems, 4 only tests of the rule book
    fail, 5 a promise is broken.

    A comment on the line of a warning or note, or above it, leaves it out until a day:

    \b
        # gate: ignore[R041] until=2026-12-01 because="It returns"
    """  # noqa: D301 - click reads \b
    if as_json and form not in {None, "json"}:
        raise click.UsageError("Give one of --json and --format.")
    with working("Checking"), _uncollected():
        report = check_everything(
            config_file(config_path), os.environ, now, traffic=_visited(traffic)
        )
    code = _exit_code(report, strict=strict)
    _tell("json" if as_json else form or "text", report, code)
    ctx.exit(code)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Collect no garbage meanwhile: a large book is many objects, and all are needed.

    It takes a quarter of the time off the check of 2,000 rules.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _visited(log: str | None) -> set[str] | None:
    if log is None:
        return None
    from gate.workbench.visited import visited_paths  # noqa: PLC0415 (costs 0.1 s)

    return visited_paths(log)


def _exit_code(report: CheckReport, *, strict: bool) -> Exit:
    if report.breaks_promise:
        return Exit.PROMISE_BROKEN
    if report.only_fails_tests:
        return Exit.TESTS_FAILED
    if report.has(Severity.ERROR) or (strict and report.has(Severity.WARNING)):
        return Exit.PROBLEMS
    return Exit.SOUND


def _tell(form: str, report: CheckReport, code: Exit) -> None:
    outcome = Outcome(
        sound=code is Exit.SOUND,
        findings=report.findings,
        suppressed=report.suppressed,
        summary=_summary(report, code),
    )
    if form == "json":
        show_json(as_rows(outcome))
    elif form == "sarif":
        from gate.workbench.glossary import code_table  # noqa: PLC0415 (costs 0.1 s)

        show_json(sarif_log(outcome, code_table(), places_in(Path.cwd(), os.environ)))
    elif form == "github":
        _show_github(outcome)
    else:
        show_findings(report.findings)
        click.echo(outcome.summary)


def _show_github(outcome: Outcome) -> None:
    """Print annotations; then the findings, of which GitHub takes no line for one."""
    places = places_in(Path.cwd(), os.environ)
    for line in workflow_commands(outcome, places):
        click.echo(line)
    token = secrets.token_hex(16)
    click.echo(f"::stop-commands::{token}")
    show_findings(outcome.findings)
    click.echo(f"::{token}::")
    click.echo(outcome.summary)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(job_summary(outcome, places))


def _summary(report: CheckReport, code: Exit) -> str:
    found = Counter(finding.severity for finding in report.findings)
    told = ", ".join(many(found[word], word.value) for word in Severity if found[word])
    verdict = "Sound" if code is Exit.SOUND else "Not sound"
    ignored = f", {len(report.suppressed):,} ignored" if report.suppressed else ""
    return f"{verdict}: {_looked_at(report)}{told or 'no problems'}{ignored}."


def _looked_at(report: CheckReport) -> str:
    book = report.book
    if book is None:
        return "" if report.found_book else "The rule book was not checked yet. "
    parts = {
        "area": book.areas,
        "rule": book.rules,
        "exemption": book.exemptions,
        "promise": book.promises,
    }
    told = ", ".join(many(len(items), word) for word, items in parts.items())
    return f"{told}; {_tested(report, book)}; {_proved(report)}; "


def _tested(report: CheckReport, book: RuleBook) -> str:
    run = len(book.tests)
    return f"{run - report.failed_tests:,} of {many(run, 'test')} passed"


def _proved(report: CheckReport) -> str:
    if report.config is None:
        return "nothing proved: no configuration"
    if report.index is None:
        return "nothing proved: no database"
    return f"proved over {many(len(report.index.classes), 'kind')} of place"
