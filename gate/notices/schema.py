"""What a file of notices may say: its keys, and which of them every language needs.

The keys of `NoticeText.strings` are those of `Text`, and those of `PageText` behind
"page.". Texts are plain text with the little markup of `gate.notices.markup`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from gate.documents import Country, Day, Ident, Line, Strict, Whole, refusal
from gate.model.revision import MOST_REVISION

FORMAT = "notices/2"
ABOUT = frozenset({"status", "reviewed_by", "reviewed_on"})
"""Keys that say something about a text and are not shown."""

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
Act = Literal["read", "share", "like", "comment", "save", "contact", "donate"]
Certainty = Literal["certain", "open"]
Weight = Literal["error", "warning", "note"]


def parse_format(value: object) -> str:
    """Return the format of a file of notices, the only one that is read.

    Raises:
        PydanticCustomError: It is an older one, or none at all.
    """
    if value == FORMAT:
        return FORMAT
    if value == "notices/1":
        hint = (
            f"Write {FORMAT}: languages stand under languages, risks by activity, "
            "facts under regimes; the rule book of gate init shows how."
        )
        raise refusal('The format "notices/1" is no longer read.', hint, code="R005")
    raise refusal(f"This is not {FORMAT}.", f"Write format: {FORMAT}.", code="R005")


def parse_script(value: object) -> str:
    """Return a script by its four letters, such as "Cyrl".

    Raises:
        PydanticCustomError: It does not have the form.

    Source:
        ISO 15924, section 4.1.
    """
    if isinstance(value, str) and re.fullmatch(r"[A-Z][a-z]{3}", value):
        return value
    raise refusal("One script is needed here, in four letters.", 'Such as "Cyrl".')


Format = Annotated[
    str, BeforeValidator(parse_format), WithJsonSchema({"const": FORMAT})
]
Script = Annotated[
    str,
    BeforeValidator(parse_script),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z][a-z]{3}$"}),
]


class Language(Strict):
    """A language that the newsroom speaks, or means to speak."""

    name: Line = Field(description="The language in itself.")
    in_language: Line | None = Field(
        default=None, description='"In English", said in that language.'
    )
    dir: Literal["ltr", "rtl"] = Field(description="Direction of writing.")
    script: Script = Field(description="Script by ISO 15924, such as Cyrl.")
    missing: Weight = Field(
        default="warning", description="How much it matters where a text lacks it."
    )
    draft: Weight = Field(
        default="note", description="How much it matters that a text is a draft."
    )


class Reviewed(Strict):
    """What is common to texts of every kind: who stands behind them."""

    status: Literal["draft", "reviewed"] = Field(
        description="reviewed: a native editor and a lawyer signed it."
    )
    reviewed_by: Line | None = Field(default=None, description="Who signed it.")
    reviewed_on: Day | None = Field(default=None, description="When.")


class Text(Reviewed):
    """A notice in one language.

    What it says of an activity is keyed by that activity, and must stand in the
    penalties of its regime.
    """

    heading: Line = Field(description="Heading of the page.")
    fact: Line = Field(description="What the authorities did, in one sentence.")
    who_lead: Line = Field(description="Leads into `who`.")
    who: Lines = Field(description="All conditions under which it concerns a reader.")
    risk_lead: Line = Field(description="Leads into `risks`.")
    risks: Annotated[dict[Act, Line], Field(min_length=1)] = Field(
        description="What the reader could be punished for, by activity."
    )
    risks_short: dict[Act, Line] = Field(
        default={}, description="The same in a few words; {risks} lists them."
    )
    unclear_lead: Line | None = Field(default=None, description="Leads into `unclear`.")
    unclear: dict[Act, Line] = Field(
        default={}, description="What might be held against the reader, softly."
    )
    unclear_short: dict[Act, Line] = Field(
        default={}, description="The same in a few words; {unclear} lists them."
    )
    not_punished: dict[Act, Line] = Field(
        default={}, description="What is certainly not punished, in whole sentences."
    )
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

    tab: Line = Field(description="Title of the page; neutral.")
    leave: Line = Field(description="Button that leads away.")
    continue_: Line = Field(alias="continue", description="Button that goes on.")
    back: Line = Field(description="Link to where the reader came from.")
    quick_exit: Line = Field(description="How to leave by the keyboard.")
    quick_exit_two_more: Line = Field(description="Said aloud after the first press.")
    quick_exit_one_more: Line = Field(description="Said aloud after the second press.")
    quick_exit_leaving: Line = Field(description="Said aloud when it works.")
    quick_exit_over: Line = Field(description="Said aloud when the time is over.")
    why_shown: Line = Field(description="Why the reader meets the page.")
    going_on: Line = Field(description="Heading of what Continue does.")
    nothing_asked: Line = Field(description="That nothing is asked or confirmed.")
    cookie: Line = Field(description="What the cookie holds.")
    no_cookie: Line = Field(description="In place of `cookie`, where there is none.")
    not_hidden: Line = Field(description="Heading of the traces that stay.")
    trace_history: Line = Field(description="Trace: the history of the browser.")
    trace_title: Line = Field(description="What going on adds to that trace.")
    trace_cookie: Line = Field(description="Trace: the cookie.")
    trace_provider: Line = Field(description="Trace: the internet provider.")
    trace_leaving: Line = Field(description="What leaving does not delete.")
    explainer: Line = Field(description="Link to the page that explains the law.")
    returns: Line = Field(description="Opens the help for browsers without cookies.")
    returns_why: Line = Field(description="That help, where another way is there.")
    returns_button: Line = Field(description="Button of that other way.")
    returns_impossible: Line = Field(description="That help, where no other way is.")
    cannot_repeat: Line = Field(description="What was sent cannot be passed on.")
    blocked: Line = Field(description="In place of Continue, where it is shut.")
    as_of: Line = Field(description="Day of the legal information.")
    not_advice: Line = Field(description="That this is no legal advice.")
    date: Line = Field(description="A day written out, of {day}, {month}, {year}.")
    months: Annotated[
        tuple[Line, ...], Field(min_length=_MONTHS, max_length=_MONTHS)
    ] = Field(description="As they stand in a date.")
    list_comma: Line = Field(description="Between the items of a list in a sentence.")
    list_or: Line = Field(description='Before its last item: "or".')
    aside: Line = Field(description="What a banner is, for those who hear the page.")
    refused: Line = Field(description="Heading: the page cannot be opened.")
    refused_request: Line = Field(description="An address or request without sense.")
    refused_host: Line = Field(description="A name of no site here.")
    refused_now: Line = Field(description="The site cannot answer now.")
    refused_frame: Line = Field(description="The page stands inside another one.")
    front_page: Line = Field(description="Link to the front page.")


class Fact(Strict):
    """One legal fact, with where it comes from."""

    value: Line = Field(description="The fact; a day alone is written out in texts.")
    certainty: Certainty = Field(
        description="certain: read in a named source; open: never used in texts."
    )
    sources: Lines = Field(description="Where it comes from.")


class DayFact(Fact):
    """A day, with where it comes from."""

    value: Day = Field(description="The day.")


class Penalty(Strict):
    """What the law, and those who apply it, make of one activity."""

    status: Literal["not_punished", "unclear", "punished"] = Field(
        description="unclear: warned of, but no case or clause is known."
    )
    penalty: Line | None = Field(default=None, description="What can follow.")
    note: Line | None = Field(default=None, description="What else is known.")
    certainty: Certainty = Field(
        description="certain: read in a named source; open: not confirmed."
    )
    sources: Lines = Field(description="Where it comes from.")


class RegimeEntry(Strict):
    """A law that is held against readers, and this outlet's place in it."""

    title: Line = Field(description="Name of the designation.")
    country: Country = Field(description="Whose law it is.")
    as_of: Day = Field(description="Day of the legal information; {date} in texts.")
    review_months: Annotated[Whole, Field(ge=1, le=120)] = Field(
        default=12, description="Months after which it is old, and a finding."
    )
    decided_on: DayFact | None = Field(default=None, description="When decided.")
    registered_on: DayFact | None = Field(
        default=None, description="When entered in the register."
    )
    register_number: Fact | None = Field(default=None, description="Its number there.")
    penalties: dict[Act, Penalty] = Field(description="By activity.")
    facts: dict[Ident, Fact] = Field(default={}, description="Other facts, by key.")


class NoticeEntry(Strict):
    """One notice in all its languages."""

    revision: Annotated[Whole, Field(ge=1, le=MOST_REVISION)] = Field(
        description="Raised when readers must see the notice again."
    )
    regime: Ident = Field(description="The law that it tells of, by its id.")
    area_languages: dict[Ident, Annotated[tuple[Tag, ...], Field(min_length=1)]] = (
        Field(default={}, description="Languages to prefer in an area, best first.")
    )
    texts: Annotated[dict[Tag, Text], Field(min_length=1)] = Field(
        description="The notice by language; the first is the fallback."
    )


class NoticesFile(Strict):
    """A file of notices; what it lacks may stand in another file of the folder."""

    format: Format = Field(description="What this file is.")
    languages: dict[Tag, Language] = Field(
        default={}, description="Languages of the newsroom, by tag."
    )
    regimes: dict[Ident, RegimeEntry] = Field(default={}, description="By id.")
    notices: dict[Ident, NoticeEntry] = Field(default={}, description="By id.")
    page: dict[Tag, PageText] = Field(
        default={}, description="Words around every notice, by language."
    )
