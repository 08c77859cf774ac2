from __future__ import annotations

import shutil
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
    Mode,
    Place,
    Rule,
    RuleBook,
    Unknown,
    UnknownPlaces,
    When,
)
from gate.places.areas import membership as real_membership
from gate.rules import load_book
from gate.rules.proving.proof import prove
from gate.rules.testing.trial import Memberships, run_tests

MARK = Mark(file="book.yaml", line=3)
READ, SHARE = Activity.READ, Activity.SHARE
RULES = Path(__file__).parent.parent / "rules"
BASE = Path(__file__).parent / "books" / "good" / "base"


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


def make_book(*rules, **fields):
    versions = tuple(
        AreaVersion(since=since, whole=(country,), mark=MARK)
        for since, country in ((0, "RU"), (100, "KP"))
    )
    return RuleBook(
        areas={"there": Area(id="there", title="", versions=versions, mark=MARK)},
        rules=rules,
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


def result_of(**fields):
    book = make_book(
        make_rule("warn", READ),
        make_rule("alarm", Activity.LIKE),
        make_rule("bell", Activity.LIKE),
        **fields,
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


def test_order_of_names_means_nothing():
    result = result_of(
        expect={Activity.LIKE: Action.INTERSTITIAL},
        by={Activity.LIKE: ("bell", "alarm")},
    )
    assert result.ok
    assert result.by == {Activity.LIKE: ("alarm", "bell")}


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


def test_expected_notices_are_all_that_are_shown():
    assert result_of(notices={READ: ("n",)}).ok
    result = result_of(notices={READ: ("n", "other")})
    assert result.failures == ("read: expected notices n, other, got notices n",)
    assert result.notices == {READ: ("n",)}


def shadow_of(**fields):
    trial = replace(make_rule("trial", READ), mode=Mode.SHADOW, then=Action.BLOCK)
    (result,) = run_tests(make_book(trial, **fields), membership)
    return result


def test_shadow_says_what_shadow_rules_alone_would_do():
    expect = {READ: Action.PASS}
    assert shadow_of(expect=expect, shadow={READ: Action.BLOCK}).ok
    result = shadow_of(expect=expect, shadow={READ: Action.PASS})
    assert result.failures == ("read: expected in shadow pass, got in shadow block",)


def test_shadow_by_names_the_shadow_rules_that_hold():
    expect = {READ: Action.PASS}
    assert shadow_of(expect=expect, shadow_by={READ: ("trial",)}).ok
    result = shadow_of(expect=expect, path="/about", shadow_by={READ: ("trial",)})
    assert result.failures == (
        "read: expected in shadow by trial, got in shadow by none",
    )


def test_memberships_are_worked_out_once_for_versions_that_say_the_same():
    asked = []

    def counting(version, place):
        asked.append(place)
        return membership(version, place)

    known = Memberships(counting)
    old = AreaVersion(since=0, whole=("RU",), mark=MARK)
    later = AreaVersion(since=9, whole=("RU",), as_of="2026-01-01", mark=MARK)
    other = AreaVersion(since=0, whole=("KP",), mark=MARK)
    place = Place(country="RU")
    levels = [known(version, place)[0] for version in (old, later, old, other)]
    assert levels == [Membership.YES, Membership.YES, Membership.YES, Membership.NO]
    assert len(asked) == 2


# Files that hold only tests.


def load_with(tmp_path, text, name="areas/more_test.yaml"):
    shutil.copytree(BASE, tmp_path / "book")
    (tmp_path / "book" / name).write_text(text, "utf-8")
    return load_book(tmp_path / "book")


TOWNS = """\
format: rules/1
tests:
  - name: Two countries
    now: "2026-09-10T12:00:00+03:00"
    visitors:
      - {country: RU}
      - {country: NO}
    path: /a
    expect: {read: interstitial}
"""


def test_a_file_of_tests_needs_no_owner_and_counts_in_the_digest(tmp_path):
    book, findings = load_with(tmp_path, TOWNS)
    base, _ = load_book(BASE)
    assert findings == ()
    assert len(book.tests) == len(base.tests) + 2
    assert book.owners == base.owners
    assert book.digest != base.digest
    assert book.areas_digest == base.areas_digest


def test_each_visitor_is_a_test_of_its_own_at_its_own_line(tmp_path):
    book, _ = load_with(tmp_path, TOWNS)
    results = [r for r in run_tests(book, real_membership) if r.name == "Two countries"]
    assert [(result.mark.line, result.ok) for result in results] == [
        (6, True),
        (7, False),
    ]


@pytest.mark.parametrize("key", ["rules", "exemptions", "promises", "unknown"])
def test_a_file_of_tests_holds_nothing_else_and_says_so(tmp_path, key):
    book, findings = load_with(tmp_path, f"{TOWNS}{key}: []\n")
    assert book is None
    finding = next(f for f in findings if f.mark.file.endswith("more_test.yaml"))
    assert finding.code == "R003"
    assert "_test.yaml holds tests and nothing else" in finding.hint


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
