"""The networks of each group as files: one network a line, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import NetworksInTheWayError

if TYPE_CHECKING:
    from pathlib import Path

    from gate.workbench.diffing.difference import Difference


def write_networks(found: Difference, folder: Path) -> dict[int, str]:
    """Write the networks of each group into a file of its own.

    Args:
        found: The difference.
        folder: Where to; it must be empty or not be there.

    Returns:
        The path of each file by the number of its group; groups of unknown places
        that no address has are left out.

    Raises:
        NetworksInTheWayError: The folder is not empty, or cannot be written.
    """
    check_folder(folder)
    files = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for group in found.groups:
            if found.twins.example(group.pairs):
                path = folder / f"{group.number}-{group.direction}.txt"
                with path.open("w", encoding="ascii") as file:
                    for network in found.twins.networks(group.pairs):
                        file.write(f"{network}\n")
                files[group.number] = path.as_posix()
    except OSError as error:
        reason = f"cannot be written: {(error.strerror or 'unknown reason').lower()}"
        raise NetworksInTheWayError(folder=str(folder), reason=reason) from error
    return files


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds anything.

    Raises:
        NetworksInTheWayError: It does, or it is no folder.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise NetworksInTheWayError(folder=str(folder))
