"""The tables in what `gate recipe` writes: free readers need no gate, others do.

The lines that join the two are taken from the head of the table itself.
"""

from __future__ import annotations

import re

import pytest
from machine import program
from recipes import BERLIN, DOCUMENT, MOSCOW, NOWHERE, STARTS

SAID = 'std.ip(regsub(req.http.X-Forwarded-For, ",.*$", ""), "0.0.0.0")'
OTHER = "8.8.8.8"  # in no area, and no proxy of ours


def lines_of(table):
    """The lines that a deployer copies, as the head of the table gives them."""
    head = [line for line in table.read_text("utf-8").split("\n") if line[:1] == "#"]
    return [line[6:] for line in head if line.startswith("#     ")]


def put(path, before, text):
    """Put text before the one place in a file where `before` stands."""
    content = path.read_text("utf-8")
    assert content.count(before) == 1
    path.write_text(content.replace(before, f"{text}\n{before}"), "utf-8")


def in_nginx(table):
    lines = lines_of(table)
    at = lines.index("location @gate_free {")
    include, first, beside = lines[0], lines[1:at], lines[at:]
    assert include == "include /etc/nginx/gate-free.conf;"

    def edit(folder):
        path = folder / "gate.conf"
        put(path, "upstream gate_decides {", f"include {table};")
        put(path, "        set $gate_method $request_method;", "\n".join(first))
        put(path, "    location @gate_site {", "\n".join(beside))

    return edit


def in_haproxy(table):
    lines = lines_of(table)
    at = lines.index("acl gate_free var(txn.gate_free) -m bool")
    front = "\n".join(lines[:at]).replace("/etc/haproxy/gate-free.map", str(table))

    def edit(folder):
        path = folder / "haproxy.cfg"
        text = path.read_text("utf-8")
        reader, check = "    http-request lua.gate_reader\n", "lua.gate_check\n"
        assert text.count(reader) == text.count(check) == 1
        text = text.replace(reader, f"{reader}{front}\n")
        own = re.search(rf" *http-request {check}", text)[0]
        path.write_text(text.replace(own, "\n".join(lines[at:]) + "\n"), "utf-8")

    return edit


def in_varnish(table):
    include, *rest = lines_of(table)
    assert include == 'include "/etc/varnish/gate-free.vcl";'

    def edit(folder):
        path = folder / "gate.vcl"
        text = path.read_text("utf-8")
        ask = "        call gate_ask; # asks the gate\n"
        assert text.count(ask) == text.count("import std;\n") == 1
        text = text.replace(ask, "\n".join(rest) + "\n")
        # Only here: the tests say who the reader is.
        told = table.read_text("utf-8").replace(
            "client.ip ~ gate_listed",
            f"{SAID} ~ gate_listed",
        )
        (folder / "gate-free.vcl").write_text(told, "utf-8")
        own = f'import std;\ninclude "{folder}/gate-free.vcl";\n'
        path.write_text(text.replace("import std;\n", own), "utf-8")

    return edit


def haproxy(folder, port):
    del port
    return (program("haproxy"), "-db", "-f", folder / "haproxy.cfg"), {}


STARTS.setdefault("haproxy", haproxy)
JOINED = {"nginx": in_nginx, "haproxy": in_haproxy, "varnish": in_varnish}


@pytest.fixture(scope="module", params=JOINED)
def joined(request, fronted, exported):
    """A server with the recipe and the table; the gate beside it can be ended."""
    name = request.param
    edit = JOINED[name](exported().file(name))
    return fronted(name, edit=edit)


def test_readers_get_what_the_gate_would_give_them(joined):
    assert joined.ask(reader=OTHER).is_article
    assert joined.ask(reader=BERLIN).is_article
    assert joined.ask(reader=MOSCOW).is_notice
    assert joined.ask(reader=NOWHERE).is_notice
    assert joined.ask(reader=None).is_notice


def test_the_notice_and_its_button_work_as_before(joined):
    reply, cookie = joined.continue_()
    assert reply.status == 303
    assert joined.ask(headers={**DOCUMENT, "Cookie": cookie}).is_article


def test_a_button_that_was_shown_elsewhere_reaches_the_gate(joined):
    """The reader met the notice, changed the network, and is free now."""
    joined.site.hits.clear()
    page = joined.ask(path="/a/moved").body.decode()
    shown = re.search(r'name="n" value="([^"]+)"', page)[1]
    fields = {
        **DOCUMENT,
        "Sec-Fetch-Site": "same-origin",
        "Origin": "http://localhost",
        "Referer": "http://localhost/a/moved",
        "Content-Type": re.search(r'enctype="([^"]+)"', page)[1],
    }
    body = f"n={shown}".encode()
    assert joined.ask("POST", "/a/moved", fields, body, reader=OTHER).status == 303
    assert joined.site.seen("/a/moved") == []


def test_the_site_is_told_what_the_gate_would_tell(joined):
    spoofed = {**DOCUMENT, "X-Gate-Action": "block"}
    joined.site.hits.clear()
    assert joined.ask(path="/a/told", headers=spoofed, reader=OTHER).is_article
    (hit,) = joined.site.seen("/a/told")
    assert hit.field("x-gate-action") == ["pass"]
    assert hit.field("x-gate-banner") == ["none"]
    assert {"read", "donate"} <= set(hit.field("x-gate-allows")[0].split(", "))
    assert hit.field("x-gate-free") == []
    assert OTHER not in str(hit.fields)


def test_a_free_copy_is_kept_by_no_cache_behind(joined):
    reply = joined.ask(path="/a/kept", reader=OTHER)
    assert reply.headers["Cache-Control"] == "private, no-cache"
    assert reply.headers["CDN-Cache-Control"] == "no-store"


def test_claims_of_strangers_free_nobody(joined):
    for name in ("X-Gate-Free", "X_Gate_Free", "X-Gate-Action", "X-Gate-Cache"):
        for value in ("1", "pass"):
            assert joined.ask(headers={**DOCUMENT, name: value}).is_notice


def test_another_host_frees_nobody(joined):
    joined.site.hits.clear()
    for host in ("evil.example", "localhost.evil.example", "evil.localhost"):
        headers = {**DOCUMENT, "Host": host}
        assert joined.ask(path="/a/host", headers=headers, reader=OTHER).status == 421
    assert joined.site.seen("/a/host") == []
    for host in ("LOCALHOST", "localhost:8443", "127.0.0.1"):
        headers = {**DOCUMENT, "Host": host}
        assert joined.ask(path="/a/host", headers=headers, reader=OTHER).is_article


def test_without_the_gate_only_free_readers_get_the_article(joined):
    """The last test of each server: it ends the gate for good."""
    joined.gate.kill()
    joined.site.hits.clear()
    assert joined.ask(path="/a/alone", reader=OTHER).is_article
    assert joined.ask(path="/a/held").status == 503
    headers = {**DOCUMENT, "Host": "evil.example"}
    assert joined.ask(path="/a/held", headers=headers, reader=OTHER).status == 503
    assert joined.ask("POST", "/a/held", reader=OTHER).status == 503
    assert joined.site.seen("/a/held") == []
