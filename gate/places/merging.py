"""Two opinions on one address become one: of two databases, of an edge beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gate.model import LocationClass, Unknown
from gate.places.columns import Table
from gate.places.sources import STRICTEST

if TYPE_CHECKING:
    from collections.abc import Callable

_GAP = Unknown.NOT_IN_DATABASE


def merged(primary: Table, second: Table, together: Callable[[int, int], int]) -> Table:
    """Return what two databases say together.

    Args:
        primary: What the first says.
        second: What the other says.
        together: From the class id that each gives to the one that holds.
    """
    starts: list[int] = []
    ids: list[int] = []
    at = other = 0
    for start in sorted({*primary.starts, *second.starts}):
        at += at + 1 < len(primary.starts) and primary.starts[at + 1] == start
        other += other + 1 < len(second.starts) and second.starts[other + 1] == start
        id_ = together(primary.classes[at], second.classes[other])
        if not ids or ids[-1] != id_:
            starts.append(start)
            ids.append(id_)
    return Table(starts=starts, classes=ids)


def joined(primary: LocationClass, second: LocationClass, policy: str) -> LocationClass:
    """Return what two databases say together of one address.

    Where one knows nothing the other answers. Where they disagree on an area, the
    evidence keeps what the one that does not hold has said: "second:no",
    "primary:possible".

    Args:
        primary: What the first says.
        second: What the other says.
        policy: `STRICTEST`: of each area the higher level holds. `PRIMARY`: the first.
    """
    if second.unknown is _GAP:
        return primary
    if primary.unknown is _GAP:
        return second
    if primary.unknown is not None or second.unknown is not None:
        return _beside_hidden(primary, second, policy)
    if primary.memberships == second.memberships:
        return primary
    return _by_level(primary, second, policy)


def _by_level(
    primary: LocationClass, second: LocationClass, policy: str
) -> LocationClass:
    levels, evidence, won = [], [], False
    rows = zip(primary.memberships, second.memberships, strict=True)
    for area, (mine, theirs) in enumerate(rows):
        taken = policy == STRICTEST and mine < theirs
        winner = second if taken else primary
        loser = f"primary:{mine}" if taken else f"second:{theirs}"
        told = winner.evidence[area]
        levels.append(winner.memberships[area])
        evidence.append(told if mine == theirs else (*told, loser))
        won |= taken
    named = second if won and not any(primary.memberships) else primary
    return LocationClass(
        label=named.label, memberships=tuple(levels), evidence=tuple(evidence)
    )


def _beside_hidden(
    primary: LocationClass, second: LocationClass, policy: str
) -> LocationClass:
    """Join a place with the opinion that its visitors are hidden.

    A hidden visitor may be anywhere, so that opinion is the stricter one where the
    place is in no area. Where it is in one, both hold: the place, and the doubt.
    """
    if policy != STRICTEST or (primary.unknown and second.unknown):
        return primary
    loser, known, hidden = (
        ("primary", second, primary) if primary.unknown else ("second", primary, second)
    )
    if not any(known.memberships):
        return hidden
    told = f"{loser}:{hidden.unknown}"
    return replace(
        known,
        doubt=hidden.unknown,
        evidence=tuple((*texts, told) for texts in known.evidence),
    )


def beside_edge(
    found: LocationClass, label: str, alone: LocationClass
) -> LocationClass:
    """Return what holds when an edge says a label of a visitor.

    Args:
        found: What the databases say.
        label: ISO 3166 code, or "" for a country that no area mentions.
        alone: What the label alone says.

    Returns:
        The label alone where no database knows the address; `found` where it says as
        much, or nothing can be said; else its label with higher levels.
    """
    if found.unknown is _GAP:
        return alone
    if found.unknown is not None or label in {found.label, found.label[:2]}:
        # A country says nothing new of a place in it.
        return found
    pairs = list(zip(found.memberships, alone.memberships, strict=True))
    if all(mine >= theirs for mine, theirs in pairs):
        return found
    evidence = [
        (f"edge:{label}", "databases:no") if mine < theirs else told
        for (mine, theirs), told in zip(pairs, found.evidence, strict=True)
    ]
    return replace(
        found,
        memberships=tuple(max(pair) for pair in pairs),
        evidence=tuple(evidence),
    )
