"""gate schema: JSON Schema for editors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from gate.cli.console import config_file, config_option, many, show_json
from gate.config import rules_folder
from gate.errors import ConfigMissingError, NoBookFolderError
from gate.workbench.schemas import MODELS, json_schema
from gate.workbench.schemas.vocabulary import vocabulary
from gate.workbench.schemas.writing import (
    FOLDER,
    settings_of_vs_code,
    write_modelines,
    write_schemas,
)

if TYPE_CHECKING:
    from pathlib import Path

    from gate.workbench.schemas.vocabulary import Vocabulary
    from gate.workbench.schemas.writing import Written


@click.command()
@config_option
@click.option(
    "--write", "to_folder", is_flag=True, help=f"Write all into {FOLDER} of the book."
)
@click.option(
    "--modeline",
    is_flag=True,
    help="Write them, and let each file name its own in a comment at its top.",
)
@click.option("--vscode", is_flag=True, help="Print settings of VS Code to use them.")
@click.argument("what", type=click.Choice(list(MODELS)), required=False)
def schema(
    config_path: Path,
    what: str | None,
    *,
    to_folder: bool,
    modeline: bool,
    vscode: bool,
) -> None:
    """Print the JSON Schema (draft-07) of a kind of file, WHAT, or write all of them.

    Editors that know YAML complete, explain and check with it: keys and words, the
    ids of your own areas, rules and notices, and what codes and settlements are
    called. gate check knows more. Write them anew when ids have changed; gate watch
    does that by itself. The folder is hidden, so that it is no part of the book.
    """
    path = config_file(config_path)
    if modeline:
        _tell(write_modelines(path, _folder(path)))
    elif to_folder:
        click.echo(_wrote(write_schemas(_folder(path))))
    if vscode:
        show_json(settings_of_vs_code(path, _folder(path)))
    if what:
        show_json(json_schema(what, _own(path)))
    elif not (modeline or to_folder or vscode):
        raise click.UsageError(f"Name one of {', '.join(MODELS)}, or say --write.")


def _own(path: Path) -> Vocabulary | None:
    folder = rules_folder(path, os.environ) if path.is_file() else None
    return vocabulary(folder) if folder and folder.is_dir() else None


def _folder(path: Path) -> Path:
    if not path.is_file():
        raise ConfigMissingError(path)
    folder = rules_folder(path, os.environ)
    if folder is None or not folder.is_dir():
        raise NoBookFolderError(path=path)
    return folder


def _wrote(schemas: tuple[Path, ...]) -> str:
    return f"Wrote {many(len(schemas), 'schema')} to {schemas[0].parent}."


def _tell(written: Written) -> None:
    click.echo(_wrote(written.schemas))
    click.echo(f"{many(len(written.changed), 'file')} changed in the first line.")
    for path in written.silent:
        click.echo(f"{path}: left alone, for its format is not known.")
