"""New items as lines of YAML, laid out as the shipped book is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gate.workbench.texts.scalars import folded, on_one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH = 88  # characters of a line


class Quoted(str):
    """Text that stands in quotes, as moments and patterns do."""

    __slots__ = ()


class Short(dict[str, object]):
    """A mapping that stands on one line, in braces."""


def mapping_lines(items: Mapping[str, object]) -> list[str]:
    """Return a mapping as lines; keys without a value are left out."""
    return [
        line
        for key, value in items.items()
        if value or isinstance(value, Short)
        for line in _entry(key, value)
    ]


def item_lines(items: Mapping[str, object]) -> list[str]:
    """Return a mapping as an item of a list."""
    first, *others = mapping_lines(items)
    return [f"- {first}", *(f"  {line}" for line in others)]


def _item(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return item_lines(value)
    return [f"- {_on_one_line(value)}"]


def _entry(key: str, value: object) -> list[str]:
    if isinstance(value, list):
        rows = [line for item in value for line in _item(item)]
        return [f"{key}:", *(f"  {line}" for line in rows)]
    if isinstance(value, Mapping) and not isinstance(value, Short):
        return [f"{key}:", *(f"  {line}" for line in mapping_lines(value))]
    one = f"{key}: {_on_one_line(value)}"
    if len(one) + 6 <= _WIDTH or isinstance(value, Quoted):  # 6: as deep as it stands
        return [one]
    if isinstance(value, tuple):
        return [f"{key}:", *(f"  - {_on_one_line(item)}" for item in value)]
    if isinstance(value, str):
        return f"{key}: >-{folded(value, 2)}".split("\n")
    return [one]


def _on_one_line(value: object) -> str:
    if isinstance(value, Quoted):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        return f"[{', '.join(_in_flow(item) for item in value)}]"
    if isinstance(value, Short):
        told = (f"{key}: {_in_flow(inner)}" for key, inner in value.items())
        return f"{{{', '.join(told)}}}"
    return on_one_line(str(value), flow=False)


def _in_flow(value: object) -> str:
    if isinstance(value, Quoted | tuple | Short):
        return _on_one_line(value)
    return on_one_line(str(value), flow=True)


def quoted(items: Sequence[str]) -> tuple[Quoted, ...]:
    """Return texts that stand in quotes."""
    return tuple(Quoted(item) for item in items)
