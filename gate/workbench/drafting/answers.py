"""What somebody types, held against the types of the rule book at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from gate.documents import CanonicalPath, Glob, Ident, Instant, Line, Whole, suggest
from gate.documents.moments import stamp
from gate.documents.sentences import sentence_for
from gate.rules.places import CountryCode, IsoCode, PartCode

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Answers = dict[str, tuple[str, ...]]
"""What was answered, by key; () for nothing."""

NOTHING = "-"
"""What is typed for nothing, where something else would be the default."""

TYPES: Mapping[str, TypeAdapter[Any]] = {
    "id": TypeAdapter(Ident),
    "text": TypeAdapter(Line),
    "moment": TypeAdapter(Instant),
    "pattern": TypeAdapter(Glob),
    "path": TypeAdapter(CanonicalPath),
    "code": TypeAdapter(IsoCode),
    "country": TypeAdapter(CountryCode),
    "part": TypeAdapter(PartCode),
    "number": TypeAdapter(Whole),
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GAPS = re.compile(r"[,\s]+")


class RefusedAnswer(ValueError):  # noqa: N818 - an answer, not an error of the gate
    """An answer that a rule book does not take.

    Attributes:
        hint: What to do; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def checked(text: str, kind: str) -> str:
    """Return an answer without blanks around it.

    Args:
        text: What was typed.
        kind: A key of `TYPES`.

    Raises:
        RefusedAnswer: The book would not take it.
    """
    bare = text.strip()
    try:
        TYPES[kind].validate_python(bare)
    except ValidationError as error:
        said = sentence_for(error.errors(include_url=False)[0])
        raise RefusedAnswer(said.message, said.hint) from None
    return bare


def moment_of(text: str, offset: int) -> str:
    """Return a day alone as its first second; anything else as it is.

    >>> moment_of("2026-12-01", 10_800), moment_of("soon", 0)
    ('2026-12-01T00:00:00+03:00', 'soon')

    Args:
        text: What was typed.
        offset: Offset from UTC, in seconds.
    """
    bare = text.strip()
    if not _DAY.fullmatch(bare):
        return bare
    try:
        begin = datetime.fromisoformat(bare).replace(tzinfo=UTC)
    except ValueError:  # no day of the calendar: it is refused as it stands
        return bare
    return stamp(begin.timestamp() - offset, offset)


def chosen(text: str, choices: Collection[str]) -> str:
    """Return an answer that is one of the choices.

    Raises:
        RefusedAnswer: It is none.
    """
    bare = text.strip()
    if bare not in choices:
        known = ", ".join(choices) or "nothing yet"
        hint = suggest(bare, choices).strip() or f"There is {known}."
        raise RefusedAnswer(f'"{bare[:60]}" is none of the choices.', hint)
    return bare


def parts(text: str) -> tuple[str, ...]:
    """Split an answer of several items at commas and blanks, each once."""
    return tuple(dict.fromkeys(part for part in _GAPS.split(text.strip()) if part))
