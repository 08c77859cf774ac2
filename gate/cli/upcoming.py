"""gate upcoming: what starts, ends and needs review soon."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from gate.cli import dates
from gate.cli.console import (
    Exit,
    config_option,
    many,
    open_config,
    report,
    say,
    show_json,
)
from gate.cli.plain import one_line
from gate.documents.moments import day, moment, stamp
from gate.errors import DatabaseError, FindingsError
from gate.notices import load_notices
from gate.places.database import Database
from gate.rules import load_book
from gate.workbench.upcoming.calendar import calendar
from gate.workbench.upcoming.events import DAY, Event, Sources, upcoming

if TYPE_CHECKING:
    from pathlib import Path

    from gate.config import Config

_MOST_DAYS = 3650
_USUAL_DAYS = 30


@click.command("upcoming")
@config_option
@click.option(
    "--days",
    type=click.IntRange(0, _MOST_DAYS),
    help="How far to look ahead; default: 30, or as far as --fail-within.",
)
@click.option(
    "--at",
    "now",
    callback=dates.moment,
    metavar="TIME",
    help="Look from this moment on.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--ics", "as_ics", is_flag=True, help="Print a file for calendars.")
@click.option(
    "--fail-within",
    type=click.IntRange(0, _MOST_DAYS),
    metavar="DAYS",
    help="Exit with 1 if anything ends or needs review within so many days.",
)
@click.pass_context
def upcoming_(  # noqa: PLR0913 (one for each option)
    ctx: click.Context,
    config_path: Path,
    *,
    days: int | None,
    now: int,
    as_json: bool,
    as_ics: bool,
    fail_within: int | None,
) -> None:
    """List what starts, ends and needs review in the next days, the earliest first.

    Rules, exemptions, promises and versions of areas; areas that nobody has reviewed
    for review_days; laws that no lawyer has looked at for review_months; databases that
    become too old. Overdue reviews come first. With --ics a calendar can import it:
    gate upcoming --days 365 --ics > gate.ics
    """
    if as_json and as_ics:
        raise click.UsageError("Give one of --json and --ics.")
    if days is None:
        days = _USUAL_DAYS if fail_within is None else fail_within
    sources = _sources(open_config(config_path))
    events = upcoming(sources, now, days)
    if as_ics:
        click.echo(calendar(events, now), nl=False)
    elif as_json:
        show_json([_json(event, now) for event in events])
    else:
        _show(events, now, days)
    urgent = upcoming(sources, now, fail_within) if fail_within is not None else []
    if any(event.wants_somebody for event in urgent):
        ctx.exit(Exit.PROBLEMS)


def _sources(config: Config) -> Sources:
    book, findings = load_book(config.rules.folder)
    if book is None:
        raise FindingsError(findings)
    notices, _ = load_notices(config.rules.folder / "notices")
    return Sources(
        book=book,
        notices=notices,
        databases=tuple(_databases(config)),
        review_days=config.rules.review_days,
    )


def _databases(config: Config) -> list[tuple[str, int]]:
    """Return name and building time of each database; say which cannot be read."""
    found = []
    for path in config.geo.databases:
        try:
            with closing(Database(path)) as database:
                found.append((path.name, database.facts.build_epoch))
        except DatabaseError as error:
            report(error)
    return found


def _show(events: list[Event], now: int, days: int) -> None:
    wide = max(map(len, map(_when, events)), default=0)
    for event in events:
        when = f"{_when(event):<{wide}}  {_left(event, now):<12}"
        say(f"{when}  {one_line(event.says)}", bold=True)
        say(f"    {one_line(event.remedy)}")
        say(f"    {one_line(str(event.mark))}")
        say()
    say(f"{many(len(events), 'date')} {_until(days)}.")


def _until(days: int) -> str:
    return f"in the next {many(days, 'day')}" if days else "today"


def _when(event: Event) -> str:
    return day(event.at) if event.whole_day else moment(event.at)


def _left(event: Event, now: int) -> str:
    days = (event.at - now) // DAY
    if event.at < now:
        late = (now - event.at) // DAY
        return f"{many(late, 'day')} late" if late else "due today"
    return f"in {many(days, 'day')}" if days else "today"


def _json(event: Event, now: int) -> dict[str, object]:
    return {
        "at": day(event.at) if event.whole_day else stamp(event.at),
        "days": (event.at - now) // DAY,
        "what": str(event.sort),
        "subject": event.subject,
        "id": event.name,
        "says": event.says,
        "do": event.remedy,
        "where": str(event.mark),
    }
