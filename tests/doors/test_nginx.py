"""The gate between two real nginx servers, by the recipe of the README.

The nginx in front tells the gate who the reader is; the one behind serves a folder of
HTML, and its log says what has left the site. One more keeps copies between readers
and the gate, as a content network would.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import signal
import sys
from pathlib import Path
from string import Template

import pytest
from machine import program

from gate.workbench.starter import write_starter

GATE = str(Path(sys.executable).with_name("gate"))
README = Path(__file__).parents[2] / "README.md"
MOSCOW, BERLIN, NOWHERE = "77.88.8.8", "91.64.0.1", "192.0.2.1"
MARKER = b"An owl is easier to hear"
PAGE = f"<!doctype html><html><title>Owls</title><body><p>{MARKER.decode()}</p></body>"
SERVERS = ("site", "front", "appending", "silent", "caching", "gate")
DOCUMENT = {"Host": "localhost", "Accept": "text/html", "Sec-Fetch-Dest": "document"}

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
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    types { text/html html; text/css css; application/rss+xml xml; }
    log_format hits '$$request_method $$uri $$status';
    proxy_cache_path $work/kept keys_zone=kept:1m;
    proxy_http_version 1.1;

    # Only here: the tests say who the reader is.
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Test-Reader;

    server { # the site
        listen 127.0.0.1:$site;
        root $folder;
        access_log $work/hits.log hits;
        add_header Cache-Control "public, max-age=3600";
        add_header X-Accel-Expires 3600;
        add_header CDN-Cache-Control "max-age=3600";
        add_header Expires "Thu, 31 Dec 2099 00:00:00 GMT";
        error_page 405 =200 $$uri;
    }
    server { # as the README says
        listen 127.0.0.1:$front;
        $recipe
    }
    server { # as many recipes on the internet say
        listen 127.0.0.1:$appending;
        location / {
            proxy_pass http://127.0.0.1:$gate;
            proxy_set_header Host $$host;
            proxy_set_header X-Forwarded-For $$proxy_add_x_forwarded_for;
        }
    }
    server { # a proxy that forgets to say who the reader is
        listen 127.0.0.1:$silent;
        location / {
            proxy_pass http://127.0.0.1:$gate;
            proxy_set_header Host $$host;
            proxy_set_header X-Forwarded-For "";
        }
    }
    server { # keeps whatever it is allowed to keep
        listen 127.0.0.1:$caching;
        location / {
            proxy_pass http://127.0.0.1:$gate;
            proxy_set_header Host $$host;
            proxy_set_header X-Forwarded-For $$remote_addr;
            proxy_cache kept;
            proxy_cache_valid any 1h;
            proxy_cache_methods GET HEAD POST;
            add_header X-Kept $$upstream_cache_status always;
        }
    }
}
"""
)


def recipe(port):
    """The block that the README gives to deployers, with the port of this gate."""
    block = re.search(r"```nginx\n(.*?)```", README.read_text("utf-8"), re.DOTALL)[1]
    assert "127.0.0.1:8080" in block
    return block.replace("127.0.0.1:8080", f"127.0.0.1:{port}")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx") / "home"
    write_starter(folder)
    return folder


@pytest.fixture(scope="module")
def folder(home):
    root = home / "html"
    for name in ("a", "about/undesirable", "static"):
        (root / name).mkdir(parents=True)
    for number in range(40):
        (root / "a" / f"{number}.html").write_text(PAGE, "utf-8")
    (root / "about/undesirable/index.html").write_text(PAGE, "utf-8")
    (root / "static/site.css").write_text("p { color: #111 }", "utf-8")
    (root / "feed.xml").write_text("<rss version='2.0'/>", "utf-8")
    return root


def trusting(home, state, port, site):
    return (
        "env",
        "GATE_VISITOR__TRUSTED_PROXIES=127.0.0.1/32",
        "GATE_VISITOR__HEADER=X-Forwarded-For",
        f"GATE_STATE={state}",
        "GATE_SERVER__WORKERS=1",
        GATE,
        "serve",
        f"--config={home / 'config.yaml'}",
        f"--listen=127.0.0.1:{port}",
        f"--upstream=http://127.0.0.1:{site}",
    )


class Chain:
    """Readers, nginx, the gate, nginx, a folder."""

    def __init__(self, servers, gate, hits):
        self.servers = servers
        self.gate = gate
        self._hits = hits

    def ask(self, through, reader, path="/a/1.html", method="GET", **fields):
        """Ask as a browser at an address; say which nginx is in front."""
        sent = {**DOCUMENT, "X-Test-Reader": reader}
        sent |= {name.replace("_", "-"): value for name, value in fields.items()}
        return self.servers[through].ask(method, path, headers=sent)

    def hits(self, path):
        """How often the site was asked for a path, by method and status."""
        lines = self._hits.read_text().splitlines()
        return [line for line in lines if f" {path} " in line]


