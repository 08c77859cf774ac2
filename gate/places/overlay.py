"""Lays over a table what no database decides: listed networks, special addresses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from ipaddress import ip_network
from typing import TYPE_CHECKING

from gate.places.index import Table
from gate.places.special import special_spans

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.places.classes import Classes

    Change = Callable[[int], int]

_LAST = {4: (1 << 32) - 1, 6: (1 << 128) - 1}


def overlaid(table: Table, version: int, classes: Classes) -> Table:
    """Return a table with listed networks and, above all, special addresses.

    Args:
        table: What the database says.
        version: 4 or 6.
        classes: Receives the new classes.
    """
    top = _LAST[version]
    for position, area_version in enumerate(classes.versions):
        for text in area_version.networks:
            network = ip_network(text)
            if network.version == version:
                first, last = int(network[0]), int(network[-1])
                change = _with_network(classes, position, text)
                table = _changed(table, first, last, top=top, change=change)
    for first, last, reason in special_spans(version):
        id_ = classes.unknown(reason)
        table = _changed(table, first, last, top=top, change=_always(id_))
    return _joined(table)


def _with_network(classes: Classes, position: int, text: str) -> Change:
    return lambda id_: classes.with_network(id_, position, text)


def _always(id_: int) -> Change:
    return lambda _: id_


def _changed(table: Table, first: int, last: int, *, top: int, change: Change) -> Table:
    """Replace the classes of the ranges from `first` to `last`, splitting at both."""
    starts, ids = table.starts, table.classes
    begin = bisect_left(starts, first)
    end = bisect_right(starts, last)
    inner_starts = starts[begin:end]
    inner = ids[begin:end]
    if not inner_starts or inner_starts[0] != first:
        inner_starts.insert(0, first)
        inner.insert(0, ids[begin - 1])
    rest_starts, rest = starts[end:], ids[end:]
    if last != top and (not rest_starts or rest_starts[0] != last + 1):
        rest_starts.insert(0, last + 1)
        rest.insert(0, inner[-1])
    return Table(
        starts=starts[:begin] + inner_starts + rest_starts,
        classes=ids[:begin] + [change(id_) for id_ in inner] + rest,
    )


def _joined(table: Table) -> Table:
    """Join neighbours of the same class."""
    starts: list[int] = []
    ids: list[int] = []
    for start, id_ in zip(table.starts, table.classes, strict=True):
        if not ids or ids[-1] != id_:
            starts.append(start)
            ids.append(id_)
    return Table(starts=starts, classes=ids)
