"""JSON Schema (draft-07) of the files that people write, for their editors.

What a language server of YAML makes of a schema was tried, and decides its shape: a
value of a list shows what its own alternative of `anyOf` says, a single value shows the
meaning of its key and of each value that is allowed (`markdownEnumDescriptions`), and
what stands beside `$ref` is shown although draft-07 does not read it. A list of five
thousand alternatives takes it half a minute; branches by the first letters, a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.config.schema import Written
from gate.notices.schema import NoticesFile
from gate.rules.schema import AreasFile, RulesFile, TestsFile
from gate.workbench.schemas.draft import as_draft_7
from gate.workbench.schemas.meanings import explain_words
from gate.workbench.schemas.offers import offer
from gate.workbench.schemas.places import name_places

if TYPE_CHECKING:
    from pydantic import BaseModel

    from gate.workbench.schemas.vocabulary import Vocabulary

DRAFT = "http://json-schema.org/draft-07/schema#"

MODELS: dict[str, type[BaseModel]] = {
    "config": Written,
    "rules": RulesFile,
    "tests": TestsFile,
    "areas": AreasFile,
    "notices": NoticesFile,
}


def json_schema(what: str, own: Vocabulary | None = None) -> dict[str, Any]:
    """Return the schema of one kind of file.

    Args:
        what: "config", "rules", "tests", "areas" or "notices".
        own: The ids of a rule book, which an editor is to offer; None for any id.

    Returns:
        A schema of draft-07, the one that editors of YAML know.
    """
    model = MODELS[what]
    made = model.model_json_schema(ref_template="#/definitions/{model}")
    made["definitions"] = made.pop("$defs", {})
    schema: dict[str, Any] = as_draft_7(made)
    models = {**schema["definitions"], model.__name__: schema}
    name_places(schema, models, own)
    if own is not None:
        offer(models, own)
    explain_words(schema)
    return {"$schema": DRAFT, **schema}
