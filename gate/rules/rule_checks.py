"""What must hold for rules, exemptions and promises, beyond their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents import suggest
from gate.documents.scalars import quoted
from gate.model import Membership
from gate.rules.convert import action, certainty_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from gate.documents import Document
    from gate.documents.reader import Loc
    from gate.model import Diagnostic
    from gate.rules.names import Names
    from gate.rules.schema import (
        ExemptionText,
        PromiseText,
        RulesFile,
        RuleText,
        WhenText,
    )


def check_rules(
    document: Document, content: RulesFile, names: Names
) -> Iterator[Diagnostic]:
    """Find what is wrong with one file of rules, given all ids of the book."""
    for number, rule in enumerate(content.rules):
        yield from _check_rule(document, rule, ("rules", number), names)
    for number, exemption in enumerate(content.exemptions):
        yield from _check_exemption(document, exemption, ("exemptions", number), names)
    for number, promise in enumerate(content.promises):
        yield from _check_promise(document, promise, ("promises", number), names)


def unknown_ids(
    document: Document,
    about: tuple[str, str],
    loc: Loc,
    ids: Iterable[str] | None,
    known: Collection[str] | None,
) -> Iterator[Diagnostic]:
    """Find ids that nothing has; `about` is the code and what the ids name.

    When a file could not be read, `known` is None: its ids may be the very ones.
    """
    code, sort = about
    for number, name in enumerate(ids or ()):
        if known is not None and name not in known:
            message = f"There is no {sort} {quoted(name)}."
            hint = suggest(name, known).strip() or _known(known)
            yield document.finding(code, message, (*loc, number), hint=hint)


def _known(known: Collection[str]) -> str:
    if not known:
        return "There is none in this book."
    few = sorted(known)[:5]
    return f"There are {', '.join(few)}{', …' if len(known) > len(few) else ''}."


def _check_when(
    document: Document, when: WhenText, loc: Loc, names: Names
) -> Iterator[Diagnostic]:
    yield from _check_areas(document, when.areas, (*loc, "areas"), names)


def _check_areas(
    document: Document, ids: Sequence[str] | None, loc: Loc, names: Names
) -> Iterator[Diagnostic]:
    if names.areas or not names.complete:
        about = ("R011", "area")
        known = names.known(names.areas, "areas")
        yield from unknown_ids(document, about, loc, ids, known)
    elif ids and not names.lack_of_areas_told:
        names.lack_of_areas_told = True
        message = "No area is defined: no file under rules/areas could be read."
        hint = "Begin a file with format: areas/1, and define the areas there."
        yield document.finding("R011", message, (*loc, 0), hint=hint)


def _check_span(
    document: Document, since: int | None, until: int | None, loc: Loc
) -> Iterator[Diagnostic]:
    if since is not None and until is not None and until <= since:
        message = "It ends before or when it begins."
        hint = "until is the first moment after the span; it must be later than from."
        yield document.finding("R021", message, (*loc, "until"), hint=hint)


def _check_rule(
    document: Document, rule: RuleText, loc: Loc, names: Names
) -> Iterator[Diagnostic]:
    yield from _check_when(document, rule.when, (*loc, "when"), names)
    span = rule.effective
    yield from _check_span(document, span.from_, span.until, (*loc, "effective"))
    if rule.notice is None and rule.then != "pass":
        message = f'The key "notice" is missing: {rule.then} shows one.'
        yield document.finding("R003", message, loc)
    yield from _check_certainty(document, rule, loc)
    yield from _check_block(document, rule, loc)


def _check_certainty(
    document: Document, rule: RuleText, loc: Loc
) -> Iterator[Diagnostic]:
    if rule.if_possible is None:
        return
    at = (*loc, "if_possible")
    if certainty_of(rule) is Membership.YES:
        message = "if_possible has no effect: the rule asks for certainty."
        hint = "Write certainty: possible, or remove if_possible."
        yield document.finding("R029", message, at, hint=hint, key=True)
    if action(rule.if_possible) >= action(rule.then):
        message = f"{rule.if_possible} is not weaker than {rule.then}."
        hint = "if_possible is what holds while the membership is only possible."
        yield document.finding("R029", message, at, hint=hint)


def _check_block(document: Document, rule: RuleText, loc: Loc) -> Iterator[Diagnostic]:
    doubtful = certainty_of(rule) is Membership.POSSIBLE and rule.if_possible is None
    if rule.then == "block" and doubtful and rule.approved_by is None:
        message = "A block would meet readers who may not be in the area at all."
        hint = "Write certainty: certain, or if_possible, or name who approved_by."
        yield document.finding("R035", message, (*loc, "certainty"), hint=hint)


def _check_exemption(
    document: Document, exemption: ExemptionText, loc: Loc, names: Names
) -> Iterator[Diagnostic]:
    yield from _check_when(document, exemption.when, (*loc, "when"), names)
    span = exemption.effective
    at = (*loc, "effective")
    yield from _check_span(document, span.from_, span.until, at)
    if span.until is None:
        message = f"The exemption {quoted(exemption.id)} has no end."
        hint = "Write until: and the moment at which somebody must decide anew."
        yield document.finding("R024", message, at, hint=hint, key=True)
    about = ("R033", "rule")
    known = names.known(names.rules, "rules")
    yield from unknown_ids(document, about, (*loc, "relaxes"), exemption.relaxes, known)


def _check_promise(
    document: Document, promise: PromiseText, loc: Loc, names: Names
) -> Iterator[Diagnostic]:
    at = (*loc, "for")
    yield from _check_when(document, promise.scope, at, names)
    outside = promise.scope.outside_areas
    yield from _check_areas(document, outside, (*at, "outside_areas"), names)
    yield from _check_span(document, promise.from_, promise.until, loc)
    low, high = promise.at_least, promise.at_most
    if low is None and high is None:
        message = 'A promise needs "at_least" or "at_most".'
        yield document.finding("R003", message, loc)
    if low and high and action(low) > action(high):
        message = f"at_least {low} is stricter than at_most {high}."
        yield document.finding("R029", message, (*loc, "at_least"))
