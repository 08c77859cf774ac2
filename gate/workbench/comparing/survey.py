"""Databases, walked once each, every record described in the caller's words."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import numpy as np

from gate.errors import DatabaseOverlapError
from gate.places.census import Numbered, take_census
from gate.places.facts import attribution_of
from gate.places.mmdb import Mmdb
from gate.workbench.comparing.weights import align, from_starts, sizes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.places.census import Watch
    from gate.places.layouts import Layout
    from gate.workbench.comparing.weights import Weights

K = TypeVar("K", bound=Hashable)


class Describe(Protocol[K]):
    """Says of a record what the caller tells apart."""

    @property
    def nothing(self) -> K:
        """What is said of addresses without a place."""

    def record(self, layout: Layout, record: object) -> K:
        """Describe one record, listed networks aside."""

    def listed(self, key: K, versions: frozenset[int]) -> K:
        """Describe what lies in networks that these area versions list."""

    @property
    def networks(self) -> Sequence[tuple[int, str]]:
        """Position of an area version, and a network that it lists."""


class Keys(Generic[K]):
    """Descriptions in the order in which they were met, each with a number.

    Args:
        describe: Describes records.
    """

    def __init__(self, describe: Describe[K]) -> None:
        self.describe = describe
        self.ids: dict[K, int] = {describe.nothing: 0}

    def number(self, layout: Layout, record: object) -> int:
        """Return the number of a record."""
        return self.of(self.describe.record(layout, record))

    def of(self, key: K) -> int:
        """Return the number of a description, a new one if need be."""
        return self.ids.setdefault(key, len(self.ids))

    def all(self) -> tuple[K, ...]:
        """Return the descriptions in the order of their numbers."""
        return tuple(self.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One database, or two that answer for IPv4 and IPv6.

    Attributes:
        name: Names of its files, joined by " + ".
        type: Name of the product, as the file has it.
        built: When it was built, in Unix seconds; of two the earlier.
        attribution: Text that its licence asks to show; may be empty.
        tables: Ranges with numbers of `Keys`, by address version.
    """

    name: str
    type: str
    built: int
    attribution: str
    tables: Mapping[int, Numbered]

    def weights(self, version: int, count: int) -> Weights:
        """Return how many addresses (IPv4) or /48 networks (IPv6) each key has.

        Args:
            version: 4 or 6.
            count: How many keys there are.
        """
        table = self.tables.get(version)
        if table is None:
            return np.zeros(count)
        weighed = sizes(table.high, table.low)
        summed = np.bincount(table.ids, weights=weighed, minlength=count)
        return summed.astype(np.float64)


def survey(path: Path, keys: Keys[K], *, name: str = "", watch: Watch = iter) -> Survey:
    """Walk one database.

    Args:
        path: The file.
        keys: Describes its records, and keeps what was said.
        name: Name in place of the file's own.
        watch: As in `take_census`.

    Raises:
        DatabaseError: It is missing, damaged or of an unknown layout.
    """
    database = Mmdb(path)
    census = take_census(database, keys.number, nothing=0, watch=watch)
    metadata = database.metadata
    return Survey(
        name=name or path.name,
        type=metadata.database_type,
        built=metadata.build_epoch,
        attribution=attribution_of(
            path.name, metadata.database_type, metadata.description
        ),
        tables={
            version: _with_networks(table, version, keys)
            for version, table in census.tables.items()
        },
    )


def joined(one: Survey, other: Survey) -> Survey:
    """Return two databases as one.

    Raises:
        DatabaseOverlapError: Both answer for the same address version.
    """
    if one.tables.keys() & other.tables.keys():
        raise DatabaseOverlapError(
            f"{one.name} and {other.name} answer for the same addresses.",
            hint=DatabaseOverlapError.remedy,
        )
    return Survey(
        name=f"{one.name} + {other.name}",
        type=" + ".join(dict.fromkeys((one.type, other.type))),
        built=min(one.built, other.built),
        attribution=" ".join(dict.fromkeys((one.attribution, other.attribution))),
        tables={**one.tables, **other.tables},
    )


def paired(surveys: Iterable[Survey]) -> list[Survey]:
    """Join each database of IPv4 alone with the next of IPv6 alone, or the reverse.

    Both must be of one product.
    """
    found: list[Survey] = []
    for one in surveys:
        if found and _belong_together(found[-1], one):
            found[-1] = joined(found[-1], one)
        else:
            found.append(one)
    return found


def _belong_together(one: Survey, other: Survey) -> bool:
    versions = [*one.tables, *other.tables]
    return sorted(versions) == [4, 6] and _product(one) == _product(other)


def _product(one: Survey) -> str:
    plain = one.type.casefold().replace("ipv4", "").replace("ipv6", "")
    return "".join(letter for letter in plain if letter.isalnum())


def _with_networks(table: Numbered, version: int, keys: Keys[K]) -> Numbered:
    """Describe anew what lies in networks that an area lists."""
    listing = _listing(keys.describe.networks, version)
    if listing is None:
        return table
    listed, sets = listing
    high, low, (ids, marks) = align([table, listed])
    pairs, where = np.unique(np.stack((ids, marks)), axis=1, return_inverse=True)
    known = keys.all()
    numbers = [
        keys.of(keys.describe.listed(known[id_], sets[mark])) if sets[mark] else id_
        for id_, mark in pairs.T.tolist()
    ]
    return Numbered(high, low, np.array(numbers, np.int64)[where.reshape(-1)])


def _listing(
    networks: Sequence[tuple[int, str]], version: int
) -> tuple[Numbered, list[frozenset[int]]] | None:
    """Return a table of listed networks; each number stands for a set of versions."""
    spans = [(first, last, at) for at, first, last in _spans(networks, version)]
    if not spans:
        return None
    borders = sorted({0, *(s[0] for s in spans), *(s[1] + 1 for s in spans)})
    top = 1 << (32 if version == 4 else 128)  # noqa: PLR2004 - of an address
    starts = [start for start in borders if start < top]
    sets = [
        frozenset(at for first, last, at in spans if first <= start <= last)
        for start in starts
    ]
    return from_starts(starts, range(len(starts)), version=version), sets


def _spans(
    networks: Sequence[tuple[int, str]], version: int
) -> Iterable[tuple[int, int, int]]:
    for at, text in networks:
        network = ip_network(text)
        if network.version == version:
            yield at, int(network[0]), int(network[-1])
