"""A case that breaks a promise, told so that a person finds what decides there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents.moments import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import Decision, Exemption, Promise, Rule, RuleBook
    from gate.rules.proving.cells import Case

_FEW = 2  # changes of one moment that are named
_SHOWN = 3  # rules that are named for one decision


def witness(
    book: RuleBook, case: Case, decision: Decision, address: str | None = None
) -> str:
    """Return place, path, activity and moment of a case, and what decides it, where.

    Args:
        book: The whole rule book.
        case: The case.
        decision: What is decided there.
        address: An address of the loaded database for the place.
    """
    return f"{whereabouts(book, case, address)} {outcome(book, case, decision)}"


def whereabouts(book: RuleBook, case: Case, address: str | None = None) -> str:
    """Return place, path, activity and moment; arguments as in `witness`."""
    group = case.group
    areas = ", ".join(f"{a} {m}" for a, m in group.memberships.items() if m)
    place = f"{group.label} ({areas or 'in no area'})"
    if group.unknown is not None:
        place = f"an unknown place ({group.unknown})"
    if address:
        place = f"{address}, {place}"
    spot = f"{place}, path {case.atom.witness}, {case.activity}"
    return f"{spot}, {_moment(book, case)}"


def outcome(book: RuleBook, case: Case, decision: Decision) -> str:
    """Return what is decided in a case, and by what; arguments as in `witness`."""
    few = [_placed(book, case, name) for name in decision.by[:_SHOWN]]
    left = len(decision.by) - len(few)
    deciding = ", ".join([*few, *([f"{left} more"] if left else [])])
    return f"meets {decision.action} by {deciding}"


def _placed(book: RuleBook, case: Case, name: str) -> str:
    """Return an id with its file and line; what has none, such as default, alone."""
    for shelf in (case.book, book):  # the first is the shorter one
        items: list[Rule | Exemption] = [*shelf.exemptions, *shelf.rules]
        mark = next((item.mark for item in items if item.id == name), None)
        if mark is not None:
            return f"{name} ({mark.file}:{mark.line})"
    return name


def _moment(book: RuleBook, case: Case) -> str:
    """Return the moment in UTC, and what begins or ends with it."""
    shown = moment(case.now)
    since, until = case.segment.since, case.segment.until
    edge, relation = (since, "when") if since is not None else (until, "just before")
    named: dict[str, None] = {}
    for change in _changes(book, edge) if edge is not None else ():
        named[change] = None
        if len(named) == _FEW:
            break
    return f"{shown} ({relation} {' and '.join(named)})" if named else shown


def _changes(book: RuleBook, instant: int) -> Iterator[str]:
    items: list[Rule | Exemption | Promise] = []
    items += [*book.rules, *book.exemptions, *book.promises]
    for item in items:
        if item.effective.since == instant:
            yield f'"{item.id}" begins'
        if item.effective.until == instant:
            yield f'"{item.id}" ends'
    for area in book.areas.values():
        for number, version in enumerate(area.versions):
            if version.since == instant:
                yield f'"{area.id}" {"changes" if number else "begins"}'
