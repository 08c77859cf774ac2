"""The same request, the same decision, the same page: every row at every door."""

from __future__ import annotations

import pytest

from gate.model import Answer, Passage
from tests.doors.contract.agreement import DIFFERENCES
from tests.doors.contract.doors import ASKING, CARRYING
from tests.doors.contract.rows import (
    BANNER,
    CONTINUES,
    EMPTY,
    FRAME,
    HELD,
    LEAVES,
    PAGE,
    PASSES,
    PROBLEM,
    REFUSED,
    ROWS,
)

STATUSES = {
    PAGE: {403},
    FRAME: {403},
    PROBLEM: {403},
    REFUSED: {400, 414, 421, 503},
    CONTINUES: {303},
    LEAVES: {303},
    EMPTY: {204},
}


def named(rows):
    return {"argvalues": rows, "ids": [row.name for row in rows]}


def kind_of(outcome):
    """Say what followed, in the words of the rows."""
    if isinstance(outcome, Passage):
        held = HELD if outcome.otherwise is not None else PASSES
        return BANNER if outcome.top else held
    fields = dict(outcome.headers)
    if outcome.status == 303:
        return LEAVES if fields["Location"].startswith("https:") else CONTINUES
    if outcome.status == 204:
        return EMPTY
    if fields.get("Content-Type") == "application/problem+json":
        return PROBLEM
    if outcome.printed is None or outcome.printed.notices:
        return PAGE
    return FRAME if outcome.status == 403 else REFUSED


@pytest.mark.parametrize("row", **named(ROWS))
def test_what_follows_is_what_the_contract_says(house, row):
    seen = house.knock("wsgi", house.filled(row.ask))
    if seen.outcome is None:
        assert row.due == REFUSED
        return
    assert kind_of(seen.outcome) == row.due
    if isinstance(seen.outcome, Passage):
        assert seen.reached == 1
        return
    assert seen.heard.status in STATUSES[row.due]
    assert seen.reached == 0
    if row.due == PAGE:
        assert row.notice in seen.outcome.printed.notices
    for name, value in row.more:
        assert seen.heard.field(name) == value


@pytest.mark.parametrize("name", [*CARRYING, *ASKING])
@pytest.mark.parametrize("row", **named(ROWS))
def test_every_door_says_the_same(houses, row, name):
    for house in houses.values():
        assert house.disagreement(name, house.filled(row.ask)) is None


@pytest.mark.parametrize("name", [*CARRYING, *ASKING])
@pytest.mark.parametrize(
    "row", **named([r for r in ROWS if r.due not in {PASSES, BANNER}])
)
def test_t30_nobody_keeps_what_the_gate_says_itself(house, row, name):
    seen = house.knock(name, house.filled(row.ask))
    if isinstance(seen.outcome, Answer):
        assert "no-store" in seen.heard.field("cache-control")
        assert b"zqx" not in seen.heard.body
        assert b"<i>owl" not in seen.heard.body


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("row", **named(ROWS))
def test_t29_nobody_keeps_what_a_check_says(house, row, name):
    seen = house.knock(name, house.filled(row.ask))
    if seen.said is not None:
        assert "no-store" in seen.said.field("cache-control")


ELSEWHERE = {
    "T18": "any path, raw or decoded, at every door: test_contract_random.py",
    "T28": "a gate that cannot be asked: the tests of the recipes, on real servers",
    "T29": "what a check says is kept by nobody: every row, above",
}


def test_every_known_hole_has_a_row():
    named_holes = {row.name.split()[0] for row in ROWS} | {*ELSEWHERE}
    assert {f"T{number}" for number in range(1, 31)} <= named_holes


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda d: d.reason[:40])
def test_every_difference_is_needed(houses, difference):
    """A difference that no row makes use of would only hide a fault."""
    others = [one for one in DIFFERENCES if one is not difference]
    name = difference.doors[-1]
    asks = [(h, h.filled(row.ask)) for h in houses.values() for row in ROWS]
    assert any(h.compared(ask, [name], others)[name] for h, ask in asks)
