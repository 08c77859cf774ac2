"""What an edge may decide by itself: addresses that nothing can happen to, for a while.

An address is free if it certainly lies outside every area, and if such a reader meets
nothing on any path, whatever they do. Our own proxies are nobody's address: an edge
that takes one for a reader does not know who asks, and must not decide.

Between two instants of a rule book nothing changes, so what holds now holds until the
next one; the table ends there.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING

from gate.decision import decide, globs_of, memberships_at, segments
from gate.errors import EdgeUnheardError, NothingFreeError
from gate.model import Action, Activity, Membership, Unknown
from gate.rules.proving.atoms import path_atoms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gate.engine.snapshot import Snapshot
    from gate.model import LocationClass, RuleBook

    Span = tuple[int, int]
    """First and last address of a range, as integers."""

UNIX = "unix"
"""Stands among the trusted proxies for whoever connects over a unix socket."""

DAY = 86_400
"""Seconds."""

LONGEST = 7 * DAY
"""A table ends at the latest so long after the beginning of its day (UTC), in seconds.

Counted from the day and not from the second of the run, so that all runs of a day give
the same file.
"""

CACHES = {"private": "private-html", "edge": "open"}
"""Word of X-Gate-Cache for a reader who passes, by `site.cache`."""

BITS = {4: 32, 6: 128}
"""Bits of an address, by the version of the protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeTable:
    """Which addresses need no gate, and until when.

    Attributes:
        valid_until: First second (Unix time) in which the table says nothing any more.
        free: Free ranges by address version, ascending, no two of them adjacent.
        ranges: By address version the first address and the class of all ranges.
        places: For each class the membership in each area; None if the place is
            unknown.
        is_free: For each class whether its readers are free.
        built: When the database was built, in Unix seconds; of several the oldest.
        cache: What holds for copies of the site, in the word of X-Gate-Cache.
        versions: Digests of what it rests on, and the version of the gate, by name.
        attribution: What the licences of the databases ask to show; may be empty.
        hosts: Names that the site is reached by; for any other the gate answers 421.
    """

    valid_until: int
    free: Mapping[int, Sequence[Span]]
    ranges: Mapping[int, Sequence[tuple[int, int]]]
    places: Sequence[Mapping[str, Membership] | None]
    is_free: Sequence[bool]
    built: int
    cache: str
    versions: Mapping[str, str]
    attribution: str
    hosts: tuple[str, ...]

    @property
    def hosts_pattern(self) -> str:
        """A regular expression of exactly these hosts, without anchors."""
        return f"(?:{'|'.join(map(re.escape, self.hosts))})"

    @classmethod
    def of(cls, snapshot: Snapshot, now: int) -> EdgeTable:
        """Compile the table that begins at `now` (Unix seconds).

        Raises:
            DatabaseError: There is no index of the configured databases.
            EdgeUnheardError: The gate hears an edge, which no table can.
            PatternsMultiplyError: The patterns of the book combine in too many ways.
        """
        if snapshot.config.geo.edge is not None:
            raise EdgeUnheardError
        for error in snapshot.trouble:
            raise error
        book, index = snapshot.book, snapshot.index
        old_from = _old_from(snapshot)
        places = tuple(
            memberships_at(book, place, now) if place.unknown is None else None
            for place in index.classes
        )
        passes = passes_everywhere(book, now, is_old=now >= old_from)
        is_free = tuple(
            passes and _is_outside(place) and not _is_listed(found)
            for place, found in zip(places, index.classes, strict=True)
        )
        ranges = {version: _ranges(snapshot, version) for version in BITS}
        return cls(
            valid_until=min(_ends(book, now, old_from)),
            free={v: _free(ranges[v], is_free, BITS[v]) for v in BITS},
            ranges=ranges,
            places=places,
            is_free=is_free,
            built=index.database.build_epoch,
            cache=CACHES[snapshot.config.site.cache],
            versions=_versions(snapshot),
            attribution=" ".join(dict.fromkeys(d.attribution for d in index.databases)),
            hosts=snapshot.config.site.hosts,
        )

    def check_use(self) -> None:
        """Make sure that the table spares anybody the gate.

        Raises:
            NothingFreeError: It does not.
        """
        if any(self.is_free) and any(self.free.values()):
            return
        outside = any(map(_is_outside, self.places))
        raise NothingFreeError(
            reason="readers outside every area meet something on at least one path"
            if outside
            else "no address is certainly outside every area"
        )


