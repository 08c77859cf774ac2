"""The ids of a rule book with what they are called, however broken its files are.

A schema is written while the book is being worked on, so that it must not wait until
everything is sound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from gate.documents import load
from gate.rules.files import files_below
from gate.rules.names import RESERVED
from gate.workbench.starter import starter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(slots=True)
class Vocabulary:
    """Ids with what an editor shows beside them.

    Attributes:
        areas: Title by id.
        rules: Title by id.
        exemptions: Reason by id.
        promises: Reason by id; may be empty.
        notices: Heading by id, in the first language.
        regimes: Title by id.
        languages: Name by tag.
        settlements: GeoNames ids that the files name.
    """

    areas: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    exemptions: dict[str, str] = field(default_factory=dict)
    promises: dict[str, str] = field(default_factory=dict)
    notices: dict[str, str] = field(default_factory=dict)
    regimes: dict[str, str] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)
    settlements: set[int] = field(default_factory=set)

    @property
    def deciding(self) -> dict[str, str]:
        """What a test can name as having decided, but for unknown places."""
        nothing = {RESERVED: "Nothing decided: the reader passes."}
        return {**self.rules, **self.exemptions, **nothing}


def vocabulary(folder: Path) -> Vocabulary:
    """Gather the ids of all files below a folder that can be read.

    The settlements of the areas that ship with the gate are known as well.

    Raises:
        OSError: The folder cannot be read.
    """
    own = Vocabulary(settlements=set(_shipped_settlements()))
    for name, _ in sorted(files_below(folder)):
        if name.endswith(".yaml"):
            _take(own, load(folder / name).data)
    return own


@cache
def _shipped_settlements() -> frozenset[int]:
    own = Vocabulary()
    for path in (starter() / "rules" / "areas").glob("*.yaml"):
        _take(own, load(path).data)
    return frozenset(own.settlements)


def _take(own: Vocabulary, data: object) -> None:
    for ids, section, key in (
        (own.areas, "areas", "title"),
        (own.regimes, "regimes", "title"),
        (own.languages, "languages", "name"),
    ):
        for name, entry in _entries(data, section):
            ids[name] = _text(entry, key)
    for ids, section, key in (
        (own.rules, "rules", "title"),
        (own.exemptions, "exemptions", "because"),
        (own.promises, "promises", "because"),
    ):
        for entry in _list(data, section):
            ids[_text(entry, "id")] = _text(entry, key)
    for name, entry in _entries(data, "notices"):
        texts = [text for _, text in _entries(entry, "texts")]
        own.notices[name] = _text(texts[0], "heading") if texts else ""
    own.settlements |= {int(text) for text in _settlements(data) if text.isdecimal()}
    for ids in (own.rules, own.exemptions, own.promises):
        ids.pop("", None)


def _settlements(data: object) -> Iterator[str]:
    for _, area in _entries(data, "areas"):
        for version in _list(area, "versions"):
            for key in ("settlements", "outside"):
                yield from (i for i in _list(version, key) if isinstance(i, str))
    for test in _list(data, "tests"):
        visitor = test.get("visitor") if isinstance(test, dict) else None
        for place in (visitor, *_list(test, "visitors")):
            yield _text(place, "settlement")


def _entries(node: object, key: str) -> list[tuple[str, object]]:
    found: Any = node.get(key) if isinstance(node, dict) else None
    return list(found.items()) if isinstance(found, dict) else []


def _list(node: object, key: str) -> list[Any]:
    found: Any = node.get(key) if isinstance(node, dict) else None
    return found if isinstance(found, list) else []


def _text(node: object, key: str) -> str:
    found: Any = node.get(key) if isinstance(node, dict) else None
    return found if isinstance(found, str) else ""
