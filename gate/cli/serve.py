"""gate serve: the gate at work."""

from __future__ import annotations

from pathlib import Path

import click
from pydantic_core import PydanticCustomError

from gate.cli.console import Exit, config_option, open_config, report
from gate.config.scalars import listen_address
from gate.errors import FindingsError
from gate.workbench.serve import Source
from gate.workbench.serve import serve as serve_source


def _listen(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else listen_address(value)
    except PydanticCustomError as error:
        hint = (error.context or {}).get("hint", "")
        raise click.BadParameter(f"{error.message()} {hint}".strip()) from None


@click.command()
@config_option
@click.option("--demo", is_flag=True, help="Stand in front of the demo news site.")
@click.option(
    "--site",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Stand in front of a folder of HTML files.",
)
@click.option("--upstream", metavar="URL", help="Stand in front of another server.")
@click.option(
    "--listen",
    callback=_listen,
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
    demo: bool,
    site: Path | None,
    upstream: str | None,
    listen: str | None,
    pidfile: Path | None,
) -> None:
    """Stand in front of a site and warn its readers.

    Give one of --demo, --site and --upstream; with none, server.upstream of the
    configuration holds. TERM and INT stop the gate, HUP makes it read everything
    anew. Exit code 3: it could not start.
    """
    if sum((demo, site is not None, upstream is not None)) > 1:
        raise click.UsageError("Give only one of --demo, --site and --upstream.")
    source = Source(demo=demo, folder=site, upstream=upstream)
    try:
        serve_source(open_config(config_path), source, listen=listen, pidfile=pidfile)
    except FindingsError as error:
        report(error)
        ctx.exit(Exit.NOT_STARTED)
