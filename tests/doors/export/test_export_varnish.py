"""The exported access list in a real Varnish: the same answers as the gate's own."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from string import Template

import pytest
from machine import program

VCL = Template(
    """
vcl 4.1;
import std;
backend default none;
include "$table";
sub vcl_recv {
    call gate_free;
    return (synth(200));
}
sub vcl_synth {
    synthetic(regsub("" + req.http.X-Gate-Free, "^$$", "0"));
    return (deliver);
}
"""
)
STARTING = 60  # seconds: the list is compiled as C
HOSTS = {
    **dict.fromkeys(("LOCALHOST", "localhost:8080", "127.0.0.1", "[::1]:80"), "1"),
    **dict.fromkeys(
        ("t", "localhost.t", "t.localhost", "127.0.0x1", "localhost:"), "0"
    ),
}
LINE = "GET / HTTP/1.1\r\nHost: localhost\r\n%sConnection: close\r\n\r\n"


@pytest.fixture
def varnish(run, free, tmp_path):
    """Start Varnish with a table; it says whether a reader is free."""
    with contextlib.ExitStack() as stack:

        def start(table):
            port = free()
            path = tmp_path / "site.vcl"
            path.write_text(VCL.substitute(table=table), "utf-8")
            command = [
                program("varnishd"),
                *("-j", "none"),  # its own user cannot read the folders of tests
                *("-F", "-n", tmp_path / "work", "-a", f"127.0.0.1:{port},PROXY"),
                *("-f", path, "-s", "malloc,20m", "-p", "thread_pool_min=10"),
            ]
            log = tmp_path / "varnish.log"
            server = stack.enter_context(run(*map(str, command), port=port, log=log))
            wait(port)
            return server

        yield start


def wait(port):
    """Wait until the compiled list is served, not only the port open."""
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if asked(port, "192.0.2.1"):
                return
        time.sleep(0.1)
    pytest.fail("Varnish did not begin")


def asked(port, address, line=LINE % ""):
    """Ask as a reader at an address, which the PROXY protocol names."""
    family, own = ("TCP6", "::1") if ":" in address else ("TCP4", "127.0.0.1")
    first = f"PROXY {family} {address} {own} 4321 80\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall((first + line).encode())
        received = b""
        while piece := peer.recv(1 << 16):
            received += piece
    found = re.search(rb"\r\n\r\n([01])", received)
    return found and found[1].decode()


@pytest.mark.parametrize(
    ("database", "count"),
    [
        pytest.param(None, 3_000, id="embedded"),
        pytest.param("GeoLite2-City.mmdb", 5_000, id="GeoLite2"),
    ],
)
def test_every_address_gets_the_answer_of_the_gate(varnish, exported, database, count):
    tables = exported(database)
    addresses, expected = tables.drawn(count)
    server = varnish(tables.file("varnish"))
    assert [asked(server.port, address) for address in addresses] == expected


def test_after_its_end_a_table_frees_nobody(varnish, ended):
    addresses, expected = ended.drawn(300)
    server = varnish(ended.file("varnish"))
    assert {asked(server.port, address) for address in addresses} == {"0"}
    assert "1" in expected


def test_only_plain_reading_is_free(varnish, exported):
    tables = exported()
    addresses, expected = tables.drawn(300)
    free, gated = (addresses[expected.index(letter)] for letter in "10")
    server = varnish(tables.file("varnish"))
    hidden = "Sec-Purpose: prefetch;Anonymous-Client-IP\r\n"
    forged = "X-Gate-Free: 1\r\n"
    assert asked(server.port, free) == "1"
    assert asked(server.port, free, (LINE % "").replace("GET", "POST")) == "0"
    assert asked(server.port, free, LINE % "Sec-Purpose: prefetch\r\n") == "1"
    assert asked(server.port, free, LINE % hidden) == "0"
    for host, told in HOSTS.items():
        line = (LINE % "").replace("localhost", host)
        assert asked(server.port, free, line) == told, host
    assert asked(server.port, gated, LINE % forged) == "0"
