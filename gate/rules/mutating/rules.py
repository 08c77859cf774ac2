"""Every small change of a rule or an exemption."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from gate.model import Action, Activity, Effective, Membership, Mode
from gate.rules.mutating.paths import narrowed, widened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model import Exemption, Rule, When

_EVERY_PATH = ("/**",)
_SHIFTS = (  # seconds, and how they are told; three hours are a forgotten +03:00
    (86_400, "a day later"),
    (-86_400, "a day earlier"),
    (10_800, "three hours later"),
    (-10_800, "three hours earlier"),
)

_Steps = tuple[str | int, ...]
_Item = TypeVar("_Item")


class Change(NamedTuple, Generic[_Item]):
    """A small change of an item of the book.

    Attributes:
        steps: Keys and numbers of items that lead to the changed line.
        told: What is changed, as the end of a sentence.
        item: What comes of it; None if it is gone.
    """

    steps: _Steps
    told: str
    item: _Item | None


def rule_changes(rule: Rule, notices: Sequence[str]) -> Iterator[Change[Rule]]:
    """Yield every small change of a rule.

    Args:
        rule: The rule.
        notices: Ids of the notices of the book, sorted.
    """
    yield Change(("id",), "left out", None)
    for steps, told, when in _whens(rule.when):
        yield Change(steps, told, replace(rule, when=when))
    for steps, told, span in _spans(rule.effective):
        yield Change(steps, told, replace(rule, effective=span))
    yield from _actions(rule)
    yield from _certainties(rule)
    shadow = rule.mode is Mode.ENFORCE
    mode = Mode.SHADOW if shadow else Mode.ENFORCE
    yield Change(("mode",), f"with mode: {mode}", replace(rule, mode=mode))
    if rule.notice is not None:
        for notice in next_notice(notices, rule.notice):
            changed = replace(rule, notice=notice)
            yield Change(("notice",), f"with the notice {notice}", changed)


def exemption_changes(
    exemption: Exemption, rules: Sequence[str]
) -> Iterator[Change[Exemption]]:
    """Yield every small change of an exemption.

    Args:
        exemption: The exemption.
        rules: Ids of all rules of the book.
    """
    yield Change(("id",), "left out", None)
    for steps, told, when in _whens(exemption.when):
        yield Change(steps, told, replace(exemption, when=when))
    for steps, told, span in _spans(exemption.effective):
        yield Change(steps, told, replace(exemption, effective=span))
    relaxes = exemption.relaxes
    for number, name in enumerate(relaxes):
        if len(relaxes) > 1:
            rest = _drop(relaxes, number)
            told = f"no longer relaxing {name}"
            yield Change(("relaxes", number), told, replace(exemption, relaxes=rest))
    for name in rules:
        if name not in relaxes:
            more = replace(exemption, relaxes=(*relaxes, name))
            yield Change(("relaxes",), f"relaxing {name}, too", more)
    for action in _beside(exemption.to):
        yield Change(("to",), f"with to: {action}", replace(exemption, to=action))


def next_notice(notices: Sequence[str], notice: str) -> tuple[str, ...]:
    """Return the notice that comes next, if there is another one.

    Args:
        notices: Ids of the notices, sorted.
        notice: The notice that is left.
    """
    later = [other for other in notices if other > notice]
    return tuple([*later, *(other for other in notices if other != notice)][:1])


def _actions(rule: Rule) -> Iterator[Change[Rule]]:
    for action in _beside(rule.then):
        yield Change(("then",), f"with then: {action}", replace(rule, then=action))
    if rule.if_possible is None:
        return
    at = ("if_possible",)
    yield Change(at, "without if_possible", replace(rule, if_possible=None))
    for action in _beside(rule.if_possible):
        if action < rule.then:
            changed = replace(rule, if_possible=action)
            yield Change(at, f"with if_possible: {action}", changed)


def _certainties(rule: Rule) -> Iterator[Change[Rule]]:
    if rule.when.areas is None:
        return  # where no area is asked for, certainty says nothing
    certain = rule.certainty is Membership.POSSIBLE
    word = "certain" if certain else "possible"
    other = Membership.YES if certain else Membership.POSSIBLE
    changed = replace(rule, certainty=other)
    yield Change(("certainty",), f"with certainty: {word}", changed)


def _whens(when: When) -> Iterator[tuple[_Steps, str, When]]:
    yield from _without_items(when)
    yield from _without_conditions(when)
    for number, path in enumerate(when.paths):
        for told, other in _redrawn(path):
            paths = (*when.paths[:number], other, *when.paths[number + 1 :])
            at = ("when", "paths", number)
            yield at, f'{told} path "{other}"', replace(when, paths=paths)
    for number, path in enumerate(when.except_paths):
        for told, other in _redrawn(path):
            rest = when.except_paths
            paths = (*rest[:number], other, *rest[number + 1 :])
            at = ("when", "except_paths", number)
            yield (
                at,
                f'{told} excepted path "{other}"',
                replace(when, except_paths=paths),
            )


def _without_items(when: When) -> Iterator[tuple[_Steps, str, When]]:
    for number, area in enumerate(when.areas or ()):
        if when.areas is not None and len(when.areas) > 1:
            changed = replace(when, areas=_drop(when.areas, number))
            yield ("when", "areas", number), f'without the area "{area}"', changed
    for number, activity in enumerate(when.activities):
        if len(when.activities) > 1:
            changed = replace(when, activities=_drop(when.activities, number))
            at = ("when", "activities", number)
            yield at, f"without the activity {activity}", changed
    for number, path in enumerate(when.paths):
        if len(when.paths) > 1:
            changed = replace(when, paths=_drop(when.paths, number))
            yield ("when", "paths", number), f'without the path "{path}"', changed
    for number, path in enumerate(when.except_paths):
        changed = replace(when, except_paths=_drop(when.except_paths, number))
        at = ("when", "except_paths", number)
        yield at, f'without the excepted path "{path}"', changed


def _without_conditions(when: When) -> Iterator[tuple[_Steps, str, When]]:
    every = tuple(Activity)
    if when.areas is not None:
        changed = replace(when, areas=None)
        yield ("when", "areas"), "without any area", changed
    if set(when.activities) != set(every):
        changed = replace(when, activities=every)
        yield ("when", "activities"), "for every activity", changed
    if _EVERY_PATH[0] not in when.paths:
        changed = replace(when, paths=_EVERY_PATH)
        yield ("when", "paths"), "on every path", changed


def _redrawn(path: str) -> Iterator[tuple[str, str]]:
    for other in widened(path):
        yield "with the wider", other
    for other in narrowed(path):
        yield "with the narrower", other


def _spans(span: Effective) -> Iterator[tuple[_Steps, str, Effective]]:
    for key, word, moment in (
        ("since", "from", span.since),
        ("until", "until", span.until),
    ):
        if moment is None:
            continue
        at = ("effective", word)
        yield at, f"without {word}", _moved(span, key, None)
        for seconds, told in _SHIFTS:
            changed = _moved(span, key, moment + seconds)
            if (
                changed.since is None
                or changed.until is None
                or (changed.since < changed.until)
            ):
                yield at, f"with {word} {told}", changed


def _moved(span: Effective, key: str, moment: int | None) -> Effective:
    if key == "since":
        return Effective(since=moment, until=span.until)
    return Effective(since=span.since, until=moment)


def _beside(action: Action) -> list[Action]:
    """Return the next weaker and the next stricter action."""
    return [Action(n) for n in (action - 1, action + 1) if n in tuple(Action)]


def _drop(items: Sequence[_Item], number: int) -> tuple[_Item, ...]:
    return (*items[:number], *items[number + 1 :])
