"""How a running worker says how it is: over a socket in the state folder, to its owner.

Nothing is written to disk. What it says is coarse on purpose: totals, and counts of
cells in tens; the rest is one number.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from gate.audit import CountCell
    from gate.engine.gate import Gate

SMALLEST_COUNT = 10
"""Decisions are told apart by so many at once."""

FOLDER = "run"
"""Where the sockets lie within the state folder."""


def report(gate: Gate, workers: int = 1) -> dict[str, Any]:
    """Say how a gate is: versions, trouble and coarse counts. JSON types only.

    Args:
        gate: The gate.
        workers: How many processes serve beside it, itself included.
    """
    told = renewal_report(gate)  # first: what is settled then is served below
    snapshot = gate.snapshot
    cells, small = coarse(gate.counter.counts())
    large = sum(count for *_, count in cells)
    total = large + small - small % SMALLEST_COUNT
    return {
        "pid": os.getpid(),
        "workers": workers,
        "mode": snapshot.config.mode,
        "versions": snapshot.versions._asdict(),
        "database_built": snapshot.index.database.build_epoch,
        "trouble": list(gate.trouble),
        "gaps": gate.gaps,
        "shares": gate.shares,
        "total": total,
        "cells": cells,
        "small": total - large,
        **told,
    }


def renewal_report(gate: Gate) -> dict[str, Any]:
    """Say what of the disk a gate serves, and what not; of files alone.

    Returns:
        settled: Whether everything that lies on the disk now is served or was refused;
            a gate that follows no files always is.
        since: Since when each version is served, in Unix seconds.
        refusal: What is not served, and why; None if all is. See
            `gate.engine.refusals.Refusal`.
        earlier: Refusals of the last day that are over, the last one first.
    """
    renewal = gate.renewal
    if renewal is None:
        return {"settled": True, "since": {}, "refusal": None, "earlier": []}
    settled, holding = renewal.is_settled, renewal.refusals.holding
    return {
        "settled": settled,
        "since": dict(renewal.since),
        "refusal": holding and holding.told(),
        "earlier": [refusal.told() for refusal in renewal.refusals.earlier],
    }


def coarse(
    counts: Mapping[CountCell, int],
) -> tuple[list[tuple[str, str, str, str, str, int]], int]:
    """Add counts up to coarse cells, in tens, so that hardly a look shows a reader.

    Returns:
        Place, activity, action, outcome, reason and count of every coarse cell,
        rounded down to a multiple of `SMALLEST_COUNT` that is not 0, sorted; and the
        sum of all that is left over.
    """
    sums: dict[tuple[str, str, str, str, str], int] = {}
    for cell, count in counts.items():
        activity = cell.activity or "undeclared"
        key = (cell.place, activity, cell.action.word, cell.outcome, cell.reason)
        sums[key] = sums.get(key, 0) + count
    tens = {key: n - n % SMALLEST_COUNT for key, n in sums.items()}
    told = sorted((*key, n) for key, n in tens.items() if n)
    return told, sum(sums.values()) - sum(row[-1] for row in told)


class StatusSocket:
    """Answers whoever may open the socket, with one report for each connection.

    Args:
        gate: The gate to report on.
        state: The state folder.
        workers: How many workers the server has begun with this one.
    """

    def __init__(self, gate: Gate, state: Path, workers: int = 1) -> None:
        self._gate = gate
        self._workers = workers
        folder = state / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / f"{os.getpid()}.sock"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def open(self) -> None:
        """Listen from now on, in a thread that ends with the process.

        Raises:
            OSError: The socket cannot be made, for example because the path of the
                state folder is longer than about 100 bytes.
        """
        self.path.unlink(missing_ok=True)
        self._socket.bind(str(self.path))
        self.path.chmod(0o600)
        self._socket.listen(8)
        atexit.register(self.close)
        Thread(target=self._serve, name="gate-status", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
        self.path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed
                return
            with connection:
                connection.settimeout(2)
                self._tell(connection)

    def _tell(self, connection: socket.socket) -> None:
        try:
            connection.sendall(json.dumps(report(self._gate, self._workers)).encode())
        except OSError:  # whoever asked has gone; the next one is answered again
            return
