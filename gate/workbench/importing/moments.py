"""When a line was written: every way in which the formats tell the time."""

from __future__ import annotations

import math
import re
from calendar import timegm
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1
    )
}
_CLF: Final = re.compile(
    rb"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?"
    rb"(?: ([+-])(\d\d)(\d\d))?"
)
_LAST: Final = 253_402_300_799  # the end of the year 9999
_UNITS: Final = ((1e17, 10**9), (1e14, 10**6), (1e11, 10**3))
"""From where on a number counts nano-, micro- or milliseconds: all of them would be
later than the year 5000 in the next coarser unit."""


_LONGEST: Final = 64  # characters of a time that is kept


def clf_second(text: bytes, offset: int = 0) -> int | None:
    """Read a time such as "17/May/2015:10:05:03 +0000".

    Args:
        text: The time, without brackets; it may have parts of a second.
        offset: Seconds east of UTC where the text does not say.

    Returns:
        Unix seconds; None if it is not a time since 1970.
    """
    kept = _kept_clf if len(text) <= _LONGEST else _clf
    return kept(text, offset)


def _clf(text: bytes, offset: int) -> int | None:
    match = _CLF.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(match[n]) for n in (1, 3, 4, 5, 6))
    if match[7]:
        offset = (int(match[8]) * 60 + int(match[9])) * (
            -60 if match[7] == b"-" else 60
        )
    try:
        moment = datetime(
            year, _MONTHS[match[2]], day, hour, minute, second, tzinfo=UTC
        )
    except ValueError:
        return None
    return _in_range(timegm(moment.utctimetuple()) - offset)


def any_second(value: object, offset: int = 0) -> int | None:
    """Read a time from JSON: a number of any unit, ISO 8601, or as in CLF.

    Args:
        value: Seconds, milli-, micro- or nanoseconds since 1970, or text.
        offset: Seconds east of UTC where the text does not say.

    Returns:
        Unix seconds; None if it is not a time since 1970.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value)
    if not isinstance(value, str):
        return None
    kept = _kept_text if len(value) <= _LONGEST else _text
    return kept(value, offset)


def _text(value: str, offset: int) -> int | None:
    try:
        return _of_number(float(value))
    except ValueError:
        pass  # it is not a number: then it is a date
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone(timedelta(seconds=offset)))
        return _in_range(math.floor(moment.timestamp()))
    except (ValueError, OverflowError):
        return clf_second(value.encode("ascii", "replace"), offset)


def _of_number(value: float) -> int | None:
    if not 0 <= value < 1e19:  # noqa: PLR2004 - 300 years in nanoseconds; not NaN
        return None
    unit = next((unit for least, unit in _UNITS if value >= least), 1)
    return _in_range(int(value // unit))


def _in_range(second: int) -> int | None:
    return second if 0 <= second <= _LAST else None


_kept_clf = lru_cache(maxsize=1 << 14)(_clf)
_kept_text = lru_cache(maxsize=1 << 14)(_text)
