"""gate help: what a code or a word means."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from gate.audit.rows import COLUMNS
from gate.cli.console import show_table, table
from gate.documents import suggest
from gate.documents.suppression import example
from gate.model import Severity
from gate.rules.formats import NAMES, conformance, specification
from gate.workbench.glossary import WORDS, code_table
from gate.workbench.pages.told import as_text
from gate.workbench.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.workbench.glossary import CodeEntry
    from gate.workbench.pages import Page

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
    """Explain TOPIC: a code such as E110, or a word such as "until" or "interstitial".

    "codes" and "words" list what there is; "audit" explains the rows of the audit log.
    Codes that begin with R are about the rule book, those with D are what gate doctor
    finds, those with E are about all else. "format" is the specification of the files
    of a rule book; "rules/1", "areas/1" and "notices/2" are its parts.
    """
    if topic == "words":
        _show([(word, meaning) for word, meaning in WORDS.items()], "word")
        return
    if topic == "audit":
        _show(list(COLUMNS.items()), "column")
        click.echo(AUDIT)
        return
    if topic in {"format", *NAMES}:
        _show_format(NAMES if topic == "format" else (topic,))
        return
    codes = code_table()
    if topic == "codes":
        _show_codes(codes)
    elif topic.upper() in codes:
        click.echo(_told(topic.upper(), codes[topic.upper()]))
    elif topic.lower() in _meanings():
        click.echo(f"{topic.lower()}: {_meanings()[topic.lower()]}")
    else:
        raise click.UsageError(_unknown(topic, codes))


def _meanings() -> dict[str, str]:
    """Return what each word means: of the glossary, and of the files of a book."""
    return {**terms(), **WORDS}


def _unknown(topic: str, codes: Iterable[str]) -> str:
    """Say that there is no such topic, and which ones may be meant."""
    begun = [code for code in codes if code.startswith(topic.upper())]
    if len(topic) > 1 and begun:
        return f'There is no code "{topic}"; there are {", ".join(begun)}.'
    named = ["codes", "words", "audit", "format", *NAMES, *_meanings()]
    meant = suggest(topic.lower(), named) or suggest(topic.upper(), codes)
    hint = meant or " gate help words and gate help codes list what there is."
    return f'There is no word or code "{topic}".{hint}'


def _show_format(names: Iterable[str]) -> None:
    for name in names:
        click.echo(specification(name))
    click.echo(f"The cases that hold a reader to it lie in {conformance()}.")


def _show_codes(codes: Mapping[str, CodeEntry]) -> None:
    made = table("code", "severity", "meaning", whole=2)
    for code, about in codes.items():
        made.add_row(code, _severities(about), about.meaning)
    show_table(made)


def _severities(about: CodeEntry) -> str:
    return ", ".join(word.value for word in about.severities)


def _told(code: str, about: CodeEntry) -> str:
    """Return all that there is to say of a code."""
    parts = [f"{code}: {about.meaning}", f"Severity: {_severities(about)}."]
    if about.page:
        parts[-1] += _suppression(code, about.page)
    parts += [about.more] if about.more else []
    parts += [as_text(about.page)] if about.page else []
    return "\n\n".join([*parts, f"What to do: {about.remedy}"])


def _suppression(code: str, page: Page) -> str:
    if not page.can_be_suppressed:
        return " It cannot be ignored."
    when = "" if Severity.ERROR not in page.severities else ", where it is no error"
    comment = example(code, int(time.time()))
    return (
        f" On its line or the line above, a comment can ignore it{when}:\n\n"
        f"    {comment}"
    )


def _show(rows: list[tuple[str, str]], first: str) -> None:
    made = table(first, "meaning", whole=1)
    for row in rows:
        made.add_row(*row)
    show_table(made)
