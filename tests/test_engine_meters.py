"""Numbers in shared memory: exact under threads and forks, never going back."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from effort import effort
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import choose_encoder
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families

from gate.config.load import read_config
from gate.doors.health import own_pages, reasons
from gate.doors.outage import Outage
from gate.engine import Gate
from gate.engine.meters import BOUNDS, CODES, TEXT, Board, Meter
from gate.errors import CountingError
from gate.model import Unknown
from gate.workbench.running.logs import LOG, Strays, set_up
from gate.workbench.running.metrics import GateCollector
from gate.workbench.running.operations import readiness

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
NS = 10**9


def seated(board, taken=()):
    """Return a meter in a row of its own."""
    meter = Meter(board)
    meter.sit(board.seat(set(taken)))
    return meter


def families(board):
    """Return what Prometheus would see, by name."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(GateCollector(board))
    text = generate_latest(registry).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(board, name, **labels):
    for family in families(board).values():
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    raise LookupError(name)


class TestCounting:
    """What a meter writes."""

    def test_threads_lose_nothing(self):
        board = Board(4)
        meter = seated(board)

        def work():
            for _ in range(5_000):
                meter.handled(time.perf_counter_ns())

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert value(board, "gate_requests_total") == 20_000

    def test_processes_add_up_and_one_that_is_killed_loses_nothing(self):
        board = Board(8)
        pids = []
        for row in range(1, 4):
            board.seat(set(range(1, row)))
            pid = os.fork()
            if not pid:
                meter = Meter(board)
                meter.sit(row)
                for _ in range(100):
                    meter.handled(time.perf_counter_ns())
                os.kill(os.getpid(), signal.SIGKILL)
            pids.append(pid)
        for pid in pids:
            os.waitpid(pid, 0)
        assert value(board, "gate_requests_total") == 300

    def test_who_takes_over_a_row_goes_on_from_there(self):
        board = Board(4)
        first = seated(board)
        first.refused("E421")
        first.level("gaps", 3)
        row = 1
        board.clear(row)
        second = Meter(board)
        second.sit(row)
        second.refused("E421")
        second.level("gaps", 0)
        second.level("gaps", 2)
        assert value(board, "gate_refused_total", code="E421") == 2
        assert value(board, "gate_gaps_total") == 5

    def test_who_finds_no_row_disturbs_nobody(self):
        board = Board(2)
        meter = Meter(board)
        meter.resign()
        meter.refused("E421")
        meter.say({"status": "ready"})
        assert value(board, "gate_refused_total", code="E421") == 0
        assert board.voices() == []

    def test_rows_are_given_again_and_starts_are_counted(self):
        board = Board(3)
        assert [board.seat(set()), board.seat({1}), board.seat({2})] == [1, 2, 1]
        assert board.seat({1, 2}) == 0
        assert value(board, "gate_worker_starts_total") == 4

    @pytest.mark.parametrize("bound", BOUNDS[:-1:3])
    def test_a_time_falls_into_its_bucket(self, bound):
        board = Board(2)
        meter = seated(board)
        meter.handled(time.perf_counter_ns() - bound)
        below = value(board, "gate_own_seconds_bucket", le=str(bound / NS))
        above = value(board, "gate_own_seconds_bucket", le="1.0")
        assert (below, above) == (0, 1)
        assert value(board, "gate_own_seconds_sum") >= bound / NS

    def test_every_reason_and_code_has_a_series_from_the_start(self):
        found = families(Board(2))
        codes = {s.labels["code"] for s in found["gate_refused"].samples}
        assert codes == set(CODES) >= {"E410", "E421", "E440"}
        unknown = found["gate_unknown_places"].samples
        assert {s.labels["reason"] for s in unknown} == set(Unknown)


class TestVoices:
    """What workers say of themselves."""

    def test_the_last_word_is_heard_until_the_worker_ends_or_falls_silent(self):
        board = Board(3)
        meter = seated(board)
        meter.say({"status": "ready"})
        meter.say({"status": "degraded"})
        (voice,) = board.voices()
        assert (voice.pid, voice.said) == (os.getpid(), {"status": "degraded"})
        board.cells(1)[1] = time.monotonic_ns() - 11 * NS
        assert board.voices() == []
        meter.beat()
        assert len(board.voices()) == 1
        board.clear(1)
        assert board.voices() == []

    def test_too_long_a_word_keeps_its_status(self):
        board = Board(2)
        seated(board).say({"status": "ready", "reasons": ["x" * TEXT]})
        assert board.voices()[0].said == {"status": "ready"}

    def test_a_word_that_was_never_finished_is_not_heard(self):
        board = Board(2)
        seated(board).say({"status": "ready"})
        board.cells(1)[2] += 1
        assert board.voices()[0].said == {}
        Meter(board).sit(1)
        assert board.cells(1)[2] % 2 == 0

    def test_no_word_is_heard_in_halves(self):
        board = Board(2)
        meter = seated(board)
        meter.say({"status": "0" * 5_000})
        done = time.monotonic() + 1

        def talk():
            for number in range(10**9):
                meter.say({"status": str(number % 10) * (5_000 + number % 100)})
                time.sleep(0.0002)
                if time.monotonic() > done:
                    return

        thread = threading.Thread(target=talk)
        thread.start()
        while thread.is_alive():
            said = board.voices()[0].said.get("status", "0")
            assert len(set(said)) == 1
        thread.join()


