"""Every row at the real servers, with the files that `gate recipe` writes for them.

What must follow is known from the same row at the door in process; the bytes on the
wire are what a browser or an attacker would send.
"""

from __future__ import annotations

import http.client
from io import BytesIO

import pytest

from gate.model import Answer, Passage
from tests.doors.contract.agreement import PROBLEM, STANDING_FOR, is_refusal, required
from tests.doors.contract.credulous import is_article
from tests.doors.contract.doors import HOSTS, sent
from tests.doors.contract.rows import ROWS
from tests.doors.contract.servers import FAMILIES, KEEPING, OWN, expected
from tests.doors.contract.wire import EDGE, MOSCOW, Heard, written

# Whoever asks is always the server itself; see tests/test_doors_check.py for others.
ASKED = [row for row in ROWS if row.ask.peer == EDGE]
COMPARED = (
    "content-type",
    "content-language",
    "cache-control",
    "cdn-cache-control",
    "content-security-policy",
    "location",
    "set-cookie",
    "referrer-policy",
    "vary",
    "x-robots-tag",
)


class _Socket:
    """Bytes that have come already, as http.client wants them."""

    def __init__(self, data):
        self._data = data

    def makefile(self, _mode):
        return BytesIO(self._data)


def heard_from(front, ask, revision):
    """Send a row as it is; return what comes back."""
    lines, body = sent(ask, revision, carries=False)
    named = [f"X-Forwarded-For: {ask.place}"] if ask.place else []
    lines = [*(f"Host: {host}" for host in ask.hosts), *lines, *named]
    data = written(ask.method, ask.target, [*lines, "Connection: close"], body)
    received = front.raw(data)
    if not received:
        return Heard(0)
    answer = http.client.HTTPResponse(_Socket(received), method=ask.method)
    answer.begin()
    fields = tuple((n.lower(), v) for n, v in answer.getheaders())
    return Heard(answer.status, fields, answer.read())


@pytest.fixture(scope="module")
def fronts(fronted, put):
    """Put a server before a site, by the name of its recipe."""
    starts = {"nginx": fronted, "caddy": fronted, "varnish": fronted}
    return lambda name: starts.get(name, put)(name, site={"hosts": HOSTS})


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ASKED])
def test_every_server_says_the_same(house, fronts, name, row):
    front, ask = fronts(name), house.filled(row.ask)
    outcome = house.knock("wsgi", ask).outcome
    due = required(house.case(ask, outcome), FAMILIES[name]) if outcome else None
    front.site.hits.clear()
    heard = heard_from(front, ask, house.revision)
    own = expected(name, ask)
    if own is not None:
        assert heard.status in own.statuses, own.reason
        assert own.reaches or not front.site.hits
        assert ask.place != MOSCOW or not any(map(is_read, front.site.hits))
    elif isinstance(due, Passage):
        assert heard.status == 200
        assert len(front.site.hits) == 1 or name in KEEPING
    else:
        assert front.site.hits == []
        assert_answer(due, heard, ask)


def is_read(hit):
    return is_article(hit.path)


def assert_answer(due, heard, ask):
    """Compare what a reader got with what is due; what is refused, only by status."""
    if due is None or due in STANDING_FOR or is_refusal(due):
        assert heard.status in {0, 400, 403, 404, 414, 421, 431, 503}
    elif due == PROBLEM:
        kind = heard.field("content-type")
        assert (heard.status, kind) == (403, "application/problem+json")
    else:
        assert_same(due, heard, ask)


def assert_same(due, heard, ask):
    """Compare what a reader got with what is due, byte by byte."""
    assert isinstance(due, Answer)
    assert heard.status == due.status
    fields = {name.lower(): value for name, value in due.headers}
    for name in COMPARED:
        assert heard.field(name) == fields.get(name), name
    assert heard.body == (b"" if ask.method == "HEAD" else due.body)


@pytest.mark.parametrize("own", OWN, ids=lambda own: own.reason[:40])
def test_every_way_of_a_servers_own_is_met_by_a_row(own):
    assert any(own.when(row.ask) for row in ROWS)
