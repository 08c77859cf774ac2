"""gate audit sample: a log to learn on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import click

from gate.cli.console import say
from gate.workbench.auditing.sample import write_sample

LEAST_DAYS: Final = 7
MOST_DAYS: Final = 3_660


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--days",
    type=click.IntRange(LEAST_DAYS, MOST_DAYS),
    default=60,
    show_default=True,
    help="How many days it covers.",
)
@click.option(
    "--until",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Its last day, as 2026-11-21; yesterday by default.",
)
def sample(folder: Path, days: int, until: datetime | None) -> None:
    """Write a sealed log to learn on into DIR, which must be empty or not there.

    It is made up: two rule books, an update of the database, a new revision of the
    notices, rules in shadow mode, a day with readers who were served without notice, a
    day with lost counts, and a day on which nobody came.
    """
    last = until.date() if until else datetime.now(UTC).date() - timedelta(1)
    vkey = _written(folder, last - timedelta(days - 1), days)
    say(f"{days} days are sealed in {folder}. Nobody was counted: all made up.")
    say(f"Its key: {vkey}\n")
    say("Now try:")
    for command in (
        f"gate audit report {folder}",
        f"gate audit report {folder} --html report.html",
        f"gate audit query {folder}",
        f"gate audit verify {folder}/log --key '{vkey}'",
        "gate help audit",
    ):
        say(f"  {command}")


def _written(folder: Path, first: date, days: int) -> str:
    from rich.console import Console  # noqa: PLC0415 (costs 0.1 s)
    from rich.progress import Progress  # noqa: PLC0415

    console = Console(stderr=True)
    with Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("Sealing days", total=days)
        return write_sample(folder, first, days, lambda _: progress.advance(task))