SAID = {
    "status": "degraded",
    "reasons": [{"what": "E202: gone", "since": 100.0}],
    "mode": "enforce",
    "versions": {"book": "b"},
    "database_built": 0,
}


class TestReadiness:
    """What operators are told."""

    def test_reasons_of_workers_are_one_list_with_the_first_moment(self):
        board = Board(4)
        for row, since in ((1, 200.0), (2, 100.0)):
            meter = seated(board, range(1, row))
            reasons = [{"what": "E202: gone", "since": since}]
            meter.say({**SAID, "reasons": reasons})
        status, told = readiness(board, now=10 * 86_400)
        assert (status, told["status"]) == (200, "degraded")
        (reason,) = told["reasons"]
        assert (reason["what"], reason["workers"]) == ("E202: gone", 2)
        assert reason["since"] == "1970-01-01T00:01:40Z"
        assert told["databases"][0]["age_days"] == 10
        assert told["versions"] == [{"book": "b"}]

    def test_without_a_worker_it_is_down_and_at_the_end_it_is_stopping(self):
        board = Board(2)
        assert readiness(board, 0)[0] == 503
        assert readiness(board, 0)[1]["status"] == "down"
        seated(board).say({**SAID, "status": "ready", "reasons": []})
        assert readiness(board, 0)[1]["status"] == "ready"
        assert value(board, "gate_ready") == 1
        board.stop()
        assert readiness(board, 0)[0] == 503
        assert readiness(board, 0)[1]["status"] == "stopping"
        assert value(board, "gate_ready") == 0


class Broken:
    """A counter whose disk is full."""

    trouble = "disk_full"

    def open(self):
        """Have nothing to open."""

    def slot(self, _cell):
        raise CountingError("full")

    def counts(self):
        return {}


def browse(gate, **fields):
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/a",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": "text/html",
        "HTTP_SEC_FETCH_DEST": "document",
        "REMOTE_ADDR": "160.45.170.10",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    return gate.handle({**environ, **fields}, door="wsgi")


class TestGate:
    """What of a gate is measured."""

    def test_every_request_counts_once_whatever_comes_of_it(self, make_config):
        board = Board(2)
        gate = Gate.load(make_config(), meter=seated(board))
        for _ in range(3):
            browse(gate)
        browse(gate, REMOTE_ADDR="77.88.55.242")
        browse(gate, HTTP_HOST="elsewhere.example")
        for _ in range(12):
            browse(gate, REMOTE_ADDR="10.1.1.1")
        assert value(board, "gate_requests_total") == 17
        assert value(board, "gate_refused_total", code="E421") == 1
        unknown = value(board, "gate_unknown_places_total", reason="private_address")
        assert unknown == 10  # in tens: no look shows a reader

    def test_a_gate_without_a_meter_serves_as_well(self, make_config):
        assert browse(Gate.load(make_config())) is not None

    def test_what_is_wrong_is_told_and_mode_observe_is_wrong(self, make_config):
        gate = Gate.load(make_config(mode="observe"), counter=Broken())
        browse(gate)
        built = gate.snapshot.index.database.build_epoch
        told = " ".join(reasons(gate, built))
        assert "observe" in told
        assert "E508" in told
        assert "45 days" not in told
        assert "45 days" in " ".join(reasons(gate, built + 45 * 86_400))

    def test_the_public_pages_tell_one_word(self, make_config):
        gate = Gate.load(make_config(mode="observe"))
        assert asked(gate, "live") == ("200 OK", {"status": "alive"})
        assert asked(gate, "ready") == ("200 OK", {"status": "degraded"})
        gate.stopping = True
        assert asked(gate, "ready")[1] == {"status": "stopping"}
        assert asked(gate, "ready")[0].startswith("503")
        assert asked(gate, "live")[0] == "200 OK"


def asked(gate, name):
    started = []
    environ = {"REQUEST_METHOD": "GET"}
    body = own_pages(gate)[name](environ, lambda *start: started.append(start))
    return started[0][0], json.loads(b"".join(body))


def test_the_request_path_pays_a_handful_of_calls():
    meter = seated(Board(2))
    meter.handled(time.perf_counter_ns())
    assert effort(lambda: meter.handled(time.perf_counter_ns())) < 10


