from __future__ import annotations

from dataclasses import replace

import pytest

from gate.decision import decide, examine, stricter
from gate.model import (
    Action,
    Activity,
    Decision,
    Effective,
    Exemption,
    Mark,
    Membership,
    Mode,
    Rule,
    RuleBook,
    Unknown,
    UnknownPlaces,
    When,
)

MARK = Mark(file="book.yaml")
READ = (Activity.READ,)
SAFETY = "/help/safety/**"
MOSCOW = {"russia": Membership.YES}
MAYBE = {"russia": Membership.POSSIBLE}
BERLIN = {"russia": Membership.NO}


def rule(name="warn", **fields):
    defaults = {
        "title": "",
        "because": "",
        "mark": MARK,
        "notice": f"notice-of-{name}",
        "then": Action.INTERSTITIAL,
        "when": When(activities=READ, areas=("russia",)),
    }
    return Rule(id=name, **(defaults | fields))


def exemption(name="safety", **fields):
    defaults = {
        "relaxes": ("warn",),
        "to": Action.PASS,
        "when": When(activities=READ, paths=(SAFETY,)),
        "because": "",
        "approved_by": "",
        "effective": Effective(until=100),
        "mark": MARK,
    }
    return Exemption(id=name, **(defaults | fields))


def book(*rules, exemptions=(), unknown=Action.BANNER):
    return RuleBook(
        areas={},
        rules=rules,
        exemptions=exemptions,
        promises=(),
        tests=(),
        unknown=UnknownPlaces(
            notice="unknown-place",
            actions=dict.fromkeys(Unknown, unknown),
            max_age_days=1,
            mark=MARK,
        ),
        digest="",
        areas_digest="",
    )


def case(memberships=MOSCOW, paths=("/**",), now=50, unknown=None):
    return {
        "memberships": memberships,
        "matched": frozenset(paths),
        "activity": Activity.READ,
        "now": now,
        "unknown": unknown,
    }


def test_rule_decides_and_gives_its_notice():
    decision = decide(book(rule()), **case())
    assert decision == Decision(
        action=Action.INTERSTITIAL, notices=("notice-of-warn",), rules=("warn",)
    )


def test_nothing_decides_elsewhere():
    decision = decide(book(rule()), **case(BERLIN))
    assert decision == Decision()
    assert decision.by == ("default",)


def test_area_that_nobody_knows_has_no_members():
    assert decide(book(rule()), **case({})) == Decision()


def test_strictest_rule_decides_alone():
    weak = rule("weak", then=Action.BANNER)
    decision = decide(book(weak, rule()), **case())
    assert decision.rules == ("warn",)
    assert decision.notices == ("notice-of-warn",)


def test_equally_strict_rules_show_all_their_notices_each_once():
    twins = [rule("b"), rule("a"), rule("c", notice="notice-of-a")]
    decision = decide(book(*twins), **case())
    assert decision.rules == ("a", "b", "c")
    assert decision.notices == ("notice-of-a", "notice-of-b")


@pytest.mark.parametrize(
    ("now", "action"),
    [
        (9, Action.PASS),
        (10, Action.INTERSTITIAL),
        (19, Action.INTERSTITIAL),
        (20, Action.PASS),
    ],
    ids=["before from", "from is inside", "before until", "until is outside"],
)
def test_span_of_rule(now, action):
    dated = rule(effective=Effective(since=10, until=20))
    assert decide(book(dated), **case(now=now)).action is action


@pytest.mark.parametrize(
    ("now", "action"),
    [
        (9, Action.INTERSTITIAL),
        (10, Action.PASS),
        (19, Action.PASS),
        (20, Action.INTERSTITIAL),
    ],
    ids=["before from", "from is inside", "before until", "until is outside"],
)
def test_span_of_exemption(now, action):
    dated = exemption(effective=Effective(since=10, until=20))
    found = decide(
        book(rule(), exemptions=[dated]), **case(paths=("/**", SAFETY), now=now)
    )
    assert found.action is action


def test_excepted_path_is_outside_the_rule():
    when = When(activities=READ, areas=("russia",), except_paths=("/about/**",))
    found = decide(book(rule(when=when)), **case(paths=("/**", "/about/**")))
    assert found == Decision()


