"""Rows that were dropped: only old ones may go, and whoever verifies is told of them.

Whoever holds the key could sign an event that drops yesterday's violations. So the
event is held against the calendar of the log itself: a month of days was sealed since.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from gate.audit.header import is_day
from gate.audit.parquet import rows_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.audit.header import Header
    from gate.audit.verifying.site import Site

LEAST_KEPT: Final = 31
"""Days whose rows stay, at least; `audit.keep_days` and --older-than allow no fewer."""


def check_prune(site: Site, event: int, last: date | None) -> None:
    """Note if an event drops rows that are not old, or does not say how old they are.

    Args:
        site: The site.
        event: Number of the segment that is the event.
        last: Newest day that was sealed before it; None if there is none.
    """
    details = site.headers[event].details
    told = _complaint(details.get("before"), details.get("segments"), last)
    if told:
        place = f"segment {event} of {site.name}"
        site.findings.error("A034", place, told)
        return
    for number in sorted(_named(site.headers[event])):
        if not _may_drop(site, number, event):
            place = f"segment {number} of {site.name}"
            site.findings.error("A034", place, f"By segment {event}.")


def _complaint(before: object, named: object, last: date | None) -> str:
    """Say what is wrong with what an event tells; "" if nothing is."""
    if not isinstance(before, str) or not is_day(before):
        return "It does not say before which day it drops rows."
    if not isinstance(named, list):
        return "It does not say which segments it drops."
    # Ordinals, because a hostile log may have days at either end of the calendar.
    newest = 0 if last is None else last.toordinal()
    if date.fromisoformat(before).toordinal() > newest + 1 - LEAST_KEPT:
        sealed = "no day" if last is None else f"{last}"
        return (
            f"It drops rows before {before}, when {sealed} was the newest that was "
            f"sealed; the rows of the last {LEAST_KEPT} days must stay."
        )
    return ""


def _may_drop(site: Site, number: int, event: int) -> bool:
    if not 0 <= number < event:
        return False
    dropped = site.headers.get(number)
    if dropped is None:
        return True  # A010 or A011 was said
    before = str(site.headers[event].details["before"])
    return dropped.what == "period" and dropped.period < before


def note_pruned(site: Site) -> None:
    """Tell how many days have no rows any more, whether they may have or not."""
    days = {site.headers[number].period for number in _dropped(site)}
    if days:
        count = f"{len(days):,} day{'s' * (len(days) != 1)}, {min(days)} to {max(days)}"
        told = f"Pruned, without rows any more: {count}."
        site.findings.note("A036", site.home, told)


def _dropped(site: Site) -> Iterator[int]:
    """Yield the days that an event names and whose rows are not there."""
    for event, header in site.headers.items():
        for number in _named(header) if header.what == "prune" else ():
            named = site.headers.get(number)
            if named is None or named.what != "period" or number >= event:
                continue
            path = f"rows/{rows_path(site.name, named.period, number)}"
            if path not in site.files.paths:
                yield number


def _named(event: Header) -> set[int]:
    segments = event.details.get("segments")
    return set(segments) if isinstance(segments, list) else set()
