"""gate geo: the GeoIP databases."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.comparing import compare
from gate.cli.console import (
    Exit,
    config_option,
    open_config,
    report,
    show_json,
    show_table,
    table,
    working,
)
from gate.cli.updating import update
from gate.documents.moments import day
from gate.engine.preparation import sources_of
from gate.errors import DatabaseError, FindingsError
from gate.places.anonymous import read_hidden
from gate.places.database import Database
from gate.places.sources import PRIMARY, STRICTEST
from gate.rules import load_book
from gate.workbench.telling import decided_by, fields, untold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model import RuleBook
    from gate.places.facts import DatabaseFacts
    from gate.places.sources import Sources
    from gate.workbench.pack import PackReport

OLD_DAYS = 45
"""Age from which a database deserves a warning; addresses change hands."""

AHEAD = 2 * 86_400
"""Seconds that a build date may lie ahead: clocks and time zones differ."""


@click.group()
def geo() -> None:
    """Look after the GeoIP databases."""


geo.add_command(update)
geo.add_command(compare)


@geo.command()
@config_option
@click.option("--strict", is_flag=True, help="Exit with 1 if a database is old.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def status(
    ctx: click.Context, config_path: Path, *, strict: bool, as_json: bool
) -> None:
    """Show each database: what it can and cannot tell, its age, whom it asks to name.

    And by what it decides each area of the rule book, if that can be read.
    """
    now = int(time.time())
    config = open_config(config_path)
    sources = sources_of(config)
    facts, broken = _known(sources)
    old = [one for one in facts if one.age_days(now) >= OLD_DAYS]
    book, _ = load_book(config.rules.folder)
    if as_json:
        show_json([_json(one, book, now) for one in facts])
    else:
        for one in facts:
            _show(one, book, now)
        _show_together(sources)
        for one in old:
            click.echo(
                f"warning: {one.name} is {one.age_days(now)} days old.", err=True
            )
        for one in facts:
            if one.build_epoch > now + AHEAD:
                told = "is dated in the future: nobody can know how old it is"
                click.echo(f"warning: {one.name} {told}.", err=True)
    for error in broken:
        report(error)
    if broken:
        ctx.exit(broken[0].exit_code)
    ctx.exit(Exit.PROBLEMS if strict and old else Exit.SOUND)


def _known(sources: Sources) -> tuple[list[DatabaseFacts], list[DatabaseError]]:
    """Return what is known of each file that can be read, and the others' errors."""
    facts: list[DatabaseFacts] = []
    broken: list[DatabaseError] = []
    for path in sources.databases:
        try:
            facts.append(Database(path).facts)
        except DatabaseError as error:
            broken.append(error)
    try:
        facts += [one.facts for one in read_hidden(sources.anonymous)]
    except DatabaseError as error:
        broken.append(error)
    return facts, broken


def _json(
    facts: DatabaseFacts, book: RuleBook | None, now: int
) -> Mapping[str, object]:
    cannot = untold(facts)
    return {
        **asdict(facts),
        "age_days": facts.age_days(now),
        "cannot_tell": cannot.split(", ") if cannot else [],
        "areas": dict(decided_by(facts, book)),
    }


def _show(facts: DatabaseFacts, book: RuleBook | None, now: int) -> None:
    told = f"{day(facts.build_epoch)}, {facts.age_days(now)} days ago"
    made = table("database", facts.name)
    made.add_row("type", facts.type)
    made.add_row("built", told if facts.build_epoch else "it bears no date")
    made.add_row("layout", facts.layout)
    made.add_row("tells", fields(facts.tells) or "nothing of a place")
    made.add_row("cannot tell", untold(facts) or "nothing is missing")
    for area, how in decided_by(facts, book):
        made.add_row(f"area {area}", how)
    made.add_row("SHA-256", facts.digest)
    made.add_row("names its source", facts.attribution or "not asked for")
    show_table(made)


def _show_together(sources: Sources) -> None:
    """Say how databases and an edge are put together."""
    if len(sources.databases) > 1:
        click.echo(f"Where two of them disagree, {_HOLDS[sources.disagreement]}.")
    if sources.edge:
        click.echo("An edge is heard beside them: it can make a place possible.")


_HOLDS = {
    STRICTEST: "of each area the one holds that is less sure that a reader is outside",
    PRIMARY: "the first holds, the second fills its gaps",
}


@geo.command()
@config_option
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    metavar="SOURCE...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def pack(config_path: Path, sources: tuple[Path, ...], out: Path) -> None:
    """Pack city databases into a small one, OUT, for the areas of the rule book.

    OUT keeps the country of every address, and details only where an area looks. Give
    one SOURCE, or one for IPv4 and one for IPv6.
    """
    from gate.workbench.pack import pack as write  # noqa: PLC0415 (only this command)

    book, findings = load_book(open_config(config_path).rules.folder)
    if book is None:
        raise FindingsError(findings)
    with working("Packing"):
        report = write(sources, out, book.area_versions)
    _show_packed(report)


def _show_packed(report: PackReport) -> None:
    made = table("packed", str(report.path))
    made.add_row("size", f"{report.size / 1e6:.1f} MB")
    made.add_row("ranges", f"{report.ranges:,}")
    made.add_row("records", f"{report.records:,}")
    made.add_row("SHA-256", report.digest)
    made.add_row("names its source", report.attribution)
    show_table(made)
