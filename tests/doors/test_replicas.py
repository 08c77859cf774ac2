"""Three replicas behind a real HAProxy: one killed, one with older rules and notices.

They share nothing but files: a folder of rules, and for checks the secret. The newer
rule book puts a second notice before printing, and its notices have another wording and
a higher revision, so that each answer shows what it was made from.
"""

from __future__ import annotations

import contextlib
import getpass
import http.client
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from machine import program

from gate.workbench.starter import write_starter

GATE = str(Path(sys.executable).with_name("gate"))
MOSCOW, BERLIN = "77.88.8.8", "91.64.0.1"
ARTICLE, PRINTED = "/page/owls", "/page/print/owls"
TEXT = b"<p>news</p>"
OLD, NEW = "old", "new"
WORDINGS = {  # Russian and English, as the notices begin
    OLD: ("Российские власти", "The Russian authorities"),
    NEW: ("Власти России", "Authorities in Russia"),
}
SECOND = "Прежде чем это сделать"
STRICTER = f"""
format: rules/1
owner: legal@example.org
rules:
  - id: warn-printing
    title: Printing
    because: So that the newer book can be told from the older one.
    when:
      areas: [russia]
      activities: [read]
      paths: ["{PRINTED.rpartition("/")[0]}/**"]
    certainty: possible
    then: interstitial
    notice: undesirable-organization-acts
    effective: {{from: "2024-02-20T00:00:00+03:00"}}
"""
BALANCER = """
global
    maxconn 200
    {user}
defaults
    mode http
    timeout connect 500ms
    timeout client 20s
    timeout server 20s
    timeout check 1s
    retries 3
    option redispatch 1
    retry-on conn-failure empty-response response-timeout
frontend readers
    bind 127.0.0.1:{port}
    # Only here: the tests say who the reader is.
    http-request set-header X-Forwarded-For %[req.hdr(X-Test-Reader)] {unless}
    # What a reader sends by POST may be done once only.
    http-request disable-l7-retry if METH_POST
    default_backend gates
backend gates
    {balance}
    option httpchk GET /-/ready
    http-check expect status 200
    default-server check inter 200ms fall 2 rise 1
    http-response set-header X-Replica %s
{servers}
"""
DOCUMENT = {
    "Host": "localhost",
    "Accept": "text/html",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
}
CONTINUE = {
    **DOCUMENT,
    "Origin": "http://localhost",
    "Referer": f"http://localhost{ARTICLE}",
    "Sec-Fetch-Site": "same-origin",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What replicas share: an older and a newer rule book, and a secret."""
    folder = tmp_path_factory.mktemp("shared")
    for book in (OLD, NEW):
        write_starter(folder / book)
    rules = folder / NEW / "rules"
    (rules / "printing.yaml").write_text(STRICTER, "utf-8")
    for path in (rules / "notices").glob("undesirable-*.yaml"):
        text = path.read_text("utf-8").replace("revision: 1", "revision: 2")
        for before, after in zip(WORDINGS[OLD], WORDINGS[NEW], strict=True):
            text = text.replace(before, after)
        path.write_text(text, "utf-8")
    secret = folder / "secret"
    secret.write_text("a-secret-that-only-these-tests-know-of")
    secret.chmod(0o600)
    return folder


class Replica:
    """One gate with a state folder of its own."""

    def __init__(self, name, book, port, folder):
        self.name, self.book, self.port = name, book, port
        self.config = folder / name / "config.yaml"
        self.server = None

    def ask(self, method, path, body=None, **fields):
        sent = {name.replace("_", "-"): value for name, value in fields.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer, answer.read()

    def status(self):
        """Return what `gate status` says of each worker."""
        command = [GATE, "status", "--json", "--config", str(self.config)]
        done = subprocess.run(command, capture_output=True, check=False)
        told = json.loads(done.stdout)
        assert done.returncode == (0 if told else 1)
        return told

    def kill(self):
        """End it at once with all of its workers, as a machine that fails."""
        for pid in (self.server.process.pid, *self.server.workers):
            os.kill(pid, signal.SIGKILL)
        self.server.process.wait()


@pytest.fixture(scope="module")
def replicas(files, free, run, upstream, tmp_path_factory):
    """Start replicas by name and book; `kind` is "proxy" or "check"."""
    with contextlib.ExitStack() as stack:
        folder = tmp_path_factory.mktemp("replicas")

        def start(kind, **books):
            made = [Replica(f"{kind}-{n}", b, free(), folder) for n, b in books.items()]
            for replica in made:
                configure(replica, files)
                begin(stack, run, replica, kind, upstream.url)
            return made

        start.stack = stack
        yield start


def configure(replica, files):
    replica.config.parent.mkdir()
    text = (files / replica.book / "config.yaml").read_text("utf-8")
    rules = files / replica.book / "rules"
    text = text.replace("folder: rules", f"folder: {rules}")
    text = text.replace("trusted_proxies: []", "trusted_proxies: [127.0.0.1/32]")
    text = text.replace("\n  header: none", "\n  header: X-Forwarded-For")
    secret = files / "secret"
    text += f"\ncheck: {{when_down: refuse, secret_file: {secret}}}\n"
    replica.config.write_text(text, "utf-8")


def begin(stack, run, replica, kind, site):
    options = ["--check"] if kind == "check" else [f"--upstream={site}"]
    listen = f"--listen=127.0.0.1:{replica.port}"
    command = (GATE, "serve", f"--config={replica.config}", listen, *options)
    log = replica.config.with_name("gate.log")
    replica.server = stack.enter_context(run(*command, port=replica.port, log=log))


@pytest.fixture(scope="module")
def balanced(free, run, tmp_path_factory):
    """Start HAProxy in front of replicas."""
    with contextlib.ExitStack() as stack:

        def start(replicas, balance="balance roundrobin", unless=""):
            port, folder = free(), tmp_path_factory.mktemp("haproxy")
            servers = (f"    server {r.name} 127.0.0.1:{r.port}" for r in replicas)
            user = f"user {getpass.getuser()}" if os.geteuid() == 0 else ""
            text = BALANCER.format(
                user=user,
                port=port,
                balance=balance,
                unless=unless,
                servers="\n".join(servers),
            )
            path = folder / "haproxy.cfg"
            path.write_text(text)
            command = (program("haproxy"), "-db", "-f", str(path))
            log = folder / "haproxy.log"
            return stack.enter_context(run(*command, port=port, log=log))

        yield start


@pytest.fixture(scope="module")
def three(replicas):
    return replicas("proxy", a=NEW, b=NEW, c=OLD)


@pytest.fixture(scope="module")
def front(balanced, three):
    return balanced(three)


def book_of(body):
    """Return the one book from which everything in a page comes."""
    text = body.decode()
    found = {b for b, words in WORDINGS.items() if any(w in text for w in words)}
    assert len(found) == 1, found
    return found.pop()


def revision_of(body):
    """Return what the page's Continue button says; "" if it has none."""
    found = set(re.findall(rb'name="n" value="([0-9a-f]+)"', body))
    assert len(found) <= 1
    return found.pop().decode() if found else ""


def check_whole(path, reader, status, body, replica, books):
    """Assert that an answer comes from one book, and from the replica's own."""
    assert book_of(body) == books[replica]
    if reader == BERLIN:
        assert (status, TEXT in body) == (200, True)
        return
    newer = books[replica] == NEW
    assert (status, TEXT in body) == (403, False)
    assert (SECOND.encode() in body) == (newer and path == PRINTED)
    digits = re.findall("[0-9a-f]{6}([0-9a-f]{4})", revision_of(body))
    assert set(digits) == {"0002" if newer else "0001"}


class Crowd:
    """Readers who go on reading while something happens to the replicas."""

    def __init__(self, port, books):
        self._port, self._books = port, books
        self._over = threading.Event()
        self.answered, self.cut, self.wrong = Counter(), [], []
        self._threads = [threading.Thread(target=self._read) for _ in range(4)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _read(self):
        visits = itertools.cycle(
            itertools.product((MOSCOW, BERLIN), (ARTICLE, PRINTED))
        )
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        while not self._over.is_set():
            reader, path = next(visits)
            try:
                connection.request(
                    "GET", path, headers=DOCUMENT | {"X-Test-Reader": reader}
                )
                answer = connection.getresponse()
                body = answer.read()
                replica = answer.headers.get("X-Replica")
                check_whole(path, reader, answer.status, body, replica, self._books)
                self.answered[replica] += 1
            except (OSError, http.client.HTTPException) as error:
                self.cut.append(repr(error))
                connection.close()
            except Exception as error:  # noqa: BLE001  # told by the test
                self.wrong.append(
                    f"{reader} {path} {replica} {answer.status}: {error!r}"
                )
        connection.close()

    def wait_for(self, replica, count=20):
        """Wait until a replica has answered so many more."""
        goal, deadline = self.answered[replica] + count, time.monotonic() + 30
        while self.answered[replica] < goal:
            assert time.monotonic() < deadline, f"{replica} does not answer"
            time.sleep(0.02)


def test_readers_notice_nothing_of_a_replica_that_is_killed_and_begun_again(
    replicas, three, front, run, upstream
):
    victim, other, older = three
    books = {replica.name: replica.book for replica in three}
    with Crowd(front.port, books) as crowd:
        for replica in three:
            crowd.wait_for(replica.name)
        victim.kill()
        crowd.wait_for(other.name, 100)
        begin(replicas.stack, run, victim, "proxy", upstream.url)
        crowd.wait_for(victim.name)
    assert crowd.wrong == []
    # HAProxy asks another replica unless an answer has begun; that one is cut.
    assert len(crowd.cut) <= len(three) + 1, crowd.cut
    assert set(crowd.answered) == {victim.name, other.name, older.name}


def test_no_article_has_left_the_site_for_a_reader_at_risk(three, front, upstream):
    upstream.seen.clear()
    for _ in range(len(three) * 2):
        sent = DOCUMENT | {"X-Test-Reader": MOSCOW}
        assert front.ask("GET", ARTICLE, headers=sent)[0].status == 403
    assert upstream.seen == []


class Reader:
    """A browser in Moscow with a cookie jar, which clicks Continue on every page.

    Args:
        ask: Sends a method, a form and fields to one replica or another.
        form: Kind of the form on the page; "text/plain" behind a check.
    """

    def __init__(self, ask, form="application/x-www-form-urlencoded"):
        self._ask = ask
        self._form = form
        self._cookie = ""
        self.pages = 0

    def read(self, limit):
        """Read an article, and return it; give up after so many pages."""
        status, body, _ = self._send("GET", DOCUMENT)
        while status != 200 and self.pages < limit:
            assert status == 403
            self.pages += 1
            fields = CONTINUE | {"Content-Type": self._form}
            status, body, cookie = self._send("POST", fields, revision_of(body))
            if status == 303:
                self._cookie = cookie
                status, body, _ = self._send("GET", CONTINUE)
        return status, body

    def _send(self, method, fields, revision=""):
        form = f"n={revision}" if revision else None
        if self._cookie:
            fields = fields | {"Cookie": self._cookie}
        answer, body = self._ask(method, form, fields)
        cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
        return answer.status, body, cookie


def test_however_requests_are_spread_a_reader_sees_two_pages_at_most(three):
    newer, _, older = three
    most = 0
    for route in itertools.product((newer, older), repeat=7):
        hops = itertools.cycle(route)

        def ask(method, form, fields, hops=hops):
            fields = fields | {"X-Forwarded-For": MOSCOW}
            return next(hops).server.ask(method, ARTICLE, form, fields)

        reader = Reader(ask)
        assert TEXT in reader.read(limit=5)[1], [replica.name for replica in route]
        most = max(most, reader.pages)
    assert most == 2


def test_through_the_balancer_as_well(three, front):
    books = Counter(replica.book for replica in three)
    assert set(books) == {OLD, NEW}

    def ask(method, form, fields):
        fields = fields | {"X-Test-Reader": MOSCOW}
        return front.ask(method, ARTICLE, form, fields)

    for _ in range(12):
        reader = Reader(ask)
        assert TEXT in reader.read(limit=5)[1]
        assert reader.pages in {1, 2}


def test_an_auditor_sees_which_replica_rested_on_what(three):
    told = [replica.status() for replica in three]
    assert all(told)
    versions = [{json.dumps(w["versions"]) for w in workers} for workers in told]
    assert all(len(found) == 1 for found in versions)
    newer, other, older = (json.loads(found.pop()) for found in versions)
    for name in ("book", "notices"):
        assert newer[name] == other[name] != older[name]
    for name in ("database", "areas", "gate"):
        assert newer[name] == other[name] == older[name]
    for replica, versions in zip(three, (newer, other, older), strict=True):
        command = [GATE, "status", "--config", str(replica.config)]
        shown = subprocess.run(command, capture_output=True, text=True, check=True)
        assert versions["book"][:12] in shown.stdout


def test_replicas_share_nothing_but_files(three, files):
    states = {replica.config.with_name(".state") for replica in three}
    assert len(states) == 3
    for replica in three:
        names = replica.server.maps()
        for other in three:
            assert (str(other.config.parent) in names) <= (other is replica)
        assert str(files) not in names


def test_a_killed_replica_loses_its_own_counts_and_nobody_elses(
    replicas, run, three, upstream
):
    victim, other, _ = three
    sent = DOCUMENT | {"X-Forwarded-For": BERLIN}
    for replica in (victim, other) * 20:  # each of two workers tells tens only
        replica.server.ask("GET", ARTICLE, headers=sent)
    kept = sum(worker["total"] for worker in other.status())
    victim.kill()
    assert victim.status() == []
    begin(replicas.stack, run, victim, "proxy", upstream.url)
    assert sum(worker["total"] for worker in victim.status()) == 0
    assert sum(worker["total"] for worker in other.status()) >= kept > 0


def question(method, fields, files, reader=MOSCOW):
    """Ask as Caddy does on behalf of a reader."""
    told = {
        "X-Gate-Secret": (files / "secret").read_text(),
        "X-Forwarded-Method": method,
        "X-Forwarded-Uri": ARTICLE,
        "X-Forwarded-Host": "localhost",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-For": reader,
    }
    return fields | told


@pytest.fixture(name="asked", scope="module")
def _asked(replicas):
    return replicas("check", older=OLD, newer=NEW)


def test_behind_checks_that_take_turns_a_reader_reaches_the_article(asked, files):
    """A check sees no body, so it cannot know which page Continue stood on."""
    most = 0
    for route in itertools.product(asked, repeat=7):
        hops = itertools.cycle(route)

        def ask(method, _form, fields, hops=hops):
            fields = question(method, fields, files)
            return next(hops).server.ask("GET", "/-/check/forward", headers=fields)

        reader = Reader(ask, "text/plain")
        assert reader.read(limit=5)[0] == 200, [replica.name for replica in route]
        most = max(most, reader.pages)
    assert most <= 2


@pytest.mark.parametrize("path", [ARTICLE, PRINTED])
def test_what_one_replica_decides_another_relays_whole(asked, files, path):
    """nginx asks twice, and the second question may reach another replica."""
    for decides, relays in itertools.product(asked, repeat=2):
        told = {"X-Gate-Secret": (files / "secret").read_text(), "X-Real-IP": MOSCOW}
        told |= {"X-Original-Method": "GET", "X-Original-URI": path}
        told |= {"X-Original-Host": "localhost", "X-Original-Proto": "http"}
        fields = DOCUMENT | told
        answer, _ = decides.server.ask("GET", "/-/check/nginx", headers=fields)
        assert answer.status == 401
        fields |= {"X-Gate-Verdict": answer.headers["X-Gate-Verdict"]}
        answer, body = relays.server.ask("GET", "/-/relay/nginx", headers=fields)
        assert answer.status == 403
        digits = set(re.findall("[0-9a-f]{6}([0-9a-f]{4})", revision_of(body)))
        assert digits <= {"0002" if book_of(body) == NEW else "0001"}
        assert book_of(body) == relays.book


def test_a_balancer_that_knows_readers_by_address_spares_them_the_second_page(
    asked, balanced, files
):
    older, newer = asked
    hashed = "balance hdr(X-Forwarded-For)\n    hash-type consistent"
    front = balanced(asked, hashed, unless="if { req.hdr(X-Test-Reader) -m found }")
    met, readers = Counter(), []
    for number in range(24):
        address = f"77.88.8.{number + 1}"

        def ask(method, _form, fields, address=address):
            fields = question(method, fields, files, address)
            answer, body = front.ask("GET", "/-/check/forward", headers=fields)
            met[answer.headers["X-Replica"]] += 1
            return answer, body

        reader = Reader(ask, "text/plain")
        assert reader.read(limit=5)[0] == 200
        assert reader.pages == 1
        readers.append(reader)
    assert set(met) == {older.name, newer.name}
    older.kill()  # its readers meet the newer page, once
    for reader in readers:
        assert reader.read(limit=5)[0] == 200
        assert reader.read(limit=5)[0] == 200
    assert {reader.pages for reader in readers} == {1, 2}


def test_two_sites_are_two_gates_that_may_share_their_rules(
    files, free, run, upstream, tmp_path
):
    for name in ("herald", "tribune"):
        folder, port = tmp_path / name, free()
        folder.mkdir()
        text = (files / NEW / "config.yaml").read_text("utf-8")
        rules = files / NEW / "rules"
        text = text.replace("folder: rules", f"folder: {rules}")
        text = text.replace("The Example Herald", f"The {name.title()}")
        text = text.replace(
            "hosts: [localhost, ", f"hosts: [{name}.example, www.{name}.example, "
        )
        (folder / "config.yaml").write_text(text, "utf-8")
        command = (GATE, "serve", f"--config={folder}", f"--listen=127.0.0.1:{port}")
        with run(
            *command, f"--upstream={upstream.url}", port=port, log=folder / "log"
        ) as gate:
            for host, status in (
                (f"{name}.example", 200),
                (f"www.{name}.example", 200),
                ("elsewhere.example", 421),
            ):
                answer, body = gate.ask(
                    "GET", ARTICLE, headers=DOCUMENT | {"Host": host}
                )
                assert answer.status == status
                assert (f"The {name.title()}".encode() in body) is (status == 200)
