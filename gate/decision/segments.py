"""When and where the answer of a rule book can change: time segments, place groups.

Between two neighbouring instants of a book nothing changes, and two places with the
same memberships can never be told apart. So a handful of segments and groups stands for
all of time and for the whole world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.model import Membership

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gate.model import LocationClass, RuleBook, Unknown, When


class Segment(NamedTuple):
    """A span of time in which nothing changes.

    Attributes:
        since: First second, Unix time; None for the beginning of time.
        until: First second after it; None for the end of time.
    """

    since: int | None
    until: int | None

    @property
    def instant(self) -> int:
        """A second that lies in the segment; the first one if there is one."""
        if self.since is not None:
            return self.since
        return 0 if self.until is None else self.until - 1


class Group(NamedTuple):
    """Places that nothing in the book can tell apart in a segment.

    Attributes:
        memberships: By area id.
        unknown: Why the place is unknown; then no membership is set.
        label: Label of the first class of the group, for messages.
    """

    memberships: Mapping[str, Membership]
    unknown: Unknown | None
    label: str


def segments(book: RuleBook, *, also: Iterable[int | None] = ()) -> tuple[Segment, ...]:
    """Cut time at every instant that rules, exemptions and area versions mention.

    Args:
        book: The rule book.
        also: Further instants, Unix seconds; None is left out.
    """
    spans = [rule.effective for rule in book.rules]
    spans += [exemption.effective for exemption in book.exemptions]
    instants = [
        *(version.since for _, version in book.area_versions),
        *(instant for span in spans for instant in (span.since, span.until)),
        *also,
    ]
    edges = sorted({instant for instant in instants if instant is not None})
    return tuple(
        Segment(since, until)
        for since, until in zip([None, *edges], [*edges, None], strict=True)
    )


def memberships_at(
    book: RuleBook, place: LocationClass, now: int
) -> dict[str, Membership]:
    """Return the membership in every area, by the version in force at `now`.

    An area that has no version yet has no members. An unknown place has no
    memberships at all.

    Args:
        book: The rule book.
        place: A class whose memberships follow `book.area_versions`.
        now: Unix seconds.
    """
    if place.unknown is not None:
        return {}
    found = dict.fromkeys(sorted(book.areas), Membership.NO)
    for (area, version), membership in zip(
        book.area_versions, place.memberships, strict=True
    ):
        if version.since <= now:
            found[area] = membership
    return found


def groups(
    book: RuleBook, places: Sequence[LocationClass], now: int
) -> tuple[tuple[Group, ...], tuple[int, ...]]:
    """Collapse places to the groups that can be told apart at `now` (Unix seconds).

    Returns:
        The groups, and for each place the number of its group.
    """
    found: dict[tuple[object, ...], Group] = {}
    numbers: dict[tuple[object, ...], int] = {}
    of_place: list[int] = []
    for place in places:
        memberships = memberships_at(book, place, now)
        key = (place.unknown, *memberships.values())
        found.setdefault(key, Group(memberships, place.unknown, place.label))
        of_place.append(numbers.setdefault(key, len(numbers)))
    return tuple(found.values()), tuple(of_place)


def globs_of(whens: Iterable[When]) -> tuple[str, ...]:
    """Return every pattern that the conditions mention, each once."""
    return tuple(
        dict.fromkeys(
            glob for when in whens for glob in (*when.paths, *when.except_paths)
        )
    )
