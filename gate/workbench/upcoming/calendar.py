"""Events as a file that any calendar can import.

Source:
    RFC 5545 (iCalendar), sections 3.1 (lines), 3.3.11 (text), 3.6.1 (events).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.workbench.upcoming.events import Event

_LONGEST = 75  # octets of a line, its end aside
_ESCAPES = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": ""})


def calendar(events: Iterable[Event], now: int) -> bytes:
    """Return the events as an iCalendar file.

    An event keeps its UID as long as its subject and its moment stay, so that a
    second import does not show it twice.

    Args:
        events: What happens.
        now: Unix seconds, when the file is made.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//gate//upcoming//EN"]
    for event in events:
        lines += _event(event, now)
    lines.append("END:VCALENDAR")
    folded = (part for line in lines for part in _folded(line))
    return b"".join(part + b"\r\n" for part in folded)


def _event(event: Event, now: int) -> Iterator[str]:
    seed = f"{event.subject}/{event.name}/{event.sort}/{event.at}"
    moment = _day(event.at) if event.whole_day else _moment(event.at)
    kind = ";VALUE=DATE" if event.whole_day else ""
    told = f"{event.remedy}\n{event.mark}"
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(seed.encode()).hexdigest()[:32]}@gate.invalid"
    yield f"DTSTAMP:{_moment(now)}"
    yield f"DTSTART{kind}:{moment}"
    yield f"SUMMARY:{_text(event.says)}"
    yield f"DESCRIPTION:{_text(told)}"
    yield f"CATEGORIES:{event.sort.upper()}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(text: str) -> str:
    return "".join(a for a in text.translate(_ESCAPES) if a == "\t" or a >= " ")


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%d")


def _folded(line: str) -> Iterator[bytes]:
    """Cut a line into lines of 75 octets, never within a letter."""
    rest, room = line, _LONGEST
    while True:
        head = rest.encode()[:room].decode(errors="ignore")
        yield (b"" if room == _LONGEST else b" ") + head.encode()
        rest, room = rest[len(head) :], _LONGEST - 1  # one for the space before
        if not rest:
            return