def passes_everywhere(book: RuleBook, now: int, *, is_old: bool) -> bool:
    """Say whether a reader outside every area meets nothing, whatever they ask for.

    Asks the evaluator that serves, once for each activity and each set of patterns
    that a path can match.

    Args:
        book: The rule book.
        now: Unix seconds.
        is_old: Whether the database is too old, so that everybody also counts as a
            reader whose place is unknown.

    Raises:
        PatternsMultiplyError: The patterns of the book combine in too many ways.
    """
    outside = dict.fromkeys(book.areas, Membership.NO)
    return all(
        decide(
            book,
            memberships=outside,
            matched=atom.matched,
            activity=activity,
            now=now,
            unknown=unknown,
        ).action
        is Action.PASS
        for atom in path_atoms(globs_of(book.whens))
        for activity in Activity
        for unknown in (None, *((Unknown.DATABASE_UNUSABLE,) if is_old else ()))
    )


def _is_outside(place: Mapping[str, Membership] | None) -> bool:
    return place is not None and all(m is Membership.NO for m in place.values())


def _is_listed(place: LocationClass) -> bool:
    """Say whether any version of an area, at any time, lists the network.

    Such a class does not tell any more whether a database knows the place.
    """
    return any(
        text.startswith("network:") for found in place.evidence for text in found
    )


def _old_from(snapshot: Snapshot) -> int:
    """Return the second from which the database counts as unusable as well."""
    built = snapshot.index.database.build_epoch
    return built + snapshot.book.unknown.max_age_days * DAY


def _ends(book: RuleBook, now: int, old_from: int) -> Iterator[int]:
    yield now - now % DAY + LONGEST
    if now < old_from:
        yield old_from
    for segment in segments(book):
        if segment.until is not None and now < segment.until:
            yield segment.until


def _ranges(snapshot: Snapshot, version: int) -> list[tuple[int, int]]:
    """Return all ranges, our own proxies laid over them as private addresses."""
    index = snapshot.index
    ranges = list(index.ranges(version))
    nobody = index.unknown(Unknown.PRIVATE_ADDRESS)
    for text in snapshot.config.visitor.trusted_proxies:
        if text != UNIX and (network := ip_network(text)).version == version:
            span = int(network[0]), int(network[-1])
            ranges = _laid_over(ranges, span, nobody, BITS[version])
    return ranges


def _laid_over(
    ranges: list[tuple[int, int]], span: Span, class_id: int, bits: int
) -> list[tuple[int, int]]:
    """Give a span a class of its own, splitting the ranges at both of its ends."""
    begin = bisect_left(ranges, span[0], key=_start)
    end = bisect_right(ranges, span[1], key=_start)
    behind = span[1] + 1
    rest = ranges[end:]
    if behind < 1 << bits and (not rest or rest[0][0] != behind):
        rest.insert(0, (behind, ranges[end - 1][1]))
    return [*ranges[:begin], (span[0], class_id), *rest]


def _start(item: tuple[int, int]) -> int:
    return item[0]


def _free(
    ranges: Iterable[tuple[int, int]], is_free: Sequence[bool], bits: int
) -> tuple[Span, ...]:
    """Join the free ranges that follow each other."""
    found: list[Span] = []
    begin = None
    for start, class_id in ranges:
        if is_free[class_id]:
            begin = start if begin is None else begin
        elif begin is not None:
            found.append((begin, start - 1))
            begin = None
    if begin is not None:
        found.append((begin, (1 << bits) - 1))
    return tuple(found)


def _versions(snapshot: Snapshot) -> dict[str, str]:
    versions = snapshot.versions
    return {
        "gate": versions.gate,
        "book": versions.book,
        "areas": versions.areas,
        "database": versions.database,
        "config": versions.config,
    }
