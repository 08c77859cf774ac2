"""The benchmarks of the doors still run, and find every decision right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.deep

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("program", "options"),
    [
        ("bench_doors.py", ("--seconds", "1", "--rounds", "1")),
        ("bench_doors_cache.py", ()),
    ],
)
def test_a_short_run_finds_nothing_wrong(program, options, databases):
    database = databases("GeoLite2-City.mmdb")
    for name in ("wrk", "nginx"):
        program(name)
    command = [sys.executable, HERE / program, "--database", database, *options]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
