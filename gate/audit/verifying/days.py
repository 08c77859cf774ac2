"""The calendar of a log: every day sealed once, in order, until lately."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from gate.audit.verifying.pruned import check_prune, note_pruned

if TYPE_CHECKING:
    from gate.audit.header import Header
    from gate.audit.verifying.site import Site

STALE: Final = timedelta(days=2)
"""A log whose last day is longer ago is told to be old."""


def check_days(site: Site, today: date) -> None:
    """Note days that are missing, sealed twice or out of order, and an old log."""
    last: date | None = None
    for number in sorted(site.headers):
        header = site.headers[number]
        if header.what == "prune":
            # A day that is sealed ahead of its time makes no row older.
            check_prune(site, number, last and min(last, today))
        if header.what != "period":
            continue
        day = date.fromisoformat(header.period)
        if last is not None:
            _check_next(site, header, last, day)
        last = max(last or day, day)
    note_pruned(site)
    if last is not None and last >= today:
        site.findings.warning("A035", f"{last} of {site.name}", f"Today is {today}.")
    if last is not None and today - last > STALE:
        told = f"The last sealed day is {last}."
        site.findings.warning("A032", site.home, told)


def _check_next(site: Site, header: Header, last: date, day: date) -> None:
    place = f"{day} of {site.name}"
    if day - last > timedelta(days=1):
        first, until = last + timedelta(days=1), day - timedelta(days=1)
        told = f"{first}" if first == until else f"{first} to {until}"
        site.findings.error("A030", f"{told} of {site.name}")
    elif day == last:
        site.findings.error("A031", place, f"Again in segment {header.segment}.")
    elif day < last:
        site.findings.error("A033", place, f"In segment {header.segment}.")
