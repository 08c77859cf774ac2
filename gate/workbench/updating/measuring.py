"""What a database says as a whole: networks, addresses of countries, what it tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from gate.places.census import take_census
from gate.places.facts import attribution_of, digest_of, told_by
from gate.places.layouts import glance, place_of
from gate.places.mmdb import Mmdb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gate.places.census import Numbered
    from gate.places.layouts import Layout

WATCHED: Final = ("RU", "UA")
"""Countries whose share of all addresses must not jump."""

_ENDS: Final = {4: 2.0**32, 6: 2.0**64}
_PER_48: Final = 2.0**16  # units of 64 bits in a /48


class Share(NamedTuple):
    """Addresses of one version: IPv4 addresses, or IPv6 networks of 48 bits.

    Attributes:
        known: All that have a country.
        networks: Ranges that have a record.
        countries: Those of each of `WATCHED`.
    """

    known: float
    networks: int
    countries: Mapping[str, float]

    def of(self, country: str) -> float:
        """Return the share of a country in all that is known, 0 to 1."""
        return self.countries.get(country, 0.0) / self.known if self.known else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a database says as a whole.

    Attributes:
        type: Name of the product.
        built: When it was built, Unix seconds.
        digest: SHA-256 of the file in hexadecimal.
        tells: Fields of a place that some record fills, sorted.
        layout: How its records are laid out.
        attribution: Text that its licence asks to show; may be empty.
        v4: Its IPv4 addresses.
        v6: Its IPv6 networks of 48 bits.
    """

    type: str
    built: int
    digest: str
    tells: tuple[str, ...]
    layout: str
    attribution: str
    v4: Share
    v6: Share

    @property
    def networks(self) -> int:
        """All ranges that have a record."""
        return self.v4.networks + self.v6.networks

    def as_json(self) -> dict[str, Any]:
        """Return all of it in types of JSON."""
        told = asdict(self)
        return {**told, "v4": self.v4._asdict(), "v6": self.v6._asdict()}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Measured:
        """Return what `as_json` was made from.

        Raises:
            KeyError, TypeError, ValueError: It was made from something else.
        """
        shares = {name: Share(**told[name]) for name in ("v4", "v6")}
        return cls(**{**told, **shares, "tells": tuple(told["tells"])})


def measure(path: Path) -> Measured:
    """Read a whole database and count.

    Args:
        path: The file.

    Raises:
        DatabaseError: It cannot be read from end to end, or does not say where
            addresses are.
        OSError: The file cannot be read.
    """
    database = Mmdb(path)
    countries: list[str | None] = []

    def number(layout: Layout, record: object) -> int:
        countries.append(glance(layout, record).country)
        return len(countries) - 1

    census = take_census(database, number, nothing=-1)
    codes = np.array([_code(country) for country in [*countries, None]], np.int64)
    shares = {
        version: _share(census.tables.get(version), codes, version)
        for version in (4, 6)
    }
    metadata = database.metadata
    return Measured(
        type=metadata.database_type,
        built=metadata.build_epoch,
        digest=digest_of([path]),
        tells=told_by(place_of(census.layout, record) for record in census.sample),
        layout=census.layout.value,
        attribution=attribution_of(
            path.name, metadata.database_type, metadata.description
        ),
        v4=shares[4],
        v6=shares[6],
    )


def _code(country: str | None) -> int:
    """Return 0 for no country, 1 for any, and one more for each that is watched."""
    if country is None:
        return 0
    return 2 + WATCHED.index(country) if country in WATCHED else 1


def _share(table: Numbered | None, codes: np.ndarray[Any, Any], version: int) -> Share:
    if table is None:
        return Share(0.0, 0, dict.fromkeys(WATCHED, 0.0))
    sizes = np.diff(table.high.astype(np.float64), append=_ENDS[version])
    if version != 4:  # noqa: PLR2004 (the version of an address)
        sizes /= _PER_48
    # The last code, of "no record", is what -1 leads to.
    sums = np.bincount(codes[table.ids], weights=sizes, minlength=2 + len(WATCHED))
    return Share(
        known=float(sums[1:].sum()),
        networks=int((table.ids >= 0).sum()),
        countries={code: float(sums[2 + at]) for at, code in enumerate(WATCHED)},
    )
