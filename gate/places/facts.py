"""What a database is: its type, its age, its digest, what it can tell, whom to name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.places.plain import open_plain
from gate.places.subdivisions import subdivision_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from gate.model import Place

DB_IP = "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0"
MAXMIND = (
    "This product includes GeoLite Data created by MaxMind, "
    "available from https://www.maxmind.com"
)
IP2LOCATION = (
    "This site or product includes IP2Location LITE data available from "
    "https://lite.ip2location.com"
)
IPINFO = "IP address data is powered by IPinfo (https://ipinfo.io)"
OWN_CODES = "own_codes"
_TELLING = (
    "country",
    "subdivision",
    "subdivision_name",
    "settlement",
    "settlement_name",
    "point",
    "accuracy_km",
    "registered",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """What is known of one database, or of several that are used together.

    Attributes:
        name: File name; of several joined by " + ".
        type: Name of the product as the file has it.
        build_epoch: When it was built, in Unix seconds; of several the oldest. 0 for
            a list that bears no date.
        digest: SHA-256 of the file in hexadecimal; see `digest_of`.
        node_count: Nodes of the search tree.
        ip_version: 4, or 6 if the file may hold both kinds of address.
        layout: How records are laid out.
        tells: Fields of `Place` that at least one record fills, and `OWN_CODES` if
            codes of subdivisions are its own and not read from their names; sorted.
        attribution: Text that the licence asks to show; may be empty.
    """

    name: str
    type: str
    build_epoch: int
    digest: str
    node_count: int
    ip_version: int
    layout: str
    tells: tuple[str, ...]
    attribution: str

    def age_days(self, now: int) -> int:
        """Return its age at `now` (Unix seconds) in whole days, at least 0.

        A list that bears no date has no age.
        """
        return max(0, now - self.build_epoch) // 86_400 if self.build_epoch else 0


def digest_of(paths: Sequence[Path]) -> str:
    """Return the SHA-256 of one file, or of the digests of several, in hexadecimal.

    Raises:
        OSError: A file cannot be read, or is no plain file of bearable size.
    """
    digests = []
    for path in paths:
        with open_plain(path) as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return joint_digest(digests)


def joint_digest(digests: Sequence[str]) -> str:
    """Return one digest for several databases; that of a single one stays as it is."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()


def joint_facts(
    several: Sequence[DatabaseFacts], terms: Sequence[str] = ()
) -> DatabaseFacts:
    """Return the facts of databases that are used together; at least one.

    Args:
        several: The facts of each.
        terms: What else decides what they say together; counts in the digest.
    """
    if len(several) == 1 and not terms:
        return several[0]
    return DatabaseFacts(
        name=" + ".join(facts.name for facts in several),
        type=" + ".join(dict.fromkeys(facts.type for facts in several)),
        build_epoch=min(
            (facts.build_epoch for facts in several if facts.build_epoch), default=0
        ),
        digest=joint_digest(
            [joint_digest([facts.digest for facts in several]), *terms]
        ),
        node_count=sum(facts.node_count for facts in several),
        ip_version=max(facts.ip_version for facts in several),
        layout=" + ".join(dict.fromkeys(facts.layout for facts in several)),
        tells=tuple(sorted({word for facts in several for word in facts.tells})),
        attribution=" ".join(
            dict.fromkeys(facts.attribution for facts in several if facts.attribution)
        ),
    )


def told_by(places: Iterable[Place]) -> tuple[str, ...]:
    """Return the fields that at least one place fills, and `OWN_CODES`, sorted."""
    told: set[str] = set()
    for place in places:
        told |= {field for field in _TELLING if getattr(place, field) is not None}
        by_name = subdivision_code(place.country, place.subdivision_name)
        if place.subdivision not in {None, by_name}:
            told.add(OWN_CODES)
        if len(told) > len(_TELLING):
            break
    return tuple(sorted(told))


def attribution_of(
    name: str, database_type: str, description: Mapping[str, str]
) -> str:
    """Return what the licence of a database asks to show.

    Source:
        DB-IP Lite (CC BY 4.0, link back required); GeoLite2 End User Licence
        Agreement, "Attribution requirements"; IP2Location LITE, "Attribution"; IPinfo
        Lite (CC BY-SA 4.0). The MMDB files of IP2Location call themselves
        "GeoLite2-City"; only the name of the file tells whose they are.
    """
    said = description.get("en", "")
    if said.startswith(DB_IP):
        return said
    text = f"{name} {database_type} {said}".casefold()
    if "dbip" in text or "db-ip" in text:
        return DB_IP
    if "ip2location" in text or "ip2lite" in text:
        return IP2LOCATION
    if "ipinfo" in text:
        return IPINFO
    return MAXMIND if "geolite" in text else ""
