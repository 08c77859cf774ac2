"""How databases lay out a record, and the place that a record describes.

In the GeoIP2 layout (MaxMind's City, Country and Enterprise, the MMDB files of DB-IP
and of IP2Location) parts are maps with codes, ids and names, of which the last two fill
in the names only. In flat layouts (IPinfo, ip-location-db) all fields stand side by
side.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from gate.errors import AnonymousListError, DatabaseLayoutError
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
_OF_VPN = frozenset({"is_anonymous", "is_anonymous_vpn"})
_LIKELY_PER_CENT = 50
WANTED = frozenset(
    {
        *("city", "country", "subdivisions", "location", "registered_country"),
        *("iso_code", "geoname_id", "names", "en"),
        *("latitude", "longitude", "accuracy_radius"),
        *("country_code", "state1", "region", "region_code", "lat", "lng", "radius"),
        *("traits", "anonymizer", "anonymizer_confidence", *_ANONYMOUS),
    }
)
"""Every key that is read here; a reader may leave out all others."""

_NOTHING: dict[str, object] = {}
_GEOIP2_KEYS = frozenset({"country", "registered_country", "city", "location"})
_FLAT_KEYS = ("country_code", "country")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?")
_MOST_NUMBER = (1 << 32) - 1  # ids of GeoNames are 32 bits wide
_MOST_KM = 20_038  # half of the equator
_PLACEHOLDERS = frozenset({"", "-", "?"})  # IP2Location writes "-" for what is unknown


class Layout(StrEnum):
    """The ways in which a database may say where an address is."""

    CITY = "GeoIP2 City"
    COUNTRY = "GeoIP2 Country"
    ENTERPRISE = "GeoIP2 Enterprise"
    FLAT = "flat"
    IPINFO = "IPinfo"
    ANONYMOUS = "GeoIP2 Anonymous IP"


_FLAT = frozenset({Layout.FLAT, Layout.IPINFO})


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
        if any(isinstance(record.get(key), str) for key in _FLAT_KEYS):
            return _flat_layout(database_type, record)
        if any(isinstance(record.get(key), dict) for key in _GEOIP2_KEYS):
            return _geoip2_layout(database_type)
        if "is_anonymous" in record:
            raise _no_places(database_type, "It is a list for geo.anonymous.")
    raise _no_places(database_type, DatabaseLayoutError.remedy)


def _geoip2_layout(database_type: str) -> Layout:
    for layout in (Layout.COUNTRY, Layout.ENTERPRISE):
        if layout.value.removeprefix("GeoIP2 ") in database_type:
            return layout
    return Layout.CITY


def _flat_layout(database_type: str, record: Mapping[str, object]) -> Layout:
    is_own = "ipinfo" in database_type.casefold() or "country_code" not in record
    return Layout.IPINFO if is_own else Layout.FLAT


def _no_places(database_type: str, hint: str) -> DatabaseLayoutError:
    return DatabaseLayoutError(
        f'A database of type "{database_type}" does not say where an address is.',
        hint=hint,
    )


def detect_anonymous(database_type: str, records: Iterable[object]) -> Layout:
    """Make sure that a database tells which networks are anonymous.

    Raises:
        AnonymousListError: Neither its type nor any record says so.
    """
    if "Anonymous" in database_type or any(
        isinstance(record, dict) and not record.keys().isdisjoint(_ANONYMOUS)
        for record in records
    ):
        return Layout.ANONYMOUS
    raise AnonymousListError(
        f'A database of type "{database_type}" does not say which networks are '
        "anonymous.",
        hint=AnonymousListError.remedy,
    )


def hides_visitors(part: Mapping[str, object]) -> bool:
    """Say whether the fields of an anonymizer say that visitors are hidden.

    A flag that rests on a doubtful VPN alone is not believed: the place would be
    forgotten, and with it a warning that is due there.

    Source:
        MaxMind, "Anonymous IP" and "Anonymous Plus" databases; the confidence is a
        percentage, given as 30, 50 or 99.
    """
    flags = {key for key in _ANONYMOUS if part.get(key) is True}
    confidence = _number(part.get("anonymizer_confidence"))
    is_doubtful = confidence is not None and confidence < _LIKELY_PER_CENT
    return bool(flags - _OF_VPN if is_doubtful else flags)


def glance(layout: Layout, record: object) -> Glance:
    """Read what decides whether the record needs a closer look."""
    if not isinstance(record, dict):
        return Glance(None, None, None, Unknown.NOT_IN_DATABASE)
    if layout in _FLAT:
        country = _code(record.get("country_code")) or _code(record.get("country"))
        # Without a city the id is that of a region or a country.
        city = _text(record.get("city"))
        settlement = _number(record.get("geoname_id")) if city else None
        point = _point(record) or _point(record, "lat", "lng")
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
    if layout in _FLAT:
        return _flat(record, seen, network)
    return _geoip2(record, seen, network)


def _geoip2(record: Mapping[str, object], seen: Glance, network: str | None) -> Place:
    subdivision = _first(record.get("subdivisions"))
    name = _name(subdivision)
    part = _text(subdivision.get("iso_code"))
    city = _part(record, "city")
    radius = _number(_part(record, "location").get("accuracy_radius"), _MOST_KM)
    return Place(
        country=seen.country,
        subdivision=f"{seen.country}-{part}"
        if part and seen.country
        else subdivision_code(seen.country, name),
        subdivision_name=name,
        settlement=seen.settlement,
        settlement_name=_name(city),
        point=seen.point,
        accuracy_km=radius,
        registered=_code(_part(record, "registered_country").get("iso_code")),
        network=network,
    )


def _flat(record: Mapping[str, object], seen: Glance, network: str | None) -> Place:
    name = _text(record.get("state1")) or _text(record.get("region"))
    part = _text(record.get("region_code"))
    return Place(
        country=seen.country,
        subdivision=f"{seen.country}-{part}"
        if part and seen.country
        else subdivision_code(seen.country, name),
        subdivision_name=name,
        settlement=seen.settlement,
        settlement_name=_text(record.get("city")),
        point=seen.point,
        accuracy_km=_number(record.get("radius"), _MOST_KM),
        network=network,
    )


def _is_anonymous(record: Mapping[str, object]) -> bool:
    traits = record.get("traits") or record.get("anonymizer")
    if not traits:
        return False
    parts = (_part(record, "traits"), _part(record, "anonymizer"))
    return any(hides_visitors(part) for part in parts)


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
    return value if isinstance(value, str) and value not in _PLACEHOLDERS else None


def _number(value: object, most: int = _MOST_NUMBER) -> int | None:
    """Read a whole number; IPinfo writes it as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:20])
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= most else None


def _code(value: object) -> str | None:
    if isinstance(value, str) and len(value) == 2 and value.isascii():  # noqa: PLR2004
        code = value.upper()
        return code if code.isalpha() and code != "ZZ" else None
    return None


def _point(
    where: Mapping[str, object], north: str = "latitude", east: str = "longitude"
) -> Point | None:
    latitude, longitude = _degrees(where.get(north)), _degrees(where.get(east))
    if latitude is None or longitude is None:
        return None
    if latitude == longitude == 0.0:
        return None  # in the Gulf of Guinea, where databases put what they do not know
    on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180  # noqa: PLR2004
    return (latitude, longitude) if on_earth else None


def _degrees(value: object) -> float | None:
    """Read a number of degrees; IPinfo writes it as text."""
    if isinstance(value, float):
        return value
    if isinstance(value, str) and _DEGREES.fullmatch(value):
        return float(value)
    return None
