"""The lines of sealed rows, straight from Parquet: what `Sealed.line` gives, quickly.

Values repeat from row to row, so each column remembers how it wrote them; only the
nonce is new each time.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from itertools import repeat
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from gate.audit.parquet import STORED
from gate.audit.rows import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

READ: Final = tuple(sorted(STORED))
"""Columns in the order of the line."""

_CONSTANT: Final = {"format": FORMAT, "kind": "row"}
_AT_ONCE: Final = 10_000  # rows
_REMEMBERED: Final = 20_000  # values of a column


class Batch(NamedTuple):
    """Some rows of a file.

    Attributes:
        lines: The canonical bytes of each row.
        columns: What each column of `READ` holds, row by row.
    """

    lines: list[bytes]
    columns: tuple[tuple[Any, ...], ...]


class RowReader:
    """Reads files of rows of one site, with one engine for all of them.

    Use it as a context manager. The engine reads the file that is named and nothing
    else, never the network.

    Args:
        site: Name of the log.
    """

    def __init__(self, site: str) -> None:
        self._columns, self._end = _written(site)
        self._opened: DuckDBPyConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    def read(self, path: Path) -> Iterator[Batch]:
        """Yield the rows of a file in their order.

        Raises:
            OSError: The file is not there, or not Parquet with these columns and no
                others.
        """
        with _engine_errors():
            names = ", ".join(f'"{name}"' for name in READ)
            ordered = f"SELECT {names}, * EXCLUDE ({names})"
            found = self._engine.execute(f"{ordered} FROM {_source(path)}")
            named = [str(column[0]) for column in found.description or ()]
        if strange := named[len(READ) :]:
            raise OSError(f"it has other columns: {', '.join(strange)[:200]}")
        while rows := self._fetch(found):
            columns = tuple(zip(*rows, strict=True))
            parts = [
                column.texts(values)
                for column, values in zip(self._columns, columns, strict=True)
            ]
            whole = map("".join, zip(*parts, repeat(self._end), strict=False))
            yield Batch("\n".join(whole).encode("ascii").split(b"\n"), columns)

    @property
    def _engine(self) -> DuckDBPyConnection:
        """The engine, started with the first file."""
        import duckdb  # noqa: PLC0415 - heavy

        if self._opened is None:
            self._opened = duckdb.connect(config=_SETTINGS)
        return self._opened

    def _fetch(self, found: DuckDBPyConnection) -> list[tuple[Any, ...]]:
        with _engine_errors():
            return found.fetchmany(_AT_ONCE)


@contextmanager
def _engine_errors() -> Iterator[None]:
    """Take whatever the engine raises about a file for what it is: unreadable.

    Raises:
        OSError: Instead of it.
    """
    import duckdb  # noqa: PLC0415 - heavy

    try:
        yield
    except (duckdb.Error, RuntimeError, ValueError, OverflowError, TypeError) as error:
        raise OSError((str(error).splitlines() or ["?"])[0][:200]) from error


class _Column(dict[Any, str]):
    """Value -> the text from the end of the value before it to its own end."""

    def __init__(self, before: str, *, repeats: bool) -> None:
        super().__init__()
        self._before, self._repeats = before, repeats

    def __missing__(self, value: object) -> str:
        text = self._before + _encoded(value)
        self[value] = text
        return text

    def texts(self, values: tuple[Any, ...]) -> Iterable[str]:
        """Return the text of each value; memory stays bounded if none repeats."""
        if self._repeats:
            if len(self) > _REMEMBERED:
                self.clear()
            with suppress(TypeError):  # a list or the like, which no sealer wrote
                return list(map(self.__getitem__, values))
        return [self._before + _encoded(value) for value in values]


def _written(site: str) -> tuple[list[_Column], str]:
    """Return the columns of a line, and what comes after the last one."""
    constant = _CONSTANT | {"site": site}
    columns, before = [], "{"
    for name in sorted([*STORED, *constant]):
        before += f'"{name}":'
        if name in constant:
            before += json.dumps(constant[name])
        else:
            columns.append(_Column(before, repeats=name != "nonce"))
            before = ""
        before += ","
    return columns, before[:-1] + "}"


def _encoded(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    return repr(value) if type(value) is int else json.dumps(value, default=repr)


_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "memory_limit": "1GB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def _source(path: Path) -> str:
    quoted = str(path.absolute()).replace("'", "''")
    return f"read_parquet(['{quoted}'], hive_partitioning=false)"
