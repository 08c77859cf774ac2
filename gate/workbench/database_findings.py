"""Which file about places is to blame, and where the configuration names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import DatabaseError, DatabaseMissingError
from gate.places.anonymous import read_database, read_tor_exits
from gate.places.database import Database
from gate.places.plain import open_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gate.config import Config
    from gate.documents.reader import Loc
    from gate.model import Diagnostic


def blame_database(config: Config, error: DatabaseError) -> Diagnostic:
    """Return the finding about the database that is to blame; all, if none is."""
    for path, loc in _named(config):
        try:
            _opened(config, path)
        except DatabaseError as own:
            return config.document.finding(
                own.code, f"{path}: {own}", loc, hint=own.hint
            )
    return config.document.finding(
        error.code, str(error), ("geo", "databases"), hint=error.hint
    )


def _opened(config: Config, path: Path) -> None:
    """Open a file as what the configuration says that it is.

    Raises:
        DatabaseError: It is not that.
    """
    if path == config.geo.tor_exits:
        read_tor_exits(path)
    elif path == config.geo.anonymous:
        read_database(path)
    else:
        Database(path).close()


def missing_databases(config: Config) -> Iterator[Diagnostic]:
    """Find each database that cannot be opened, by its own name."""
    for path, loc in _named(config):
        try:
            open_plain(path).close()
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            yield config.document.finding(
                DatabaseMissingError.code,
                f"{path}: {reason.removesuffix(' or directory')}.",
                loc,
                hint=DatabaseMissingError.remedy
                if "databases" in loc
                else "Correct the path, or leave the key out.",
            )


def _named(config: Config) -> Iterator[tuple[Path, Loc]]:
    """Yield each file about places that the configuration names, and where."""
    for number, path in enumerate(config.geo.databases):
        yield path, ("geo", "databases", number)
    for key in ("anonymous", "tor_exits"):
        path = getattr(config.geo, key)
        if path is not None:
            yield path, ("geo", key)
