"""A million requests from everywhere, each decision held against the rule book.

What must follow is worked out beside the gate: the standard library reads the address,
the index places it, and the evaluator is asked anew. The doors read requests, keep what
they know, and answer; nothing of that is used here.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from gate.decision import Patterns, decide, globs_of, memberships_at
from gate.doors.check import CheckDoor
from gate.doors.verdict import answered
from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate
from gate.model import Action, Activity, Membership, Unknown

pytestmark = pytest.mark.deep

GATE = str(Path(sys.executable).with_name("gate"))
SECRET = "a-secret-that-only-these-tests-know-of"  # noqa: S105  # no real one
PROXY = "127.0.0.1"
HALF = 500_000
OVER_HTTP = 100_000
CLIENTS = 4
PIPELINED = 25
DAY = 86_400  # seconds
SITE = b"<!doctype html><html><head><title>x</title></head><body><p>owls</p></body>"
PAGES = {
    "/a/some-article": Activity.READ,
    "/a/some-other-article": Activity.READ,
    "/about/undesirable/law": Activity.READ,
    "/about/team": Activity.READ,
    "/share/some-article": Activity.SHARE,
    "/donate/": Activity.DONATE,
}
BAD = ("nonsense", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "12345::1", "::")
NAVIGATION = {
    "HTTP_HOST": "localhost",
    "HTTP_ACCEPT": "text/html",
    "HTTP_SEC_FETCH_DEST": "document",
    "HTTP_SEC_FETCH_MODE": "navigate",
    "HTTP_SEC_FETCH_SITE": "none",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.url_scheme": "http",
}


@pytest.fixture(name="config", scope="module")
def _config(tmp_path_factory, databases):
    home = tmp_path_factory.mktemp("million")
    subprocess.run([GATE, "init", home / "gate"], check=True, capture_output=True)
    secret = home / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    path = home / "gate" / "config.yaml"
    text = path.read_text("utf-8")
    database = databases("GeoLite2-City.mmdb")
    text = text.replace("databases: []", f"databases: [{database}]")
    text = text.replace("trusted_proxies: []", f"trusted_proxies: [{PROXY}/32]")
    text = text.replace("\n  header: none", "\n  header: X-Forwarded-For")
    text += f"\ncheck: {{when_down: refuse, banner: site, secret_file: {secret}}}\n"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(name="gate")
def _gate(config):
    return Gate.load(config)


class Book:
    """What must follow, by the rule book and the index alone."""

    def __init__(self, snapshot):
        book, index = snapshot.book, snapshot.index
        patterns = Patterns(
            globs_of(item.when for item in (*book.rules, *book.exemptions))
        )
        now = int(time.time())
        age = now - index.database.build_epoch
        is_old = age >= book.unknown.max_age_days * DAY
        self._index = index

        @cache
        def action(class_id, path):
            place = index.classes[class_id]
            reasons = {place.unknown, *((Unknown.DATABASE_UNUSABLE,) if is_old else ())}
            return max(
                decide(
                    book,
                    memberships=memberships_at(book, place, now),
                    matched=patterns.matched(path),
                    activity=PAGES[path],
                    now=now,
                    unknown=reason,
                ).action
                for reason in reasons
            )

        self._action = action

    def of(self, text, path):
        """Return what a reader must meet, by what their address is said to be."""
        address = unpacked(text)
        if address is None:
            return self.unknown(path)
        id_ = self._index.find(address.version, int(address))
        return self._action(id_, path)

    def unknown(self, path):
        """Return what a reader must meet of whom no address is known."""
        return self._action(self._index.unknown(Unknown.BAD_ADDRESS), path)


def unpacked(text):
    """Return the address that a reader is reached at; None if it is nobody's."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if address.version == 6:
        nat64 = ipaddress.ip_network("64:ff9b::/96")
        inner = address.ipv4_mapped or (address.teredo or (None, None))[1]
        if address in nat64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        address = inner or address
    return address if int(address) else None


class Readers:
    """An endless row of readers' addresses of every kind, the same in every run."""

    def __init__(self, index, seed):
        self._chance = random.Random(seed)  # noqa: S311  # not a secret
        self._spans = {v: spans(index, v) for v in (4, 6)}
        self._areas = {v: spans(index, v, inside=True) for v in (4, 6)}
        self._kinds = (
            (55, lambda: self._v4(1 << 24, 224 << 24)),
            (15, lambda: self._within(self._areas[4], 4)),
            (12, lambda: self._within(self._spans[6], 6)),
            (8, lambda: self._within(self._areas[6], 6)),
            (4, lambda: self._v4(10 << 24, 11 << 24)),
            (3, self._wrapped),
            (3, lambda: self._chance.choice(BAD)),
        )
        self._weights = [weight for weight, _ in self._kinds]

    def __iter__(self):
        while True:
            batch = self._chance.choices(self._kinds, self._weights, k=1000)
            yield from (make() for _, make in batch)

    def _v4(self, first, end):
        return str(ipaddress.IPv4Address(self._chance.randrange(first, end)))

    def _within(self, found, version):
        first, last = self._chance.choice(found)
        number = self._chance.randint(first, min(last, first + (1 << 70)))
        made = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
        return str(made(number))

    def _wrapped(self):
        first, last = self._chance.choice(self._areas[4])
        inner = self._chance.randint(first, last)
        packed = (
            (0xFFFF << 32) | inner,
            (0x64FF9B << 96) | inner,
            (0x20010000 << 96) | (0xFFFFFFFF ^ inner),
        )
        return str(ipaddress.IPv6Address(self._chance.choice(packed)))


