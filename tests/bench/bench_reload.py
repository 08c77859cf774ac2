"""How long a change takes: from saving a file to the last worker that serves it.

    python tests/bench/bench_reload.py [--workers 2,4] [--saves 20] [--database FILE]

A real `gate serve` of each number of workers is asked over its status sockets, every
10 ms, what it rests on. Saves come at any moment of a worker's second between two
looks, as an editor's do. With a database, an area takes the rebuilding of its index.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gate.places.embedded import embedded_database
from gate.places.gazetteer import settlements
from gate.workbench.starter import write_starter
from gate.workbench.status import collect

GATE = Path(sys.executable).with_name("gate")
LONGEST = 180.0  # seconds
LOOK = 0.01  # seconds
AREAS = "russia.yaml"
HEAD = "        settlements:\n"
BOOK = "rules/undesirable-organization.yaml"


def append(path, text):
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def newer(path, seconds):
    """Let a database say that it was built later; put it in place at once."""
    content = path.read_bytes()
    at = content.rindex(b"build_epoch") + len(b"build_epoch")
    size = content[at] & 0x1F if content[at] & 0xE0 else content[at]
    start = at + (1 if content[at] & 0xE0 else 2)
    number = int.from_bytes(content[start : start + size]) + seconds
    draft = path.with_name("draft")
    draft.write_bytes(content[:start] + number.to_bytes(size) + content[start + size :])
    draft.replace(path)


class Site:
    """A gate before an empty site."""

    def __init__(self, folder, workers, database):
        self.folder, self.workers = folder, workers
        write_starter(folder)
        (folder / "site").mkdir()
        self.database = folder / "own.mmdb"
        shutil.copy(database or embedded_database(), self.database)
        config = folder / "config.yaml"
        replace(config, "databases: []", f"databases: [{self.database}]")
        replace(config, "  workers: 2", f"  workers: {workers}")
        command = [GATE, "serve", f"--config={config}", f"--site={folder / 'site'}"]
        port = random.randint(10_000, 30_000)  # noqa: S311
        self.process = subprocess.Popen([*command, f"--listen=127.0.0.1:{port}"])
        self.wait(lambda _: True)

    def reports(self):
        return collect(self.folder / ".state")

    def wait(self, holds):
        """Wait until something holds of every worker; return for how long."""
        begun = time.monotonic()
        while time.monotonic() < begun + LONGEST:
            told = self.reports()
            if len(told) == self.workers and all(holds(report) for report in told):
                return time.monotonic() - begun
            time.sleep(LOOK)
        raise TimeoutError(told)

    def version(self, name):
        return self.reports()[0]["versions"][name]

    def save(self, name, change):
        """Make a change; return the seconds until the last worker rests on it."""
        before = self.version(name)
        time.sleep(random.uniform(0, 1))  # noqa: S311
        change()
        took = self.wait(lambda report: report["versions"][name] != before)
        assert not any(report["trouble"] for report in self.reports())
        return took

    def refuse(self):
        """Break a promise; return the seconds until the last worker says so."""
        book = self.folder / BOOK
        sound = book.read_text("utf-8")
        time.sleep(random.uniform(0, 1))  # noqa: S311
        replace(book, "at_least: interstitial", "at_least: block")
        append(book, f"# {time.monotonic()}\n")
        took = self.wait(lambda report: report["trouble"])
        book.write_text(sound, "utf-8")
        self.wait(lambda report: not report["trouble"])
        return took

    def changes(self):
        """Yield the kinds of changes, and for each what saves once more."""
        rules, look = self.folder / "rules", "# another look\n"
        notice, areas = rules / "notices" / "page.yaml", rules / "areas" / AREAS
        config = self.folder / "config.yaml"
        listed = areas.read_text("utf-8")
        others = (
            found.id
            for found in settlements().values()
            if found.subdivision == "UA-43" and str(found.id) not in listed
        )
        names = (f"The Herald {number}" for number in range(10_000))

        def rename():
            text = config.read_text("utf-8").splitlines()
            at = next(n for n, line in enumerate(text) if line.startswith("  name: "))
            text[at] = f"  name: {next(names)}"
            config.write_text("\n".join(text) + "\n", "utf-8")

        def move():
            """List one more settlement of Crimea: no test of the book minds it."""
            replace(areas, HEAD, f"{HEAD}          - {next(others)}\n")

        yield (
            "a rule",
            lambda: self.save("book", lambda: append(self.folder / BOOK, look)),
        )
        yield "a notice", lambda: self.save("book", lambda: append(notice, look))
        yield "the configuration", lambda: self.save("config", rename)
        yield "an area, its index anew", lambda: self.save("areas", move)
        yield (
            "a database, its index anew",
            lambda: self.save("database", lambda: newer(self.database, 1)),
        )
        yield "a refusal, until all say it", self.refuse

    def end(self):
        self.process.terminate()
        self.process.wait(30)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workers", default="2,4")
    options.add_argument("--saves", type=int, default=20)
    options.add_argument("--database", type=Path)
    told = options.parse_args()
    for workers in map(int, told.workers.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            site = Site(Path(folder), workers, told.database)
            try:
                for kind, once in site.changes():
                    took = [once() for _ in range(told.saves)]
                    print(  # noqa: T201
                        f"{workers} workers, {kind}: median "
                        f"{statistics.median(took):.2f} s, longest {max(took):.2f} s "
                        f"(load {os.getloadavg()[0]:.1f})",
                        flush=True,
                    )
            finally:
                site.end()


if __name__ == "__main__":
    main()
