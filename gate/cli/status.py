"""gate status: what the running gate does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from gate.cli.console import (
    Exit,
    config_option,
    open_config,
    show_json,
    show_table,
    table,
)
from gate.workbench.status import collect, summed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_CELL = "place", "activity", "action", "outcome", "reason", "count"


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def status(ctx: click.Context, config_path: Path, *, as_json: bool) -> None:
    """Ask the running gate what it rests on and what it has decided.

    Shows every worker, the digests of what it serves, what troubles it, and counts of
    decisions since it started; never who. Kinds of which there were fewer than ten
    are one number. Exit codes: 0 a gate runs, 1 none does.
    """
    reports = collect(open_config(config_path).state)
    if as_json:
        show_json(reports)
    elif reports:
        _show(reports)
    else:
        click.echo("No gate is running with this state folder.")
    ctx.exit(Exit.SOUND if reports else Exit.PROBLEMS)


def _show(reports: Sequence[Mapping[str, Any]]) -> None:
    made = table("worker", "mode", "decisions", "database built", "trouble")
    for report in reports:
        built = datetime.fromtimestamp(report["database_built"], UTC).date()
        trouble = "\n".join(report["trouble"]) or "none"
        row = (report["pid"], report["mode"], report["total"], built, trouble)
        made.add_row(*(str(value) for value in row))
    show_table(made)
    _show_versions(reports)
    _show_cells(reports)


def _show_versions(reports: Sequence[Mapping[str, Any]]) -> None:
    made = table("rests on", "version", whole=1)
    for name in reports[0]["versions"]:
        found = dict.fromkeys(report["versions"][name] for report in reports)
        made.add_row(name, "\n".join(found) + ("  (differ)" if len(found) > 1 else ""))
    show_table(made)


def _show_cells(reports: Sequence[Mapping[str, Any]]) -> None:
    made = table(*_CELL, whole=3)
    for cell in summed(reports):
        made.add_row(*(str(value) for value in cell))
    made.add_row("(rare)", "", "", "", "", str(sum(r["small"] for r in reports)))
    show_table(made)
