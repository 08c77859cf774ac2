"""What starts, ends, and needs somebody to look at it again.

Overdue reviews are told as well, with the day on which they were due: they are the
first thing to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gate.model import (
        Area,
        Exemption,
        Mark,
        Notice,
        Promise,
        Regime,
        Rule,
        RuleBook,
    )

DAY = 86_400
"""Seconds."""

_MONTHS = 12  # of a year


class Sort(StrEnum):
    """What happens."""

    STARTS = "starts"
    ENDS = "ends"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens to a rule book.

    Attributes:
        at: When, Unix seconds; of a whole day its beginning in UTC.
        whole_day: It has a day and no hour.
        sort: What happens.
        subject: Of what: "rule", "exemption", "promise", "area", "regime" or
            "database".
        name: Its id, or the name of its file.
        says: What happens, in one sentence.
        remedy: What to do.
        mark: Where it stands.
    """

    at: int
    sort: Sort
    subject: str
    name: str
    says: str
    remedy: str
    mark: Mark
    whole_day: bool = False

    @property
    def wants_somebody(self) -> bool:
        """Somebody has to decide or to look; a start has been decided already."""
        return self.sort is not Sort.STARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where events come from.

    Attributes:
        book: The rule book.
        notices: The notices by id, with their regimes.
        databases: Name and building time (Unix seconds) of each database.
        review_days: Age in days from which what is known of an area is old.
    """

    book: RuleBook
    notices: Mapping[str, Notice]
    databases: tuple[tuple[str, int], ...]
    review_days: int


def upcoming(sources: Sources, now: int, days: int) -> list[Event]:
    """Find what happens within some days, and the reviews that are overdue.

    Args:
        sources: The book and what stands beside it.
        now: Unix seconds.
        days: How far to look ahead.

    Returns:
        Events, the earliest first.
    """
    book = sources.book
    found = [
        *_spans([*book.rules, *book.exemptions, *book.promises]),
        *(e for area in book.areas.values() for e in _of_area(area, now, sources)),
        *_of_regimes(sources.notices.values()),
        *_of_databases(sources),
    ]
    last = now + days * DAY
    soon = [event for event in found if event.at <= last and _still(event, now)]
    return sorted(soon, key=lambda event: (event.at, event.subject, event.name))


def _still(event: Event, now: int) -> bool:
    return event.at >= now or event.sort is Sort.REVIEW


def _spans(items: Iterable[Rule | Exemption | Promise]) -> Iterator[Event]:
    for item in items:
        subject = type(item).__name__.lower()
        event = partial(Event, subject=subject, name=item.id, mark=item.mark)
        named = f'The {subject} "{item.id}"'
        if item.effective.since is not None:
            yield event(
                at=item.effective.since,
                sort=Sort.STARTS,
                says=f"{named} begins to hold.",
                remedy=_BEFORE[subject],
            )
        if item.effective.until is not None:
            yield event(
                at=item.effective.until,
                sort=Sort.ENDS,
                says=f"{named} ends.",
                remedy=_AFTER[subject],
            )


_BEFORE = {
    "rule": "Look at it with gate preview; tell the newsroom.",
    "exemption": "Look at it with gate preview; tell the newsroom.",
    "promise": "Run gate check --at that day, so that it is kept then, too.",
}
_AFTER = {
    "rule": "Decide what holds afterwards: a later until, a new rule, or nothing.",
    "exemption": "Decide anew, with who approves it; else its rules hold in full.",
    "promise": "Decide whether it still holds; afterwards nothing is promised.",
}


def _of_area(area: Area, now: int, sources: Sources) -> Iterator[Event]:
    for number, version in enumerate(area.versions):
        change = "changes" if number else "begins"
        yield Event(
            at=version.since,
            sort=Sort.STARTS,
            subject="area",
            name=area.id,
            says=f'The area "{area.id}" {change}.',
            remedy="Look at it with gate area show; run gate check --at that day.",
            mark=version.mark,
        )
    current = area.version_at(now)
    today = datetime.fromtimestamp(now, UTC).date()
    known = current.known_on(today.isoformat()) if current else None
    if current is None or known is None:
        return
    due = date.fromisoformat(known) + timedelta(days=sources.review_days + 1)
    yield Event(
        at=_midnight(due),
        whole_day=True,
        sort=Sort.REVIEW,
        subject="area",
        name=area.id,
        says=f'What is known of the area "{area.id}" is of {known}.',
        remedy="Look at its sources; then add a line to reviews, or a version.",
        mark=current.mark,
    )


def _of_regimes(notices: Iterable[Notice]) -> Iterator[Event]:
    regimes = {notice.regime.id: notice.regime for notice in notices}
    for regime in regimes.values():
        yield Event(
            at=_midnight(_due(regime)),
            whole_day=True,
            sort=Sort.REVIEW,
            subject="regime",
            name=regime.id,
            says=f'What notices tell of "{regime.id}" is of {regime.as_of}.',
            remedy="Have a lawyer look at it again; then set as_of.",
            mark=regime.mark,
        )


def _due(regime: Regime) -> date:
    """Return the day on which `review_months` whole months have passed.

    Where the month has no such day, it is the first of the next one.
    """
    then = date.fromisoformat(regime.as_of)
    months = then.year * _MONTHS + then.month - 1 + regime.review_months
    year, month = divmod(months, _MONTHS)
    try:
        return date(year, month + 1, then.day)
    except ValueError:
        return date(year, month + 2, 1)  # February to November: never past December


def _of_databases(sources: Sources) -> Iterator[Event]:
    unknown = sources.book.unknown
    action = next(a for r, a in unknown.actions.items() if r == "database_unusable")
    for name, built in sources.databases:
        if built:  # 0: it bears no date
            yield Event(
                at=built + unknown.max_age_days * DAY,
                sort=Sort.REVIEW,
                subject="database",
                name=name,
                says=f"{name} becomes too old: every reader then meets {action} at "
                "least.",
                remedy="Run gate geo update before.",
                mark=unknown.mark,
            )


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
