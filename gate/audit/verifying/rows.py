"""The rows of one segment: read, hashed, and held against what was sealed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from gate.audit.counting import Outcome
from gate.audit.lines import READ
from gate.audit.rows import MERGED
from gate.audit.suppression import UNTOLD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from gate.audit.header import Header
    from gate.audit.lines import Batch, RowReader

_PLACE: Final = {name: READ.index(name) for name in READ}
_KEPT: Final = 10_000  # rows that say another day or segment, remembered one by one


@dataclass(slots=True)
class RowsRead:
    """What a file of rows holds, in sums and hashes.

    Attributes:
        hashes: Of each row.
        elsewhere: Row -> the segment and the day that it says, where those are not
            the file's.
        total: Decisions.
        merged: Decisions in merged rows.
        gaps: Decisions in rows of gaps.
        violations: Decisions in rows of violations.
        smallest: Decisions of the smallest row; 0 if there is none.
        is_too_long: Whether there were more rows than were read.
    """

    hashes: list[bytes] = field(default_factory=list)
    elsewhere: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    total: int = 0
    merged: int = 0
    gaps: int = 0
    violations: int = 0
    smallest: int = 0
    is_too_long: bool = False


def read_rows_of(
    reader: RowReader, path: Path, *, segment: int, period: str, most: int
) -> RowsRead:
    """Read a file of rows.

    Args:
        reader: Of the site.
        path: The file.
        segment: Number that each row should say.
        period: Day that each row should say.
        most: Rows after which reading stops.

    Raises:
        OSError: It is not Parquet with the columns of rows.
    """
    found = RowsRead()
    for batch in reader.read(path):
        _take(found, batch, (segment, period))
        if len(found.hashes) > most:
            found.is_too_long = True
            break
    return found


def _take(found: RowsRead, batch: Batch, own: tuple[int, str]) -> None:
    start = len(found.hashes)
    found.hashes += [sha256(b"\x00" + line).digest() for line in batch.lines]
    _take_places(found, batch, own, start)
    counts = _column(batch, "n")
    if {*map(type, counts)} != {int}:
        counts = tuple(n if type(n) is int else 0 for n in counts)
    smallest = min(counts)
    found.smallest = min(found.smallest, smallest) if start else smallest
    found.total += sum(counts)
    outcomes = _column(batch, "outcome")
    found.gaps += _sum_of(counts, outcomes, Outcome.GAP)
    found.violations += _sum_of(counts, outcomes, Outcome.SERVED_WITHOUT_NOTICE)
    found.merged += _sum_merged(counts, batch)


def _take_places(
    found: RowsRead, batch: Batch, own: tuple[int, str], start: int
) -> None:
    segments, periods = _column(batch, "segment"), _column(batch, "period")
    count = len(segments)
    if (segments.count(own[0]), periods.count(own[1])) == (count, count):
        return
    for place, pair in enumerate(zip(segments, periods, strict=True), start):
        if pair != own and len(found.elsewhere) < _KEPT:
            found.elsewhere[place] = pair


def _column(batch: Batch, name: str) -> tuple[Any, ...]:
    return batch.columns[_PLACE[name]]


def _sum_of(counts: Sequence[int], outcomes: Sequence[Any], outcome: str) -> int:
    if outcome not in outcomes:
        return 0
    pairs = zip(counts, outcomes, strict=True)
    return sum(n for n, found in pairs if found == outcome)


def _sum_merged(counts: Sequence[int], batch: Batch) -> int:
    """Add up the rows in which any column is merged."""
    columns = [column for column in batch.columns if MERGED in column]
    if not columns:
        return 0
    pairs = zip(counts, zip(*columns, strict=True), strict=True)
    return sum(n for n, values in pairs if MERGED in values)


def differences(
    found: RowsRead, sealed: Sequence[bytes], is_of: Callable[[int, bytes], bool]
) -> Iterator[tuple[str, str]]:
    """Yield code and message for each difference between a file and what was sealed.

    Args:
        found: What the file holds.
        sealed: Hashes of the rows that were sealed, in their order.
        is_of: Says whether a hash is that of a row of another segment.
    """
    if found.hashes == [*sealed]:
        return
    extra, lost = _unmatched(found.hashes, sealed)
    if not extra and not lost:
        pairs = enumerate(zip(found.hashes, sealed, strict=True))
        row = next(row for row, (here, there) in pairs if here != there)
        yield "A025", f"Row {row} is the first that stands elsewhere."
    for row in extra:
        code = _kind(row, found, {*sealed}, is_of)
        if code in ("A022", "A027") and lost:
            lost.pop(row if row in lost else next(iter(lost)))
        elif code == "A022":
            code = "A028"
        yield code, f"It is row {row} of the file."
    for row in lost:
        yield "A023", f"It was sealed as row {row}."


def _unmatched(
    found: Sequence[bytes], sealed: Sequence[bytes]
) -> tuple[list[int], dict[int, None]]:
    """Return the rows of the file that were not sealed, and those sealed not there."""
    left = Counter(sealed)
    extra = []
    for row, line in enumerate(found):
        if left[line] > 0:
            left[line] -= 1
        else:
            extra.append(row)
    lost: dict[int, None] = {}
    for row, line in enumerate(sealed):
        if left[line] > 0:
            left[line] -= 1
            lost[row] = None
    return extra, lost


def _kind(
    row: int,
    found: RowsRead,
    sealed: set[bytes],
    is_of: Callable[[int, bytes], bool],
) -> str:
    line = found.hashes[row]
    if line in sealed:
        return "A024"
    if row not in found.elsewhere:
        return "A022"
    segment = found.elsewhere[row][0]
    return "A026" if type(segment) is int and is_of(segment, line) else "A027"


def wrong_sums(header: Header, rows: RowsRead) -> Iterator[str]:
    """Yield what a header says otherwise than its rows."""
    pairs = {
        "rows": (header.rows, len(rows.hashes)),
        "total": (header.total, rows.total),
        "merged_decisions": (header.merged_decisions, rows.merged),
        "gaps": (header.gaps, rows.gaps),
        "violations": (header.violations, rows.violations),
    }
    for name, (said, found) in pairs.items():
        if said != found and not (said == UNTOLD and name in ("gaps", "violations")):
            yield f"It says {name} = {said}; its rows say {found}."
    if bool(header.merged_cells) != bool(rows.merged):
        yield f"It says merged_cells = {header.merged_cells}; its rows say otherwise."
    if header.late > header.total:
        yield f"It says late = {header.late} of {header.total}."


def is_too_small(header: Header, rows: RowsRead) -> bool:
    """Say whether a row stands for fewer decisions than one may."""
    alone = len(rows.hashes) == 1 and rows.total > 0
    return bool(rows.hashes) and rows.smallest < (1 if alone else header.least)
