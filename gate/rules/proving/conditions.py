"""What a book asks of a case, and the book without all that cannot hold in some cases.

Only the evaluator's own code says which conditions are met. A rule or an exemption
whose path, activity or time does not fit decides nothing, so the book without it
decides the same, and faster.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

from gate.decision import conditions_of, segments
from gate.model import Effective, When

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.decision import Segment
    from gate.model import Activity, RuleBook

Asked = tuple[When, Effective]
"""What is asked of place, path and activity, and of the time."""


def deciding(book: RuleBook) -> tuple[Asked, ...]:
    """Return the conditions of all rules, then of all exemptions."""
    return (
        *((rule.when, rule.effective) for rule in book.rules),
        *((exemption.when, exemption.effective) for exemption in book.exemptions),
    )


def reaches(
    asked: Asked, *, matched: frozenset[str], activity: Activity, now: int
) -> bool:
    """Say whether all conditions but that of the place are met.

    Args:
        asked: The conditions.
        matched: The patterns that the path matches.
        activity: What the request does.
        now: Unix seconds.
    """
    return conditions_of(*asked, matched=matched, activity=activity, now=now).reachable


def book_here(
    book: RuleBook, *, matched: frozenset[str], activity: Activity, now: int
) -> RuleBook:
    """Return a book without what cannot hold; arguments as in `reaches`."""
    return reduced(
        book,
        (
            reaches(asked, matched=matched, activity=activity, now=now)
            for asked in deciding(book)
        ),
    )


def reduced(book: RuleBook, kept: Iterable[object]) -> RuleBook:
    """Return a book with only some of its rules, exemptions and promises.

    Args:
        book: The book.
        kept: Something true for each rule, then exemption, then promise that stays.
            It may end early: what comes behind its end is left out.
    """
    left = iter(kept)  # each `compress` takes as many as it has items
    return replace(
        book,
        rules=tuple(compress(book.rules, left)),
        exemptions=tuple(compress(book.exemptions, left)),
        promises=tuple(compress(book.promises, left)),
    )


def segments_with_promises(book: RuleBook) -> tuple[Segment, ...]:
    """Cut time wherever anything in a book begins or ends, the promises included."""
    spans = [promise.effective for promise in book.promises]
    also = [instant for span in spans for instant in (span.since, span.until)]
    return segments(book, also=also)
