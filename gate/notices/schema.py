"""What a file of notices may say: its keys, and which of them every language needs.

The keys of `NoticeText.strings` are those of `Text`, and those of `PageText` behind
"page.".
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from gate.documents import Day, Ident, Line, Strict, Whole, refusal
from gate.model.revision import MOST_REVISION

# Languages, scripts, regions and private use; extensions mean nothing for a text.
_TAG = re.compile(
    r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?"
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-x(-[a-z0-9]{1,8})+)?"
)
_LONGEST_TAG = 35  # characters, RFC 5646 section 4.4.1
_SCRIPT, _REGION = 4, 2  # characters of these subtags
_MONTHS = 12


def parse_tag(value: object) -> str:
    """Return a BCP-47 language tag in its usual spelling, such as "crh-Latn".

    Raises:
        PydanticCustomError: It is no tag, or spelled in another way.

    Source:
        RFC 5646, sections 2.1 and 2.1.1.
    """
    if not isinstance(value, str):
        raise refusal("One language tag is needed here.", code="R066")
    if len(value) <= _LONGEST_TAG and _TAG.fullmatch(value):
        return value
    usual = _usual(value)
    hint = f'Did you mean "{usual}"?' if _TAG.fullmatch(usual) else 'Such as "uk".'
    raise refusal(f'"{value[:60]}" is not a language tag.', hint, code="R066")


def _usual(value: str) -> str:
    first, *rest = value.replace("_", "-").lower().split("-")
    shaped = [
        part.title()
        if len(part) == _SCRIPT and part.isalpha()
        else part.upper()
        if len(part) == _REGION
        else part
        for part in rest
    ]
    return "-".join([first, *shaped])


Tag = Annotated[
    str,
    BeforeValidator(parse_tag),
    WithJsonSchema({"type": "string", "pattern": f"^({_TAG.pattern})$"}),
]
Lines = Annotated[tuple[Line, ...], Field(min_length=1)]


class Reviewed(Strict):
    """What is common to texts of every kind: who stands behind them."""

    status: Literal["draft", "reviewed"] = Field(
        description="reviewed: a native editor and a lawyer signed it."
    )
    reviewed_by: Line | None = Field(default=None, description="Who signed it.")
    reviewed_on: Day | None = Field(default=None, description="When.")


class Text(Reviewed):
    """A notice in one language. Plain text, never markup."""

    heading: Line = Field(description="Heading of the page.")
    fact: Line = Field(description="What the authorities did, in one sentence.")
    who_lead: Line = Field(description="Leads into `who`.")
    who: Lines = Field(description="All conditions under which it concerns a reader.")
    risk_lead: Line = Field(description="Leads into `risks`.")
    risks: Lines = Field(description="What the reader could be punished for.")
    notes: tuple[Line, ...] = Field(default=(), description="What else to know.")
    going_on: Line | None = Field(
        default=None, description="What happens if the reader goes on, or back."
    )
    continue_: Line | None = Field(
        default=None, alias="continue", description="Label of the button."
    )
    banner: Line = Field(description="Short text for the top of an article.")
    footer: Line | None = Field(
        default=None, description="Short text for the end of every article."
    )


class PageText(Reviewed):
    """The words around every notice in one language."""

    name: Line = Field(description="The language in itself.")
    in_language: Line = Field(description='"In English", said in that language.')
    direction: Literal["ltr", "rtl"] = Field(description="Direction of writing.")
    tab: Line = Field(description="Title of the page; neutral.")
    leave: Line
    continue_: Line = Field(alias="continue")
    back: Line
    quick_exit: Line
    quick_exit_two_more: Line
    quick_exit_one_more: Line
    quick_exit_leaving: Line
    quick_exit_over: Line
    why_shown: Line
    nothing_asked: Line
    cookie: Line
    no_cookie: Line
    not_hidden: Line
    explainer: Line
    returns: Line
    returns_why: Line
    returns_button: Line
    returns_impossible: Line
    cannot_repeat: Line
    blocked: Line
    as_of: Line
    not_advice: Line
    date: Line = Field(description="A day written out, of {day}, {month}, {year}.")
    months: Annotated[
        tuple[Line, ...], Field(min_length=_MONTHS, max_length=_MONTHS)
    ] = Field(description="As they stand in a date.")
    aside: Line = Field(description="What a banner is, for those who hear the page.")
    refused: Line
    refused_request: Line
    refused_host: Line
    refused_now: Line
    refused_frame: Line
    front_page: Line


class Fact(Strict):
    """One legal fact, with where it comes from."""

    value: Line = Field(description="The fact; a day alone is written out in texts.")
    certainty: Literal["certain", "open"] = Field(
        description="certain: read in a named source; open: never used in texts."
    )
    sources: Lines = Field(description="Where it comes from.")


class NoticeEntry(Strict):
    """One notice in all its languages."""

    revision: Annotated[Whole, Field(ge=1, le=MOST_REVISION)] = Field(
        description="Raised when readers must see the notice again."
    )
    as_of: Day = Field(description="Day of the legal information.")
    area_languages: dict[Ident, Annotated[tuple[Tag, ...], Field(min_length=1)]] = (
        Field(default={}, description="Languages to prefer in an area, best first.")
    )
    facts: dict[Ident, Fact] = Field(default={}, description="Legal facts by key.")
    texts: Annotated[dict[Tag, Text], Field(min_length=1)] = Field(
        description="The notice by language; the first is the fallback."
    )


class NoticesFile(Strict):
    """A file of notices; one file of the folder also has the words around them."""

    format: Literal["notices/1"] = Field(description="What this file is.")
    notices: dict[Ident, NoticeEntry] = Field(default={}, description="By id.")
    page: dict[Tag, PageText] = Field(
        default={}, description="Words around every notice, by language."
    )
