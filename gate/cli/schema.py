"""gate schema: JSON Schema for editors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from gate.cli.console import config_file, config_option, show_json
from gate.config import read_config
from gate.errors import ConfigMissingError
from gate.rules import load_book
from gate.workbench.schemas import MODELS, json_schema

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model import RuleBook


@click.command()
@config_option
@click.argument("what", type=click.Choice(list(MODELS)))
def schema(config_path: Path, what: str) -> None:
    """Print the JSON Schema (draft-07) of a kind of file, WHAT.

    Editors that know YAML complete and check with it; gate check knows more. Within
    a folder that has a sound rule book, the schema of rules offers its own ids.
    """
    show_json(json_schema(what, _book(config_path)))


def _book(config_path: Path) -> RuleBook | None:
    try:
        config, _ = read_config(config_file(config_path), os.environ)
    except ConfigMissingError:
        return None
    return load_book(config.rules.folder)[0] if config else None
