"""What an import costs: 2,000,000 lines in several formats, and the worst cases.

    python tests/bench/bench_import.py [LINES]

Lines are made in a temporary folder: random addresses, all different, and paths as a
news site has them. Wall and CPU time and the peak of memory are printed, and beside
them `wc -l` and a plain loop over `re`, so that machines can be compared.
"""

from __future__ import annotations

import gzip
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import import_lines as made

from gate.engine import load_snapshot
from gate.workbench.importing import Settings, take_in

ROOT = Path(__file__).parent.parent.parent
LINES = 2_000_000
FEW = 10  # the slow formats get this part of the lines
PLAIN = re.compile(r'(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+) [^"]*"')


def write(path, maker, count, *, distinct=False):
    """Write lines with addresses that are all different."""
    rng = random.Random(1)  # noqa: S311 - the same lines in every run
    paths = [f"/a/{rng.randrange(9)}/{n}-a-title-of-some-length" for n in range(4000)]
    weights = [1 / (n + 1) for n in range(len(paths))]
    chosen = rng.choices(paths, weights, k=count)
    with path.open("w", encoding="utf-8") as file:
        if maker is made.cloudfront:
            file.write(made.CLOUDFRONT_HEAD + "\n")
        for number, target in enumerate(chosen):
            q = rng.getrandbits(32)
            address = f"{q >> 24}.{q >> 16 & 255}.{q >> 8 & 255}.{q & 255}"
            asked = f"{target}/{number}" if distinct else target
            line = maker(
                address=address, target=asked, second=made.SECOND + number // 20
            )
            file.write(line + "\n")


def cost(work):
    """Return seconds of wall and of CPU, children as well."""

    def used():
        times = [resource.getrusage(who) for who in (0, -1)]
        return sum(one.ru_utime + one.ru_stime for one in times)

    wall, cpu = time.perf_counter(), used()
    work()
    return time.perf_counter() - wall, used() - cpu


def show(name, lines, wall, cpu):
    """Print one line of the table."""
    peak = max(resource.getrusage(who).ru_maxrss for who in (0, -1)) // 1024
    print(  # noqa: T201
        f"{name:34}{lines / wall:14,.0f}{lines / cpu:16,.0f}"
        f"{1e6 * cpu / lines:10.2f}{peak:10,}"
    )


def plain_loop(path):
    """What a script of ten lines would do, without deciding anything."""
    found = {}
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            match = PLAIN.match(line)
            if match:
                key = match[2][:11], match[4]
                found[key] = found.get(key, 0) + 1


def measure(snapshot, name, path, lines, jobs):
    """Import a log, see that no line is lost, and print what it cost."""
    taken = []

    def work():
        taken.append(take_in(snapshot, [str(path)], Settings(), jobs=jobs))

    wall, cpu = cost(work)
    sums = taken[0].sums
    assert sums["decided"] + sums["apart"] + sums["refused"] == sums["lines"]
    assert sums["lines"] >= lines
    show(name, lines, wall, cpu)


def main():
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    few, jobs = lines // FEW, len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        snapshot = load_snapshot(
            ROOT / "config.yaml", {"GATE_STATE": f"{folder}/state"}
        )
        path = Path(folder) / "a.log"
        print(  # noqa: T201
            f"{'':34}{'lines/s wall':>14}{'lines/s of CPU':>16}{'us CPU':>10}{'MB':>10}"
        )
        write(path, made.combined, lines)
        measure(snapshot, f"combined, {jobs} processes", path, lines, jobs)
        measure(snapshot, "combined, 1 process", path, lines, 1)
        packed = path.with_suffix(".gz")
        with path.open("rb") as source, gzip.open(packed, "wb", 6) as target:
            shutil.copyfileobj(source, target)
        measure(snapshot, "combined, one gzip", packed, lines, 1)
        zstandard = __import__("zstandard")
        packed = path.with_suffix(".zst")
        with path.open("rb") as source, packed.open("wb") as target:
            zstandard.ZstdCompressor().copy_stream(source, target)
        measure(snapshot, "combined, one zstd", packed, lines, 1)
        show(
            "wc -l",
            lines,
            *cost(lambda: subprocess.run(("wc", "-l", path), check=True, stdout=-3)),
        )
        show("a plain loop over re", lines, *cost(lambda: plain_loop(path)))
        write(path, made.combined, few, distinct=True)
        measure(snapshot, "all paths different", path, few, 1)
        for name, maker in made.MAKERS.items():
            write(path, maker, few)
            measure(snapshot, f"{name}, 1 process", path, few, 1)
        path.write_bytes(
            made.text_of(
                "combined", [made.combined(target="/a/" + "x" * 100_000)] * 500
            )
        )
        measure(snapshot, "lines of 100 kB", path, 500, 1)


if __name__ == "__main__":
    main()