def test_other_activity_is_outside_the_rule():
    when = When(activities=(Activity.SHARE,), areas=("russia",))
    assert decide(book(rule(when=when)), **case()) == Decision()


@pytest.mark.parametrize(
    ("memberships", "certainty", "if_possible", "action"),
    [
        (MAYBE, Membership.POSSIBLE, None, Action.INTERSTITIAL),
        (MAYBE, Membership.POSSIBLE, Action.BANNER, Action.BANNER),
        (MOSCOW, Membership.POSSIBLE, Action.BANNER, Action.INTERSTITIAL),
        (MAYBE, Membership.YES, None, Action.PASS),
        (MOSCOW, Membership.YES, None, Action.INTERSTITIAL),
        (BERLIN, Membership.POSSIBLE, Action.BANNER, Action.PASS),
    ],
)
def test_certainty(memberships, certainty, if_possible, action):
    some_rule = rule(certainty=certainty, if_possible=if_possible)
    assert decide(book(some_rule), **case(memberships)).action is action


def test_highest_membership_of_several_areas_counts():
    when = When(activities=READ, areas=("russia", "crimea"))
    some_rule = rule(when=when, if_possible=Action.BANNER)
    memberships = MAYBE | {"crimea": Membership.YES}
    assert decide(book(some_rule), **case(memberships)).action is Action.INTERSTITIAL


def test_exemption_that_leaves_nothing_is_named_alone():
    found = decide(
        book(rule(), exemptions=[exemption()]), **case(paths=("/**", SAFETY))
    )
    assert found == Decision(exemptions=("safety",))
    assert found.by == ("safety",)


def test_exemption_that_only_weakens_is_named_beside_its_rule():
    weaker = exemption(to=Action.BANNER)
    found = decide(book(rule(), exemptions=[weaker]), **case(paths=("/**", SAFETY)))
    assert found.action is Action.BANNER
    assert found.by == ("safety", "warn")


def test_exemption_loosens_only_the_rule_that_it_names():
    other = rule("other", then=Action.BANNER)
    found = decide(
        book(rule(), other, exemptions=[exemption()]), **case(paths=("/**", SAFETY))
    )
    assert found.by == ("other",)


def test_exemption_to_a_stricter_action_changes_nothing():
    stern = exemption(to=Action.BLOCK)
    found = decide(book(rule(), exemptions=[stern]), **case(paths=("/**", SAFETY)))
    assert found.by == ("warn",)
    assert found.action is Action.INTERSTITIAL


def test_exemption_to_the_same_action_is_not_named():
    idle = exemption(to=Action.INTERSTITIAL)
    found = decide(book(rule(), exemptions=[idle]), **case(paths=("/**", SAFETY)))
    assert found.by == ("warn",)


def test_only_the_loosest_exemption_is_named():
    weaker = exemption("weaker", to=Action.BANNER)
    found = decide(
        book(rule(), exemptions=[weaker, exemption()]), **case(paths=("/**", SAFETY))
    )
    assert found.by == ("safety",)


def test_exemption_needs_certainty():
    local = exemption(when=When(activities=READ, areas=("russia",)))
    some_book = book(rule(), exemptions=[local])
    assert decide(some_book, **case(MAYBE)).action is Action.INTERSTITIAL
    assert decide(some_book, **case(MOSCOW)).action is Action.PASS


def test_shadow_rule_is_told_and_not_applied():
    trial = rule("trial", then=Action.BLOCK, mode=Mode.SHADOW)
    found = decide(book(rule(), trial), **case())
    assert found.by == ("warn",)
    assert found.shadow is Action.BLOCK
    assert found.shadow_rules == ("trial",)


def unknown_case(**fields):
    return case({}, unknown=Unknown.BAD_ADDRESS, **fields)


def test_reason_stands_in_for_the_area():
    found = decide(book(rule(certainty=Membership.YES)), **unknown_case())
    assert found == Decision(
        action=Action.BANNER,
        notices=("unknown-place",),
        reasons=("unknown:bad_address",),
    )


def test_memberships_of_an_unknown_place_are_not_read():
    found = decide(book(rule()), **(unknown_case() | {"memberships": MOSCOW}))
    assert found.by == ("unknown:bad_address",)


