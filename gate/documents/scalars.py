"""Types for what is written as text: each says what it takes, and why not otherwise.

They are annotations for fields of `Strict` models. Each refuses with one sentence and
a hint, and gives the code of the finding. The JSON Schema of each is its pattern.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from gate.documents.globs import glob_problem
from gate.documents.instants import instant_problem
from gate.documents.letters import (
    latin_look,
    mixed_sentence,
    mixed_word,
    name,
    within_curly_quotes,
)
from gate.documents.networks import CIDR, network_problem

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,14}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?")
_IDENT = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LONGEST_IDENT = 64  # characters
_FARTHEST_OFFSET = 14 * 3600  # seconds; no place is farther from UTC


def refusal(message: str, hint: str = "", *, code: str = "R003") -> PydanticCustomError:
    """Return the error with which a scalar type refuses a value.

    Args:
        message: What is wrong with the value, in one sentence.
        hint: What to do.
        code: Code of the finding in a rule book.
    """
    context = {"sentence": message, "hint": hint, "code": code}
    return PydanticCustomError("gate", "{sentence}", context)


def quoted(value: object) -> str:
    """Return a value as it is named in a sentence: quoted and not too long."""
    if isinstance(value, dict | list | tuple):
        return "{…}" if isinstance(value, dict) else "[…]"
    text = str(value)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'  # noqa: PLR2004


def _refuse(value: str, problem: tuple[str, str] | None, *, code: str) -> None:
    """Refuse a value if there is a problem: the sentence after its name, and a hint."""
    if problem:
        raise refusal(f"{quoted(value)} {problem[0]}", problem[1], code=code)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    sort = "a list" if isinstance(value, list | tuple) else "a set of keys"
    raise refusal(f"One value is needed here, not {sort}.")


def straight(parse: Callable[[str], T], value: str) -> T:
    """Return what `parse` makes of a value; curly quotes around it are named.

    Raises:
        PydanticCustomError: It is refused.
    """
    try:
        return parse(value)
    except PydanticCustomError as error:
        context = error.context or {}
        if within_curly_quotes(value):
            hint = 'Use straight quotes: "…".'
            raise refusal(context["sentence"], hint, code=context["code"]) from None
        raise


def _type(parse: Callable[[str], object]) -> BeforeValidator:
    return BeforeValidator(lambda value: straight(parse, _text(value)))


def _pattern(pattern: re.Pattern[str], about: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": f"^({pattern.pattern})$", "description": about}
    )


def _latin(value: str, *, code: str = "R006") -> None:
    """Refuse letters that are not Latin in what must be Latin."""
    if value.isascii():
        return
    odd = next(letter for letter in value if not letter.isascii())
    look = latin_look(value)
    hint = f'Did you mean "{look}"?' if look.isascii() else "Use Latin letters only."
    message = f"{quoted(value)} holds a letter that is not Latin: {name(odd)}."
    raise refusal(message, hint, code=code)


def parse_instant(value: str) -> int:
    """Return the moment in Unix seconds.

    Raises:
        PydanticCustomError: It is no moment with an offset from UTC.

    Source:
        RFC 3339, section 5.6; seconds may be left out.
    """
    if not _INSTANT.fullmatch(value):
        _refuse(value, instant_problem(value), code="R020")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        message = f"{quoted(value)} is not in the calendar or on the clock."
        raise refusal(message, code="R020") from None
    offset = moment.utcoffset()
    if offset is None or abs(offset.total_seconds()) > _FARTHEST_OFFSET:
        message = f"No place is as far from UTC as {quoted(value)} says."
        raise refusal(message, code="R020")
    return int(moment.timestamp())


def parse_day(value: str) -> str:
    """Return a calendar day as it is written, "YYYY-MM-DD".

    Raises:
        PydanticCustomError: It is no such day.
    """
    if not _DAY.fullmatch(value):
        raise refusal(f"{quoted(value)} is not a day.", 'Write it like "2026-08-22".')
    try:
        date.fromisoformat(value)
    except ValueError:
        raise refusal(f"{quoted(value)} is not in the calendar.") from None
    return value


def parse_flag(value: str) -> bool:
    """Return whether `value` is "true"; only "true" and "false" are taken.

    Raises:
        PydanticCustomError: It is another word.
    """
    if value not in {"true", "false"}:
        raise refusal(f"{quoted(value)} is neither true nor false.")
    return value == "true"


def parse_whole(value: str) -> int:
    """Return a whole number from 0 to 999,999,999,999,999, in plain digits.

    Raises:
        PydanticCustomError: It is anything else, also "007" or "1_000".
    """
    if not _WHOLE.fullmatch(value):
        message = f"{quoted(value)} is not a whole number."
        raise refusal(message, "Use the digits 0 to 9, without leading zeros.")
    return int(value)


def parse_decimal(value: str) -> float:
    """Return a number in plain decimal digits, without exponent.

    Raises:
        PydanticCustomError: It is anything else, also "nan".
    """
    if not _DECIMAL.fullmatch(value):
        message = f"{quoted(value)} is not a number."
        raise refusal(message, "Write it like 44.95.")
    return float(value)


def parse_ident(value: str) -> str:
    """Return an id: lower-case Latin letters, digits, single hyphens between.

    Raises:
        PydanticCustomError: It is no id, or longer than 64 characters.
    """
    _latin(value)
    if len(value) > _LONGEST_IDENT:
        raise refusal(f"{quoted(value)} is longer than {_LONGEST_IDENT} characters.")
    if not _IDENT.fullmatch(value):
        better = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
        hint = f'Write it like "{better}".' if better else ""
        message = f"{quoted(value)} is not an id: small letters, digits, hyphens."
        raise refusal(message, hint)
    return value


def parse_code(value: str) -> str:
    """Return a code of the form of ISO 3166-1 alpha-2 or ISO 3166-2.

    Raises:
        PydanticCustomError: It does not have the form.
    """
    return _parse_code(value, _CODE, 'a code such as "UA" or "UA-43"')


def parse_country(value: str) -> str:
    """Return a code of the form of ISO 3166-1 alpha-2.

    Raises:
        PydanticCustomError: It does not have the form.
    """
    return _parse_code(value, _COUNTRY, 'a country code such as "UA"')


def _parse_code(value: str, pattern: re.Pattern[str], sort: str) -> str:
    _latin(value)
    if pattern.fullmatch(value):
        return value
    upper = value.strip().upper().replace("_", "-")
    near = upper if pattern.fullmatch(upper) else upper.partition("-")[0]
    hint = f'Did you mean "{near}"?' if pattern.fullmatch(near) else ""
    raise refusal(f"{quoted(value)} is not {sort}.", hint, code="R010")


def parse_cidr(value: str) -> str:
    """Return a network in canonical CIDR form.

    Raises:
        PydanticCustomError: It is no network, or its address has host bits.
    """
    _refuse(value, network_problem(value), code="R014")
    return str(ipaddress.ip_network(value))


def parse_glob(value: str) -> str:
    """Return a pattern for canonical paths; a slash at its end is dropped.

    Raises:
        PydanticCustomError: It could never match a canonical path as written.
    """
    word = mixed_word(value)
    if word:
        raise refusal(mixed_sentence(word), "Type the word again.", code="R006")
    _refuse(value, glob_problem(value), code="R037")
    return value.rstrip("/") or "/"


def parse_path(value: str) -> str:
    """Return a canonical path without pattern signs.

    Raises:
        PydanticCustomError: No request has such a path.
    """
    _refuse(value, glob_problem(value.replace("*", "x")), code="R037")
    return value


def parse_line(value: str) -> str:
    """Return text that says something.

    Raises:
        PydanticCustomError: It is blank.
    """
    if not value.strip():
        raise refusal("The text is empty.")
    return value.strip()


Instant = Annotated[int, _type(parse_instant), _pattern(_INSTANT, "with UTC offset")]
Day = Annotated[str, _type(parse_day), _pattern(_DAY, "a calendar day")]
Flag = Annotated[bool, _type(parse_flag), WithJsonSchema({"type": "boolean"})]
Whole = Annotated[
    int, _type(parse_whole), WithJsonSchema({"type": "integer", "minimum": 0})
]
Decimal = Annotated[float, _type(parse_decimal), WithJsonSchema({"type": "number"})]
Ident = Annotated[str, _type(parse_ident), _pattern(_IDENT, "small letters, hyphens")]
Code = Annotated[str, _type(parse_code), _pattern(_CODE, "ISO 3166-1 or 3166-2")]
Country = Annotated[str, _type(parse_country), _pattern(_COUNTRY, "ISO 3166-1 alpha-2")]
Cidr = Annotated[
    str, _type(parse_cidr), _pattern(CIDR, "a network, such as 192.0.2.0/24")
]
Glob = Annotated[
    str, _type(parse_glob), WithJsonSchema({"type": "string", "pattern": "^/"})
]
CanonicalPath = Annotated[
    str, _type(parse_path), WithJsonSchema({"type": "string", "pattern": "^/"})
]
Line = Annotated[
    str, _type(parse_line), WithJsonSchema({"type": "string", "minLength": 1})
]
