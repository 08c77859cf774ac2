"""How rules fare is told alike by `gate explain` and by the preview."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rules_proof import FROM, book, exemption, rule

from gate.cli.explaining import cells_of
from gate.model import Action, Activity, LocationClass, Membership, Mode, Place, Unknown
from gate.rules import load_book
from gate.workbench.explain import Subject, explain
from gate.workbench.faring import Ending, Sign, fared
from gate.workbench.preview.table import lines_of
from gate.workbench.subjects import class_of

NOW = FROM + 10
SHIPPED, _ = load_book(Path(__file__).parent.parent / "rules")
SURE = book(
    rule("sure", certainty=Membership.YES),
    rule("also-possible", 2),
    rule("tried", 3, mode=Mode.SHADOW),
    exemptions=[exemption(relaxes=("also-possible", "sure", "tried"))],
)


def of_class(level):
    return LocationClass(label="made", memberships=(level,))


def view(some_book, found, path="/a/x", activity=Activity.READ, now=NOW):
    subject = Subject(
        address=None,
        place=Place(unknown=found.unknown),
        found=found,
        second=None,
        path=path,
        now=now,
        activities=(activity,),
    )
    return explain(some_book, subject, {}).activities[0]


def shipped(path="/a/x", activity=Activity.READ, now=NOW, **place):
    return view(SHIPPED, class_of(SHIPPED, Place(**place)), path, activity, now)


UNKNOWN = LocationClass(label="", unknown=Unknown.BAD_ADDRESS)
CASES = {
    "simply outside": shipped("/", country="DE"),
    "certainly inside": shipped(country="RU"),
    "possibly inside": shipped(country="UA", subdivision="UA-65", accuracy_km=50),
    "shares": shipped(country="RU", activity=Activity.SHARE),
    "exempt": shipped("/help/safety/phone-search", country="RU"),
    "before the rules": shipped(country="RU", now=FROM - 1),
    "unknown": shipped(unknown=Unknown.ANONYMOUS_NETWORK),
    "possible where one rule wants certainty": view(
        SURE, of_class(Membership.POSSIBLE)
    ),
    "certain, and loosened": view(SURE, of_class(Membership.YES), "/help/x"),
    "possible, on a page that is loosened for members": view(
        SURE, of_class(Membership.POSSIBLE), "/help/x"
    ),
    "outside of what wants certainty": view(SURE, of_class(Membership.NO)),
    "unknown, where one rule wants certainty": view(SURE, UNKNOWN),
}


def signs_on_a_terminal(cells):
    """The signs of a row, as the preview spells them."""
    spelled = ("any" if cell == "-" else cell.partition(":")[0] for cell in cells[1:6])
    return tuple(spelled)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_both_views_show_the_same_signs_and_kinds_of_outcome(case):
    terminal = {row.item.id: cells_of(row) for row in fared(case)}
    page = {line.id: line for line in lines_of(case)}
    assert terminal.keys() == page.keys()
    for name, cells in terminal.items():
        assert signs_on_a_terminal(cells) == page[name].signs
        outcomes = cells[6], page[name].outcome
        assert bool(outcomes[0]) == bool(outcomes[1])
        unsure = {outcome == "not certain enough" for outcome in outcomes}
        assert len(unsure) == 1


def endings(case):
    return {row.item.id: row.ending for row in fared(case)}


def test_only_who_may_be_inside_is_not_certain_enough():
    assert endings(CASES["possible where one rule wants certainty"]) == {
        "sure": Ending.UNCERTAIN,
        "also-possible": Ending.ACTS,
        "tried": Ending.ACTS,
        "safety": Ending.LOOSENS,
    }
    assert endings(CASES["outside of what wants certainty"])["sure"] is Ending.NOTHING
    assert set(endings(CASES["simply outside"]).values()) == {
        Ending.NOTHING,
        Ending.LOOSENS,
    }


def test_what_is_not_met_anyway_is_not_for_want_of_certainty():
    other = view(SURE, of_class(Membership.POSSIBLE), activity=Activity.LIKE)
    assert endings(other)["sure"] is Ending.NOTHING


def test_a_rule_that_is_loosened_says_from_what_to_what():
    (row,) = (r for r in fared(CASES["certain, and loosened"]) if r.item.id == "sure")
    assert row.ending is Ending.LOOSENED
    assert (row.before, row.effect) == (Action.INTERSTITIAL, Action.PASS)
    assert cells_of(row)[6] == "interstitial, then pass by safety"


def test_who_is_nowhere_may_be_anywhere_and_the_reason_is_told():
    row = fared(CASES["unknown, where one rule wants certainty"])[0]
    assert (row.signs.verdict, row.signs.area) == (Sign.MAY, Sign.MAY)
    assert row.decides
    assert cells_of(row)[2] == "may: bad_address"
