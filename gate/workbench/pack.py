"""Packs large databases into a small one that knows what the areas ask.

Countries for the whole world; subdivision, settlement and point only where a rule
book looks. The label of the source is never changed: where it says Russia for a
point in Crimea, so does the packed file, and the point tells the rest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.errors import DatabaseMissingError, DatabaseOverlapError
from gate.places.areas import Extent
from gate.places.atomic import write_atomically
from gate.places.census import take_census
from gate.places.facts import attribution_of
from gate.places.gazetteer import identify
from gate.places.layouts import place_of
from gate.places.mmdb import Mmdb
from gate.workbench.mmdb_writer import NO_RECORD, Layered, database_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.model import AreaVersion, Place
    from gate.places.census import Ids, Numbered
    from gate.places.layouts import Layout
    from gate.places.mmdb import Halves

    Record = dict[str, object]

DATABASE_TYPE = "Gate-City"
# Four decimals are 11 m; the source gives points of towns.
DECIMALS = 4
IPV4_ADDRESSES = 1 << 32
# CC BY 4.0 asks to say so, once, however often a file is packed.
MODIFIED = ", modified"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackReport:
    """What was written.

    Attributes:
        path: The file.
        size: Its size in bytes.
        digest: Its SHA-256 in hexadecimal.
        ranges: Ranges of addresses after merging, IPv4 and IPv6.
        records: Distinct records.
        build_epoch: When the oldest source was built, in Unix seconds.
        attribution: What the licences of the sources ask to show.
    """

    path: Path
    size: int
    digest: str
    ranges: int
    records: int
    build_epoch: int
    attribution: str


def pack(
    sources: Sequence[Path],
    out: Path,
    area_versions: Sequence[tuple[str, AreaVersion]],
) -> PackReport:
    """Write a small database for the areas of a rule book.

    Args:
        sources: City databases that answer for different address versions.
        out: File to write; replaced at once when all is done.
        area_versions: As in `RuleBook.area_versions`.

    Raises:
        DatabaseError: A source is missing, damaged or of an unknown layout, or two
            answer for the same address version.
        OSError: The file cannot be written.
    """
    if not sources:
        raise DatabaseMissingError("No database is given.", hint="Name at least one.")
    reducer = Reducer([version for _, version in area_versions])
    gathered = _gathered(sources, reducer)
    layered = _joined(gathered.tables.get(4), gathered.tables.get(6))
    content = database_bytes(
        layered,
        reducer.records,
        _metadata(gathered.attribution),
        build_epoch=gathered.build_epoch,
    )
    write_atomically(out, content)
    return PackReport(
        path=out,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        ranges=len(layered.ids),
        records=len(reducer.records),
        build_epoch=gathered.build_epoch,
        attribution=gathered.attribution,
    )


class _Gathered(NamedTuple):
    """All sources, reduced."""

    tables: Mapping[int, Numbered]
    build_epoch: int
    attribution: str


def _gathered(sources: Sequence[Path], reducer: Reducer) -> _Gathered:
    found: dict[int, Numbered] = {}
    epochs, said = [], []
    for path in sources:
        database = Mmdb(path)
        census = take_census(database, reducer.of_record, nothing=NO_RECORD)
        _add(found, census.tables)
        metadata = database.metadata
        epochs.append(metadata.build_epoch)
        said.append(
            attribution_of(path.name, metadata.database_type, metadata.description)
        )
    return _Gathered(found, min(epochs), _credit(said))


def _add(found: dict[int, Numbered], tables: Mapping[int, Numbered]) -> None:
    for version, table in tables.items():
        if version in found:
            raise DatabaseOverlapError(
                f"Two sources answer for IPv{version} addresses.",
                hint=DatabaseOverlapError.remedy,
            )
        found[version] = table


class Reducer:
    """Turns places into the least that answers the same questions.

    Args:
        versions: The area versions that will ask.
    """

    def __init__(self, versions: Sequence[AreaVersion]) -> None:
        self.records: list[Record] = []
        self._ids: dict[str, int] = {}
        self._extents = tuple(Extent(version) for version in versions)
        # A country that belongs as a whole needs no more than its label.
        self._detailed = frozenset(
            code.partition("-")[0]
            for version in versions
            for code in (*version.within, *version.partly, *version.whole)
            if code in version.within or "-" in code
        )

    def of_record(self, layout: Layout, record: object) -> int:
        """Return the number of the packed record, or `NO_RECORD`."""
        place = place_of(layout, record)
        if place.unknown is not None:
            return NO_RECORD
        record = self._detail(place) if self._needs_detail(place) else {}
        if place.country is not None:
            record = {"country": {"iso_code": place.country}, **record}
        id_ = self._ids.setdefault(repr(record), len(self._ids))
        if id_ == len(self.records):
            self.records.append(record)
        return id_

    def _needs_detail(self, place: Place) -> bool:
        if place.country in self._detailed:
            return True
        return any(
            extent.concerns(None, place.settlement, place.point)
            for extent in self._extents
        )

    def _detail(self, place: Place) -> Record:
        record: Record = {}
        city = self._city(place)
        if city:
            record["city"] = city
        if place.point is not None:
            latitude, longitude = (round(number, DECIMALS) for number in place.point)
            record["location"] = {"latitude": latitude, "longitude": longitude}
        subdivision = _subdivision(place)
        if subdivision:
            record["subdivisions"] = [subdivision]
        registered = place.registered
        if registered is not None:
            record["registered_country"] = {"iso_code": registered}
        return record

    def _city(self, place: Place) -> Record:
        id_, name = place.settlement, place.settlement_name
        if id_ is None and place.point is not None:
            found = identify(name, place.point)
            id_, name = (found.id, found.name) if found else (None, name)
        city: Record = {} if id_ is None else {"geoname_id": id_}
        return {**city, "names": {"en": name}} if name else city


def _subdivision(place: Place) -> Record:
    part: Record = {}
    if place.subdivision is not None:
        part["iso_code"] = place.subdivision.partition("-")[2]
    if place.subdivision_name is not None:
        part["names"] = {"en": place.subdivision_name}
    return part


def _credit(attributions: Sequence[str]) -> str:
    said = dict.fromkeys(text.removesuffix(MODIFIED) for text in attributions if text)
    return ", ".join(said) + MODIFIED


def _metadata(credit: str) -> Record:
    return {
        "database_type": DATABASE_TYPE,
        "ip_version": 6,
        "languages": ["en"],
        "description": {"en": credit},
    }


def _joined(v4: Numbered | None, v6: Numbered | None) -> Layered:
    """Put the IPv4 ranges below those IPv6 ranges that begin at 2**32 or later."""
    high, low, ids = _first_part(v4)
    if v6 is None or v6.low is None:
        return Layered(high, low, ids)
    behind = (v6.high > 0) | (v6.low >= IPV4_ADDRESSES)
    # The range that runs past 2**32 from below goes on there.
    straddling = v6.ids[np.flatnonzero(~behind)[-1]]
    boundary = np.array([IPV4_ADDRESSES], np.uint64)
    if behind.any() and v6.high[behind][0] == 0 and v6.low[behind][0] == IPV4_ADDRESSES:
        boundary = boundary[:0]
    return Layered(
        np.concatenate((high, np.zeros_like(boundary), v6.high[behind])),
        np.concatenate((low, boundary, v6.low[behind])),
        np.concatenate((ids, [straddling][: len(boundary)], v6.ids[behind])),
    )


def _first_part(v4: Numbered | None) -> tuple[Halves, Halves, Ids]:
    if v4 is None:
        zero = np.zeros(1, np.uint64)
        return zero, zero, np.full(1, NO_RECORD, np.int64)
    return np.zeros_like(v4.high), v4.high, v4.ids
