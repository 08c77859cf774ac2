"""Where each segment lies in the tree, from whichever evidence is left."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from gate.audit.hashing import leaf_hash
from gate.errors.sealing import TileDamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.audit.header import Header
    from gate.audit.verifying.site import Note, Site


class Span(NamedTuple):
    """The leaves of a segment.

    Attributes:
        number: Of the segment.
        start: Place of its header in the tree; None if nothing tells it.
        end: Size of the tree with it; None if nothing tells it.
        header: None if it is not there, or not in its exact form.
        note: Its checkpoint, if it is there and signed as it must be.
    """

    number: int
    start: int | None
    end: int | None
    header: Header | None
    note: Note | None


def spans(site: Site, signed: set[int], size: int) -> Iterator[Span]:
    """Yield the segments of a tree of `size` leaves.

    Args:
        site: The site.
        signed: Segments whose checkpoint is signed as it must be.
        size: Of the tree.
    """
    start: int | None = 0
    newest = max({*site.headers, *site.archived}, default=-1)
    for number in count():
        if number > min(newest, len(site.files.paths)) or start == size:
            return
        header = site.headers.get(number)
        note = site.archived.get(number) if number in signed else None
        if start is None and header is not None:
            start = header.first
        end = _end(site, number, start, note)
        if end is not None and not (start or 0) < end <= size:
            end = None
        yield Span(number, start, end, header, note)
        start = end


def _end(site: Site, number: int, start: int | None, note: Note | None) -> int | None:
    header, after = site.headers.get(number), site.headers.get(number + 1)
    if header and header.first == start and (not note or _is_leaf(site, header)):
        return header.end
    if note:
        return note.claim.size
    if after:
        return after.first
    return site.archived[number].claim.size if number in site.archived else None


def _is_leaf(site: Site, header: Header) -> bool:
    """Say whether a header is the leaf at the place that it names."""
    size = site.newest.claim.size if site.newest else header.end
    if header.end > size:
        return False
    try:
        return site.tiles.leaf(header.first, size) == leaf_hash(header.line())
    except TileDamagedError:
        return False
