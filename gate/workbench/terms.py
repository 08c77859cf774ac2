"""Every key and every word of the files of a rule book, with what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.workbench.schemas import json_schema
from gate.workbench.schemas.meanings import VOCABULARIES

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES = "rules", "tests", "areas", "notices", "config"


def terms() -> dict[str, str]:
    """Return each key and word with its meanings, those of rules first."""
    found: dict[str, dict[str, None]] = {}
    for word, meaning in (*_words(), *_keys()):
        found.setdefault(word, {})[meaning] = None
    return {word: " Or: ".join(meanings) for word, meanings in found.items()}


def _words() -> Iterator[tuple[str, str]]:
    for vocabulary in VOCABULARIES:
        yield from vocabulary.items()


def _keys() -> Iterator[tuple[str, str]]:
    for what in _FILES:
        schema = json_schema(what)
        for model in (schema, *schema["definitions"].values()):
            yield from _keys_of(model)


def _keys_of(model: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, about in model.get("properties", {}).items():
        if about.get("description"):
            yield key, about["description"]
