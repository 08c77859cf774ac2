"""CPU time of reading, linting and proving large rule books.

    python tests/bench/bench_proof.py [--rules 2000] [--patterns 40] [DATABASE ...]

Without databases it takes the embedded one. The book is the same in every run; the
target is 3 seconds together for 2,000 rules, 2 seconds for a proof of 100 patterns over
the classes of GeoLite2-City, and 50 milliseconds for that of the shipped book.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from itertools import product
from pathlib import Path

import click
from large_book import NOTICES, write

from gate.model import LocationClass, Membership
from gate.places.build import build_index
from gate.places.embedded import embedded_database
from gate.places.sources import Sources
from gate.rules import lint, load_book
from gate.rules.proving.proof import prove
from gate.rules.proving.remarks import remarks

NOW = 1_789_000_000  # 2026-09-10


def measured(what, act):
    """Run `act`, print its CPU time, and return what it returns and the time."""
    begun = time.process_time()
    result = act()
    spent = time.process_time() - begun
    click.echo(f"{what:10} {spent:6.2f} s")
    return result, spent


def main():
    """Measure and print every step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=2000)
    parser.add_argument("--patterns", type=int, default=40)
    parser.add_argument("databases", nargs="*", type=Path)
    wanted = parser.parse_args()
    shipped, _ = load_book(Path(__file__).parents[2] / "rules")
    combinations = [
        LocationClass(label=str(levels), memberships=levels)
        for levels in product(Membership, repeat=len(shipped.area_versions))
    ]
    measured("shipped", lambda: prove(shipped, combinations))
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), wanted.rules, wanted.patterns)
        (book, _), reading = measured("load", lambda: load_book(folder))
        notices = {f"notice-{number}" for number in range(NOTICES)}
        _, linting = measured("lint", lambda: lint(book, notices=notices, now=NOW))
        databases = tuple(wanted.databases) or (embedded_database(),)
        classes = build_index(Sources(databases=databases), book.area_versions).classes
        click.echo(f"({len(classes)} classes of places)")
        findings, proving = measured("prove", lambda: prove(book, classes))
        measured("remarks", lambda: remarks(book, classes, now=NOW))
    counts = Counter(finding.code for finding in findings)
    click.echo(f"together   {reading + linting + proving:6.2f} s   {dict(counts)}")


if __name__ == "__main__":
    main()
