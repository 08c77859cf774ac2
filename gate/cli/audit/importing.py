"""gate audit import: decide about the lines of access logs."""

from __future__ import annotations

import csv
import os
import re
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.console import (
    config_file,
    config_option,
    many,
    say,
    show_json,
    show_table,
    table,
)
from gate.engine.snapshot import load_snapshot
from gate.workbench.importing import NAMES, Settings, take_in, write_dataset
from gate.workbench.importing.dataset import check_target, rows_of
from gate.workbench.importing.formats import parse_fields
from gate.workbench.importing.lines import MEANINGS, Why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gate.audit.rows import Row
    from gate.engine import Snapshot
    from gate.workbench.importing import Intake

    Days = Mapping[str, tuple[tuple[Row, ...], int]]

_OFFSET = re.compile(r"([+-])(\d\d):?([0-5]\d)")
_TOLD = 20  # unreadable lines that are shown


def _offset(_: click.Context, __: click.Parameter, value: str) -> int:
    match = _OFFSET.fullmatch(value)
    if match is None:
        raise click.BadParameter("write it like +03:00.")
    seconds = int(match[2]) * 3600 + int(match[3]) * 60
    return -seconds if match[1] == "-" else seconds


@click.command("import")
@click.argument("logs", nargs=-1, required=True, metavar="LOG...")
@config_option
@click.option(
    "--format",
    "name",
    type=click.Choice(NAMES),
    default="auto",
    show_default=True,
    help="Format of the lines; auto looks at the first lines of each log.",
)
@click.option(
    "--fields",
    default="",
    metavar="NAME=KEY,...",
    help="Keys of JSON for addr, time, method, uri, host or request.",
)
@click.option(
    "--offset",
    default="+00:00",
    show_default=True,
    callback=_offset,
    help="Zone of times that name none (HAProxy's).",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the rows; it must not exist. Without it nothing is written.",
)
@click.option(
    "--tolerate",
    type=click.FloatRange(0, 100),
    default=1.0,
    show_default=True,
    metavar="PERCENT",
    help="Share of unreadable lines above which nothing is written.",
)
@click.option(
    "--unreadable",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="CSV of the unreadable lines: log, number and reason; never what they hold.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=lambda: (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count() or 1
    ),
    show_default="one for each core",
    help="Processes that read.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_(  # noqa: PLR0913 - one for each option
    *,
    logs: tuple[str, ...],
    config_path: Path,
    name: str,
    fields: str,
    offset: int,
    to: Path | None,
    tolerate: float,
    unreadable: Path | None,
    jobs: int,
    as_json: bool,
) -> None:
    """Decide about every line of the site's own access logs.

    LOG may be packed with gzip or zstd; "-" is standard input. Each line is decided by
    the rule book in force at its time, with the database of today, as a navigation from
    the address in it; status and size are not looked at. Nothing was enforced and
    nothing is sealed: the rows say what the book would have asked for, and have
    "import" for their door. `gate audit report DIR` reads them.

    Addresses, paths and user agents stay in memory. Rows of fewer decisions than
    audit.least are merged. Every line is accounted for: decided, refused (as the gate
    refuses paths and hosts), apart (headings, "-" for a request, the gate's own
    pages), blank, or unreadable, which is listed by number.

    \b
    The formats, and what of each is read:
      combined, common  Apache, nginx: address, [time], "METHOD /path HTTP/1.1"
      nginx-json        remote_addr, time_iso8601 (or time_local, msec),
                        request_method and request_uri (or request), host;
                        log_format with escape=json
      caddy             request.client_ip, .method, .uri, .host, ts
      cloudfront        the columns that "#Fields:" names; packed as it comes
      cloudflare        ClientIP, ClientRequestMethod, ClientRequestURI,
                        ClientRequestHost, EdgeStartTimestamp
      haproxy           option httplog, with or without syslog's beginning

    The address is the one in the log's own field. A chain of addresses (log
    $http_x_forwarded_for, and --fields addr=...) is read from the right, past
    visitor.trusted_proxies, as the gate reads it. Exit codes: 0 done, 1 too much was
    unreadable or a log broke off, 3 not started; 1 and 3 leave nothing behind.
    """  # noqa: D301 - click reads \b
    settings = Settings(name=name, fields=parse_fields(fields), offset=offset)
    if to is not None:
        check_target(to)
    snapshot = load_snapshot(config_file(config_path))
    with _bar() as progress:
        intake = take_in(snapshot, logs, settings, jobs=jobs, progress=progress)
    if unreadable is not None:
        _list(intake, unreadable)
    intake.check(tolerate)
    days = rows_of(intake.cells, snapshot.config.audit.least)
    if to is not None:
        write_dataset(to, intake, days, snapshot)
    if as_json:
        show_json(_as_json(intake, days, snapshot))
    else:
        _show(intake, days, snapshot, to)
        _show_unreadable(intake, unreadable)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how many bytes were read."""
    if not sys.stderr.isatty():
        yield lambda _seen, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 (costs 0.1 s)
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    bar = Progress(
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("", total=None)

    def advance(seen: int, total: int) -> None:
        bar.start()  # not before: it has a thread, and readers are forked first
        bar.update(task, advance=seen, total=total or None)

    try:
        yield advance
    finally:
        bar.stop()


def _list(intake: Intake, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("log", "line", "reason"))
        rows.writerows((one.file, one.line, str(one.why)) for one in intake.listed)


def _actions(days: Days) -> Counter[str]:
    """Count what would have been asked for, over the rows that may be told."""
    found: Counter[str] = Counter()
    for rows, _ in days.values():
        for row in rows:
            found["refused" if row.outcome == "refused" else row.action] += row.n
    return found


def _as_json(intake: Intake, days: Days, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "lines": intake.sums,
        "files": [
            {
                "log": file.name,
                "format": file.format,
                "lines": file.lines,
                "blank": file.why[Why.BLANK],
                "unreadable": file.unreadable,
            }
            for file in intake.files
        ],
        "unreadable": [
            {"log": one.file, "line": one.line, "reason": str(one.why)}
            for one in intake.listed
        ],
        "days": {day: total for day, (_, total) in days.items()},
        "would_have_met": dict(sorted(_actions(days).items())),
        "rests_on": snapshot.versions._asdict(),
    }


def _show(intake: Intake, days: Days, snapshot: Snapshot, to: Path | None) -> None:
    made = table("log", "read as", "lines", "blank", "unreadable")
    for file in intake.files:
        numbers = (file.lines, file.why[Why.BLANK])
        told = (f"{n:,}" for n in (*numbers, file.unreadable))
        made.add_row(file.name, file.format, *told)
    show_table(made)
    _show_sums(intake, days)
    built = snapshot.index.database.digest[:12]
    say(
        f"Decided by the rules in force at each line's time, and by the database of "
        f"today ({built}). Nothing of this was enforced."
    )
    if to is None:
        say("Nothing was written; --to DIR keeps the rows for gate audit report.")
    else:
        say(f"Written to {to}, apart from the sealed log.")


def _show_sums(intake: Intake, days: Days) -> None:
    made = table("what became of the lines", "lines")
    for name, count in intake.sums.items():
        made.add_row(name.replace("_", " "), f"{count:,}")
    show_table(made)
    actions = _actions(days)
    made = table("would have met", "decisions", "share")
    for action, n in sorted(actions.items(), key=lambda pair: -pair[1]):
        word = "(merged)" if action == "*" else action
        made.add_row(word, f"{n:,}", f"{n / actions.total():.2%}")
    show_table(made)


def _show_unreadable(intake: Intake, listed: Path | None) -> None:
    """Name unreadable lines; only how many, if they are listed in a file."""
    if listed is not None:
        count = intake.sums["unreadable"]
        first = (
            f"the first {len(intake.listed):,} are "
            if count > len(intake.listed)
            else ""
        )
        say(f"{many(count, 'unreadable line')}: {first}listed in {listed}.", err=True)
        return
    for one in intake.listed[:_TOLD]:
        say(f"{one.file}:{one.line}: {one.why}: {MEANINGS[one.why]}", err=True)
    more = intake.sums["unreadable"] - len(intake.listed[:_TOLD])
    if more > 0:
        told = many(more, "more unreadable line")
        say(f"{told}; --unreadable FILE lists them.", err=True)
