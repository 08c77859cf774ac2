"""Notes about a sound book: trials that would be felt, and the price of doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_rules_proof import CLASSES, FROM, READ, book, rule

from gate.model import (
    Action,
    Amount,
    Effective,
    LocationClass,
    Membership,
    Mode,
    Severity,
    Unknown,
    When,
)
from gate.rules.proving.remarks import doubts, remarks

EVERYBODY = When(activities=READ)
NOW = FROM + 10


def trial(line=2, **fields):
    defaults = {"mode": Mode.SHADOW, "then": Action.BLOCK, "notice": "notice"}
    return rule("trial", line, **(defaults | fields))


def codes(some_book, now=NOW):
    return [(f.code, f.subject) for f in remarks(some_book, CLASSES, now=now)]


def test_a_stricter_trial_would_be_felt():
    (note,) = remarks(book(rule(), trial()), CLASSES, now=NOW)
    assert (note.code, note.severity, note.mark.line) == ("R045", Severity.NOTE, 2)
    assert "would change 100.0 % of the cases" in note.message
    assert "meets interstitial by warn (book.yaml:1)" in note.hint


def test_a_trial_of_what_holds_already_is_not_remarked():
    assert codes(book(rule(), trial(then=Action.BANNER))) == []


@pytest.mark.parametrize(
    ("excepted", "share"), [(("/a", "/b"), "66.7 %"), (("/a",), None), ((), None)]
)
def test_a_trial_is_remarked_if_it_changes_more_than_half_of_its_cases(excepted, share):
    narrow = rule(when=replace(EVERYBODY, except_paths=excepted))
    wide = trial(then=Action.INTERSTITIAL, when=EVERYBODY)
    notes = remarks(book(narrow, wide), CLASSES, now=NOW)
    assert [note.message.split("change ")[1][:6] for note in notes] == (
        [share] if share else []
    )


def test_a_trial_that_is_over_is_not_remarked():
    over = trial(effective=Effective(since=FROM, until=FROM + 5))
    assert codes(book(rule(), over)) == []
    assert codes(book(rule(), over), now=FROM) == [("R045", "trial")]


def test_notices_that_stand_together_are_told_with_a_place():
    other = rule("other", 2, notice="other")
    (note,) = remarks(
        book(rule(), other), CLASSES, now=NOW, address_of=lambda _: "5.0.0.0"
    )
    assert (note.code, note.severity) == ("R032", Severity.NOTE)
    assert 'The notices "notice" and "other" stand together' in note.message
    assert "5.0.0.0, RU (russia yes)" in note.message


AMOUNTS = [Amount(600, 60), Amount(30, 0), Amount(9_370, 0)]


def test_the_price_of_doubt_is_told_in_addresses():
    (note,) = doubts(book(rule()), CLASSES, AMOUNTS, now=NOW)
    assert (note.code, note.severity, note.subject) == ("R046", Severity.NOTE, "russia")
    assert "at 30 IPv4 addresses (0.3 % of the loaded databases)" in note.message
    assert "0 IPv6 networks (0.0 %)" in note.message
    assert "UA-65 (100.0 %)" in note.hint


NO_DOUBT = {
    "the rule asks for certainty": book(rule(certainty=Membership.YES)),
    "everybody gets a notice there": book(
        rule(), rule("all", 2, when=EVERYBODY, then=Action.BANNER)
    ),
    "the rule is over": book(rule(effective=Effective(until=FROM))),
    "it is only tried": book(trial()),
    "no area is asked for": book(rule(when=EVERYBODY)),
}


@pytest.mark.parametrize("case", NO_DOUBT)
def test_without_a_notice_for_doubt_alone_nothing_is_told(case):
    assert doubts(NO_DOUBT[case], CLASSES, AMOUNTS, now=NOW) == []


def test_what_has_a_doubt_beside_its_place_is_not_counted():
    unsure = replace(CLASSES[1], doubt=Unknown.ANONYMOUS_NETWORK)
    assert doubts(book(rule()), [CLASSES[0], unsure], AMOUNTS[:2], now=NOW) == []


def test_unknown_places_are_no_part_of_the_whole():
    nowhere = LocationClass(label="private_address", unknown=Unknown.PRIVATE_ADDRESS)
    classes, amounts = [*CLASSES, nowhere], [*AMOUNTS, Amount(10**9, 0)]
    (note,) = doubts(book(rule()), classes, amounts, now=NOW)
    assert "(0.3 % of the loaded databases)" in note.message
