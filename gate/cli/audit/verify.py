"""gate audit verify: find out whether a log was changed."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from gate.cli.audit.keyed import FILE, LOG, key_option, verifiers
from gate.cli.console import Exit, many, say, show_json
from gate.cli.plain import one_line
from gate.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from gate.audit.verifying import Verified


@click.command()
@click.argument("folder", metavar="DIR", type=LOG)
@key_option
@click.option(
    "--since",
    metavar="FILE",
    type=FILE,
    help="A checkpoint that you kept: the log must begin with it.",
)
@click.option("--strict", is_flag=True, help="Take warnings for problems.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def verify(
    ctx: click.Context,
    /,
    folder: Path,
    vkeys: Sequence[str],
    since: Path | None,
    **shown: bool,
) -> None:
    """Find out whether a log was changed, offline, with the public key alone.

    DIR is the folder with rows and sites in it, as it was handed to you. No
    configuration is needed. Keep a copy of its file sites/NAME/checkpoint: with --since
    the next log shows that it only grew.

    A log proves that nothing was changed since it was sealed. It cannot prove that
    everything was counted: gate audit reconcile compares with other totals.

    Exit codes: 0 sound, 1 problems, 2 usage, 3 there is no log.
    """
    from gate.audit.verifying import verify as verify_log  # noqa: PLC0415 - heavy

    keys = verifiers(vkeys)
    with _progress() as progress:
        found = verify_log(
            folder,
            keys,
            today=datetime.now(UTC).date(),
            since=since.read_bytes() if since else None,
            progress=progress,
        )
    (_show_json if shown["as_json"] else _show)(found)
    warned = any(one.severity is Severity.WARNING for one in found.findings)
    is_sound = found.sound and not (warned and shown["strict"])
    ctx.exit(Exit.SOUND if is_sound else Exit.PROBLEMS)


def _show(found: Verified) -> None:
    ranks = {word: rank for rank, word in enumerate(Severity)}
    for one in sorted(found.findings, key=lambda one: (ranks[one.severity], one.code)):
        say(f"{one.severity} {one.code} {one_line(one.place)}")
        say(f"  {one_line(one.message)}\n  {one.remedy}\n")
    days = f"{found.first_day} to {found.last_day}" if found.first_day else "no day"
    told = f"{many(found.segments, 'segment')}, {many(found.rows, 'row')}"
    told = f"{told}, {many(found.decisions, 'decision')}, {days}"
    names = ", ".join(found.sites) or "no log"
    if found.sound:
        say(f"Sound: {names}: {told}.")
        say("Keep a copy of sites/NAME/checkpoint for --since.")
        return
    wrong = sum(one.severity is Severity.ERROR for one in found.findings)
    say(f"Not sound: {names}: {many(wrong, 'problem')}. As sealed: {told}.")


def _show_json(found: Verified) -> None:
    show_json(
        {
            "sound": found.sound,
            "sites": list(found.sites),
            "segments": found.segments,
            "rows": found.rows,
            "decisions": found.decisions,
            "first_day": found.first_day,
            "last_day": found.last_day,
            "findings": [
                {
                    "code": one.code,
                    "severity": str(one.severity),
                    "place": one.place,
                    "message": one.message,
                    "remedy": one.remedy,
                }
                for one in found.findings
            ],
        }
    )


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show on a terminal how far verifying has come."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 (costs 0.1 s)
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Verifying")
        yield lambda done, total: bar.update(task, completed=done, total=total)
