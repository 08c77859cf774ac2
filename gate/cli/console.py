"""What the commands share: the option --config, exit codes, output for people."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.plain import plain, plain_json
from gate.errors import FindingsError
from gate.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from gate.config import Config
    from gate.documents.render import Links
    from gate.errors import GateError
    from gate.model import Diagnostic

_MOST_ALIKE = 10  # findings that say the same and are shown


class Exit(IntEnum):
    """What the exit code of a command says."""

    SOUND = 0
    PROBLEMS = 1
    USAGE = 2
    NOT_STARTED = 3
    TESTS_FAILED = 4
    PROMISE_BROKEN = 5


def say(
    text: str = "", *, err: bool = False, bold: bool = False, fg: str | None = None
) -> None:
    """Print a text that may hold a stranger's words; they cannot steer a terminal.

    Args:
        text: What to print; newlines stay.
        err: Print to standard error.
        bold: Print it bold, where there are colours.
        fg: Colour of the letters.
    """
    shown = plain(text)
    if bold or fg:
        shown = click.style(shown, bold=bold or None, fg=fg)
    click.echo(shown, err=err)


def report(error: GateError) -> None:
    """Print findings, code, message and hint of an error to stderr."""
    if isinstance(error, FindingsError):
        from gate.documents import with_sources  # noqa: PLC0415 (costs 0.1 s)

        findings = with_sources(error.findings)
        show_findings(findings, err=True)
        wrong = sum(finding.severity is Severity.ERROR for finding in findings)
        say(f"error {error.code}: {many(wrong, 'error')} found.", err=True)
    else:
        say(f"error {error.code}: {error}", err=True)
    if error.hint:
        say(f"hint: {error.hint}", err=True)


config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("config.yaml"),
    show_default=True,
    help="The configuration, or the folder that holds config.yaml.",
)


def config_file(path: Path) -> Path:
    """Return the configuration file that `path` names."""
    return path / "config.yaml" if path.is_dir() else path


def open_config(path: Path) -> Config:
    """Read the configuration that --config names."""
    from gate.config import load_config  # noqa: PLC0415 (costs 0.1 s)

    return load_config(config_file(path), os.environ)


def show_findings(findings: Iterable[Diagnostic], *, err: bool = False) -> None:
    """Print findings, the worst first, each with its line and caret.

    Where there are errors, notes are only counted: they can wait. Of findings that say
    the same only the first are shown, of notes the first one.

    Args:
        findings: What was found.
        err: Print to standard error.
    """
    from gate.documents import render  # noqa: PLC0415 (costs 0.1 s)

    by_severity: dict[Severity, list[Diagnostic]] = {word: [] for word in Severity}
    for finding in findings:
        by_severity[finding.severity].append(finding)
    hidden = len(by_severity.pop(Severity.NOTE)) if by_severity[Severity.ERROR] else 0
    links = _links(err=err)
    for severity, found in by_severity.items():
        shown, more = _once(found, 1 if severity is Severity.NOTE else _MOST_ALIKE)
        if shown:
            told = render(shown, colour=_colours(err=err), links=links)
            click.echo(told + "\n", err=err)
        for code, count in more:
            told = many(count, f"more {severity.value}")
            click.echo(f"{code}: {told} like it.\n", err=err)
    if hidden:
        click.echo(f"{many(hidden, 'note')} not shown.\n", err=err)


def _once(
    findings: Iterable[Diagnostic], most: int
) -> tuple[list[Diagnostic], list[tuple[str, int]]]:
    """Part findings into those to show, and the code and number of others like them."""
    said: Counter[tuple[str, str]] = Counter()
    shown = []
    for finding in findings:
        key = finding.code, finding.message
        said[key] += 1
        if said[key] <= most:
            shown.append(finding)
    more = [(code, count - most) for (code, _), count in said.items() if count > most]
    return shown, more


def many(count: int, word: str) -> str:
    """Return a count with its word, such as "1 note" and "2,000 notes"."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def show_json(value: object) -> None:
    """Print a value as JSON that keeps its order."""
    click.echo(plain_json(json.dumps(value, ensure_ascii=False, indent=2)))


def table(*columns: str, whole: int = 0) -> Table:
    """Return an empty table in the style of all commands.

    Args:
        columns: Headings.
        whole: How many columns, from the left, hold ids and are never broken.
    """
    from rich import box  # noqa: PLC0415 (costs 0.1 s)

    from gate.cli.tables import PlainTable  # noqa: PLC0415

    made = PlainTable(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0)
    )
    for number, column in enumerate(columns):
        made.add_column(plain(column), overflow="fold", no_wrap=number < whole)
    return made


def show_table(made: Table) -> None:
    """Print a table as wide as the terminal, and an empty line."""
    from rich.console import Console  # noqa: PLC0415 (costs 0.1 s)

    Console(highlight=False, markup=False, emoji=False).print(made, "")


def console_width() -> int:
    """Return how many characters fit beside each other."""
    from rich.console import Console  # noqa: PLC0415 (costs 0.1 s)

    return Console().width


def _colours(*, err: bool = False) -> bool:
    stream = sys.stderr if err else sys.stdout
    return stream.isatty() and "NO_COLOR" not in os.environ


def _links(*, err: bool) -> Links | None:
    """Return where places and codes lead, on a terminal that can follow links."""
    if not _colours(err=err):
        return None
    from gate.workbench.reporting.links import links_for  # noqa: PLC0415 (costs 0.1 s)

    return links_for(os.environ, folder=Path.cwd())


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something takes a while."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 (costs 0.1 s)

    with Console(stderr=True).status(f"{what} …"):
        yield
