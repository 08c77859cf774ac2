"""Sealed totals of each day against somebody else's count of the same requests."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from gate.documents import moments
from gate.errors import NotALogError, TotalsUnreadableError
from gate.workbench.auditing.headers import read_headers
from gate.workbench.importing.moments import any_second

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from gate.audit.header import Header

MOST_BYTES: Final = 64 << 20
"""Bytes of a file of totals; a log of times is read line by line and may be longer."""

_DAYS: Final = ("day", "date", "time", "datetime", "timestamp")
_COUNTS: Final = ("requests", "count", "total", "n", "sum")
_LONGEST_LINE: Final = 64
_MOST_OF_LINE: Final = 4096  # bytes; what is longer is no time, however it begins
_AROUND: Final = b' \t\r\n[]"'  # what may stand around a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What was sealed for a day.

    Attributes:
        total: Decisions, exact.
        gaps: Decisions not counted in their own cells; -1: some, fewer than `least`.
        late: Decisions counted in tables of earlier days; likewise.
        least: Fewest decisions that anything may stand for.
    """

    total: int
    gaps: int = 0
    late: int = 0
    least: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day on both sides.

    Attributes:
        day: "YYYY-MM-DD", UTC.
        sealed: What was sealed; None if nothing was.
        other: What the other side counted; None if it says nothing of the day.
    """

    day: str
    sealed: Sealed | None
    other: int | None

    @property
    def difference(self) -> int | None:
        """The other side's count less ours; None where a side is missing."""
        if self.sealed is None or self.other is None:
            return None
        return self.other - self.sealed.total

    @property
    def share(self) -> float | None:
        """The size of the difference in per cent of the greater count."""
        if self.difference is None or self.sealed is None or self.other is None:
            return None
        greater = max(self.other, self.sealed.total)
        return 100 * abs(self.difference) / greater if greater else 0.0

    def agrees(self, percent: float) -> bool:
        """Say whether both sides agree; fewer than `least` apart is as good as none."""
        if self.difference is None or self.sealed is None or self.share is None:
            return False
        return abs(self.difference) < self.sealed.least or self.share <= percent


def sealed_days(folders: Sequence[Path], site: str | None) -> dict[str, Sealed]:
    """Return what logs say was sealed for each day.

    Replicas that have logs of their own are added up.

    Args:
        folders: Of logs.
        site: Only this log; None for all.

    Raises:
        NoLogError: A folder holds no log.
        HeaderDamagedError: A header cannot be read.
        NotALogError: There is no sealed day.
    """
    found: dict[str, Sealed] = {}
    for header in read_headers(folders):
        if header.what == "period" and site in {None, header.site}:
            found[header.period] = _plus(found.get(header.period), header)
    if not found:
        told = ", ".join(map(str, folders))
        raise NotALogError(folder=told, reason="has no sealed day of that log")
    return found


def compared(ours: Mapping[str, Sealed], others: Mapping[str, int]) -> list[Day]:
    """Put both sides beside each other, day by day."""
    days = sorted({*ours, *others})
    return [Day(day=day, sealed=ours.get(day), other=others.get(day)) for day in days]


def read_totals(path: Path, form: str) -> dict[str, int]:
    """Return the requests of each day that another counter has seen.

    Args:
        path: The file.
        form: "csv", "json", "times" (one time in each line, one line for each
            request), or "auto": by the name, or else by the first character.

    Raises:
        TotalsUnreadableError: It cannot be read.
    """
    try:
        if (form if form != "auto" else _form_of(path)) == "times":
            return _of_times(path)
        if path.stat().st_size > MOST_BYTES:
            raise _wrong(path, "", "is too long for totals")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise _wrong(path, "", error.strerror or "cannot be read") from None
    except UnicodeError:
        raise _wrong(path, "", "is not UTF-8") from None
    pairs = _json_pairs if (form == "json" or text[:1] in "[{") else _csv_pairs
    return _summed(path, pairs(path, text))


def _form_of(path: Path) -> str:
    with path.open("rb") as file:
        first = file.readline(_LONGEST_LINE).strip(_AROUND)
    is_time = any_second(first.decode("latin-1")) is not None
    return "times" if is_time and b"," not in first else "totals"


