"""Numbers for location classes, handed out as records are met.

The rule of the cheap check: a record of a country that no area mentions, with a
point near none, is of the one class "other"; only the rest is looked at closely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import DatabaseRecordError
from gate.model import LocationClass, Membership, Place, Unknown
from gate.places.areas import Extent
from gate.places.layouts import glance, place_of
from gate.places.merging import beside_edge, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model import AreaVersion
    from gate.places.layouts import Layout

OTHER = "other"
# Class ids are stored in 16 bits, of which the last number means something else.
MOST_CLASSES = (1 << 16) - 1
MOST_PLACES = 250_000
"""Different places near the areas that are looked at closely.

City databases have some 10,000; each takes a tenth of a millisecond.
"""


class Classes:
    """All classes met so far.

    Args:
        versions: The area versions, in the order of `LocationClass.memberships`.
    """

    def __init__(self, versions: Sequence[AreaVersion]) -> None:
        self.versions = tuple(versions)
        self._extents = tuple(Extent(version) for version in versions)
        self._codes = frozenset().union(*(extent.codes for extent in self._extents))
        self._none = (Membership.NO,) * len(self.versions)
        self._no_evidence: tuple[tuple[str, ...], ...] = ((),) * len(self.versions)
        self._ids: dict[LocationClass, int] = {}
        self._by_place: dict[Place, int] = {}
        self._pairs: dict[tuple[int, int], int] = {}
        self._unknown = {reason: self.id_of(self._reason(reason)) for reason in Unknown}
        self.not_in_database = self._unknown[Unknown.NOT_IN_DATABASE]
        self._other = self.id_of(self._plain(OTHER))

    def all(self) -> tuple[LocationClass, ...]:
        """Return the classes in the order of their ids."""
        return tuple(self._ids)

    def unknown(self, reason: Unknown) -> int:
        """Return the id of a reason why a place is unknown."""
        return self._unknown[reason]

    def id_of(self, found: LocationClass) -> int:
        """Return the id of a class, a new one if it is met for the first time.

        Raises:
            DatabaseRecordError: There are more classes than an index can hold.
        """
        id_ = self._ids.setdefault(found, len(self._ids))
        if id_ >= MOST_CLASSES:
            raise DatabaseRecordError(
                f"The areas tell more than {MOST_CLASSES:,} kinds of place apart.",
                hint="List fewer networks and settlements in the areas.",
            )
        return id_

    def of_record(self, layout: Layout, record: object) -> int:
        """Return the class id of a record, listed networks aside."""
        seen = glance(layout, record)
        if seen.unknown is not None:
            return self._unknown[seen.unknown]
        for extent in self._extents:
            if extent.concerns(seen.country, seen.settlement, seen.point):
                return self.of_place(place_of(layout, record))
        return self._other

    def of_place(self, place: Place) -> int:
        """Return the class id of a place, listed networks aside."""
        id_ = self._by_place.get(place)
        if id_ is None:
            if len(self._by_place) >= MOST_PLACES:
                raise DatabaseRecordError(
                    f"The database tells more than {MOST_PLACES:,} places near the "
                    "areas apart.",
                    hint=DatabaseRecordError.remedy,
                )
            id_ = self._by_place[place] = self.id_of(self._class_of(place))
        return id_

    def with_network(self, id_: int, version: int, text: str) -> int:
        """Return the class id of what lies in a network that an area version lists.

        Args:
            id_: Class id of the same addresses without the network.
            version: Position of the area version.
            text: The listed network.
        """
        found = self.all()[id_]
        memberships, evidence = list(found.memberships), list(found.evidence)
        if found.unknown is not None:
            # Only this version says where it lies; every other one cannot rule it out.
            memberships = [Membership.POSSIBLE] * len(memberships)
            evidence = [(f"unknown:{found.unknown}",)] * len(evidence)
        earlier = evidence[version] if memberships[version] is Membership.YES else ()
        memberships[version] = Membership.YES
        evidence[version] = tuple(dict.fromkeys((f"network:{text}", *earlier)))
        return self.id_of(
            LocationClass(
                # A listed network is known to lie here, whatever a database says.
                label=OTHER if found.unknown is not None else found.label,
                memberships=tuple(memberships),
                evidence=tuple(evidence),
            )
        )

    def together(self, primary: int, second: int, *, policy: str) -> int:
        """Return the class id of what two databases say of the same addresses.

        Args:
            primary: Class id by the first database.
            second: Class id by the other.
            policy: As in `joined`.
        """
        if primary == second:
            return primary
        pair = primary, second
        if pair not in self._pairs:
            known = self.all()
            self._pairs[pair] = self.id_of(
                joined(known[primary], known[second], policy)
            )
        return self._pairs[pair]

    def of_edge(self, place: Place, label: str) -> int:
        """Return the class id of a place of which only an edge has spoken.

        Args:
            place: Country and subdivision of the label.
            label: The label; empty for a country that no area mentions.
        """
        if not label:
            return self._other
        levels = [
            min(extent.membership(place)[0], Membership.POSSIBLE)
            for extent in self._extents
        ]
        return self.id_of(
            LocationClass(
                label=self._label(place),
                memberships=tuple(levels),
                evidence=tuple((f"edge:{label}",) if level else () for level in levels),
            )
        )

    def with_edge(self, id_: int, label: str, alone: int) -> int:
        """Return the class id that holds when an edge says a label of a visitor.

        Args:
            id_: Class id by the databases.
            label: What the edge says.
            alone: Class id of the label alone.
        """
        known = self.all()
        return self.id_of(beside_edge(known[id_], label, known[alone]))

    def _class_of(self, place: Place) -> LocationClass:
        found = [extent.membership(place) for extent in self._extents]
        return LocationClass(
            label=self._label(place),
            memberships=tuple(level for level, _ in found),
            evidence=tuple(texts for _, texts in found),
        )

    def _label(self, place: Place) -> str:
        for code in (place.subdivision, place.country):
            if code is not None and code in self._codes:
                return code
        return OTHER

    def _reason(self, reason: Unknown) -> LocationClass:
        return LocationClass(
            label=reason.value,
            unknown=reason,
            memberships=self._none,
            evidence=self._no_evidence,
        )

    def _plain(self, label: str) -> LocationClass:
        return LocationClass(
            label=label, memberships=self._none, evidence=self._no_evidence
        )
