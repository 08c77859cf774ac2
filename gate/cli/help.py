"""gate help: what a code or a word means."""

from __future__ import annotations

import click

from gate.cli.console import show_table, table
from gate.workbench.glossary import WORDS, code_table


@click.command("help")
@click.argument("topic", default="words")
def help_(topic: str) -> None:
    """Explain TOPIC: a code such as E110, "codes" for all of them, or "words".

    Codes that begin with R are about the rule book, those with D are what gate doctor
    finds, those with E are about all else.
    """
    if topic == "words":
        _show([(word, meaning) for word, meaning in WORDS.items()], "word")
        return
    codes = code_table()
    if topic == "codes":
        _show([(code, about.meaning) for code, about in codes.items()], "code")
        return
    about = codes.get(topic.upper())
    if about is None:
        raise click.UsageError(f'There is no code "{topic}"; see gate help codes.')
    click.echo(f"{topic.upper()}: {about.meaning}")
    if about.more:
        click.echo(f"\n{about.more}")
    click.echo(f"\nWhat to do: {about.remedy}")


def _show(rows: list[tuple[str, str]], first: str) -> None:
    made = table(first, "meaning", whole=1)
    for row in rows:
        made.add_row(*row)
    show_table(made)
