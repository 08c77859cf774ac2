"""Real servers before a site, as `gate recipe` writes their files, with a gate beside.

`fronted(name, …)` starts the site, the gate and the server; what comes back can be
asked as a reader at any address, and knows what has reached the site.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import getpass
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from machine import free_port, listens, program

from gate.config import load_config
from gate.workbench.recipe import render, write
from gate.workbench.recipe_values import Settings
from gate.workbench.secret import load_secrets

ROOT = Path(__file__).parents[2]
GATE = str(Path(sys.executable).with_name("gate"))
MOSCOW, BERLIN, NOWHERE = "77.88.8.8", "91.64.0.1", "192.0.2.1"
MARKER = b"An owl is easier to hear"
ARTICLE = b"<!doctype html><html><title>Owls</title><body><p>" + MARKER + b"</p></body>"
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
    "Sec-Fetch-Site": "same-origin",
    "Content-Type": "application/x-www-form-urlencoded",
}
KEPT = {
    "Cache-Control": "public, max-age=3600",
    "CDN-Cache-Control": "max-age=3600",
    "Expires": "Thu, 31 Dec 2099 00:00:00 GMT",
    "Surrogate-Control": "max-age=3600",
}
WAIT = 20  # seconds for a server to begin
PAUSE = 0.02  # seconds between two requests of one of a crowd: others test beside it


class Hit(NamedTuple):
    """What reached the site; names of fields in lower case."""

    method: str
    path: str
    fields: tuple[tuple[str, str], ...]
    digest: str

    def field(self, name):
        return [value for key, value in self.fields if key == name.lower()]


class Reply(NamedTuple):
    """What the reader got."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def is_notice(self):
        return self.status == 403 and b'name="n"' in self.body and not self.is_article

    @property
    def is_article(self):
        return self.status == 200 and MARKER in self.body


class Visited(BaseHTTPRequestHandler):
    """A site with articles, whatever the path; it writes down what it gets."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Keep quiet."""

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else self._chunks()
        fields = tuple((n.lower(), v) for n, v in self.headers.items())
        digest = hashlib.sha256(body).hexdigest()
        self.server.site.note(Hit(self.command, self.path, fields, digest))
        path = self.path.partition("?")[0]
        if self.headers.get("Upgrade") and path == "/ws":
            self._upgrade()
        elif self.headers.get("Upgrade") and path == "/switch":
            self._switch()
        else:
            self._reply(*self._found(path, body))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def _chunks(self):
        body = b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        return body

    def _found(self, path, body):
        if path.endswith(".css"):
            return "text/css", b"p { color: #111 }"
        if path.endswith(".json"):
            return "application/json", b"{}"
        if path == "/feed.xml":
            return "application/rss+xml", b"<rss version='2.0'/>"
        if path == "/error":
            return "text/html; status=500", b"the site's own error"
        if path == "/echo":
            told = {"size": len(body), "digest": hashlib.sha256(body).hexdigest()}
            return "application/json", json.dumps(told).encode()
        return "text/html; charset=utf-8", ARTICLE

    def _reply(self, kind, body):
        kind, _, status = kind.partition("; status=")
        self.send_response(int(status or 200))
        fields = {**KEPT, "Content-Type": kind, "Content-Length": str(len(body))}
        if self.server.site.secretive:
            fields["Cache-Control"] = "no-store"
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _switch(self):
        """Take whatever protocol is named, and go on as if it were HTTP."""
        self.send_response(101)
        self.send_header("Upgrade", self.headers["Upgrade"])
        self.send_header("Connection", "Upgrade")
        self.end_headers()

    def _upgrade(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accepted = base64.b64encode(hashlib.sha1(key.encode()).digest())  # noqa: S324
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accepted.decode())
        self.end_headers()
        self.wfile.write(self.connection.recv(100).upper())
        self.close_connection = True


class Crowd(ThreadingHTTPServer):
    """Takes many connections at once."""

    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, *_):
        """Readers that hang up are no news."""


