"""A difference in sentences: the words that text and Markdown share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.documents.moments import day, moment
from gate.documents.percent import per_cent
from gate.model import Activity
from gate.workbench.auditing.replaying import told
from gate.workbench.diffing.directions import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gate.model import Membership
    from gate.workbench.diffing.beside import Beside
    from gate.workbench.diffing.difference import Difference
    from gate.workbench.diffing.groups import Group, PlaceSet, Share

SAME: Final = "No decision differs."
AS_BEFORE: Final = "approved_by is as before: who has approved the wider one?"


def compared(found: Difference) -> str:
    """Return what is compared with what; the databases if they are what differs."""
    sides = found.old.source, found.new.source
    facts = found.twins.old.database, found.twins.new.database
    if not found.geo and facts[0].digest == facts[1].digest:
        return " → ".join(sides)
    told = [f"{one.name} (built {day(one.build_epoch)})" for one in facts]
    if told[0] == told[1]:
        told = [
            f"{text}, SHA-256 {one.digest[:12]}"
            for text, one in zip(told, facts, strict=True)
        ]
    return " → ".join(
        f"{side} by {text}" for side, text in zip(sides, told, strict=True)
    )


def headline(found: Difference) -> str:
    """Return the verdict in a line."""
    if found.is_empty:
        return SAME
    counts = [
        f"{len(groups):,} {way}" for way in Direction if (groups := found.of(way))
    ]
    past = sum(group.is_past for group in found.groups)
    if past:
        counts.append(f"{past:,} only in the past")
    number = len(found.groups)
    word = "difference" if number == 1 else "differences"
    return f"{number:,} {word}: {', '.join(counts)}."


def verdict(found: Difference) -> str:
    """Return what the change does to readers; "" if nothing needs to be said."""
    if found.loosens:
        if all(group.unapproved for group in found.loosens):
            return f"Readers would be warned less by an exemption, and {AS_BEFORE}"
        return "Readers would be warned less, and no exemption says so."
    if any(g.exempted and not g.is_past for g in found.groups):
        return "What is looser follows from exemptions of the new book alone."
    return ""


def unapproved(group: Group) -> list[str]:
    """Return a sentence for each exemption that is wider than it was approved."""
    return [f"exemption {id_}: {AS_BEFORE}" for id_ in group.unapproved]


def span(group: Group) -> str:
    """Return when a group holds."""
    since = "" if group.since is None else f"from {moment(group.since)}"
    until = "" if group.until is None else f"until {moment(group.until)}"
    return " ".join(filter(None, (since, until))) or "at all times"


def activities(group: Group) -> str:
    """Return what readers do."""
    if len(group.activities) == len(Activity):
        return "every activity"
    return ", ".join(map(str, group.activities))


def paths(group: Group) -> str:
    """Return which paths it is about."""
    text = "; ".join(map(str, group.paths))
    return "every path" if text == "/**" else text


def places(group: Group) -> list[str]:
    """Return the places of a group with how many addresses they have.

    Unknown ones come last, in one line: whose addresses they are, nobody knows.
    """
    known = [one for one in group.places if one.unknown is None or one.old]
    reasons = [one.label for one in group.places if one not in known]
    lines = [_place(one) for one in known]
    if reasons:
        lines.append(f"unknown places: {', '.join(sorted(reasons))}")
    return lines


def _place(one: PlaceSet) -> str:
    before, after = _areas(one.old), _areas(one.new)
    change = before if before == after else f"{before} → {after}"
    if one.edge is not None:
        said = one.edge or "a country that no area mentions"
        return f"{one.label} ({change}): readers of whom the edge says {said}"
    word = "network" if one.networks == 1 else "networks"
    such_as = f", such as {one.example}" if one.example else ""
    return (
        f"{one.label} ({change}): {one.networks:,} {word}, "
        f"{one.ipv4:,} IPv4 addresses{such_as}"
    )


def _areas(levels: Mapping[str, Membership]) -> str:
    if not levels:
        return "in no area"
    return ", ".join(f"{area} {level}" for area, level in levels.items())


def share(one: Share) -> str:
    """Return a share of the traffic; sums below ten are not told.

    >>> from gate.workbench.diffing.groups import Share
    >>> share(Share(4212, 4212, 1930211))
    '4,212 of 1,930,211 decisions (0.2 %)'
    >>> share(Share(20, 5000, 100000))
    '20 to 5,000 of 100,000 decisions (0.02 % to 5.0 %)'
    """
    numbers = [_number(n) for n in dict.fromkeys((one.least, one.most))]
    return f"{' to '.join(numbers)} of {_number(one.of)} decisions ({part(one)})"


def part(one: Share) -> str:
    """Return which part of the traffic a share is.

    >>> from gate.workbench.diffing.groups import Share
    >>> part(Share(2, 2, 5)), part(Share(0, 2, 5))
    ('40.0 %', '0.0 % to 40.0 %')
    """
    ends = (per_cent(n, one.of) for n in (one.least, one.most))
    return " to ".join(dict.fromkeys(ends))


def _number(n: int) -> str:
    shown = told(n)
    return shown if isinstance(shown, str) else f"{shown:,}"


def beside(found: Beside) -> Iterator[str]:
    """Yield what else differs, in sentences."""
    if found.renamed:
        pairs = ", ".join(f"{old} → {new}" for old, new in found.renamed.items())
        yield f"Renamed, and nothing else: {pairs}."
    if found.ids:
        yield (
            f"In {found.ids:,} cells rules with other ids decide the same; readers do "
            "not notice, counts do."
        )
    if found.shadow:
        yield (
            f"In {found.shadow:,} cells rules in shadow mode say something else; only "
            "counts change."
        )
    for notice in found.notices:
        yield f"Notice {notice.id} ({notice.file}): {_NOTICES[notice.what]}."
    for name, (old, new) in found.formats.items():
        yield f"{name}: format {new} instead of {old}."


_NOTICES: Final = {
    "added": "added",
    "removed": "removed",
    "revision raised": "its revision is raised, so that readers see it again",
    "revision lowered": "its revision is LOWERED; readers who have seen it do not see "
    "it again",
    "same revision": "its text differs at the same revision, so that readers who have "
    "seen the old text do not see the new one",
}


def first(items: Sequence[str], most: int, what: str) -> list[str]:
    """Return the first items, and how many more there are.

    >>> first(["a", "b", "c"], 2, "line")
    ['a', 'b', '1 more line']
    """
    rest = len(items) - most
    if rest <= 0:
        return list(items)
    return [*items[:most], f"{rest:,} more {what}{'' if rest == 1 else 's'}"]
