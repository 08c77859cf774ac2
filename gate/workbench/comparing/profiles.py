"""What a comparison tells apart: label, membership in each area, settlement."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.model import Membership
from gate.places.areas import extent_of
from gate.places.gazetteer import identify, settlements
from gate.places.layouts import glance, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model import AreaVersion, Place
    from gate.places.layouts import Layout

RECIPES: dict[str, frozenset[str]] = {
    "country": frozenset({"RU"}),
    "country and Crimea": frozenset({"RU", "UA-43", "UA-40"}),
    "list of oblasts": frozenset(
        {"RU", "UA-43", "UA-40", "UA-09", "UA-14", "UA-23", "UA-65"}
    ),
}
"""The usual recipes, as ISO 3166 codes, to hold a rule book against.

They know only the label, so nobody is possible.
"""

OURS = "the rule book"
"""What the areas of the rule book say: the strongest membership in any of them."""

POLICIES = (*RECIPES, OURS)

_NAIVE_COUNTRIES = {
    code.partition("-")[0] for codes in RECIPES.values() for code in codes
}


class Profile(NamedTuple):
    """What is said of some addresses.

    Attributes:
        is_known: A database says where they are.
        label: Country by the database; empty if it names none.
        levels: Membership in each area.
        recipes: Of each of `RECIPES` whether it takes them for members.
        settlement: GeoNames id where an area ends inside the country; 0 if none.
    """

    is_known: bool
    label: str
    levels: tuple[Membership, ...]
    recipes: tuple[bool, ...]
    settlement: int

    def level(self, policy: str) -> Membership:
        """Return the membership by one of `POLICIES`."""
        if policy == OURS:
            return max(self.levels, default=Membership.NO)
        position = list(RECIPES).index(policy)
        return Membership.YES if self.recipes[position] else Membership.NO


class Describer:
    """Describes records for a comparison.

    Args:
        versions: Of each area the version that is looked at.

    Attributes:
        names: Name of each settlement that was met, by GeoNames id.
    """

    def __init__(self, versions: Sequence[AreaVersion]) -> None:
        self.versions = tuple(versions)
        self.names: dict[int, str] = {}
        self._extents = [extent_of(version) for version in versions]
        self._none = (Membership.NO,) * len(self.versions)
        self._strange = (False,) * len(RECIPES)
        self._inner = frozenset().union(*(inner_countries(v) for v in versions))
        self._seen: dict[Place, Profile] = {}

    @property
    def nothing(self) -> Profile:
        """What is said of addresses without a place."""
        return Profile(False, "", self._none, self._strange, 0)  # noqa: FBT003

    @property
    def networks(self) -> list[tuple[int, str]]:
        """Networks that an area lists, with its position."""
        return [(at, text) for at, v in enumerate(self.versions) for text in v.networks]

    def record(self, layout: Layout, record: object) -> Profile:
        """Describe one record, listed networks aside."""
        seen = glance(layout, record)
        if seen.unknown is not None:
            return self.nothing
        concerned = seen.country in _NAIVE_COUNTRIES or any(
            extent.concerns(seen.country, seen.settlement, seen.point)
            for extent in self._extents
        )
        if not concerned:
            return Profile(True, seen.country or "", self._none, self._strange, 0)  # noqa: FBT003
        place = place_of(layout, record)
        found = self._seen.get(place)
        if found is None:
            found = self._seen[place] = self._described(place)
        return found

    def listed(self, key: Profile, versions: frozenset[int]) -> Profile:
        """Describe what lies in networks that some areas list."""
        levels = tuple(
            Membership.YES if at in versions else level
            for at, level in enumerate(key.levels)
        )
        return key._replace(is_known=True, levels=levels)

    def _described(self, place: Place) -> Profile:
        levels = tuple(extent.membership(place)[0] for extent in self._extents)
        codes = {place.country, place.subdivision}
        return Profile(
            is_known=True,
            label=place.country or "",
            levels=levels,
            recipes=tuple(bool(codes & wanted) for wanted in RECIPES.values()),
            settlement=self._settlement(place),
        )

    def _settlement(self, place: Place) -> int:
        if place.settlement is not None:
            if place.country not in self._inner:
                return 0
            known = settlements().get(place.settlement)
            name = known.name if known else place.settlement_name or ""
            self.names.setdefault(place.settlement, name)
            return place.settlement
        if place.point is None:
            return 0
        found = identify(place.settlement_name, place.point)
        if found is None or found.country not in self._inner:
            return 0
        self.names.setdefault(found.id, found.name)
        return found.id


def inner_countries(version: AreaVersion) -> frozenset[str]:
    """Return the countries inside which an area ends, as far as codes tell."""
    parts = {code.partition("-")[0] for code in (*version.whole, *version.partly)}
    return frozenset({*parts, *version.within} - set(version.whole))
