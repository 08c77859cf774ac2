"""The servers that are compared, each as a deployer would set it up."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import yaml
from bench_doors_apps import ARTICLE

from gate.model import Action
from gate.workbench.starter import write_starter

HERE = Path(__file__).parent
GATE = str(Path(sys.executable).with_name("gate"))
MODULE = "/usr/lib/nginx/modules/ngx_http_geoip2_module.so"
PATH = "/a/some-article"
WAIT = 60  # seconds for a server to begin; the first walks the database

FRAME = """
{load}
{user}
daemon off;
worker_processes 2;
pid {work}/nginx.pid;
error_log stderr emerg;
events {{}}
http {{
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy;
    fastcgi_temp_path {work}/fastcgi; uwsgi_temp_path {work}/uwsgi;
    scgi_temp_path {work}/scgi;
    default_type text/html;
    log_format no_reader '$time_iso8601 $request_method $status $request_time';
    {content}
}}
"""
STATIC = """
{before}
server {{
    listen 127.0.0.1:{port};
    access_log {work}/access.log no_reader;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Forwarded-For;
    location / {{ {check} root {root}; }}
}}
"""
COUNTRY = """
geoip2 {database} {{ $country source=$remote_addr country iso_code; }}
map $country $warned {{ default 0; RU 1; }}
"""
FREE = """
        error_page 418 = @free;
        if ($gate_free) { return 418; }
