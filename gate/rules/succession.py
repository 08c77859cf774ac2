"""Rules of which one takes over from another, too late or too early."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from gate.documents.scalars import quoted
from gate.model import Diagnostic, Exemption, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from gate.model import RuleBook

_HOUR = 3600  # seconds
_DAY = 24 * _HOUR
NEAR = 7 * _DAY
"""Seconds between an end and a begin that are taken for one hand-over. A wrong offset
moves a moment by 26 hours at most, a slip in the day or a Monday by a week."""


def handovers(book: RuleBook) -> Iterator[Diagnostic]:
    """Find a gap or an overlap between two versions of one obligation: R025, warnings.

    Two rules, or two exemptions, are versions of one if their conditions are the same.
    """
    for items in (_alike(book.rules), _alike(book.exemptions)):
        for versions in items:
            yield from _between(versions)


def _alike(items: Sequence[Rule | Exemption]) -> Iterator[list[Rule | Exemption]]:
    """Yield items with equal conditions, from the earliest to the latest."""
    ordered = sorted(items, key=lambda item: (repr(_obligation(item)), _begin(item)))
    for _, group in groupby(ordered, key=_obligation):
        versions = list(group)
        if len(versions) > 1:
            yield versions


def _obligation(item: Rule | Exemption) -> Hashable:
    when = item.when
    conditions = (
        _sorted(when.areas),
        _sorted(when.activities),
        _sorted(when.paths),
        _sorted(when.except_paths),
    )
    if isinstance(item, Exemption):
        return conditions, _sorted(item.relaxes)
    return conditions, item.certainty, item.mode


def _sorted(items: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if items is None else tuple(sorted(items))


def _begin(item: Rule | Exemption) -> float:
    since = item.effective.since
    return float("-inf") if since is None else since


def _between(versions: Sequence[Rule | Exemption]) -> Iterator[Diagnostic]:
    for old, new in pairwise(versions):
        until, since = old.effective.until, new.effective.since
        if until is None or since is None or since == until:
            continue
        if 0 < since - until <= NEAR:
            message = (
                f"{quoted(new.id)} begins {_span(since - until)} after "
                f"{quoted(old.id)} ends; in between neither holds."
            )
            yield _finding(new, message)
        elif 0 < until - since <= NEAR and (old.effective.since or 0) < since:
            message = (
                f"{quoted(new.id)} begins {_span(until - since)} before "
                f"{quoted(old.id)} ends; in between both hold."
            )
            yield _finding(new, message)


def _finding(item: Rule | Exemption, message: str) -> Diagnostic:
    return Diagnostic(
        code="R025",
        message=message,
        hint="Write the same moment as until: of the one and from: of the other, with "
        "the same offset.",
        mark=item.mark,
        severity=Severity.WARNING,
        subject=item.id,
    )


def _span(seconds: int) -> str:
    """Return a span in its largest unit that fits, such as "3 hours"."""
    for size, word in ((_DAY, "day"), (_HOUR, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    raise AssertionError(seconds)
