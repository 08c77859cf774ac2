"""What config.yaml may say of where visitors are: databases, lists, an edge."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gate.config.scalars import FilePath, HeaderName  # noqa: TC001 (as below)
from gate.config.update import Update  # noqa: TC001 (pydantic reads the annotation)
from gate.documents import Line, Strict


class Edge(Strict):
    """What a content network in front of the gate says of a reader's place."""

    vendor: Literal["cloudflare", "cloudfront", "fastly", "generic"] = Field(
        description="Whose fields and words are read; generic: yours, named below."
    )
    country: HeaderName | None = Field(
        default=None, description="Field with the country, if not the vendor's own."
    )
    subdivision: HeaderName | None = Field(
        default=None, description="Field with the subdivision, if not the vendor's own."
    )
    unknown: tuple[Line, ...] = Field(
        default=(), description='More words for "not known", beside the vendor\'s.'
    )
    tor: tuple[Line, ...] = Field(
        default=(), description="More words for Tor and other hidden networks."
    )
    reserved: tuple[Line, ...] = Field(
        default=(), description="More words for addresses that no network has."
    )


class Geo(Strict):
    """Where visitors are."""

    databases: tuple[FilePath, ...] = Field(
        default=(),
        description="GeoIP2 City databases, the primary first: one, or one for IPv4 "
        "and one for IPv6; of each a second may follow. [] is the one that ships.",
    )
    disagreement: Literal["strictest", "primary"] = Field(
        default="strictest",
        description="Where two databases disagree: strictest, of each area the higher "
        "membership; primary: the first, and the second fills its gaps.",
    )
    edge: Edge | None = Field(
        default=None,
        description="A content network whose word on the reader's place is heard "
        "beside the databases, from visitor.trusted_proxies only.",
    )
    anonymous: FilePath | None = Field(
        default=None,
        description="GeoIP2 Anonymous IP database; its networks are "
        "unknown.anonymous_network.",
    )
    tor_exits: FilePath | None = Field(
        default=None,
        description="List of Tor exits, one address a line, or the format "
        "exit-addresses; they are unknown.anonymous_network.",
    )
    update: Update | None = Field(
        default=None,
        description="How `gate geo update` works; left out: DB-IP Lite, monthly.",
    )
