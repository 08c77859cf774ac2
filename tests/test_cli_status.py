"""gate status: what the running workers say."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from gate.audit import CountCell, MemoryCounter, Outcome, Versions
from gate.cli import main
from gate.cli.status import _show as show
from gate.engine.status import FOLDER, StatusSocket
from gate.model import Action, Activity, Membership
from gate.workbench.starter import write_starter
from gate.workbench.status import collect, summed

CELL = ("comment", "interstitial", "degraded", "not_in_database")
VERSIONS = Versions("b", "a", "d", "n", "c", "0")


def cell(**changes):
    made = {
        "period": "2026-11-22",
        "hour": "",
        "site": "herald",
        "place": "RU",
        "areas": ("russia:yes",),
        "membership": Membership.YES,
        "door": "proxy",
        "activity": Activity.READ,
        "section": "other",
        "action": Action.INTERSTITIAL,
        "outcome": Outcome.COVERED,
        "reason": "",
        "rules": ("warn-reading",),
        "shadow": Action.PASS,
        "shadow_rules": (),
        "versions": VERSIONS,
    }
    return CountCell(**{**made, **changes})


@pytest.fixture(name="state")
def _state(tmp_path, monkeypatch):
    write_starter(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".state"


@pytest.fixture(name="worker")
def _worker(state):
    """A worker that has decided twelve times for one kind, and once for another."""
    counter = MemoryCounter()
    for _ in range(12):
        counter.slot(cell())()
    counter.slot(cell(place="UA-43"))()
    index = SimpleNamespace(database=SimpleNamespace(build_epoch=1_789_030_800))
    snapshot = SimpleNamespace(
        config=SimpleNamespace(mode="enforce"),
        versions=VERSIONS,
        index=index,
        trouble=(),
    )
    listening = StatusSocket(
        SimpleNamespace(
            snapshot=snapshot, counter=counter, gaps=0, trouble=(), shares={}
        ),
        state,
    )
    listening.open()
    yield
    listening.close()


def answer_with(path, content):
    """Listen at a socket and answer one caller."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    listening.listen()

    def serve():
        connection, _ = listening.accept()
        with connection:
            connection.sendall(content)
        listening.close()

    Thread(target=serve, daemon=True).start()


@pytest.mark.usefixtures("worker")
def test_a_worker_says_what_it_has_decided(state):
    (report,) = collect(state)
    assert report["pid"] == os.getpid()
    assert report["total"] == 10  # of 13: two looks must not count a reader
    assert report["small"] == 0
    ((place, *_, count),) = summed([report, report])
    assert (place, count) == ("RU", 20)


@pytest.mark.usefixtures("worker")
def test_people_see_totals_and_digests_and_no_rare_kind():
    told = CliRunner().invoke(main, ["status"])
    assert told.exit_code == 0
    assert "interstitial" in told.output
    assert "2026-09-10" in told.output
    assert "UA-43" not in told.output


@pytest.mark.usefixtures("worker")
def test_json_is_what_the_workers_say(state):
    told = CliRunner().invoke(main, ["status", "--json"])
    assert json.loads(told.output) == collect(state)


@pytest.mark.usefixtures("worker")
def test_workers_that_rest_on_different_things_are_marked(state):
    (report,) = collect(state)
    other = {**report, "pid": 1, "versions": {**report["versions"], "book": "z"}}
    answer_with(state / FOLDER / "1.sock", json.dumps(other).encode())
    told = CliRunner().invoke(main, ["status"])
    assert "(differ)" in told.output


@pytest.mark.usefixtures("state")
def test_no_gate_is_said_so():
    told = CliRunner().invoke(main, ["status"])
    assert (told.exit_code, "No gate is running" in told.output) == (1, True)
    told = CliRunner().invoke(main, ["status", "--json"])
    assert (told.exit_code, json.loads(told.output)) == (1, [])


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"], ids=repr)
def test_what_a_socket_says_that_is_no_report_is_left_out(state, content):
    folder = state / FOLDER
    folder.mkdir(parents=True)
    answer_with(folder / "1.sock", content)
    (folder / "2.sock").touch()
    assert collect(state) == []


def test_a_socket_that_a_killed_worker_left_is_left_out(state):
    folder = state / FOLDER
    folder.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
        left.bind(str(folder / "9.sock"))
    assert Path(folder / "9.sock").exists()
    assert collect(state) == []


def test_no_word_of_the_table_is_broken_on_a_narrow_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    show(
        [
            {
                "pid": 123_456,
                "mode": "enforce",
                "total": 12_345,
                "database_built": 1_780_000_000,
                "trouble": [],
                "versions": {"configuration": "b" * 64},
                "cells": [["russia-controlled-ukraine", *CELL, 12_345]],
                "small": 4,
            }
        ]
    )
    told = capsys.readouterr().out
    assert {"russia-controlled-ukraine", "b" * 64, *CELL[:2]} <= set(told.split())
