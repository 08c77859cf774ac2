"""Rules, notices, configuration and databases change under a gate that serves."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gate.places.embedded import embedded_database
from gate.rules import load_book
from gate.workbench.starter import write_starter
from gate.workbench.status import collect

GATE = str(Path(sys.executable).with_name("gate"))
MOSCOW = "77.88.8.8"
WITHIN = 5.0  # seconds in which every worker must have taken a change
BOOK = "undesirable-organization.yaml"
NOTICE = "notices/undesirable-organization.yaml"
PROMISE = "every-reader-in-russia-is-warned"
OPEN, GATED = "/open/x.html", "/a/x.html"
FIELDS = {
    "Host": "localhost",
    "Sec-Fetch-Dest": "document",
    "Accept": "text/html",
    "Accept-Language": "en",
    "X-Forwarded-For": MOSCOW,
}
ARTICLE = b"<p>The article itself.</p>"
COUNT = """
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init(args) passed, met, other = 0, 0, 0 end
function response(status)
  if status == 200 then passed = passed + 1
  elseif status == 403 then met = met + 1
  else other = other + 1 end
end
function done(summary, latency)
  local sums, errors = {passed = 0, met = 0, other = 0}, summary.errors
  for _, thread in ipairs(threads) do
    for name, sum in pairs(sums) do sums[name] = sum + thread:get(name) end
  end
  io.write(string.format(
    '\\n{"passed": %d, "met": %d, "other": %d, "connect": %d, "read": %d, ' ..
    '"write": %d, "timeout": %d, "longest_ms": %d, "p99_ms": %d}\\n',
    sums.passed, sums.met, sums.other, errors.connect, errors.read,
    errors.write, errors.timeout, latency.max / 1000,
    latency:percentile(99) / 1000))
end
"""


def rewrite(file, *changes):
    text = file.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


def editions(folder):
    """Write two books: in the second, readers in Russia may read below /open/."""
    made = []
    for number, word in ((1, "one"), (2, "two")):
        book = folder / f"edition-{word}"
        shutil.copytree(Path(__file__).parents[2] / "rules", book)
        told = f'heading: "Edition {word}: a legal risk"'
        said = 'heading: "Before you read: a legal risk"'
        rewrite(book / NOTICE, (said, told), ("revision: 1 #", f"revision: {number} #"))
        made.append(book)
    machines = '        - "/robots.txt"\n'
    rewrite(made[1] / BOOK, (machines, f'{machines}        - "/open/**"\n'))
    return made


def crowding():
    """Say how many times slower everything is, because others use the machine, too."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def digest_of(book):
    return load_book(book)[0].digest


class Home:
    """A site with a gate in front: two books that take turns, and a folder for each."""

    def __init__(self, folder):
        self.folder, self.copies = folder, 0
        write_starter(folder)
        self.books = editions(folder)
        self.digests = [digest_of(book) for book in self.books]
        self.rules = folder / "rules"
        self.config = folder / "config.yaml"
        self.state = folder / ".state"
        self.put_in_place(0)
        for name in (OPEN, GATED):
            page = folder / "site" / name.lstrip("/")
            page.parent.mkdir(parents=True)
            page.write_bytes(b"<html><body>" + ARTICLE + b"</body></html>")
        rewrite(
            self.config,
            ("trusted_proxies: []", "trusted_proxies: [127.0.0.1]"),
            ("header: none", "header: X-Forwarded-For"),
        )

    def command(self, port):
        site = f"--site={self.folder / 'site'}"
        listen = f"--listen=127.0.0.1:{port}"
        return GATE, "serve", f"--config={self.config}", listen, site

    def put_in_place(self, number):
        """Write one file after the other over what is there."""
        shutil.copytree(self.books[number], self.rules, dirs_exist_ok=True)

    def put_by_rename(self, number):
        """Put a whole folder into the place of the old one."""
        draft, old = self.fresh(number), self.folder / "old"
        self.rules.rename(old)
        draft.rename(self.rules)
        self.drop(old)

    def put_by_link(self, number):
        """Swap a link, as Kubernetes and many ways of deploying do."""
        link, old = self.folder / "link", self.folder / "old"
        link.symlink_to(self.fresh(number).name)
        if self.rules.is_symlink():
            before = self.rules.resolve()
            link.rename(self.rules)
            shutil.rmtree(before)
        else:
            self.rules.rename(old)
            link.rename(self.rules)
            shutil.rmtree(old)

    def fresh(self, number):
        """Make a copy of a book that nobody knows yet."""
        self.copies += 1
        copy = self.folder / f"copy-{self.copies}"
        shutil.copytree(self.books[number], copy)
        return copy

    @staticmethod
    def drop(folder):
        if folder.is_symlink():
            shutil.rmtree(folder.resolve())
            folder.unlink()
        else:
            shutil.rmtree(folder)

    @property
    def ways(self):
        return self.put_in_place, self.put_by_rename, self.put_by_link

    def reports(self):
        return collect(self.state)

    def counted(self):
        return sum(report["total"] for report in self.reports())

    def all_say(self, what, seconds=WITHIN, workers=2):
        """Wait until something holds of every worker; return for how long, or None."""
        begun = time.monotonic()
        while time.monotonic() < begun + seconds * crowding():
            told = self.reports()
            if len(told) == workers and all(what(report) for report in told):
                return time.monotonic() - begun
            time.sleep(0.02)
        return None

    def all_serve(self, number, seconds=WITHIN):
        digest = self.digests[number]
        return self.all_say(lambda r: r["versions"]["book"] == digest, seconds)

    def in_trouble(self, code, seconds=WITHIN):
        return self.all_say(lambda r: any(code in t for t in r["trouble"]), seconds)

    def out_of_trouble(self, seconds=WITHIN):
        return self.all_say(lambda r: not r["trouble"], seconds)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def begin(home, free, run):
    """Start the gate before the site."""
    with contextlib.ExitStack() as stack:

        def start():
            port = free()
            log = home.folder / f"{port}.log"
            server = run(*home.command(port), port=port, log=log)
            running = stack.enter_context(server)
            running.log = log
            assert home.all_say(lambda _: True, 10) is not None
            return running

        yield start


