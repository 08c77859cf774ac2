"""CPU time of a decision: the compiled look-up against the evaluator that fills it.

    python tests/bench/bench_decision.py

Runs over the shipped rule book and the embedded database, with random classes and a
handful of paths; the median of several rounds, in nanoseconds.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from pathlib import Path

import click

from gate.decision import Patterns, Table, decide, globs_of, memberships_at
from gate.model import Activity
from gate.places.build import build_index
from gate.places.embedded import embedded_database
from gate.places.sources import Sources
from gate.rules import load_book

RULES = Path(__file__).parents[2] / "rules"
PATHS = ["/", "/a/some-article", "/about/undesirable/law", "/help/safety/phones"]


def median_ns(act, cases, rounds):
    """Return the median CPU time of one call in nanoseconds."""
    times = []
    for _ in range(rounds):
        begun = time.process_time_ns()
        for case in cases:
            act(*case)
        times.append((time.process_time_ns() - begun) / len(cases))
    return statistics.median(times)


def main():
    """Measure and print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    book, _ = load_book(RULES)
    classes = build_index(
        Sources(databases=(embedded_database(),)), book.area_versions
    ).classes
    now = int(time.time())
    table = Table.build(book, classes, now=now)
    patterns = Patterns(globs_of([rule.when for rule in book.rules]))
    draw = random.Random(1)  # noqa: S311 - the same cases every time
    cases = [
        (draw.randrange(len(classes)), draw.choice(PATHS), draw.choice([*Activity]))
        for _ in range(20_000)
    ]

    def evaluate(class_id, path, activity):
        place = classes[class_id]
        decide(
            book,
            memberships=memberships_at(book, place, now),
            matched=patterns.matched(path),
            activity=activity,
            now=now,
            unknown=place.unknown,
        )

    click.echo(f"look-up   {median_ns(table.look_up, cases, rounds):9,.0f} ns")
    click.echo(f"evaluator {median_ns(evaluate, cases[:2_000], rounds):9,.0f} ns")


if __name__ == "__main__":
    main()
