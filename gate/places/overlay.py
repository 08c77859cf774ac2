"""Lays over a table what no database decides: listed networks, special addresses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from ipaddress import ip_network
from typing import TYPE_CHECKING

from gate.model import Unknown
from gate.places.anonymous import LAST
from gate.places.index import Table
from gate.places.special import special_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gate.places.classes import Classes

    Change = Callable[[int], int]
    Span = tuple[int, int]


def overlaid(
    table: Table, version: int, classes: Classes, *, hidden: Iterable[Span] = ()
) -> Table:
    """Return a table with anonymous and listed networks and special addresses.

    A listed network is stronger than an anonymous one, because somebody has written
    down that it lies in the area; special addresses are stronger than all.

    Args:
        table: What the database says.
        version: 4 or 6.
        classes: Receives the new classes.
        hidden: First and last address of networks whose visitors are hidden.
    """
    top = LAST[version]
    id_ = classes.unknown(Unknown.ANONYMOUS_NETWORK)
    table = _covered(table, _merged(hidden), id_, top=top)
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


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Sort spans and join those that touch or overlap."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def _covered(table: Table, spans: Sequence[Span], id_: int, *, top: int) -> Table:
    """Give spans (ascending, apart) one class, in one pass over the table."""
    starts: list[int] = []
    ids: list[int] = []
    at = 0
    for first, last in spans:
        begin = bisect_left(table.starts, first, at)
        behind = bisect_right(table.starts, last, begin)
        starts += table.starts[at:begin]
        ids += table.classes[at:begin]
        starts.append(first)
        ids.append(id_)
        if last != top and table.starts[behind : behind + 1] != [last + 1]:
            # What a span cuts goes on behind it.
            starts.append(last + 1)
            ids.append(table.classes[behind - 1])
        at = behind
    starts += table.starts[at:]
    ids += table.classes[at:]
    return Table(starts=starts, classes=ids)


def _joined(table: Table) -> Table:
    """Join neighbours of the same class."""
    starts: list[int] = []
    ids: list[int] = []
    for start, id_ in zip(table.starts, table.classes, strict=True):
        if not ids or ids[-1] != id_:
            starts.append(start)
            ids.append(id_)
    return Table(starts=starts, classes=ids)