def _plus(known: Sealed | None, header: Header) -> Sealed:
    if known is None:
        known = Sealed(total=0, least=header.least)
    return Sealed(
        total=known.total + header.total,
        gaps=_added(known.gaps, header.gaps),
        late=_added(known.late, header.late),
        least=max(known.least, header.least),
    )


def _added(one: int, other: int) -> int:
    return -1 if -1 in (one, other) else one + other


def _summed(path: Path, pairs: Iterable[tuple[str, Any, Any]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for place, when, count in pairs:
        day, n = _day(when), _count(count)
        if day is None:
            raise _wrong(path, place, "there is no day such as 2026-11-21")
        if n is None:
            raise _wrong(path, place, "there is no count of requests")
        found[day] += n
    if not found:
        raise _wrong(path, "", "has no totals")
    return dict(found)


def _csv_pairs(path: Path, text: str) -> Iterator[tuple[str, Any, Any]]:
    rows = csv.reader(StringIO(text))
    heading = [cell.strip().lower() for cell in next(rows, [])]
    at = [_column(heading, names) for names in (_DAYS, _COUNTS)]
    if None in at:
        raise _wrong(path, ":1", "the heading names no day, or no count")
    for row in rows:
        if any(cell.strip() for cell in row):
            cells = [row[n] if n is not None and n < len(row) else "" for n in at]
            yield f":{rows.line_num}", cells[0], cells[1]


def _column(heading: Sequence[str], names: Sequence[str]) -> int | None:
    return next((heading.index(name) for name in names if name in heading), None)


def _json_pairs(path: Path, text: str) -> Iterator[tuple[str, Any, Any]]:
    try:
        entries = _entries(json.loads(text))
    except (ValueError, RecursionError):
        raise _wrong(path, "", "is not JSON") from None
    for number, entry in enumerate(entries):
        yield f"[{number}]", _first(entry, _DAYS), _first(entry, _COUNTS)


def _entries(found: object) -> list[dict[str, Any]]:
    """Find the list of days: as written by hand, or within a GraphQL answer."""
    if isinstance(found, list):
        flat = [_flat(entry) for entry in found if isinstance(entry, dict)]
        days = [entry for entry in flat if _first(entry, _DAYS) is not None]
        inner = [entry for item in found for entry in _entries(item)]
        return days or inner
    if isinstance(found, dict):
        if found and all(_day(key) for key in found):
            return [{"day": key, "requests": n} for key, n in found.items()]
        return [entry for value in found.values() for entry in _entries(value)]
    return []


def _flat(entry: dict[str, Any]) -> dict[str, Any]:
    """Return {"dimensions": {"date": d}, "sum": {"requests": n}} as one level."""
    flat: dict[str, Any] = {}
    for key, value in entry.items():
        flat.update(value if isinstance(value, dict) else {key: value})
    return flat


def _first(entry: Mapping[str, Any], names: Iterable[str]) -> object:
    lower = {key.lower(): value for key, value in entry.items()}
    return next((lower[name] for name in names if name in lower), None)


def _of_times(path: Path) -> dict[str, int]:
    """Count the lines of a log of times by their day."""
    found: Counter[str] = Counter()
    known: dict[bytes, str] = {}
    with path.open("rb") as file:
        lines = iter(partial(file.readline, _MOST_OF_LINE), b"")
        for number, line in enumerate(lines, start=1):
            text = line.strip(_AROUND)
            if not text and len(line) < _MOST_OF_LINE:
                continue
            day = known.get(text) or _day(text[:_LONGEST_LINE].decode("latin-1"))
            if day is None:
                raise _wrong(path, f":{number}", "is not a time")
            known = known if len(known) < _LONGEST_LINE else {}
            known[text] = day
            found[day] += 1
    return dict(found)


def _day(value: object) -> str | None:
    """Return the day (UTC) of a day or a time."""
    if isinstance(value, str):
        value = value.strip()
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            try:
                return date.fromisoformat(value).isoformat()
            except ValueError:
                return None
    second = any_second(value)
    return None if second is None else moments.day(second)


def _count(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    text = value.strip().replace(",", "") if isinstance(value, str) else ""
    return int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else None


def _wrong(path: Path, place: str, reason: str) -> TotalsUnreadableError:
    return TotalsUnreadableError(file=str(path), place=place, reason=reason)
