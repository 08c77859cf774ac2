"""Schemas of pydantic as draft-07 that editors read well."""

from __future__ import annotations

from typing import Any

_NOTHING = {"type": "null"}


def as_draft_7(node: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Return a part of a schema in the words of draft-07.

    Titles, which repeat the names of keys, are left out, and so is null: no file of
    the gate can say it. Keys of a closed vocabulary become properties, which editors
    offer and explain.
    """
    if isinstance(node, list):
        return [as_draft_7(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _inner(key, value) for key, value in node.items()}
    if "prefixItems" in made:
        made["items"] = made.pop("prefixItems")
        made["additionalItems"] = False
    if isinstance(made.get("title"), str):
        del made["title"]
    if made.get("default", 0) in (None, [], {}):
        del made["default"]
    return _without_null(_with_properties(made))


def _inner(key: str, value: Any) -> Any:  # noqa: ANN401 (any JSON)
    if key in {
        "properties",
        "patternProperties",
        "definitions",
    }:  # names, which may be words of a schema
        return {name: as_draft_7(inner) for name, inner in value.items()}
    return as_draft_7(value)


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    ways = node.get("anyOf", [])
    real = [way for way in ways if way != _NOTHING]
    if len(real) == len(ways) or len(real) != 1:
        return node
    del node["anyOf"]
    return {**real[0], **node}


def _with_properties(node: dict[str, Any]) -> dict[str, Any]:
    words = node.get("propertyNames", {}).get("enum")
    if "patternProperties" in node:
        node.pop("propertyNames", None)  # says again what the pattern says
    inner = node.get("additionalProperties")
    if not words or not isinstance(inner, dict):
        return node
    del node["propertyNames"]
    node["properties"] = {word: dict(inner) for word in words}
    node["additionalProperties"] = False
    return node
