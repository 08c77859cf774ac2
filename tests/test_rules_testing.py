from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gate.model import (
    Action,
    Activity,
    Area,
    AreaVersion,
    BookTest,
    LocationClass,
    Mark,
    Membership,
    Place,
    Rule,
    RuleBook,
    Severity,
    Unknown,
    UnknownPlaces,
    When,
)
from gate.places.areas import membership as real_membership
from gate.rules import load_book
from gate.rules.proof import prove
from gate.rules.testing import run_tests

MARK = Mark(file="book.yaml", line=3)
READ, SHARE = Activity.READ, Activity.SHARE
RULES = Path(__file__).parent.parent / "rules"


def membership(version, place):
    found = place.country in version.whole
    return (Membership.YES if found else Membership.NO), ("whole",)


def book_test(**fields):
    defaults = {
        "name": "a test",
        "now": 50,
        "visitor": Place(country="RU"),
        "path": "/a",
        "expect": {READ: Action.INTERSTITIAL},
        "by": {},
        "mark": MARK,
    }
    return BookTest(**(defaults | fields))


def make_rule(name, activity):
    return Rule(
        id=name,
        title="",
        because="",
        when=When(activities=(activity,), areas=("there",), except_paths=("/about",)),
        then=Action.INTERSTITIAL,
        notice="n",
        mark=MARK,
    )


def result_of(**fields):
    versions = tuple(
        AreaVersion(since=since, whole=(country,), mark=MARK)
        for since, country in ((0, "RU"), (100, "KP"))
    )
    book = RuleBook(
        areas={"there": Area(id="there", title="", versions=versions, mark=MARK)},
        rules=(
            make_rule("warn", READ),
            make_rule("alarm", Activity.LIKE),
            make_rule("bell", Activity.LIKE),
        ),
        exemptions=(),
        promises=(),
        tests=(book_test(**fields),),
        unknown=UnknownPlaces(
            notice="n",
            actions=dict.fromkeys(Unknown, Action.BANNER),
            max_age_days=1,
            mark=MARK,
        ),
        digest="",
        areas_digest="",
    )
    (result,) = run_tests(book, membership)
    return result


def test_met_expectation_is_ok():
    result = result_of(by={READ: ("warn",)})
    assert result.ok
    assert result.failures == ()
    assert result.got == {READ: Action.INTERSTITIAL}
    assert result.by == {READ: ("warn",)}
    assert result.mark == MARK


def test_other_action_fails_with_both_actions():
    result = result_of(expect={READ: Action.PASS, SHARE: Action.PASS})
    assert not result.ok
    assert result.failures == ("read: expected pass, got interstitial",)


def test_right_action_by_the_wrong_rule_fails():
    result = result_of(by={READ: ("other",)})
    assert result.failures == ("read: expected by other, got by warn",)
    assert result.expected_by == {READ: ("other",)}


def test_order_of_names_means_nothing():
    result = result_of(
        expect={Activity.LIKE: Action.INTERSTITIAL},
        by={Activity.LIKE: ("bell", "alarm")},
    )
    assert result.ok
    assert result.expected_by == result.by == {Activity.LIKE: ("alarm", "bell")}


def test_default_means_that_nothing_decided():
    fields = {"path": "/about", "expect": {READ: Action.PASS}}
    assert result_of(**fields, by={READ: ("default",)}).ok
    assert not result_of(by={READ: ("default",)}).ok


def test_by_without_expectation_is_still_held():
    result = result_of(expect={}, by={READ: ("other",)})
    assert not result.ok


def test_unknown_place_meets_its_reason():
    result = result_of(
        visitor=Place(unknown=Unknown.BAD_ADDRESS),
        expect={READ: Action.BANNER},
        by={READ: ("unknown:bad_address",)},
    )
    assert result.ok


@pytest.mark.parametrize(
    ("now", "action"),
    [
        (-1, Action.PASS),
        (0, Action.INTERSTITIAL),
        (99, Action.INTERSTITIAL),
        (100, Action.PASS),
    ],
)
def test_clock_of_the_test_chooses_the_area_version(now, action):
    assert result_of(now=now, expect={READ: action}).ok


# The book that ships.


@pytest.fixture(scope="module")
def shipped():
    book, findings = load_book(RULES)
    assert book is not None, findings
    return book


def test_shipped_book_passes_its_own_tests(shipped):
    results = run_tests(shipped, real_membership)
    assert [result for result in results if not result.ok] == []
    assert len(results) >= 30


def every_membership(book):
    """Give every combination of memberships that any database could lead to."""
    versions = book.area_versions
    combinations = [()]
    for _ in versions:
        combinations = [(*c, m) for c in combinations for m in Membership]
    return [LocationClass(label=str(c), memberships=c) for c in combinations]


def test_shipped_book_keeps_its_promises_whatever_the_database(shipped):
    assert prove(shipped, every_membership(shipped)) == []


@pytest.mark.parametrize("activity", list(Activity))
def test_shipped_tests_ask_for_every_activity(shipped, activity):
    assert any(activity in test.expect for test in shipped.tests)


@pytest.mark.parametrize("reason", list(Unknown))
def test_shipped_tests_ask_for_every_reason(shipped, reason):
    assert any(test.visitor.unknown is reason for test in shipped.tests)


def is_noticed(book):
    """Say whether tests or promises notice that a book was changed."""
    failed = any(not result.ok for result in run_tests(book, real_membership))
    broken = prove(book, every_membership(book))
    return failed or any(finding.severity is Severity.ERROR for finding in broken)


def mutants_of(rule):
    """Yield a rule with each of its conditions weakened or dropped."""
    when = rule.when
    for area in when.areas or ():
        rest = tuple(a for a in when.areas if a != area)
        yield f"without {area}", replace(rule, when=replace(when, areas=rest))
    for glob in when.except_paths:
        rest = tuple(g for g in when.except_paths if g != glob)
        yield f"without {glob}", replace(rule, when=replace(when, except_paths=rest))
    yield "weaker", replace(rule, then=Action(rule.then - 1))
    yield "certain only", replace(rule, certainty=Membership.YES)
    yield "without span", replace(rule, effective=replace(rule.effective, since=None))
    if rule.if_possible is not None:
        yield "without if_possible", replace(rule, if_possible=None)


def test_shipped_tests_notice_every_small_change_of_a_rule(shipped):
    alive = []
    for number, rule in enumerate(shipped.rules):
        if rule.id.startswith("trial"):
            continue  # no reader meets it, so that no test can
        for name, mutant in mutants_of(rule):
            rules = (*shipped.rules[:number], mutant, *shipped.rules[number + 1 :])
            if not is_noticed(replace(shipped, rules=rules)):
                alive.append(f"{rule.id} {name}")
    assert alive == []
