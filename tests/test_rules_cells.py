from __future__ import annotations

import random
import string
from itertools import product
from pathlib import Path

import pytest
from bench import large_book
from effort import effort
from oracle_cells import cases

from gate.decision import Segment, examine, segments
from gate.model import (
    Action,
    Activity,
    Area,
    AreaVersion,
    Effective,
    LocationClass,
    Mark,
    Membership,
    Promise,
    Rule,
    RuleBook,
    Unknown,
    UnknownPlaces,
    When,
)
from gate.rules import lint, load_book
from gate.rules.proving import alone
from gate.rules.proving.atoms import Limits, PatternsMultiplyError, path_atoms
from gate.rules.proving.proof import prove
from gate.rules.proving.survey import Survey

MARK = Mark(file="book.yaml")


def witnesses(globs):
    return {atom.witness: set(atom.matched) for atom in path_atoms(globs)}


def test_no_pattern_leaves_one_atom():
    assert witnesses([]) == {"/": set()}


def test_witness_is_the_shortest_path():
    assert witnesses(["/**", "/news/**", "/news/*/amp"]) == {
        "/": {"/**"},
        "/news": {"/**", "/news/**"},
        "/news/a/amp": {"/**", "/news/**", "/news/*/amp"},
    }


def test_overlapping_words_have_an_atom_for_each_combination():
    atoms = witnesses(["/a*", "/*b", "/ab"])
    assert list(map(sorted, atoms.values())) == [
        [],
        ["/a*"],
        ["/*b"],
        ["/*b", "/a*", "/ab"],
        ["/*b", "/a*"],
    ]


def test_witness_is_a_canonical_path():
    assert set(witnesses(["/.*"])) == {"/", "/.x"}
    assert set(witnesses(["/..*", "/.*"])) == {"/", "/.x", "/..x"}


def test_pattern_that_no_canonical_path_matches_has_no_atom():
    assert witnesses(["/a/../b", "/."]) == {"/": set()}


def test_letters_that_no_pattern_spells_are_found():
    alphabet = "x" + string.ascii_lowercase + string.digits
    globs = [f"/{letter}*" for letter in alphabet] + ["/*"]
    assert {"/*"} in witnesses(globs).values()


def test_pattern_given_twice_counts_once():
    assert len(path_atoms(["/a", "/a"])) == 2


@pytest.mark.parametrize(
    ("limits", "limit"),
    [(Limits(atoms=40), "40 atoms"), (Limits(states=40), "40 states")],
)
def test_patterns_that_multiply_are_named(limits, limit):
    multiplying = [f"/**/{letter}/**" for letter in "abcdef"]
    with pytest.raises(PatternsMultiplyError) as error:
        path_atoms(["/plain/path", *multiplying, "/news/**"], limits)
    assert error.value.limit == limit
    assert set(error.value.patterns) <= set(multiplying)
    assert len(error.value.patterns) == 5


def test_words_that_multiply_are_named_by_their_pattern():
    multiplying = [f"/x/*{letter}*" for letter in "abcdef"]
    with pytest.raises(PatternsMultiplyError) as error:
        path_atoms(["/plain/path", *multiplying], Limits(states=40))
    assert set(error.value.patterns) <= set(multiplying)


@pytest.mark.unmeasured
def test_patterns_that_multiply_without_end_reach_the_default_limit():
    with pytest.raises(PatternsMultiplyError) as error:
        path_atoms(f"/**/{letter}/**" for letter in string.ascii_lowercase)
    usual = Limits()
    assert error.value.limit in {f"{usual.atoms:,} atoms", f"{usual.states:,} states"}


def book(*, rules=(), promises=(), versions=(0,)):
    dated = tuple(AreaVersion(since=since, mark=MARK) for since in versions)
    return RuleBook(
        areas={
            name: Area(id=name, title="", versions=dated, mark=MARK)
            for name in ("east", "west")
        },
        rules=tuple(rules),
        exemptions=(),
        promises=tuple(promises),
        tests=(),
        unknown=UnknownPlaces(
            notice="n",
            actions=dict.fromkeys(Unknown, Action.BANNER),
            max_age_days=1,
            mark=MARK,
        ),
        digest="",
        areas_digest="",
    )


def rule(name="r", effective=None, **when):
    return Rule(
        id=name,
        title="",
        because="",
        mark=MARK,
        then=Action.BANNER,
        notice="n",
        when=When(**({"activities": (Activity.READ,), "areas": ("east",)} | when)),
        effective=effective or Effective(),
    )


def place(east, west):
    return LocationClass(label=f"{east}-{west}", memberships=(east, west))


EVERYWHERE = [place(east, west) for east in Membership for west in Membership]


