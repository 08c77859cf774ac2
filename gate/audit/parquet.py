"""Rows as zstd Parquet in Hive layout, which every engine reads; by DuckDB.

    rows/site=news.example/month=2026-11/day=2026-11-21/seg-000012.parquet

What is verified are the rows, never the bytes of the file: any program may write the
same rows again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from gate.audit.rows import Row, Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

TEXTS: Final = tuple(name for name in Row._fields if name != "n")
STORED: Final = ("segment", "period", *TEXTS, "n", "nonce")
"""Columns within a file; site, month and day are its folders."""

_AT_ONCE: Final = 10_000  # rows


def rows_path(site: str, period: str, segment: int) -> str:
    """Return where a segment's rows lie below the folder `rows`."""
    folder = f"site={quote(site, safe='')}/month={period[:7]}/day={period}"
    return f"{folder}/seg-{segment:06}.parquet"


def write_rows(path: Path, rows: Sequence[Sealed]) -> None:
    """Write rows of one segment; the caller moves the file to its place.

    Args:
        path: The file, which must not be there yet.
        rows: Of one segment; may be empty.

    Raises:
        OSError: The file cannot be written.
    """
    import duckdb  # noqa: PLC0415 - heavy

    kinds = dict.fromkeys(STORED, "VARCHAR") | {"segment": "BIGINT", "n": "BIGINT"}
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    lists = ", ".join(f"unnest(?::{kind}[])" for kind in kinds.values())
    with duckdb.connect(config={"threads": 1}) as engine:
        engine.execute(f"CREATE TABLE t ({columns})")
        if rows:
            values = zip(*map(_values, rows), strict=True)
            engine.execute(f"INSERT INTO t SELECT {lists}", list(map(list, values)))
        try:
            engine.execute(f"COPY t TO {_text(path)} (FORMAT parquet, CODEC 'zstd')")
        except duckdb.Error as error:
            raise OSError(f"{path.name}: {error}") from error


def read_rows(path: Path, site: str) -> Iterator[Sealed]:
    """Yield the rows of a file in their order.

    Args:
        path: The file.
        site: Name of the log.

    Raises:
        OSError: The file is not there, or not Parquet with these columns.
    """
    import duckdb  # noqa: PLC0415 - heavy

    names = ", ".join(f'"{name}"' for name in STORED)
    with duckdb.connect(config={"threads": 1}) as engine:
        try:
            found = engine.execute(
                f"SELECT {names} FROM read_parquet({_text(path)}, "  # noqa: S608
                "hive_partitioning=false, file_row_number=true) "
                "ORDER BY file_row_number"
            )
            while batch := found.fetchmany(_AT_ONCE):
                yield from (_sealed(values, site) for values in batch)
        except duckdb.Error as error:
            raise OSError(f"{path.name}: {error}") from error


def _values(sealed: Sealed) -> tuple[object, ...]:
    row = sealed.row._asdict()
    texts = (row[name] for name in TEXTS)
    return (sealed.segment, sealed.period, *texts, sealed.row.n, sealed.nonce)


def _sealed(values: tuple[object, ...], site: str) -> Sealed:
    segment, period, *fields, nonce = values
    row = Row(*fields)  # type: ignore[arg-type]  # the columns' types say so
    return Sealed(int(str(segment)), site, str(period), row, str(nonce))


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
