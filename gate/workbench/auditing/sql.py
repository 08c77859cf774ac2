"""SQL over the rows of logs, by somebody whom nobody has to trust.

The rows are loaded first. Then the connection is locked: it can read and write no other
file, load nothing, and change none of its settings; and only one statement that reads
is run at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gate.audit.engines import TABLE, create_counts
from gate.audit.folders import log_folder
from gate.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EXAMPLES: Final = (
    (
        "Which requests were served without the notice that was owed?",
        (
            "SELECT day, place, section, door, rules, n FROM counts "
            "WHERE outcome = 'served_without_notice' ORDER BY day"
        ),
    ),
    (
        "What became of the decisions of each area, month by month?",
        (
            "SELECT month, area, outcome, sum(n) AS decisions FROM (SELECT *, "
            "unnest(string_split(areas, ',')) AS area FROM counts) "
            "GROUP BY ALL ORDER BY ALL"
        ),
    ),
    (
        "How many decisions did each rule book and each database make, and when?",
        (
            "SELECT book[:12] AS book, database[:12] AS database, min(day) AS first, "
            "max(day) AS last, sum(n) AS decisions FROM counts GROUP BY 1, 2 ORDER BY 3"
        ),
    ),
)
"""Questions with their SQL, to begin with."""

_LOCKS: Final = (
    "SET temp_directory = ''",
    "SET enable_external_access = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET lock_configuration = true",
)


class Answer(NamedTuple):
    """The answer to a query: names of columns, and rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def ask(folders: Sequence[Path], sql: str) -> Answer:
    """Run one statement that reads over the table `counts`.

    Args:
        folders: Of the logs.
        sql: In the dialect of DuckDB.

    Raises:
        NoLogError: A folder is no log.
        RowsUnreadableError: The rows cannot be read.
        QueryError: The statement is wrong, or does not only read.
    """
    import duckdb  # noqa: PLC0415 - heavy

    logs = [log_folder(folder) for folder in folders]
    with duckdb.connect() as connection:
        create_counts(connection, logs)
        for lock in _LOCKS:
            connection.execute(lock)
        try:
            _check_reads(connection, sql)
            found = connection.execute(sql)
            columns = tuple(column[0] for column in found.description or ())
            return Answer(columns, found.fetchall())
        except duckdb.Error as error:
            raise QueryError(_words(error)) from error


def _check_reads(connection: Any, sql: str) -> None:  # noqa: ANN401  # of DuckDB
    """Refuse whatever is not one statement that reads.

    Raises:
        QueryError: It is not.
    """
    import duckdb  # noqa: PLC0415 - heavy

    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise QueryError(
            f"There are {len(statements)} statements; a query is one.",
            hint="Ask one question at a time, without text after a semicolon.",
        )
    if statements[0].type != duckdb.StatementType.SELECT:
        raise QueryError(
            "Only SELECT is run here: a log is read, never written.",
            hint=f"Ask the table {TABLE}; gate audit query shows its columns.",
        )


def _words(error: Exception) -> str:
    return str(error).strip() or type(error).__name__
