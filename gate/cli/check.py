"""gate check and gate test: is the rule book sound, does it do what its tests say."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import asdict
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
from gate.model import Severity
from gate.workbench.checking import check_everything, run_book_tests

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model import Diagnostic, RuleBook
    from gate.rules.testing import TestResult
    from gate.workbench.checking import CheckReport


@click.command()
@config_option
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def check(
    ctx: click.Context, config_path: Path, *, strict: bool, as_json: bool
) -> None:
    """Find every problem of configuration, rule book, notices and databases.

    Runs the tests of the rule book, and proves its promises for every place that the
    databases tell apart, every path, activity and time: what passes here is what
    gate serve accepts. Exit codes: 0 sound, 1 problems, 4 only tests of the rule book
    fail, 5 a promise is broken.
    """
    with working("Checking"):
        now = int(time.time())
        report = check_everything(config_file(config_path), os.environ, now)
    code = _exit_code(report, strict=strict)
    if as_json:
        rows = [_finding_json(finding) for finding in report.findings]
        show_json({"sound": code is Exit.SOUND, "findings": rows})
    else:
        _show(report, code)
    ctx.exit(code)


def _exit_code(report: CheckReport, *, strict: bool) -> Exit:
    if report.breaks_promise:
        return Exit.PROMISE_BROKEN
    if report.only_fails_tests:
        return Exit.TESTS_FAILED
    if report.has(Severity.ERROR) or (strict and report.has(Severity.WARNING)):
        return Exit.PROBLEMS
    return Exit.SOUND


def _finding_json(finding: Diagnostic) -> dict[str, object]:
    row = asdict(finding)
    del row["source_line"]
    mark = row.pop("mark")
    return {**row, **mark}


def _show(report: CheckReport, code: Exit) -> None:
    """Print the findings; of notes that say the same only the first."""
    if report.has(Severity.ERROR):
        show_findings(report.findings)
        click.echo(_summary(report, code))
        return
    said: Counter[tuple[str, str]] = Counter()
    shown = []
    for finding in report.findings:
        key = finding.code, finding.message
        if finding.severity is not Severity.NOTE or key not in said:
            shown.append(finding)
        said[key] += finding.severity is Severity.NOTE
    show_findings(shown)
    for (name, _), count in said.items():
        if count > 1:
            click.echo(f"{name}: {many(count - 1, 'more note')} like it.\n")
    click.echo(_summary(report, code))


def _summary(report: CheckReport, code: Exit) -> str:
    found = Counter(finding.severity for finding in report.findings)
    told = ", ".join(many(found[word], word.value) for word in Severity if found[word])
    verdict = "Sound" if code is Exit.SOUND else "Not sound"
    return f"{verdict}: {_looked_at(report)}{told or 'no problems'}."


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


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def test(ctx: click.Context, config_path: Path, *, as_json: bool) -> None:
    """Run the tests that the rule book holds, by the evaluator that serves.

    Exit codes: 0 all passed, 1 the book cannot be read, 4 a test failed.
    """
    results = run_book_tests(config_file(config_path), os.environ)
    failed = [result for result in results if not result.ok]
    if as_json:
        show_json([_result_json(result) for result in results])
    else:
        for result in failed:
            click.echo(f"{result.mark}: failed: {result.name}")
            for sentence in result.failures:
                click.echo(f"       = {sentence}")
        passed = len(results) - len(failed)
        click.echo(f"{passed} of {len(results)} tests passed.")
    ctx.exit(Exit.TESTS_FAILED if failed else Exit.SOUND)


def _result_json(result: TestResult) -> dict[str, object]:
    return {
        "name": result.name,
        "at": str(result.mark),
        "ok": result.ok,
        "expected": {str(a): str(e) for a, e in result.expected.items()},
        "got": {str(a): str(e) for a, e in result.got.items()},
        "by": {str(a): list(by) for a, by in result.by.items()},
        "failures": list(result.failures),
    }
