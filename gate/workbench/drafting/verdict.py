"""What gate check would find wrong with a book: its tests, its promises, its areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import DatabaseError, StateFolderError
from gate.model import Severity
from gate.notices import load_notices
from gate.places.areas import membership
from gate.rules.judging import failed_tests, judge
from gate.workbench.addresses import examples_of
from gate.workbench.checking import index_for
from gate.workbench.telling import undecided

if TYPE_CHECKING:
    from pathlib import Path

    from gate.config import Config
    from gate.model import Diagnostic, RuleBook
    from gate.places.index import Index


def errors_of(
    config: Config, folder: Path, book: RuleBook, now: int
) -> list[Diagnostic]:
    """Return the errors of what a book means; without a database, of its tests only.

    Args:
        config: Says which databases there are.
        folder: The folder of the book.
        book: The rule book, which was read without errors.
        now: Unix seconds.
    """
    index = _index(config, book)
    if index is None:
        return failed_tests(book, membership)
    notices, _ = load_notices(folder / "notices")
    found = judge(
        book,
        classes=index.classes,
        address_of=examples_of(index),
        membership=membership,
        pinned={},
        notices=notices,
        now=now,
        review_days=config.rules.review_days,
    )
    found += undecided(book, index.databases)
    return [finding for finding in found if finding.severity is Severity.ERROR]


def _index(config: Config, book: RuleBook) -> Index | None:
    try:
        return index_for(config, book)
    except (DatabaseError, StateFolderError):
        return None
