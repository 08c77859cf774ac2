"""gate geo update: a newer database, or the one before."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.console import (
    Exit,
    config_option,
    open_config,
    show_json,
    show_table,
    table,
    working,
)
from gate.documents.moments import day
from gate.errors import FindingsError, UpdateError
from gate.rules import load_book

if TYPE_CHECKING:
    from gate.config import Config
    from gate.workbench.updating.measuring import Measured
    from gate.workbench.updating.update import Report


@click.command()
@config_option
@click.option(
    "--check-only", is_flag=True, help="Fetch and check, but replace nothing."
)
@click.option(
    "--from",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take this file (.mmdb, .gz, .tar.gz) instead of fetching one.",
)
@click.option("--rollback", is_flag=True, help="Go back to the database before.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def update(
    ctx: click.Context,
    config_path: Path,
    file: Path | None,
    *,
    check_only: bool,
    rollback: bool,
    as_json: bool,
) -> None:
    """Replace the database of geo.databases by a newer one that passes every check.

    geo.update says where it comes from. A running gate takes it by itself. Whatever
    fails, the served file stays as it is.

    Exit codes: 0 replaced, or already the newest; 1 refused by a check; 3 could not be
    fetched.
    """
    if rollback and (file or check_only):
        raise click.UsageError("--rollback goes with neither --from nor --check-only.")
    try:
        with working("Updating"):
            report = _done(open_config(config_path), file, check_only, rollback)
    except UpdateError as error:
        if as_json:
            show_json({"outcome": "failed", "error": _told(error)})
            ctx.exit(error.exit_code)
        raise
    _show(report, as_json=as_json)
    if report.error is not None and not as_json:
        raise report.error
    ctx.exit(Exit.PROBLEMS if report.error else Exit.SOUND)


def _done(
    config: Config,
    file: Path | None,
    check_only: bool,  # noqa: FBT001 (of the option)
    rollback: bool,  # noqa: FBT001
) -> Report:
    from gate.workbench.updating import settings, update  # noqa: PLC0415 (numpy)

    fetches = not rollback and file is None
    task = settings.task_of(config, os.environ, fetches=fetches)
    if rollback:
        return update.roll_back(task)
    book, findings = load_book(config.rules.folder)
    if book is None:
        raise FindingsError(findings)
    areas = [version for _, version in book.area_versions]
    wish = update.Wish(file=file, is_trial=check_only)
    return update.update(task, areas, wish, int(time.time()))


def _show(report: Report, *, as_json: bool) -> None:
    from gate.workbench.updating.update import SAID  # noqa: PLC0415 (likewise)

    said = SAID[report.outcome]
    if as_json:
        error = _told(report.error) if report.error else None
        show_json({**report.as_json(), "said": said, "error": error})
        return
    if report.checks:
        checks = table("", "check", "found")
        for check in report.checks:
            checks.add_row("FAILED" if check.error else "ok", check.name, check.told)
        show_table(checks)
    made = table("database", str(report.target))
    made.add_row("from", report.source)
    made.add_row("was", _named(report.before))
    if report.after is not None:
        is_in_place = report.outcome in {"new", "taken back"}
        made.add_row("now" if is_in_place else "other", _named(report.after))
        made.add_row("names its source", report.after.attribution or "not asked for")
    made.add_row("kept", "\n".join(path.name for path in report.kept) or "none")
    show_table(made)
    click.echo(said)


def _named(measured: Measured | None) -> str:
    if measured is None:
        return "none that can be read"
    return f"{measured.type} of {day(measured.built)}, {measured.networks:,} networks"


def _told(error: UpdateError) -> dict[str, str]:
    return {"code": error.code, "message": str(error), "hint": error.hint}
