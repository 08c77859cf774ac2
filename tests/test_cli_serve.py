"""gate serve: starts, or says in one message why it cannot."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection

import pytest
from click.testing import CliRunner
from machine import free_port

from gate.cli import main
from gate.workbench.starter import write_starter

MOSCOW = "77.88.55.242"
BERLIN = "160.45.170.10"


@pytest.fixture(name="site")
def _site(tmp_path, monkeypatch):
    write_starter(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(name="port")
def _port():
    return free_port()


def status_of(port, address):
    """Ask for the front page from an address; None while nobody listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"X-Forwarded-For": address, "Accept": "text/html"}
        connection.request("GET", "/", headers=headers)
        return connection.getresponse().status
    except ConnectionError:
        return None
    finally:
        connection.close()


def wait_for(port, process):
    for _ in range(200):
        if process.poll() is not None:
            pytest.fail(process.stderr.read())
        if status_of(port, BERLIN) is not None:
            return
        time.sleep(0.1)
    pytest.fail("the gate does not listen")


@pytest.fixture(name="served")
def _served(site, port):
    """Serve the demo from the starter, behind a proxy that names the reader."""
    proxies = {
        "GATE_VISITOR__TRUSTED_PROXIES": "127.0.0.1/32",
        "GATE_VISITOR__HEADER": "X-Forwarded-For",
    }
    command = [sys.executable, "-m", "gate", "serve", "--demo"]
    process = subprocess.Popen(
        [*command, "--listen", f"127.0.0.1:{port}"],
        cwd=site,
        env={**os.environ, **proxies},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        wait_for(port, process)
        yield port, process
    finally:
        process.terminate()
        process.communicate(timeout=40)


def test_moscow_meets_the_notice_and_berlin_the_article(served):
    port, process = served
    assert status_of(port, BERLIN) == 200
    assert status_of(port, MOSCOW) == 403
    process.terminate()
    said, _ = process.communicate(timeout=40)
    assert process.returncode == 0
    assert f":{port}/" in said
    assert MOSCOW not in said


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["--demo", "--site", "."], 2, "only one", id="two sites"),
        pytest.param(["--demo", "--listen", "80"], 2, "Write 127", id="bad address"),
        pytest.param(["--site", "nowhere"], 2, "nowhere", id="no such folder"),
        pytest.param(["--config", "x.yaml"], 3, "E102", id="no configuration"),
        pytest.param([], 3, "E503", id="no site"),
        *(
            pytest.param(["--upstream", url], 2, "--upstream", id=url)
            for url in (
                "localhost:9",
                "http://",
                "http://127.0.0.1:99999",
                "http://127.0.0.1:0",
                "http://a b",
                "http://[::1",
                "ftp://x",
                "http://127.0.0.1:9/path",
            )
        ),
        pytest.param(
            ["--upstream", "http://localhost:8080"], 2, "itself", id="the gate itself"
        ),
    ],
)
def test_what_cannot_be_served_is_one_message(arguments, code, said):
    told = CliRunner().invoke(main, ["serve", *arguments])
    assert told.exit_code == code
    assert said in told.stderr


def test_a_broken_configuration_is_shown_and_stops_the_start(site, monkeypatch):
    assert site
    monkeypatch.setenv("GATE_MODE", "enfore")
    told = CliRunner().invoke(main, ["serve", "--demo"])
    assert (told.exit_code, "GATE_MODE: E110" in told.stderr) == (3, True)


def test_an_error_at_the_start_is_shown_without_the_notes(site, monkeypatch):
    book = site / "rules/undesirable-organization.yaml"
    text = book.read_text("utf-8").replace("then: interstitial", "then: x", 1)
    book.write_text(text, "utf-8")
    monkeypatch.chdir(site)
    told = CliRunner().invoke(main, ["explain", "--place", "RU"])
    assert told.exit_code == 1
    assert "error E100: 1 error found." in told.stderr
    assert "note:" not in told.stderr


def test_a_port_that_is_taken_stops_the_start(site):
    assert site
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        told = CliRunner().invoke(main, ["serve", "--demo", "--listen", address])
    assert (told.exit_code, "error E502" in told.stderr) == (3, True)
    assert "--listen 127.0.0.1:8081" in told.stderr


@pytest.mark.parametrize("name", ["config.yaml", "rules/undesirable-organization.yaml"])
def test_a_broken_file_stops_the_start_with_its_place(site, name):
    path = site / name
    path.write_text(path.read_text("utf-8") + "\nnonsense: 1\n", "utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "gate", "serve", "--demo", "--listen", "127.0.0.1:0"],
        cwd=site,
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert told.returncode == 3
    assert f"{name}:" in told.stderr
    assert "Traceback" not in told.stderr
