"""gate init."""

from __future__ import annotations

from pathlib import Path

import click

from gate.workbench.starter import write_starter

NEXT = """
What to do next:

  cd {folder}
  gate serve --demo        see the gate in front of a demo site
  gate explain --place RU --path /a/some-article

Then make it yours: site, visitor and audit in config.yaml; the name and the legal
dates in rules/notices/; gate check and gate test after each change.
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Write config.yaml and rules/ into FOLDER, to start from.

    FOLDER is made if it is not there. Nothing is ever overwritten.
    """
    written = write_starter(folder)
    click.echo(f"Wrote {len(written)} files to {folder}.")
    click.echo(NEXT.format(folder=folder))
