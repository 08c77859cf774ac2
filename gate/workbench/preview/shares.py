"""Which share of the loaded database's addresses lies where, and meets what."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gate.decision import decide, groups, memberships_at
from gate.documents.percent import per_cent
from gate.model import Action, Amount, Membership
from gate.workbench.addresses import amounts
from gate.workbench.explain import matched_patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model import Activity, RuleBook
    from gate.places.index import Index

_UNITS = ("IPv4 addresses", "IPv6 networks of /48")  # in the order of an amount

FULL = 1000.0
"""Units of a whole bar."""

_LEAST = 3.0  # of a part that is not zero, so that it can be seen


class Part(NamedTuple):
    """A part of a bar.

    Attributes:
        name: Word of a membership or of an action.
        amount: Addresses, or networks of /48.
        share: Of all that the database knows, in words.
        x: Where it begins, in units.
        width: Units.
    """

    name: str
    amount: int
    share: str
    x: float
    width: float


class Bar(NamedTuple):
    """The addresses of one version, in parts.

    Attributes:
        unit: What is counted.
        total: All that the database knows.
        parts: From the left; those that are zero among them.
    """

    unit: str
    total: int
    parts: tuple[Part, ...]


_amounts = lru_cache(maxsize=4)(amounts)  # each page asks; a walk takes a second


def area_bars(book: RuleBook, index: Index, area: str, now: int) -> list[Bar]:
    """Return how many addresses lie in an area, may lie in it, and do not."""
    levels = [
        None
        if one.unknown is not None
        else memberships_at(book, one, now).get(area, Membership.NO).word
        for one in index.classes
    ]
    order = [level.word for level in reversed(Membership)]
    return _bars(index, levels, order)


def action_bars(
    book: RuleBook, index: Index, path: str, activity: Activity, now: int
) -> list[Bar]:
    """Return how many addresses meet what; by the evaluator that serves."""
    matched = matched_patterns(book, path)
    found, number_of = groups(book, index.classes, now)
    words = [
        decide(
            book,
            memberships=group.memberships,
            matched=matched,
            activity=activity,
            now=now,
            unknown=group.unknown,
        ).action.word
        for group in found
    ]
    met = [
        None if one.unknown is not None else words[number]
        for one, number in zip(index.classes, number_of, strict=True)
    ]
    return _bars(index, met, [action.word for action in reversed(Action)])


def _bars(index: Index, words: Sequence[str | None], order: Sequence[str]) -> list[Bar]:
    """Return a bar for each address version; classes without a word are left out."""
    found: dict[str, list[Amount]] = {word: [] for word in order}
    for word, amount in zip(words, _amounts(index), strict=True):
        if word is not None:
            found[word].append(amount)
    sums = {word: Amount.total(every) for word, every in found.items()}
    return [
        _bar(unit, {word: amount[at] for word, amount in sums.items()})
        for at, unit in enumerate(_UNITS)
    ]


def _bar(unit: str, sums: dict[str, int]) -> Bar:
    total = sum(sums.values())
    widths = {n: max(FULL * c / total, _LEAST) if c else 0.0 for n, c in sums.items()}
    scale = FULL / (sum(widths.values()) or FULL)
    parts, x = [], 0.0
    for name, count in sums.items():
        width = widths[name] * scale
        share = per_cent(count, total)
        parts.append(Part(name, count, share, round(x, 1), round(width, 1)))
        x += width
    return Bar(unit, total, tuple(parts))
