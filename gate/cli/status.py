"""gate status: what the running gate does."""

from __future__ import annotations

import os
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import click

from gate.cli.console import (
    Exit,
    config_file,
    config_option,
    many,
    open_config,
    say,
    show_json,
    show_table,
    table,
)
from gate.cli.refused import SHORT, show_earlier, show_refusals, span
from gate.config import state_folder
from gate.documents.moments import day, second
from gate.errors import FindingsError, NoGateRunsError, NotServedYetError
from gate.workbench.status import (
    SILENT,
    ask_all,
    collect,
    differing_since,
    holding,
    summed,
)
from gate.workbench.waiting import LONG, Verdict, Waited, wait

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.workbench.status import Report

_CELL = "place", "activity", "action", "outcome", "reason", "count"
_LEAST_DIGEST = 8  # characters: less could be another book by chance


def _digest(_: click.Context, __: click.Parameter, value: str) -> str:
    digest = value.lower()
    if digest and (
        len(digest) < _LEAST_DIGEST or set(digest) - set("0123456789abcdef")
    ):
        raise click.BadParameter(f"{_LEAST_DIGEST} to 64 characters of 0-9 and a-f.")
    return digest


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--wait",
    "waits",
    is_flag=True,
    help="Wait until every worker serves what lies on the disk now.",
)
@click.option(
    "--digest",
    callback=_digest,
    default="",
    metavar="HEX",
    help="With --wait: until every worker serves this book, by the beginning of its "
    "digest.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    default=LONG,
    show_default=True,
    help="With --wait: for how long at most.",
)
@click.pass_context
def status(
    ctx: click.Context,
    config_path: Path,
    *,
    as_json: bool,
    waits: bool,
    digest: str,
    seconds: float,
) -> None:
    """Ask the running gate what it rests on and what it has decided.

    Shows every worker, the digests of what it serves, what troubles it, what it
    refuses and why, and counts of decisions since it started; never who. Kinds of
    which there were fewer than ten are one number. Exit codes: 0 a gate runs, 1 none
    does.

    With --wait, for whoever has just put files in place: 0 every worker serves them,
    1 they are refused, and it says why, so that a script may take them back; 3 nobody
    can tell: time is over, or no gate runs.
    """
    state = _state(config_path)
    if waits:
        _wait(ctx, state, digest, seconds, as_json=as_json)
    reports = collect(state)
    if as_json:
        show_json(reports)
    elif reports:
        _show(reports)
    else:
        click.echo("No gate is running with this state folder.")
    ctx.exit(Exit.SOUND if reports else Exit.PROBLEMS)


def _state(config_path: Path) -> Path:
    """Return the state folder, also while the gate refuses the configuration."""
    try:
        return open_config(config_path).state
    except FindingsError:
        guess = state_folder(config_file(config_path), os.environ)
        if ask_all(guess):
            return guess
        raise


def _wait(
    ctx: click.Context, state: Path, digest: str, seconds: float, *, as_json: bool
) -> NoReturn:
    waited = wait(partial(ask_all, state), digest=digest, seconds=seconds)
    if as_json:
        show_json(_told(waited))
    match waited.verdict:
        case Verdict.NOBODY:
            raise NoGateRunsError(state=state)
        case Verdict.UNDER_WAY:
            reason = _reason(waited, digest)
            raise NotServedYetError(seconds=waited.seconds, reason=reason)
        case Verdict.REFUSED | Verdict.SERVED:
            pass
    if not as_json:
        _show_waited(waited)
    refused = waited.verdict is Verdict.REFUSED
    ctx.exit(Exit.PROBLEMS if refused else Exit.SOUND)


def _told(waited: Waited) -> dict[str, Any]:
    """Return how a wait has ended, in JSON types."""
    reports = waited.reports
    return {
        "verdict": str(waited.verdict),
        "seconds": round(waited.seconds, 2),
        "books": {str(r["pid"]): r["versions"]["book"] for r in reports},
        "silent": len(waited.answers) - len(reports),
        "refusals": [refusal for refusal, _ in holding(reports)],
    }


def _reason(waited: Waited, digest: str) -> str:
    if SILENT in waited.answers:
        return "a worker does not answer"
    if len(waited.reports) < max(report["workers"] for report in waited.reports):
        return "not all workers have begun"
    if any(not report["settled"] for report in waited.reports):
        return "what lies on the disk is still being read, or changes all the time"
    if digest:
        return "another book lies on the disk"
    return "the workers serve different books"


def _show_waited(waited: Waited) -> None:
    reports = waited.reports
    if waited.verdict is Verdict.SERVED:
        book = reports[0]["versions"]["book"][:SHORT]
        count, took = many(len(reports), "worker"), waited.seconds
        say(f"Served by {count} after {took:.1f} s: book {book}.")
    show_refusals(reports)


def _show(reports: Sequence[Report]) -> None:
    made = table("worker", "mode", "book", "decisions", "database built", "trouble")
    for report in reports:
        built = day(report["database_built"])
        book = report["versions"]["book"][:SHORT]
        trouble = str(len(report["trouble"]) or "none")
        row = report["pid"], report["mode"], book, report["total"], built, trouble
        made.add_row(*(str(value) for value in row))
    show_table(made)
    _show_trouble(reports)
    show_refusals(reports)
    if not all(report["settled"] for report in reports):
        say("Files on the disk have changed, and are being read.\n")
    show_earlier(reports)
    _show_versions(reports)
    _show_cells(reports)


def _show_trouble(reports: Sequence[Report]) -> None:
    """Print what troubles workers but refusals, which are told at length."""
    whole = tuple(f"{r['code']}: {r['message']}" for r, _ in holding(reports))
    told = Counter(t for r in reports for t in r["trouble"] if not t.startswith(whole))
    for trouble, count in told.items():
        say(f"TROUBLE of {count} of {many(len(reports), 'worker')}: {trouble}\n")


def _show_versions(reports: Sequence[Report]) -> None:
    made = table("rests on", "version", "since", whole=2)
    for name in reports[0]["versions"]:
        found: dict[str, list[float]] = {}
        for report in reports:
            since = report["since"].get(name, 0.0)
            found.setdefault(report["versions"][name], []).append(since)
        times = "\n".join(second(min(since)) for since in found.values())
        digests = "\n".join(version[:SHORT] for version in found)
        made.add_row(name, digests, times + _differ(reports, name))
    show_table(made)


def _differ(reports: Sequence[Report], name: str) -> str:
    begun = differing_since(reports, name)
    if begun is None:
        return ""
    return f"\n(differ, for {span(time.time() - begun)})"


def _show_cells(reports: Sequence[Report]) -> None:
    made = table(*_CELL, whole=3)
    for cell in summed(reports):
        made.add_row(*(str(value) for value in cell))
    rare = sum(report["small"] for report in reports)
    if rare:
        made.add_row("(rare)", "", "", "", "", str(rare))
    show_table(made)
