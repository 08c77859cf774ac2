"""Codes and ids of places in a schema, with their names."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from gate.places.gazetteer import settlements
from gate.places.subdivisions import usual_name
from gate.rules.iso3166 import all_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.places.gazetteer import Settlement
    from gate.workbench.schemas.vocabulary import Vocabulary

_FORMS = {
    "country": "^[A-Z]{2}$",
    "part": "^[A-Z]{2}-[A-Z0-9]{1,3}$",
    "country_or_part": "^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
}
_EXAMPLES = {"country": "UA", "part": "UA-43", "country_or_part": "UA or UA-43"}
# Model and key -> what stands there, alone or in a list.
_PLACES = {
    ("AreaVersionText", "within"): "country",
    ("AreaVersionText", "registered_in"): "country",
    ("AreaVersionText", "whole"): "country_or_part",
    ("AreaVersionText", "partly"): "part",
    ("AreaVersionText", "settlements"): "settlement",
    ("AreaVersionText", "outside"): "settlement",
    ("VisitorText", "country"): "country",
    ("VisitorText", "registered"): "country",
    ("VisitorText", "subdivision"): "part",
    ("VisitorText", "settlement"): "settlement",
    ("RegimeEntry", "country"): "country",
}


def name_places(
    schema: dict[str, Any], models: dict[str, dict[str, Any]], own: Vocabulary | None
) -> None:
    """Let codes and settlements of a schema say their names.

    Args:
        schema: The schema; it gets the definitions that are needed.
        models: Its parts by the name of their model; changed.
        own: Whose settlements have names; None names none.
    """
    needed = set()
    for (model, key), sort in _PLACES.items():
        node = models.get(model, {}).get("properties", {}).get(key)
        if node is None:
            continue
        target = node.get("items", node)
        for word in ("type", "pattern", "minimum"):
            target.pop(word, None)
        target["$ref"] = f"#/definitions/{sort}"
        needed.add(sort)
    definitions = schema["definitions"]
    for sort in sorted(needed & set(_FORMS)):
        definitions[sort] = _code(sort)
    if needed & set(_FORMS):
        definitions["code"] = _any_code()
    if "settlement" in needed:
        tree = _by_size(_known(own.settlements if own else ()))
        definitions["settlement"] = {"type": "integer", "minimum": 0, **tree}


def _code(sort: str) -> dict[str, Any]:
    return {
        "type": "string",
        "pattern": _FORMS[sort],
        "patternErrorMessage": f"Write a code such as {_EXAMPLES[sort]}.",
        "allOf": [{"$ref": "#/definitions/code"}],
    }


@cache
def _names() -> dict[str, str]:
    return all_names()


def _any_code() -> dict[str, Any]:
    letters = _grouped(_names(), 1)
    return {"allOf": [_letter(first, codes) for first, codes in letters]}


def _grouped(codes: Iterable[str], length: int) -> Iterable[tuple[str, list[str]]]:
    groups = groupby(codes, key=lambda code: code[:length])
    return ((start, list(inner)) for start, inner in groups)


def _letter(first: str, codes: Sequence[str]) -> dict[str, Any]:
    """Return what holds for codes with one first letter."""
    countries = list(_grouped(codes, 2))
    return {
        "if": {"pattern": f"^{first}"},
        "then": {
            "pattern": f"^({'|'.join(country for country, _ in countries)})",
            "patternErrorMessage": "No country has this code.",
            "allOf": [
                {"if": {"pattern": f"^{country}"}, "then": {"anyOf": _named(inner)}}
                for country, inner in countries
            ],
        },
    }


def _named(codes: Iterable[str]) -> list[dict[str, Any]]:
    return [{"const": code, "description": name_in_words(code)} for code in codes]


def name_in_words(code: str) -> str:
    """Return what a place with an ISO 3166 code is called, and where it lies.

    Parts of Ukraine have the names that English texts use, such as "Crimea".
    """
    country, _, part = code.partition("-")
    official = _names()[code]
    if not part:
        return official
    usual = usual_name(code)
    told = f"{usual} ({official})" if usual and usual != official else official
    return f"{told}, {_names()[country]}"


def _known(ids: Iterable[int]) -> list[Settlement]:
    found = (settlements().get(number) for number in sorted(ids))
    return [place for place in found if place]


def _by_size(known: Sequence[Settlement]) -> dict[str, Any]:
    """Return a tree of ids: so few of them are compared with each value."""
    if not known:
        return {}
    if len(known) == 1:
        told = {"description": _settlement_in_words(known[0])}
        return {"if": {"const": known[0].id}, "then": told}
    middle = len(known) // 2
    return {
        "if": {"maximum": known[middle - 1].id},
        "then": _by_size(known[:middle]),
        "else": _by_size(known[middle:]),
    }


def _settlement_in_words(place: Settlement) -> str:
    where = name_in_words(place.subdivision or place.country)
    return f"{place.name}: {where}; {place.population:,} inhabitants."
