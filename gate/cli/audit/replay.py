"""gate audit replay: what another rule book would have decided."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.console import (
    Exit,
    config_file,
    config_option,
    many,
    open_config,
    say,
    show_json,
    show_table,
    table,
    working,
)
from gate.workbench.auditing.alike import Logs, books_named, read_alike
from gate.workbench.auditing.answering import MEANINGS, Reason
from gate.workbench.auditing.ground import Assumption, ground_of
from gate.workbench.auditing.replaying import replay as replay_rows
from gate.workbench.auditing.replaying import told
from gate.workbench.revisions import find_book, former_books

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.config import Config
    from gate.model import RuleBook
    from gate.workbench.auditing.replaying import Change, Replay
    from gate.workbench.revisions import Found

MOST_LINES = 40
"""More lines of one table are in --json."""


HINTS = {
    Reason.SETTINGS: "If site.sections and site.activities were the same then: "
    "--assume sections.",
    Reason.DOUBT: "If strangers' forwarding headers and databases too old can be left "
    "out: --assume doubts.",
}
"""What an auditor who knows more than the rows may say."""


def _day(_: click.Context, __: click.Parameter, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise click.BadParameter("A day looks like 2026-11-21.") from None


@click.command()
@click.argument(
    "folders", metavar="[DIR]...", nargs=-1, type=click.Path(path_type=Path)
)
@config_option
@click.option(
    "--rules",
    "named",
    metavar="FOLDER|REVISION",
    required=True,
    help="The other rule book: a folder; a git revision of the configured one, such "
    "as HEAD~3; or REVISION:PATH.",
)
@click.option(
    "--former",
    "former",
    metavar="FOLDER|REVISION",
    multiple=True,
    help="A book that rows name, if the history of the configured folder lacks it: "
    "what the book of the day decided tells more of each row.",
)
@click.option(
    "--since", metavar="DAY", default="", callback=_day, help="First day (UTC)."
)
@click.option(
    "--until", metavar="DAY", default="", callback=_day, help="Last day, included."
)
@click.option(
    "--assume",
    "assumed",
    multiple=True,
    type=click.Choice([word.value for word in Assumption]),
    help="Take for granted what rows do not prove. sections: site.sections and "
    "site.activities never changed. doubts: where a row tells of no doubt about the "
    "place, there was none.",
)
@click.option(
    "--untold",
    "most_untold",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    default=0.0,
    show_default=True,
    help="Share that may stay untold.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def replay(  # noqa: PLR0913  # one for each option
    ctx: click.Context,
    config_path: Path,
    *,
    folders: tuple[Path, ...],
    named: str,
    former: tuple[str, ...],
    since: str,
    until: str,
    assumed: tuple[str, ...],
    most_untold: float,
    as_json: bool,
) -> None:
    """Say what another rule book would have decided about what was counted.

    Exact, or it says which share counts cannot answer, and why. DIR is a log; by
    default it is that of the configuration. Exit codes: 0 nothing would become looser;
    1 more than --untold percent cannot be told; 5 something would become looser.
    """
    config = _config(config_path, needed=not (folders and Path(named).is_dir()))
    own = config.audit.folder if config else None
    logs = Logs(folders=folders or (own or Path(),), since=since, until=until)
    rules = config.rules.folder if config else Path(named)
    with working("Replaying"):
        other = find_book(named, rules)
        books = _Books(other, [find_book(name, rules).book for name in former])
        books.look_for(books_named(logs), rules)
        ground = ground_of(
            other.book,
            config,
            formers=books.formers,
            assumed=map(Assumption, assumed),
        )
        found = replay_rows(ground, read_alike(logs, ground.edges))
    if as_json:
        show_json(_plain(found, books, assumed))
    else:
        _show(found, books, assumed)
    ctx.exit(_exit(found, most_untold))


def _exit(found: Replay, most_untold: float) -> Exit:
    """Nothing told is not "nothing looser"."""
    if found.looser:
        return Exit.PROMISE_BROKEN
    untold = 100 * found.untold.total()
    return Exit.PROBLEMS if untold > most_untold * found.decisions else Exit.SOUND


class _Books:
    """The book that is asked, and those of the days that rows tell of."""

    def __init__(self, other: Found, formers: list[RuleBook]) -> None:
        self.other, self.formers = other, formers
        self.named = self.at_hand = 0

    def look_for(self, named: frozenset[str], rules: Path) -> None:
        """Find the books that rows name, if they are not there already."""
        known = {book.digest for book in (*self.formers, self.other.book)}
        self.formers += former_books(rules, named - known)
        known |= {book.digest for book in self.formers}
        self.named, self.at_hand = len(named), len(named & known)


def _config(path: Path, *, needed: bool) -> Config | None:
    """Read the configuration; an auditor with log and book may have none."""
    if not needed and not config_file(path).is_file():
        return None
    return open_config(path)


def _number(n: int) -> str:
    shown = told(n)
    return f"{shown:,}" if isinstance(shown, int) else shown


def _show(found: Replay, books: _Books, assumed: tuple[str, ...]) -> None:
    say(_headline(found), bold=True, fg="red" if found.looser else None)
    if assumed:
        say(f"Taken for granted: {', '.join(assumed)}.")
    if books.at_hand < books.named:
        say(
            f"Rows name {many(books.named, 'book')}, {books.at_hand} of them at hand; "
            "more can be told with the others (--former)."
        )
    say()
    _show_changes(found, "area", _areas)
    _show_changes(found, "section", lambda change: (change.section,))
    _show_changes(found, "decided by", lambda c: (f"{c.rules} → {c.rules_then}",))
    _show_untold(found)
    _show_sums("Not decided by rules", "because", found.apart)


def _headline(found: Replay) -> str:
    return (
        f"Of {_number(found.decisions)} decisions {found.share} % can be answered; "
        f"{_number(found.stricter)} would become stricter, "
        f"{_number(found.looser)} looser; "
        f"{_number(found.untold.total())} cannot be told."
    )


def _areas(change: Change) -> tuple[str, ...]:
    return tuple(change.areas.split(","))


def _moved(
    found: Replay, key: Callable[[Change], tuple[str, ...]]
) -> Counter[tuple[str, str, str]]:
    sums: Counter[tuple[str, str, str]] = Counter()
    for change, n in found.changes.items():
        for name in key(change):
            sums[name, change.was.word, change.then.word] += n
    return sums


def _show_changes(
    found: Replay, title: str, key: Callable[[Change], tuple[str, ...]]
) -> None:
    lines = [
        (name, was, then, _number(n))
        for (name, was, then), n in sorted(_moved(found, key).items())
        if was != then
    ]
    if not lines:
        return
    made = table(title, "was", "would be", "decisions")
    made.columns[-1].justify = "right"
    for line in lines[:MOST_LINES]:
        made.add_row(*line)
    show_table(made)
    if len(lines) > MOST_LINES:
        say(f"{len(lines) - MOST_LINES:,} more lines are in --json.\n")


def _show_untold(found: Replay) -> None:
    sums: Counter[str] = Counter()
    for (_, reason), n in found.untold.items():
        sums[MEANINGS[reason]] += n
    _show_sums("Cannot be told", "because", sums)
    for reason in sorted({reason for _, reason in found.untold} & HINTS.keys()):
        say(f"{HINTS[reason]}\n")


def _show_sums(title: str, heading: str, sums: Counter[str]) -> None:
    if not sums:
        return
    made = table(f"{title}, {heading}", "decisions")
    made.columns[-1].justify = "right"
    for name, n in sums.most_common():
        made.add_row(name, _number(n))
    show_table(made)


def _plain(found: Replay, books: _Books, assumed: tuple[str, ...]) -> dict[str, Any]:
    """Return everything as values of JSON; sums below 10 are "<10"."""
    return {
        "rules": books.other.source,
        "book": books.other.book.digest,
        "books_named": books.named,
        "books_at_hand": books.at_hand,
        "assumed": list(assumed),
        "decisions": told(found.decisions),
        "answered_percent": found.share,
        "stricter": told(found.stricter),
        "looser": told(found.looser),
        "by_area": _lines(found, "area", _areas),
        "by_section": _lines(found, "section", lambda change: (change.section,)),
        "by_rules": [
            {
                "rules": rules,
                "rules_then": then,
                "was": was,
                "would_be": will,
                "n": told(n),
            }
            for (rules, then, was, will), n in sorted(_by_rules(found).items())
        ],
        "untold": [
            {"section": section, "reason": reason.value, "n": told(n)}
            for (section, reason), n in sorted(found.untold.items())
        ],
        "reasons": {reason.value: text for reason, text in MEANINGS.items()},
        "apart": {why: told(n) for why, n in sorted(found.apart.items())},
    }


def _lines(
    found: Replay, name: str, key: Callable[[Change], tuple[str, ...]]
) -> list[dict[str, Any]]:
    return [
        {name: value, "was": was, "would_be": then, "n": told(n)}
        for (value, was, then), n in sorted(_moved(found, key).items())
    ]


def _by_rules(found: Replay) -> Counter[tuple[str, str, str, str]]:
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for change, n in found.changes.items():
        key = change.rules, change.rules_then, change.was.word, change.then.word
        sums[key] += n
    return sums
