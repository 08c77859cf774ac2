"""Whether a book may be served: lint, its own tests, its promises, the pinned ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents import with_sources
from gate.model import Diagnostic, Severity
from gate.rules.lint import STALE, lint
from gate.rules.proving.proof import prove
from gate.rules.testing.trial import run_tests

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gate.model import LocationClass, Mark, Pin, Promise, RuleBook
    from gate.rules.proving.scene import AddressOf
    from gate.rules.testing.trial import MembershipOf


def judge(  # noqa: PLR0913 (all that a book is held against)
    book: RuleBook,
    *,
    classes: Sequence[LocationClass],
    membership: MembershipOf,
    pinned: Mapping[str, Pin],
    notices: Collection[str] | None,
    now: int,
    review_days: int = STALE,
    pinned_at: Mapping[str, Mark] | None = None,
    address_of: AddressOf | None = None,
) -> list[Diagnostic]:
    """Find everything that is wrong with what a book means.

    Args:
        book: The rule book, which was read without errors.
        classes: Every class of places of the loaded database.
        membership: Gives the membership of a place in an area version.
        pinned: Promises that the config demands, and what of each.
        notices: Ids of the notices; None if not every one could be read.
        now: Unix seconds, for what has expired.
        review_days: As in `lint`.
        pinned_at: Where the config pins each promise.
        address_of: As in `prove`.

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
        *prove(book, classes, address_of=address_of),
        *failed_tests(book, membership),
        *weakened(book, pinned, pinned_at),
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


def weakened(
    book: RuleBook,
    pinned: Mapping[str, Pin],
    pinned_at: Mapping[str, Mark] | None = None,
) -> list[Diagnostic]:
    """Return a finding (R048) for every pinned promise that the book does not keep.

    Args:
        book: The rule book.
        pinned: As in `judge`.
        pinned_at: As in `judge`.
    """
    promised = {promise.id: promise for promise in book.promises}
    places = pinned_at or {}
    return [
        _weakened(name, pin, promised.get(name), places.get(name), book.unknown.mark)
        for name, pin in sorted(pinned.items())
        if _lack(promised.get(name), pin)
    ]


def _lack(promise: Promise | None, pin: Pin) -> str:
    """Say what a pin demands that a promise has not; "" if there is nothing."""
    if promise is None:
        return "the book does not make it"
    if promise.at_least is None:
        return "here it demands no least action"
    if promise.at_least < pin.least:
        return f"here it demands only {promise.at_least}"
    if pin.terms not in {None, promise.terms}:
        return (
            f"here its terms (for, from, until) are {promise.terms} and no longer "
            f"{pin.terms}"
        )
    return ""


def _weakened(
    name: str, pin: Pin, promise: Promise | None, pinned_at: Mark | None, top: Mark
) -> Diagnostic:
    """Return the finding about one promise; without it, at the top of the book."""
    place = f" ({pinned_at})" if pinned_at else ""
    return Diagnostic(
        code="R048",
        message=f'The config{place} pins the promise "{name}" with at least '
        f"{pin.least}; {_lack(promise, pin)}.",
        hint=f"Let the promise be as it was, with at_least: {pin.least}, or ask the "
        "deployer to change rules.pinned in config.yaml.",
        mark=promise.mark if promise else top,
        severity=Severity.ERROR,
        subject=name,
    )