class Site:
    """The site behind all servers."""

    def __init__(self, port=0):
        self.hits = []
        self.secretive = False
        self._lock = threading.Lock()
        self.server = Crowd(("127.0.0.1", port), Visited)
        self.server.site = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, hit):
        with self._lock:
            self.hits.append(hit)

    def seen(self, path):
        """What reached the site at a path, whatever the query."""
        return [hit for hit in self.hits if hit.path.partition("?")[0] == path]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Program:
    """A program that listens at a port, and can be ended and begun again."""

    def __init__(self, command, port, log, environ=None):
        self.command, self.port, self.log = tuple(map(str, command)), port, log
        self._environ = {**os.environ, **(environ or {})}
        self.process = None

    def start(self):
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=self._environ,
                start_new_session=True,  # so that its children can be signalled, too
            )
        self._await()

    def _await(self):
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail(f"it ended: {self.command}\n{self.log.read_text()}")
            if listens(self.port):
                return
            time.sleep(0.05)
        pytest.fail(f"it did not begin: {self.command}\n{self.log.read_text()}")

    def signal(self, number):
        os.killpg(self.process.pid, number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait(15)
        with contextlib.suppress(ProcessLookupError):
            while True:  # until its children are gone as well
                os.killpg(self.process.pid, 0)
                time.sleep(0.01)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.resume()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


class Fronted:
    """A server before the site, with the gate beside it.

    Attributes:
        port: Where readers come to.
        site: The site; `site.hits` is what reached it.
        gate: The gate, a `Program`.
        server: The server in front, a `Program`.
        folder: Where its files are.
        own_log: What the server in front has logged, all of it.
    """

    def __init__(self, *, site, gate, server, folder, config):
        self.site, self.gate, self.server = site, gate, server
        self.folder, self.config = folder, config
        self.port, self.source = server.port, "127.0.0.1"

    def from_a_stranger(self):
        """Return the same, asked from an address that is none of our own proxies."""
        stranger = copy.copy(self)
        stranger.source = "127.0.0.2"
        return stranger

    def ask(self, method="GET", path="/a/1", headers=None, body=None, *, reader=MOSCOW):
        """Ask as a reader at an address, None: who says nothing of it."""
        sent = dict(DOCUMENT if headers is None else headers)
        if reader is not None:
            sent.setdefault("X-Forwarded-For", reader)
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=20, source_address=(self.source, 0)
        )
        with contextlib.closing(connection):
            connection.putrequest(
                method, path, skip_host="Host" in sent, skip_accept_encoding=True
            )
            if body is not None and "Content-Length" not in sent:
                sent["Content-Length"] = str(len(body))
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())

    def raw(self, text):
        """Send bytes as they are; return everything until the server hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as peer:
            peer.sendall(text)
            received = b""
            with contextlib.suppress(OSError):
                while piece := peer.recv(65536):
                    received += piece
        return received

    def continue_(self, path="/a/1", *, reader=MOSCOW):
        """Press Continue on the notice; return the answer and the cookie."""
        page = self.ask(path=path, reader=reader).body.decode()
        form = re.search(r'<form id="go"[^>]*>', page)[0]
        kind = re.search(r'enctype="([^"]+)"', form)
        shown = re.search(r'name="n" value="([^"]+)"', page)[1]
        fields = {**CONTINUE, "Referer": f"http://localhost{path}"}
        if kind:
            fields["Content-Type"] = kind[1]
        reply = self.ask("POST", path, fields, f"n={shown}".encode(), reader=reader)
        return reply, reply.headers.get("Set-Cookie", "").partition(";")[0]

    def load(self, seconds, *, reader=MOSCOW, threads=8, path="/a/load"):
        """Ask from several threads at once; count the answers by status."""
        counts, lock, end = Counter(), threading.Lock(), time.monotonic() + seconds

        def loop():
            while time.monotonic() < end:
                try:
                    reply = self.ask(path=path, reader=reader)
                    found = "article" if MARKER in reply.body else reply.status
                except (OSError, http.client.HTTPException):
                    found = "broken"
                with lock:
                    counts[found] += 1
                time.sleep(PAUSE)

        crowd = [threading.Thread(target=loop) for _ in range(threads)]
        for one in crowd:
            one.start()
        return crowd, counts

    @property
    def own_log(self):
        logs = [self.server.log, *self.folder.glob("*.log")]
        return "\n".join(path.read_text("utf-8", "replace") for path in set(logs))


def nginx_conf(folder):
    """The least that nginx needs around what the recipe writes."""
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temps = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return (
        f"{user} daemon off; worker_processes 2; pid {folder}/pid; error_log stderr;"
        f"events {{ }} http {{ access_log off; {temps} include {folder}/gate.conf; }}"
    )


def nginx(folder, port):
    del port
    (folder / "nginx.conf").write_text(nginx_conf(folder), "utf-8")
    return (program("nginx"), "-c", folder / "nginx.conf", "-e", "stderr"), {}


def caddy(folder, port):
    del port
    environ = {
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "CADDY_ADMIN": f"unix/{folder}/admin.sock",
    }
    config = folder / "Caddyfile"
    return (
        program("caddy"),
        "run",
        "--config",
        config,
        "--adapter",
        "caddyfile",
    ), environ


def varnish(folder, port):
    work = folder / "work"
    work.mkdir(exist_ok=True)
    return (
        *(program("varnishd"), "-F", "-n", work, "-j", "none"),
        *("-f", folder / "gate.vcl", "-a", f"127.0.0.1:{port}", "-s", "malloc,32m"),
    ), {}


STARTS = {"nginx": nginx, "caddy": caddy, "varnish": varnish}
"""How each server is started on the files of its recipe: command, environment."""


def write_config(folder, state, **changes):
    """Write a configuration for a gate that other servers ask."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    config["rules"]["folder"] = str(ROOT / "rules")
    config["state"] = str(state)
    config["visitor"] = {
        "trusted_proxies": ["127.0.0.1/32"],
        "header": "X-Forwarded-For",
    }
    config["geo"]["edge"] = {
        "vendor": "generic",
        "country": "X-Test-Country",
        "subdivision": "X-Test-Part",
    }
    config["check"] = {
        "when_down": "refuse",
        "secret_file": str(folder / "secret"),
    }
    config["server"].update(workers=2, threads=8)
    for section, change in changes.items():
        if isinstance(change, dict):
            config.setdefault(section, {}).update(change)
        else:
            config[section] = change
    if (
        config["site"].get("cache") == "edge"
    ):  # copies for all cannot hear of each reader
        del config["geo"]["edge"]
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    secret = folder / "secret"
    secret.write_text("test-secret-" + "5" * 32 + "\n", "ascii")
    secret.chmod(0o600)
    return path


