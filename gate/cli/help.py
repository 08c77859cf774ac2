"""gate help: what a code or a word means."""

from __future__ import annotations

import click

from gate.audit.rows import COLUMNS
from gate.cli.console import show_table, table
from gate.workbench.glossary import WORDS, code_table

AUDIT = """\
A row of the audit log is a count: how many decisions of a day agree in every column.
No row is about a person, and none stands for fewer than 10 decisions (audit.least).

*    merged: decisions that differ here were counted together, because on their own they
     would have been too few. Totals stay exact. What was merged is never guessed.
""    nothing: the column does not apply.

A report sorts the outcomes by what a reader was owed:
  owed and met      covered, blocked, degraded
  owed and not met  served_without_notice (a violation); passed with the reason
                    mode:observe, because the gate only watched
  not owed          exempt; passed, also with reasons such as kind:asset
  else              refused, gap, and rows whose outcome was merged

gate audit query shows examples in SQL; gate audit sample DIR writes a log to try."""


@click.command("help")
@click.argument("topic", default="words")
def help_(topic: str) -> None:
    """Explain TOPIC: a code such as E110, "codes" for all, "words", or "audit".

    Codes that begin with R are about the rule book, those with D are what gate doctor
    finds, those with E are about all else.
    """
    if topic == "words":
        _show([(word, meaning) for word, meaning in WORDS.items()], "word")
        return
    if topic == "audit":
        _show(list(COLUMNS.items()), "column")
        click.echo(AUDIT)
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
