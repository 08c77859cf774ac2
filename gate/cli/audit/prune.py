"""gate audit prune: drop old rows, and keep what proves the rest."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from gate.cli.console import config_option, many, open_config, say, show_json

if TYPE_CHECKING:
    from pathlib import Path

    from gate.audit.pruning import Pruned


@click.command()
@config_option
@click.option(
    "--older-than",
    type=click.IntRange(31, 36_500),
    metavar="DAYS",
    help="Days whose rows stay.  [default: audit.keep_days]",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be dropped.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def prune(
    config_path: Path, older_than: int | None, *, dry_run: bool, as_json: bool
) -> None:
    """Drop the rows of days that are long over.

    A segment of the log says which, before they go. Headers with their totals, all
    hashes and all signatures stay: the log can be verified as before, and every row
    that stays can be proved.
    """
    from gate.audit.pruning import prune as drop  # noqa: PLC0415 - heavy
    from gate.workbench.sealing import audit_folder, settings_of  # noqa: PLC0415

    config = open_config(config_path)
    done = drop(
        audit_folder(config),
        settings_of(config),
        time.time(),
        keep_days=older_than or config.audit.keep_days,
        dry_run=dry_run,
    )
    if as_json:
        show_json(_as_json(done, dry_run=dry_run))
    else:
        say(_sentence(done, dry_run=dry_run))


def _sentence(done: Pruned, *, dry_run: bool) -> str:
    if done.busy:
        return "Another process is changing the log; nothing was dropped."
    if not done.segments and not done.finished:
        return f"There are no rows of days before {done.before}."
    rows = sum(header.rows for header in done.segments)
    verb = "would be dropped" if dry_run else "dropped"
    days = many(len(done.segments), "day")
    sentence = f"{many(rows, 'row')} of {days} before {done.before} {verb}."
    if done.finished:
        sentence += f" {many(done.finished, 'file')} of an earlier call removed."
    return sentence


def _as_json(done: Pruned, *, dry_run: bool) -> dict[str, object]:
    return {
        "before": done.before,
        "segments": [header.segment for header in done.segments],
        "rows": sum(header.rows for header in done.segments),
        "finished": done.finished,
        "busy": done.busy,
        "dry_run": dry_run,
    }
