"""A case that breaks a promise, told so that a person finds what decides there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import Decision, Exemption, Promise, Rule, RuleBook
    from gate.rules.cells import Case

_FEW = 2  # changes of one moment that are named


def witness(book: RuleBook, case: Case, decision: Decision) -> str:
    """Return place, path, activity and moment of a case, and what decides it, where.

    Args:
        book: The whole rule book.
        case: The case.
        decision: What is decided there.
    """
    group = case.group
    areas = ", ".join(f"{a} {m}" for a, m in group.memberships.items() if m)
    place = f"{group.label} ({areas or 'in no area'})"
    if group.unknown is not None:
        place = f"an unknown place ({group.unknown})"
    deciding = ", ".join(_placed(book, name) for name in decision.by)
    return (
        f"{place}, path {case.atom.witness}, {case.activity}, {_moment(book, case)} "
        f"meets {decision.action} by {deciding}"
    )


def _placed(book: RuleBook, name: str) -> str:
    """Return an id with its file and line; what has none, such as default, alone."""
    items: list[Rule | Exemption] = [*book.rules, *book.exemptions]
    marks = {item.id: item.mark for item in items}
    mark = marks.get(name)
    return f"{name} ({mark.file}:{mark.line})" if mark else name


def _moment(book: RuleBook, case: Case) -> str:
    """Return the moment in UTC, and what begins or ends with it."""
    shown = datetime.fromtimestamp(case.now, UTC).isoformat()
    since, until = case.segment.since, case.segment.until
    edge, relation = (since, "when") if since is not None else (until, "just before")
    named = list(dict.fromkeys(_changes(book, edge)))[:_FEW] if edge is not None else []
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
