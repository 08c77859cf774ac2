"""gate audit query: SQL over the rows."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.audit.rows import COLUMNS
from gate.cli.console import (
    config_option,
    open_config,
    say,
    show_json,
    show_table,
    table,
)
from gate.cli.plain import one_line, plain
from gate.workbench.auditing.sql import EXAMPLES, ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.workbench.auditing.sql import Answer

MOST_ROWS = 1_000
"""More rows are for --csv or --json."""


@click.command()
@click.argument("words", metavar="[SQL] [DIR]...", nargs=-1)
@config_option
@click.option("--list", "listing", is_flag=True, help="Show columns and examples.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def query(
    config_path: Path,
    *,
    words: tuple[str, ...],
    listing: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Ask the rows in SQL (DuckDB), over one table: counts.

    Without SQL it shows the columns and three questions to begin with. DIR is a log; by
    default that of the configuration. The query can read and write nothing else.
    """
    sql, folders = _told(words)
    if listing or not sql:
        _show_columns()
        return
    answer = ask(folders or _own(config_path), sql)
    if as_json:
        show_json(
            [
                dict(zip(answer.columns, map(_json, row), strict=True))
                for row in answer.rows
            ]
        )
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(map(_safe, answer.columns))
        writer.writerows(map(_safe, row) for row in answer.rows)
    else:
        _show(answer)


def _told(words: Sequence[str]) -> tuple[str, tuple[Path, ...]]:
    """Tell SQL from folders: SQL comes first, and no folder has such a name."""
    if words and not Path(words[0]).is_dir():
        return words[0], tuple(map(Path, words[1:]))
    return "", tuple(map(Path, words))


def _own(config_path: Path) -> tuple[Path, ...]:
    folder = open_config(config_path).audit.folder
    return () if folder is None else (folder,)


def _show_columns() -> None:
    made = table("column", "what it holds", whole=1)
    for name, meaning in COLUMNS.items():
        made.add_row(name, meaning)
    show_table(made)
    say('"*" says: merged with others, so that no row is about few.\n')
    say("Questions to begin with:")
    for question, sql in EXAMPLES:
        say(f"\n  {question}\n  gate audit query {_quoted(sql)}")


def _quoted(sql: str) -> str:
    return '"' + sql + '"'


def _show(answer: Answer) -> None:
    if not answer.rows:
        say("No row answers this.")
        return
    made = table(*answer.columns)
    for row in answer.rows[:MOST_ROWS]:
        made.add_row(*(_text(value) for value in row))
    show_table(made)
    if len(answer.rows) > MOST_ROWS:
        more = len(answer.rows) - MOST_ROWS
        say(f"{more:,} more rows; --csv or --json prints all.")


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else one_line(str(value))


def _safe(value: object) -> object:
    """Return a value for CSV, which is as often printed as kept."""
    return plain(value) if isinstance(value, str) else value


def _json(value: object) -> object:
    plain = isinstance(value, (str, int, float, bool, list, dict, type(None)))
    return value if plain else str(value)
