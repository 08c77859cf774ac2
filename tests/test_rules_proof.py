from __future__ import annotations

from dataclasses import replace

import pytest

from gate.model import (
    Action,
    Activity,
    Area,
    AreaVersion,
    Effective,
    Exemption,
    LocationClass,
    Mark,
    Membership,
    Mode,
    Promise,
    Rule,
    RuleBook,
    Severity,
    Unknown,
    UnknownPlaces,
    When,
)
from gate.rules.proof import prove

READ = (Activity.READ,)
FROM = 1_708_376_400  # 2024-02-20T00:00:00+03:00
CLASSES = [
    LocationClass(label="RU", memberships=(Membership.YES,)),
    LocationClass(label="UA-65", memberships=(Membership.POSSIBLE,)),
    LocationClass(label="other", memberships=(Membership.NO,)),
]


def mark(line):
    return Mark(file="book.yaml", line=line)


def rule(name="warn", line=1, **fields):
    defaults = {
        "title": "",
        "because": "",
        "mark": mark(line),
        "notice": "notice",
        "then": Action.INTERSTITIAL,
        "when": When(activities=READ, areas=("russia",)),
        "effective": Effective(since=FROM),
    }
    return Rule(id=name, **(defaults | fields))


def exemption(name="safety", line=50, **fields):
    defaults = {
        "relaxes": ("warn",),
        "to": Action.PASS,
        "when": When(activities=READ, paths=("/help/**",)),
        "because": "",
        "approved_by": "",
        "effective": Effective(until=FROM + 1_000),
        "mark": mark(line),
    }
    return Exemption(id=name, **(defaults | fields))


def promise(name="warned", line=90, **fields):
    defaults = {
        "scope": When(activities=READ, areas=("russia",)),
        "mark": mark(line),
        "at_least": Action.INTERSTITIAL,
        "effective": Effective(since=FROM),
    }
    return Promise(id=name, **(defaults | fields))


def book(*rules, exemptions=(), promises=()):
    versions = (AreaVersion(since=0, mark=mark(0)),)
    return RuleBook(
        areas={"russia": Area(id="russia", title="", versions=versions, mark=mark(0))},
        rules=rules,
        exemptions=exemptions,
        promises=promises,
        tests=(),
        unknown=UnknownPlaces(
            notice="nowhere",
            actions=dict.fromkeys(Unknown, Action.BANNER),
            max_age_days=1,
            mark=mark(99),
        ),
        digest="",
        areas_digest="",
    )


def found(some_book, classes=CLASSES):
    return [(d.code, d.severity, d.mark.line) for d in prove(some_book, classes)]


ERROR, WARNING = Severity.ERROR, Severity.WARNING


def test_sound_book_has_no_findings():
    sound = book(
        rule(),
        exemptions=[exemption()],
        promises=[
            promise(
                scope=When(
                    activities=READ, areas=("russia",), except_paths=("/help/**",)
                )
            )
        ],
    )
    assert prove(sound, CLASSES) == []


def test_refuted_promise_shows_place_path_activity_and_time():
    broken = book(rule(), exemptions=[exemption()], promises=[promise()])
    (finding,) = prove(broken, CLASSES)
    assert (finding.code, finding.severity) == ("R043", ERROR)
    assert finding.mark.line == 90
    for part in ("RU", "/help", "read", "2024-02-19T21:00:00+00:00", "pass", "safety"):
        assert part in finding.message
    assert "at least interstitial" in finding.message
    assert "by safety (book.yaml:50)" in finding.message
    assert '(when "warn" begins and "warned" begins)' in finding.message


def test_a_promise_refuted_before_all_dates_names_what_begins():
    always = promise(effective=Effective(), scope=When(activities=READ))
    (finding,) = prove(book(rule(), promises=[always]), CLASSES)
    assert '(just before "russia" begins) meets pass by default' in finding.message


def test_one_hour_between_rule_and_promise_is_found():
    late = rule(effective=Effective(since=FROM + 3600))
    assert found(book(late, promises=[promise()])) == [("R043", ERROR, 90)]


def test_promise_that_begins_with_its_rule_holds():
    assert found(book(rule(), promises=[promise()])) == []


def test_promise_ends_where_its_rule_does():
    ended = rule(effective=Effective(since=FROM, until=FROM + 10))
    same = promise(effective=Effective(since=FROM, until=FROM + 10))
    longer = promise(effective=Effective(since=FROM, until=FROM + 11))
    assert found(book(ended, promises=[same])) == []
    assert found(book(ended, promises=[longer])) == [("R043", ERROR, 90)]


def test_areas_of_a_promise_mean_certain_members():
    only_certain = rule(certainty=Membership.YES)
    assert found(book(only_certain, promises=[promise()])) == []


OUTSIDE = When(activities=READ, outside_areas=("russia",))


