"""What a reader notices of a decision, and in which direction two of them differ."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gate.model import Action, Decision


class Shown(NamedTuple):
    """What a reader notices.

    Attributes:
        action: What comes before the article.
        notices: Notices on the page, sorted; empty for pass.
    """

    action: Action
    notices: tuple[str, ...]

    def __str__(self) -> str:
        notices = f" ({', '.join(self.notices)})" if self.notices else ""
        return f"{self.action}{notices}"


class Direction(StrEnum):
    """How a reader sees a difference; looser ones are told first."""

    LOOSER = "looser"
    STRICTER = "stricter"
    CHANGED = "changed"
    """Equally strict, with other notices."""


def shown_of(decision: Decision) -> Shown:
    """Return what a reader notices of a decision."""
    return Shown(decision.action, decision.notices)


def direction(before: Shown, after: Shown) -> Direction:
    """Return how a difference goes."""
    if before.action == after.action:
        return Direction.CHANGED
    looser = after.action < before.action
    return Direction.LOOSER if looser else Direction.STRICTER
