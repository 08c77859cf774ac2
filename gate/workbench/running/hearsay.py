"""What a process beside the workers has them say: a small file in the state folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from gate.places.atomic import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

SEALING: Final = "sealing"
"""Name in the state folder of the file that says why nothing is sealed."""


def tell(state: Path, sentence: str) -> None:
    """Let the workers know of trouble.

    Args:
        state: The state folder.
        sentence: What it is.

    Raises:
        OSError: The folder cannot be written.
    """
    write_atomically(state / SEALING, json.dumps([sentence]).encode())


def forget(state: Path) -> None:
    """Let the workers know that all is well."""
    (state / SEALING).unlink(missing_ok=True)


def heard(state: Path) -> tuple[str, ...]:
    """Return what was told, one sentence each."""
    try:
        told = json.loads((state / SEALING).read_bytes())
    except (OSError, ValueError):  # all is well
        return ()
    return tuple(map(str, told)) if isinstance(told, list) else ()