def visit(server, path=OPEN, **fields):
    return server.ask("GET", path, headers=FIELDS | fields)


def edition(body):
    """Name the one edition that a page shows, by its words and by its form."""
    words = set(re.findall(rb"Edition (one|two): a legal risk", body))
    forms = set(re.findall(rb'name="n" value="([^"]+)"', body))
    assert (len(words), len(forms)) == (1, 1), "a page of two editions"
    return words.pop().decode(), forms.pop().decode()


class Reader(threading.Thread):
    """Asks again and again, and looks whether each answer is wholly of one book."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.ended = threading.Event()
        self.met, self.passed, self.failures = 0, 0, []
        self.forms = {}

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            while not self.ended.is_set():
                for path in (OPEN, GATED):
                    try:
                        connection.request("GET", path, headers=FIELDS)
                        answer = connection.getresponse()
                        self.look(path, answer, answer.read())
                    except Exception as error:  # noqa: BLE001
                        self.failures.append(f"{path}: {error!r}")
                        connection.close()

    def look(self, path, answer, body):
        if answer.status == 200:
            assert path == OPEN, "a gated article has left"
            assert ARTICLE in body
            assert b"Edition" not in body
            assert answer.headers["Cache-Control"] != "no-store"
            self.passed += 1
            return
        assert answer.status == 403, answer.status
        assert ARTICLE not in body
        word, form = edition(body)
        assert self.forms.setdefault(word, form) == form
        if path == OPEN:
            assert word == "one", "the second book asks nobody here"
        assert answer.headers["Content-Language"] == "en"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Length"] == str(len(body))
        self.met += 1

    def end(self):
        self.ended.set()
        self.join(20)
        assert not self.failures, self.failures[:3]


@contextlib.contextmanager
def load(server, folder, seconds):
    """Keep the gate busy with wrk and a reader who looks; check both in the end."""
    script = folder / "count.lua"
    script.write_text(COUNT)
    fields = [part for f, v in FIELDS.items() for part in ("-H", f"{f}: {v}")]
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "-s", str(script), *fields]
    address = f"http://127.0.0.1:{server.port}{OPEN}"
    with subprocess.Popen(
        [*command, address], stdout=subprocess.PIPE, text=True
    ) as wrk:
        reader = Reader(server.port)
        reader.start()
        told = {}
        try:
            yield told
        finally:
            wrk.send_signal(signal.SIGINT)
            reader.end()
            out = wrk.communicate(timeout=20)[0]
    told |= json.loads(out[out.rindex("\n{") :]) | {"looked at": reader.met}
    print(told)  # noqa: T201  # the measurement
    errors = ("other", "connect", "read", "write", "timeout")
    assert {name: told[name] for name in errors} == dict.fromkeys(errors, 0)
    assert told["passed"] > 0
    assert told["met"] > 0
    assert reader.passed > 0


def take_turns(home, server, times):
    """Let the books take turns under load; return how long each change took."""
    before = set(server.workers)
    took = []
    for turn in range(times):
        number = (turn + 1) % 2
        home.ways[turn % len(home.ways)](number)
        took.append(home.all_serve(number))
        assert took[-1] is not None, f"change {turn} was not taken in time"
    assert set(server.workers) == before
    return sorted(took)


def reloading(home, begin, times, seconds):
    server = begin()
    with load(server, home.folder, seconds):
        took = take_turns(home, server, times)
    assert took[times // 2] < WITHIN
    print(f"median {took[times // 2]:.2f} s, longest {took[-1]:.2f} s")  # noqa: T201
    assert not any(report["trouble"] for report in home.reports())


def test_ten_changes_under_load_fail_no_request_and_mix_no_books(home, begin):
    reloading(home, begin, 10, 90)


@pytest.mark.deep
def test_a_hundred_changes_under_load_fail_no_request_and_mix_no_books(home, begin):
    reloading(home, begin, 100, 600)


def test_what_is_bad_is_refused_and_said_and_what_follows_is_taken(home, begin):
    server = begin()
    with load(server, home.folder, 120):
        home.put_by_link(1)
        assert home.all_serve(1) is not None
        book = home.rules / BOOK
        for spoil, code in (
            (lambda: rewrite(book, ("\nrules:\n", "\nrulez:\n")), "R003"),
            (lambda: rewrite(book, (PROMISE, f"{PROMISE}-now")), "E118"),
            (lambda: weaken(book), "R048"),
            (lambda: book.write_bytes(book.read_bytes()[:9_000]), "E100"),  # half
        ):
            spoil()
            assert home.in_trouble(code, 2 * WITHIN) is not None
            assert home.all_serve(1, 0.5) is not None
            home.put_in_place(1)
            assert home.out_of_trouble() is not None
        home.put_in_place(0)
        assert home.all_serve(0) is not None
    log = server.log.read_text()
    assert log.count("R003") == 1
    assert log.count("goes on as before") == 4


def waited(home, *options):
    """Ask as a deploy script does, with another folder to work in; code and words."""
    done = subprocess.run(
        [GATE, "status", f"--config={home.config}", *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    return done.returncode, done.stdout


def test_whoever_deploys_waits_for_every_worker_and_learns_why_it_is_refused(
    home, begin
):
    server = begin()
    visit(server)
    home.put_in_place(1)
    code, said = waited(home, "--wait")
    assert (code, home.digests[1][:12] in said) == (0, True)
    assert home.all_serve(1, 0.1) is not None
    weaken(home.rules / BOOK)
    line = (home.rules / BOOK).read_text("utf-8").split(PROMISE)[0].count("\n") + 1
    code, said = waited(home, "--wait", f"--digest={digest_of(home.rules)}")
    assert code == 1
    for told in (
        f"{BOOK}:{line}:9: R048 The config ({home.config}:",
        f'pins the promise "{PROMISE}" with at least interstitial; here it',
        f"{line} |   - id: {PROMISE}\n",
        "= hint: Let the promise be as it was, with at_least: interstitial, or ask",
        f"by: {BOOK} (changed).",
        f"The book {home.digests[1][:12]} goes on being served, as since 20",
        "by 2 of 2 workers",
    ):
        assert told in said
    assert waited(home, "--wait")[0] == 1  # and not by the digest alone
    home.put_in_place(1)
    assert waited(home, "--wait")[0] == 0
    code, said = waited(home)
    assert (code, "Refused before, and over:" in said) == (0, True)
    assert f"book {home.digests[1][:12]} taken at 20" in said
    assert MOSCOW not in said + waited(home, "--json")[1]


def test_a_configuration_that_is_refused_keeps_nobody_from_asking(home, begin):
    begin()
    rewrite(home.config, ("mode: enforce", "mode: sometimes"))
    code, said = waited(home, "--wait")
    assert (code, 'E110 "sometimes" is not one of' in said) == (1, True)


def weaken(book):
    """Let a pinned promise demand less than is pinned."""
    head, promise, rest = book.read_text("utf-8").partition(f"  - id: {PROMISE}\n")
    assert promise
    less = rest.replace("at_least: interstitial", "at_least: banner", 1)
    book.write_text(head + promise + less, "utf-8")


@pytest.fixture
def own_database(home):
    path = home.folder / "own.mmdb"
    shutil.copy(embedded_database(), path)
    rewrite(home.config, ("databases: []", f"databases: [{path}]"))
    return path


def test_a_database_that_is_cut_off_in_place_crashes_nobody(home, begin, own_database):
    server = begin()
    before = set(server.workers)
    sound = own_database.read_bytes()
    assert own_database.name not in server.maps()
    with load(server, home.folder, 120):
        with own_database.open("r+b") as file:
            file.truncate(100_000)
        assert home.in_trouble("E2", 2 * WITHIN) is not None
        home.put_in_place(1)  # a rule need not wait for a database
        assert home.all_serve(1, 2 * WITHIN) is not None
        with own_database.open("r+b") as file:
            file.truncate(0)
        draft = own_database.with_name("draft")
        draft.write_bytes(b"<html>Too many requests</html>")
        draft.replace(own_database)
        assert home.in_trouble("E2", 2 * WITHIN) is not None
        own_database.write_bytes(sound)
        assert home.out_of_trouble() is not None
    assert set(server.workers) == before
    assert visit(server, GATED)[0].status == 403


def test_a_new_database_is_taken_soon_after_its_index_is_built(
    home, begin, own_database, databases
):
    real = databases("GeoLite2-City.mmdb")
    server = begin()
    before = home.reports()[0]["versions"]["database"]
    shutil.copy(real, own_database.with_name("draft"))
    own_database.with_name("draft").replace(own_database)
    assert visit(server, GATED)[0].status == 403  # the old index is at work
    deadline = time.monotonic() + 60 * crowding()
    while len(indexes := list(home.state.glob("index-*.bin"))) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    took = home.all_say(lambda r: r["versions"]["database"] != before)
    assert took is not None
    print(f"{took:.2f} s after the index was built")  # noqa: T201
    assert len(indexes) == 2
    assert own_database.name not in server.maps()


def test_a_restart_with_a_broken_book_serves_the_last_good_one(home, begin):
    server = begin()
    home.put_in_place(1)
    assert home.all_serve(1) is not None
    server.process.terminate()
    server.process.wait(20)
    shutil.rmtree(home.rules)
    server = begin()
    assert home.all_serve(1) is not None
    assert home.in_trouble("E306") is not None
    assert "E306" in server.log.read_text()
    code, said = waited(home, "--wait")
    assert (code, "R001 There is no such folder" in said) == (1, True)
    assert f"The book {home.digests[1][:12]} goes on being served" in said
    assert visit(server)[0].status == 200
    assert visit(server, GATED)[0].status == 403
    checked = subprocess.run(
        [GATE, "check", f"--config={home.config}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 1  # it judges what is there
    home.put_in_place(0)
    assert home.all_serve(0) is not None
    assert home.out_of_trouble() is not None


def test_hangup_makes_every_worker_look_at_once_and_replaces_none(home, begin):
    server = begin()
    before = set(server.workers)
    with load(server, home.folder, 60):
        home.put_in_place(1)
        os.kill(server.process.pid, signal.SIGHUP)
        assert home.all_serve(1) is not None
        counted = home.counted()
        home.put_in_place(0)
        os.kill(server.process.pid, signal.SIGHUP)
        assert home.all_serve(0) is not None
    assert set(server.workers) == before
    assert home.counted() > counted > 0


def test_an_idle_gate_takes_changes_of_its_configuration(home, begin):
    server = begin()
    assert visit(server)[0].status == 403
    rewrite(home.config, ("mode: enforce", "mode: observe"))
    assert home.all_say(lambda r: r["mode"] == "observe") is not None
    assert visit(server)[0].status == 200
    assert visit(server, "/gate/live")[0].status == 404
    rewrite(home.config, ("# own_prefix: /-/", "own_prefix: /gate/"))
    deadline = time.monotonic() + WITHIN
    while visit(server, "/gate/live")[0].status == 404:
        assert time.monotonic() < deadline
    rewrite(home.config, ("workers: 2", "workers: 3"))
    time.sleep(WITHIN)
    assert server.log.read_text().count("server.workers: a change takes effect") == 1
    assert len(server.workers) == 2


ASKED = {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Uri": GATED,
    "X-Forwarded-Host": "localhost",
    "X-Forwarded-Proto": "https",
}


def test_a_new_secret_is_taken_and_a_bad_one_refused(home, begin):
    secret = home.folder / "secret"
    write_secret(secret, "a" * 40)
    more = f"\ncheck:\n  when_down: refuse\n  secret_file: {secret}\n"
    home.config.write_text(home.config.read_text("utf-8") + more, "utf-8")
    server = begin()

    def asked(word):
        fields = ASKED | {"X-Gate-Secret": word * 40}
        answer, body = visit(server, "/-/check/forward", **fields)
        return answer.status, b"Edition" in body

    assert (asked("a"), asked("b")) == ((403, True), (403, False))
    write_secret(secret, "too short")
    assert home.in_trouble(str(secret)) is not None
    assert asked("a") == (403, True)
    write_secret(secret, "b" * 40)
    assert home.out_of_trouble() is not None
    assert (asked("a"), asked("b")) == ((403, False), (403, True))


def write_secret(path, word):
    path.write_text(word)
    path.chmod(0o600)
