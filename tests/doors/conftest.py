"""Real servers: the hardened gunicorn with a door in it, and a site behind it."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from machine import free_port, listens

pytest.register_assert_rewrite("recipe_behaviour")
from recipes import fronted, recipes  # noqa: E402, F401  # fixtures
from starting import put  # noqa: E402, F401  # a fixture

APPS = Path(__file__).with_name("apps.py")
WAIT = 20  # seconds for a server to begin


class Running:
    """A server in a process of its own."""

    def __init__(self, process, port):
        self.process = process
        self.port = port

    def ask(self, method, path, body=None, headers=None, **options):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {}, **options)
            answer = connection.getresponse()
            return answer, answer.read()

    def raw(self, *lines, end=True):
        """Send lines as they are; return everything until the server hangs up."""
        text = "\r\n".join([*lines, "", ""] if end else lines)
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as peer:
            peer.sendall(text.encode("latin-1"))
            peer.shutdown(socket.SHUT_WR)
            received = b""
            while piece := peer.recv(65536):
                received += piece
        return received

    @property
    def workers(self):
        """Children of the server but the sealer, a program of its own."""
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(p) for p in text.read_text().split() if self._serves(p)]

    @staticmethod
    def _serves(pid):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except FileNotFoundError:  # killed a moment ago
            return False
        return b"gate.workbench.sealer" not in command

    def peak_mb(self):
        """Most memory in MB that any worker has had resident."""
        return max(self._peak(pid) for pid in self.workers)

    @staticmethod
    def _peak(pid):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(ln.split()[1]) for ln in lines if ln.startswith("VmHWM")) / 1024

    def maps(self):
        """The names of all files that the workers have mapped."""
        return "\n".join(Path(f"/proc/{pid}/maps").read_text() for pid in self.workers)


@contextlib.contextmanager
def running(*command, port, log):
    """Run a command until the block ends; it must listen at `port`."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, stdout=stream, stderr=stream, env={**os.environ, "COLUMNS": "200"}
        )
    try:
        _await(process, port, log)
        yield Running(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process, port, log):
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended:\n{log.read_text()}")
        if listens(port):
            return
        time.sleep(0.05)
    pytest.fail(f"the server did not begin:\n{log.read_text()}")


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """Start a door by its name in apps.py; see there."""
    with contextlib.ExitStack() as stack:
        folder = tmp_path_factory.mktemp("door")

        def start(name, *arguments):
            port = free_port()
            log = folder / f"{port}.log"
            command = [sys.executable, str(APPS), str(port), name, *map(str, arguments)]
            server = stack.enter_context(running(*command, port=port, log=log))
            server.log = log
            return server

        yield start


class Handler(BaseHTTPRequestHandler):
    """A site that does what its paths say, well or badly."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Keep quiet."""

    def handle_any(self):
        self.server.seen.append((self.command, self.path, list(self.headers.items())))
        self.server.peers.add(self.client_address)
        name = self.path.partition("?")[0].strip("/").split("/")[0] or "echo"
        getattr(self, f"at_{name}", self.at_echo)()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = handle_any  # noqa: N815

    def reply(self, body, status=200, fields=()):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def at_echo(self):
        digest, size = self._digest()
        fields = [(n.lower(), v) for n, v in self.headers.items()]
        told = {"method": self.command, "path": self.path, "fields": fields}
        told |= {"digest": digest, "size": size}
        body = json.dumps(told).encode()
        self.reply(body, fields=[("Content-Type", "application/json")])

    def _digest(self):
        digest, size = hashlib.sha256(), 0
        for piece in self._pieces():
            digest.update(piece)
            size += len(piece)
        return digest.hexdigest(), size

    def _pieces(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            while length := int(self.rfile.readline(), 16):
                yield self.rfile.read(length)
                self.rfile.readline()
            self.rfile.readline()
        left = int(self.headers.get("Content-Length") or 0)
        while left and (piece := self.rfile.read(min(left, 65536))):
            left -= len(piece)
            yield piece

    def at_cookies(self):
        cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Path=/")]
        hops = [("Connection", "X-Private"), ("X-Private", "1"), ("Keep-Alive", "t=5")]
        self.reply(b"ok", fields=[*cookies, *hops, ("Via", "1.0 cache")])

    def at_page(self):
        body = b"<html><body><p>news</p></body></html>"
        self.reply(body, fields=[("Content-Type", "text/html"), ("ETag", '"p"')])

    def at_range(self):
        if self.headers.get("Range") == "bytes=2-4":
            fields = [("Content-Range", "bytes 2-4/10"), ("Accept-Ranges", "bytes")]
            self.reply(b"cde", 206, fields)
        elif self.headers.get("If-None-Match") == '"r"':
            self.send_response(304)
            self.send_header("ETag", '"r"')
            self.end_headers()
        else:
            self.reply(b"abcdefghij", fields=[("ETag", '"r"')])

    def at_redirect(self):
        self.reply(b"", 302, [("Location", "http://elsewhere.example/x")])

    def at_gzip(self):
        self.reply(b"\x1f\x8bnot really", fields=[("Content-Encoding", "gzip")])

    def at_nothing(self):
        self.send_response(204)
        self.end_headers()

    def at_big(self):
        megabytes = int(self.path.rpartition("/")[2])
        self.send_response(200)
        self.send_header("Content-Length", str(megabytes << 20))
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(megabytes):
                self.wfile.write(b"x" * (1 << 20))

    def at_drip(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in range(3):
            self.wfile.write(b"3\r\n%d\r\n\r\n" % number)
            self.server.dripped.set()
            self.server.drip.wait(10)
        self.wfile.write(b"0\r\n\r\n")

    def at_die(self):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"ten bytes.")
        self.close_connection = True

    def at_diechunked(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"a\r\nten bytes.\r\n")
        self.close_connection = True

    def at_refuse(self):
        self.close_connection = True

    def at_once(self):
        """Answer, then close without saying so: the kept connection is stale."""
        self.reply(b"once")
        self.close_connection = True

    def at_slow(self):
        time.sleep(3)
        with contextlib.suppress(OSError):
            self.reply(b"late")

    def at_hints(self):
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        self.reply(b"after")


@pytest.fixture(scope="module")
def upstream():
    """A site behind the proxy, in a thread of the tests."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.seen, server.peers = [], set()
    server.drip, server.dripped = threading.Event(), threading.Event()
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def free():
    """Find a free port."""
    return free_port


@pytest.fixture(scope="session")
def run():
    """Run a server; see `running`."""
    return running
