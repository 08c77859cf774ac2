"""What a test of a rule book may say, as it is written."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads annotations
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from gate.documents import CanonicalPath, Cidr, Ident, Instant, Line, Strict, Whole

# Pydantic reads the annotations while the classes are made.
from gate.rules.places import CountryCode, PartCode  # noqa: TC001
from gate.rules.schema_words import (
    ActionWord,
    ActivityWord,
    Latitude,
    Longitude,
    ReasonWord,
    Some,
)


class VisitorText(Strict):
    """A place as a test states it, or why it is not known."""

    country: CountryCode | None = Field(
        default=None, description="Country of the record, ISO 3166-1."
    )
    subdivision: PartCode | None = Field(
        default=None, description="Region of the record, ISO 3166-2."
    )
    subdivision_name: Line | None = Field(
        default=None, description="Name of the region, where a database has no codes."
    )
    settlement: Whole | None = Field(
        default=None, description="GeoNames id of the settlement."
    )
    settlement_name: Line | None = Field(
        default=None, description="Name of the settlement, where a database has no ids."
    )
    point: tuple[Latitude, Longitude] | None = Field(
        default=None,
        description="Latitude and longitude in degrees, such as [44.95, 34.11].",
    )
    accuracy_km: Whole | None = Field(
        default=None,
        description="Radius around the point in which the reader is, in kilometres.",
    )
    registered: CountryCode | None = Field(
        default=None, description="Country where the network is registered, ISO 3166-1."
    )
    network: Cidr | None = Field(
        default=None, description="The network, such as 192.0.2.0/24."
    )
    unknown: ReasonWord | None = Field(
        default=None,
        description="Why the place is not known; then nothing else stands here.",
    )


class BookTestText(Strict):
    """Places, a path and a clock, and what must follow."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["visitor"]}, {"required": ["visitors"]}]
        }
    )
    name: Line = Field(
        description="What is tested, in words; each name once in the book.",
    )
    now: Instant = Field(
        description="The clock of the test, with UTC offset: no test depends on today.",
    )
    visitor: VisitorText | None = Field(
        default=None, description="The place; visitors if there are several."
    )
    visitors: Annotated[tuple[VisitorText, ...], Some] | None = Field(
        default=None, description="Places of which each must meet what is expected."
    )
    path: CanonicalPath = Field(
        description="Path of the page, such as /a/some-article.",
    )
    expect: Annotated[dict[ActivityWord, ActionWord], Some] = Field(
        description="The action that must follow, by activity; what is not named is "
        "not tested.",
    )
    by: dict[ActivityWord, Annotated[tuple[Line, ...], Some]] = Field(
        default_factory=dict,
        description="The rules and exemptions that must decide, by activity; default "
        "if none does, unknown:REASON for an unknown place.",
    )
    notices: dict[ActivityWord, Annotated[tuple[Ident, ...], Some]] = Field(
        default_factory=dict,
        description="The notices that are shown, all of them.",
    )
    shadow: dict[ActivityWord, ActionWord] = Field(
        default_factory=dict,
        description="What the shadow rules alone would do.",
    )
    shadow_by: dict[ActivityWord, Annotated[tuple[Ident, ...], Some]] = Field(
        default_factory=dict,
        description="The shadow rules that hold, all of them.",
    )


_ONLY_TESTS = (
    "A file whose name ends in _test.yaml holds tests and nothing else. Move the rest "
    "to a file of rules, or give this file another name."
)


class TestsFile(Strict):
    """A file of rules whose name ends in `_test.yaml`: it holds only tests."""

    __test__: ClassVar[bool] = False  # pytest would take it for tests
    elsewhere: ClassVar[Mapping[str, tuple[str, str]]] = dict.fromkeys(
        ("unknown", "rules", "exemptions", "promises"), ("tests", _ONLY_TESTS)
    )
    format: Literal["rules/1"] = Field(description="What this file is.")
    owner: Line | None = Field(default=None, description="Who answers for this file.")
    tests: Annotated[tuple[BookTestText, ...], Some] = Field(
        description="Cases that must come out as written; gate test runs them.",
    )
