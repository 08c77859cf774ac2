"""The exported map in a real HAProxy: the same answers as the gate's own."""

from __future__ import annotations

import contextlib
from string import Template

import pytest
from machine import program

CONFIG = Template(
    """
global
    maxconn 100
defaults
    mode http
    timeout client 20s
    timeout connect 5s
    timeout server 20s
frontend readers
    bind 127.0.0.1:$port
    http-request set-src req.hdr(x-forwarded-for)
$use
    http-request return status 200 content-type text/plain string 1 $free
    http-request return status 200 content-type text/plain string 0
"""
)


def use_of(table):
    """The lines for the frontend as the table itself gives them, for its own file."""
    head = [line for line in table.read_text("utf-8").split("\n") if line[:1] == "#"]
    lines = [line[1:] for line in head if line.startswith("#     ")]
    text = "\n".join(
        lines[: lines.index("     acl gate_free var(txn.gate_free) -m bool")]
    )
    assert "/etc/haproxy/gate-free.map" in text
    text = text.replace("/etc/haproxy/gate-free.map", str(table))
    return text.replace("var(txn.gate_reader)", "src")


@pytest.fixture
def haproxy(run, free, tmp_path):
    """Start HAProxy with a table; it says whether a reader is free."""
    with contextlib.ExitStack() as stack:

        def start(table):
            port = free()
            path = tmp_path / f"{port}.cfg"
            settings = CONFIG.substitute(
                port=port, use=use_of(table), free="if { var(txn.gate_free) -m bool }"
            )
            path.write_text(settings, "utf-8")
            command = [program("haproxy"), "-db", "-f", path]
            log = tmp_path / f"{port}.log"
            return stack.enter_context(run(*map(str, command), port=port, log=log))

        yield start


@pytest.mark.parametrize(
    ("database", "count"),
    [
        pytest.param(None, 20_000, id="embedded"),
        pytest.param("GeoLite2-City.mmdb", 100_000, id="GeoLite2"),
    ],
)
def test_every_address_gets_the_answer_of_the_gate(
    haproxy, exported, answers, database, count
):
    tables = exported(database)
    addresses, expected = tables.drawn(count)
    server = haproxy(tables.file("haproxy"))
    assert answers(server.port, addresses) == expected


def test_addresses_that_are_packed_in_others_are_for_the_gate(
    haproxy, exported, answers
):
    tables = exported()
    addresses, expected = tables.drawn(900)
    free = [
        address
        for address, answer in zip(addresses, expected, strict=True)
        if answer == "1" and ":" not in address
    ]
    packed = [f"{prefix}{a}" for a in free for prefix in ("::", "64:ff9b::")]
    packed += [f"2002:{int(a.split('.')[0]):02x}08:808::" for a in free]
    server = haproxy(tables.file("haproxy"))
    assert set(answers(server.port, packed)) == {"0"}
    assert set(answers(server.port, [f"::ffff:{a}" for a in free])) == {"1"}


def test_after_its_end_a_table_frees_nobody(haproxy, ended, answers):
    addresses, expected = ended.drawn(2_000)
    server = haproxy(ended.file("haproxy"))
    assert set(answers(server.port, addresses)) == {"0"}
    assert "1" in expected


@pytest.mark.parametrize(
    ("method", "fields", "told"),
    [
        pytest.param("GET", {}, b"1", id="reading"),
        pytest.param("POST", {}, b"0", id="perhaps the button of a warning"),
        pytest.param("GET", {"Sec-Purpose": "prefetch"}, b"1", id="reading ahead"),
        pytest.param(
            "GET",
            {"Sec-Purpose": "prefetch;Anonymous-Client-IP"},
            b"0",
            id="a reader behind a proxy of the browser",
        ),
        pytest.param("GET", {"X-Forwarded-For": "nowhere"}, b"0", id="no address"),
    ],
)
def test_only_plain_reading_is_free(haproxy, exported, method, fields, told):
    tables = exported()
    addresses, expected = tables.drawn(300)
    fields = {"X-Forwarded-For": addresses[expected.index("1")], **fields}
    server = haproxy(tables.file("haproxy"))
    assert server.ask(method, "/", headers=fields)[1] == told
