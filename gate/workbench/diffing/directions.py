"""In which direction two decisions differ."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.model import Shown


class Direction(StrEnum):
    """How a reader sees a difference; looser ones are told first."""

    LOOSER = "looser"
    STRICTER = "stricter"
    CHANGED = "changed"
    """Equally strict, with other notices."""


def direction(before: Shown, after: Shown) -> Direction:
    """Return how a difference goes."""
    if before.action == after.action:
        return Direction.CHANGED
    looser = after.action < before.action
    return Direction.LOOSER if looser else Direction.STRICTER
