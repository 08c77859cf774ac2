"""How fast the log is asked: rows per second by engine, and what a report costs.

    python tests/bench/bench_audit.py [--engines duckdb,spark:local[2]] [--rows 1000]

A log holds counts: a year with a thousand times as many decisions has the same rows
with larger numbers, so a report takes as long. What it grows with is days.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import warnings
from datetime import date, timedelta
from pathlib import Path
from random import Random

from gate.audit.engines import open_engine
from gate.audit.parquet import rows_path, write_rows
from gate.audit.questions import QUESTIONS
from gate.audit.rows import Row, Sealed

FIRST = date(2026, 1, 1)
ROUNDS = 3
PLACES = (
    ("RU", "russia:yes", "yes"),
    ("UA-43", "russia-controlled-ukraine:yes", "yes"),
    ("UA-14", "russia-controlled-ukraine:possible", "possible"),
    ("other", "", "no"),
    ("private_address", "", "no"),
)


def write_log(folder, *, days, rows, decisions):
    """Write rows that stand for about as many decisions in all."""
    rng = Random(1)  # noqa: S311
    each = max(10, decisions // (days * rows))
    for number in range(days):
        day = (FIRST + timedelta(number)).isoformat()
        path = folder / "rows" / rows_path("bench.example", day, number)
        path.parent.mkdir(parents=True)
        found = [sealed(number, day, at, each, rng) for at in range(rows)]
        write_rows(path, found)


def sealed(segment, day, at, each, rng):
    """Return one row."""
    place, areas, membership = PLACES[at % len(PLACES)]
    row = Row(
        hour="",
        place=place,
        areas=areas,
        membership=membership,
        door=("proxy", "nginx")[at % 2],
        activity=("read", "share", "*")[at % 3],
        section=f"section-{at % 40}",
        action="interstitial" if areas else "pass",
        outcome="covered" if areas else "passed",
        reason="",
        rules="warn-reading" if areas else "default",
        shadow="pass",
        shadow_rules="",
        book="b" * 64,
        areas_digest="a" * 64,
        database="d" * 64,
        notices="0123456789",
        config="c" * 64,
        gate="0.1.0",
        n=each,
    )
    return Sealed(segment, "bench.example", day, row, f"{rng.getrandbits(128):032x}")


def cost(engine, folder):
    """Return seconds to open, and to answer every question the first and next times."""
    started = time.perf_counter()
    with open_engine(engine, [folder]) as opened:
        opening = time.perf_counter() - started
        rounds = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            for question in QUESTIONS.values():
                opened.answer(question.ask(opened.counts))
            rounds.append(time.perf_counter() - begun)
    return opening, rounds[0], statistics.median(rounds[1:])


def measure(engines, days, rows, decisions):
    """Print a line for each engine."""
    with tempfile.TemporaryDirectory() as name:
        write_log(Path(name), days=days, rows=rows, decisions=decisions)
        for engine in engines:
            opening, first, again = cost(engine, Path(name))
            speed = days * rows * len(QUESTIONS) / again
            print(  # noqa: T201
                f"{engine:<16}{days:>6}{days * rows:>10,}{decisions:>16,}"
                f"{opening:>9.2f}{first:>9.2f}{again:>9.2f}{speed:>14,.0f}",
                flush=True,
            )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engines", default="duckdb")
    parser.add_argument("--rows", type=int, default=1_000, help="of a day")
    options = parser.parse_args()
    engines = options.engines.split(",")
    print(  # noqa: T201
        f"{'engine':<16}{'days':>6}{'rows':>10}{'decisions':>16}"
        f"{'open s':>9}{'first s':>9}{'again s':>9}{'rows/s':>14}"
    )
    warnings.simplefilter("ignore")  # of pandas, within Spark
    for decisions in (1_000_000, 100_000_000, 1_000_000_000):
        measure(engines, 30, options.rows, decisions)
    for days in (30, 90, 365, 1095):
        measure(engines, days, options.rows, 1_000_000_000)


if __name__ == "__main__":
    main()
