"""A visitor as somebody types it: "UA-65,50km", "country=DE,registered=RU"."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from gate.documents import nearest, read, validate
from gate.errors import NoSuchPlaceError
from gate.rules.convert import place
from gate.rules.schema import VisitorText

if TYPE_CHECKING:
    from gate.model import Place

_COUNTRY = re.compile(r"[A-Z]{2}")
_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_RADIUS = re.compile(r"([0-9]+) ?km")
_POINT = re.compile(r"(-?[0-9.]+)/(-?[0-9.]+)")

# What is shorter to type -> key of a test visitor.
_SHORT = {"accuracy": "accuracy_km"}
_EXAMPLE = 'Write it like "UA-65,50km" or "country=DE,registered=RU"'


def parse_visitor(text: str) -> Place:
    """Return the place that a person describes, as a test of a rule book would.

    Args:
        text: Items with commas between: a code ("RU", "UA-65"), a radius ("50km"),
            or KEY=VALUE with a key of a test visitor; `point` as "44.95/34.1".

    Raises:
        NoSuchPlaceError: It cannot be understood, or says two different things.
    """
    items: dict[str, object] = {}
    for part in text.split(","):
        for key, value in _keys(part.strip()).items():
            if items.setdefault(key, value) != value:
                message = f'"{text}" says two different things of {key}.'
                raise NoSuchPlaceError(message, hint=f"{_EXAMPLE}.")
    return _checked(items)


def _keys(part: str) -> dict[str, object]:
    key, equals, value = (side.strip() for side in part.partition("="))
    if equals:
        return _pair(_SHORT.get(key, key), value)
    if _COUNTRY.fullmatch(part):
        return {"country": part}
    if _SUBDIVISION.fullmatch(part):
        return {"country": part[:2], "subdivision": part}
    radius = _RADIUS.fullmatch(part)
    if radius:
        return {"accuracy_km": radius[1]}
    raise NoSuchPlaceError(f'"{part}" is no part of a place.', hint=f"{_EXAMPLE}.")


def _pair(key: str, value: str) -> dict[str, object]:
    if key not in VisitorText.model_fields:
        known = [*VisitorText.model_fields, *_SHORT]
        meant = nearest(key, known)
        hint = f'Did you mean "{meant}"?' if meant else f"Known are {', '.join(known)}."
        raise NoSuchPlaceError(f'A place has no "{key}".', hint=hint)
    point = _POINT.fullmatch(value)
    if key == "point" and point:
        return {key: list(point.groups())}
    if key == "accuracy_km":
        return {key: value.removesuffix("km").strip()}
    if key == "subdivision" and _SUBDIVISION.fullmatch(value):
        return {"country": value[:2], key: value}
    return {key: value}


def _checked(items: dict[str, object]) -> Place:
    # JSON is YAML, so that a place typed here meets the same checks as one in a book.
    document = read(json.dumps(items), file="--place")
    visitor, problems = validate(document, VisitorText, code=NoSuchPlaceError.code)
    findings = [*document.findings, *problems]
    if visitor is None:
        first = findings[0]
        raise NoSuchPlaceError(first.message, hint=first.hint)
    made = place(visitor)
    if made.unknown is not None and len(items) > 1:
        message = "A place that is unknown has no other key."
        raise NoSuchPlaceError(message, hint=f"Write unknown={made.unknown} alone.")
    return made
