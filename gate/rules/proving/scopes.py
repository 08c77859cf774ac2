"""The cells of which a promise speaks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from gate.model import Membership
from gate.rules.proving.sweep import Bound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.decision import Group
    from gate.model import Promise, When
    from gate.rules.proving.slices import Slice
    from gate.rules.proving.space import Space


def bounds(space: Space, portion: Slice, promise: Promise) -> Iterator[Bound]:
    """Yield what a promise demands of a slice, for each span in which that is alike."""
    scope = promise.scope
    first, end = space.span(promise.effective)
    changes = space.changes((*(scope.areas or ()), *(scope.outside_areas or ())))
    inner = {edge for edge in changes if first < edge < end}
    paths = portion.paths(scope)
    for since, until in pairwise(sorted({first, end} | inner) if first < end else ()):
        places = sum(
            1 << number
            for number in range(space.size)
            if _covers(scope, space.group(number, since))
        )
        cells = portion.cells(paths, scope.activities, places)
        if cells:
            yield Bound(
                first=since,
                end=until,
                cells=cells,
                least=promise.at_least,
                most=promise.at_most,
            )


def _covers(scope: When, group: Group) -> bool:
    """Say whether a promise speaks of a place; with no place named, of every one."""
    if scope.unknown is not None and group.unknown not in scope.unknown:
        return False
    memberships = group.memberships
    if scope.areas is not None and not any(
        memberships.get(area) is Membership.YES for area in scope.areas
    ):
        return False
    return scope.outside_areas is None or (
        group.unknown is None
        and not any(memberships.get(area) for area in scope.outside_areas)
    )
