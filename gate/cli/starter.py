"""gate init."""

from __future__ import annotations

from pathlib import Path

import click

from gate.workbench.starter import EXAMPLES, missing_ignores, write_starter

NEXT = """
What to do next:

  cd {folder}
  gate serve --demo        see the gate in front of a demo site
  gate explain --place RU --path /a/some-article

Then make it yours: name, hosts and links in config.yaml; the day of your entry in the
register and legal@example.org in rules/undesirable-organization.yaml; the facts in
rules/notices/. Run gate check after each change.
"""

NEXT_EXAMPLE = """
An example of another law: read rules/ from its first line on. A lawyer and native
editors must look at all of it before a site uses it. What to do next:

  cd {folder}
  gate check               prove its promises
  gate test                run its tests
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--example",
    type=click.Choice(EXAMPLES),
    help="Another law: belarus, where reading may be a risk, too.",
)
def init(folder: Path, example: str | None) -> None:
    """Write config.yaml and rules/ into FOLDER, to start from.

    FOLDER is made if it is not there. Nothing is ever overwritten. With them comes a
    .gitignore for what the gate makes there anew, unless FOLDER has one.
    """
    written = write_starter(folder, example)
    click.echo(f"Wrote {len(written)} files to {folder}.")
    missing = missing_ignores(folder)
    if missing:
        click.echo(f"There is a .gitignore already. Add to it: {'  '.join(missing)}")
    click.echo((NEXT_EXAMPLE if example else NEXT).format(folder=folder))
