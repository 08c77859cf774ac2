"""gate watch: check again on every save."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from gate.cli.console import (
    config_file,
    config_option,
    many,
    report,
    say,
    show_findings,
)
from gate.errors import ConfigMissingError, FileProblemError, GateError
from gate.model import Severity
from gate.workbench.checking import check_everything
from gate.workbench.watching import Round, fingerprint, news, renew_schemas, saves

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.model import Diagnostic
    from gate.workbench.checking import CheckReport
    from gate.workbench.watching import News


@click.command()
@config_option
@click.option(
    "--every",
    type=click.FloatRange(0.1, 60),
    default=0.5,
    show_default=True,
    help="Seconds between two looks at the files.",
)
def watch(config_path: Path, every: float) -> None:
    """Check again whenever the configuration or the rule book is saved.

    Does what gate check does, with the tests of the book, and tells what each save
    has changed: findings that are new, and findings that are gone. Notes are counted
    at first, and shown when they are new. Schemas for editors are written anew where
    gate schema --write has put some. Ctrl+C ends it, with exit code 0.
    """
    path = config_file(config_path)
    if not path.is_file():
        raise ConfigMissingError(path)
    look = partial(fingerprint, path, os.environ)
    before: Round | None = None
    try:
        for _ in saves(look, partial(time.sleep, every)):
            before = _round(path, before)
    except KeyboardInterrupt:
        click.echo()


def _round(path: Path, before: Round | None) -> Round | None:
    """Check once and tell what is new; return what was found, and what not sought."""
    if sys.stdout.isatty():
        click.clear()
    started = time.monotonic()
    try:
        found = check_everything(path, os.environ, int(time.time()))
        renew_schemas(path, os.environ)
    except GateError as error:
        report(error)
        return before
    except OSError as error:
        report(FileProblemError(error))
        return before
    after = Round.of(found)
    if before is None:
        _show_first(found.findings)
    else:
        told = news(before, after)
        _show_news(told)
        after = replace(after, unseen=told.unseen)
    click.echo(_summary(found, time.monotonic() - started))
    return after


def _show_first(findings: tuple[Diagnostic, ...]) -> None:
    show_findings(f for f in findings if f.severity is not Severity.NOTE)


def _show_news(told: News) -> None:
    if told.new:
        say("New:", bold=True)
        show_findings(told.new)
    _show_lines("Gone:", told.gone, fg="green")
    serious = [f for f in told.stayed if f.severity is not Severity.NOTE]
    _show_lines("As before:", serious)
    if told.unseen:
        waiting = many(len(told.unseen), "finding")
        say(f"Not looked at while there are errors: {waiting} of before.\n")


def _show_lines(
    heading: str, findings: Sequence[Diagnostic], fg: str | None = None
) -> None:
    if findings:
        say(heading, bold=True)
        for finding in findings:
            say(f"{finding.mark}: {finding.code} {finding.message}", fg=fg)
        click.echo()


def _summary(found: CheckReport, seconds: float) -> str:
    counts = Counter(finding.severity for finding in found.findings)
    told = [many(counts[word], word.value) for word in Severity if counts[word]]
    verdict = "Not sound" if counts[Severity.ERROR] else "Sound"
    if found.book:
        run = len(found.book.tests)
        told.append(f"{run - found.failed_tests:,} of {many(run, 'test')} passed")
    clock = time.strftime("%H:%M:%S")
    return f"{clock} {verdict}: {', '.join(told)}. Checked in {seconds:.1f} s."