"""


class Target(NamedTuple):
    """One server that is measured.

    Attributes:
        url: What to ask for.
        groups: First process of each group of servers in the path.
        refuses: Whether a reader at an address must not get the article.
        says: What it is, in a line.
    """

    url: str
    groups: dict[str, int]
    refuses: object
    says: str


class Stage:
    """Starts servers in a folder of its own, and ends them.

    Args:
        folder: For everything that is written.
        database: A GeoLite2 or GeoIP2 City database.
    """

    def __init__(self, folder, database):
        self.folder, self.database = folder, database
        self._stack = contextlib.ExitStack()
        self._pids, self._ports = {}, {}
        self.home = folder / "home"
        self._write_home()
        (folder / "root" / "a").mkdir(parents=True)
        (folder / "root" / PATH[1:]).write_bytes(ARTICLE)

    def _write_home(self):
        write_starter(self.home)
        path = self.home / "config.yaml"
        config = yaml.safe_load(path.read_text("utf-8"))
        config["geo"]["databases"] = [str(self.database)]
        config["visitor"] = {
            "trusted_proxies": ["127.0.0.1/32"],
            "header": "X-Forwarded-For",
        }
        config["check"] = {"when_down": "refuse"}
        # The footer changes every page in a proxy; no other variant has one.
        config["site"]["footer"] = False
        path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
        self.config = path

    def close(self):
        """End all servers."""
        self._stack.close()

    def start(self, name, *command):
        """Start a server once; return its port and its process."""
        if name not in self._pids:
            self._ports.setdefault(name, free_port())
            port = self._ports[name]
            words = [str(word).replace("{port}", str(port)) for word in command]
            log = (self.folder / f"{name}.log").open("wb")
            process = subprocess.Popen(words, stdout=log, stderr=log)
            self._stack.callback(_end, process)
            _await(process, port, self.folder / f"{name}.log")
            self._pids[name] = process.pid
        return self._ports[name], self._pids[name]

    def nginx(self, name, content, load=""):
        """Start an nginx with a configuration; "{port}" in it is its port."""
        work = self.folder / name
        work.mkdir(exist_ok=True)
        port = self._ports.setdefault(name, free_port())
        content = content.replace("{port}", str(port)).replace("{work}", str(work))
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        text = FRAME.format(load=load, user=user, work=work, content=content)
        path = work / "nginx.conf"
        path.write_text(text, "utf-8")
        return self.start(name, _nginx(), "-c", path, "-p", work)

    def app(self, name):
        """Start an application of bench_doors_apps.py."""
        program = HERE / "bench_doors_apps.py"
        command = (sys.executable, program, name, "{port}", self.config, self.database)
        return self.start(name, *command)

    def gate(self, name, *options):
        """Start `gate serve`."""
        command = (GATE, "serve", "--config", self.config, *options)
        return self.start(name, *command, "--listen", "127.0.0.1:{port}")

    def static(self, name, before="", check="", load=""):
        """Start an nginx that serves the article from its disk."""
        content = STATIC.format(
            before=before,
            check=check,
            root=self.folder / "root",
            port="{port}",
            work="{work}",
        )
        return self.nginx(name, content, load)

    def recipe(self, name, port, site, change=lambda text: text):
        """Start an nginx from `gate recipe nginx` that asks at a port."""
        folder, listen = self.folder / f"{name}-recipe", free_port()
        self._ports[name] = listen
        options = ("--config", self.config, "--to", folder, "--listen")
        options = (*options, f"127.0.0.1:{listen}", "--gate", f"127.0.0.1:{port}")
        options = (*options, "--upstream", f"http://127.0.0.1:{site}")
        subprocess.run(
            [GATE, "recipe", "nginx", *map(str, options)],
            check=True,
            capture_output=True,
        )
        path = folder / "gate.conf"
        text = re.sub(r'"/var/log/nginx', f'"{folder}', path.read_text("utf-8"))
        path.write_text(change(text), "utf-8")
        return self.nginx(name, f"include {path};")

    def export(self):
        """Return the file that `gate export nginx` writes."""
        path = self.folder / "gate-free.conf"
        command = [GATE, "export", "nginx", "--config", self.config, "--to", path]
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        return path


def build(stage, readers):  # one block for each variant
    """Start everything; return each variant's target, by name, in order."""
    never = lambda _text: False  # noqa: E731
    page = lambda text: readers.action(text) >= Action.INTERSTITIAL  # noqa: E731
    check = lambda text: readers.action(text) > Action.PASS  # noqa: E731
    there = lambda text: readers.country(text) == "RU"  # noqa: E731
    found = {}

    def add(name, says, refuses, port, **groups):
        found[name] = Target(f"http://127.0.0.1:{port}{PATH}", groups, refuses, says)

    asked, deciding = stage.gate("check", "--check")
    site, behind = stage.static("static")
    add("static", "nginx, a file", never, site, nginx=behind)
    port, pid = stage.static(
        "geoip2",
        COUNTRY.format(database=stage.database),
        "if ($warned) { return 403; }",
        f"load_module {MODULE};",
    )
    add("geoip2", "nginx, country by geoip2 module", there, port, nginx=pid)
    add("geoip2-again", "the same: the noise", there, port, nginx=pid)
    port, pid = stage.recipe("map", asked, site, _with_map(stage))
    groups = {"nginx": pid, "gate": deciding, "site": behind}
    add("map", "nginx, exported table", check, port, **groups)

    for name, says in (
        ("bare", "nginx asks: 200 and no more"),
        ("constant", "nginx asks: always allowed"),
        ("raw", "nginx asks: maxminddb and an if"),
    ):
        trivial, answering = stage.app(name)
        port, pid = stage.recipe(f"auth-{name}", trivial, site, _believing)
        groups = {"nginx": pid, "gunicorn": answering, "site": behind}
        refuses = there if name == "raw" else never
        add(f"auth-{name}", says, refuses, port, **groups)
    port, pid = stage.recipe("auth-gate", asked, site, _believing)
    groups = {"nginx": pid, "gunicorn": deciding, "site": behind}
    add("auth-gate", "nginx asks the gate", check, port, **groups)

    port, pid = stage.app("article")
    add("wsgi", "Python site alone", never, port, gunicorn=pid)
    port, pid = stage.app("gated")
    add("wsgi-gate", "Python site, gate in process", page, port, gunicorn=pid)
    port, pid = stage.gate("proxy", "--upstream", f"http://127.0.0.1:{site}")
    groups = {"gunicorn": pid, "site": behind}
    add("proxy", "gate as proxy, nginx behind", page, port, **groups)
    return found


def _with_map(stage):
    table, root = stage.export(), stage.folder / "root"

    def change(text):
        text = text.replace("    location / {\n", "    location / {" + FREE, 1)
        free = f"    location @free {{ root {root}; }}\n}}\n"
        return f"include {table};\n" + text.rstrip().removesuffix("}") + free

    return change


def _believing(text):
    """Let a trivial application be believed that does not speak as the gate does."""
    return text.replace('"~(?:^|, )200:(?:pass|banner)$" site;', '"~200:" site;')


def free_port():
    """Find a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _nginx():
    return next(p for p in ("/usr/sbin/nginx", "/usr/bin/nginx") if Path(p).exists())


def _await(process, port, log):
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.05)
    sys.exit(f"a server did not begin:\n{log.read_text()}")


def _end(process):
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
