"""JSON Schema (draft-07) of the files that people write, for their editors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.config.schema import Written
from gate.notices.schema import NoticesFile
from gate.rules.schema import AreasFile, RulesFile

if TYPE_CHECKING:
    from pydantic import BaseModel

    from gate.model import RuleBook

DRAFT = "http://json-schema.org/draft-07/schema#"

MODELS: dict[str, type[BaseModel]] = {
    "config": Written,
    "rules": RulesFile,
    "areas": AreasFile,
    "notices": NoticesFile,
}


def json_schema(what: str, book: RuleBook | None = None) -> dict[str, Any]:
    """Return the schema of one kind of file.

    Args:
        what: "config", "rules", "areas" or "notices".
        book: A rule book whose own ids an editor is to offer; None for any id.

    Returns:
        A schema of draft-07, the one that editors of YAML know.
    """
    made = MODELS[what].model_json_schema(ref_template="#/definitions/{model}")
    made["definitions"] = made.pop("$defs", {})
    if book is not None and what == "rules":
        _offer_ids(made["definitions"], book)
    schema: dict[str, Any] = _as_draft_7(made)
    return {"$schema": DRAFT, **schema}


def _as_draft_7(node: Any) -> Any:  # noqa: ANN401 (any JSON)
    if isinstance(node, list):
        return [_as_draft_7(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _as_draft_7(value) for key, value in node.items()}
    if "prefixItems" in made:
        made["items"] = made.pop("prefixItems")
        made["additionalItems"] = False
    if "$ref" in made and len(made) > 1:
        # Draft-07 reads nothing that stands beside $ref.
        made["allOf"] = [{"$ref": made.pop("$ref")}]
    return made


def _offer_ids(definitions: dict[str, Any], book: RuleBook) -> None:
    areas = sorted(book.areas)
    notices = {rule.notice for rule in book.rules if rule.notice}
    offers = {
        ("WhenText", "areas"): areas,
        ("ScopeText", "areas"): areas,
        ("ScopeText", "outside_areas"): areas,
        ("ExemptionText", "relaxes"): sorted(rule.id for rule in book.rules),
        ("RuleText", "notice"): sorted({*notices, book.unknown.notice}),
    }
    for (model, key), ids in offers.items():
        for text in _texts(definitions[model]["properties"][key]):
            text["enum"] = ids


def _texts(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schemas of text in a property: it, its items, its alternatives."""
    if node.get("type") == "string":
        return [node]
    inner = [*node.get("anyOf", ()), *([node["items"]] if "items" in node else ())]
    return [text for schema in inner for text in _texts(schema)]
