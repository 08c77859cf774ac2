"""Moments and patterns as people read them, before any language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from gate.documents.moments import hours_of

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A moment on somebody's clock.

    Attributes:
        day: Day of the month, from 1.
        month: Month, from 1.
        year: Year.
        time: Hours and minutes, with seconds if there are any, such as "00:00".
        zone: The clock, such as "UTC+3".
    """

    day: int
    month: int
    year: int
    time: str
    zone: str


def clock(moment: int) -> Clock:
    """Return a moment (Unix seconds) on the clock on which it is a midnight."""
    hours = hours_of(moment)
    zone = timezone(timedelta(hours=hours)) if hours else UTC
    when = datetime.fromtimestamp(moment, zone)
    return Clock(
        day=when.day,
        month=when.month,
        year=when.year,
        time=when.strftime("%H:%M:%S" if when.second else "%H:%M"),
        zone=f"UTC+{hours}" if hours else "UTC",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What a pattern means.

    Attributes:
        kind: "all", "front" (the front page), "page" (one page), "below" (a page and
            everything below it) or "like" (whatever the pattern matches).
        path: The page, or the pattern; "" for all.
    """

    kind: str
    path: str = ""


def pages(globs: Iterable[str]) -> list[Pages]:
    """Return what patterns mean, in their order."""
    return [_pages(glob) for glob in globs]


def _pages(glob: str) -> Pages:
    if glob == "/**":
        return Pages(kind="all")
    if glob == "/":
        return Pages(kind="front")
    stem = glob.removesuffix("/**")
    if "*" in stem:
        return Pages(kind="like", path=glob)
    return Pages(kind="page" if stem == glob else "below", path=stem)
