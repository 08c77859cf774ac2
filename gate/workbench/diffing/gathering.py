"""Boxes of numbers to groups that people can read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gate.decision import globs_of
from gate.model import Activity, Mark
from gate.patterns import Patterns
from gate.workbench.diffing.areas import memberships_in
from gate.workbench.diffing.directions import Direction, direction
from gate.workbench.diffing.groups import Cause, Group, PlaceSet
from gate.workbench.diffing.lines import MOST_ADDRESSES, Tracing
from gate.workbench.diffing.pathsets import path_sets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.model import Membership, Shown, Unknown
    from gate.workbench.diffing.boxes import Box
    from gate.workbench.diffing.causes import Blame
    from gate.workbench.diffing.items import Part
    from gate.workbench.diffing.lines import Line, Look, Versions
    from gate.workbench.diffing.refinement import Refinement
    from gate.workbench.diffing.sides import Side
    from gate.workbench.diffing.twins import Twins

_ACTIVITIES = tuple(Activity)
_ORDER = tuple(Direction)


class _PlaceKey(NamedTuple):
    label: str
    unknown: Unknown | None
    old: tuple[tuple[str, Membership], ...]
    new: tuple[tuple[str, Membership], ...]
    edge: str | None


class Gathering:
    """Makes groups.

    Args:
        old: The old side.
        new: The new side.
        twins: All places.
        refinement: The cells.
        parts: What differs between the books.
        look: As in `compare`.
    """

    def __init__(
        self,
        old: Side,
        new: Side,
        twins: Twins,
        refinement: Refinement,
        parts: Sequence[Part],
        look: Look | None,
    ) -> None:
        self._new, self._twins = new, twins
        self._refinement, self._parts = refinement, parts
        self._tracing = Tracing(old, new, look)
        whens = [when for lens in refinement.lenses for when, _ in lens.whens]
        self._patterns = Patterns(globs_of(whens))

    def groups(
        self, drafts: Iterable[Group], now: int, start: int | None
    ) -> tuple[Group, ...]:
        """Sort groups and number them.

        Args:
            drafts: The groups.
            now: What ended before is past, Unix seconds.
            start: What ended before was left out; a span that began before is told
                from here on.
        """
        told = [_told_of_time(group, now, start) for group in drafts]
        told.sort(key=_rank)
        return tuple(
            replace(group, number=number) for number, group in enumerate(told, 1)
        )

    def draft(self, was: Shown, becomes: Shown, blame: Blame, box: Box) -> Group:
        """Return a group without its number."""
        refinement = self._refinement
        ids = [id_ for kind in box.kinds for id_ in refinement.kinds[kind].ids]
        atoms = [a for number in box.paths for a in refinement.paths[number]]
        first, last = refinement.segments[box.first], refinement.segments[box.last]
        causes = tuple(self._causes(blame, ids, first.instant))
        return Group(
            number=0,
            direction=direction(was, becomes),
            was=was,
            becomes=becomes,
            activities=tuple(_ACTIVITIES[n] for n in sorted(box.activities)),
            since=first.since,
            until=last.until,
            paths=path_sets(atoms, refinement.atoms),
            places=tuple(self._places(ids, first.instant)),
            pairs=frozenset(ids),
            causes=causes,
            exempted=blame.exempted,
            approved_by=tuple(self._approved(causes)) if blame.exempted else (),
            unapproved=blame.unapproved,
            atoms=frozenset(atom.matched for atom in atoms),
            patterns=self._patterns,
        )

    def _places(self, ids: Iterable[int], now: int) -> Iterator[PlaceSet]:
        found: dict[_PlaceKey, list[int]] = {}
        for id_ in ids:
            found.setdefault(self._place(id_, now), []).append(id_)
        told = [self._place_set(key, own) for key, own in found.items()]
        yield from sorted(
            told, key=lambda p: (bool(p.unknown), -p.ipv4, -p.ipv6_48, p.label)
        )

    def _place(self, id_: int, now: int) -> _PlaceKey:
        pair = self._twins.pairs[id_]
        levels = []
        for lens in self._refinement.lenses:
            known = pair[lens.side].unknown is None
            found = memberships_in(lens.plan, pair, now) if known else {}
            levels.append(tuple((area, m) for area, m in sorted(found.items()) if m))
        same = pair.old.label == pair.new.label
        label = pair.new.label if same else f"{pair.old.label} → {pair.new.label}"
        said = self._twins.said(id_)
        return _PlaceKey(label, pair.new.unknown, levels[0], levels[1], said)

    def _place_set(self, key: _PlaceKey, ids: Sequence[int]) -> PlaceSet:
        amount = self._twins.amount(ids)
        return PlaceSet(
            label=key.label,
            unknown=key.unknown,
            old=dict(key.old),
            new=dict(key.new),
            networks=sum(1 for _ in self._twins.networks(ids)),
            ipv4=amount.ipv4,
            ipv6_48=amount.ipv6_48,
            example=self._twins.example(ids),
            edge=key.edge,
        )

    def _causes(self, blame: Blame, ids: Sequence[int], now: int) -> Iterator[Cause]:
        found: dict[Cause, None] = {}
        for number in blame.parts:
            part = self._parts[number]
            lines = self._traced(part, ids, now)
            found |= dict.fromkeys(lines or [_cause(part)])
        yield from found

    def _traced(self, part: Part, ids: Sequence[int], now: int) -> list[Cause]:
        """Return the lines of an area version; none if it cannot be told."""
        if part.kind != "area" or part.old is None or part.new is None:
            return []
        versions = self._versions(part, now)
        if versions is None:
            return []
        lines: dict[Line, None] = {}
        # What an edge says follows from no line that names an address.
        placed = [id_ for id_ in ids if self._twins.said(id_) is None]
        for number, id_ in enumerate(self._by_size(placed)):
            pair = self._twins.pairs[id_]
            address = self._twins.example([id_]) if number < MOST_ADDRESSES else ""
            found = self._tracing.lines(versions, pair, address)
            if found is None:
                return []
            lines |= dict.fromkeys(found)
        return list(self._tracing.causes(versions, tuple(lines)))

    def _versions(self, part: Part, now: int) -> Versions | None:
        area = self._new.book.areas.get(part.id)
        version = area.version_at(now) if area else None
        if version is None or version.mark != part.new:
            return None
        return self._tracing.versions(part.id, version.since)

    def _by_size(self, ids: Iterable[int]) -> list[int]:
        return sorted(ids, key=lambda id_: (-self._twins.amount([id_]).ipv4, id_))

    def _approved(self, causes: Iterable[Cause]) -> Iterator[str]:
        named = {cause.id for cause in causes if cause.kind == "exemption"}
        people = {
            item.approved_by for item in self._new.book.exemptions if item.id in named
        }
        yield from sorted(people)


def _cause(part: Part) -> Cause:
    mark = part.new if part.new is not None else part.old
    return Cause(
        kind=part.kind,
        id=part.id,
        key=part.key,
        what=part.what,
        side="old" if part.new is None else "new",
        mark=mark or Mark(file=""),
    )


def _told_of_time(group: Group, now: int, start: int | None) -> Group:
    since = group.since
    if start is not None and (since is None or since < start):
        since = start
    is_past = group.until is not None and group.until <= now
    return replace(group, since=since, is_past=is_past)


def _rank(group: Group) -> tuple[object, ...]:
    return (
        group.is_past,
        _ORDER.index(group.direction),
        group.exempted,
        -group.ipv4,
        group.since or 0,
        group.becomes.action,
        group.activities,
        [str(one) for one in group.paths],
        sorted(group.pairs),
    )
