"""Where the Parquet files of sealed rows lie below the folder of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from gate.errors import NoLogError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def log_folder(folder: Path) -> Path:
    """Return the folder with rows/ and sites/: `folder`, or `log` in it.

    Raises:
        NoLogError: There is neither.
    """
    for found in (folder, folder / "log"):
        if (found / "rows").is_dir() or (found / "sites").is_dir():
            return found
    raise NoLogError(str(folder))


def row_files(folders: Iterable[Path]) -> Mapping[str, list[Path]]:
    """Return the files of rows of each site, sorted.

    Args:
        folders: Of logs, from `log_folder`.
    """
    found: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.glob("rows/site=*/month=*/day=*/seg-*.parquet")):
            site = unquote(path.parents[2].name.removeprefix("site="))
            found.setdefault(site, []).append(path)
    return found
