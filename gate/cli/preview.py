"""gate preview: a page on this machine that shows what readers meet."""

from __future__ import annotations

import os
import webbrowser
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from gate.cli.console import config_file, config_option, open_config, working

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@config_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="NUMBER",
    help="Port to listen on; default: any that is free.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Loopback address to listen on; the other is ::1.",
)
@click.option("--open", "opens", is_flag=True, help="Open the page in your browser.")
def preview(config_path: Path, *, port: int, host: str, opens: bool) -> None:
    """Show in a browser what readers meet, where and when, and why.

    A page on this machine alone, which works without network: choose a place, a
    moment, a path, an activity, a language and a screen, and see the very page that
    the reader would see. Changed rules are shown at once; one with errors is told,
    and the last sound book stays. Nothing is stored. Ctrl+C ends it.
    """
    from gate.errors import FindingsError  # noqa: PLC0415
    from gate.workbench.preview.app import Preview  # noqa: PLC0415 (costs 0.3 s)
    from gate.workbench.preview.server import listen, url_of  # noqa: PLC0415
    from gate.workbench.preview.upkeep import Upkeep  # noqa: PLC0415

    path = config_file(config_path)
    try:
        open_config(path)
    except FindingsError as error:
        click.echo(f"{error.code}: the page shows what is wrong.", err=True)
    upkeep = Upkeep(path, os.environ)
    made = Preview(upkeep)
    server = listen(made.app(), host, port)
    with suppress(KeyboardInterrupt):
        with working("Reading the rule book"):
            upkeep.look()
        made.draw_ahead()
        url = url_of(server)
        click.echo(f"The preview is at {url} until you press Ctrl+C.")
        if opens:
            webbrowser.open(url)
        server.serve_forever()
