"""The script of the exit on articles: for all readers alike, so that it marks none."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest

from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate
from gate.model import Passage

MOSCOW, BERLIN, NOWHERE = "77.88.8.8", "91.64.0.1", "3000::1"
TAG = b'<script src="/-/exit" defer></script>'
ARTICLE = b"<html><body><p>ARTICLE</p></body></html>"


def ask(gate, path="/a/1", address=MOSCOW, method="GET", **fields):
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "REMOTE_ADDR": address,
        "SERVER_NAME": "localhost",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(),
        "HTTP_SEC_FETCH_DEST": "document",
        "HTTP_SEC_FETCH_SITE": "none",
        "HTTP_ACCEPT": "text/html",
        **fields,
    }
    return environ, gate.handle(environ, door="wsgi")


@pytest.fixture(params=["on", "off"])
def gate(request, make_config):
    made = Gate.load(make_config(site={"exit_script": request.param == "on"}))
    made.is_on = request.param == "on"
    return made


def acknowledged(gate):
    return {"HTTP_COOKIE": f"__Host-n={gate.snapshot.pages.revision}"}


def page(gate, address, **fields):
    """Return the article as a reader gets it."""
    environ, _ = ask(gate, address=address, **fields)

    def site(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html")])
        return [ARTICLE]

    door = GateMiddleware(site, gate)
    return b"".join(door(environ, lambda *_: lambda _: None))


def test_whoever_reads_a_gated_article_gets_it_wherever_they_are(gate):
    assert (TAG in page(gate, MOSCOW, **acknowledged(gate))) is gate.is_on
    assert (TAG in page(gate, NOWHERE)) is gate.is_on
    assert (TAG in page(gate, BERLIN)) is gate.is_on
    assert TAG not in page(gate, MOSCOW, PATH_INFO="/about/undesirable/")


def test_it_stands_before_the_end_and_only_once(gate):
    body = page(gate, MOSCOW, **acknowledged(gate))
    assert body.count(b"/-/exit") == int(gate.is_on)
    assert body.endswith(b"</body></html>")


def test_the_entity_tag_tells_no_reader_from_another(gate):
    marks = {
        passage.mark
        for passage in (
            ask(gate, address=BERLIN)[1],
            ask(gate, **acknowledged(gate))[1],
        )
        if isinstance(passage, Passage)
    }
    assert len(marks) == 1


def test_parts_of_pages_do_not_get_it(gate):
    _, passage = ask(gate, path="/a/1.png", HTTP_SEC_FETCH_DEST="image")
    assert TAG not in passage.bottom


def test_it_is_the_same_for_everybody_and_kept_by_nobody(gate):
    answers = [
        ask(gate, "/-/exit", address, HTTP_SEC_FETCH_DEST="script", **fields)[1]
        for address in (MOSCOW, BERLIN, NOWHERE)
        for fields in ({}, acknowledged(gate), {"HTTP_ACCEPT_LANGUAGE": "ru"})
    ]
    assert len(set(answers)) == 1
    assert answers[0].status == 200
    fields = dict(answers[0].headers)
    assert fields["Content-Type"] == "text/javascript; charset=utf-8"
    assert fields["Cache-Control"] == "private, no-store"
    assert not {"Set-Cookie", "ETag", "Last-Modified", "Vary"} & fields.keys()
    assert ask(gate, "/-/exit", method="HEAD")[1].body == b""


def test_it_speaks_every_language_of_the_notices(gate):
    _, answer = ask(gate, "/-/exit")
    script = answer.body.decode()
    words = json.loads(re.search(r"WORDS = (.*);", script)[1])
    assert words.keys() == {"en", "ru", "uk"}
    assert words["ru"]["two"].startswith("Быстрый выход")
    assert all(said.keys() == words["en"].keys() for said in words.values())
    assert 'LEAVE = "/-/leave";' in script
    for forbidden in ("fetch(", "XMLHttp", "cookie", "Storage", "http:", "https:"):
        assert forbidden not in script


def test_it_is_not_counted(gate):
    ask(gate, "/-/exit")
    assert list(gate.counter.counts()) == []