def nginx(run, work, ports, **values):
    """Run nginx with all its servers; only one of them is asked whether it listens."""
    work.mkdir()
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    values |= ports | {"work": work, "user": user, "recipe": recipe(ports["gate"])}
    config = work / "nginx.conf"
    config.write_text(CONFIG.substitute(values), "utf-8")
    command = (program("nginx"), "-p", str(work), "-c", str(config), "-e", "stderr")
    return run(*command, port=ports["front"], log=work / "log")


@pytest.fixture(scope="module")
def chains(home, folder, free, run, session_state):
    """Start a chain of servers; what they write has a name."""

    @contextlib.contextmanager
    def start(name):
        ports = {server: free() for server in SERVERS}
        work = home / name
        command = trusting(home, session_state, ports["gate"], ports["site"])
        with (
            nginx(run, work, ports, folder=folder) as first,
            run(*command, port=ports["gate"], log=work / "gate.log") as gate,
        ):
            servers = {n: type(first)(first.process, p) for n, p in ports.items()}
            yield Chain(servers, gate, work / "hits.log")

    return start


@pytest.fixture(scope="module")
def chain(chains):
    with chains("chain") as started:
        yield started


def end(gate, way):
    """End the gate, kindly or with all its workers at once."""
    workers = gate.workers if way is signal.SIGKILL else []
    for pid in (gate.process.pid, *workers):
        os.kill(pid, way)
    gate.process.wait(15)


@pytest.fixture
def path(request, folder):
    """An article of its own for each test, so that nothing is kept of it before."""
    number = sum(request.node.name.encode()) * 31 + len(request.node.name)
    name = f"{number}.html"
    (folder / "a" / name).write_text(PAGE, "utf-8")
    return f"/a/{name}"


def is_notice(answer, body):
    return answer.status == 403 and b'name="n"' in body and MARKER not in body


def is_article(answer, body):
    return answer.status == 200 and MARKER in body and b'name="n"' not in body


def revision_in(body):
    return re.search(rb'name="n" value="([0-9a-f]+)"', body)[1].decode()


def test_the_recipe_of_the_readme_warns_moscow_and_lets_berlin_read(chain, path):
    assert is_notice(*chain.ask("front", MOSCOW, path))
    assert chain.hits(path) == []
    answer, body = chain.ask("front", BERLIN, path)
    assert is_article(answer, body)
    assert body.count(b"gate-footer") == 1
    assert b"gate-banner" not in body
    assert answer.headers["Content-Length"] == str(len(body))
    assert chain.hits(path) == [f"GET {path} 200"]


def test_an_unknown_reader_sees_the_banner(chain, path):
    answer, body = chain.ask("front", NOWHERE, path)
    assert is_article(answer, body)
    assert body.index(b"gate-banner") < body.index(MARKER)


