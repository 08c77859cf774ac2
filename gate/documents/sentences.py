"""What a schema refuses, said in a plain sentence that names the key and the value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gate.documents.letters import within_curly_quotes
from gate.documents.scalars import quoted
from gate.documents.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic_core import ErrorDetails


class Sentence(NamedTuple):
    """What is wrong, and what to do."""

    message: str
    hint: str = ""
    code: str = "R003"


# What pydantic calls an expectation -> how a person names it.
_SORTS = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a set of keys with values",
    "mapping_type": "a set of keys with values",
    "model_type": "a set of keys with values",
    "model_attributes_type": "a set of keys with values",
}
_LISTS = {"list_type", "tuple_type", "set_type", "frozen_set_type"}
_LIMITS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "needs at least {min_length} item(s)",
    "too_long": "has more than {max_length} items",
    "string_too_short": "needs at least {min_length} character(s)",
    "string_too_long": "is longer than {max_length} characters",
}
_CHOICE = re.compile(r"'([^']*)'")


def sentence_for(problem: ErrorDetails) -> Sentence:
    """Return the sentence for one problem that pydantic found.

    Args:
        problem: One of `ValidationError.errors()`; unknown keys are explained by
            `validate`, which knows the neighbours.
    """
    kind = problem["type"]
    if kind in _SPECIAL:
        return _SPECIAL[kind](problem)
    if kind in _SORTS:
        return _sort(problem)
    name = _name(problem)
    if kind in _LIMITS:
        limit = _LIMITS[kind].format_map(problem.get("ctx", {}))
        return Sentence(f"{name} {limit}.")
    return Sentence(f"{name} cannot be {quoted(problem['input'])}.")


def _refused(problem: ErrorDetails) -> Sentence:
    context = problem["ctx"]
    return Sentence(context["sentence"], context["hint"], context["code"])


def _missing(problem: ErrorDetails) -> Sentence:
    last = problem["loc"][-1]
    if isinstance(last, int):
        return Sentence(f"{_name(problem)} is missing.")
    return Sentence(f"The key {quoted(last)} is missing.")


def _value(problem: ErrorDetails) -> Sentence:
    return Sentence(str(problem["ctx"]["error"]))


def _choice(problem: ErrorDetails) -> Sentence:
    value, choices = problem["input"], _CHOICE.findall(problem["ctx"]["expected"])
    if not isinstance(value, str):
        sort = "a list" if isinstance(value, list) else "keys within braces"
        return Sentence(f"One word is needed here, not {sort}.")
    meant = nearest(value, choices)
    if within_curly_quotes(value):
        hint = 'Use straight quotes: "…".'
        return Sentence(f"{quoted(value)} is not one of {', '.join(choices)}.", hint)
    hint = f'Did you mean "{meant}"?' if meant else ""
    return Sentence(f"{quoted(value)} is not one of {', '.join(choices)}.", hint)


def _sort(problem: ErrorDetails) -> Sentence:
    kind, value = problem["type"], problem["input"]
    message = f"{_name(problem)} must be {_SORTS[kind]}, not {_sort_of(value)}."
    if kind in _LISTS and isinstance(value, str):
        shown = value[:40] if re.fullmatch(r"[\w-]+", value) else quoted(value[:40])
        return Sentence(message, f"Write [{shown}].")
    return Sentence(message)


def _sort_of(value: object) -> str:
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    return "a list" if isinstance(value, list) else "a set of keys"


def _name(problem: ErrorDetails) -> str:
    """Name what a problem is about: the innermost key, and the item in its list."""
    loc = problem["loc"]
    keys = [step for step in loc if isinstance(step, str)]
    name = quoted(keys[-1]) if keys else "The file"
    if loc and isinstance(loc[-1], int):
        return f"Item {loc[-1] + 1} of {name}"
    return name


_SPECIAL: dict[str, Callable[[ErrorDetails], Sentence]] = {
    "gate": _refused,
    "missing": _missing,
    "value_error": _value,
    "literal_error": _choice,
    "enum": _choice,
}
