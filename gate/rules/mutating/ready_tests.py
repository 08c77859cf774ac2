"""Tests that are written for the editor: ready to be pasted, and read back alike."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gate.documents.moments import stamp
from gate.model import BookTest, Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from gate.model import Place
    from gate.rules.mutating.contrast import Difference

_PLAIN = re.compile(r"[A-Za-z0-9/_.][A-Za-z0-9/_. -]*(?<! )", re.ASCII)
_PLACE = (
    "country",
    "subdivision",
    "subdivision_name",
    "settlement",
    "settlement_name",
    "point",
    "accuracy_km",
    "registered",
    "network",
    "unknown",
)


def ready_test(difference: Difference) -> BookTest | None:
    """Return a test that passes for the book and fails for its mutant.

    It says no more than it must: what is decided and by what, and notices and shadow
    rules only where nothing else differs.

    Returns:
        The test; None if nobody knows how to write the place down.
    """
    place = difference.point.place
    if place is None:
        return None
    activity, was, becomes = difference.activity, difference.was, difference.becomes
    seen = (was.action, was.by) != (becomes.action, becomes.by)
    notices = not seen and was.notices != becomes.notices
    shadow = not seen and not notices and was.shadow != becomes.shadow
    counted = not seen and not notices and not shadow
    return BookTest(
        name=f"{difference.point.label}; {activity} {difference.path}",
        now=difference.now,
        visitor=place,
        path=difference.path,
        expect={activity: was.action},
        by={activity: was.by},
        notices={activity: was.notices} if notices else {},
        shadow={activity: was.shadow} if shadow else {},
        shadow_by={activity: was.shadow_rules} if counted else {},
        mark=Mark(file=""),
    )


def name_of(wanted: str, taken: Collection[str]) -> str:
    """Return a name for a test that no other one has."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted} ({number})", number + 1
    return name


def as_yaml(test: BookTest, *, offset: int = 0) -> str:
    """Return a test as it is pasted below `tests:`.

    Args:
        test: The test.
        offset: Offset from UTC in which its moment is written, in seconds.
    """
    lines = [
        f"  - name: {_scalar(test.name)}",
        f'    now: "{stamp(test.now, offset)}"',
        f"    visitor: {_flow(dict(_said(test.visitor)))}",
        f"    path: {_scalar(test.path)}",
        f"    expect: {_flow(test.expect)}",
    ]
    for key in ("by", "notices", "shadow", "shadow_by"):
        said = getattr(test, key)
        if said:
            lines.append(f"    {key}: {_flow(said)}")
    return "\n".join(lines) + "\n"


def _said(place: Place) -> Iterator[tuple[str, object]]:
    for key in _PLACE:
        value = getattr(place, key)
        if value is not None:
            yield key, value


def _flow(said: Mapping[Any, object]) -> str:
    return "{" + ", ".join(f"{key}: {_value(v)}" for key, v in said.items()) + "}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")  # a book has no 1e-05
    return _scalar(str(value))


def _scalar(text: str) -> str:
    """Write a text so that it is read back alike; marks of YAML are put in quotes."""
    if _PLAIN.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)