def test_continue_works_through_both_servers(chain, path):
    _, body = chain.ask("front", MOSCOW, path)
    server = chain.servers["front"]
    sent = {
        **DOCUMENT,
        "X-Test-Reader": MOSCOW,
        "Origin": "http://localhost",
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Mode": "navigate",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    form = f"n={revision_in(body)}"
    answer, _ = server.ask("POST", f"{path}?page=2", form, sent)
    assert (answer.status, answer.headers["Location"]) == (303, f"{path}?page=2")
    assert chain.hits(path) == []
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    assert is_article(*chain.ask("front", MOSCOW, path, Cookie=cookie))
    answer, body = server.ask("POST", path, f"{form}&direct=1", sent)
    assert is_article(answer, body)
    assert chain.hits(path) == [f"GET {path} 200"] * 2


def test_the_scheme_that_readers_see_reaches_the_gate(chain, path):
    """The recipe says http here; so the cookie has its name for this machine."""
    _, body = chain.ask("front", MOSCOW, path)
    cookie = f"__Host-n={revision_in(body)}"
    assert is_article(*chain.ask("front", MOSCOW, path, Cookie=cookie))


@pytest.mark.parametrize("claimed", [BERLIN, f"{BERLIN}, {BERLIN}", "127.0.0.1", "x,,"])
def test_what_a_reader_claims_to_be_is_not_believed(chain, path, claimed):
    for through in ("front", "appending"):
        assert is_notice(*chain.ask(through, MOSCOW, path, X_Forwarded_For=claimed))
    assert chain.hits(path) == []


@pytest.mark.parametrize("claimed", [MOSCOW, f"{MOSCOW}, 127.0.0.1", "x,,"])
def test_what_a_reader_claims_does_not_stand_in_their_way_either(chain, path, claimed):
    for through in ("front", "appending"):
        answer, body = chain.ask(through, BERLIN, path, X_Forwarded_For=claimed)
        assert is_article(answer, body)
        assert b"gate-banner" not in body


def test_a_proxy_that_says_nothing_makes_every_reader_unknown(chain, path):
    for reader in (MOSCOW, BERLIN):
        answer, body = chain.ask("silent", reader, path)
        assert is_article(answer, body)
        assert b"gate-banner" in body


WAYS = {
    "plain": ("GET", {}),
    "head": ("HEAD", {}),
    "range": ("GET", {"Range": "bytes=0-200"}),
    "date": ("GET", {"If-Modified-Since": "Sun, 22 Nov 2099 00:00:00 GMT"}),
    "any tag": ("GET", {"If-None-Match": "*"}),
    "fresh": ("GET", {"Cache-Control": "max-age=99999, max-stale"}),
    "image": ("GET", {"Sec-Fetch-Dest": "image", "Accept": "image/*"}),
    "feed": ("GET", {"Sec-Fetch-Dest": "empty", "Accept": "application/rss+xml"}),
    "script": ("GET", {"Sec-Fetch-Dest": "empty", "Accept": "*/*"}),
    "prefetch": ("GET", {"Sec-Purpose": "prefetch"}),
    "frame": ("GET", {"Sec-Fetch-Dest": "iframe"}),
    "put": ("PUT", {}),
    "post": ("POST", {}),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_cache_never_gives_berlins_article_to_moscow(chain, path, way):
    method, fields = WAYS[way]
    for _ in range(2):
        chain.ask("caching", BERLIN, path, method, **fields)
        chain.ask("caching", BERLIN, path)
    before = chain.hits(path)
    for _ in range(2):
        answer, body = chain.ask("caching", MOSCOW, path)
        assert is_notice(answer, body)
        assert answer.headers["X-Kept"] != "HIT"
        answer, body = chain.ask("caching", MOSCOW, path, "HEAD")
        assert (answer.status, body) == (403, b"")
        answer, body = chain.ask("caching", MOSCOW, path, Range="bytes=0-99")
        assert is_notice(answer, body)
    assert chain.hits(path) == before


@pytest.mark.parametrize("way", WAYS)
def test_a_cache_never_gives_moscows_notice_to_berlin(chain, path, way):
    method, fields = WAYS[way]
    for _ in range(2):
        chain.ask("caching", MOSCOW, path, method, **fields)
        chain.ask("caching", MOSCOW, path)
    for _ in range(2):
        answer, body = chain.ask("caching", BERLIN, path)
        assert is_article(answer, body)
        assert b"gate-banner" not in body
        assert answer.headers["X-Kept"] != "HIT"
        answer, body = chain.ask("caching", BERLIN, path, "HEAD")
        assert (answer.status, body) == (200, b"")


def test_a_cache_keeps_banners_from_those_who_are_certain(chain, path):
    for _ in range(2):
        assert b"gate-banner" in chain.ask("caching", NOWHERE, path)[1]
        assert b"gate-banner" not in chain.ask("caching", BERLIN, path)[1]
        assert is_notice(*chain.ask("caching", MOSCOW, path))


def test_an_unchanged_article_is_confirmed_for_berlin_and_never_for_moscow(chain, path):
    answer, _ = chain.ask("front", BERLIN, path)
    tag = answer.headers["ETag"]
    answer, body = chain.ask("front", BERLIN, path, If_None_Match=tag)
    assert (answer.status, body) == (304, b"")
    assert "private" in answer.headers["Cache-Control"]
    for through in ("front", "caching"):
        assert is_notice(*chain.ask(through, MOSCOW, path, If_None_Match=tag))
    answer, body = chain.ask("caching", BERLIN, path, If_None_Match=tag)
    assert answer.status in {200, 304}
    assert is_notice(*chain.ask("caching", MOSCOW, path, If_None_Match=tag))


def test_what_nobody_is_warned_of_is_kept(chain):
    """Otherwise the tests above could pass because this cache keeps nothing."""
    css = {"Sec_Fetch_Dest": "style", "Accept": "text/css"}
    chain.ask("caching", BERLIN, "/static/site.css", **css)
    answer, _ = chain.ask("caching", MOSCOW, "/static/site.css", **css)
    assert (answer.status, answer.headers["X-Kept"]) == (200, "HIT")


def test_the_page_that_explains_is_kept_with_nothing_of_a_reader(chain):
    for reader in (NOWHERE, MOSCOW, BERLIN):
        answer, body = chain.ask("caching", reader, "/about/undesirable/")
        assert is_article(answer, body)
        assert b"gate-banner" not in body


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL])
def test_without_the_gate_nothing_is_served(chains, path, way):
    with chains(f"ended-{way}") as chain:
        assert is_article(*chain.ask("caching", BERLIN, path))
        end(chain.gate, way)
        for through in ("front", "caching", "appending", "silent"):
            for reader in (BERLIN, MOSCOW):
                answer, body = chain.ask(through, reader, path)
                assert answer.status == 502
                assert MARKER not in body
        assert len(chain.hits(path)) == 1
