"""Tables that `gate export` has written, and what the gate itself says of addresses."""

from __future__ import annotations

import random
import re
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import yaml

from gate.decision import Table, globs_of
from gate.engine.snapshot import load_snapshot
from gate.model import Action, Activity, Membership
from gate.rules.proving.atoms import path_atoms
from gate.workbench.export import KINDS

ROOT = Path(__file__).parents[3]
GATE = str(Path(sys.executable).with_name("gate"))
TOP = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
FREE, ASK = "1", "0"
BATCH = 100  # requests sent before the first answer is read; within one buffer


def text_of(version, number):
    if version == 4:
        return socket.inet_ntop(socket.AF_INET, number.to_bytes(4, "big"))
    return socket.inet_ntop(socket.AF_INET6, number.to_bytes(16, "big"))


class Judge:
    """What the gate itself answers: by its index and its table of decisions."""

    def __init__(self, snapshot):
        book, index = snapshot.book, snapshot.index
        now = int(time.time())
        table = Table.build(book, index.classes, now=now)
        whens = [rule.when for rule in book.rules]
        whens += [exemption.when for exemption in book.exemptions]
        paths = [atom.witness for atom in path_atoms(globs_of(whens))]

        @cache
        def of_class(class_id):
            place = index.classes[class_id]
            if place.unknown or any(m is not Membership.NO for m in place.memberships):
                return ASK
            actions = {
                table.look_up(class_id, path, activity).decision.action
                for path in paths
                for activity in Activity
            }
            return FREE if actions == {Action.PASS} else ASK

        self.index = index
        self.of = lambda version, number: of_class(index.find(version, number))


def drawn(index, count):
    """Addresses: a third of all IPv4, a third in ranges of IPv6, a third borders."""
    rng = random.Random(20261122)  # noqa: S311 - the same addresses in every run
    found = [(4, rng.getrandbits(32)) for _ in range(count // 3)]
    starts = {version: [s for s, _ in index.ranges(version)] for version in TOP}
    ends = [*starts[6][1:], TOP[6] + 1]
    chosen = rng.choices(range(len(ends)), k=count // 3)
    found += [(6, rng.randrange(starts[6][at], ends[at])) for at in chosen]
    while len(found) < count:
        version = rng.choice((4, 6))
        number = rng.choice(starts[version]) + rng.choice((-1, 0, 1))
        found.append((version, min(max(number, 0), TOP[version])))
    return found


@dataclass(frozen=True)
class Exported:
    """All tables over one database, and who knows better."""

    folder: Path
    config: Path
    judge: Judge

    def file(self, kind):
        return self.folder / KINDS[kind].file

    def drawn(self, count):
        """Addresses as text, and what the gate says of each."""
        pairs = drawn(self.judge.index, count)
        return [text_of(*pair) for pair in pairs], [self.judge.of(*p) for p in pairs]


def export(config, to, *arguments):
    for kind in KINDS:
        command = [GATE, "export", kind, f"--config={config}", f"--to={to}", *arguments]
        subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="session")
def exported(tmp_path_factory, session_state, databases):
    """Tables from a database by its file name; None is the embedded one."""

    @cache
    def make(name=None):
        home = tmp_path_factory.mktemp("export")
        config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
        config["rules"]["folder"] = str(ROOT / "rules")
        config["state"] = str(session_state)
        config["geo"]["databases"] = [] if name is None else [str(databases(name))]
        path = home / "config.yaml"
        path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
        export(path, home)
        return Exported(home, path, Judge(load_snapshot(path)))

    return make


@pytest.fixture(scope="session")
def ended(exported, tmp_path_factory):
    """Tables of a month ago: all of them have ended."""
    folder = tmp_path_factory.mktemp("ended")
    day = datetime.now(UTC).date() - timedelta(days=30)
    export(exported().config, folder, f"--at={day}")
    return Exported(folder, exported().config, exported().judge)


@pytest.fixture(scope="session")
def answers():
    """Ask a server about addresses, one request each, many at once on few connections.

    The server answers each with the one letter 0 or 1.
    """

    def ask(port, addresses):
        found = []
        with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
            for start in range(0, len(addresses), BATCH):
                found += batch(peer, addresses[start : start + BATCH])
        return found

    return ask


def batch(peer, addresses):
    line = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: %s\r\n\r\n"
    sent = "".join(line % address for address in addresses).encode()
    sender = threading.Thread(target=peer.sendall, args=(sent,))
    sender.start()
    received = b""
    while len(found := re.findall(rb"\r\n\r\n([01])", received)) < len(addresses):
        piece = peer.recv(1 << 16)
        assert piece, f"the server hung up after {len(found)} answers"
        received += piece
    sender.join()
    return [letter.decode() for letter in found]
