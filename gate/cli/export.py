"""gate export: tables for the edge."""

from __future__ import annotations

import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from gate.cli.console import config_file, config_option, report, working
from gate.documents.moments import minute
from gate.engine.snapshot import load_snapshot
from gate.workbench.export import (
    KINDS,
    EdgeTable,
    Order,
    Watch,
    parse_command,
    place_for,
    reload_edge,
    write_table,
)

if TYPE_CHECKING:
    from gate.workbench.export.kinds import Kind


def _command(
    _: click.Context, __: click.Parameter, value: str | None
) -> tuple[str, ...]:
    try:
        return () if value is None else parse_command(value)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None


def _moment(
    _: click.Context, __: click.Parameter, value: datetime | None
) -> int | None:
    """Return the beginning of a day (UTC) in Unix seconds."""
    if value is None:
        return None
    second = int(value.replace(tzinfo=UTC).timestamp())
    if not 0 < second <= time.time():
        raise click.BadParameter(
            "a table for a day to come would be believed today; name today, or a day "
            "since 1970-01-02."
        )
    return second


@click.command()
@config_option
@click.argument("name", metavar="KIND", type=click.Choice(list(KINDS)))
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="File to write, or a folder; without it the table is printed.",
)
@click.option("--watch", is_flag=True, help="Keep the file up to date until stopped.")
@click.option(
    "--reload",
    "command",
    callback=_command,
    metavar="COMMAND",
    help="Command to run after each writing, such as 'nginx -s reload'.",
)
@click.option(
    "--at",
    "second",
    callback=_moment,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Write the table of that day (UTC) instead of today's.",
)
def export(
    config_path: Path,
    *,
    name: str,
    to: Path | None,
    watch: bool,
    command: tuple[str, ...],
    second: int | None,
) -> None:
    """Write which addresses an edge may let through without asking the gate.

    KIND is nginx, haproxy, varnish, csv or mmdb. The table lists readers who are
    certainly outside every area and meet nothing on any path; it ends at the next
    change of the rule book, after 7 days, or when the database is too old, and then
    sends everybody to the gate. Without --watch, write it anew at least daily.

    The command of --reload is run without a shell. If it fails, the new table stays;
    with --watch it is tried again.
    """
    kind = KINDS[name]
    _refuse_misuse(kind, to, second, watch=watch, reloads=bool(command))
    if to is None:
        _print(kind, _loaded(config_path, second))
        return
    path = place_for(kind, to)
    if watch:
        _watch(
            Order(config=config_file(config_path), kind=kind, path=path, reload=command)
        )
        return
    table = _loaded(config_path, second)
    with working("Writing"):
        write_table(path, kind.render(table))
    click.echo(_told(path.name, table))
    if command:
        reload_edge(command)
    table.check_use()


def _refuse_misuse(
    kind: Kind, to: Path | None, second: int | None, *, watch: bool, reloads: bool
) -> None:
    if to is None and (watch or reloads):
        raise click.UsageError("--watch and --reload need a file: --to PATH.")
    if watch and second is not None:
        raise click.UsageError("--watch follows the clock: leave out --at.")
    if to is None and not kind.is_text and sys.stdout.isatty():
        raise click.UsageError(f"{kind.file} is not text: name a file, --to PATH.")


def _loaded(config_path: Path, second: int | None) -> EdgeTable:
    with working("Reading"):
        snapshot = load_snapshot(config_file(config_path))
    return EdgeTable.of(snapshot, int(time.time()) if second is None else second)


def _print(kind: Kind, table: EdgeTable) -> None:
    click.echo(kind.render(table), nl=False)
    click.echo(_told(kind.file, table), err=True)
    table.check_use()


def _watch(order: Order) -> None:
    stop = Event()

    def end(_: int, __: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    Watch(
        order,
        on_table=lambda table: click.echo(_told(order.path.name, table)),
        on_error=report,
    ).run(stop)


def _told(name: str, table: EdgeTable) -> str:
    """Say in one line what a table holds."""
    counts = " and ".join(f"{len(table.free[v]):,} of IPv{v}" for v in (4, 6))
    told = f"{name}: free are {counts} ranges, until {minute(table.valid_until)}"
    ended = table.valid_until <= time.time()
    return f"{told}{', which is past: all go to the gate' if ended else ''}."
