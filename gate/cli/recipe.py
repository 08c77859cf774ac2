"""gate recipe: files for the server in front of the site."""

from __future__ import annotations

from pathlib import Path

import click

from gate.cli.console import config_option, open_config
from gate.cli.serve import listen_at, upstream_at
from gate.workbench.recipe import HIDDEN, RECIPES, File, render
from gate.workbench.recipe import write as write_files
from gate.workbench.recipe_values import Settings
from gate.workbench.secret import load_secrets


@click.command(
    epilog="\n\n".join(f"{name}: {recipe.about}" for name, recipe in RECIPES.items())
)
@config_option
@click.argument("name", type=click.Choice(list(RECIPES)))
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the files into this folder. They name each other by it.",
)
@click.option(
    "--listen",
    callback=listen_at,
    metavar="HOST:PORT",
    help="Where that server listens; its usual ports if not given.",
)
@click.option(
    "--upstream",
    callback=upstream_at,
    metavar="URL",
    help="The site behind it, instead of server.upstream.",
)
@click.option(
    "--gate",
    callback=listen_at,
    metavar="HOST:PORT",
    help="Where it reaches the gate, instead of server.listen.",
)
@click.option("--force", is_flag=True, help="Replace files that are there and differ.")
def recipe(  # noqa: PLR0913 (one for each option)
    config_path: Path,
    name: str,
    *,
    folder: Path | None,
    listen: str | None,
    upstream: str | None,
    gate: str | None,
    force: bool,
) -> None:
    """Write the files with which another server puts the gate before a site.

    NAME is the server. Without --to the files are printed, and the shared secret is
    left out of them. With --to they are written; files that differ stay as they are.
    """
    config = open_config(config_path)
    secret = (load_secrets(config) or (HIDDEN,))[0] if folder else HIDDEN
    files = render(
        name,
        Settings(
            config=config,
            secret=secret,
            folder=str(folder.absolute()) if folder else None,
            listen=listen,
            upstream=upstream,
            gate=gate,
        ),
    )
    if folder:
        _write(files, folder, force=force)
    else:
        _show(files)


def _write(files: tuple[File, ...], folder: Path, *, force: bool) -> None:
    for path in write_files(files, folder, force=force):
        click.echo(path)


def _show(files: tuple[File, ...]) -> None:
    for file in files:
        click.echo(f"# ==== {file.path}{_told(file)} ====")
        click.echo(file.text)


def _told(file: File) -> str:
    if not file.secret:
        return ""
    return f" (mode 0600; --to writes the secret in place of {HIDDEN})"
