"""Who answers: DuckDB in this process, Spark, or any other back end of Ibis.

Every engine shows the same table of counts: the columns of `gate.audit.rows.COLUMNS`,
all text but `segment` and `n`. An engine that reads Hive folders itself would take
"2026-11" for a date, or not; so site, month and day are given to it as text.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from gate.audit import spark
from gate.audit.folders import log_folder, row_files
from gate.audit.rows import COLUMNS
from gate.errors import (
    EngineFailedError,
    EngineMissingError,
    EngineReadsNoFilesError,
    GateError,
    RowsUnreadableError,
    UnknownEngineError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ibis.backends import BaseBackend
    from ibis.expr.types import Table

NUMBERS: Final = frozenset({"segment", "n"})
"""Columns that hold 64-bit integers."""

TABLE: Final = "counts"
"""Name of the table that people ask."""


class Engine:
    """A table of counts, and who answers questions about it.

    Args:
        name: As the user gave it.
        counts: The table.
        run: Turns an expression into its rows.
    """

    def __init__(
        self, name: str, counts: Table, run: Callable[[Table], list[dict[str, Any]]]
    ) -> None:
        self.name = name
        self.counts = counts
        self._run = run

    def answer(self, question: Table) -> list[dict[str, Any]]:
        """Return the rows of an answer, in its order.

        Raises:
            EngineFailedError: The engine could not do it.
        """
        try:
            return self._run(question)
        except GateError:
            raise
        except Exception as error:  # every engine has its own
            raise EngineFailedError(self.name, _first_line(error)) from error


@contextmanager
def open_engine(name: str, folders: Sequence[Path]) -> Iterator[Engine]:
    """Open an engine on the rows of one or several logs.

    Args:
        name: duckdb, spark, a master of Spark, or the URL of an Ibis back end.
        folders: Of the logs.

    Raises:
        AskingError: There is no such engine, no such log, or it cannot start.
    """
    logs = [log_folder(folder) for folder in folders]
    with _opener(name)(name, logs) as engine:
        yield engine


def _opener(
    name: str,
) -> Callable[[str, Sequence[Path]], AbstractContextManager[Engine]]:
    if name == "duckdb":
        return _duckdb
    if name == "spark" or name.startswith(("spark:", "sc:")):
        return _spark
    if "://" in name:
        return _by_url
    raise UnknownEngineError(name)


@contextmanager
def _duckdb(name: str, logs: Sequence[Path]) -> Iterator[Engine]:
    import duckdb  # noqa: PLC0415 - heavy

    ibis = _ibis(name, "audit")
    with duckdb.connect() as connection:
        create_counts(connection, logs)
        shown = ibis.table(_schema(), name=TABLE)

        def run(question: Table) -> list[dict[str, Any]]:
            found = connection.execute(ibis.to_sql(question, dialect="duckdb"))
            names = [column[0] for column in found.description or ()]
            rows = found.fetchall()
            return [dict(zip(names, row, strict=True)) for row in rows]

        yield Engine(name, shown, run)


def create_counts(connection: Any, logs: Sequence[Path]) -> None:  # noqa: ANN401
    """Load the rows of logs into the table `counts` of a DuckDB connection.

    Into memory, because a report asks fifteen questions, and because a connection that
    holds all it needs can be locked.

    Args:
        connection: Of DuckDB, in memory.
        logs: Folders with rows/.

    Raises:
        RowsUnreadableError: A file is damaged or lacks a column.
    """
    import duckdb  # noqa: PLC0415 - heavy

    files = [str(path) for paths in row_files(logs).values() for path in paths]
    kinds = {name: _kind(name) for name in COLUMNS}
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    connection.execute(f"CREATE TABLE {TABLE} ({columns})")
    if not files:
        return
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    try:
        connection.execute(
            f"INSERT INTO {TABLE} SELECT {names} FROM read_parquet(?, "  # noqa: S608
            "hive_partitioning=true, hive_types_autocast=false)",
            [files],
        )
    except duckdb.Error as error:
        raise RowsUnreadableError(_first_line(error)) from error


@contextmanager
def _spark(name: str, logs: Sequence[Path]) -> Iterator[Engine]:
    try:
        import_module("pyspark")
    except ImportError as error:
        raise EngineMissingError(name, str(error.name), extra="spark") from error
    ibis = _ibis(name, "spark")
    shown = ibis.table(_schema(), name=TABLE)
    with spark.session(name) as session:
        filled = [log / "rows" for log in logs if row_files([log])]
        spark.show(session, filled, _schema(), TABLE)

        def run(question: Table) -> list[dict[str, Any]]:
            text = ibis.to_sql(question, dialect="pyspark")
            return [row.asDict() for row in session.sql(text).collect()]

        yield Engine(name, shown, run)


@contextmanager
def _by_url(name: str, logs: Sequence[Path]) -> Iterator[Engine]:
    ibis = _ibis(name, "audit")
    shown = name.partition("://")[0] + "://..."  # the rest may hold a password
    try:
        backend = ibis.connect(name)
    except ImportError as error:
        lacks = f"ibis-framework[{name.partition('://')[0]}]"
        raise EngineMissingError(shown, lacks, extra="audit") from error
    except Exception as error:  # every engine has its own
        raise EngineFailedError(shown, _first_line(error)) from error
    try:
        counts = _own_or_read(ibis, backend, logs, shown)
        yield Engine(shown, counts, lambda asked: asked.to_pyarrow().to_pylist())
    finally:
        backend.disconnect()


def _own_or_read(
    ibis: Any,  # noqa: ANN401  # the module
    backend: BaseBackend,
    logs: Sequence[Path],
    name: str,
) -> Table:
    """Return the engine's own table `counts`, or read the files with it."""
    if TABLE in backend.list_tables():
        return _cast(backend.table(TABLE))
    found = [(site, paths) for site, paths in row_files(logs).items() if paths]
    if not found:
        return ibis.memtable([], schema=ibis.schema(_schema()))
    try:
        read = [
            backend.read_parquet([str(path) for path in paths]).mutate(
                site=ibis.literal(site)
            )
            for site, paths in found
        ]
    except Exception as error:  # every engine has its own
        raise EngineReadsNoFilesError(name) from error
    parts = [
        _cast(one.mutate(month=one.period.substr(0, 7), day=one.period)) for one in read
    ]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _cast(table: Table) -> Table:
    return table.select(
        **{name: table[name].cast(kind) for name, kind in _schema().items()}
    )


def _schema() -> dict[str, str]:
    return {name: "int64" if name in NUMBERS else "string" for name in COLUMNS}


def _kind(name: str) -> str:
    return "BIGINT" if name in NUMBERS else "VARCHAR"


def _ibis(engine: str, extra: str) -> Any:  # noqa: ANN401  # the module
    try:
        import ibis  # noqa: PLC0415 - heavy, and an extra
    except ImportError as error:
        raise EngineMissingError(engine, "ibis-framework", extra=extra) from error
    return ibis


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
