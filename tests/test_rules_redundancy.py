"""What is called redundant, never decisive or refuted, held against every cell."""

from __future__ import annotations

import re
from dataclasses import replace
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st
from test_decision_laws import (
    ACTIVITIES,
    MARK,
    books,
    places,
    points,
    spans,
    whens,
)

from gate.decision import Patterns, examine, globs_of, memberships_at, segments
from gate.model import Action, LocationClass, Membership, Mode, Promise, Unknown
from gate.rules.proving.atoms import path_atoms
from gate.rules.proving.proof import prove

UNKNOWN = [LocationClass(label=reason, unknown=reason) for reason in Unknown]


@st.composite
def sound_books(draw):
    """Books in which what holds for mere possibility is weaker, as they must be."""
    book = draw(books())
    rules = [
        replace(rule, if_possible=None)
        if rule.if_possible is not None and rule.if_possible >= rule.then
        else rule
        for rule in book.rules
    ]
    promises = [
        Promise(
            id=f"p{number}",
            scope=draw(whens()),
            mark=MARK,
            at_least=draw(st.none() | st.sampled_from(Action)),
            at_most=draw(st.none() | st.sampled_from(Action)),
            effective=draw(spans()),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    known = [rule.id for rule in rules]
    exemptions = [
        replace(exemption, relaxes=named)
        for exemption in book.exemptions
        if (named := tuple(name for name in exemption.relaxes if name in known))
    ]
    return replace(
        book,
        rules=tuple(rules),
        exemptions=tuple(exemptions),
        promises=tuple(promises),
    )


def items(book):
    return [*book.rules, *book.exemptions]


def state(book, place, matched, activity, now):
    """Say what anybody can notice: the page, and what each shadow rule would do."""
    seen = examine(
        book,
        memberships=memberships_at(book, place, now),
        matched=matched,
        activity=activity,
        now=now,
        unknown=place.unknown,
    )
    trials = [
        (row.rule.id, row.effect)
        for row in seen.rules
        if row.holds and row.rule.mode is Mode.SHADOW
    ]
    return seen.decision.action, seen.decision.notices, trials


def cells_of(book, classes):
    """Yield every combination of place, path, activity and moment that there is."""
    scopes = [promise.scope for promise in book.promises]
    atoms = path_atoms(globs_of([*(i.when for i in items(book)), *scopes]))
    moments = [e for p in book.promises for e in (p.effective.since, p.effective.until)]
    for segment in segments(book, also=moments):
        for atom in atoms:
            for activity in ACTIVITIES:
                for place in classes:
                    yield place, atom.matched, activity, segment.instant


class World:
    """A book over all of its cells, each decided by the evaluator that serves."""

    def __init__(self, book, known):
        self.book = book
        self.known = known
        self.cells = list(cells_of(book, [*known, *UNKNOWN]))
        self.states = [state(book, *cell) for cell in self.cells]

    def same(self, other):
        return all(
            state(other, *cell) == before
            for cell, before in zip(self.cells, self.states, strict=True)
        )

    def holding(self, name, *, known):
        """Return the numbers of the cells where a rule or an exemption holds."""
        return {
            number
            for number, (place, matched, activity, now) in enumerate(self.cells)
            if place.unknown is None or not known
            for row in self._rows(place, matched, activity, now)
            if name == row[0] and row[1]
        }

    def _rows(self, place, matched, activity, now):
        seen = examine(
            self.book,
            memberships=memberships_at(self.book, place, now),
            matched=matched,
            activity=activity,
            now=now,
            unknown=place.unknown,
        )
        yield from ((row.rule.id, row.holds) for row in seen.rules)
        yield from ((row.exemption.id, row.holds) for row in seen.exemptions)


def without(book, name):
    return replace(
        book,
        rules=tuple(rule for rule in book.rules if rule.id != name),
        exemptions=tuple(e for e in book.exemptions if e.id != name),
    )


def changed(book, name, **fields):
    """Return a book in which some conditions of an item are others."""

    def one(item):
        if item.id != name:
            return item
        own = {k: v for k, v in fields.items() if k == "relaxes"}
        rest = {k: v for k, v in fields.items() if k != "relaxes"}
        return replace(item, when=replace(item.when, **rest), **own)

    return replace(
        book,
        rules=tuple(map(one, book.rules)),
        exemptions=tuple(map(one, book.exemptions)),
    )


def lists_of(item):
    when = item.when
    yield "areas", when.areas or ()
    yield "activities", when.activities
    yield "paths", when.paths
    yield "except_paths", when.except_paths
    if hasattr(item, "relaxes"):
        yield "relaxes", tuple(item.relaxes)


def redundant_in(world, item):
    """Yield the items of lists that can go, looked for in the order of the finder."""
    for key, whole in lists_of(item):
        rest = list(whole)
        for number in reversed(range(len(whole))):
            left = rest[:number] + rest[number + 1 :]
            if not left and key != "except_paths":
                break
            if world.same(changed(world.book, item.id, **{key: tuple(left)})):
                rest = left
                yield item.id, key, whole[number]


def told(findings, code):
    return [finding for finding in findings if finding.code == code]


def subjects(findings, code):
    return {finding.subject for finding in told(findings, code)}


def told_items(findings):
    pattern = re.compile(r'Without "(.*)" in (.*) of "(.*)" no decision differs\.')
    for finding in told(findings, "R042"):
        name, key, owner = pattern.fullmatch(finding.message).groups()
        yield owner, key, name


KNOWN = st.lists(places, max_size=3).map(lambda ps: [p for p in ps if not p.unknown])


@settings(max_examples=60, deadline=None)
@given(sound_books(), KNOWN)
def test_findings_are_those_of_a_search_through_every_cell(book, known):
    world = World(book, known)
    findings = prove(book, known)
    never = subjects(findings, "R040") | subjects(findings, "R041")
    for item in items(book):
        met = world.holding(item.id, known=True)
        matters = not world.same(without(book, item.id))
        if met:
            enforced = getattr(item, "mode", Mode.ENFORCE) is Mode.ENFORCE
            is_named = item.id in never | subjects(findings, "R033")
            idle = hasattr(item, "relaxes") and never.issuperset(item.relaxes)
            assert is_named or matters or idle or not enforced
            assert item.id not in subjects(findings, "R040")
            assert not (matters and item.id in subjects(findings, "R041"))
        elif known:
            assert item.id in subjects(findings, "R040")
    expected = {
        found
        for item in items(book)
        if item.id not in never and not world.same(without(book, item.id))
        for found in redundant_in(world, item)
        if known or found[1] != "areas"  # without places nothing is said of them
    }
    assert set(told_items(findings)) == expected


@settings(max_examples=60, deadline=None)
@given(sound_books(), KNOWN)
def test_an_exemption_and_a_rule_that_never_meet_share_no_cell(book, known):
    world = World(book, known)
    findings = prove(book, known)
    lame = subjects(findings, "R040")
    for exemption in book.exemptions:
        here = world.holding(exemption.id, known=True)
        met = {
            name for name in exemption.relaxes if here & world.holding(name, known=True)
        }
        missed = set(exemption.relaxes) - met
        mine = [f for f in told(findings, "R033") if f.subject == exemption.id]
        if any("meets none" in finding.message for finding in mine):
            assert set(exemption.relaxes) == missed
        else:
            named = {f.message.split('"')[3] for f in mine}
            assert named <= missed
            if known and exemption.id not in lame:
                assert missed - lame <= named


@settings(max_examples=60, deadline=None)
@given(sound_books(), KNOWN)
def test_a_narrower_pattern_of_an_exemption_changes_nothing(book, known):
    world = World(book, known)
    for finding in told(prove(book, known), "R034"):
        owner, better, wide = re.findall(r'"([^"]*)"', finding.message)
        (exemption,) = [e for e in book.exemptions if e.id == owner]
        globs = list(exemption.when.paths)
        globs[globs.index(wide)] = better
        assert world.same(changed(book, owner, paths=tuple(globs)))


def speaks_of(scope, place, memberships):
    """Say whether a promise speaks of a place: another way to say it than the gate."""
    levels = {area: memberships.get(area, Membership.NO) for area in ("east", "west")}
    if scope.unknown is not None and place.unknown not in scope.unknown:
        return False
    if scope.areas is not None:
        return place.unknown is None and 2 in [levels[area] for area in scope.areas]
    return True


@settings(max_examples=60, deadline=None)
@given(sound_books(), KNOWN)
def test_a_promise_is_broken_or_empty_exactly_if_its_cells_say_so(book, known):
    world = World(book, known)
    findings = prove(book, known)
    for promise in book.promises:
        actions = [
            before[0]
            for (place, matched, activity, now), before in zip(
                world.cells, world.states, strict=True
            )
            if speaks_of(promise.scope, place, memberships_at(book, place, now))
            and activity in promise.scope.activities
            and promise.effective.holds(now)
            and matched.intersection(promise.scope.paths)
            and matched.isdisjoint(promise.scope.except_paths)
        ]
        low, high = promise.at_least, promise.at_most
        broken = any(
            (low is not None and action < low) or (high is not None and action > high)
            for action in actions
        )
        assert (promise.id in subjects(findings, "R043")) is broken
        assert (promise.id in subjects(findings, "R044")) is (not actions)


@settings(max_examples=150, deadline=None)
@given(sound_books(), KNOWN, st.lists(points(), min_size=1, max_size=5))
def test_what_is_called_redundant_changes_nothing_at_any_point(book, known, some):
    """Points are real paths and moments; cells and their witnesses play no part."""
    classes = [*known, *(point["place"] for point in some)]
    findings = prove(book, [place for place in classes if place.unknown is None])
    smaller = [without(book, name) for name in subjects(findings, "R041")]
    for owner, key, name in told_items(findings):
        (item,) = [item for item in items(book) if item.id == owner]
        left = list(dict(lists_of(item))[key])
        left.remove(name)
        smaller.append(changed(book, owner, **{key: tuple(left)}))
    everything = globs_of(item.when for item in items(book))
    for point in some:
        where = (
            point["place"],
            Patterns(everything).matched(point["path"]),
            point["activity"],
            point["now"],
        )
        for other in smaller:
            assert state(other, *where) == state(book, *where)


def summary(findings):
    """Say what was found, without the examples."""
    return sorted(
        (f.code, f.severity, f.subject, f.message if f.code == "R042" else "")
        for f in findings
    )


@settings(max_examples=60, deadline=None)
@given(sound_books(), KNOWN)
def test_cells_may_be_looked_at_in_any_portions(book, known):
    together = summary(prove(book, known))
    with mock.patch("gate.rules.proving.space.MOST_BITS", 1):
        assert summary(prove(book, known)) == together
