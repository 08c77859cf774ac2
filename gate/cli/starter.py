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

Then make it yours: name, hosts and links in config.yaml; the day of your entry in the
register and legal@example.org in rules/undesirable-organization.yaml; the facts in
rules/notices/. Run gate check after each change.
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
