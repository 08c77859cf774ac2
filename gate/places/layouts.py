"""How databases lay out a record, and the place that a record describes.

Two layouts are known. In the GeoIP2 layout (MaxMind's City and Country, DB-IP's MMDB
files) parts are maps with codes, ids and names, of which DB-IP fills in the names only.
In the flat layout all fields stand side by side.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from gate.errors import DatabaseLayoutError
from gate.model import Place, Unknown
from gate.places.subdivisions import subdivision_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Point = tuple[float, float]

_ANONYMOUS = (
    "is_anonymous",
    "is_anonymous_proxy",
    "is_anonymous_vpn",
    "is_hosting_provider",
    "is_public_proxy",
    "is_residential_proxy",
    "is_tor_exit_node",
)
WANTED = frozenset(
    {
        *("city", "country", "subdivisions", "location", "registered_country"),
        *("iso_code", "geoname_id", "names", "en"),
        *("latitude", "longitude", "accuracy_radius"),
        *("country_code", "state1"),
        *("traits", "anonymizer", *_ANONYMOUS),
    }
)
"""Every key that is read here; a reader may leave out all others."""

_NOTHING: dict[str, object] = {}
_GEOIP2_KEYS = frozenset({"country", "registered_country", "city", "location"})
_FLAT_KEY = "country_code"


class Layout(StrEnum):
    """The ways in which a database may say where an address is."""

    CITY = "GeoIP2 City"
    COUNTRY = "GeoIP2 Country"
    FLAT = "flat"


class Glance(NamedTuple):
    """The little that decides whether a record needs a closer look.

    Attributes:
        unknown: Why the record says nothing of a place; else None.
    """

    country: str | None
    settlement: int | None
    point: Point | None
    unknown: Unknown | None


def detect(database_type: str, records: Iterable[object]) -> Layout:
    """Find the layout of a database from its type and some of its records.

    Raises:
        DatabaseLayoutError: No record says where an address is.
    """
    for record in records:
        if not isinstance(record, dict):
            continue
        if isinstance(record.get(_FLAT_KEY), str):
            return Layout.FLAT
        if any(isinstance(record.get(key), dict) for key in _GEOIP2_KEYS):
            return Layout.COUNTRY if "Country" in database_type else Layout.CITY
    raise DatabaseLayoutError(
        f'A database of type "{database_type}" does not say where an address is.',
        hint=DatabaseLayoutError.remedy,
    )


def glance(layout: Layout, record: object) -> Glance:
    """Read what decides whether the record needs a closer look."""
    if not isinstance(record, dict):
        return Glance(None, None, None, Unknown.NOT_IN_DATABASE)
    if layout is Layout.FLAT:
        country, settlement = _code(record.get(_FLAT_KEY)), None
        point = _point(record)
    else:
        country = _code(_part(record, "country").get("iso_code"))
        settlement = _number(_part(record, "city").get("geoname_id"))
        point = _point(_part(record, "location"))
    unknown = None
    if _is_anonymous(record):
        unknown = Unknown.ANONYMOUS_NETWORK
    elif country is None and point is None:
        # GeoLite2 keeps records that name only the country of registration.
        unknown = Unknown.NOT_IN_DATABASE
    return Glance(country, settlement, point, unknown)


def place_of(layout: Layout, record: object, *, network: str | None = None) -> Place:
    """Return the place that a record describes.

    Args:
        layout: Layout of the database.
        record: The record, decoded; None if the database has none.
        network: Network of the record in CIDR form.
    """
    seen = glance(layout, record)
    if seen.unknown is not None or not isinstance(record, dict):
        return Place(unknown=seen.unknown or Unknown.NOT_IN_DATABASE)
    if layout is Layout.FLAT:
        return _flat(record, seen, network)
    return _geoip2(record, seen, network)


def _geoip2(record: Mapping[str, object], seen: Glance, network: str | None) -> Place:
    subdivision = _first(record.get("subdivisions"))
    name = _name(subdivision)
    part = _text(subdivision.get("iso_code"))
    city = _part(record, "city")
    radius = _part(record, "location").get("accuracy_radius")
    return Place(
        country=seen.country,
        subdivision=f"{seen.country}-{part}"
        if part and seen.country
        else subdivision_code(seen.country, name),
        subdivision_name=name,
        settlement=seen.settlement,
        settlement_name=_name(city),
        point=seen.point,
        accuracy_km=_number(radius),
        registered=_code(_part(record, "registered_country").get("iso_code")),
        network=network,
    )


def _flat(record: Mapping[str, object], seen: Glance, network: str | None) -> Place:
    name = _text(record.get("state1"))
    return Place(
        country=seen.country,
        subdivision=subdivision_code(seen.country, name),
        subdivision_name=name,
        settlement_name=_text(record.get("city")),
        point=seen.point,
        network=network,
    )


def _is_anonymous(record: Mapping[str, object]) -> bool:
    traits = record.get("traits") or record.get("anonymizer")
    if not traits:
        return False
    parts = (_part(record, "traits"), _part(record, "anonymizer"))
    return any(part.get(key) is True for part in parts for key in _ANONYMOUS)


def _part(record: Mapping[str, object], key: str) -> Mapping[str, object]:
    part = record.get(key)
    return part if isinstance(part, dict) else _NOTHING


def _first(parts: object) -> Mapping[str, object]:
    if isinstance(parts, list) and parts and isinstance(parts[0], dict):
        return parts[0]
    return _NOTHING


def _name(part: Mapping[str, object]) -> str | None:
    return _text(_part(part, "names").get("en"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _code(value: object) -> str | None:
    if isinstance(value, str) and len(value) == 2 and value.isascii():  # noqa: PLR2004
        code = value.upper()
        return code if code.isalpha() and code != "ZZ" else None
    return None


def _point(where: Mapping[str, object]) -> Point | None:
    latitude, longitude = where.get("latitude"), where.get("longitude")
    if isinstance(latitude, float) and isinstance(longitude, float):
        on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180  # noqa: PLR2004
        return (latitude, longitude) if on_earth else None
    return None
