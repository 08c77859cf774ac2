"""What must hold for the tests in a rule book, beyond their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents.scalars import quoted
from gate.model import Unknown
from gate.rules.names import RESERVED
from gate.rules.rule_checks import unknown_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.documents import Document
    from gate.documents.reader import Loc
    from gate.model import Diagnostic
    from gate.rules.names import Names
    from gate.rules.schema import BookTestText, VisitorText

_BESIDE = ("by", "notices", "shadow", "shadow_by")
"""Keys of a test that say more about an activity that `expect` names."""


def check_tests(
    document: Document, tests: Sequence[BookTestText], names: Names
) -> Iterator[Diagnostic]:
    """Find what is wrong with the tests of one file, given all ids of the book."""
    for number, test in enumerate(tests):
        loc = ("tests", number)
        yield from _check_activities(document, test, loc)
        yield from _check_ids(document, test, loc, names)
        yield from _check_visitors(document, test, loc)


def _check_activities(
    document: Document, test: BookTestText, loc: Loc
) -> Iterator[Diagnostic]:
    for key in _BESIDE:
        for activity in getattr(test, key):
            if activity not in test.expect:
                message = f"{key} names {activity}, of which expect says nothing."
                hint = f"Add {activity} to expect."
                at = (*loc, key, activity)
                yield document.finding("R050", message, at, hint=hint, key=True)


def _check_ids(
    document: Document, test: BookTestText, loc: Loc, names: Names
) -> Iterator[Diagnostic]:
    reasons = {f"unknown:{reason}" for reason in Unknown}
    known = names.known({*names.deciding, *reasons, RESERVED}, "rules")
    for activity, ids in test.by.items():
        at = (*loc, "by", activity)
        yield from unknown_ids(document, ("R050", "rule or exemption"), at, ids, known)
        if RESERVED in ids and len(ids) > 1:
            message = f"{RESERVED} means that nothing else decided."
            yield document.finding("R050", message, at)
    rules = names.known(names.rules, "rules")
    for activity, ids in test.shadow_by.items():
        at = (*loc, "shadow_by", activity)
        yield from unknown_ids(document, ("R050", "rule"), at, ids, rules)


def _check_visitors(
    document: Document, test: BookTestText, loc: Loc
) -> Iterator[Diagnostic]:
    if test.visitor is None and test.visitors is None:
        hint = "Describe a place, such as {country: RU}; several go under visitors."
        message = 'The key "visitor" is missing.'
        yield document.finding("R003", message, loc, hint=hint)
    if test.visitor is not None and test.visitors is not None:
        hint = "Keep one: visitors is for several places."
        message = "A test has visitor or visitors, not both."
        at = (*loc, "visitors")
        yield document.finding("R003", message, at, hint=hint, key=True)
    if test.visitor is not None:
        yield from _check_visitor(document, test.visitor, (*loc, "visitor"))
    for number, visitor in enumerate(test.visitors or ()):
        yield from _check_visitor(document, visitor, (*loc, "visitors", number))


def _check_visitor(
    document: Document, visitor: VisitorText, loc: Loc
) -> Iterator[Diagnostic]:
    said = visitor.model_dump(exclude_none=True)
    country, part = visitor.country, visitor.subdivision
    if not said:
        hint = "A place of which nothing is known is unknown: not_in_database."
        yield document.finding("R003", "The visitor says nothing.", loc, hint=hint)
    if "unknown" in said and len(said) > 1:
        message = "A place that is unknown has nothing else."
        yield document.finding("R003", message, (*loc, "unknown"), key=True)
    if part and country and not part.startswith(f"{country}-"):
        message = f"{quoted(part)} is no part of {quoted(country)}."
        hint = f"Did you mean country: {part.partition('-')[0]}?"
        yield document.finding("R010", message, (*loc, "subdivision"), hint=hint)
