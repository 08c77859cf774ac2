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
from gate.cli.refused import show_earlier, show_refusals
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
            snapshot=snapshot,
            counter=counter,
            gaps=0,
            trouble=("E508: Decisions cannot be counted: disk full.",),
            shares={},
            renewal=None,
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
    assert "TROUBLE of 1 of 1 worker: E508: Decisions cannot be" in told.output
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
    assert "(differ, for " in told.output


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


@pytest.mark.usefixtures("worker")
def test_who_waits_is_told_what_is_served():
    told = CliRunner().invoke(main, ["status", "--wait", "--seconds=5"])
    assert (told.exit_code, told.output[:16]) == (0, "Served by 1 work")
    told = CliRunner().invoke(main, ["status", "--wait", "--json"])
    assert json.loads(told.output)["books"] == {str(os.getpid()): VERSIONS.book}


@pytest.mark.usefixtures("worker")
def test_who_waits_in_vain_is_told_why():
    wanted = ["status", "--wait", "--seconds=0.2", "--digest=0123abcd"]
    told = CliRunner().invoke(main, wanted)
    assert told.exit_code == 3
    assert "E791" in told.output
    assert "another book lies on the disk" in told.output


@pytest.mark.usefixtures("state")
def test_who_waits_for_no_gate_is_told_so_and_not_that_files_are_refused():
    told = CliRunner().invoke(main, ["status", "--wait", "--seconds=0"])
    assert (told.exit_code, "E790" in told.output) == (3, True)
    told = CliRunner().invoke(main, ["status"])
    assert (told.exit_code, "No gate is running" in told.output) == (1, True)


@pytest.mark.parametrize("digest", ["0123abc", "0123abcg"])
def test_a_digest_is_long_enough_to_mean_one_book(digest):
    told = CliRunner().invoke(main, ["status", "--wait", f"--digest={digest}"])
    assert told.exit_code == 2


REFUSAL = {
    "code": "E100",
    "message": "1 problem found, first rules/a.yaml:2:1: R001 It is wrong.",
    "hint": "Run gate check.",
    "findings": [
        {
            "code": "R001",
            "message": "It is wrong.",
            "hint": "Mend it.",
            "severity": "error",
            "source_line": "rulez:",
            "mark": {"file": "rules/a.yaml", "line": 2, "column": 1, "width": 5},
        }
    ],
    "more": 3,
    "book": "f" * 64,
    "files": [["a.yaml", "changed"]],
    "since": 1_789_030_500.0,
    "seen": 1_789_030_800.0,
    "until": None,
    "taken": "",
}
DATABASE = {
    **REFUSAL,
    "since": 1_789_030_800.0,
    "code": "E203",
    "message": "It is damaged.",
    "findings": [],
    "more": 0,
    "until": 1_789_030_860.0,
    "taken": "e" * 64,
}


def test_a_refusal_can_be_understood_from_here_alone(state, monkeypatch):
    report = {
        "pid": 1,
        "workers": 1,
        "mode": "enforce",
        "total": 0,
        "database_built": 1_780_000_000,
        "trouble": [f"E100: {REFUSAL['message']} Since 2026-09-10 09:00:00 UTC."],
        "versions": {"book": "a" * 64},
        "since": {"book": 1_789_000_000.0},
        "settled": True,
        "refusal": REFUSAL,
        "earlier": [DATABASE],
        "cells": [],
        "small": 0,
    }
    (state / FOLDER).mkdir(parents=True)
    monkeypatch.setattr("gate.cli.status.collect", lambda _: [report])
    told = CliRunner().invoke(main, ["status"]).output
    for said in (
        "REFUSED since 2026-09-10 09:00:00 UTC: book ffffffffffff, by 1 of 1 worker.",
        "\nSomething has been refused all the time since 2026-09-10 08:55:00 UTC.\n",
        "It differs from the book that is served by: a.yaml (changed).",
        "rules/a.yaml:2:1: R001 It is wrong.\n     2 | rulez:\n       | ^^^^^\n",
        "= hint: Mend it.",
        "3 more errors; gate check shows all.",
        "The book aaaaaaaaaaaa goes on being served, as since 2026-09-10 00:26:40 UTC.",
        "book eeeeeeeeeeee taken at 2026-09-10 09:01:00 UTC\n    E203: It is damaged.",
    ):
        assert said in told
    assert "TROUBLE" not in told  # it is told once
    assert "(rare)" not in told  # there is none
    assert told.count("Something has been refused") == 1


def test_a_refusal_cannot_forge_a_line(capsys):
    forged = "\n::stop-commands::x\n"
    refusal = {
        **DATABASE,
        "code": "E203",
        "message": forged,
        "hint": forged,
        "book": forged,
        "files": [[f"{forged}.yaml", "new"]],
        "until": None,
    }
    over = {**refusal, "until": 1_789_030_860.0, "taken": forged}
    report = {
        "versions": {"book": forged},
        "since": {"book": 1_789_000_000.0},
        "refusal": refusal,
        "earlier": [over],
    }
    show_refusals([report])
    show_earlier([report])
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if line.strip().startswith("::")]
    assert "by: \\n::stop-commands::x\\n.yaml (new)." in " ".join(lines)


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
                "workers": 1,
                "versions": {"book": "b" * 64, "configuration": "c" * 64},
                "since": {},
                "settled": True,
                "refusal": None,
                "earlier": [],
                "cells": [["russia-controlled-ukraine", *CELL, 12_345]],
                "small": 4,
            }
        ]
    )
    told = capsys.readouterr().out
    assert {"russia-controlled-ukraine", "c" * 12, *CELL[:2]} <= set(told.split())
