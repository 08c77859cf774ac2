"""The process that seals beside `gate serve`."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from counted import cell, count, noon, sound
from machine import free_port

from gate.errors.sealing import SealingDiskError
from gate.workbench.running import hearsay
from gate.workbench.running.beside import Beside
from gate.workbench.running.crew import LULL
from gate.workbench.sealer import Sealer

SITE = "news.example"
PROCESSES = Path("/proc")
NEEDS_PROC = pytest.mark.skipif(
    not (PROCESSES / "self" / "fd").is_dir() and not os.environ.get("CI"),
    reason="looks into /proc",
)


@pytest.fixture
def config(make_config, tmp_path):
    """A configuration with an audit folder of its own."""
    own = {"name": SITE, "folder": str(tmp_path / "audit")}
    return make_config(audit=own, state=str(tmp_path / "state"))


@pytest.fixture
def audit(tmp_path):
    (tmp_path / "state").mkdir()
    count(tmp_path / "audit", "2026-11-20", {cell(): 25})
    return tmp_path / "audit"


@pytest.fixture(autouse=True)
def _plain_log():
    yield
    logging.getLogger("gate").handlers.clear()


def test_it_seals_once_a_day(config, audit):
    now = [noon("2026-11-21")]
    sealer = Sealer(config, {}, lambda: now[0])
    sealer.look()
    assert len(sound(audit)) == 1
    sealer.look()
    now[0] += 86_400
    sealer.look()
    sealer.look()
    assert [header.period for header in sound(audit)] == ["2026-11-20", "2026-11-21"]


def test_it_reads_the_configuration_anew(config, audit):
    sealer = Sealer(config, {}, lambda: noon("2026-11-21"))
    text = config.read_text("utf-8")
    config.write_text(text.replace("audit:", "audit:\n  seal: apart", 1), "utf-8")
    sealer.look()
    assert not (audit / "log").exists()
    config.write_text("mode: [", "utf-8")
    sealer.look()
    config.write_text(text, "utf-8")
    sealer.look()
    assert len(sound(audit)) == 1


def test_what_hinders_it_is_told_once_and_goes_away(config, audit, tmp_path, capfd):
    sealer = Sealer(config, {}, lambda: noon("2026-11-21"))
    (audit / "key").mkdir(mode=0o777)
    (audit / "key").chmod(0o777)
    sealer.look()
    sealer.look()
    assert capfd.readouterr().err.count("E624") == 1
    (told,) = hearsay.heard(tmp_path / "state")
    assert told.startswith("E624: ")
    (audit / "key").chmod(0o700)
    sealer.look()
    assert hearsay.heard(tmp_path / "state") == ()
    assert len(sound(audit)) == 1


def test_a_mistake_of_its_own_does_not_end_it(config, audit, monkeypatch, capfd):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("gate.workbench.sealer.seal", fail)
    sealer = Sealer(config, {}, lambda: noon("2026-11-21"))
    sealer.look()
    assert "E617 Sealing stopped: ZeroDivisionError at " in capfd.readouterr().err
    monkeypatch.undo()
    sealer.look()
    assert len(sound(audit)) == 1


def test_a_full_disk_is_told_with_its_code(config, audit, monkeypatch, capfd):
    assert audit

    def fail(*_):
        raise SealingDiskError(OSError(28, "No space left on device", "rows"))

    monkeypatch.setattr("gate.workbench.sealer.seal", fail)
    Sealer(config, {}, lambda: noon("2026-11-21")).look()
    told = capfd.readouterr().err
    assert "E615 Sealing stopped at rows: no space left on device." in told


def test_a_process_that_ends_by_itself_is_not_begun_at_every_look():
    begun = []

    def begin():
        process = subprocess.Popen(("true",))
        process.wait()
        begun.append(process.pid)
        return process.pid

    beside = Beside(pause=60)
    assert [beside.tend(begin) for _ in range(5)] == [True] + [False] * 4
    assert (len(begun), beside.has_begun) == (1, True)


# With a real server


@pytest.fixture
def served(make_config, tmp_path):
    """A configuration with the session's state folder, which has an index."""
    own = {"name": SITE, "folder": str(tmp_path / "audit")}
    return make_config(audit=own, server={"workers": 1})