def spans(index, version, *, inside=False):
    """Return first and last address of ranges, perhaps only of those in an area."""
    starts = list(index.ranges(version))
    ends = [start - 1 for start, _ in starts[1:]] + [(1 << (32, 128)[version == 6]) - 1]
    return [
        (start, end)
        for (start, id_), end in zip(starts, ends, strict=True)
        if not inside or max(index.classes[id_].memberships, default=Membership.NO)
    ]


def paths(seed):
    """Yield paths for ever; most requests are for articles."""
    chance = random.Random(seed)  # noqa: S311  # not a secret
    while True:
        yield from chance.choices(list(PAGES), (50, 20, 10, 10, 5, 5), k=1000)


def site(_environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [SITE]


def ask(app, environ):
    """Return status, fields and body."""
    got = []
    result = app(environ, lambda *told, **_: got.append(told))
    body = b"".join(result)
    if hasattr(result, "close"):
        result.close()
    status, fields = got[-1][:2]
    return int(status[:3]), dict(fields), body


def met(status, body):
    """Return the action that an answer of the WSGI door shows."""
    if status == 200:
        assert b"<p>owls</p>" in body
        return Action.BANNER if b'class="gate-banner"' in body else Action.PASS
    assert b"<p>owls</p>" not in body
    return {403: Action.INTERSTITIAL, 451: Action.BLOCK}[status]


def told(status, fields):
    """Return the action that an answer to a check shows."""
    if status == 200:
        return Action[fields["X-Gate-Action"].upper()]
    return {403: Action.INTERSTITIAL, 451: Action.BLOCK}[status]


def finish(request, begun, seen):
    """Say what was seen, and how long it took."""
    total, spent = seen.total(), time.monotonic() - begun
    kinds = ", ".join(f"{n:,} {action.word}" for action, n in sorted(seen.items()))
    line = f"{total:,} requests in {spent:.0f} s: {kinds}; none wrong"
    request.config.get_terminal_writer().line(f"\n{line}")
    assert set(seen) >= {Action.PASS, Action.BANNER, Action.INTERSTITIAL}


def test_half_a_million_readers_in_process_meet_what_the_book_says(request, gate):
    book, app = Book(gate.snapshot), GateMiddleware(site, gate)
    index, begun, seen = gate.snapshot.index, time.monotonic(), Counter()
    rows = zip(Readers(index, 1), paths(2), range(HALF), strict=False)
    for address, path, number in rows:
        environ = {**NAVIGATION, "REQUEST_METHOD": "GET", "PATH_INFO": path}
        environ |= {"RAW_URI": path, "REMOTE_ADDR": PROXY, "QUERY_STRING": ""}
        expected = book.of(address, path)
        way = number % 10
        if way == 7 and unpacked(address) is not None:  # directly
            environ["REMOTE_ADDR"] = address
        elif way == 8 and unpacked(address) is not None:  # with a forged field
            environ |= {"REMOTE_ADDR": address, "HTTP_X_FORWARDED_FOR": "8.8.8.8"}
            expected = max(expected, book.unknown(path))
        elif way == 9:  # after what strangers wrote
            environ["HTTP_X_FORWARDED_FOR"] = f"8.8.8.8, {address}"
        else:
            environ["HTTP_X_FORWARDED_FOR"] = address
        status, _, body = ask(app, environ)
        action = met(status, body)
        assert action is expected, f"{address} {path} {way}: {action}, not {expected}"
        seen[action] += 1
    assert sum(gate.counter.counts().values()) == HALF
    finish(request, begun, seen)


def test_half_a_million_questions_of_other_servers_get_the_books_answer(request, gate):
    book = Book(gate.snapshot)
    app = CheckDoor(gate, secrets=[SECRET], prefix="/-/")
    index, begun, seen, refused = gate.snapshot.index, time.monotonic(), Counter(), 0
    rows = zip(Readers(index, 3), paths(4), range(HALF), strict=False)
    for address, path, number in rows:
        environ = dict(NAVIGATION) | QUESTIONS[number % 2](address, path)
        status, fields, _ = ask(app, environ)
        if unparsed(address):
            assert (status, fields["X-Gate-Error"]) == (400, "E452")
            refused += 1
            continue
        if status == 401:
            pages = gate.snapshot.pages
            status = answered(fields["X-Gate-Verdict"], pages, method="GET").status
        expected, action = book.of(address, path), told(status, fields)
        assert action is expected, f"{address} {path}: {action}, not {expected}"
        seen[action] += 1
    assert sum(gate.counter.counts().values()) == HALF - refused == seen.total()
    finish(request, begun, seen)


def unparsed(address):
    """Whether a text is no address at all; a check refuses such a question."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return True
    return False


def _from_nginx(address, path):
    return {
        "REQUEST_METHOD": "GET",
        "REMOTE_ADDR": PROXY,
        "PATH_INFO": "/-/check/nginx",
        "RAW_URI": "/-/check/nginx",
        "HTTP_X_GATE_SECRET": SECRET,
        "HTTP_X_ORIGINAL_METHOD": "GET",
        "HTTP_X_ORIGINAL_URI": f"{path}?utm_source=x",
        "HTTP_X_ORIGINAL_HOST": "localhost",
        "HTTP_X_ORIGINAL_PROTO": "https",
        "HTTP_X_REAL_IP": address,
    }


def _from_caddy(address, path):
    return {
        "REQUEST_METHOD": "GET",
        "REMOTE_ADDR": PROXY,
        "PATH_INFO": "/-/check/forward",
        "RAW_URI": "/-/check/forward",
        "HTTP_X_GATE_SECRET": SECRET,
        "HTTP_X_FORWARDED_METHOD": "GET",
        "HTTP_X_FORWARDED_URI": path,
        "HTTP_X_FORWARDED_HOST": "localhost",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_FOR": f"8.8.8.8, {address}",
    }


QUESTIONS = (_from_nginx, _from_caddy)


def lines_of(environ):
    """Write a question as it goes over the wire."""
    names = (key for key in environ if key.startswith("HTTP_"))
    fields = (f"{k[5:].replace('_', '-')}: {environ[k]}" for k in names)
    first = f"GET {environ['PATH_INFO']} HTTP/1.1"
    return "\r\n".join([first, *fields, "", ""]).encode()


class Client:
    """Sends several questions at once over one connection, and reads the answers."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._stream = self._socket.makefile("rb")

    def ask(self, questions):
        self._socket.sendall(b"".join(map(lines_of, questions)))
        return [self._answer() for _ in questions]

    def close(self):
        self._stream.close()
        self._socket.close()

    def _answer(self):
        status = int(self._stream.readline().split()[1])
        fields = {}
        while line := self._stream.readline().strip():
            name, _, value = line.decode("latin-1").partition(": ")
            fields[name] = value
        return status, fields, self._stream.read(int(fields["Content-Length"]))


def client(connection, seed, index, book, results):
    """Be one proxy in front of the gate; leave what was seen, or what went wrong."""
    seen, readers, asked = Counter(), iter(Readers(index, seed)), paths(seed)
    try:
        for _ in range(OVER_HTTP // CLIENTS // PIPELINED):
            batch = [(next(readers), next(asked)) for _ in range(PIPELINED)]
            # From Caddy: that answer is relayed whole.
            answers = connection.ask([NAVIGATION | _from_caddy(*one) for one in batch])
            for one, (status, fields, body) in zip(batch, answers, strict=True):
                if unparsed(one[0]):
                    assert status == 400
                    seen["refused"] += 1
                    continue
                assert (status == 200) == (body == b"")
                assert told(status, fields) is book.of(*one), one
                seen[told(status, fields)] += 1
    except BaseException as error:  # noqa: BLE001  # told by the test
        results.append(error)
    else:
        results.append(seen)


def test_a_hundred_thousand_questions_over_http(
    request, config, gate, free, run, tmp_path
):
    port, begun = free(), time.monotonic()
    command = (GATE, "serve", "--check", "--config", str(config))
    book, index, results = Book(gate.snapshot), gate.snapshot.index, []
    listen = f"--listen=127.0.0.1:{port}"
    with (
        run(*command, listen, port=port, log=tmp_path / "gate.log"),
        contextlib.ExitStack() as stack,
    ):
        clients = [Client(port) for _ in range(CLIENTS)]
        for one in clients:
            stack.callback(one.close)
        threads = [
            threading.Thread(target=client, args=(one, 10 + n, index, book, results))
            for n, one in enumerate(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        asking = [GATE, "status", "--json", "--config", str(config)]
        said = subprocess.run(asking, capture_output=True, check=True).stdout
    assert [found for found in results if not isinstance(found, Counter)] == []
    seen = sum(results, Counter())
    refused = seen.pop("refused")
    assert seen.total() + refused == OVER_HTTP
    told = [report["total"] for report in json.loads(said)]  # each in tens
    assert 0 <= seen.total() - sum(told) < 10 * len(told)
    finish(request, begun, seen)
