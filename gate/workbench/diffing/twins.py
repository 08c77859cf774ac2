"""Places as two indexes see them: every pair of classes, with its addresses.

Plain integers, for both versions: IPv6 does not fit into numpy's numbers, and there are
some ten thousand ranges only.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.model import Amount, Unknown
from gate.places.edges import label_for
from gate.workbench.addresses import amounts_in
from gate.workbench.export.networks import address_text, networks
from gate.workbench.export.table import BITS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from gate.model import LocationClass
    from gate.places.edges import Label
    from gate.places.index import Index
    from gate.workbench.export.table import Span

_MAPPED: Final = 0xFFFF  # ::ffff:0:0/96


class Pair(NamedTuple):
    """A place: what the old index says of it, and what the new one says."""

    old: LocationClass
    new: LocationClass


class Twins:
    """Every pair of classes that a reader can have.

    Those that some address has come first, then every reason of its own, then those
    that hold if an edge says something of a reader; these last have no addresses.

    Args:
        old: Index of the old side.
        new: Index of the new side; it may be the same one.

    Attributes:
        pairs: The pairs; the id of a pair is its position.
        old: Index of the old side.
        new: Index of the new side.
    """

    def __init__(self, old: Index, new: Index) -> None:
        self.old, self.new = old, new
        ids: dict[tuple[int, int], int] = {}
        self._starts: dict[int, list[int]] = {}
        self._ids: dict[int, list[int]] = {}
        for version in BITS:
            self._lay(version, ids)
        self._reasons = {
            reason: ids.setdefault((old.unknown(reason), new.unknown(reason)), len(ids))
            for reason in Unknown
        }
        self._said: dict[int, str] = {}
        self._hear(ids)
        self.pairs = tuple(Pair(old.classes[a], new.classes[b]) for a, b in ids)

    def find(self, version: int, number: int) -> int:
        """Return the id of the pair of an address.

        Args:
            version: 4 or 6. An IPv4-mapped IPv6 number means the IPv4 address in it.
            number: The address as an integer.
        """
        if version != 4 and number >> 32 == _MAPPED:  # noqa: PLR2004 - of an address
            return self.find(4, number & 0xFFFFFFFF)
        return self._ids[version][bisect_right(self._starts[version], number) - 1]

    def unknown(self, reason: Unknown) -> int:
        """Return the id of the pair of a reason that both sides know."""
        return self._reasons[reason]

    def said(self, id_: int) -> str | None:
        """Return the label that an edge gives readers of a pair; "" for elsewhere.

        None if it is a pair of addresses or of a reason, whatever an edge says.
        """
        return self._said.get(id_)

    def ranges(self, version: int) -> tuple[list[int], list[int]]:
        """Return the first address and the pair of each range, ascending."""
        return self._starts[version], self._ids[version]

    def spans(self, version: int, ids: Collection[int]) -> Iterator[Span]:
        """Yield first and last address of what some pairs have, ascending, joined."""
        held = self._held[version]
        begin = end = -1
        for first, last in sorted(chain.from_iterable(held.get(i, ()) for i in ids)):
            if first != end + 1 or begin < 0:
                if begin >= 0:
                    yield begin, end
                begin = first
            end = last
        if begin >= 0:
            yield begin, end

    def networks(self, ids: Collection[int]) -> Iterator[str]:
        """Yield the fewest networks that hold exactly the addresses of some pairs."""
        for version in BITS:
            for address, length in networks(version, self.spans(version, ids)):
                yield f"{address}/{length}"

    def example(self, ids: Collection[int]) -> str:
        """Return the first address that some pairs have; "" if they have none."""
        for version in BITS:
            held = self._held[version]
            firsts = [held[id_][0][0] for id_ in ids if id_ in held]
            if firsts:
                return address_text(version, min(firsts))
        return ""

    def amount(self, ids: Collection[int]) -> Amount:
        """Return how many addresses some pairs have that readers may have.

        Special networks, such as private ones, are left out; `networks` and `spans`
        hold them, as they lie in the ranges.
        """
        return Amount.total(self._amounts[id_] for id_ in ids)

    @cached_property
    def _amounts(self) -> tuple[Amount, ...]:
        """How many addresses each pair has, without special networks."""
        return amounts_in(
            lambda version: zip(*self.ranges(version), strict=True), len(self.pairs)
        )

    @cached_property
    def _held(self) -> dict[int, dict[int, list[Span]]]:
        """What each pair has, by the version of addresses."""
        found: dict[int, dict[int, list[Span]]] = {version: {} for version in BITS}
        for version, held in found.items():
            starts, ids = self.ranges(version)
            ends = [*starts, 1 << BITS[version]]
            for (first, end), id_ in zip(pairwise(ends), ids, strict=True):
                held.setdefault(id_, []).append((first, end - 1))
        return found

    def _hear(self, ids: dict[tuple[int, int], int]) -> None:
        """Add what becomes of each pair so far if an edge gives a reader a label."""
        known = tuple(ids)
        sides = self.old.labels, self.new.labels
        for said in sorted({*sides[0], *sides[1]}):
            old, new = (label_for(labels, said) for labels in sides)
            heard = [(_held(old, a), _held(new, b)) for a, b in known]
            if old is not None and new is not None:
                heard.append((old.alone, new.alone))
            for pair in heard:
                if pair not in ids:
                    self._said[ids.setdefault(pair, len(ids))] = said

    def _lay(self, version: int, ids: dict[tuple[int, int], int]) -> None:
        """Lay the ranges of both sides over each other."""
        old, new = list(self.old.ranges(version)), list(self.new.ranges(version))
        starts: list[int] = []
        found: list[int] = []
        at = other = 0
        for start in sorted({first for first, _ in (*old, *new)}):
            at += at + 1 < len(old) and old[at + 1][0] == start
            other += other + 1 < len(new) and new[other + 1][0] == start
            id_ = ids.setdefault((old[at][1], new[other][1]), len(ids))
            if not found or found[-1] != id_:
                starts.append(start)
                found.append(id_)
        self._starts[version], self._ids[version] = starts, found


def _held(label: Label | None, class_id: int) -> int:
    """Return the class that holds if an edge says a label, as when serving."""
    return class_id if label is None else label.instead.get(class_id, class_id)
