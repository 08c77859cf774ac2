"""What a file of areas may say, as it is written.

The descriptions are what an editor shows over a key; see `gate schema`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gate.documents import Cidr, Day, Decimal, Ident, Instant, Line, Strict, Whole
from gate.model import Weigh

# Pydantic reads the annotations while the classes are made.
from gate.rules.places import CountryCode, IsoCode, PartCode  # noqa: TC001
from gate.rules.schema_words import Some


class WeighText(Strict):
    """How the people whom a coarse record of `within` may mean are weighed."""

    certain: Annotated[Decimal, Field(gt=0.5, le=1)] = Field(
        default=Weigh().certain,
        description="Share of them in the area from which on the record belongs.",
    )
    unlikely: Annotated[Decimal, Field(ge=0, le=0.5)] = Field(
        default=Weigh().unlikely,
        description="Share up to which it does not; between the two it may.",
    )
    radius_km: Annotated[Whole, Field(ge=1, le=5000)] = Field(
        default=Weigh().radius_km,
        description="Radius of records whose database gives none, in kilometres.",
    )
    near_km: Annotated[Whole, Field(ge=0, le=500)] = Field(
        default=Weigh().near_km,
        description="Distance in kilometres from a settlement that belongs up to which "
        "nothing in a subdivision of partly is ruled out.",
    )


class ReviewText(Strict):
    """Somebody has looked at an area version again, and nothing had to change."""

    date: Day = Field(
        description="Day of the review, YYYY-MM-DD. From then on the knowledge counts "
        "as fresh.",
    )
    by: Line = Field(description="Who looked: a person or a desk.")
    note: Line | None = Field(default=None, description="What was looked at.")


class AreaVersionText(Strict):
    """What belongs to an area from one moment on."""

    since: Instant = Field(
        description="First second in force, with UTC offset, such as "
        "2022-09-30T00:00:00+03:00. It holds until the next version "
        "begins.",
    )
    as_of: Day | None = Field(
        default=None,
        description="Day of the knowledge, YYYY-MM-DD. gate check says when it is old.",
    )
    within: tuple[CountryCode, ...] = Field(
        default=(),
        description="Countries whose coarse records may hide members: people around "
        "them are weighed. Codes of ISO 3166-1.",
    )
    weigh: WeighText = Field(
        default=WeighText(),
        description="How the people whom a coarse record may mean are weighed.",
    )
    whole: tuple[IsoCode, ...] = Field(
        default=(),
        description="Countries and subdivisions that belong as a whole. Codes of ISO "
        "3166.",
    )
    partly: tuple[PartCode, ...] = Field(
        default=(),
        description="Subdivisions of which only a part belongs: the code alone is "
        "never certain. Codes of ISO 3166-2.",
    )
    settlements: tuple[Whole, ...] = Field(
        default=(), description="Settlements that belong, by GeoNames id."
    )
    outside: tuple[Whole, ...] = Field(
        default=(),
        description="Settlements that certainly do not belong, however near, by "
        "GeoNames id.",
    )
    shapes: tuple[Line, ...] = Field(
        default=(),
        description="GeoJSON files with outlines, from the folder of this file; a "
        "point inside belongs.",
    )
    registered_in: tuple[CountryCode, ...] = Field(
        default=(),
        description="Countries where networks are registered that probably belong: "
        "raises no to possible, and possible to yes where the point "
        "agrees.",
    )
    networks: tuple[Cidr, ...] = Field(
        default=(),
        description="Networks that belong whatever a database says, such as "
        "192.0.2.0/24.",
    )
    sources: tuple[Line, ...] = Field(
        default=(), description="Where the knowledge comes from."
    )
    reviews: tuple[ReviewText, ...] = Field(
        default=(),
        description="Who has looked at it again since, and found nothing to change.",
    )


class AreaText(Strict):
    """A named part of the world."""

    title: Line = Field(description="Name of the area, for people.")
    versions: Annotated[tuple[AreaVersionText, ...], Some] = Field(
        description="What belongs, from one moment on; the oldest first.",
    )


class AreasFile(Strict):
    """A file that begins with `format: areas/1`."""

    format: Literal["areas/1"] = Field(description="What this file is.")
    areas: dict[Ident, AreaText] = Field(
        description="Areas by their ids; rules, exemptions and promises name these.",
    )
