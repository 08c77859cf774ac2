"""gate doctor: what is wrong with a deployment, and what to do."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from gate.cli.console import (
    Exit,
    config_file,
    config_option,
    many,
    open_config,
    show_json,
    show_table,
    table,
    working,
)
from gate.documents import suggest
from gate.request.numbers import parse_address
from gate.rules import load_book
from gate.workbench.doctor.examination import Order, examine
from gate.workbench.doctor.finding import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gate.workbench.doctor.finding import Finding

_WORDS = {
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.NOTE: "note",
    Level.OK: "sound check",
}

_TODO = "To do: "

_Function = TypeVar("_Function", bound="Callable[..., object]")


def _peer(_: click.Context, __: click.Parameter, value: str | None) -> str:
    if value not in {None, "unix"} and parse_address(value or "") is None:
        raise click.BadParameter('That is no IP address, and not "unix".')
    return value or ""


def _fields(
    _: click.Context, __: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    for value in values:
        name, colon, _said = value.partition(":")
        if not colon or not name.strip() or " " in name.strip():
            raise click.BadParameter("Write it like 'X-Forwarded-For: 192.0.2.1'.")
    parts = (value.partition(":") for value in values)
    return tuple((name.strip(), said.strip()) for name, _, said in parts)


def _url(_: click.Context, __: click.Parameter, value: str | None) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise click.BadParameter("Write it with https:// or http://.")
    return value or ""


def _path(_: click.Context, __: click.Parameter, value: str) -> str:
    if not value.startswith("/"):
        raise click.BadParameter("A path begins with a slash.")
    return value


def _files(name: str, about: str) -> Callable[[_Function], _Function]:
    return click.option(
        f"--{name}",
        name.replace("-", "_"),
        type=click.Path(exists=True, path_type=Path),
        multiple=True,
        metavar="PATH",
        help=about,
    )


@click.command()
@config_option
@click.option(
    "--peer",
    "--ip",
    "peer",
    callback=_peer,
    metavar="ADDRESS",
    help='Follow a request from this address, or from "unix", to its reader.',
)
@click.option(
    "--header",
    "fields",
    callback=_fields,
    multiple=True,
    metavar="'NAME: VALUE'",
    help="A header field of that request; may be given several times.",
)
@click.option(
    "--probe",
    "url",
    callback=_url,
    metavar="URL",
    help="Ask the live site from outside for this article; about 20 requests.",
)
@click.option(
    "--from-area",
    "area",
    default="",
    metavar="AREA",
    help="Area that this machine is in; then the notice must come.",
)
@click.option(
    "--path",
    callback=_path,
    default="/",
    show_default=True,
    help="Page of the site behind the gate to look at.",
)
@click.option("--online", is_flag=True, help="Ask for the pages readers are led to.")
@_files("logs", "Log file or folder to look for addresses in; shows none.")
@_files("nginx-config", "nginx.conf, or the output of nginx -T.")
@_files("gunicorn-config", "gunicorn.conf.py, or a unit that starts gunicorn.")
@_files("caddy-config", "Caddyfile, or Caddy's JSON.")
@_files("export", "Table that gate export wrote.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def doctor(  # noqa: PLR0913 (one for each option)
    ctx: click.Context,
    config_path: Path,
    *,
    peer: str,
    fields: tuple[tuple[str, str], ...],
    url: str,
    area: str,
    path: str,
    online: bool,
    logs: tuple[Path, ...],
    nginx_config: tuple[Path, ...],
    gunicorn_config: tuple[Path, ...],
    caddy_config: tuple[Path, ...],
    export: tuple[Path, ...],
    strict: bool,
    as_json: bool,
) -> None:
    """Look at a deployment from inside and outside, and say what to do.

    Looks at the trust in proxies, the database, the rule book, running workers, the
    logs of other servers, caches, trackers and forms on a page of the site. Nothing is
    asked of other hosts unless --probe or --online is given. No reader's address is
    shown. Exit codes: 0 sound, 1 errors (with --strict also warnings).
    """
    if fields and not peer:
        raise click.UsageError("--header needs --peer: who sends it?")
    if area and not url:
        raise click.UsageError("--from-area needs --probe.")
    if area:
        _check_area(config_path, area)
    order = Order(
        peer=peer,
        fields=fields,
        logs=logs,
        servers={
            "nginx": nginx_config,
            "gunicorn": gunicorn_config,
            "caddy": caddy_config,
        },
        exported=export,
        url=url,
        area=area,
        online=online,
        path=path,
    )
    with working("Looking"):
        found = examine(config_file(config_path), os.environ, order, int(time.time()))
    code = _exit_code(found, strict=strict)
    if as_json:
        rows = [finding.as_json() for finding in found]
        show_json({"sound": code is Exit.SOUND, "findings": rows})
    else:
        _show(found, code)
    ctx.exit(code)


def _check_area(config_path: Path, area: str) -> None:
    """Refuse an area that the rule book does not have; a broken one is told later."""
    book, _ = load_book(open_config(config_path).rules.folder)
    if book is not None and area not in book.areas:
        better = suggest(area, book.areas)
        message = f'The rule book has no area "{area}". {better}'.strip()
        raise click.BadParameter(message, param_hint="--from-area")


def _exit_code(found: Sequence[Finding], *, strict: bool) -> Exit:
    worst = max((finding.level for finding in found), default=Level.OK)
    least = Level.WARNING if strict else Level.ERROR
    return Exit.PROBLEMS if worst >= least else Exit.SOUND


def _show(found: Sequence[Finding], code: Exit) -> None:
    """Print findings, the worst first, each with what to do."""
    made = table("level", "code", "what was found", whole=2)
    for finding in found:
        lines = [finding.subject, finding.found]
        if finding.todo:
            lines.append(_TODO + finding.todo)
        made.add_row(finding.level.word, finding.code, "\n".join(lines))
    show_table(made)
    counts = Counter(finding.level for finding in found)
    told = ", ".join(many(counts[level], word) for level, word in _WORDS.items())
    verdict = "Sound" if code is Exit.SOUND else "Not sound"
    click.echo(f"{verdict}: {told}. gate help CODE says more.")
