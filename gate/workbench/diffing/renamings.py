"""Which rule of one book is which of another: names may change, and nothing else.

A rule keeps its name, mostly. Of the rest, those that decide alike are one rule with
two names; and one that differs in a field or two from exactly one other is the same
rule, changed. Whatever is wrong here names other causes, but never another difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from gate.model import Exemption, Rule
from gate.workbench.diffing.fields import content

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.model import RuleBook

_Item = TypeVar("_Item", Rule, Exemption)

_MOST_CHANGED: Final = 2
"""Fields in which a rule may differ to be taken for the same one under a new name."""


@dataclass(frozen=True, slots=True)
class Names:
    """New names for old rules and exemptions.

    Attributes:
        old_of: Id in the new book -> id in the old one, where they differ.
        alike: Those of them, by id in the new book, in which nothing else differs.
    """

    old_of: Mapping[str, str]
    alike: frozenset[str]

    @classmethod
    def of(cls, old: RuleBook, new: RuleBook) -> Names:
        """Find what was renamed."""
        found = _matched(old.rules, new.rules, {})
        found |= _matched(old.exemptions, new.exemptions, found)
        before, after = _by_id(old), _by_id(new)
        alike = frozenset(
            id_
            for id_, own in found.items()
            if not _distance(before[own], _known(after[id_], found))
        )
        return cls(found, alike)

    def rules(self, book: RuleBook) -> tuple[Rule, ...]:
        """Return the rules of the new book under the names of the old one."""
        return tuple(
            replace(rule, id=self.old_of.get(rule.id, rule.id)) for rule in book.rules
        )

    def exemptions(self, book: RuleBook) -> tuple[Exemption, ...]:
        """Return the exemptions of the new book under the names of the old one."""
        return tuple(_renamed(item, self.old_of) for item in book.exemptions)


def _by_id(book: RuleBook) -> dict[str, Rule | Exemption]:
    items: tuple[Rule | Exemption, ...] = (*book.rules, *book.exemptions)
    return {item.id: item for item in items}


def _renamed(item: Exemption, old_of: Mapping[str, str]) -> Exemption:
    return replace(
        item,
        id=old_of.get(item.id, item.id),
        relaxes=tuple(old_of.get(id_, id_) for id_ in item.relaxes),
    )


def _known(item: Rule | Exemption, old_of: Mapping[str, str]) -> Rule | Exemption:
    return _renamed(item, old_of) if isinstance(item, Exemption) else item


def _matched(
    old: Sequence[_Item], new: Sequence[_Item], known: Mapping[str, str]
) -> dict[str, str]:
    """Match what has a name on one side only; most alike first."""
    stayed = {item.id for item in old} & {item.id for item in new}
    gone = {item.id: item for item in old if item.id not in stayed}
    come = {item.id: _known(item, known) for item in new if item.id not in stayed}
    pairs = sorted(
        (_distance(before, after), a, b)
        for a, before in gone.items()
        for b, after in come.items()
    )
    found: dict[str, str] = {}
    for distance, a, b in pairs:
        if distance > _MOST_CHANGED or a not in gone or b not in come:
            continue
        del gone[a], come[b]
        found[b] = a
    return found


def _distance(a: Rule | Exemption, b: Rule | Exemption) -> int:
    pairs = zip(content(a), content(b), strict=True)
    return sum(one != other for one, other in pairs)
