"""Where a schema offers the ids of a book, and takes no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.workbench.schemas.vocabulary import Vocabulary

_Models = dict[str, dict[str, Any]]
MOST = 200  # alternatives; a language server tries each of them for each value


def offer(models: _Models, own: Vocabulary) -> None:
    """Let every place that names an id take only ids of the book.

    Args:
        models: Schemas by the name of their model; changed.
        own: The ids.
    """
    unknown = {f"unknown:{reason}": "A place that is not known." for reason in Unknown}
    lists: tuple[tuple[str, str, Mapping[str, str]], ...] = (
        ("WhenText", "areas", own.areas),
        ("ScopeText", "areas", own.areas),
        ("ScopeText", "outside_areas", own.areas),
        ("ExemptionText", "relaxes", own.rules),
        ("BookTestText", "by", {**own.deciding, **unknown}),
        ("BookTestText", "notices", own.notices),
        ("BookTestText", "shadow_by", own.rules),
    )
    single: tuple[tuple[str, str, Mapping[str, str]], ...] = (
        ("RuleText", "notice", own.notices),
        ("UnknownText", "notice", own.notices),
        ("NoticeEntry", "regime", own.regimes),
    )
    for model, key, ids in lists:
        for items in _items(models, model, key) if ids else ():
            _alternatives(items, ids)
    for model, key, ids in single:
        node = _property(models, model, key)
        if node is not None and ids:
            _enumerate(node, ids)
    _offer_keys(models, own)


def _offer_keys(models: _Models, own: Vocabulary) -> None:
    closed = ("ExitUrl", "areas", own.areas), ("Rules", "pinned", own.promises)
    open_ = (
        ("NoticeEntry", "area_languages", own.areas),
        ("NoticeEntry", "texts", own.languages),
        ("NoticesFile", "page", own.languages),
    )
    for model, key, ids in (*closed, *open_):
        node = _property(models, model, key)
        if node is None or not ids:
            continue
        inner = _entry(node)
        node["properties"] = {
            name: {**inner, "description": about} if about else dict(inner)
            for name, about in sorted(ids.items())
        }
        if (model, key, ids) in closed:
            node["additionalProperties"] = False
            node.pop("patternProperties", None)


def _entry(node: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what stands below any key of a mapping."""
    found = [*node.get("patternProperties", {}).values()]
    entry: dict[str, Any] = found[0] if found else node["additionalProperties"]
    return entry


def _property(models: _Models, model: str, key: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = models.get(model, {}).get("properties", {}).get(key)
    return found


def _items(models: _Models, model: str, key: str) -> list[dict[str, Any]]:
    """Return the schemas of the items of a list, or of one list for each activity."""
    node = _property(models, model, key)
    if node is None:
        return []
    lists = [node] if "items" in node else node["properties"].values()
    return [one["items"] for one in lists]


def _alternatives(node: dict[str, Any], ids: Mapping[str, str]) -> None:
    """Let a value of a list be one of `ids`, each with what it is."""
    if len(ids) > MOST:
        _enumerate(node, ids)
        return
    node.clear()
    node["anyOf"] = [
        {"const": name, "description": about} if about else {"const": name}
        for name, about in sorted(ids.items())
    ]


def _enumerate(node: dict[str, Any], ids: Mapping[str, str]) -> None:
    told = [about for _, about in sorted(ids.items())]
    node.pop("pattern", None)
    node["enum"] = sorted(ids)
    node["enumDescriptions"] = node["markdownEnumDescriptions"] = told
