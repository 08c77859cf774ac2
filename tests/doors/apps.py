"""Serve one door on the hardened server: `apps.py PORT NAME [ARGUMENT ...]`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from gate.doors.proxy import Proxy
from gate.doors.static import Folder
from gate.doors.wsgi import GateMiddleware
from gate.model import Passage
from gate.workbench.running.crew import Crew
from gate.workbench.running.server import Server

FOOTER = Passage(private=True, bottom=b"<aside>footer</aside>", mark="m")


class PassAll:
    """Stands in for the gate: everybody passes, pages get a footer if they ask."""

    def handle(self, environ, *, door):
        assert door
        return FOOTER if environ.get("HTTP_X_FOOTER") else Passage()


def echo(environ, start_response):
    """Tell what of a request arrived."""
    told = {k: v for k, v in environ.items() if isinstance(v, str)}
    told["body"] = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


def fail(environ, _start_response):
    """Fail with an error whose text quotes the request."""
    raise RuntimeError(environ["RAW_URI"] + environ["REMOTE_ADDR"])


SITES = {
    "echo": lambda: echo,
    "fail": lambda: fail,
    "late": lambda: echo,
    "folder": lambda root: Folder(Path(root)),
    "proxy": lambda url: Proxy(url, connect_timeout=1, read_timeout=1),
    "telling-proxy": lambda url: Proxy(url, forward_address=True),
}


class Late(Crew):
    """Has workers that need a while before they can hear a signal."""

    def settle(self, _row):
        time.sleep(2)


def main():
    """Serve until a signal comes."""
    port, name, *arguments = sys.argv[1:]
    site = GateMiddleware(SITES[name](*arguments), PassAll())
    settings = {"bind": f"127.0.0.1:{port}", "workers": 1, "threads": 4}
    Server(lambda: site, settings, Late() if name == "late" else None).run()


if __name__ == "__main__":
    main()