def test_reason_does_not_matter_where_no_rule_reaches():
    dated = rule(effective=Effective(until=10))
    assert decide(book(dated), **unknown_case()) == Decision()


def test_no_exemption_relaxes_an_unknown_place():
    found = decide(
        book(rule(), exemptions=[exemption()]), **unknown_case(paths=("/**", SAFETY))
    )
    assert found.by == ("unknown:bad_address",)


def test_rule_without_area_holds_at_an_unknown_place():
    everywhere = rule("everywhere", when=When(activities=READ))
    found = decide(book(rule(), everywhere), **unknown_case())
    assert found.action is Action.INTERSTITIAL
    assert found.by == ("everywhere",)


def test_rule_without_area_may_be_exempted_at_an_unknown_place():
    everywhere = rule(when=When(activities=READ))
    found = decide(
        book(everywhere, exemptions=[exemption()]),
        **unknown_case(paths=("/**", SAFETY)),
    )
    assert found.by == ("safety",)


def test_reason_whose_action_is_pass_still_says_that_it_decided():
    found = decide(book(rule(), unknown=Action.PASS), **unknown_case())
    assert found == Decision(reasons=("unknown:bad_address",))


def test_shadow_rule_meets_the_action_of_an_unknown_place():
    trial = rule("trial", mode=Mode.SHADOW, then=Action.BLOCK)
    found = decide(book(trial), **unknown_case())
    assert found == Decision(shadow=Action.BANNER, shadow_rules=("trial",))


def test_stricter_takes_the_stricter_side_whole():
    left = Decision(action=Action.BANNER, notices=("b",), rules=("b",))
    right = Decision(action=Action.BLOCK, notices=("a",), rules=("a",))
    assert stricter(left, right) == right


def test_stricter_unites_equals():
    left = Decision(action=Action.BANNER, notices=("b",), rules=("b",))
    right = Decision(action=Action.BANNER, notices=("a",), reasons=("unknown:x",))
    assert stricter(left, right) == Decision(
        action=Action.BANNER,
        notices=("a", "b"),
        rules=("b",),
        reasons=("unknown:x",),
    )


def test_stricter_keeps_shadow_of_the_looser_side():
    left = Decision(shadow=Action.BLOCK, shadow_rules=("trial",))
    right = Decision(action=Action.BANNER, notices=("a",), rules=("a",))
    expected = replace(right, shadow=Action.BLOCK, shadow_rules=("trial",))
    assert stricter(left, right) == expected


def test_examination_tells_each_condition_of_a_rule_that_misses():
    when = When(activities=(Activity.SHARE,), areas=("russia",), paths=("/x",))
    missed = rule(when=when, effective=Effective(until=10), certainty=Membership.YES)
    row = examine(book(missed), **case(MAYBE)).rules[0]
    assert row.conditions.area is Membership.POSSIBLE
    assert not row.conditions.path
    assert not row.conditions.activity
    assert not row.conditions.time
    assert row.certain is False
    assert not row.holds
    assert row.effect is None


def test_examination_tells_what_an_exemption_did_to_a_rule():
    seen = examine(
        book(rule(), exemptions=[exemption()]), **case(paths=("/**", SAFETY))
    )
    row = seen.rules[0]
    assert row.before is Action.INTERSTITIAL
    assert row.effect is Action.PASS
    assert row.exemptions == ("safety",)
    assert seen.exemptions[0].holds


def test_examination_tells_why_an_exemption_does_not_hold():
    local = exemption(when=When(activities=READ, areas=("russia",)))
    row = examine(book(rule(), exemptions=[local]), **case(MAYBE)).exemptions[0]
    assert row.conditions.reachable
    assert not row.certain
    assert not row.holds


def test_examination_shows_reason_instead_of_membership():
    row = examine(book(rule()), **unknown_case()).rules[0]
    assert row.conditions.area is Unknown.BAD_ADDRESS
    assert row.certain is None
    assert row.holds


def test_condition_that_is_not_asked_is_none():
    everywhere = rule(when=When(activities=READ))
    assert examine(book(everywhere), **case()).rules[0].conditions.area is None
