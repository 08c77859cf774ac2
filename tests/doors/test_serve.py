"""`gate serve` as a user starts it, with the shipped configuration and rule book."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gate.workbench.starter import write_starter

GATE = str(Path(sys.executable).with_name("gate"))
ARTICLE = "/a/a-map-drawn-by-ear"
NAVIGATION = {"Sec-Fetch-Dest": "document", "Accept": "text/html"}
MARKER = b"An owl is easier to hear"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home") / "site"
    write_starter(folder)
    return folder


@pytest.fixture(scope="module")
def serve(home, free, run):
    """Start `gate serve` with options."""
    with contextlib.ExitStack() as stack:

        def start(*options, folder=home):
            port = free()
            log = folder / f"{port}.log"
            listen = f"--listen=127.0.0.1:{port}"
            config = f"--config={folder / 'config.yaml'}"
            command = (GATE, "serve", config, listen, *map(str, options))
            server = stack.enter_context(run(*command, port=port, log=log))
            server.log = log
            return server

        yield start


@pytest.fixture(scope="module")
def demo(serve):
    return serve("--demo")


def visit(server, place, path=ARTICLE, **fields):
    sent = {**NAVIGATION, "Host": "localhost", "Cookie": f"demo-place={place}"}
    return server.ask("GET", path, headers=sent | fields)


@pytest.mark.parametrize("place", ["moscow", "simferopol", "donetsk"])
def test_a_reader_at_risk_meets_the_notice_on_the_articles_own_address(demo, place):
    answer, body = visit(demo, place)
    assert answer.status == 403
    assert answer.headers["Content-Language"] == "ru"
    assert MARKER not in body
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("place", ["kherson", "unknown", "private"])
def test_a_reader_who_may_be_at_risk_sees_a_banner_above_the_article(demo, place):
    answer, body = visit(demo, place)
    assert answer.status == 200
    assert MARKER in body
    assert body.index(b"gate-banner") < body.index(MARKER)


@pytest.mark.parametrize("place", ["kyiv", "berlin"])
def test_other_readers_get_the_article_at_once_with_the_footer(demo, place):
    answer, body = visit(demo, place)
    assert answer.status == 200
    assert MARKER in body
    assert b"gate-banner" not in body
    assert body.count(b"gate-footer") == 1
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_continue_leads_to_the_article(demo):
    body = visit(demo, "moscow")[1]
    revision = body.split(b'name="n" value="')[1].split(b'"')[0].decode()
    sent = {
        "Host": "localhost",
        "Cookie": "demo-place=moscow",
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Origin": "http://localhost",
    }
    answer, _ = demo.ask("POST", ARTICLE, f"n={revision}", sent)
    assert (answer.status, answer.headers["Location"]) == (303, ARTICLE)
    shown = answer.headers["Set-Cookie"].partition(";")[0]
    answer, body = visit(demo, "moscow", Cookie=f"demo-place=moscow; {shown}")
    assert answer.status == 200
    assert MARKER in body
    answer, body = demo.ask("POST", ARTICLE, f"n={revision}&direct=1", sent)
    assert answer.status == 200
    assert MARKER in body


def test_a_reader_at_risk_is_not_offered_what_may_harm_them(demo):
    for place, offered in (("moscow", False), ("berlin", True)):
        body = visit(demo, place, path="/about/undesirable/")[1]
        assert (b"Support us" in body) is offered


def test_feeds_and_styles_pass(demo):
    assert visit(demo, "moscow", path="/feed.xml")[0].status == 200
    fields = {"Sec-Fetch-Dest": "style", "Accept": "text/css"}
    assert visit(demo, "moscow", path="/static/site.css", **fields)[0].status == 200


def test_a_worker_has_no_heavy_libraries_loaded(demo):
    visit(demo, "berlin")
    assert "libpython" in demo.maps() or "/python3" in demo.maps()
    for library in ("numpy", "shapely", "duckdb", "cryptography"):
        assert f"/{library}/" not in demo.maps()


def test_the_log_and_the_terminal_hold_nothing_of_a_reader(demo):
    visit(demo, "moscow", path="/a/private-path")
    log = demo.log.read_text()
    assert f"http://localhost:{demo.port}/" in log
    for trace in ("private-path", "95.165", "moscow"):
        assert trace not in log


def test_a_folder_of_files_is_a_site(serve, tmp_path):
    (tmp_path / "index.html").write_text("<html><body><p>files</p></body></html>")
    server = serve("--site", tmp_path)
    answer, body = server.ask("GET", "/", headers={"Host": "localhost", **NAVIGATION})
    # The peer is this machine itself: a private address, hence a banner.
    assert answer.status == 200
    assert body.startswith(b'<html><body><aside class="gate-banner"')
    assert b"gate-footer" in body
    assert answer.headers["Content-Length"] == str(len(body))
    assert answer.headers["Last-Modified"] is None
    again = {"Host": "localhost", "If-None-Match": answer.headers["ETag"], **NAVIGATION}
    assert server.ask("GET", "/", headers=again)[0].status == 304
    assert (
        server.ask("GET", "/", headers={"Host": "elsewhere.example"})[0].status == 421
    )


def test_an_upstream_is_a_site(serve, upstream):
    server = serve("--upstream", upstream.url)
    sent = {"Host": "localhost", **NAVIGATION}
    answer, body = server.ask("GET", "/page", headers=sent)
    assert answer.status == 200
    assert b"gate-banner" in body
    assert answer.headers["ETag"].startswith('W/"p~')


def test_a_broken_configuration_leaves_the_gate_at_work(home, serve, tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(home, folder, ignore=shutil.ignore_patterns("run", "audit"))
    server = serve("--demo", folder=folder)
    config = folder / "config.yaml"
    sound = config.read_text()
    config.write_text("mode: nonsense\n")
    os.kill(server.process.pid, signal.SIGHUP)
    time.sleep(1.5)
    assert visit(server, "moscow")[0].status == 403
    assert "goes on as before" in server.log.read_text()
    config.write_text(sound.replace("mode: enforce", "mode: observe"))
    os.kill(server.process.pid, signal.SIGHUP)
    deadline = time.monotonic() + 15
    seen = []
    while seen[-9:] != [200] * 9 and time.monotonic() < deadline:  # every worker
        seen.append(visit(server, "moscow")[0].status)
        time.sleep(0.1)
    assert seen[-9:] == [200] * 9


def test_hangup_reads_the_address_of_the_site_anew(
    home, serve, upstream, free, tmp_path
):
    folder = tmp_path / "moved"
    shutil.copytree(home, folder, ignore=shutil.ignore_patterns("run", "audit"))
    config = folder / "config.yaml"
    sound, unset = config.read_text(), "# upstream: http://127.0.0.1:8000"
    assert unset in sound
    nobody = f"http://127.0.0.1:{free()}"
    config.write_text(sound.replace(unset, f"upstream: {nobody}"))
    server = serve(folder=folder)
    sent = {"Host": "localhost", "Sec-Fetch-Dest": "style", "Accept": "text/css"}
    assert server.ask("GET", "/echo", headers=sent)[0].status == 502
    config.write_text(sound.replace(unset, f"upstream: {upstream.url}"))
    os.kill(server.process.pid, signal.SIGHUP)
    deadline = time.monotonic() + 15
    status = 502
    while status == 502 and time.monotonic() < deadline:
        status = server.ask("GET", "/echo", headers=sent)[0].status
        time.sleep(0.1)
    assert status == 200


def fails(home, *options):
    config = f"--config={home / 'config.yaml'}"
    return subprocess.run(
        [GATE, "serve", config, *options], capture_output=True, text=True, check=False
    )


def test_a_port_that_is_taken_is_told_at_once(home):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = fails(home, "--demo", f"--listen=127.0.0.1:{port}")
    assert ended.returncode == 3
    assert "E502" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_no_site_is_told_at_once(home, free):
    ended = fails(home, f"--listen=127.0.0.1:{free()}")
    assert (ended.returncode, "E503" in ended.stderr) == (3, True)


def test_it_can_listen_at_a_unix_socket(home, tmp_path):
    path = tmp_path / "gate.sock"
    command = [GATE, "serve", f"--config={home / 'config.yaml'}", "--demo"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [*command, f"--listen=unix:{path}"], stdout=quiet, stderr=quiet
    )
    try:
        deadline = time.monotonic() + 20
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(path))
            peer.sendall(
                b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            answer = http.client.HTTPResponse(peer)
            answer.begin()
        assert answer.status in {200, 403}
    finally:
        process.terminate()
        process.wait(15)
