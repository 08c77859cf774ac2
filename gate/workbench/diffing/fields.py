"""Fields of rules and exemptions by dotted names, in the words of the files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from gate.documents.moments import moment
from gate.model import Exemption, Membership, Rule

LISTS: Final = {
    Rule: ("when.areas", "when.activities", "when.paths", "when.except_paths"),
    Exemption: (
        "relaxes",
        *("when.areas", "when.activities", "when.paths", "when.except_paths"),
    ),
}
"""Fields of which each item is looked at alone."""

SCALARS: Final = {
    Rule: (
        *("then", "certainty", "if_possible", "notice", "mode"),
        *("effective.since", "effective.until"),
    ),
    Exemption: ("to", "effective.since", "effective.until"),
}
"""Fields that have one value. All others (titles, reasons) decide nothing."""

_WRITTEN: Final = {"effective.since": "effective.from"}


def got(item: object, key: str) -> Any:  # noqa: ANN401 - whatever the field holds
    """Return the field of an item."""
    for name in key.split("."):
        item = getattr(item, name)
    return item


def put(item: Any, key: str, value: object) -> Any:  # noqa: ANN401 - as `item` is
    """Return an item with another value in a field."""
    name, _, rest = key.partition(".")
    new = put(getattr(item, name), rest, value) if rest else value
    return replace(item, **{name: new})


def written(key: str) -> str:
    """Return the name of a field as it stands in a file.

    >>> written("effective.since")
    'effective.from'
    """
    return _WRITTEN.get(key, key)


def told(key: str, value: object) -> str:
    """Return the value of a field as a person would write it.

    >>> told("effective.until", 1735689600), told("notice", None)
    ('2025-01-01 00:00 UTC', 'nothing')
    """
    if value is None:
        return "nothing"
    if key.startswith("effective.") and isinstance(value, int):
        return moment(value)
    if isinstance(value, Membership):
        return "certain" if value is Membership.YES else "possible"
    return str(value)


def content(item: Rule | Exemption) -> tuple[object, ...]:
    """Return everything of an item that decides, but for its name."""
    kind = type(item)
    lists = (_as_set(got(item, key)) for key in LISTS[kind])
    return (kind, *lists, *(got(item, key) for key in SCALARS[kind]))


def _as_set(value: object) -> object:
    return frozenset(value) if isinstance(value, tuple) else value