def test_every_metric_stands_in_the_manual():
    board = Board(2)
    seated(board).say({**SAID, "status": "ready"})
    names = {
        re.sub(r"_(bucket|count|sum)$", "", sample.name)
        for family in families(board).values()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
    assert len(names) > 12
    assert [name for name in sorted(names) if f"`{name}" not in README] == []


def test_every_metric_of_the_manual_is_there():
    board = Board(2)
    seated(board).say({**SAID, "status": "ready"})
    found = {s.name for f in families(board).values() for s in f.samples}
    named = set(re.findall(r"^\| `(gate_[a-z_]+)", README, re.MULTILINE))
    assert {n for n in named if n not in found and f"{n}_bucket" not in found} == set()


def test_the_newer_form_of_the_text_is_sound_as_well():
    board = Board(2)
    seated(board).say(SAID)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(GateCollector(board))
    encode, _ = choose_encoder("application/openmetrics-text; version=1.0.0")
    found = [f.name for f in parse_openmetrics(encode(registry).decode())]
    assert {"gate_requests", "gate_rests_on", "gate_own_seconds"} <= set(found)


def test_every_metric_says_what_it_is_and_names_its_unit():
    for family in families(Board(2)).values():
        assert family.documentation
        if family.type == "histogram":
            assert family.name.endswith("_seconds")


def test_no_process_collector_and_no_default_registry():
    assert not [name for name in families(Board(2)) if not name.startswith("gate_")]


@pytest.fixture
def log():
    """Set the log up into a stream; put everything back."""
    own, hook, stderr = logging.getLogger(LOG), threading.excepthook, sys.stderr
    before = list(own.handlers), own.level
    stream = io.StringIO()

    def begin(kind):
        set_up(kind, stream)
        return stream

    yield begin
    own.handlers[:], threading.excepthook, sys.stderr = before[0], hook, stderr
    own.setLevel(before[1])


class TestLog:
    """Lines on standard error."""

    def test_a_line_in_json_has_five_parts(self, log):
        stream = log("json")
        logging.getLogger(LOG).warning("E305: It \n changed.")
        line = json.loads(stream.getvalue())
        assert list(line) == ["time", "level", "code", "message", "pid"]
        assert (line["level"], line["code"]) == ("warning", "E305")
        assert line["message"] == "It \n changed."
        assert line["pid"] == os.getpid()
        assert line["time"].endswith("+00:00")

    def test_a_line_for_people_names_the_code_once(self, log):
        stream = log("text")
        logging.getLogger(LOG).error("gone", extra={"code": "E202"})
        logging.getLogger(LOG).error("E202 gone")
        assert stream.getvalue().count("E202 gone\n") == 2

    def test_an_exception_is_named_without_its_words(self, log):
        stream = log("json")
        try:
            Path("/private/path").read_bytes()
        except OSError:
            logging.getLogger(LOG).exception("failed")
        assert "private" not in stream.getvalue()
        assert "FileNotFoundError at" in stream.getvalue()

    def test_a_thread_that_ends_is_told_without_its_words(self, log):
        stream = log("json")

        def fail():
            raise ValueError("/private/path")

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        assert json.loads(stream.getvalue())["code"] == "thread-ended"
        assert "private" not in stream.getvalue()

    def test_whoever_writes_past_the_log_writes_objects_as_well(self, log):
        stream = log("json")
        assert isinstance(sys.stderr, Strays)
        with contextlib.redirect_stdout(sys.stderr):
            sys.stdout.write("first ")
            sys.stdout.write("line\n\nsecond\n")
        found = [json.loads(line)["message"] for line in stream.getvalue().splitlines()]
        assert found == ["first line", "second"]


class TestOutage:
    """A site that does not answer."""

    def test_the_first_failure_is_told_at_once_and_the_rest_as_a_count(self, caplog):
        noted = []
        outage = Outage(noted.append, pause=0.3)
        for _ in range(5):
            outage.failed(502)
        assert [r.message.count("1 request") for r in caplog.records] == [1]
        time.sleep(0.5)
        assert ["4 request" in r.message for r in caplog.records] == [False, True]
        assert {r.code for r in caplog.records} == {"E511"}
        assert noted == [502] * 5
        time.sleep(0.5)
        outage.failed(504)
        assert "too late" in caplog.records[-1].message


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:9464", None),
        ("10.0.0.5:9464", None),
        ("[::1]:9464", None),
        ("unix:/run/gate/operations.sock", None),
        ("0.0.0.0:9464", "warning"),
        ("203.0.113.9:9464", None),  # for examples only: in no network
        ("8.8.8.8:9464", "warning"),
        ("127.0.0.1:8080", "error"),
    ],
)
def test_operations_are_not_for_readers(make_config, address, said):
    path = make_config(server={"operations": address, "listen": "127.0.0.1:8080"})
    _, findings = read_config(path, {})
    found = {str(f.severity) for f in findings if f.code == "E120"}
    assert found == ({said} if said else set())
