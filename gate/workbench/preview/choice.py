"""What somebody wants to see: read from the address of the page, never refused.

A value that cannot be understood is told beside its field, and the default holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from pydantic_core import PydanticCustomError

from gate.documents.scalars import parse_instant
from gate.errors import NoSuchPlaceError, RequestError
from gate.model import Activity, Place
from gate.request import canonical_raw
from gate.request.numbers import parse_address
from gate.workbench.visitor import parse_visitor

if TYPE_CHECKING:
    from collections.abc import Mapping

NARROWEST: Final = 280
"""Pixels of CSS: a small watch-like phone."""

WIDEST: Final = 1920
"""Pixels of CSS."""

ARRIVE, CONTINUE = "arrive", "continue"
"""What the reader has done: opened the page; pressed Continue on the warning."""

FIELDS: Final = (
    *("place", "other", "at", "offset", "path", "activity", "lang", "width", "step"),
)
"""Names of the fields of the form, in its order."""

DECIDING: Final = frozenset({"place", "other", "at", "path", "activity"})
"""Those without which there is no answer."""

_LONGEST: Final = 400  # characters of a field
_UTC: Final = "Z"
MOMENTS: Final = range(32_503_680_000)
"""Unix seconds that can be looked at: the years 1970 to 2999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a field cannot be understood, and what to write instead."""

    message: str
    hint: str = ""


class Named(NamedTuple):
    """A place that was found by its name.

    Attributes:
        spelled: As `gate explain --place` takes it.
        place: The place.
        title: Its name and where it lies.
        told: What somebody should know who typed the name; "" for nothing.
    """

    spelled: str
    place: Place
    title: str
    told: str = ""


Find = Callable[[str], Named | Problem]
"""Finds a place by its name, or says why it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody wants to see.

    Attributes:
        asked: The fields as they were typed; those that are not there are left out.
        spelled: The place, as `gate explain --place` or --ip takes it.
        address: An address to look up; "" with a place.
        place: A place that is described; None with an address.
        now: Unix seconds.
        is_now: Whether no time was chosen.
        path: Canonical path.
        activity: What the reader does.
        language: BCP-47 tag that the reader's browser asks for; "" for none.
        width: Of the reader's screen, in pixels of CSS.
        step: `ARRIVE` or `CONTINUE`.
        problems: By field.
        named: The place as it was found by its name; None if it was not asked so.
    """

    asked: Mapping[str, str]
    spelled: str
    address: str
    place: Place | None
    now: int
    is_now: bool
    path: str
    activity: Activity
    language: str
    width: int
    step: str
    problems: Mapping[str, Problem] = field(default_factory=dict)
    named: Named | None = None

    @property
    def is_answered(self) -> bool:
        """Whether all that decides was understood."""
        return DECIDING.isdisjoint(self.problems)

    def query(self, **changes: str) -> str:
        """Return the query of this choice with some fields changed; "" drops one."""
        told = {**self.asked, **changes}
        if "place" in changes:
            told.pop("other", None)
        return urlencode({k: told[k] for k in FIELDS if told.get(k)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds where nothing was chosen."""

    place: str
    path: str
    now: int
    languages: tuple[str, ...]
    width: int = 390


def read_choice(
    query: Mapping[str, str], defaults: Defaults, find: Find | None = None
) -> Choice:
    """Read the fields of the form.

    Args:
        query: The fields; unknown ones are ignored.
        defaults: What holds for those that are missing or not understood.
        find: Finds places by name; None where names are not understood.
    """
    asked = {k: query[k].strip()[:_LONGEST] for k in FIELDS if query.get(k, "").strip()}
    problems: dict[str, Problem] = {}
    spelled, place, named = _place(asked, defaults, problems, find)
    return Choice(
        asked=asked,
        spelled=spelled,
        address="" if place else spelled,
        place=place,
        now=_moment(asked, defaults, problems),
        is_now="at" not in asked or "at" in problems,
        path=_path(asked.get("path") or defaults.path, defaults, problems),
        activity=_activity(asked, problems),
        language=_language(asked, defaults, problems),
        width=_width(asked, defaults, problems),
        step=CONTINUE if asked.get("step") == CONTINUE else ARRIVE,
        problems=problems,
        named=named,
    )


