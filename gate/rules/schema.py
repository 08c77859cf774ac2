"""What a file of areas and a file of rules may say, as it is written.

What one file cannot know (whether an id exists, whether dates fit) is checked when
the book is put together; see `gate.rules.book`.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads annotations
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gate.documents import (
    CanonicalPath,
    Cidr,
    Day,
    Decimal,
    Glob,
    Ident,
    Instant,
    Line,
    Strict,
    Whole,
)
from gate.model import Weigh

# Pydantic reads the annotations while the classes are made.
from gate.rules.places import CountryCode, IsoCode, PartCode  # noqa: TC001

ActionWord = Literal["pass", "banner", "interstitial", "block"]
ActivityWord = Literal["read", "share", "like", "comment", "save", "contact", "donate"]
ReasonWord = Literal[
    "not_in_database",
    "database_unusable",
    "private_address",
    "bad_address",
    "anonymous_network",
]

Some = Field(min_length=1)
Idents = Annotated[tuple[Ident, ...], Some]
Activities = Annotated[tuple[ActivityWord, ...], Some]
Globs = Annotated[tuple[Glob, ...], Some]
Latitude = Annotated[Decimal, Field(ge=-90, le=90)]  # degrees, WGS 84
Longitude = Annotated[Decimal, Field(ge=-180, le=180)]  # degrees, WGS 84


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

    date: Day
    by: Line
    note: Line | None = None


class AreaVersionText(Strict):
    """What belongs to an area from one moment on."""

    since: Instant
    as_of: Day | None = None
    within: tuple[CountryCode, ...] = ()
    weigh: WeighText = WeighText()
    whole: tuple[IsoCode, ...] = ()
    partly: tuple[PartCode, ...] = ()
    settlements: tuple[Whole, ...] = ()
    outside: tuple[Whole, ...] = ()
    shapes: tuple[Line, ...] = ()
    registered_in: tuple[CountryCode, ...] = ()
    networks: tuple[Cidr, ...] = ()
    sources: tuple[Line, ...] = ()
    reviews: tuple[ReviewText, ...] = ()


class AreaText(Strict):
    """A named part of the world."""

    title: Line
    versions: Annotated[tuple[AreaVersionText, ...], Some]


class AreasFile(Strict):
    """A file that begins with `format: areas/1`."""

    format: Literal["areas/1"]
    areas: dict[Ident, AreaText]


class WhenText(Strict):
    """Conditions: keys are AND, items are OR; a key that is left out asks nothing."""

    areas: Idents | None = None
    activities: Activities | None = None
    paths: Globs | None = None
    except_paths: tuple[Glob, ...] = ()


class ScopeText(WhenText):
    """What a promise is about."""

    outside_areas: Idents | None = None
    unknown: Annotated[tuple[ReasonWord, ...], Some] | None = None


class EffectiveText(Strict):
    """A span of time: `from` is inside, `until` is not."""

    from_: Instant | None = Field(default=None, alias="from")
    until: Instant | None = None


class RuleText(Strict):
    """What follows for whom."""

    id: Ident
    title: Line
    because: Line
    when: WhenText
    then: ActionWord
    certainty: Literal["possible", "certain"] | None = None
    if_possible: ActionWord | None = None
    notice: Ident | None = None
    effective: EffectiveText = EffectiveText()
    mode: Literal["enforce", "shadow"] = "enforce"
    approved_by: Line | None = None


class ExemptionText(Strict):
    """What loosens the rules that it names, until a date."""

    elsewhere: ClassVar[Mapping[str, tuple[str, str]]] = {
        "then": ("to", 'An exemption says "to".')
    }
    id: Ident
    relaxes: Idents
    to: ActionWord
    when: WhenText
    because: Line
    approved_by: Line
    effective: EffectiveText = EffectiveText()


class PromiseText(Strict):
    """What no change of the book may break."""

    id: Ident
    scope: ScopeText = Field(alias="for")
    at_least: ActionWord | None = None
    at_most: ActionWord | None = None
    because: Line | None = None
    from_: Instant | None = Field(default=None, alias="from")
    until: Instant | None = None


class UnknownText(Strict):
    """What follows when a place is not known; nothing has a default."""

    notice: Ident
    not_in_database: ActionWord
    database_unusable: ActionWord
    max_age_days: Annotated[Whole, Field(ge=1, le=3650)]
    private_address: ActionWord
    bad_address: ActionWord
    anonymous_network: ActionWord


class VisitorText(Strict):
    """A place as a test states it, or why it is not known."""

    country: CountryCode | None = None
    subdivision: PartCode | None = None
    subdivision_name: Line | None = None
    settlement: Whole | None = None
    settlement_name: Line | None = None
    point: tuple[Latitude, Longitude] | None = None
    accuracy_km: Whole | None = None
    registered: CountryCode | None = None
    network: Cidr | None = None
    unknown: ReasonWord | None = None


class BookTestText(Strict):
    """A place, a path and a clock, and what must follow."""

    name: Line
    now: Instant
    visitor: VisitorText
    path: CanonicalPath
    expect: Annotated[dict[ActivityWord, ActionWord], Some]
    by: dict[ActivityWord, Annotated[tuple[Line, ...], Some]] = Field(
        default_factory=dict
    )


class RulesFile(Strict):
    """A file that begins with `format: rules/1`."""

    format: Literal["rules/1"]
    owner: Line
    unknown: UnknownText | None = None
    rules: tuple[RuleText, ...] = ()
    exemptions: tuple[ExemptionText, ...] = ()
    promises: tuple[PromiseText, ...] = ()
    tests: tuple[BookTestText, ...] = ()
