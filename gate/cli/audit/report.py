"""gate audit report: what the log says, in the terminal, as JSON, or as a page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.audit.shown import show
from gate.cli.console import (
    Exit,
    config_option,
    open_config,
    say,
    show_json,
    working,
)
from gate.workbench.auditing.report import Scope, make_report

if TYPE_CHECKING:
    from gate.config import Config
    from gate.workbench.auditing.report import Report


@click.command()
@click.argument(
    "folders", metavar="[DIR]...", nargs=-1, type=click.Path(path_type=Path)
)
@config_option
@click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    help="duckdb, spark, spark://HOST:PORT, spark:MASTER, sc://HOST, or a URL of Ibis.",
)
@click.option("--since", metavar="DAY", default="", help="First day, as 2026-11-21.")
@click.option("--until", metavar="DAY", default="", help="Last day, included.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write one page that opens without network.",
)
@click.option(
    "--rules",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Hold what happened against the promises of this rule book.",
)
@click.option(
    "--key",
    "vkeys",
    metavar="VKEY",
    multiple=True,
    help="Verify the log with this key; can be given several times.",
)
@click.pass_context
def report(  # noqa: PLR0913  # one for each option
    ctx: click.Context,
    config_path: Path,
    *,
    folders: tuple[Path, ...],
    engine: str,
    since: str,
    until: str,
    as_json: bool,
    page: Path | None,
    rules: Path | None,
    vkeys: tuple[str, ...],
) -> None:
    """Say whether anything is wrong, and show what was decided.

    DIR is a log; of several replicas, one each. By default it is the log of the
    configuration. Exit codes: 0 nothing wrong is recorded, 1 something is.
    """
    config = None if folders else open_config(config_path)
    scope = Scope(
        folders=folders or own_log(config),
        engine=engine,
        since=since,
        until=until,
    )
    with working("Asking the log"):
        made = make_report(
            scope,
            datetime.now(UTC).date(),
            rules=rules or (config.rules.folder if config else None),
            config=config,
            vkey=" ".join(vkeys),
        )
    _tell(made, page, as_json=as_json)
    ctx.exit(Exit.PROBLEMS if made.verdict.wrong else Exit.SOUND)


def own_log(config: Config | None) -> tuple[Path, ...]:
    """Return the folder of the log of a configuration."""
    folder = None if config is None else config.audit.folder
    return () if folder is None else (folder,)


def _tell(made: Report, page: Path | None, *, as_json: bool) -> None:
    if page is not None:
        from gate.workbench.auditing.page import (  # noqa: PLC0415 - costs 0.1 s
            write_page,
        )

        write_page(page, made)
    if as_json:
        show_json(made.plain())
        return
    show(made)
    if page is not None:
        say(f"The page is in {page}.")
