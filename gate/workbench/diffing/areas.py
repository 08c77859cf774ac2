"""Areas on both sides: which version holds when, and which versions differ.

Both indexes know the membership of every address in all versions of their own side. So
a book with some versions of the old side and some of the new one needs no index of its
own: of each version it is known which side knows it, and at which position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.documents.moments import moment
from gate.model import Membership
from gate.workbench.diffing.items import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gate.model import Area, AreaVersion, LocationClass, Mark, RuleBook
    from gate.rules.marking import Lines
    from gate.workbench.diffing.items import Edit
    from gate.workbench.diffing.sides import Side


class Version(NamedTuple):
    """A version of an area in force from a moment on.

    Attributes:
        since: Unix seconds.
        side: Which side knows it: 0 the old one, 1 the new one.
        number: Its position in the memberships of that side's classes.
    """

    since: int
    side: int
    number: int


Plan = dict[str, tuple[Version, ...]]
"""Versions of each area, ascending."""


def plan_of(book: RuleBook, side: int) -> Plan:
    """Return the plan of one side."""
    found: Plan = dict.fromkeys(book.areas, ())
    for number, (area, version) in enumerate(book.area_versions):
        found[area] = (*found[area], Version(version.since, side, number))
    return found


def memberships_in(
    plan: Plan, places: tuple[LocationClass, LocationClass], now: int
) -> dict[str, Membership]:
    """Return the membership in every area at a moment.

    Args:
        plan: Which versions hold when.
        places: The place, as each side knows it.
        now: Unix seconds.
    """
    found = {}
    for area, versions in plan.items():
        begun = [version for version in versions if version.since <= now]
        found[area] = (
            places[begun[-1].side].memberships[begun[-1].number]
            if begun
            else Membership.NO
        )
    return found


def facts_of(version: AreaVersion) -> dict[str, object]:
    """Return everything of a version that decides who belongs, by key of the file."""
    lists = ("within", "whole", "partly", "settlements", "outside", "registered_in")
    found: dict[str, object] = {key: set(getattr(version, key)) for key in lists}
    found["networks"] = set(version.networks)
    found["shapes"] = {(shape.name, shape.geojson) for shape in version.shapes}
    found["weigh"] = version.weigh
    return found


def area_parts(old: Side, new: Side) -> Iterator[Part]:
    """Yield every version of an area that differs."""
    lines = old.lines, new.lines
    plans = plan_of(old.book, 0), plan_of(new.book, 1)
    for area in sorted({*old.book.areas, *new.book.areas}):
        before, after = old.book.areas.get(area), new.book.areas.get(area)
        if before is None or after is None:
            yield _whole(area, before, after, plans[1].get(area))
        else:
            yield from _Differing(before, after, plans[1][area], lines).parts()


def _whole(
    area: str,
    before: Area | None,
    after: Area | None,
    versions: tuple[Version, ...] | None,
) -> Part:
    def edit(_: object) -> object:
        return versions

    return Part(
        kind="area",
        id=area,
        key="",
        what="added" if after else "removed",
        old=before.mark if before else None,
        new=after.mark if after else None,
        edit=edit,
    )


class _Differing:
    """An area that both books have."""

    def __init__(
        self,
        before: Area,
        after: Area,
        plan: tuple[Version, ...],
        lines: tuple[Lines, Lines],
    ) -> None:
        self._areas = before, after
        self._before = {v.since: (n, v) for n, v in enumerate(before.versions)}
        self._after = {v.since: (n, v) for n, v in enumerate(after.versions)}
        self._plan, self._lines = plan, lines

    def parts(self) -> Iterator[Part]:
        moved = dict(self._moved())
        for since in sorted({*self._before, *self._after}):
            if since in moved or since in moved.values():
                continue
            old, new = self._before.get(since), self._after.get(since)
            if old is None or new is None or facts_of(old[1]) != facts_of(new[1]):
                yield self._part(since, old, new)
        for old_since, new_since in moved.items():
            what = f"since {moment(new_since)} instead of {moment(old_since)}"
            yield self._made(
                what,
                self._mark(0, self._before[old_since]),
                self._mark(1, self._after[new_since]),
                _swapped(old_since, self._version(new_since)),
            )

    def _moved(self) -> Iterator[tuple[int, int]]:
        """Pair versions that say the same from another moment on."""
        rest = [since for since in self._after if since not in self._before]
        for since, (_, version) in self._before.items():
            if since in self._after:
                continue
            for other in rest:
                if facts_of(self._after[other][1]) == facts_of(version):
                    rest.remove(other)
                    yield since, other
                    break

    def _part(
        self,
        since: int,
        old: tuple[int, AreaVersion] | None,
        new: tuple[int, AreaVersion] | None,
    ) -> Part:
        words = {(True, False): "removed", (False, True): "added"}
        become = words.get((old is not None, new is not None), "changed")
        return self._made(
            f"version since {moment(since)} {become}",
            self._mark(0, old),
            self._mark(1, new),
            _swapped(since, self._version(since) if new else None),
        )

    def _made(self, what: str, old: Mark | None, new: Mark | None, edit: Edit) -> Part:
        return Part(
            kind="area",
            id=self._areas[0].id,
            key="versions",
            what=what,
            old=old,
            new=new,
            edit=edit,
        )

    def _mark(self, side: int, found: tuple[int, AreaVersion] | None) -> Mark | None:
        if found is None:
            return None
        return self._lines[side].of_version(self._areas[side], found[0])

    def _version(self, since: int) -> Version:
        return next(version for version in self._plan if version.since == since)


def _swapped(since: int, version: Version | None) -> Edit:
    """Return what puts a version in the place of the one that begins at a moment."""

    def edit(versions: tuple[Version, ...] | None) -> tuple[Version, ...]:
        rest = [one for one in versions or () if one.since != since]
        return tuple(sorted([*rest, version] if version else rest))

    return edit


def counterparts(old: RuleBook, new: RuleBook) -> dict[Version, Version]:
    """Return what the new side knows of versions that are the same on both."""
    after = {
        (area, version.since): (number, facts_of(version))
        for number, (area, version) in enumerate(new.area_versions)
    }
    found = {}
    for number, (area, version) in enumerate(old.area_versions):
        other = after.get((area, version.since))
        if other is not None and other[1] == facts_of(version):
            same = Version(version.since, 1, other[0])
            found[Version(version.since, 0, number)] = same
    return found


def planned(plan: Plan, edits: Mapping[str, list[Edit]]) -> Plan:
    """Return a plan after edits of some areas; None from an edit takes one away."""
    found = dict(plan)
    for area, chosen in edits.items():
        versions = found.get(area)
        for edit in chosen:
            versions = edit(versions)
        if versions is None:
            found.pop(area, None)
        else:
            found[area] = versions
    return found
