"""CPU time of counting a decision: into a table that survives the process.

    python tests/bench/bench_counting.py

Counts into one cell, into a hundred by turns, and through the look-up of the cell as
it is done where a page comes before the article; the median of several rounds, in
nanoseconds, beside counting in memory only. What happens once (a table, a cell) is in
microseconds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))
from audit_cells import cell  # beside the tests

from gate.audit import MemoryCounter
from gate.audit.counter import TableCounter

COUNTS = 200_000


def median_ns(act, counts, rounds):
    """Return the median CPU time of one call in nanoseconds."""
    times = []
    for _ in range(rounds):
        begun = time.process_time_ns()
        act(counts)
        times.append((time.process_time_ns() - begun) / counts)
    return statistics.median(times)


def adding(adds):
    """Return what counts so many times, in each slot by turns."""

    def act(counts):
        for _ in range(counts // len(adds)):
            for add in adds:
                add()

    return act


def looking_up(counter, cells):
    """Return what asks for the slot of a cell each time."""

    def act(counts):
        for _ in range(counts // len(cells)):
            for one in cells:
                counter.slot(one)()

    return act


def once_us(act):
    """Return the CPU time of one call in microseconds."""
    begun = time.process_time_ns()
    act()
    return (time.process_time_ns() - begun) / 1_000


def measure(folder, rounds):
    """Print every number."""
    cells = [cell(section=f"s{number}") for number in range(100)]
    new = [cell(section=f"n{number}") for number in range(1_000)]
    table, memory = TableCounter(folder / "audit" / "tables"), MemoryCounter()
    click.echo(f"open a table          {once_us(table.open):9,.0f} us")
    begun = time.process_time_ns()
    for one in new:
        table.slot(one)()
    spent = (time.process_time_ns() - begun) / len(new) / 1_000
    click.echo(f"first count of a cell {spent:9,.1f} us")
    for name, counter in (("table", table), ("memory", memory)):
        adds = [counter.slot(one) for one in cells]
        for what, act in (
            ("one cell", adding(adds[:1])),
            ("100 cells", adding(adds)),
            ("with look-up", looking_up(counter, cells)),
        ):
            spent = median_ns(act, COUNTS, rounds)
            click.echo(f"{name:6} {what:12}   {spent:9,.0f} ns")
    table.close()


def main():
    """Measure in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), rounds)


if __name__ == "__main__":
    main()
