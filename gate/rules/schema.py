"""What a file of rules may say, as it is written.

What one file cannot know (whether an id exists, whether dates fit) is checked when
the book is put together; see `gate.rules.book`. The descriptions are what an editor
shows over a key; see `gate schema`.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads annotations
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gate.documents import Glob, Ident, Instant, Line, Strict, Whole
from gate.rules.area_schema import (
    AreasFile,
    AreaText,
    AreaVersionText,
    ReviewText,
    WeighText,
)
from gate.rules.case_schema import BookTestText, TestsFile, VisitorText

# Pydantic reads the annotations while the classes are made.
from gate.rules.schema_words import (
    ActionWord,
    Activities,
    ActivityWord,
    Globs,
    Idents,
    ReasonWord,
    Some,
)

__all__ = [
    "ActionWord",
    "ActivityWord",
    "AreaText",
    "AreaVersionText",
    "AreasFile",
    "BookTestText",
    "ExemptionText",
    "PromiseText",
    "ReasonWord",
    "ReviewText",
    "RuleText",
    "RulesFile",
    "ScopeText",
    "TestsFile",
    "UnknownText",
    "VisitorText",
    "WeighText",
    "WhenText",
]


class WhenText(Strict):
    """Conditions: keys are AND, items are OR; a key that is left out asks nothing."""

    areas: Idents | None = Field(
        default=None, description="Areas of the book: the place must be in one of them."
    )
    activities: Activities | None = Field(
        default=None,
        description="What the reader is about to do: one of these. Left out: all.",
    )
    paths: Globs | None = Field(
        default=None,
        description='Paths of which one must fit; "*" within a segment, "**" across '
        "segments. Left out: all.",
    )
    except_paths: tuple[Glob, ...] = Field(
        default=(), description="Paths of which none may fit."
    )


class ScopeText(WhenText):
    """What a promise is about."""

    outside_areas: Idents | None = Field(
        default=None,
        description="Areas of which the place is certainly no part, of any of them.",
    )
    unknown: Annotated[tuple[ReasonWord, ...], Some] | None = Field(
        default=None,
        description="Reasons why a place is not known: the promise speaks of these "
        "instead of places.",
    )


class EffectiveText(Strict):
    """A span of time: `from` is inside, `until` is not."""

    from_: Instant | None = Field(
        default=None,
        alias="from",
        description="First second in which it holds, with UTC offset.",
    )
    until: Instant | None = Field(
        default=None,
        description="First second in which it no longer holds, with UTC offset.",
    )


class RuleText(Strict):
    """What follows for whom."""

    id: Ident = Field(
        description="Name of the rule: small letters, digits, hyphens. It stays for "
        "ever: counts and tests name it.",
    )
    title: Line = Field(description="What the rule is about, in a few words.")
    because: Line = Field(description="Why it exists: the law, the case, the decision.")
    when: WhenText = Field(
        description="Conditions. All keys must hold; of a list, one item is enough.",
    )
    then: ActionWord = Field(
        description="What comes before the article. Of several rules that hold the "
        "strictest decides.",
    )
    certainty: Literal["possible", "certain"] | None = Field(
        default=None,
        description="How sure the place must be. Left out: certain for block, else "
        "possible.",
    )
    if_possible: ActionWord | None = Field(
        default=None, description="A weaker action where the place is only possible."
    )
    notice: Ident | None = Field(
        default=None, description="The notice that the reader sees, by its id."
    )
    effective: EffectiveText = Field(
        default=EffectiveText(), description="From when until when the rule holds."
    )
    mode: Literal["enforce", "shadow"] = Field(
        default="enforce", description="Whether the rule is applied."
    )
    approved_by: Line | None = Field(
        default=None, description="Who answers for a block on mere possibility."
    )


class ExemptionText(Strict):
    """What loosens the rules that it names, until a date."""

    elsewhere: ClassVar[Mapping[str, tuple[str, str]]] = {
        "then": ("to", 'An exemption says "to".')
    }
    id: Ident = Field(
        description="Name of the exemption: small letters, digits, hyphens.",
    )
    relaxes: Idents = Field(description="The rules that it loosens, by id.")
    to: ActionWord = Field(description="What comes instead: no stricter than this.")
    when: WhenText = Field(
        description="Where it holds, for certain. All keys must hold; of a list, one "
        "item is enough.",
    )
    because: Line = Field(description="Why the rules may be loosened.")
    approved_by: Line = Field(description="Who answers for it.")
    effective: EffectiveText = Field(
        default=EffectiveText(),
        description="From when until when it holds; until must be given.",
    )


class PromiseText(Strict):
    """What no change of the book may break."""

    id: Ident = Field(
        description="Name of the promise: small letters, digits, hyphens.",
    )
    scope: ScopeText = Field(
        alias="for",
        description="What it speaks of: areas mean here that the place is certainly in "
        "them.",
    )
    at_least: ActionWord | None = Field(
        default=None, description="No decision in its scope is weaker than this."
    )
    at_most: ActionWord | None = Field(
        default=None, description="No decision in its scope is stricter than this."
    )
    because: Line | None = Field(default=None, description="Why it is promised.")
    from_: Instant | None = Field(
        default=None,
        alias="from",
        description="First second in which it holds, with UTC offset.",
    )
    until: Instant | None = Field(
        default=None,
        description="First second in which it no longer holds, with UTC offset.",
    )


class UnknownText(Strict):
    """What follows when a place is not known; nothing has a default."""

    notice: Ident = Field(description="The notice that these readers see, by its id.")
    not_in_database: ActionWord = Field(
        description="Action where no database has the address.",
    )
    database_unusable: ActionWord = Field(
        description="Action where the database is missing or cannot be read.",
    )
    max_age_days: Annotated[Whole, Field(ge=1, le=3650)] = Field(
        description="Age of the database in days from which database_unusable holds as "
        "well, if it is stricter.",
    )
    private_address: ActionWord = Field(
        description="Action for addresses of private networks: mostly a proxy that is "
        "not in the trust list.",
    )
    bad_address: ActionWord = Field(
        description="Action where a header that should hold an address does not.",
    )
    anonymous_network: ActionWord = Field(
        description="Action for VPN, Tor and hosting, where a database can tell.",
    )


class RulesFile(Strict):
    """A file that begins with `format: rules/1`."""

    format: Literal["rules/1"] = Field(description="What this file is.")
    owner: Line = Field(description="Who answers for this file.")
    unknown: UnknownText | None = Field(
        default=None,
        description="What follows when a place is not known; once in the book, with "
        "every line.",
    )
    rules: tuple[RuleText, ...] = Field(
        default=(), description="What follows for whom; their order means nothing."
    )
    exemptions: tuple[ExemptionText, ...] = Field(
        default=(), description="What loosens rules, until a date."
    )
    promises: tuple[PromiseText, ...] = Field(
        default=(),
        description="What no change of the book may break; gate check proves each.",
    )
    tests: tuple[BookTestText, ...] = Field(
        default=(),
        description="Cases that must come out as written; gate test runs them.",
    )
