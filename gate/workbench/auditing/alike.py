"""Sealed rows that no rule book at hand can tell apart, added up.

A year of rows is added up by the engine that reads them, so that what is left depends
on how many kinds of row there are, not on how many days.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from gate.audit.folders import log_folder, row_files
from gate.audit.rows import MERGED
from gate.errors import NothingSealedError, RowsUnreadableError
from gate.workbench.auditing.ground import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from gate.audit.rows import Row

    _Run = Callable[..., Any]

_Found = TypeVar("_Found")

HOUR: Final = 3_600
"""Seconds."""

_COLUMNS: Final = (
    *("place", "areas", "activity", "section", "action", "outcome", "reason"),
    *("rules", "shadow", "shadow_rules", "book", "areas_digest", "database", "config"),
)


class Alike(NamedTuple):
    """Rows that differ in nothing that matters, added up.

    Attributes:
        moments: For each stretch of time that the rows may lie in a second of it,
            Unix time; more than one if something begins or ends within a row's day.
        n: How many decisions.

    The others are the columns of a row.
    """

    moments: tuple[int, ...]
    place: str
    areas: str
    activity: str
    section: str
    action: str
    outcome: str
    reason: str
    rules: str
    shadow: str
    shadow_rules: str
    book: str
    areas_digest: str
    database: str
    config: str
    n: int

    @property
    def by(self) -> tuple[str, ...]:
        """What decided."""
        return tuple(self.rules.split(","))

    @property
    def memberships(self) -> tuple[str, ...]:
        """The areas with their levels, such as "russia:yes"."""
        return tuple(self.areas.split(",")) if self.areas else ()


def moments_of(period: str, hour: str, edges: Sequence[int]) -> tuple[int, ...]:
    """Return a second of each stretch of time that a row may lie in.

    Args:
        period: Day, "YYYY-MM-DD", UTC.
        hour: "00" to "23"; anything else means the whole day.
        edges: Seconds in which something begins or ends, ascending.
    """
    start = int(datetime.fromisoformat(period).replace(tzinfo=UTC).timestamp())
    length = DAY
    if hour.isdecimal():
        start, length = start + int(hour) * HOUR, HOUR
    first = bisect_right(edges, start)
    inner = edges[first : bisect_left(edges, start + length)]
    return _since(edges, first), *inner


def _since(edges: Sequence[int], number: int) -> int:
    if number:
        return edges[number - 1]
    return edges[0] - 1 if edges else 0


def add_up(rows: Iterable[tuple[str, Row]], edges: Sequence[int]) -> list[Alike]:
    """Add up rows that are in memory.

    Args:
        rows: Day and row.
        edges: Seconds in which something begins or ends, ascending.
    """
    sums: dict[tuple[object, ...], int] = {}
    for period, row in rows:
        values = (getattr(row, name) for name in _COLUMNS)
        key = (moments_of(period, row.hour, edges), *values)
        sums[key] = sums.get(key, 0) + row.n
    return [Alike._make((*key, n)) for key, n in sums.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """Which rows are asked about.

    Attributes:
        folders: Of logs; of several replicas one each.
        since: First day, "YYYY-MM-DD"; "" for the very first.
        until: Last day, as well included; "" for the very last.
    """

    folders: tuple[Path, ...]
    since: str = ""
    until: str = ""

    def files(self) -> list[str]:
        """Return the files of these days; the folder of a file names its day.

        Raises:
            NoLogError: There is no log in a folder.
            NothingSealedError: There are no rows of these days.
        """
        found_in = [log_folder(folder) for folder in self.folders]
        found = [path for paths in row_files(found_in).values() for path in paths]
        files = [str(path) for path in found if self._holds(path)]
        if not files:
            folder = ", ".join(map(str, self.folders))
            raise NothingSealedError(folder, since=self.since, until=self.until)
        return files

    def _holds(self, path: Path) -> bool:
        day = path.parent.name.removeprefix("day=")
        return self.since <= day and (not self.until or day <= self.until)


def read_alike(logs: Logs, edges: Sequence[int]) -> list[Alike]:
    """Add up the rows of logs, of all their sites.

    Args:
        logs: Which rows.
        edges: Seconds in which something begins or ends, ascending.

    Raises:
        AskingError: There are no rows, or a file is not what it should be.
    """
    return _asked(logs, lambda run: _added(run, edges))


def books_named(logs: Logs) -> frozenset[str]:
    """Return the digests of the books that rows name.

    Args:
        logs: Which rows.

    Raises:
        AskingError: There are no rows, or a file is not what it should be.
    """
    found = _asked(logs, lambda run: run("SELECT DISTINCT book FROM t").fetchall())
    return frozenset(book for (book,) in found) - {MERGED}


def _asked(logs: Logs, ask: Callable[[_Run], list[_Found]]) -> list[_Found]:
    """Ask an engine that has the rows in a view `t`."""
    files = ", ".join(map(_text, logs.files()))
    import duckdb  # noqa: PLC0415 - heavy

    with duckdb.connect() as engine:
        try:
            engine.execute(
                "CREATE TEMP VIEW t AS SELECT * FROM "  # noqa: S608 - own files
                f"read_parquet([{files}], hive_partitioning=false)"
            )
            return ask(engine.execute)
        except duckdb.Error as error:
            raise RowsUnreadableError(str(error).splitlines()[0]) from error


def _added(run: _Run, edges: Sequence[int]) -> list[Alike]:
    spans: dict[tuple[int, ...], int] = {}
    rows = []
    for period, hour in run("SELECT DISTINCT period, hour FROM t").fetchall():
        moments = moments_of(period, hour, edges)
        rows.append((period, hour, spans.setdefault(moments, len(spans))))
    run("CREATE TEMP TABLE s (period VARCHAR, hour VARCHAR, span INTEGER)")
    if rows:
        lists = [list(values) for values in zip(*rows, strict=True)]
        run("INSERT INTO s SELECT unnest(?), unnest(?), unnest(?)", lists)
    names = ", ".join(f't."{name}"' for name in _COLUMNS)
    found = run(
        f"SELECT s.span, {names}, sum(t.n)::BIGINT FROM t "  # noqa: S608 - own names
        "JOIN s USING (period, hour) GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    known = list(spans)
    return [Alike(known[span], *values) for span, *values in found]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
