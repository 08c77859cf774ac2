"""One run of wrk, and the CPU time that the processes of the server took."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

SCRIPT = Path(__file__).with_name("bench_doors.lua")
TICK = os.sysconf("SC_CLK_TCK")  # per second
CONNECTIONS = 16


class Run(NamedTuple):
    """What one run has shown.

    Attributes:
        requests: How many were answered.
        rate: Requests per second.
        cpu: Microseconds of CPU per request, by group of processes.
        p50, p99: Latency in milliseconds.
        refused: Answers with a status of 400 or more.
        broken: Connections that failed, and answers that did not come.
        size: Mean bytes of an answer.
        others: Cores that neither the servers nor wrk kept busy.
    """

    requests: int
    rate: float
    cpu: dict[str, float]
    p50: float
    p99: float
    refused: int
    broken: int
    size: float
    others: float

    @property
    def whole(self):
        """Microseconds of CPU per request of the whole path."""
        return sum(self.cpu.values())


def family(pid):
    """Return a process and all that descend from it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def spent(pid):
    """Return the seconds of CPU that a process has used, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def busy():
    """Return the seconds that all cores together have been busy since the start."""
    fields = [int(n) for n in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / TICK


def load(url, groups, addresses, seconds):
    """Send requests for a while.

    Args:
        url: What to ask for.
        groups: First process of each group of servers, by the group's name.
        addresses: File with a reader's address in each line.
        seconds: How long.
    """
    pids = {name: family(pid) for name, pid in groups.items()}
    before = {name: sum(map(spent, found)) for name, found in pids.items()}
    begun, own = busy(), os.times()
    told = _wrk(url, addresses, seconds)
    used = os.times()
    all_busy = busy() - begun
    cpu = {n: sum(map(spent, found)) - before[n] for n, found in pids.items()}
    wrk = used.children_user + used.children_system
    wrk -= own.children_user + own.children_system
    count = max(told["requests"], 1)
    return Run(
        requests=told["requests"],
        rate=told["requests"] / told["us"] * 1e6,
        cpu={name: seconds / count * 1e6 for name, seconds in cpu.items()},
        p50=told["p50"] / 1000,
        p99=told["p99"] / 1000,
        refused=told["refused"],
        broken=told["broken"],
        size=told["bytes"] / count,
        others=max(0.0, all_busy - wrk - sum(cpu.values())) / (told["us"] / 1e6),
    )


def _wrk(url, addresses, seconds):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "-s", str(SCRIPT)]
    command += [url, "--", str(addresses)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    line = next(ln for ln in ended.stdout.splitlines() if ln.startswith("WRK "))
    return json.loads(line[4:])
