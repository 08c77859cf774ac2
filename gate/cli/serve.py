"""gate serve: the gate at work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic_core import PydanticCustomError

from gate.cli.console import Exit, config_option, open_config, report
from gate.config.checks import is_same_address
from gate.config.scalars import listen_address, upstream_url
from gate.errors import FindingsError
from gate.workbench.running.serve import Source
from gate.workbench.running.serve import serve as serve_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.config import Config


def listen_at(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Check an option that says where something listens."""
    return _checked(listen_address, value)


def upstream_at(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Check an option that says where a site is."""
    return _checked(upstream_url, value)


def _checked(check: Callable[[str], str], value: str | None) -> str | None:
    """Return an option's value, checked as the same value of the configuration is."""
    try:
        return None if value is None else check(value)
    except PydanticCustomError as error:
        hint = (error.context or {}).get("hint", "")
        raise click.BadParameter(f"{error.message()} {hint}".strip()) from None


def _refuse_itself(config: Config, source: Source, listen: str) -> None:
    """Stop where every request would come back to the gate."""
    elsewhere = source.check or source.demo or source.folder is not None
    upstream = None if elsewhere else source.upstream or config.server.upstream
    if upstream and is_same_address(upstream, listen):
        message = f"{upstream} is where the gate itself would listen."
        raise click.UsageError(message)


@click.command()
@config_option
@click.option(
    "--check",
    is_flag=True,
    help="Stand in front of nothing: other servers ask (section check).",
)
@click.option("--demo", is_flag=True, help="Stand in front of the demo news site.")
@click.option(
    "--site",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Stand in front of a folder of HTML files.",
)
@click.option(
    "--upstream",
    callback=upstream_at,
    metavar="URL",
    help="Stand in front of another server.",
)
@click.option(
    "--listen",
    callback=listen_at,
    metavar="HOST:PORT",
    help="Where to listen, instead of server.listen.",
)
@click.option(
    "--pidfile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write the number of the process to.",
)
@click.pass_context
def serve(  # noqa: PLR0913 (one for each option)
    ctx: click.Context,
    config_path: Path,
    *,
    check: bool,
    demo: bool,
    site: Path | None,
    upstream: str | None,
    listen: str | None,
    pidfile: Path | None,
) -> None:
    """Stand in front of a site and warn its readers.

    Give one of --check, --demo, --site and --upstream; with none, server.upstream of
    the configuration holds. TERM and INT stop the gate. Files that change are taken
    within seconds; HUP makes the gate look at once. Exit code 3: it could not start.
    """
    if sum((check, demo, site is not None, upstream is not None)) > 1:
        message = "Give only one of --check, --demo, --site and --upstream."
        raise click.UsageError(message)
    source = Source(check=check, demo=demo, folder=site, upstream=upstream)
    try:
        config = open_config(config_path)
        _refuse_itself(config, source, listen or config.server.listen)
        serve_source(config, source, listen=listen, pidfile=pidfile)
    except FindingsError as error:
        report(error)
        ctx.exit(Exit.NOT_STARTED)
