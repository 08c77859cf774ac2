"""A jump in unknown places is an alarm; slow growth and refused requests are none."""

from __future__ import annotations

import io
import time
from collections import Counter
from typing import NamedTuple

import pytest
import updates
from prometheus_client import CollectorRegistry, generate_latest
from updates import world

from gate.doors.health import reasons
from gate.engine import Gate, alarms, renewal
from gate.engine.alarms import BLIND
from gate.engine.meters import Board, Meter
from gate.engine.sight import WINDOW, Sight
from gate.engine.status import report
from gate.workbench.running.metrics import GateCollector

SOON = 30  # seconds in which a change must have been taken on a busy machine


class Cell(NamedTuple):
    place: str


class Counts:
    """Counts that grow, as those of a worker do."""

    def __init__(self):
        self.sums = Counter()
        self.sight = Sight()

    def after(self, known=0, **places):
        self.sums.update({"DE": known, **places})
        self.sight.look({Cell(place): n for place, n in self.sums.items()})
        return self.sight.is_lost


@pytest.fixture(name="counts")
def _counts():
    return Counts()


def test_three_times_the_share_before_is_an_alarm_until_it_is_over(counts):
    assert not counts.after(known=960, not_in_database=40)
    assert not counts.after(known=900, not_in_database=100)
    assert counts.after(known=750, not_in_database=250)
    assert counts.after(known=750, not_in_database=250)  # it does not become usual
    assert not counts.after(known=990, not_in_database=10)


def test_a_small_share_is_none_however_it_jumps(counts):
    assert not counts.after(known=10_000)
    assert not counts.after(known=960, not_in_database=40)
    assert counts.after(known=940, database_unusable=60)


def test_what_grows_slowly_is_no_jump(counts):
    for share in range(0, 500, 20):
        assert not counts.after(known=WINDOW - share, not_in_database=share)


def test_a_gate_that_begins_blind_says_so(counts):
    assert counts.after(known=800, not_in_database=200)


def test_nothing_is_said_of_few_decisions_and_of_what_was_refused(counts):
    assert not counts.after(known=1, not_in_database=990)
    counts.after(known=99_000)
    assert not counts.after(**{"": 50_000})
    assert not counts.after(known=1000, private_address=5000)  # that is another alarm


def test_counts_that_begin_anew_are_no_jump(counts):
    counts.after(known=50_000, not_in_database=1000)
    counts.sums.clear()
    assert not counts.after(known=10, not_in_database=900)
    assert not counts.after(known=2000)
    assert counts.after(known=100, not_in_database=1900)


def ask(gate, address, times):
    for _ in range(times):
        gate.handle(
            {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": "/a/x",
                "HTTP_HOST": "localhost",
                "HTTP_ACCEPT": "text/html",
                "HTTP_SEC_FETCH_DEST": "document",
                "HTTP_SEC_FETCH_MODE": "navigate",
                "REMOTE_ADDR": address,
                "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(),
            },
            door="wsgi",
        )


def until(gate, holds):
    ends = time.monotonic() + SOON
    while not holds() and time.monotonic() < ends:
        gate.tick()
        time.sleep(0.02)
    return holds()


def jump_in_metrics(board, meter, gate):
    meter.say({"status": "ready", "unknown_jump": gate.is_blind})
    registry = CollectorRegistry(auto_describe=False)
    registry.register(GateCollector(board))
    lines = generate_latest(registry).decode().splitlines()
    return next(x for x in lines if x.startswith("gate_unknown_jump"))


def test_a_real_gate_whose_database_goes_blind(
    make_config, tmp_path, monkeypatch, caplog
):
    """The usual reader is settled at a glance, and counts all the same."""
    monkeypatch.setattr(renewal, "EVERY", 0.05)
    monkeypatch.setattr(renewal, "REST", 0.02)
    monkeypatch.setattr(alarms, "LOOK", 0.01)
    database = tmp_path / "city.mmdb"
    today = int(time.time())
    database.write_bytes(world(built=today))
    board = Board(2)
    meter = Meter(board)
    meter.sit(board.seat(set()))
    config = make_config(geo={"databases": [str(database)]})
    gate = Gate.load(config, meter=meter)
    berlin = "160.45.170.10"
    ask(gate, berlin, 3 * WINDOW)
    ask(gate, "192.203.230.10", 20)  # in no network of this world
    gate.tick()
    assert (gate.is_blind, gate.alarms) == (False, ())

    blind = {**updates.WORLD, "DE": ["91.64.0.0/14"]}
    taken = gate.snapshot.versions.database
    database.write_bytes(world(built=today, **blind))
    assert until(gate, lambda: gate.snapshot.versions.database != taken)
    ask(gate, berlin, WINDOW)
    assert until(gate, lambda: gate.is_blind)
    ask(gate, berlin, WINDOW)
    gate.tick()
    assert BLIND in reasons(gate, today)
    assert BLIND in report(gate)["trouble"]
    assert jump_in_metrics(board, meter, gate) == "gate_unknown_jump 1.0"
    assert [r.message for r in caplog.records].count(BLIND) == 1

    database.write_bytes(world(built=today))
    assert until(gate, lambda: gate.snapshot.versions.database == taken)
    ask(gate, berlin, 2 * WINDOW)
    assert until(gate, lambda: not gate.is_blind)
    assert BLIND not in reasons(gate, today)
    assert jump_in_metrics(board, meter, gate) == "gate_unknown_jump 0.0"