def _place(
    asked: Mapping[str, str],
    defaults: Defaults,
    problems: dict[str, Problem],
    find: Find | None,
) -> tuple[str, Place | None, Named | None]:
    """Return the place as it is spelled, and what it is; None for an address."""
    for key in ("other", "place"):
        text = asked.get(key, "")
        if text and parse_address(text) is not None:
            return text, None, None
        if not text:
            continue
        found = _described(text, find)
        if isinstance(found, Problem):
            problems[key] = found
        elif isinstance(found, Named):
            return found.spelled, found.place, found
        else:
            return text, found, None
    if parse_address(defaults.place) is not None:
        return defaults.place, None, None
    return defaults.place, parse_visitor(defaults.place), None


def _described(text: str, find: Find | None) -> Place | Named | Problem:
    try:
        return parse_visitor(text)
    except NoSuchPlaceError as error:
        if find is not None and "=" not in text:
            return find(text)
        return Problem(message=str(error), hint=error.hint)


def _moment(
    asked: Mapping[str, str], defaults: Defaults, problems: dict[str, Problem]
) -> int:
    text = asked.get("at")
    if not text:
        return defaults.now
    try:
        found = parse_instant(_with_offset(text, asked.get("offset") or _UTC))
    except PydanticCustomError as error:
        hint = str((error.context or {}).get("hint", ""))
        problems["at"] = Problem(message=error.message(), hint=hint)
        return defaults.now
    if found not in MOMENTS:
        problems["at"] = Problem(message="That is no year from 1970 to 2999.")
        return defaults.now
    return found


def _with_offset(text: str, offset: str) -> str:
    """Complete what a browser's field of date and time gives: no seconds, no offset."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if read.tzinfo else f"{read.isoformat()}{offset}"


def _path(text: str, defaults: Defaults, problems: dict[str, Problem]) -> str:
    """Return the path of a request line; a whole URL serves as well."""
    try:
        return canonical_raw(text.encode().decode("latin-1"))
    except RequestError as error:
        hint = "Write it from the slash on, such as /a/some-article."
        problems["path"] = Problem(message=str(error), hint=hint)
        return defaults.path


def _activity(asked: Mapping[str, str], problems: dict[str, Problem]) -> Activity:
    text = asked.get("activity", Activity.READ.value)
    try:
        return Activity(text)
    except ValueError:
        known = ", ".join(activity.value for activity in Activity)
        problems["activity"] = Problem(
            message=f"“{text}” is no activity.", hint=f"Activities are {known}."
        )
        return Activity.READ


def _language(
    asked: Mapping[str, str], defaults: Defaults, problems: dict[str, Problem]
) -> str:
    text = asked.get("lang", "")
    if not text or text in defaults.languages:
        return text
    problems["lang"] = Problem(
        message=f"No notice is in “{text}”.",
        hint=f"Languages are {', '.join(defaults.languages)}.",
    )
    return ""


def _width(
    asked: Mapping[str, str], defaults: Defaults, problems: dict[str, Problem]
) -> int:
    text = asked.get("width")
    if text is None:
        return defaults.width
    if text.isascii() and text.isdigit() and NARROWEST <= int(text) <= WIDEST:
        return int(text)
    problems["width"] = Problem(
        message=f"“{text}” is no width of a screen.",
        hint=f"Write a number of pixels from {NARROWEST} to {WIDEST}.",
    )
    return defaults.width


def local_text(moment: int) -> str:
    """Return a moment (Unix seconds, UTC) as a field of date and time wants it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M")