def rendered(name, folder, config_path, **where):
    """Write the files of a recipe into a folder."""
    config = load_config(config_path, {})
    secret = load_secrets(config)[0]
    files = render(
        name,
        Settings(
            config=config, secret=secret, folder=str(folder), logs=str(folder), **where
        ),
    )
    write(files, folder)
    return files


class Stage:
    """Starts servers, and ends all of them."""

    def __init__(self, folder, state):
        self._folder, self._state = folder, state
        self._stack = contextlib.ExitStack()
        self._kept = {}

    def fronted(self, name, *, fresh=False, edit=None, **changes):
        """Put a server before a site; the same again for the same wishes.

        Args:
            name: Name of the recipe.
            fresh: Whether to start anew; for tests that hurt what they use.
            edit: Called with the folder of the files before the server starts.
            changes: Sections of the configuration.
        """
        key = json.dumps([name, changes], sort_keys=True)
        if fresh or edit or key not in self._kept:
            made = self._start(name, edit, changes)
            if fresh or edit:
                return made
            self._kept[key] = made
        return self._kept[key]

    def _start(self, name, edit, changes):
        folder = self._folder / f"{name}-{time.monotonic_ns()}"
        folder.mkdir()
        config = write_config(folder, self._state, **changes)
        ports = free_port(), free_port()
        site = Site()
        self._stack.callback(site.close)
        gate = self._started(
            (GATE, "serve", "--check", f"--config={config}",
             f"--listen=127.0.0.1:{ports[0]}"),
            ports[0], folder / "gate.txt",
        )  # fmt: skip
        where = {"listen": f"127.0.0.1:{ports[1]}", "gate": f"127.0.0.1:{ports[0]}"}
        rendered(name, folder, config, upstream=site.url, **where)
        if edit:
            edit(folder)
        command, environ = STARTS[name](folder, ports[1])
        server = self._started(command, ports[1], folder / "server.txt", environ)
        return Fronted(
            site=site, gate=gate, server=server, folder=folder, config=config
        )

    def _started(self, command, port, log, environ=None):
        program = Program(command, port, log, environ)
        self._stack.callback(program.stop)
        program.start()
        return program

    def close(self):
        self._stack.close()


@pytest.fixture(scope="module")
def fronted(tmp_path_factory, session_state):
    """Put a real server before a site; see `Stage.fronted`."""
    stage = Stage(tmp_path_factory.mktemp("fronted"), session_state)
    yield stage.fronted
    stage.close()


@pytest.fixture(scope="session")
def recipes():
    """This module, for its constants and classes."""
    return sys.modules[__name__]
