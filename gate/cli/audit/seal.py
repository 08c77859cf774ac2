"""gate audit seal: everything that was counted on days that are over."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from gate.cli.console import (
    Exit,
    config_option,
    many,
    open_config,
    report,
    say,
    show_json,
    show_table,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from gate.audit.header import Header
    from gate.audit.sealing import Sealing


@click.command()
@config_option
@click.option(
    "--wait",
    type=click.FloatRange(0, 3600),
    default=10.0,
    show_default=True,
    help="Seconds to wait for another sealer, and for counters of a day that is over.",
)
@click.option(
    "--all",
    "is_sure",
    is_flag=True,
    help="Seal also more than 40 days in a row without any count: the clock is right, "
    "and the gate was off.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def seal(
    ctx: click.Context, config_path: Path, wait: float, *, is_sure: bool, as_json: bool
) -> None:
    """Seal every day that is over, each as one segment of the log.

    Counts of fewer than audit.least decisions are merged with others first. Days end
    at midnight UTC. `gate serve` does this by itself unless audit.seal is "apart".
    Two at once are safe: the second finds nothing to do.

    What is sealed stays sealed, so a clock that looks wrong is told first: more than
    40 days in a row without any count need --all (E619), and after a day that is not
    over nothing is sealed (E618).

    The first seal makes the signing key and prints its public half: publish that.

    Exit codes: 0 sealed or nothing to seal, 1 a damaged table was moved aside,
    3 nothing can be sealed.
    """
    from gate.audit.sealing import seal as seal_days  # noqa: PLC0415 - heavy
    from gate.workbench.sealing import audit_folder, settings_of  # noqa: PLC0415

    config = open_config(config_path)
    with _progress() as on_segment:
        done = seal_days(
            audit_folder(config),
            settings_of(config),
            time.time(),
            wait=wait,
            is_sure=is_sure,
            on_segment=on_segment,
        )
    if as_json:
        show_json(_as_json(done))
    else:
        _show(done)
    _warn(done, _left(audit_folder(config)))
    ctx.exit(Exit.PROBLEMS if done.damaged else Exit.SOUND)


def _show(done: Sealing) -> None:
    if done.busy:
        say("Another process is sealing; there is nothing to do here.")
    elif not done.sealed:
        say("Every day that is over is sealed.")
    else:
        _show_segments(done.sealed)
    if done.new_key:
        say("A signing key was made. Publish this line, for whoever verifies:")
        say(done.new_key)


def _show_segments(headers: Sequence[Header]) -> None:
    names = ("segment", "day", "rows", "decisions", "merged", "gaps", "late")
    made = table(*names, whole=2)
    for header in headers:
        numbers = (header.gaps, header.late)
        made.add_row(
            str(header.segment),
            header.period,
            f"{header.rows:,}",
            f"{header.total:,}",
            f"{header.merged_decisions:,}",
            *("some" if number < 0 else f"{number:,}" for number in numbers),
        )
    show_table(made)
    if any(header.violations for header in headers):
        days = sum(1 for header in headers if header.violations)
        say(f"{many(days, 'day')} with pages served without their notice!")
    say(f"{many(len(headers), 'day')} sealed.")


def _left(folder: Path) -> int:
    """Return how many tables of days that are over still lie there."""
    from gate.audit.sealing import days_of_tables  # noqa: PLC0415 - heavy

    today = datetime.now(UTC).date().isoformat()
    return sum("" < day < today for day in days_of_tables(folder).values())


def _warn(done: Sealing, left: int) -> None:
    """Say on standard error what is not as it should be."""
    for error in done.damaged:
        report(error)
    if done.waiting:
        say(
            f"{many(done.waiting, 'table')} of a day that is over still in use; the "
            "next seal counts them as late.",
            err=True,
        )
    elif left and not done.busy:
        say(
            f"{many(left, 'table')} of a day that was sealed already: the next day's "
            "segment counts what is in there as late.",
            err=True,
        )


def _as_json(done: Sealing) -> dict[str, object]:
    return {
        "sealed": [
            {
                "segment": header.segment,
                "day": header.period,
                "rows": header.rows,
                "decisions": header.total,
                "merged_cells": header.merged_cells,
                "merged_decisions": header.merged_decisions,
                "gaps": header.gaps,
                "violations": header.violations,
                "late": header.late,
            }
            for header in done.sealed
        ],
        "busy": done.busy,
        "waiting": done.waiting,
        "new_key": done.new_key or None,
        "damaged": [str(error) for error in done.damaged],
    }


@contextmanager
def _progress() -> Iterator[Callable[[Header, int], None]]:
    """Show on a terminal how many days are still to be sealed."""
    from rich.console import Console  # noqa: PLC0415 (costs 0.1 s)
    from rich.progress import Progress  # noqa: PLC0415

    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("Sealing", total=None)
        done = 0

        def on_segment(_: Header, left: int) -> None:
            nonlocal done
            done += 1
            progress.update(task, completed=done, total=done + left)

        yield on_segment
