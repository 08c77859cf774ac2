"""Whether a book may be served: lint, its own tests, its promises, the pinned ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents import with_sources
from gate.model import Diagnostic, Severity
from gate.rules.lint import STALE, lint
from gate.rules.proof import prove
from gate.rules.testing import run_tests

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gate.model import Action, LocationClass, RuleBook
    from gate.rules.testing import MembershipOf


def judge(  # noqa: PLR0913 (all that a book is held against)
    book: RuleBook,
    *,
    classes: Sequence[LocationClass],
    membership: MembershipOf,
    pinned: Mapping[str, Action],
    notices: Collection[str] | None,
    now: int,
    review_days: int = STALE,
) -> list[Diagnostic]:
    """Find everything that is wrong with what a book means.

    Args:
        book: The rule book, which was read without errors.
        classes: Every class of places of the loaded database.
        membership: Gives the membership of a place in an area version.
        pinned: Promises that the config demands, with the least action of each.
        notices: Ids of the notices; None if not every one could be read.
        now: Unix seconds, for what has expired.
        review_days: As in `lint`.

    Returns:
        Findings, sorted; the book may be served if none is an error. Those of tests
        are R055, those of pinned promises R048.
    """
    found = [
        *lint(
            book,
            notices=notices or (),
            now=now,
            complete=notices is not None,
            review_days=review_days,
        ),
        *prove(book, classes),
        *failed_tests(book, membership),
        *weakened(book, pinned),
    ]
    return with_sources(sorted(found, key=lambda finding: finding.sort_key))


def failed_tests(book: RuleBook, membership: MembershipOf) -> list[Diagnostic]:
    """Return a finding (R055) for every test of the book that fails."""
    return [
        Diagnostic(
            code="R055",
            message=f'The test "{result.name}" fails: {"; ".join(result.failures)}.',
            hint="Correct the rules or the test; gate test shows the whole test.",
            mark=result.mark,
        )
        for result in run_tests(book, membership)
        if not result.ok
    ]


def weakened(book: RuleBook, pinned: Mapping[str, Action]) -> list[Diagnostic]:
    """Return a finding (R048) for every pinned promise that the book does not keep."""
    promised = {promise.id: promise for promise in book.promises}
    found = []
    for name, least in sorted(pinned.items()):
        promise = promised.get(name)
        if promise is None or promise.at_least is None or promise.at_least < least:
            found.append(
                Diagnostic(
                    code="R048",
                    message=f'The config demands the promise "{name}" with at least '
                    f"{least}; the book does not make it.",
                    hint="Put the promise back, or ask the deployer to unpin it "
                    "(rules.pinned in config.yaml).",
                    mark=promise.mark if promise else book.unknown.mark,
                    severity=Severity.ERROR,
                )
            )
    return found
