"""What an edge in front of the gate says of a reader's place, in header fields.

One table for each vendor: which fields, and which words are no place. What cannot be
read says nothing; it is never taken for a place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SILENT: Final = "silent"
UNKNOWN: Final = "unknown"
TOR: Final = "tor"
RESERVED: Final = "reserved"
UNREADABLE: Final = "unreadable"
WORDS: Final = (SILENT, UNKNOWN, TOR, RESERVED, UNREADABLE)
"""What `said_by` returns where it returns no place."""

PLACE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
"""What `said_by` returns where it returns a place."""

_ASSIGNED: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM "
    "BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX "
    "CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG "
    "GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV "
    "LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE "
    "NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO "
    "RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF "
    "WS XK YE YT ZA ZM ZW"
)
COUNTRIES: Final = frozenset(_ASSIGNED.split())
"""ISO 3166-1 alpha-2 as of 2025, and XK for Kosovo: what is not there is no country."""

_PART: Final = re.compile(r"[A-Z0-9]{1,3}")
_WHOLE: Final = re.compile(r"([A-Z]{2})-?([A-Z0-9]{1,3})")
_NOTHING: Final = ("", "-", "--", "?", "??", "NULL", "NONE", "UNKNOWN", "XX", "ZZ")


class Vendor(NamedTuple):
    """How one edge says where a reader is.

    Attributes:
        country: Field with the country, in lower case; "" if the deployer names it.
        subdivision: Field with the subdivision; "" for none.
        unknown: Words for "not known", in capitals.
        tor: Words for Tor and other networks that hide their visitors.
        reserved: Words for addresses that belong to no network.
    """

    country: str
    subdivision: str
    unknown: tuple[str, ...] = ()
    tor: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()


VENDORS: Final[Mapping[str, Vendor]] = {
    "cloudflare": Vendor("cf-ipcountry", "cf-region-code", tor=("T1",)),
    "cloudfront": Vendor(
        "cloudfront-viewer-country", "cloudfront-viewer-country-region"
    ),
    "fastly": Vendor(
        "client-geo-country",
        "client-geo-region",
        unknown=("NO REGION",),
        reserved=("**",),
    ),
    "generic": Vendor(
        "", "", unknown=("NO REGION", "EU", "AP", "O1", "A2"), tor=("T1", "A1")
    ),
}
"""The edges that are known by name.

Source:
    Cloudflare, "Cloudflare HTTP headers" (CF-IPCountry: XX without data, T1 for Tor)
    and "Managed transforms" (CF-Region-Code); Amazon CloudFront, "Add CloudFront
    request headers" (a field is missing where nothing is known); Fastly,
    client.geo.country_code ("**" for reserved addresses) and client.geo.region
    ("NO REGION", "?"), which its own examples put into Client-Geo-*; old GeoIP
    databases, EU and AP for no country, A1 for anonymous proxies, O1 for others.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeFields:
    """What is read of one edge.

    Attributes:
        country: Key in an environ of the field with the country.
        subdivision: The same of the subdivision; "" for none.
        words: Words that are no place -> one of `WORDS`.
    """

    country: str
    subdivision: str
    words: Mapping[str, str]

    @property
    def keys(self) -> frozenset[str]:
        """Every key that is read."""
        return frozenset({self.country, self.subdivision} - {""})

    @classmethod
    def compile(
        cls,
        vendor: str,
        *,
        country: str | None = None,
        subdivision: str | None = None,
        unknown: Iterable[str] = (),
        tor: Iterable[str] = (),
        reserved: Iterable[str] = (),
    ) -> EdgeFields:
        """Join what is known of a vendor and what a deployer says beside it.

        Args:
            vendor: Key of `VENDORS`.
            country: Field with the country, in place of the vendor's.
            subdivision: Field with the subdivision, likewise.
            unknown: More words for "not known".
            tor: More words for networks that hide their visitors.
            reserved: More words for addresses that belong to no network.
        """
        known = VENDORS[vendor]
        meanings = (
            (UNKNOWN, (*_NOTHING, *known.unknown, *unknown)),
            (TOR, (*known.tor, *tor)),
            (RESERVED, (*known.reserved, *reserved)),
        )
        return cls(
            country=_key(country or known.country),
            subdivision=_key(subdivision or known.subdivision),
            words={_plain(w): meaning for meaning, words in meanings for w in words},
        )


def said_by(environ: Mapping[str, object], fields: EdgeFields) -> str:
    """Return what an edge says of a reader: a place, or why it says none.

    Args:
        environ: Of a request that came through a trusted peer.
        fields: What is read of the edge.

    Returns:
        An ISO 3166 code in capitals, "RU" or "UA-43"; or one of `WORDS`, in small
        letters. A subdivision that cannot be read, or that is of another country,
        leaves the country standing alone.
    """
    value = environ.get(fields.country)
    if not isinstance(value, str):
        return SILENT
    country = _plain(value)
    if country in fields.words:
        return fields.words[country]
    if country not in COUNTRIES:
        return UNREADABLE
    part = _part(environ.get(fields.subdivision), country, fields)
    return f"{country}-{part}" if part else country


def _part(value: object, country: str, fields: EdgeFields) -> str:
    """Return the part of a subdivision's code behind its country, or "".

    Three spellings are in use: "43", "UA-43" (ISO 3166-2) and "UA43" (CLDR).
    """
    text = _plain(value) if isinstance(value, str) else ""
    if text in fields.words:
        return ""
    if _PART.fullmatch(text):
        return text
    whole = _WHOLE.fullmatch(text)
    return whole[2] if whole and whole[1] == country else ""


def _plain(text: str) -> str:
    return text.strip(" \t").upper() if text.isascii() else "?!"


def _key(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_") if name else ""
