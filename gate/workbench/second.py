"""The second opinion on an address: geoip2, the reader that most sites use.

It shares nothing with the index but the file: another decoder, another reading of the
record.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError
from maxminddb import MODE_FD

from gate.model import Place, Unknown
from gate.places.database import UNREADABLE
from gate.places.plain import read_plain
from gate.places.subdivisions import subdivision_code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoip2.models import City

NOT_FOUND = Place(unknown=Unknown.NOT_IN_DATABASE)


def geoip2_place(databases: Sequence[Path], address: str) -> Place | None:
    """Return where geoip2 says that an address is.

    Args:
        databases: Files that answer for different addresses.
        address: An IPv4 or IPv6 address.

    Returns:
        The place; None if geoip2 cannot read records of that layout.
    """
    found = [_asked(path, address) for path in databases]
    told = [place for place in found if place is not None]
    known = (place for place in told if place.unknown is None)
    return next(known, told[0] if told else None)


def _asked(path: Path, address: str) -> Place | None:
    # The reader in Python, in memory: the one in C can crash on a damaged file, and a
    # mapped file that somebody shortens takes the process with it.
    try:
        with Reader(BytesIO(read_plain(path)), mode=MODE_FD) as reader:
            return _place(reader.city(address))
    except AddressNotFoundError:
        return NOT_FOUND
    except (OSError, *UNREADABLE, AttributeError):  # another layout, or only IPv4
        return None


def _place(record: City) -> Place | None:
    country = record.country.iso_code
    latitude, longitude = record.location.latitude, record.location.longitude
    if country is None and latitude is None:
        return None if record.to_dict().keys() <= {"traits"} else NOT_FOUND
    first = next(iter(record.subdivisions), None)
    name = first.name if first else None
    part = first.iso_code if first else None
    point = None
    if latitude is not None and longitude is not None:
        point = (latitude, longitude)
    return Place(
        country=country,
        subdivision=f"{country}-{part}" if part else subdivision_code(country, name),
        subdivision_name=name,
        settlement=record.city.geoname_id,
        settlement_name=record.city.name,
        point=point,
        accuracy_km=record.location.accuracy_radius,
        registered=record.registered_country.iso_code,
        network=str(record.traits.network) if record.traits.network else None,
    )
