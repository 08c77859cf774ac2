"""Seals a folder again and again, each time killed one step later; tells how it went.

A program of its own, because it kills its children: nothing else runs in here.
Arguments: an audit folder, a folder to work in, and the day that is today.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import duckdb  # noqa: F401 - loaded once, not in each child
from counted import seal_all, sound
from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: F401 - likewise

STEPS = ("open", "fsync", "replace", "rename", "unlink", "mkdir", "link", "pwrite")
"""Calls of the system after which the disk is another."""


def in_child(work):
    """Do something in a child, and return how it ended."""
    pid = os.fork()
    if not pid:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told, and then it ends
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def die_at(number):
    """Let this process be killed right before its step with this number."""
    left, opened = [number], os.open

    def counted(call):
        def step(*arguments, **options):
            changes = call is not opened or arguments[1] & os.O_CREAT
            left[0] -= bool(changes)
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return step

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))


def main(source, work, today):
    """Kill at every step; after each kill seal again, and look at everything."""
    number = 0
    while True:
        audit = work / "audit"
        shutil.rmtree(audit, ignore_errors=True)
        shutil.copytree(source, audit)

        def killed(number=number, audit=audit):
            die_at(number)
            seal_all(audit, today)

        def again(audit=audit):
            seal_all(audit, today)
            headers = sound(audit)
            tables = len(list((audit / "tables").glob("*.table")))
            told = [[h.period, h.total] for h in headers]
            (work / "told").write_text(json.dumps([told, tables]))

        ended = in_child(killed)
        if in_child(again):
            sys.exit(f"sealing after step {number} failed")
        told = json.loads((work / "told").read_text())
        print(json.dumps([number, ended, *told]))  # noqa: T201 - this is its answer
        if ended != -signal.SIGKILL:
            return
        number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
