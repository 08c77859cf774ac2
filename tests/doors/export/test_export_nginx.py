"""The exported geo block in a real nginx: the same answers as the gate's own."""

from __future__ import annotations

import contextlib
import getpass
from string import Template

import pytest
from machine import program

CONFIG = Template(
    """
$user
daemon off;
worker_processes 1;
pid $work/nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Forwarded-For;
    include $table;
    server { listen 127.0.0.1:$port; $server }
}
"""
)

SAYS = "location / { return 200 $gate_free; }"


@pytest.fixture
def nginx(run, free, tmp_path):
    """Start nginx with a table; it says $gate_free unless told otherwise."""
    with contextlib.ExitStack() as stack:

        def start(table, server=SAYS):
            port = free()
            settings = CONFIG.substitute(
                user="user root;" if getpass.getuser() == "root" else "",
                work=tmp_path,
                table=table,
                port=port,
                server=server,
            )
            path = tmp_path / f"{port}.conf"
            path.write_text(settings, "utf-8")
            command = [program("nginx"), "-p", tmp_path, "-c", path]
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
    nginx, exported, answers, database, count
):
    tables = exported(database)
    addresses, expected = tables.drawn(count)
    server = nginx(tables.file("nginx"))
    assert answers(server.port, addresses) == expected
    assert 0.3 < expected.count("1") / count < 0.9


def test_after_its_end_a_table_frees_nobody(nginx, ended, answers):
    addresses, expected = ended.drawn(2_000)
    server = nginx(ended.file("nginx"))
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
    ],
)
def test_only_plain_reading_is_free(nginx, exported, method, fields, told):
    tables = exported()
    addresses, expected = tables.drawn(300)
    fields = {"X-Forwarded-For": addresses[expected.index("1")], **fields}
    server = nginx(tables.file("nginx"))
    assert server.ask(method, "/", headers=fields)[1] == told


@pytest.mark.parametrize(
    ("host", "told"),
    [
        *((host, b"1") for host in ("LOCALHOST", "localhost:8080", "[::1]:80")),
        *((host, b"0") for host in ("t", "localhost.t", "t.localhost", "127.0.0x1")),
    ],
)
def test_only_the_hosts_of_the_site_are_free(nginx, exported, host, told):
    tables = exported()
    addresses, expected = tables.drawn(300)
    fields = {"X-Forwarded-For": addresses[expected.index("1")], "Host": host}
    server = nginx(tables.file("nginx"))
    assert server.ask("GET", "/", headers=fields)[1] == told


def test_without_a_trusted_proxy_nobody_names_an_address(nginx, exported):
    tables = exported()
    addresses, expected = tables.drawn(300)
    server = nginx(tables.file("nginx"), f"real_ip_header X-Real-IP; {SAYS}")
    sent = {"X-Forwarded-For": addresses[expected.index("1")]}
    assert server.ask("GET", "/", headers=sent)[1] == b"0"
