"""A document held against a schema: all problems at once, each with its place."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads annotations
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from gate.documents.scalars import quoted
from gate.documents.sentences import Sentence, sentence_for
from gate.documents.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic_core import ErrorDetails

    from gate.documents.reader import Document, Loc
    from gate.model import Diagnostic


class Strict(BaseModel):
    """A mapping in a file: unknown keys are errors, values stay as they are read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_by_alias=True, validate_by_name=False
    )
    # Key of a neighbouring kind of mapping -> the key here, and the hint that says so.
    elsewhere: ClassVar[Mapping[str, tuple[str, str]]] = {}


M = TypeVar("M", bound=BaseModel)


def validate(
    document: Document, model: type[M], *, code: str | None = None
) -> tuple[M | None, list[Diagnostic]]:
    """Hold a document against a schema.

    Args:
        document: What was read.
        model: The schema, a `Strict` model.
        code: Code for all findings; None for R003 and the scalars' own R codes.

    Returns:
        The model's instance (None if the document has any finding) and the
        findings of the schema, sorted. Those of the document are not repeated.
    """
    if document.root is None:
        return None, []
    try:
        instance = model.model_validate(document.data)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        return None, _findings(document, model, problems, code)
    return (None if document.findings else instance), []


def _findings(
    document: Document,
    model: type[BaseModel],
    problems: list[ErrorDetails],
    code: str | None,
) -> list[Diagnostic]:
    explained, merged = _explain_missing(problems, model)
    merged |= _seemingly_short(problems)
    found: dict[Any, Diagnostic] = {}
    for problem in problems:
        loc = problem["loc"]
        if loc in merged or _is_said(document, problem):
            continue
        finding = _finding(document, problem, explained.get(loc), code)
        # Each branch of a union complains of the same value; one is enough.
        found.setdefault((finding.mark, finding.message), finding)
    return sorted(found.values(), key=lambda finding: finding.sort_key)


def _finding(
    document: Document,
    problem: ErrorDetails,
    sentence: Sentence | None,
    code: str | None,
) -> Diagnostic:
    loc = problem["loc"]
    said = sentence or sentence_for(problem)
    missing = problem["type"] == "missing"
    at = _real(loc[:-1] if missing else loc)
    key = problem["type"] == "extra_forbidden" or loc[-1:] == ("[key]",)
    key |= missing and isinstance(at[-1] if at else None, str)
    return document.finding(
        code or said.code, said.message, at, hint=said.hint, key=key
    )


def _seemingly_short(problems: list[ErrorDetails]) -> set[Loc]:
    """Find lists that are too short only because their bad items were not counted."""
    inner = {p["loc"][:end] for p in problems for end in range(len(p["loc"]))}
    return {p["loc"] for p in problems if p["type"] == "too_short"} & inner


def _is_said(document: Document, problem: ErrorDetails) -> bool:
    """Say whether a finding of the document explains the problem already."""
    loc = _real(problem["loc"])
    torn = problem["type"] == "missing" and document.is_torn(loc[:-1])
    return torn or document.is_spoiled(loc)


def _real(loc: Loc) -> Loc:
    return tuple(step for step in loc if step != "[key]")


def _explain_missing(
    problems: list[ErrorDetails], model: type[BaseModel]
) -> tuple[dict[Loc, Sentence], set[Loc]]:
    """Say what each unknown key was meant to be, and which missing ones it is."""
    missing = {p["loc"] for p in problems if p["type"] == "missing"}
    explained, merged = {}, set()
    for problem in problems:
        if problem["type"] != "extra_forbidden":
            continue
        parent, word = problem["loc"][:-1], str(problem["loc"][-1])
        absent = {str(loc[-1]) for loc in missing if loc[:-1] == parent}
        meant, hint = _elsewhere(model, parent, word)
        if not meant:
            meant = nearest(word, absent) or nearest(word, _keys_at(model, parent))
            hint = f'Did you mean "{meant}"?' if meant else _known(model, parent)
        message = f"The key {quoted(word)} is not known here."
        explained[problem["loc"]] = Sentence(message, hint)
        merged |= {(*parent, meant)} & missing
    return explained, merged


def _known(model: type[BaseModel], loc: Loc) -> str:
    keys = sorted(_keys_at(model, loc))
    return f"Known are {', '.join(keys)}." if keys else ""


def _elsewhere(model: type[BaseModel], loc: Loc, word: str) -> tuple[str, str]:
    """Return the key that says here what `word` says elsewhere, and the hint."""
    models = [one for one in _models_at(model, loc) if issubclass(one, Strict)]
    return next((m.elsewhere[word] for m in models if word in m.elsewhere), ("", ""))


def _keys_at(model: type[BaseModel], loc: Loc) -> set[str]:
    """Return the keys that the schema knows at a place."""
    return {key for one in _models_at(model, loc) for key in _fields(one)}


def _models_at(model: type[BaseModel], loc: Loc) -> list[type[BaseModel]]:
    types: list[Any] = [model]
    for step in loc:
        types = [inner for outer in types for inner in _inside(outer, step)] or types
    return [one for found in types for one in _models(found)]


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    fields = model.model_fields.items()
    return {field.alias or name: field.annotation for name, field in fields}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401
    """Yield the models that an annotation allows, also within a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for inner in get_args(annotation):
        yield from _models(inner)


def _inside(annotation: Any, step: str | int) -> Iterable[Any]:  # noqa: ANN401
    """Yield the annotations of what lies under `step`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = _fields(annotation)
        return [fields[step]] if step in fields else []
    return [t for inner in get_args(annotation) for t in _deeper(inner, step)]


def _deeper(annotation: Any, step: str | int) -> Iterable[Any]:  # noqa: ANN401
    """Go through lists and dicts by their item, through unions by the same step."""
    found = list(_inside(annotation, step))
    return found or [annotation]
