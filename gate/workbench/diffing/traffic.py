"""How much of the traffic each difference has; counts only, never who."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.workbench.diffing.groups import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What was weighed.

    Attributes:
        source: Name of the log, for people.
        is_sealed: Whether sealed counts were read; then a decision may be in one of
            several places, and shares have two ends.
        groups: Share of each group, by its number.
        moved: Share of all groups together.
        apart: Requests that no rule decides, or that could not be read, by why.
    """

    source: str
    is_sealed: bool
    groups: Mapping[int, Share]
    moved: Share
    apart: Mapping[str, int]
