"""Moments as text: one form for people, one for machines.

Every function takes Unix seconds, and leaves parts of a second out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone


def stamp(seconds: float, offset: int = 0) -> str:
    """Return a moment as programs and rule books have it.

    Args:
        seconds: Unix seconds.
        offset: Offset from UTC in which it is written, in seconds.

    >>> stamp(1_780_347_600), stamp(1_780_347_600, offset=10_800)
    ('2026-06-01T21:00:00Z', '2026-06-02T00:00:00+03:00')

    Source:
        ISO 8601; RFC 3339, section 5.6.
    """
    if offset:
        zone = timezone(timedelta(seconds=offset))
        return datetime.fromtimestamp(int(seconds), zone).isoformat()
    return f"{_utc(seconds).isoformat()}Z"


LIKELY_HOURS = (0, 3, 2, 1, 4)
"""Hours before UTC of the clocks that people here write by, the likeliest first."""


def hours_of(seconds: float) -> int:
    """Return how many hours before UTC the clock is on which a moment is a midnight.

    A rule book keeps moments, not the offset with which they were written. Nearly all
    are midnights somewhere; where one is none, it is told in UTC.
    """
    midnights = (h for h in LIKELY_HOURS if (int(seconds) + h * 3600) % 86_400 == 0)
    return next(midnights, 0)


def moment(seconds: float) -> str:
    """Return a moment that somebody has set, on the clock on which it is a midnight.

    With its seconds if it has any.

    >>> moment(1_780_347_600), moment(1_780_347_599)
    ('2026-06-02 00:00 UTC+3', '2026-06-01 20:59:59 UTC')
    """
    hours = hours_of(seconds)
    if not hours:
        return second(seconds) if int(seconds) % 60 else minute(seconds)
    return f"{_utc(seconds + hours * 3600).isoformat(' ', 'minutes')} UTC+{hours}"


def day_set(seconds: float) -> str:
    """Return the day of a moment that somebody has set, on the clock of `moment`.

    >>> day_set(1_780_347_600)
    '2026-06-02'
    """
    return day(seconds + hours_of(seconds) * 3600)


def minute(seconds: float) -> str:
    """Return the minute of a moment, where its seconds do not matter.

    >>> minute(1_780_347_659.5)
    '2026-06-01 21:00 UTC'
    """
    return f"{_utc(seconds).isoformat(' ', 'minutes')} UTC"


def second(seconds: float) -> str:
    """Return the second of a moment at which something has happened.

    >>> second(1_780_347_600.5)
    '2026-06-01 21:00:00 UTC'
    """
    return f"{_utc(seconds).isoformat(' ')} UTC"


def day(seconds: float) -> str:
    """Return the day of a moment.

    >>> day(1_780_347_600)
    '2026-06-01'
    """
    return _utc(seconds).date().isoformat()


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC).replace(tzinfo=None)
