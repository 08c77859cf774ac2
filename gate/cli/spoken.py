"""gate explain --rule: what a rule, an exemption or a promise says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.cli.console import say, show_json
from gate.cli.plain import one_line
from gate.errors import FindingsError
from gate.model import Action, Promise
from gate.notices import load_notices
from gate.rules import load_book
from gate.workbench.spoken import find_item, relations, rule_in_words

if TYPE_CHECKING:
    from pathlib import Path

    from gate.workbench.spoken.relations import Item, Relations


def tell(folder: Path, name: str, language: str, *, as_json: bool) -> None:
    """Print a rule, an exemption or a promise in plain words.

    Args:
        folder: The folder of the rule book.
        name: Its id.
        language: A key of `gate.workbench.spoken.LANGUAGES`.
        as_json: Print JSON.

    Raises:
        FindingsError: The book has an error.
        NoSuchItemError: It has no such id.
    """
    book, findings = load_book(folder)
    if book is None:
        raise FindingsError(findings)
    notices, _ = load_notices(folder / "notices")
    item = find_item(book, name)
    sentences = rule_in_words(item, book, language, notices=notices)
    if as_json:
        told = {"id": item.id, "at": str(item.mark), "language": language}
        pin = _pin(item)
        pinned = {"pin": pin} if pin else {}
        found = _named(relations(item, book))
        show_json({**told, "says": sentences, **found, **pinned})
        return
    first, *others = sentences
    say(one_line(first), bold=True)
    for sentence in others:
        say(f"  {one_line(sentence)}")
    if pin := _pin(item):
        say(f"  rules.pinned: {{{item.id}: {pin}}}")
    say(f"  {one_line(str(item.mark))}")


def _pin(item: Item) -> str:
    """Return what pins a promise in config.yaml with its terms; "" for all else."""
    if not isinstance(item, Promise) or item.at_least in {None, Action.PASS}:
        return ""
    return f"{item.at_least} {item.terms}"


def _named(found: Relations) -> dict[str, list[str]]:
    return {
        "relaxed_by": [exemption.id for exemption in found.relaxed_by],
        "relaxes": [rule.id for rule in found.relaxes],
        "tests": list(found.tests),
        "promises": [promise.id for promise in found.promises],
        "rules": [rule.id for rule in found.rules],
    }
