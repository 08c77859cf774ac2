"""How HAProxy, Traefik and Envoy are started on the files of their recipes."""

from __future__ import annotations

import os
import time

import pytest
import recipes
from machine import free_port, program


def replaced(path, *pairs):
    """Change what a machine of its own has and a test has not."""
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def haproxy(folder, _port):
    # The name that HAProxy's frontends meet at is the machine's, not the folder's.
    meeting = ("abns@gate-check", f"abns@gate-check-{folder.name}")
    pairs = [("log /dev/log local0", "log stdout format raw local0"), meeting]
    if os.geteuid():
        own = ("user haproxy", "group haproxy", "chroot /var/lib/haproxy")
        pairs += [(f"    {line}\n", "") for line in own]
    replaced(folder / "haproxy.cfg", *pairs)
    replaced(folder / "gate.lua", meeting)
    return (program("haproxy"), "-f", folder / "haproxy.cfg"), {}


def traefik(folder, _port):
    hop = f"127.0.0.1:{free_port()}"
    for name in ("traefik.yml", "gate.yml"):
        replaced(folder / name, ("127.0.0.1:8451", hop))
    return (program("traefik"), f"--configFile={folder / 'traefik.yml'}"), {}


def envoy(folder, _port):
    options = ("--disable-hot-restart", "--concurrency", "2", "--log-level", "error")
    return (program("envoy"), "-c", folder / "envoy.yaml", *options), {}


STARTS = {"haproxy": haproxy, "traefik": traefik, "envoy": envoy}


@pytest.fixture(scope="module")
def put(tmp_path_factory, session_state):
    """Put one of the servers before a site; see `Stage.fronted`."""
    recipes.STARTS.update(STARTS)
    stage = recipes.Stage(tmp_path_factory.mktemp("put"), session_state)

    def start(name, **wishes):
        front = stage.fronted(name, **wishes)
        settle(front)
        front.site.hits.clear()
        return front

    yield start
    stage.close()


def settle(front):
    """Wait until a server has read its files; Traefik listens before it has."""
    deadline = time.monotonic() + 20
    while front.ask(path="/about/undesirable/", reader=recipes.BERLIN).status == 404:
        assert time.monotonic() < deadline, front.own_log
        time.sleep(0.1)
