"""How long gate check takes for a large rule book: at most 3 seconds for 2,000 rules.

    python tests/bench/bench_check.py [--rules 2000] [--tests 0] [--runs 3] [--profile]

Writes the starter with so many rules more to a new folder, builds the index (which is
kept, and not counted), and runs gate check as an editor does. Every rule differs: in
area, activity, section of the site, certainty and dates, and some use patterns that
begin anywhere. --tests adds so many tests to those of the starter; each test that no
other is like is held against every rule.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from gate.workbench.starter import write_starter

ACTIVITIES = ("read", "share", "like", "comment", "save", "contact", "donate")
AREAS = ("russia", "russia-controlled-ukraine")
LIMIT = 3.0  # seconds


def book(count, tried=0):
    """Return a file of rules, and tests for the first of them."""
    lines = ["format: rules/1", "owner: legal@example.org", "rules:"]
    tests = ["tests:"]
    for number in range(count):
        lines += rule(number)
        if number < tried:
            tests += test(number)
    return "\n".join([*lines, *(tests if tried else ())]) + "\n"


def rule(number):
    section = f"section-{number % 60}"
    path = f"/**/{section}.pdf" if number % 100 == 7 else f"/{section}/**"
    year, month = 2010 + number % 16, 1 + number % 12
    return [
        f"  - id: rule-{number:04}",
        f"    title: Rule {number} of many",
        "    because: A memo of counsel",
        "    when:",
        f"      areas: [{AREAS[number % 2]}]",
        f"      activities: [{ACTIVITIES[number % 7]}]",
        f'      paths: ["{path}"]',
        f"    certainty: {'certain' if number % 3 else 'possible'}",
        f"    then: {'banner' if number % 5 else 'interstitial'}",
        "    notice: undesirable-organization",
        f'    effective: {{from: "{year}-{month:02}-01T00:00:00+03:00"}}',
    ]


def test(number):
    return [
        f"  - name: Test {number}",
        '    now: "2026-09-10T12:00:00+03:00"',
        "    visitor: {country: DE}",
        f"    path: /section-{number % 60}/one",
        f"    expect: {{{ACTIVITIES[number % 7]}: pass}}",
    ]


def checked(folder, *options):
    """Run gate check; return seconds of the clock and of CPU, and what it said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *options, "-m", "gate", "check"],
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "GATE_STATE": str(folder / "state")},
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return wall, cpu, done.stdout


def main():
    """Measure and print; end with 1 if it is too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=2000)
    parser.add_argument("--tests", type=int, default=0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_starter(folder)
        (folder / "rules" / "many.yaml").write_text(
            book(wanted.rules, wanted.tests), "utf-8"
        )
        _, _, said = checked(folder)
        click.echo(said.splitlines()[-1])
        runs = [checked(folder)[:2] for _ in range(wanted.runs)]
        if wanted.profile:
            profile = ("-m", "cProfile", "-s", "tottime")
            click.echo(checked(folder, *profile)[2].partition("Ordered by")[2][:4000])
    best = min(cpu for _, cpu in runs)
    for wall, cpu in runs:
        click.echo(f"{wall:6.2f} s of the clock, {cpu:6.2f} s of CPU")
    sys.exit(0 if best <= LIMIT else 1)


if __name__ == "__main__":
    main()
