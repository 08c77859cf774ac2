"""gate serve and gate status: the gate at work."""

from __future__ import annotations

from pathlib import Path

import click

from gate.cli.console import (
    Exit,
    config_file,
    config_option,
    open_config,
    show_json,
    show_table,
    table,
)
from gate.errors import FindingsError


@click.command()
@config_option
@click.option("--demo", is_flag=True, help="Stand in front of the demo news site.")
@click.option(
    "--site",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Stand in front of a folder of HTML files.",
)
@click.option("--upstream", metavar="URL", help="Stand in front of another server.")
@click.option("--listen", metavar="HOST:PORT", help="Instead of server.listen.")
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
    configuration. TERM and INT stop the gate, HUP makes it read everything anew.
    Exit code 3: it could not start.
    """
    if sum((demo, site is not None, upstream is not None)) > 1:
        raise click.UsageError("Give only one of --demo, --site and --upstream.")
    address = _listen(listen)
    try:
        _serve(config_file(config_path), (demo, site, upstream), address, pidfile)
    except FindingsError as error:
        from gate.cli import Reported  # noqa: PLC0415 (the parent of this module)

        reported = Reported(error)
        reported.exit_code = Exit.NOT_STARTED
        raise reported from error
    ctx.exit(Exit.SOUND)


def _serve(
    config_path: Path,
    source: tuple[bool, Path | None, str | None],
    listen: str | None,
    pidfile: Path | None,
) -> None:
    from gate.workbench import serve as work  # noqa: PLC0415 (costs 0.5 s)

    demo, site, upstream = source
    work.serve(
        open_config(config_path),
        work.Source(demo=demo, folder=site, upstream=upstream),
        listen=listen,
        pidfile=pidfile,
    )


def _listen(text: str | None) -> str | None:
    from pydantic_core import PydanticCustomError  # noqa: PLC0415 (costs 0.1 s)

    from gate.config.scalars import listen_address  # noqa: PLC0415

    if text is None:
        return None
    try:
        return listen_address(text)
    except PydanticCustomError as error:
        raise click.BadParameter(error.message(), param_hint="--listen") from None


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(config_path: Path, *, as_json: bool) -> None:
    """Ask the running gate what it rests on and what it has decided.

    Shows every worker: the digests of what it serves, what troubles it, and counts of
    decisions; never who.
    """
    from gate.workbench.status import collect  # noqa: PLC0415 (costs 0.2 s)

    workers = collect(open_config(config_path).state)
    if as_json:
        show_json(workers)
        return
    if not workers:
        click.echo("No gate is running with this state folder.")
        return
    for worker in workers:
        _show_worker(worker)


def _show_worker(worker: dict[str, object]) -> None:
    made = table("worker", str(worker.pop("pid", "")))
    for key, value in worker.items():
        made.add_row(key, str(value))
    show_table(made)
