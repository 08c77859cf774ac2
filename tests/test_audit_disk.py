"""What lies on the disk after a real run that ended in the middle: nobody.

`gate serve` gets requests with an address, a user agent, a path, a cookie and a
referrer of their own, and is killed. Then everything it wrote is searched.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import ipaddress
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from audit_cells import DAY, reads
from machine import free_port, listens

from gate.audit import Outcome, layout
from gate.workbench.starter import write_starter

GATE = str(Path(sys.executable).with_name("gate"))
MOSCOW, MOSCOW_6, KYIV = "77.88.8.123", "2a02:6b8::1234:abcd", "91.198.36.77"
ELSEWHERE = "8.8.4.231"
AGENT = "Zygodactyl/7.31 (unmistakable; reader)"
PATH = "/a/quokka-lighthouse-1882"
COOKIE = "session=fnord-cookie-5521"
REFERRER = "https://elsewhere.example/heron-path-9917"
LANGUAGE = "gsw-u-xq-pangolin"
PAGE = {"Sec-Fetch-Dest": "document", "Accept": "text/html", "Host": "localhost"}


class Served:
    """`gate serve` before a folder, with two workers, in a session of its own."""

    def __init__(self, home, name):
        self.state, self.log = home / name, home / f"{name}.log"
        self.port, self.operations = free_port(), free_port()
        config = yaml.safe_load((home / "config.yaml").read_text("utf-8"))
        config["visitor"] = {
            "trusted_proxies": ["127.0.0.1"],
            "header": "X-Forwarded-For",
        }
        config["server"] = {"workers": 2, "operations": f"127.0.0.1:{self.operations}"}
        config["state"] = str(self.state)
        config["audit"] = {"on_failure": "serve", "seal": "apart"}
        self.config = home / f"{name}.yaml"
        self.config.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
        self._site = home / "site"

    def begin(self):
        options = (f"--listen=127.0.0.1:{self.port}", f"--site={self._site}")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [GATE, "serve", f"--config={self.config}", *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 30
        while len(self.workers) < 2 or not listens(self.port):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    @property
    def workers(self):
        """The processes that have a table."""
        held = []
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for pid in task.read_text().split():
            with contextlib.suppress(OSError):
                maps = Path(f"/proc/{pid}/maps").read_text()
                held += [int(pid)] if ".table" in maps else []
        return held

    def ask(self, address, path=PATH, method="GET", **fields):
        sent = {
            **PAGE,
            "X-Forwarded-For": address,
            "User-Agent": AGENT,
            "Cookie": COOKIE,
            "Referer": REFERRER,
            "Accept-Language": LANGUAGE,
            **fields,
        }
        made = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(made):
            made.request(method, path, headers=sent)
            answer = made.getresponse()
            answer.read()
            return answer.status

    def metrics(self):
        made = http.client.HTTPConnection("127.0.0.1", self.operations, timeout=20)
        with contextlib.closing(made):
            made.request("GET", "/metrics")
            return made.getresponse().read()

    def status(self, *options):
        command = [GATE, "status", f"--config={self.config}", *options]
        return subprocess.run(command, capture_output=True, check=False).stdout

    def dies(self):
        """Kill everything at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def tables(self):
        return self.state / "audit" / "tables"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("disk") / "home"
    write_starter(folder)
    site = folder / "site"
    site.mkdir()
    (site / "index.html").write_text("<html><body><p>news</p></body></html>")
    return folder


@pytest.fixture(scope="module")
def serve(home):
    """Start `gate serve` with a state folder of some name."""
    begun = []

    def start(name):
        server = Served(home, name)
        begun.append(server)
        server.begin()
        return server

    yield start
    for server in begun:
        server.dies()


@pytest.fixture(scope="module")
def run(serve):
    """A run of all kinds of requests, killed in the middle, and what it said."""
    server = serve("run")
    begun = time.time()
    addresses = [MOSCOW, MOSCOW_6, KYIV, ELSEWHERE]
    for number in range(60):
        address = addresses[number % 4]
        server.ask(address)
        server.ask(address, f"{PATH}?q=axolotl-query-3391")
        server.ask(address, PATH, method="POST")
    server.ask("not-an-address-" + MOSCOW)
    server.ask(MOSCOW, PATH + "%2f..%2f%00")
    server.ask(MOSCOW, Host="tamarin-host.example")
    said = [server.metrics(), server.status(), server.status("--json")]
    server.dies()
    return server, said, begun


def traces():
    """Return every form in which something of a reader could be written."""
    for text in (AGENT, PATH, COOKIE, REFERRER, LANGUAGE, "axolotl-query-3391"):
        yield from forms(text.encode())
    for word in ("Zygodactyl", "quokka", "fnord", "heron-path", "tamarin-host"):
        yield word.encode()
    for text in (MOSCOW, MOSCOW_6, KYIV, ELSEWHERE):
        address = ipaddress.ip_address(text)
        yield from forms(text.encode())
        yield from forms(address.exploded.encode())
        yield from forms(address.packed)
        yield address.packed[::-1]
        yield str(int(address)).encode()