@contextmanager
def serving(config, tmp_path, operations=None):
    """Serve for real."""
    port = free_port()
    environ = dict(os.environ)
    if operations:
        environ["GATE_SERVER__OPERATIONS"] = f"127.0.0.1:{operations}"
    command = (sys.executable, "-m", "gate", "serve", "--demo", f"--config={config}")
    log = (tmp_path / "log.txt").open("a+")
    process = subprocess.Popen(
        (*command, f"--listen=127.0.0.1:{port}"),
        stdout=log,
        stderr=log,
        env=environ,
        start_new_session=True,
    )
    try:
        until(lambda: ready(port) or process.poll() is not None)
        assert process.poll() is None, (tmp_path / "log.txt").read_text()
        yield port, process
    finally:
        process.terminate()
        process.wait(40)
        log.close()


def until(found, seconds=40):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what := found():
            return what
        time.sleep(0.1)
    return pytest.fail("waited in vain")


def ready(port):
    """Return in one word how the server is; None while nobody listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/-/ready")
        return json.loads(connection.getresponse().read())["status"]
    except OSError:
        return None
    finally:
        connection.close()


def reasons(operations):
    """Return what the server says is wrong with it."""
    connection = HTTPConnection("127.0.0.1", operations, timeout=10)
    try:
        connection.request("GET", "/ready")
        told = json.loads(connection.getresponse().read())
    except OSError:
        return None
    finally:
        connection.close()
    return [reason["what"] for reason in told["reasons"] if "E624" in reason["what"]]


def sealers(process):
    """Return the numbers of the processes that seal for a server."""
    found = []
    for path in PROCESSES.glob("[0-9]*/cmdline"):
        try:
            words = path.read_text("utf-8").split("\0")
        except OSError:  # it has ended
            continue
        if "gate.workbench.sealer" in words and str(process.pid) in words:
            found.append(int(path.parent.name))
    return found


def sockets(pid):
    links = (path.readlink() for path in (PROCESSES / str(pid) / "fd").iterdir())
    return [link for link in links if str(link).startswith("socket:")]


@NEEDS_PROC
def test_a_server_seals_what_lies_there_and_begins_again_what_is_killed(
    served, tmp_path
):
    audit, operations = tmp_path / "audit", free_port()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    count(audit, yesterday, {cell(yesterday): 25})
    (audit / "key").mkdir(mode=0o700)
    (audit / "key").chmod(0o755)
    with serving(served, tmp_path, operations) as (port, process):
        until(lambda: reasons(operations))
        assert ready(port) == "degraded"
        assert (tmp_path / "log.txt").read_text().count("E624") == 1
        (audit / "key").chmod(0o700)
        (sealer,) = sealers(process)
        assert sockets(sealer) == []
        os.kill(sealer, signal.SIGKILL)  # the next one looks at once
        until((audit / "log" / "sites" / SITE / "checkpoints" / "000000").exists)
        assert [header.period for header in sound(audit)] == [yesterday]
        until(lambda: reasons(operations) == [])
        (sealer,) = sealers(process)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(40)
        assert process.returncode == 0
        assert not sealers(process)


@NEEDS_PROC
def test_a_sealer_ends_with_its_server_however_that_ends(served, tmp_path):
    with serving(served, tmp_path) as (_, process):
        until(lambda: sealers(process))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        until(lambda: not sealers(process))


@NEEDS_PROC
def test_nobody_seals_beside_a_server_if_that_is_done_apart(served, tmp_path):
    text = served.read_text("utf-8")
    served.write_text(text.replace("audit:", "audit:\n  seal: apart", 1), "utf-8")
    with serving(served, tmp_path) as (_, process):
        time.sleep(LULL + 2)
        assert not sealers(process)
