"""What speaks of a rule, an exemption or a promise: exemptions, tests, promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.documents import suggest
from gate.errors.drafting import NoSuchItemError
from gate.model import Exemption, Promise, Rule

if TYPE_CHECKING:
    from gate.model import BookTest, Effective, RuleBook, When

Item = Rule | Exemption | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """What speaks of an item.

    Attributes:
        relaxed_by: Exemptions that name it.
        relaxes: Rules that it names, of an exemption.
        tests: Names of the tests that say that it decides, or would, each once.
        promises: Promises about readers, acts and a time that it is about, too.
        rules: Of a promise the other way round: rules that can keep or break it.
    """

    relaxed_by: tuple[Exemption, ...] = ()
    relaxes: tuple[Rule, ...] = ()
    tests: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    rules: tuple[Rule, ...] = ()


def find_item(book: RuleBook, name: str) -> Item:
    """Return the rule, exemption or promise with an id; a rule before a promise.

    Raises:
        NoSuchItemError: There is none.
    """
    items: list[Item] = [*book.rules, *book.exemptions, *book.promises]
    found = next((item for item in items if item.id == name), None)
    if found is None:
        ids = [item.id for item in items]
        raise NoSuchItemError(name=name, hint=suggest(name, ids).strip())
    return found


def relations(item: Item, book: RuleBook) -> Relations:
    """Find what speaks of an item."""
    if isinstance(item, Promise):
        return Relations(rules=tuple(r for r in book.rules if _touches(r, item)))
    tests = tuple(dict.fromkeys(t.name for t in book.tests if _names(t, item.id)))
    if isinstance(item, Exemption):
        relaxes = tuple(rule for rule in book.rules if rule.id in item.relaxes)
        return Relations(relaxes=relaxes, tests=tests)
    return Relations(
        relaxed_by=tuple(e for e in book.exemptions if item.id in e.relaxes),
        tests=tests,
        promises=tuple(p for p in book.promises if _touches(item, p)),
    )


def _names(test: BookTest, name: str) -> bool:
    lists = (*test.by.values(), *test.shadow_by.values())
    return any(name in ids for ids in lists)


def _touches(rule: Rule, promise: Promise) -> bool:
    """Say whether a rule may decide a case of which a promise speaks.

    Places, activities and times are compared; paths are not, so that an exception of
    the promise still shows the rule that it is about.
    """
    return (
        not set(rule.when.activities).isdisjoint(promise.scope.activities)
        and _meets(rule.when, promise.scope)
        and _overlap(rule.effective, promise.effective)
    )


def _meets(when: When, scope: When) -> bool:
    if when.areas is None:
        return True
    if scope.areas is not None:
        return not set(when.areas).isdisjoint(scope.areas)
    return scope.outside_areas is None or not set(when.areas) <= {*scope.outside_areas}


def _overlap(one: Effective, other: Effective) -> bool:
    return _begins_before(one, other) and _begins_before(other, one)


def _begins_before(one: Effective, other: Effective) -> bool:
    if one.since is None or other.until is None:
        return True
    return one.since < other.until
