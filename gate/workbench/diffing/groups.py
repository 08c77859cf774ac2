"""A group of differences: where, when and for whom, from what to what, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model import Activity, Mark, Membership, Shown, Unknown
    from gate.patterns import Patterns
    from gate.workbench.diffing.directions import Direction
    from gate.workbench.diffing.pathsets import PathSet


class Cause(NamedTuple):
    """A line that makes the difference.

    Attributes:
        kind: "rule", "exemption", "unknown", "area" or "database".
        id: Id of the rule, exemption or area; file of the database.
        key: Field as it stands in the file, such as "when.paths"; "" for the whole.
        what: What became of it, such as '"/live/**" removed'.
        side: "old" or "new": in which book the mark stands.
        mark: Where.
    """

    kind: str
    id: str
    key: str
    what: str
    side: str
    mark: Mark

    def __str__(self) -> str:
        return f"{self.mark}: {self.sentence}"

    @property
    def sentence(self) -> str:
        """What became of what, without the place."""
        if self.kind == "unknown":
            return f"unknown, {self.key}: {self.what}"
        name = f"{self.kind} {self.id}"
        return f"{name}, {self.key}: {self.what}" if self.key else f"{name} {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSet:
    """Places of a group that have the same label and are in the same areas.

    Attributes:
        label: What the database says: "RU", "UA-65", "other", or why a place is
            unknown; "OLD → NEW" where two databases differ.
        unknown: Why the place is unknown, by the new side; else None.
        old: Membership before, by area; those with "no" are left out.
        new: Membership after.
        networks: Networks in CIDR form; 0 if the database has no such address.
        ipv4: IPv4 addresses that readers may have.
        ipv6_48: IPv6 networks of /48, likewise.
        example: One of the addresses; "" if there is none.
        edge: Readers of whom an edge says this label, "" for a country that no area
            mentions, whatever their address; None if places follow from addresses.
    """

    label: str
    unknown: Unknown | None
    old: Mapping[str, Membership]
    new: Mapping[str, Membership]
    networks: int
    ipv4: int
    ipv6_48: int
    example: str
    edge: str | None = None


class Share(NamedTuple):
    """How much of the traffic a group has.

    Attributes:
        least: Decisions that are certainly in it.
        most: Decisions that may be.
        of: All decisions that were weighed.
    """

    least: int
    most: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Every combination of some places, paths and activities within a span of time.

    Attributes:
        number: From 1; the file of its networks has it, too.
        direction: Looser, stricter, or as strict with other notices.
        was: What a reader meets by the old book.
        becomes: What a reader meets by the new book.
        activities: In the order of the vocabulary.
        since: First second, Unix time; None for the beginning of time.
        until: First second after it; None for the end of time.
        paths: The paths.
        places: The places, those with most addresses first.
        pairs: Ids of their pairs in the twins.
        causes: What makes the difference, each once.
        exempted: It loosens only because an exemption of the new book says so.
        approved_by: Who approved these exemptions.
        unapproved: Ids of exemptions, in the old book, that loosen it and are wider
            than they were approved.
        is_past: It ended before now: no reader meets it, only audits do.
        traffic: Its share of the traffic; None if none was weighed.
        atoms: For each kind of path the patterns that match.
        patterns: All patterns of both books.
    """

    number: int
    direction: Direction
    was: Shown
    becomes: Shown
    activities: tuple[Activity, ...]
    since: int | None
    until: int | None
    paths: tuple[PathSet, ...]
    places: tuple[PlaceSet, ...]
    pairs: frozenset[int] = field(repr=False)
    causes: tuple[Cause, ...]
    exempted: bool
    approved_by: tuple[str, ...] = ()
    unapproved: tuple[str, ...] = ()
    is_past: bool = False
    traffic: Share | None = None
    atoms: frozenset[frozenset[str]] = field(repr=False)
    patterns: Patterns = field(repr=False, compare=False)

    @property
    def loosens(self) -> bool:
        """Whether readers are warned less, and no exemption says so."""
        return self.direction == "looser" and not self.exempted and not self.is_past

    @property
    def ipv4(self) -> int:
        """IPv4 addresses of all its places that are known."""
        return sum(place.ipv4 for place in self.places if place.unknown is None)

    @property
    def ipv6_48(self) -> int:
        """IPv6 networks of /48 of all its places that are known."""
        return sum(place.ipv6_48 for place in self.places if place.unknown is None)

    def holds(self, pair: int, path: str, activity: Activity, now: int) -> bool:
        """Say whether a request lies in the group.

        Args:
            pair: Id of the pair of its place in the twins.
            path: Canonical path.
            activity: What it does.
            now: Unix seconds.
        """
        return (
            pair in self.pairs
            and activity in self.activities
            and (self.since is None or self.since <= now)
            and (self.until is None or now < self.until)
            and self.patterns.matched(path) in self.atoms
        )
