"""Types for the codes of places: they must exist, not only look right."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from gate.documents import refusal
from gate.documents.letters import latin_look, latin_sound
from gate.documents.scalars import parse_code, parse_country, quoted, straight
from gate.rules.iso3166 import hint_for, hint_for_name, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 6  # characters of a code


def _existing(parse: Callable[[str], str]) -> BeforeValidator:
    return BeforeValidator(lambda value: _exists(value, parse))


def _exists(value: object, parse: Callable[[str], str]) -> str:
    if not isinstance(value, str):
        raise refusal("One code is needed here.")
    try:
        code = straight(parse, value)
    except PydanticCustomError as error:
        meant = "" if value.isascii() else _hint_for_letters(value)
        if meant:
            context = error.context or {}
            raise refusal(context["sentence"], meant, code=context["code"]) from None
        near = value.isascii() and not name_of(value.upper())
        hint = hint_for_name(value) if near else ""
        if hint:
            message = f"{quoted(value)} is a name; a code is needed."
            raise refusal(message, hint, code="R010") from None
        raise error from None
    if not name_of(code):
        sort = "part of a country" if "-" in code else "country"
        message = f"{quoted(code)} is the code of no {sort}."
        raise refusal(message, hint_for(code), code="R010")
    return code


def _hint_for_letters(value: str) -> str:
    """Return the codes that look or sound like what is written with other letters."""
    if len(value) > _LONGEST:
        return ""
    ways = (latin_look, latin_sound)
    if not re.search("[A-Za-z]", value):  # typed by sound, on another keyboard
        ways = (latin_sound, latin_look)
    choices = [dict.fromkeys(way(a) for way in ways) for a in value.upper()]
    likely = ("".join(letters) for letters in product(*choices))
    named = [f'"{code}" ({name_of(code)})' for code in likely if name_of(code)]
    return f"Did you mean {' or '.join(named[:3])}?" if named else ""


def _parse_part(value: str) -> str:
    code = parse_code(value)
    if "-" not in code:
        message = f"{quoted(code)} is a whole country; a part of one is needed."
        raise refusal(message, f'Write it like "{code}-…".', code="R010")
    return code


IsoCode = Annotated[
    str,
    _existing(parse_code),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}(-[A-Z0-9]{1,3})?$"}),
]
CountryCode = Annotated[
    str,
    _existing(parse_country),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"}),
]
PartCode = Annotated[
    str,
    _existing(_parse_part),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}-[A-Z0-9]{1,3}$"}),
]
