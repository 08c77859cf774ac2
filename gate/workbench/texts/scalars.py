"""Texts written as YAML: plain where they can be, else in quotes or folded."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import yaml

from gate.documents.tree import LOADER

if TYPE_CHECKING:
    from gate.workbench.texts.units import Steps

_WIDTH = 88  # characters of a line
_LEAST = 20  # characters of a folded line, however deep it stands


def lines_of(texts: dict[Steps, str], indent: int) -> list[str]:
    """Write texts as lines of YAML, each key once."""
    found: list[str] = []
    begun = None
    for at, text in texts.items():
        if len(at) > 1 and at[0] != begun:
            found.append(f"{at[0]}:")
        begun = at[0]
        head = f"{at[0]}: " if len(at) == 1 else "  - "
        if len(at) > 1 and isinstance(at[1], str):
            head = f"  {at[1]}: "
        found.append(head + _value(text, len(head) + indent, head))
    pad = " " * indent
    return [pad + line for entry in found for line in entry.split("\n")]


def _value(text: str, column: int, head: str) -> str:
    one = on_one_line(text, flow=False)
    if column + len(one) <= _WIDTH or head.startswith(" "):
        return one
    return ">-" + folded(text, 2)


def on_one_line(text: str, *, flow: bool) -> str:
    """Write a text as a scalar of one line: plain if it can be, else in quotes."""
    around = f"[{text}]" if flow else f"k: {text}"
    try:
        held: Any = getattr(yaml.compose(around, Loader=LOADER), "value", ())
    except yaml.YAMLError:
        held = ()
    inner = held[0] if len(held) == 1 else None
    scalar = inner[1] if isinstance(inner, tuple) else inner
    is_same = isinstance(scalar, yaml.ScalarNode) and scalar.value == text
    if is_same and not getattr(scalar, "style", ""):
        return text
    return json.dumps(text, ensure_ascii=False)


def folded(text: str, indent: int) -> str:
    """Write the lines of a folded scalar, each after a line break."""
    pad = " " * indent
    lines = textwrap.wrap(
        text,
        max(_LEAST, _WIDTH - indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "".join(f"\n{pad}{line}" for line in lines)
