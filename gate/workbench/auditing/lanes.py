"""The plot of versions: from which day to which each book, database, text decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from gate.workbench.auditing import words
from gate.workbench.auditing.plots import RIGHT, WIDTH, Tick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One line of the plot of versions: what it is about, and its spans."""

    label: str
    y: float
    spans: tuple[tuple[float, float, str, str, bool], ...]


def lanes(rows: Sequence[Mapping[str, Any]], first: str, last: str) -> tuple[Lane, ...]:
    """Draw a lane for each kind of version that decisions rest on.

    Args:
        rows: Answer to the question `versions`.
        first: First day that is shown.
        last: Last day.
    """
    begin = date.fromisoformat(first)
    by_kind = [
        (label, [row for row in rows if row["what"] == what])
        for what, label in words.VERSIONED.items()
    ]
    return tuple(
        Lane(
            label=label,
            y=number * _LANE,
            spans=tuple(
                _span(row, label, begin, _scale(first, last), odd=at % 2 == 1)
                for at, row in enumerate(own)
            ),
        )
        for number, (label, own) in enumerate(pair for pair in by_kind if pair[1])
    )


def _span(
    row: Mapping[str, Any], label: str, begin: date, scale: float, *, odd: bool
) -> tuple[float, float, str, str, bool]:
    x = _LANE_LEFT + scale * (date.fromisoformat(row["first"]) - begin).days
    end = (date.fromisoformat(row["last"]) - begin).days + 1
    width = _LANE_LEFT + scale * end - x
    text = words.version(row["version"])
    title = f"{label} {text}: {row['first']} to {row['last']}, {row['n']:,}"
    shown = text if width > len(text) * _LETTER + 16 else ""
    return round(x, 1), round(max(width - 1, 2), 1), shown, title, odd


def _scale(first: str, last: str) -> float:
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    return (WIDTH - _LANE_LEFT - RIGHT) / days


_LETTER: Final = 8.0
_LANE: Final = 34.0
_LANE_LEFT: Final = 130.0


def lane_dates(first: str, last: str) -> tuple[Tick, ...]:
    """Return the axis below the lanes."""
    begin = date.fromisoformat(first)
    days = (date.fromisoformat(last) - begin).days + 1
    scale = _scale(first, last)
    every = max(1, -(-days // 6))
    return tuple(
        Tick(round(_LANE_LEFT + scale * n, 1), (begin + timedelta(n)).isoformat())
        for n in range(0, days, every)
        if n + every / 2 < days or not n
    )