def test_outside_areas_mean_certainly_not_there():
    kept = promise(scope=OUTSIDE, at_least=None, at_most=Action.PASS)
    assert found(book(rule(), promises=[kept])) == []


def test_rule_for_everybody_breaks_a_promise_for_those_outside():
    everywhere = rule(when=When(activities=READ))
    broken = promise(scope=OUTSIDE, at_least=None, at_most=Action.PASS)
    findings = prove(book(everywhere, promises=[broken]), CLASSES)
    assert [finding.code for finding in findings] == ["R043"]
    assert "other" in findings[0].message


@pytest.mark.parametrize("reason", list(Unknown))
def test_promise_speaks_of_unknown_places_only_by_their_reason(reason):
    scope = When(activities=READ, unknown=(reason,))
    kept = promise(scope=scope, at_least=Action.BANNER)
    broken = promise(scope=scope, at_least=Action.INTERSTITIAL)
    assert found(book(rule(), promises=[kept])) == []
    (finding,) = prove(book(rule(), promises=[broken]), CLASSES)
    assert finding.code == "R043"
    assert reason in finding.message


def test_promise_without_place_speaks_of_everybody():
    nobody_blocked = promise(
        scope=When(activities=READ), at_least=None, at_most=Action.INTERSTITIAL
    )
    assert found(book(rule(), promises=[nobody_blocked])) == []
    blocking = rule("other", then=Action.BLOCK, certainty=Membership.YES)
    assert found(book(rule(), blocking, promises=[nobody_blocked])) == [
        ("R043", ERROR, 90)
    ]


def test_promise_of_nothing_is_vacuous():
    scope = When(
        activities=READ, areas=("russia",), paths=("/x/**",), except_paths=("/**",)
    )
    assert found(book(rule(), promises=[promise(scope=scope)])) == [
        ("R044", WARNING, 90)
    ]


def test_promise_for_an_area_without_members_is_vacuous():
    assert found(book(rule(), promises=[promise()]), CLASSES[1:]) == [
        ("R044", WARNING, 90)
    ]


def test_rule_with_contradictory_paths_can_never_hold():
    when = When(
        activities=READ, areas=("russia",), paths=("/a/b",), except_paths=("/a/**",)
    )
    assert found(book(rule(), rule("no", 2, when=when))) == [("R040", ERROR, 2)]


def test_exemption_whose_span_is_empty_can_never_hold():
    empty = exemption(effective=Effective(since=9, until=9))
    assert found(book(rule(), exemptions=[empty])) == [("R040", ERROR, 50)]


def test_rule_that_no_known_place_meets_is_a_warning():
    assert found(book(rule(certainty=Membership.YES)), CLASSES[1:]) == [
        ("R040", WARNING, 1)
    ]


def test_without_known_places_nothing_is_said_about_them():
    assert found(book(rule()), []) == []


def test_weaker_rule_under_a_stricter_one_never_decides():
    weak = rule("weak", 2, then=Action.BANNER)
    assert found(book(rule(), weak)) == [("R041", WARNING, 2)]


def test_weaker_rule_with_paths_of_its_own_decides_there():
    when = When(activities=READ, areas=("russia",), paths=("/help/**",))
    weak = rule("weak", 2, then=Action.BANNER, when=when)
    narrow = rule(
        when=When(activities=READ, areas=("russia",), except_paths=("/help/**",))
    )
    assert found(book(narrow, weak)) == []


def test_rule_that_only_adds_its_notice_changes_the_page():
    assert found(book(rule(), rule("other", 2, notice="other"))) == []


def test_shadow_rule_need_not_decide():
    trial = rule("trial", 2, then=Action.BANNER, mode=Mode.SHADOW)
    assert found(book(rule(), trial)) == []


def test_exemption_that_another_rule_undoes_never_decides():
    twin = rule("twin", 2)
    useless = book(rule(), twin, exemptions=[exemption()])
    assert ("R041", WARNING, 50) in found(useless)


def test_patterns_that_multiply_are_one_finding_at_a_rule_that_has_them():
    paths = tuple(f"/**/{letter}/**" for letter in "abcdefghijklmnopqrst")
    many = rule("many", 2, when=When(activities=READ, areas=("russia",), paths=paths))
    assert found(book(rule(), many)) == [("R047", ERROR, 2)]


def test_findings_are_sorted_by_place_in_the_file():
    weak = [rule(f"weak{i}", line, then=Action.BANNER) for i, line in enumerate((9, 3))]
    sorted_lines = [line for _, _, line in found(book(rule(), *weak))]
    assert sorted_lines == [3, 9]


def test_rule_and_exemption_may_share_an_id():
    twins = book(rule(), exemptions=[exemption("warn")])
    assert found(twins) == []
    assert found(replace(twins, exemptions=())) == []