def test_time_is_cut_where_something_begins_or_ends():
    spans = Effective(since=10, until=20), Effective(since=20)
    some_book = book(rules=[rule(effective=span) for span in spans], versions=(5, 15))
    assert segments(some_book, also=[30, None]) == (
        Segment(None, 5),
        Segment(5, 10),
        Segment(10, 15),
        Segment(15, 20),
        Segment(20, 30),
        Segment(30, None),
    )


@pytest.mark.parametrize(
    ("segment", "instant"),
    [
        (Segment(None, None), 0),
        (Segment(None, 5), 4),
        (Segment(5, 9), 5),
        (Segment(5, None), 5),
    ],
)
def test_instant_lies_in_its_segment(segment, instant):
    assert segment.instant == instant


def test_places_are_told_apart_only_by_areas_that_are_asked_for():
    found = [
        case.group.memberships["east"]
        for case in cases(book(rules=[rule()]), EVERYWHERE)
        if case.book.rules and case.group.unknown is None
    ]
    assert found == list(Membership)


def test_every_reason_is_a_case_though_no_class_stands_for_it():
    found = {case.group.unknown for case in cases(book(rules=[rule()]), EVERYWHERE)}
    assert found == {None, *Unknown}


def test_promises_cut_time_and_paths_as_well():
    promise = Promise(
        id="p",
        scope=When(activities=(Activity.READ,), paths=("/p/**",)),
        mark=MARK,
        at_most=Action.PASS,
        effective=Effective(since=7),
    )
    found = [
        case
        for case in cases(book(promises=[promise]), EVERYWHERE)
        if case.book.promises
    ]
    assert {case.atom.witness for case in found} == {"/p"}
    assert {case.now for case in found} == {7}


# How much work a proof is, counted in calls: bench/bench_proof.py tells the time.

MORE = 2.8  # as much for twice as many; what is looked at in pairs is 4 times as much


def drawn(count, versions, weights=(8, 1, 1)):
    """Classes of places, the same in every run."""
    shuffle = random.Random(3)  # noqa: S311 (fixed places, no secret)
    return [
        LocationClass(
            label=str(number),
            memberships=tuple(shuffle.choices(list(Membership), weights, k=versions)),
        )
        for number in range(count)
    ]


def patterned():
    """A book of 25 rules with 100 patterns."""
    shuffle = random.Random(2)  # noqa: S311 (a fixed book, no secret)
    globs = large_book.patterns(100)
    return book(
        rules=[
            rule(
                f"r{number}",
                activities=tuple(shuffle.sample(list(Activity), 3)),
                paths=tuple(globs[number * 4 : number * 4 + 3]),
                except_paths=(globs[number * 4 + 3],),
                areas=(shuffle.choice(["east", "west"]),),
            )
            for number in range(25)
        ],
        versions=(0, 100, 200),
    )


def test_the_evaluator_is_asked_as_often_however_many_places_there_are(monkeypatch):
    asked = []

    def counted(*arguments, **options):
        asked.append(1)
        return examine(*arguments, **options)

    monkeypatch.setattr(alone, "examine", counted)
    some_book, places = patterned(), drawn(600, 6, (1, 1, 1))
    spent = []
    for classes in (places[:300], places):
        asked.clear()
        Survey(some_book, classes)
        spent.append(len(asked))
    levels = len(Membership) + len(Unknown)
    assert 0 < spent[0] == spent[1] <= len(some_book.rules) * levels


def worked(folder):
    """Read, lint and prove a book; return how much work each was."""
    books, found = [], []
    reading = effort(lambda: books.extend(load_book(folder)))
    some_book, problems = books
    assert problems == ()
    notices = {f"notice-{number}" for number in range(large_book.NOTICES)}
    linting = effort(lambda: lint(some_book, notices=notices, now=1_789_000_000))
    classes = drawn(60, len(some_book.area_versions))
    proving = effort(lambda: found.extend(prove(some_book, classes)))
    assert {"R033", "R041", "R042"} <= {finding.code for finding in found}
    return reading, linting, proving


def test_twice_as_many_rules_are_at_most_a_little_more_than_twice_the_work(tmp_path):
    works = []
    for count in (200, 400):
        folder = tmp_path / str(count)
        folder.mkdir()
        works.append(worked(large_book.write(folder, count)))
    assert all(much < MORE * little for little, much in zip(*works, strict=True))


def test_the_shipped_book_is_little_work():
    shipped, _ = load_book(Path(__file__).parent.parent / "rules")
    classes = [
        LocationClass(label=str(levels), memberships=levels)
        for levels in product(Membership, repeat=len(shipped.area_versions))
    ]
    prove(shipped, classes)  # loads what is loaded once
    assert effort(lambda: prove(shipped, classes)) < 40_000  # 16,000 calls are 10 ms
