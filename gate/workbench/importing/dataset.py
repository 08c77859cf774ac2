"""What an import writes: rows as in the audit log, that cannot be taken for it.

    DIR/import.json                               says what it is; there is no sites/
    DIR/rows/site=NAME/month=.../day=.../seg-000000.parquet

There are no headers and no signature; every row has "import" for its door. Rows are
suppressed as sealed ones are; the total of a day is exact.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from gate.audit.parquet import rows_path, write_rows
from gate.audit.rows import Row, Sealed, row_of
from gate.audit.suppression import suppress
from gate.errors import NotALogError, TargetTakenError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gate.audit import CountCell
    from gate.engine import Snapshot
    from gate.workbench.importing.intake import Intake

FORMAT: Final = "gate.import/1"
MARKER: Final = "import.json"


def rows_of(
    cells: Mapping[CountCell, int], least: int
) -> dict[str, tuple[tuple[Row, ...], int]]:
    """Return the rows that may be written, and the exact total, of each day.

    Args:
        cells: What was counted.
        least: Fewest decisions that a row may stand for.
    """
    by_day: dict[str, list[Row]] = defaultdict(list)
    for cell, n in cells.items():
        by_day[cell.period].append(row_of(cell, n))
    found = {day: suppress(rows, least) for day, rows in sorted(by_day.items())}
    return {day: (known.rows, known.total) for day, known in found.items()}


def check_target(folder: Path) -> None:
    """Refuse a folder that holds anything.

    Raises:
        TargetTakenError: It is not empty, or no folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TargetTakenError(folder=str(folder))


def write_dataset(
    folder: Path,
    intake: Intake,
    days: Mapping[str, tuple[tuple[Row, ...], int]],
    snapshot: Snapshot,
) -> None:
    """Write the rows of an import so that the folder is there whole or not at all.

    Args:
        folder: Where to; it must be empty or not be there.
        intake: What was read.
        days: From `rows_of`.
        snapshot: What decisions rest on.

    Raises:
        TargetTakenError: The folder is not empty, or cannot be written.
    """
    check_target(folder)
    begun = folder.with_name(f".{folder.name}.begun-{secrets.token_hex(4)}")
    try:
        begun.mkdir(parents=True, mode=0o700)
        (begun / "rows").mkdir()
        site = snapshot.config.audit_name
        for number, (day, (rows, _)) in enumerate(days.items()):
            path = begun / "rows" / rows_path(site, day, number)
            path.parent.mkdir(parents=True)
            sealed = [_sealed(number, site, day, row) for row in rows]
            write_rows(path, sealed)
        marker = json.dumps(_marker(intake, days, snapshot), indent=2)
        (begun / MARKER).write_text(marker + "\n", "utf-8")
        if folder.is_dir():
            folder.rmdir()
        begun.rename(folder)
    except OSError as error:
        reason = error.strerror or "cannot be written"
        raise TargetTakenError(folder=str(folder), reason=reason) from None
    finally:
        shutil.rmtree(begun, ignore_errors=True)


def read_totals(folder: Path) -> dict[str, int]:
    """Return the exact total of each day of an import.

    Raises:
        NotALogError: It is not the folder of an import.
    """
    try:
        marker = json.loads((folder / MARKER).read_text("utf-8"))
        if marker["format"] != FORMAT:
            raise NotALogError(folder=str(folder), reason="is of another format")
        return {str(day): int(total) for day, total in marker["days"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NotALogError(
            folder=str(folder), reason=f"has no {MARKER} that can be read"
        ) from None


def is_import(folder: Path) -> bool:
    """Return whether a folder is what an import wrote."""
    return (folder / MARKER).is_file()


def _sealed(number: int, site: str, day: str, row: Row) -> Sealed:
    return Sealed(number, site, day, row, secrets.token_hex(16))


def _marker(
    intake: Intake,
    days: Mapping[str, tuple[tuple[Row, ...], int]],
    snapshot: Snapshot,
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "what": "Decided from access logs, never enforced and never sealed: what the "
        "rule book would have asked for.",
        "site": snapshot.config.audit_name,
        "least": snapshot.config.audit.least,
        "lines": _told_sums(intake),
        "days": {day: total for day, (_, total) in days.items()},
        "rests_on": snapshot.versions._asdict(),
    }


def _told_sums(intake: Intake) -> dict[str, int]:
    """Return the sums without telling apart what was refused: those may be few."""
    sums = intake.sums
    requests = sums.pop("decided") + sums.pop("refused")
    return {"lines": sums.pop("lines"), "requests": requests, **sums}
