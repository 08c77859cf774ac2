"""Which rows of a period may be sealed: none that stands for only a few decisions.

A cell with fewer than k decisions (`audit.least`) is merged with others like it, one
group of columns after the other (`LADDER`), until the merged row holds k. What is still
left over takes in the row that was ready and is most like it, or several, up to 2k:
chosen by texts alone, because a choice by size would tell how much was left over.

What is promised, against a reader of every segment who knows these rules and how many
cells each row was made of:

1. Every row stands for k decisions or more. Only a period with fewer in all has one
   row, in which every column is merged, so that the total alone is told.
2. Totals are exact: the rows of a period are a partition of its decisions.
3. No difference shows a small cell. Rows are disjoint, each holds whole cells, and
   every number beside them (total, merged decisions, gaps, violations) is the sum of
   whole rows; so whatever is added or subtracted, over any columns, is a sum of whole
   rows as well. Segments are disjoint too: a decision is sealed once, and none is
   taken back, so neighbouring segments have no difference that is not a row.
   Gaps and violations are kept apart from the rest for this: they are suppressed among
   themselves, and their sums are told only if each of them, and all that is left
   beside them, is nothing or k and more. Otherwise they are merged with the rest, and
   the header says no more than "some" (`UNTOLD`). Decisions that came late are a
   margin of no column, and told under the same condition (`told`).
4. No small cell hides alone, and none follows from the bounds that each cell of a
   merged row is known to have, 1 and k - 1. With m cells in a row of n decisions, a
   cell may hold anything from max(1, n - (m-1)(k-1)) to min(k - 1, n - (m-1)): more
   than one value exactly if m < n < m(k-1), k > 2 and m > 1. A row is ready only if
   that is so for its cells and for the groups that it was merged from (ten cells of
   one decision each are not a row of ten). The test rests on n, m and the number of
   groups alone, which the reader is assumed to know, so that passing it tells nothing.
   A row with left-overs may be one of small cells only, and cannot be told from it.
5. Where all of a period is one merged row, it is not told how many cells that was made
   of. Below 2k every column of it is merged, whether or not it passed the test; from
   there on it may always be a large cell with any left-overs.

A column keeps its value in a merged row only if it holds for each of its decisions,
that is for k of them. What somebody knows from elsewhere (a second count of the same
visits, or their own visit) is out of reach: who knows all decisions of a row but one
knows that one as well.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.audit.counting import Outcome
from gate.audit.rows import MERGED, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNTOLD: Final = -1
"""Some, but the number is not told: it, or what is left, would be fewer than k."""

LADDER: Final = (
    ("hour",),
    ("activity",),
    ("section",),
    ("place", "areas", "membership"),
    ("reason", "rules", "shadow", "shadow_rules", "door"),
    ("book", "areas_digest", "database", "notices", "config", "gate"),
    ("action", "outcome"),
)
"""Columns that are merged, step by step; what matters most to an auditor comes last."""

_APART: Final = (str(Outcome.GAP), str(Outcome.SERVED_WITHOUT_NOTICE))
_TEXTS: Final = len(Row._fields) - 1
_PLACES: Final = {name: number for number, name in enumerate(Row._fields)}
_STEPS: Final = tuple(frozenset(_PLACES[name] for name in step) for step in LADDER)

_Texts = tuple[str, ...]


class Suppressed(NamedTuple):
    """What may be sealed of a period.

    Attributes:
        rows: Sorted by their texts, each combination of texts once.
        total: Decisions in all, exact.
        merged_cells: Cells that are not a row of their own; `UNTOLD` if all of the
            period, or all but gaps and violations, is one merged row.
        merged_decisions: Decisions in merged rows, exact.
        gaps: Decisions that were not counted in their own cells; 0, k or more (then
            exact), or `UNTOLD`.
        violations: Decisions that were served without notice; likewise.
    """

    rows: tuple[Row, ...]
    total: int
    merged_cells: int
    merged_decisions: int
    gaps: int
    violations: int


class _Group(NamedTuple):
    """Cells that share a row.

    Attributes:
        texts: What they agree on; `MERGED` elsewhere.
        n: Decisions.
        cells: How many cells.
    """

    texts: _Texts
    n: int
    cells: int


def suppress(counts: Iterable[Row], least: int) -> Suppressed:
    """Merge small cells of one period.

    Args:
        counts: One row for each cell, in any order; those with equal texts are added
            up, those with n = 0 say nothing.
        least: Fewest decisions that a row may stand for (k), above 2.
    """
    cells = _cells(counts)
    total = sum(cell.n for cell in cells)
    classes = _classes(cells, least)
    kept = {name: _apart(found, least) for name, found in classes.items() if name}
    rest = _rest(classes[""], least)
    ready = [*rest, *(group for groups in kept.values() for group in groups)]
    merged = [group for group in ready if _is_merged(group)]
    alone = len(rest) == 1 and _is_merged(rest[0])
    gaps, violations = (_told_class(cells, name, kept) for name in _APART)
    return Suppressed(
        rows=tuple(sorted(map(_row, ready))),
        total=total,
        merged_cells=UNTOLD if alone else sum(group.cells for group in merged),
        merged_decisions=sum(group.n for group in merged),
        gaps=gaps,
        violations=violations,
    )


def told(part: int, total: int, least: int) -> int:
    """Return a part of a total as it may be told: 0, exact, or `UNTOLD`.

    Args:
        part: How many decisions.
        total: Of how many.
        least: Fewest decisions that may be told apart.
    """
    left = total - part
    if part and (part < least or 0 < left < least):
        return UNTOLD
    return part


def _cells(counts: Iterable[Row]) -> list[_Group]:
    found: dict[_Texts, int] = defaultdict(int)
    for row in counts:
        found[tuple(map(str, row[:_TEXTS]))] += row.n
    return [_Group(texts, n, 1) for texts, n in sorted(found.items()) if n > 0]


def _classes(cells: Iterable[_Group], least: int) -> dict[str, list[_Group]]:
    """Return gaps and violations as far as they can stand apart, and under "" the rest.

    What is left beside them must not be a few decisions: else the smaller of the two
    joins it.
    """
    found: dict[str, list[_Group]] = {"": []}
    for cell in cells:
        outcome = cell.texts[_PLACES["outcome"]]
        found.setdefault(outcome if outcome in _APART else "", []).append(cell)
    for name in _APART:
        if name in found and not _apart(found[name], least):
            found[""] += found.pop(name)
    while len(found) > 1 and 0 < _sum(found[""]) < least:
        smallest = min((name for name in found if name), key=lambda n: _sum(found[n]))
        found[""] += found.pop(smallest)
    return {name: sorted(groups) for name, groups in found.items()}


def _apart(cells: Sequence[_Group], least: int) -> list[_Group]:
    """Return the rows of a class by itself; none if that cannot be."""
    ready, left = _climb(cells, least)
    if left and not ready:
        return []
    return _with_left(ready, left, least)


def _rest(cells: Sequence[_Group], least: int) -> list[_Group]:
    ready, left = _climb(cells, least)
    ready = _with_left(ready, left, least)
    if len(ready) != 1 or (ready[0].cells == 1 and ready[0].n >= least):
        return ready
    (only,) = ready
    return [only if only.n >= 2 * least else only._replace(texts=(MERGED,) * _TEXTS)]


def _climb(cells: Sequence[_Group], least: int) -> tuple[list[_Group], _Group | None]:
    """Merge small cells step by step.

    Returns:
        What is ready, and what is left over at the end.
    """
    ready = [cell for cell in cells if cell.n >= least]
    left = [cell for cell in cells if cell.n < least]
    merged: frozenset[int] = frozenset()
    for step in _STEPS:
        merged |= step
        kept = [number for number in range(_TEXTS) if number not in merged]
        groups: dict[_Texts, list[_Group]] = defaultdict(list)
        for group in left:
            groups[tuple(group.texts[number] for number in kept)].append(group)
        left = []
        for parts in groups.values():
            (ready if _is_ready(parts, least) else left).append(_joined(parts))
    return ready, _joined(left) if left else None


def _is_ready(parts: Sequence[_Group], least: int) -> bool:
    """Say whether parts make a row from which the count of none of them follows."""
    n, cells = _sum(parts), sum(part.cells for part in parts)
    return n >= least and cells < n < len(parts) * (least - 1)


def _with_left(ready: list[_Group], left: _Group | None, least: int) -> list[_Group]:
    """Let a row that is ready take in what is left over, or several, up to 2k."""
    if left is None or not ready:
        return ready if left is None else [left]
    cells = left.cells
    while ready and (left.cells == cells or left.n < 2 * least):
        rest = left
        alike = min(ready, key=lambda group: (_unlike(group, rest), group.texts))
        ready = [group for group in ready if group is not alike]
        left = _joined([alike, left])
    return [*ready, left]


def _unlike(one: _Group, other: _Group) -> int:
    pairs = zip(one.texts, other.texts, strict=True)
    return sum(mine != theirs for mine, theirs in pairs)


def _joined(parts: Sequence[_Group]) -> _Group:
    columns = zip(*(part.texts for part in parts), strict=True)
    texts = tuple(_common(values) for values in columns)
    return _Group(texts, _sum(parts), sum(part.cells for part in parts))


def _common(values: Sequence[str]) -> str:
    first = values[0]
    return first if all(value == first for value in values) else MERGED


def _sum(groups: Iterable[_Group]) -> int:
    return sum(group.n for group in groups)


def _row(group: _Group) -> Row:
    return Row._make((*group.texts, group.n))


def _is_merged(group: _Group) -> bool:
    return MERGED in group.texts


def _told_class(
    cells: Iterable[_Group], name: str, kept: dict[str, list[_Group]]
) -> int:
    if name in kept:
        return _sum(kept[name])
    some = any(cell.texts[_PLACES["outcome"]] == name for cell in cells)
    return UNTOLD if some else 0
