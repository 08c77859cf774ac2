"""gate audit reconcile: compare with somebody else's totals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.console import (
    Exit,
    config_option,
    many,
    open_config,
    say,
    show_json,
    show_table,
    table,
)
from gate.workbench.auditing.reconciling import compared, read_totals, sealed_days
from gate.workbench.importing import dataset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.workbench.auditing.reconciling import Day, Sealed


@click.command()
@click.argument(
    "folders", metavar="[DIR]...", nargs=-1, type=click.Path(path_type=Path)
)
@config_option
@click.option(
    "--totals",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Requests of each day as somebody else counted them.",
)
@click.option(
    "--totals-format",
    "form",
    type=click.Choice(("auto", "csv", "json", "times")),
    default="auto",
    show_default=True,
    help="times: one time in each line, one line for each request.",
)
@click.option(
    "--imported",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Compare with what gate audit import wrote.",
)
@click.option("--site", metavar="NAME", help="Only this log of those in DIR.")
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 100),
    default=1.0,
    show_default=True,
    metavar="PERCENT",
    help="How far a day may differ.",
)
@click.option("--since", metavar="DAY", default="", help="First day, as 2026-11-21.")
@click.option("--until", metavar="DAY", default="", help="Last day, included.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def reconcile(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    folders: tuple[Path, ...],
    config_path: Path,
    *,
    totals: Path | None,
    form: str,
    imported: Path | None,
    site: str | None,
    tolerance: float,
    since: str,
    until: str,
    as_json: bool,
) -> None:
    """Compare the sealed total of each day with an independent counter.

    DIR is a log; of several replicas, one each, which are added up. The log alone
    cannot prove that every request is in it; a second counter that somebody else keeps
    can show that none is missing. It needs no addresses.

    \b
    A total of ours is every request that the gate decided or refused on that day (UTC):
      also pictures and feeds, if the door sends those through the gate
      not the gate's own pages ("leave"), nor requests of health checks to it
    The other side also counts what the gate never sees:
      what a cache or the edge answered, plain http that is redirected, other hosts,
      what the server refused as malformed, locations that do not ask the gate
    Count there what is sent on to the gate, and both agree.

    \b
    nginx, without addresses: one time for each request that asks the gate, in the
    server that does; subrequests are not counted twice.
      log_format gate_times "$time_iso8601";
      map $request_uri $gate_counts { default 1; ~^/-/ 0; }
      access_log /var/log/nginx/gate-times.log gate_times if=$gate_counts;
    Then: gate audit reconcile --totals /var/log/nginx/gate-times.log
    To keep no times either, reduce them to totals when the log is rotated:
      cut -c1-10 gate-times.log | sort | uniq -c | awk '{print $2 "," $1}'
    below a heading "day,requests" (nginx in UTC).

    \b
    FILE may be
      CSV   a heading with day (or date) and requests (or count, total); CloudFront's
            report of viewers has TimeBucket: rename it to date
      JSON  [{"day": "2026-11-21", "requests": 1234}], {"2026-11-21": 1234}, or the
            answer of Cloudflare's GraphQL with dimensions.date and sum.requests
      times one time in each line, as above

    Differences below audit.least count as none and are shown as "<10". Exit codes:
    0 every day agrees, 1 some day does not or is missing on a side.
    """  # noqa: D301 - click reads \b
    if (totals is None) == (imported is None):
        raise click.UsageError("Give either --totals FILE or --imported DIR.")
    if imported is not None:
        others = dataset.read_totals(imported)
    else:
        others = read_totals(totals or Path(), form)
    ours = sealed_days(folders or (_own_log(config_path),), site)
    days = [day for day in compared(ours, others) if _within(day.day, since, until)]
    wrong = [day for day in days if not day.agrees(tolerance)]
    if as_json:
        show_json([_as_json(day, tolerance) for day in days])
    else:
        _show(days, wrong, tolerance)
    ctx.exit(Exit.PROBLEMS if wrong or not days else Exit.SOUND)


def _own_log(config_path: Path) -> Path:
    config = open_config(config_path)
    return config.audit.folder or config.state / "audit"


def _within(day: str, since: str, until: str) -> bool:
    return day >= since and (not until or day <= until)


def _show(days: Sequence[Day], wrong: Sequence[Day], tolerance: float) -> None:
    made = table("day", "sealed", "other side", "difference", "share", "", whole=1)
    for day in days:
        made.add_row(
            day.day,
            "none" if day.sealed is None else f"{day.sealed.total:,}",
            "none" if day.other is None else f"{day.other:,}",
            _difference(day),
            _share(day),
            "; ".join([_verdict(day, tolerance), *_notes(day.sealed)]),
        )
    show_table(made)
    if not days:
        say("There is no day to compare.")
    elif wrong:
        told = f"{len(wrong):,} of {many(len(days), 'day')}"
        say(f"{told} do not agree within {tolerance:g} %.")
    else:
        say(f"{many(len(days), 'day')}: all agree within {tolerance:g} %.")
    say(
        "Sealed: what the gate decided or refused. The other side may also count what "
        "never reached the gate; gate audit reconcile --help says what."
    )


def _difference(day: Day) -> str:
    if day.difference is None or day.sealed is None:
        return ""
    if _is_small(day):
        return f"<{day.sealed.least}"
    return f"{day.difference:+,}"


def _share(day: Day) -> str:
    if day.share is None or _is_small(day):
        return ""
    return f"{day.share:.2f} %"


def _is_small(day: Day) -> bool:
    """Say whether a difference may not be told."""
    if day.difference is None or day.sealed is None:
        return False
    return 0 < abs(day.difference) < day.sealed.least


def _verdict(day: Day, tolerance: float) -> str:
    if day.sealed is None:
        return "MISSING: nothing was sealed (was the gate running? is the day over?)"
    if day.other is None:
        return "MISSING on the other side"
    if day.agrees(tolerance):
        return "agrees"
    if (day.difference or 0) > 0:
        return "DIFFERS: requests that the gate did not count, or never saw"
    return "DIFFERS: the other side missed requests"


def _notes(sealed: Sealed | None) -> list[str]:
    if sealed is None:
        return []
    told = {
        "not counted in rows of their own (gaps), but in the total": sealed.gaps,
        "made on another day and counted late, here": sealed.late,
    }
    return [f"{_told(n, sealed)} {what}" for what, n in told.items() if n]


def _told(n: int, sealed: Sealed) -> str:
    return f"a few (<{sealed.least})" if n < 0 else f"{n:,}"


def _as_json(day: Day, tolerance: float) -> dict[str, Any]:
    small = _is_small(day)
    sealed = day.sealed
    return {
        "day": day.day,
        "sealed": None if sealed is None else sealed.total,
        "other": day.other,
        "difference": _difference(day) if small else day.difference,
        "percent": None if small or day.share is None else round(day.share, 4),
        "gaps": None if sealed is None else sealed.gaps,
        "late": None if sealed is None else sealed.late,
        "agrees": day.agrees(tolerance),
        "verdict": _verdict(day, tolerance),
    }
