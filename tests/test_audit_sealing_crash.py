"""A sealer that is killed at any step loses nothing and doubles nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from counted import cell, count, seal_all, sound

HERE = Path(__file__).parent
PATH = {**os.environ, "PYTHONPATH": str(HERE)}
SEAL = (
    "import sys, pathlib, counted\n"
    "counted.seal_all(pathlib.Path(sys.argv[1]), sys.argv[2], wait=60)"
)


@pytest.fixture
def audit(tmp_path):
    """Tables of two days, one of which has two."""
    folder = tmp_path / "source"
    count(folder, "2026-11-20", {cell(): 25, cell(place="DE"): 3})
    count(folder, "2026-11-20", {cell(): 17})
    count(folder, "2026-11-21", {cell("2026-11-21"): 12})
    return folder


def killed_at_every_step(audit, work, today):
    work.mkdir()
    command = (sys.executable, HERE / "sealed_until.py", audit, work, today)
    done = subprocess.run(
        command, env=PATH, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_first_seal_killed_at_every_step_is_made_good_by_the_next(audit, tmp_path):
    told = killed_at_every_step(audit, tmp_path / "work", "2026-11-21")
    *kills, last = told
    assert (len(kills) > 30, last[1]) == (True, 0)
    assert {ended for _, ended, *_ in kills} == {-signal.SIGKILL}
    for _, _, days, tables in told:
        assert days == [["2026-11-20", 45]]
        assert tables == 1


def test_a_later_seal_killed_at_every_step_is_made_good_by_the_next(audit, tmp_path):
    seal_all(audit)
    count(audit, "2026-11-22", {cell("2026-11-22"): 33})
    count(audit, "2026-11-21", {cell("2026-11-21"): 10})
    told = killed_at_every_step(audit, tmp_path / "work", "2026-11-23")
    assert len(told) > 30
    for _, _, days, tables in told:
        assert days == [["2026-11-20", 45], ["2026-11-21", 12], ["2026-11-22", 43]]
        assert tables == 0


def test_two_sealers_at_once_seal_each_day_once(audit):
    """In twenty rounds, of which each begins with new tables."""
    code = (
        "import sys, pathlib, counted\n"
        "audit = pathlib.Path(sys.argv[1])\n"
        "for line in sys.stdin:\n"
        "    done = counted.seal_all(audit, line.strip(), wait=60)\n"
        "    print(len(done.sealed), flush=True)\n"
    )
    command = (sys.executable, "-c", code, audit)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    sealers = [subprocess.Popen(command, env=PATH, **pipes) for _ in range(2)]
    for day in range(1, 21):
        counted = f"2026-12-{day:02}"
        count(audit, counted, {cell(counted): 10 + day})
        for sealer in sealers:
            print(f"2026-12-{day + 1:02}", file=sealer.stdin, flush=True)
        made = [int(sealer.stdout.readline()) for sealer in sealers]
        assert sorted(made) == [0, 1] or (day == 1 and 0 in made)
    for sealer in sealers:
        sealer.communicate()
        assert sealer.returncode == 0
    headers = sound(audit)
    days = [header.period for header in headers]
    assert days == sorted({*days})
    assert [header.total for header in headers[-20:]] == [*range(11, 31)]


@pytest.mark.deep
def test_a_sealer_killed_at_random_instants_loses_nothing(audit):
    luck, total, kills = random.Random(4), 57, 0  # noqa: S311 - no secret
    for day in [f"2026-12-{number:02}" for number in range(1, 31)]:
        count(audit, day, {cell(day): 40, cell(day, place="DE"): 3})
        total += 43
        for _ in range(6):
            over = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
            command = (sys.executable, "-c", SEAL, audit, over)
            with subprocess.Popen(command, env=PATH) as sealer:
                time.sleep(luck.uniform(0.02, 0.3))
                kills += sealer.poll() is None
                sealer.kill()
    seal_all(audit, "2027-01-01")
    assert kills > 20
    assert sum(header.total for header in sound(audit)) == total
