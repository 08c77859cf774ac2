"""What the commands share: the option --config, exit codes, output for people."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.errors import FindingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from gate.config import Config
    from gate.errors import GateError
    from gate.model import Diagnostic


class Exit(IntEnum):
    """What the exit code of a command says."""

    SOUND = 0
    PROBLEMS = 1
    USAGE = 2
    NOT_STARTED = 3
    TESTS_FAILED = 4
    PROMISE_BROKEN = 5


def report(error: GateError) -> None:
    """Print findings, code, message and hint of an error to stderr."""
    if isinstance(error, FindingsError):
        from gate.documents import render  # noqa: PLC0415 (costs 0.1 s)

        click.echo(render(error.findings) + "\n", err=True)
    click.echo(f"error {error.code}: {error}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)


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


def show_findings(findings: Iterable[Diagnostic]) -> None:
    """Print findings, each with its line and caret."""
    from gate.documents import render  # noqa: PLC0415 (costs 0.1 s)

    text = render(findings, colour=_colours())
    if text:
        click.echo(text + "\n")


def show_json(value: object) -> None:
    """Print a value as JSON that keeps its order."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def table(*columns: str, **options: Any) -> Table:  # noqa: ANN401 (rich's own)
    """Return an empty table in the style of all commands."""
    from rich import box  # noqa: PLC0415 (costs 0.1 s)
    from rich.table import Table  # noqa: PLC0415

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, **options)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def show_table(made: Table) -> None:
    """Print a table as wide as the terminal."""
    from rich.console import Console  # noqa: PLC0415 (costs 0.1 s)

    Console(highlight=False, markup=False, emoji=False).print(made)


def _colours() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something takes a while."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 (costs 0.1 s)

    with Console(stderr=True).status(f"{what} …"):
        yield
