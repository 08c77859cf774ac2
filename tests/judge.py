"""Reads databases as the gate does, each in a process with bounds, and tells the end.

    python judge.py RULES MEGABYTES SECONDS

Reads one path a line; prints for each a JSON object: `code` of the error of the gate,
"" if the database is sound, else the end of a traceback; `signal` that ended the
process; `seconds` of CPU; `mebibytes` at most.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
import traceback
from ipaddress import ip_address
from pathlib import Path

from gate.errors import GateError
from gate.model import Place
from gate.places.build import build_index
from gate.places.database import Database
from gate.places.index import Index
from gate.places.sources import Sources
from gate.rules import load_book
from gate.workbench.second import geoip2_place
from gate.workbench.subjects import class_of

ADDRESSES = (
    *("1.1.1.1", "5.3.3.3", "31.28.1.1", "77.88.8.8", "91.198.36.14", "178.158.128.1"),
    *("193.0.6.1", "223.5.5.5", "2a00::1", "2a02:6b8::1", "2a01:d0::1", "2001:500::1"),
)


MEGABYTES = 1500  # of address space for a child, numpy and shapely included
SECONDS = 20  # of CPU for a small file


class Judge:
    """A process that judges databases, each in a child with bounds."""

    def __init__(self, folder, *, megabytes=MEGABYTES, seconds=SECONDS):
        command = [sys.executable, __file__, Path(__file__).parent.parent / "rules"]
        self._process = subprocess.Popen(
            [*command, str(megabytes), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "JUDGE_SCRATCH": str(folder / "judged.bin"),
                "OPENBLAS_NUM_THREADS": "1",  # each takes address space
            },
        )

    def __call__(self, path):
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(60)


class DisagreementError(Exception):
    """The index and the common reader say different things of one address."""


def judge(path, book, scratch):
    """Do with a database all that the gate does; raise what comes of it."""
    index = build_index(Sources(databases=(path,)), book.area_versions)
    index.save(scratch)
    index = Index.load(scratch, database_digest=index.database.digest)
    database = Database(path)
    for text in ADDRESSES:
        address = ip_address(text)
        served = index.classes[index.find(address.version, int(address))]
        try:
            place = database.place(text)
            geoip2_place([path], text)
        except GateError:
            continue  # in a part of the record that the index does not read
        said = class_of(book, place)
        if (served.unknown, served.memberships) != (said.unknown, said.memberships):
            raise DisagreementError(text, served, said)


def bounded(path, book, scratch, megabytes, seconds):
    """Judge in this process, with bounds; return the code."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        judge(path, book, scratch)
    except GateError as error:
        return error.code
    except BaseException:  # noqa: BLE001 - everything else is what is looked for
        return traceback.format_exc()[-900:]
    return ""


def forked(path, *rest):
    """Judge in a process of its own; return what is told of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, bounded(path, *rest).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        code = said.read().decode()
    _, status, used = os.wait4(child, 0)
    return {
        "path": str(path),
        "code": code,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "seconds": round(used.ru_utime + used.ru_stime, 2),
        "mebibytes": used.ru_maxrss // 1024,
    }


def main():
    rules, megabytes, seconds = sys.argv[1:]
    book, _ = load_book(Path(rules))
    scratch = Path(os.environ["JUDGE_SCRATCH"])
    class_of(book, Place(country="UA"))  # what is read once is read before the fork
    for line in sys.stdin:
        started = time.monotonic()
        path = Path(line.rstrip("\n"))
        told = forked(path, book, scratch, int(megabytes), int(seconds))
        told["wall"] = round(time.monotonic() - started, 2)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
