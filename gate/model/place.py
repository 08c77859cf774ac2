"""Where a visitor is, as far as a GeoIP2 database can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.words import Membership, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a database says of one address; every field may be missing.

    Attributes:
        country: ISO 3166-1 alpha-2 code, upper case.
        subdivision: ISO 3166-2 code with its country, such as "UA-43".
        subdivision_name: Name in English, where a database has no codes.
        settlement: GeoNames id.
        settlement_name: Name in English; for people, never compared.
        point: Latitude and longitude in degrees, WGS 84.
        accuracy_km: Radius around the point in kilometres; holds about two
            thirds of the visitors (MaxMind).
        registered: ISO 3166-1 alpha-2 code of the country where the network
            is registered.
        network: Network in CIDR form.
        unknown: Why the place is not known; then nothing else is set.
    """

    country: str | None = None
    subdivision: str | None = None
    subdivision_name: str | None = None
    settlement: int | None = None
    settlement_name: str | None = None
    point: tuple[float, float] | None = None
    accuracy_km: int | None = None
    registered: str | None = None
    network: str | None = None
    unknown: Unknown | None = None


class Amount(NamedTuple):
    """How many addresses readers of a place may have.

    Attributes:
        ipv4: IPv4 addresses.
        ipv6_48: IPv6 networks of /48; each belongs to the place of its first address.
    """

    ipv4: int
    ipv6_48: int

    @classmethod
    def total(cls, amounts: Iterable[Amount]) -> Amount:
        """Return all amounts in one."""
        every = tuple(amounts)
        return cls(sum(one.ipv4 for one in every), sum(one.ipv6_48 for one in every))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationClass:
    """All places that no rule of a book can tell apart.

    Attributes:
        label: Name for counts: a code that the areas mention ("RU", "UA-43"),
            "other", or the reason why the place is unknown.
        unknown: The reason, if the place is unknown; else None.
        memberships: One for each area version, in the order of
            `RuleBook.area_versions`.
        evidence: For each area version the findings that decided, strongest
            first, such as "whole:UA-43" or "settlement:701822".
        doubt: A reason that holds beside the place: the stricter of both decides.
    """

    label: str
    unknown: Unknown | None = None
    memberships: tuple[Membership, ...] = ()
    evidence: tuple[tuple[str, ...], ...] = ()
    doubt: Unknown | None = None
