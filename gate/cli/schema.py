"""gate schema: JSON Schema for editors."""

from __future__ import annotations

import click

from gate.cli.console import show_json
from gate.workbench.schemas import json_schema

WHAT = ("config", "rules", "areas", "notices")


@click.command()
@click.argument("what", type=click.Choice(WHAT))
def schema(what: str) -> None:
    """Print the JSON Schema (draft-07) of a kind of file.

    Editors that know YAML complete and check with it; gate check knows more.
    """
    show_json(json_schema(what))
