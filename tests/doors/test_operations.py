"""What operators see and do: readiness, metrics, log, stopping, workers that die."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path

import pytest
import yaml

from gate.workbench.starter import write_starter

GATE = str(Path(sys.executable).with_name("gate"))
NAVIGATION = {"Sec-Fetch-Dest": "document", "Accept": "text/html"}
ASSET = {"Sec-Fetch-Dest": "style", "Accept": "text/css"}
HERE = {"Host": "localhost"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A starter, with index and proof that all servers of this file share."""
    folder = tmp_path_factory.mktemp("operations") / "site"
    write_starter(folder)
    site = folder / "files"
    site.mkdir()
    (site / "index.html").write_text("<html><body><p>files</p></body></html>")
    command = [sys.executable, "-m", "gate.engine.prepare", "config.yaml"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@contextlib.contextmanager
def starting(home, free, run, folder):
    """Yield what starts `gate serve` with operations; stop all of them in the end.

    Its keywords change the section `server`; `sections` replaces others.
    """
    numbers = count()
    with contextlib.ExitStack() as stack:

        def start(*options, at=None, sections=(), **server):
            number = next(numbers)
            config = yaml.safe_load((home / "config.yaml").read_text())
            port, operations = free(), free()
            own = {"operations": f"127.0.0.1:{operations}", "workers": 2, **server}
            config |= {"server": own, "state": str(folder / "s"), **dict(sections)}
            shutil.copytree(home / ".state", folder / "s", dirs_exist_ok=True)
            path = home / f"{folder.name}-{number}.yaml"
            path.write_text(yaml.safe_dump(config, allow_unicode=True))
            listen = f"--listen={at or f'127.0.0.1:{port}'}"
            log = folder / f"{number}.log"
            command = (GATE, "serve", f"--config={path}", listen, *map(str, options))
            opened = operations if at else port
            server = stack.enter_context(run(*command, port=opened, log=log))
            server.log, server.operations, server.config = log, operations, path
            eventually(lambda: metric(server, "gate_workers") == own["workers"])
            return server

        yield start


@pytest.fixture
def serve(home, free, run, tmp_path):
    """Start `gate serve`; see `starting`."""
    with starting(home, free, run, tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def calm(home, free, run, tmp_path_factory):
    """A server that tests only look at."""
    with starting(home, free, run, tmp_path_factory.mktemp("calm")) as start:
        yield start("--site", home / "files")


def told(server, path):
    """Ask the operations listener; None if it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.operations, timeout=5)
    with contextlib.closing(connection):
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            return None


def ready(server):
    status, body = told(server, "/ready")
    return status, json.loads(body)


def metric(server, name):
    """Return the value of a series, such as `gate_refused_total{code="E421"}`."""
    _, text = told(server, "/metrics")
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


def eventually(holds, seconds=10):
    """Wait until something holds; return what it was."""
    deadline = time.monotonic() + seconds
    while not (value := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return value


def crew(server):
    """Return the operations listener and the workers."""
    found = server.workers
    return found[0], found[1:]


def lines(server):
    return [json.loads(line) for line in server.log.read_text().splitlines() if line]


@pytest.fixture
def files(serve, home):
    return serve("--site", home / "files")


def test_the_public_pages_say_one_word_and_no_reason_to_any_host(calm):
    for path, words in (("live", {"alive"}), ("ready", {"ready", "degraded"})):
        for host in ("localhost", "10.1.2.3", "elsewhere.example"):
            answer, body = calm.ask("GET", f"/-/{path}", headers={"Host": host})
            assert answer.status == 200
            assert json.loads(body)["status"] in words
            assert list(json.loads(body)) == ["status"]
            assert answer.headers["Cache-Control"] == "no-store"
    assert calm.ask("POST", "/-/ready", headers=HERE)[0].status == 405


def test_a_probe_is_not_a_request_that_counts(calm):
    before = metric(calm, "gate_requests_total")
    for _ in range(5):
        calm.ask("GET", "/-/ready", headers=HERE)
        calm.ask("GET", "/-/live", headers=HERE)
    assert metric(calm, "gate_requests_total") == before


def test_operators_see_reasons_versions_and_age(calm):
    status, said = eventually(lambda: (r := ready(calm))[1]["versions"] and r)
    assert status == 200
    assert said["status"] in {"ready", "degraded"}
    assert {len(v["book"]) for v in said["versions"]} == {64}
    assert said["databases"][0]["age_days"] >= 0
    assert len(said["workers"]) == 2
    for reason in said["reasons"]:
        assert reason["since"].startswith("20")
    assert told(calm, "/live")[0] == 200
    assert told(calm, "/elsewhere")[0] == 404


def test_metrics_are_on_their_own_listener_only(calm):
    assert calm.ask("GET", "/metrics", headers=HERE)[0].status == 404
    assert told(calm, "/metrics")[0] == 200


def test_metrics_count_requests_refusals_and_unknown_places(files):
    for _ in range(13):
        files.ask("GET", "/", headers={**HERE, **NAVIGATION})
    files.ask("GET", "/", headers={"Host": "elsewhere.example"})
    assert metric(files, "gate_requests_total") == 14
    assert metric(files, 'gate_refused_total{code="E421"}') == 1
    # The peer is this machine itself. In tens: no two looks show one reader.
    assert metric(files, 'gate_unknown_places_total{reason="private_address"}') == 10
    assert metric(files, "gate_own_seconds_count") == 14
    assert 0 < metric(files, "gate_own_seconds_sum") < 14


def test_no_metric_tells_what_was_decided_or_where(calm):
    calm.ask("GET", "/", headers={**HERE, **NAVIGATION})
    _, text = told(calm, "/metrics")
    for word in ("banner", "interstitial", "block", "warn-", "RU", "russia", "python_"):
        assert word not in text


def test_a_worker_loads_nothing_for_metrics():
    script = (
        "import sys; from gate.workbench.running import crew, serve, server;"
        "print([m for m in sys.modules if 'prometheus' in m])"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert told.stdout.strip() == "[]"


def test_workers_that_are_killed_are_replaced_and_no_count_goes_back(files):
    for _ in range(20):
        files.ask("GET", "/", headers={**HERE, **NAVIGATION})
    for round_ in range(1, 4):
        _, workers = crew(files)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        assert eventually(
            lambda dead=workers: (
                len(crew(files)[1]) == 2 and not {*dead} & {*crew(files)[1]}
            )
        )
        eventually(
            lambda n=round_: metric(files, "gate_worker_starts_total") == 2 + 2 * n
        )
        assert metric(files, "gate_requests_total") == 19 + round_
        files.ask("GET", "/", headers={**HERE, **NAVIGATION})
    assert metric(files, "gate_requests_total") == 23
    assert eventually(lambda: metric(files, "gate_workers") == 2)
    assert "SIGKILL" in files.log.read_text()


def test_the_listener_of_operators_is_begun_again_if_it_dies(files):
    files.ask("GET", "/", headers={**HERE, **NAVIGATION})
    listener, _ = crew(files)
    os.kill(listener, signal.SIGKILL)
    assert eventually(lambda: (told(files, "/metrics") or [0])[0] == 200)
    assert metric(files, "gate_requests_total") == 1
    assert eventually(lambda: "listener ended" in files.log.read_text())


def test_the_listener_ends_when_the_server_is_killed(files):
    pids = files.workers
    files.process.kill()
    files.process.wait()
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    assert told(files, "/ready") is None


def test_observing_is_told_and_readers_pass(serve, home):
    server = serve("--site", home / "files", sections={"mode": "observe"})
    assert eventually(lambda: metric(server, "gate_observing") == 1)
    assert any("observe" in r["what"] for r in ready(server)[1]["reasons"])
    answer, body = server.ask("GET", "/", headers={**HERE, **NAVIGATION})
    assert (answer.status, b"gate-banner" in body) == (200, False)
    assert json.loads(server.ask("GET", "/-/ready")[1]) == {"status": "degraded"}


def test_the_gate_can_be_switched_off_and_on_without_a_restart(serve, home):
    server = serve("--site", home / "files")
    config = Path(server.config)
    visit = {**HERE, **NAVIGATION}

    def warned():
        return b"gate-banner" in server.ask("GET", "/", headers=visit)[1]

    assert warned()
    sound = config.read_text()
    for mode, banner in (("observe", False), ("enforce", True)):
        config.write_text(sound.replace("mode: enforce", f"mode: {mode}"))
        time.sleep(5)
        assert {warned() for _ in range(20)} == {banner}
        assert metric(server, "gate_observing") == (not banner)
    taken = metric(server, 'gate_reloads_total{result="taken"}')
    assert taken == 4  # twice, in two workers


def test_a_bad_book_is_told_to_operators_and_in_one_word_to_all(serve, home, tmp_path):
    rules = tmp_path / "rules"
    shutil.copytree(home / "rules", rules)
    sections = {"rules": {"folder": str(rules)}}
    server = serve("--site", home / "files", sections=sections)
    broken = rules / "undesirable-organization.yaml"
    sound = broken.read_text()

    def told_codes():
        return {reason["what"][:4] for reason in ready(server)[1]["reasons"]}

    before = told_codes()
    broken.write_text("format: rules/1\nrules: nonsense\n")
    assert eventually(lambda: told_codes() - before, 6)
    assert metric(server, 'gate_reloads_total{result="refused"}') > 0
    word = server.ask("GET", "/-/ready", headers=HERE)
    assert (word[0].status, word[1]) == (200, b'{"status": "degraded"}\n')
    broken.write_text(sound)
    assert eventually(lambda: told_codes() == before, 6)


def test_a_server_that_may_not_ask_is_counted(serve):
    server = serve("--check", sections={"check": {"when_down": "refuse"}})
    assert server.ask("GET", "/-/check/nginx", headers=HERE)[0].status == 403
    assert metric(server, 'gate_refused_total{code="E451"}') == 1
    assert server.ask("GET", "/-/live", headers=HERE)[0].status == 200


def test_operators_may_not_look_where_readers_come(home, free, tmp_path):
    config = yaml.safe_load((home / "config.yaml").read_text())
    port = free()
    config["server"] = {"operations": f"127.0.0.1:{port}"}
    path = home / f"{tmp_path.name}.yaml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True))
    command = [GATE, "serve", "--demo", f"--config={path}", f"--listen=0.0.0.0:{port}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, "E512" in ended.stderr) == (3, True)


class TestLog:
    """Lines on standard error."""

    def test_every_line_is_an_object_without_anything_of_a_reader(self, serve, free):
        nobody = f"http://127.0.0.1:{free()}"
        server = serve(f"--upstream={nobody}", log="json")
        server.ask("GET", "/very-private", headers={**HERE, **ASSET, "X-Private": "x"})
        server.raw("GET /very-private HTTP/1.1", "Host: a", "Host: b")
        os.kill(crew(server)[1][0], signal.SIGKILL)
        eventually(lambda: "worker-ended" in server.log.read_text())
        server.process.terminate()
        server.process.wait(15)
        found = lines(server)
        assert {tuple(line) for line in found} == {
            ("time", "level", "code", "message", "pid")
        }
        codes = [line["code"] for line in found]
        for code in ("started", "E511", "malformed-request", "worker-ended", "stopped"):
            assert code in codes
        text = server.log.read_text()
        for trace in ("private", "Private", f"127.0.0.1:{server.operations}"):
            assert trace not in text

    def test_a_site_that_is_down_is_told_once_not_for_each_reader(self, serve, free):
        server = serve(f"--upstream=http://127.0.0.1:{free()}", workers=1)
        for _ in range(20):
            assert server.ask("GET", "/x", headers={**HERE, **ASSET})[0].status == 502
        assert server.log.read_text().count("E511") == 1
        assert metric(server, 'gate_site_failures_total{status="502"}') == 20

    def test_a_person_gets_a_page_and_a_program_plain_text(self, serve, free):
        server = serve(f"--upstream=http://127.0.0.1:{free()}")
        answer, body = server.ask("GET", "/x", headers={**HERE, **NAVIGATION})
        assert answer.status == 502
        assert b"The site cannot answer at this moment" in body
        assert "style-src-attr" in answer.headers["Content-Security-Policy"]
        answer, body = server.ask("GET", "/x", headers={**HERE, **ASSET})
        assert (answer.status, body) == (502, b"502 Bad Gateway\n")


class Client(threading.Thread):
    """Asks again and again until the door is closed; notes what went wrong.

    Attributes:
        whole: How many whole answers came.
        cut: What happened to requests that were sent and not answered.
    """

    def __init__(self, address, *, keeps, path="/"):
        super().__init__(daemon=True)
        self.address, self.keeps, self.path = address, keeps, path
        self.whole, self.cut, self.after_term = 0, [], 0
        self.told_to_close = 0

    def run(self):
        closed = ConnectionRefusedError, FileNotFoundError, TimeoutError
        with contextlib.suppress(*closed):
            while True:
                with self.connected() as peer:
                    self.talk(peer)

    def connected(self):
        """Return a connection, to a port or to the file of a Unix socket."""
        if isinstance(self.address, int):
            return socket.create_connection(("127.0.0.1", self.address), timeout=10)
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(10)
        try:
            peer.connect(str(self.address))
        except OSError:
            peer.close()
            raise
        return peer

    def talk(self, peer):
        """Send requests over one connection until it is closed or shall be."""
        field = "" if self.keeps else "Connection: close\r\n"
        text = f"GET {self.path} HTTP/1.1\r\nHost: localhost\r\n{field}\r\n".encode()
        while True:
            try:
                peer.sendall(text)
                answer = http.client.HTTPResponse(peer)
                answer.begin()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.cut.append(repr(error))
                return
            self.whole += 1
            if not self.keeps:
                return
            if answer.headers["Connection"] == "close":
                self.told_to_close += 1
                return


def hammered(server, seconds=1.0, *, group=False, address=None):
    """Stop a server under load; return the clients once all of them are done."""
    address = address or server.port
    clients = [Client(address, keeps=number % 2 == 0) for number in range(8)]
    for client in clients:
        client.start()
    time.sleep(seconds)
    for pid in [*(server.workers if group else ()), server.process.pid]:
        os.kill(pid, signal.SIGTERM)
    server.process.wait(20)
    for client in clients:
        client.join(15)
        assert not client.is_alive()
    return clients


@pytest.mark.parametrize("attempt", range(2))
def test_a_stop_under_load_cuts_nobody_off(serve, home, attempt):
    server = serve("--site", home / "files")
    clients = hammered(server, 0.5 + attempt / 2)
    assert [client.cut for client in clients] == [[]] * 8
    assert min(client.whole for client in clients) > 5
    assert all(client.told_to_close for client in clients if client.keeps)


def test_a_stop_of_the_whole_group_cuts_nobody_off(serve, home):
    server = serve("--site", home / "files")
    clients = hammered(server, group=True)
    assert [client.cut for client in clients] == [[]] * 8


def test_a_stop_at_a_unix_socket_cuts_nobody_off(serve, home, tmp_path):
    path = tmp_path / "gate.sock"
    server = serve("--site", home / "files", at=f"unix:{path}")
    clients = hammered(server, address=path)
    assert [client.cut for client in clients] == [[]] * 8
    assert min(client.whole for client in clients) > 5


def test_an_answer_that_is_under_way_is_finished(serve, upstream):
    server = serve(f"--upstream={upstream.url}")
    slow = Client(server.port, keeps=False, path="/slow")
    slow.start()
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    assert eventually(lambda: ready(server) and ready(server)[0] == 503, 1)
    assert ready(server)[1]["status"] == "stopping"
    assert metric(server, "gate_ready") == 0
    server.process.wait(20)
    slow.join(5)
    assert (slow.whole, slow.cut) == (1, [])


def test_a_kept_connection_hears_that_the_gate_stops(serve, home):
    server = serve("--site", home / "files", workers=1)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/-/ready")
    assert connection.getresponse().read() != b""
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    connection.request("GET", "/-/ready")
    answer = connection.getresponse()
    assert answer.status == 503
    assert json.loads(answer.read()) == {"status": "stopping"}
    assert answer.headers["Connection"] == "close"
    server.process.wait(10)


def test_who_has_sent_nothing_does_not_hold_up_the_end(serve, home):
    server = serve("--site", home / "files")
    with socket.create_connection(("127.0.0.1", server.port)):
        time.sleep(0.2)
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)
    assert time.monotonic() - begun < 5


def test_a_worker_that_is_told_to_stop_while_it_begins_hears_it(door):
    server = door("late")
    assert eventually(lambda: server.workers)
    time.sleep(0.3)  # it sleeps before it can hear anything
    begun = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(25)
    assert time.monotonic() - begun < 10