def forms(data):
    """Return some bytes as they are, and as hex, base64 and percent-encoded."""
    yield data
    yield data.hex().encode()
    yield data.hex().upper().encode()
    yield quote(data, safe="").encode()
    for shift in range(3):  # base64 of a text depends on what stands before it
        whole = base64.b64encode(bytes(shift) + data)
        inner = whole[4 if shift else 0 : -4]
        if len(inner) >= 6:
            yield inner


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def own_data(path):
    """Whether a file is a GeoIP index: ranges of the whole world, for every gate alike.

    The bytes of some reader's address are in it by chance, and before any reader came.
    """
    return path.name.startswith("index-")


def test_nothing_of_any_reader_is_in_any_file_log_or_number(run):
    server, said, begun = run
    searched = files_below(server.state)
    assert sum(path.suffix == ".table" for path in searched) == 2
    for path in [path for path in searched if own_data(path)]:
        assert path.stat().st_mtime < begun
        searched.remove(path)
    texts = {str(path): path.read_bytes() for path in [*searched, server.log]}
    texts |= {f"output {number}": text for number, text in enumerate(said)}
    assert all(said)
    for trace in traces():
        for name, text in texts.items():
            assert trace not in text, f"{trace!r} in {name}"
        names = " ".join(texts)
        assert trace.decode("latin-1") not in names


def test_the_search_finds_what_is_there(run):
    server, _, _ = run
    hidden = base64.b64encode(b"x=" + ipaddress.ip_address(MOSCOW_6).packed + b"; y=2")
    assert any(trace in b"log " + hidden for trace in traces())
    assert any(trace in quote(REFERRER, safe="").encode() for trace in traces())
    text = b"".join(path.read_bytes() for path in files_below(server.tables))
    assert b"interstitial" in text  # what is counted is there in plain text


def test_every_decision_of_the_killed_run_is_in_the_tables(run):
    server, _, _ = run
    counts = Counter()
    for read in reads(server.tables):
        assert (read.damage, read.unreadable) == (None, 0)
        counts.update(read.cells)
    assert sum(counts.values()) == 60 * 3 + 3
    kinds = Counter()
    for one, count in counts.items():
        kinds[one.outcome] += count
    assert kinds[Outcome.COVERED] >= 60
    assert kinds[Outcome.REFUSED] >= 2
    assert kinds[Outcome.SERVED_WITHOUT_NOTICE] == 0


def test_a_worker_that_is_killed_loses_nothing_and_another_takes_its_place(serve):
    server = serve("killed")
    for _ in range(40):
        server.ask(MOSCOW)
    first = server.workers
    os.kill(first[0], signal.SIGKILL)
    deadline = time.monotonic() + 20
    while len(server.workers) < 2 or set(server.workers) == set(first):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for _ in range(40):
        server.ask(MOSCOW)
    told = json.loads(server.status("--json"))
    assert [report["gaps"] for report in told] == [0, 0]
    assert sum(report["total"] for report in told) >= 30
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0
    assert sum(sum(r.cells.values()) for r in reads(server.tables)) == 80


def requests(seed):
    """Return the same requests in an order of their own."""
    asked = [
        (address, f"{folder}{number}", kind)
        for address in (MOSCOW, KYIV, ELSEWHERE, MOSCOW_6, "10.1.2.3", "bad")
        for folder in ("/a/", "/about/", "/x/")
        for number in range(3)
        for kind in ("document", "style", "empty")
    ]
    random.Random(seed).shuffle(asked)  # noqa: S311 - the same order every time
    return asked


def image(server):
    """Return the texts of all tables by their places: (table, slot) -> slot."""
    found = {}
    for path in sorted(server.tables.glob("*.table")):
        data = path.read_bytes()
        for at in range(layout.HEADER, len(data), layout.SLOT):
            if any(data[at : at + layout.SLOT]):
                found[path.name, at] = data[at : at + layout.SLOT]
    return found


def test_two_images_of_the_state_folder_reveal_no_order(serve):
    server, images, sums = serve("image"), [], []
    for number in range(2):
        if number:
            server.begin()
        for address, path, kind in requests(number):
            server.ask(address, path, **{"Sec-Fetch-Dest": kind, "Accept": "*/*"})
        time.sleep(1.5)  # the next sync
        assert {time_of(path) for path in server.tables.iterdir()} == {(0, 0)}
        server.dies()
        images.append(image(server))
        sums.append(totals(server))
        for path in server.tables.iterdir():
            path.unlink()
    one, two = images
    # The same in all, whichever worker met it and wherever it lies.
    assert sums[0] == sums[1]
    assert texts_in(one) == texts_in(two)
    assert len(texts_in(one)) > 60
    assert {at for _, at in one} != {at for _, at in two}
    assert not {name for name, _ in one} & {name for name, _ in two}


def test_times_of_files_go_on_when_nobody_comes(serve):
    server = serve("idle")
    server.ask(MOSCOW)
    for _ in range(2):
        time.sleep(1.7)
        now = time.time()
        changed = [path.stat().st_ctime for path in server.tables.iterdir()]
        assert len(changed) == 2  # of a worker that met nobody as well
        assert all(now - moment < 1.6 for moment in changed)
        assert {time_of(path) for path in server.tables.iterdir()} == {(0, 0)}


def time_of(path):
    """Return what the times of a file tell beyond its day."""
    found = path.stat()
    return found.st_mtime % DAY, found.st_atime % DAY


def texts_in(found):
    return {text[layout.TEXT :] for text in found.values()}


def totals(server):
    counts = Counter()
    for read in reads(server.tables):
        counts.update(read.cells)
    return counts
