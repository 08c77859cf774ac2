"""gate audit evidence: what spoke for the memberships that were counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.audit.report import own_log
from gate.cli.console import (
    config_option,
    open_config,
    say,
    show_json,
    show_table,
    table,
    working,
)
from gate.workbench.auditing.alike import Logs, books_named, read_alike
from gate.workbench.auditing.evidence import MEANINGS, evidence_of
from gate.workbench.auditing.replaying import told as shown
from gate.workbench.revisions import find_book, former_books, in_folder, opened

if TYPE_CHECKING:
    from gate.config import Config
    from gate.workbench.auditing.evidence import Told


@click.command()
@click.argument(
    "folders", metavar="[DIR]...", nargs=-1, type=click.Path(path_type=Path)
)
@config_option
@click.option(
    "--former",
    "former",
    metavar="FOLDER|REVISION",
    multiple=True,
    help="A book that rows name, if the history of the configured folder lacks it.",
)
@click.option("--since", metavar="DAY", default="", help="First day, as 2026-11-21.")
@click.option("--until", metavar="DAY", default="", help="Last day, included.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evidence(
    config_path: Path,
    *,
    folders: tuple[Path, ...],
    former: tuple[str, ...],
    since: str,
    until: str,
    as_json: bool,
) -> None:
    """Say what spoke for the memberships that were counted.

    Rows hold no evidence, for it would tell readers apart. The index that decided has
    it, by class; this looks the classes up in the indexes of those days, as far as the
    state folder keeps them. The addresses are those of the index, not of readers: how
    many of the decisions had which evidence, nobody knows.
    """
    config = open_config(config_path)
    logs = Logs(folders=folders or own_log(config), since=since, until=until)
    with working("Looking for evidence"):
        found = _found(config, logs, former)
    if as_json:
        show_json(_plain(found))
    else:
        _show(found)


def _found(config: Config, logs: Logs, former: tuple[str, ...]) -> Told:
    rules = config.rules.folder
    books = [opened(in_folder(rules))[0]]
    books += [find_book(name, rules).book for name in former]
    known = frozenset(book.digest for book in books)
    books += former_books(rules, books_named(logs) - known)
    edges = sorted({one.since for book in books for _, one in book.area_versions})
    return evidence_of(read_alike(logs, edges), books, config.state)


def _show(found: Told) -> None:
    made = table("area", "is", "place", "decisions", "evidence", "IPv4 addresses")
    for column in (3, 5):
        made.columns[column].justify = "right"
    for claim, spoken in sorted(found.evidence.items()):
        first = (claim.area, str(claim.level), claim.place)
        n = str(shown(found.decisions[claim]))
        for codes, ipv4 in sorted(spoken.items(), key=lambda pair: -pair[1]):
            made.add_row(*first, n, ", ".join(codes), f"{ipv4:,}")
            first, n = ("", "", ""), ""
    show_table(made)
    for why, number in found.untold.most_common():
        say(f"{shown(number)}: {MEANINGS[why]}.")


def _plain(found: Told) -> dict[str, Any]:
    return {
        "memberships": [
            {
                "area": claim.area,
                "is": str(claim.level),
                "place": claim.place,
                "database": claim.database,
                "n": shown(found.decisions[claim]),
                "evidence": [
                    {"codes": list(codes), "ipv4": ipv4}
                    for codes, ipv4 in sorted(spoken.items(), key=lambda p: -p[1])
                ],
            }
            for claim, spoken in sorted(found.evidence.items())
        ],
        "untold": {why.value: shown(n) for why, n in sorted(found.untold.items())},
        "reasons": {why.value: text for why, text in MEANINGS.items()},
    }
