"""gate fmt: files of the rule book in one layout."""

from __future__ import annotations

import os
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.console import (
    Exit,
    config_file,
    config_option,
    many,
    say,
    show_findings,
)
from gate.config import rules_folder
from gate.errors import ConfigMissingError
from gate.workbench.formatting.files import (
    Layout,
    files_of_book,
    look,
    look_at,
    named,
)
from gate.workbench.texts.writing import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STDIN = Path("-")
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command()
@config_option
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if files change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.argument(
    "files",
    nargs=-1,
    type=click.Path(exists=True, allow_dash=True, path_type=Path),
)
@click.pass_context
def fmt(
    ctx: click.Context,
    config_path: Path,
    files: tuple[Path, ...],
    *,
    check: bool,
    diff: bool,
) -> None:
    """Lay out the files of the rule book in one calm way; comments stay.

    Without FILES: config.yaml and every YAML file of the rule book. A folder stands
    for the YAML files below it; - reads standard input and writes standard output.
    Indentation is two spaces; one space follows a dash, colon and comma; texts stand
    in double quotation marks where single ones would do as well; empty lines are
    single, and one stands between rules. Lines are never broken, joined or put in
    another order, and a file must say the same afterwards, or it is not written. What
    is no sound YAML is named and left as it is. Exit codes: 0 all laid out, 1 a file
    is left, or --check has found one.
    """
    if files == (STDIN,):
        found = [look_at(sys.stdin.buffer.read(), STDIN)]
    else:
        chosen = named(files) if files else _own(config_path)
        found = [look(path) for path in dict.fromkeys(chosen)]
    refused = _refuse(found)
    if check or diff:
        _show_differences(found)
    elif files == (STDIN,):
        click.echo(found[0].after, nl=False)
    else:
        write({layout.path: layout.after for layout in found if layout.changes})
    if files != (STDIN,):
        click.echo(_summary(found, refused, written=not (check or diff)), err=True)
    stays = check and any(layout.changes for layout in found)
    ctx.exit(Exit.PROBLEMS if refused or stays else Exit.SOUND)


def _own(config_path: Path) -> Iterable[Path]:
    path = config_file(config_path)
    if not path.is_file():
        raise ConfigMissingError(path)
    return files_of_book(path, rules_folder(path, os.environ))


def _refuse(found: Sequence[Layout]) -> int:
    """Show why files cannot be laid out, and return how many."""
    show_findings(chain.from_iterable(layout.findings for layout in found), err=True)
    return sum(bool(layout.findings) for layout in found)


def _show_differences(found: Iterable[Layout]) -> None:
    for layout in found:
        for line in layout.difference() if layout.changes else ():
            say(line, fg=_COLOURS.get(line[:1]))


def _summary(found: Sequence[Layout], refused: int, *, written: bool) -> str:
    changed = sum(layout.changes for layout in found)
    told = f"{many(changed, 'file')} {'laid out' if written else 'would change'}"
    told += f", {many(len(found) - changed - refused, 'file')} left as they were"
    return f"{told}, {many(refused, 'file')} with errors." if refused else f"{told}."
