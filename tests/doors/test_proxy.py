"""The reverse proxy, over real connections on both sides."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json

import pytest
from machine import free_port

from gate.doors.hops import reader_fields, upstream_fields
from gate.request.proxies import FORWARDING, Proxies

MB = 1 << 20


@pytest.fixture(scope="module")
def proxy(door, upstream):
    return door("proxy", upstream.url)


def fields_of(body):
    return dict(json.loads(body)["fields"])


def test_a_request_and_its_answer_come_through(proxy):
    answer, body = proxy.ask("GET", "/echo?q=1&q=%20", headers={"X-Own": "yes"})
    told = json.loads(body)
    assert answer.status == 200
    assert told["path"] == "/echo?q=1&q=%20"
    assert dict(told["fields"])["x-own"] == "yes"


def test_host_stays_and_the_proxies_are_named(proxy):
    sent = {"Host": "news.example", "Via": "1.0 edge"}
    fields = fields_of(proxy.ask("GET", "/echo", headers=sent)[1])
    assert fields["host"] == "news.example"
    assert fields["x-forwarded-host"] == "news.example"
    assert fields["x-forwarded-proto"] == "http"
    assert fields["via"] == "1.0 edge, 1.1 gate"


def test_the_site_does_not_learn_who_reads(proxy):
    sent = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Real-IP": "203.0.113.9",
        "CF-Connecting-IP": "203.0.113.9",
        "CF-IPCountry": "RU",
        "Forwarded": "for=203.0.113.9",
        "True-Client-IP": "203.0.113.9",
        "CloudFront-Viewer-City": "Moscow",
    }
    text = proxy.ask("GET", "/echo", headers=sent)[1].decode()
    for trace in ("203.0.113.9", "127.0.0.1:", "RU", "Moscow"):
        assert trace not in text.replace(f"127.0.0.1:{proxy.port}", "")


@pytest.mark.parametrize("name", sorted(FORWARDING | {"HTTP_X_OWN_ADDRESS"}))
def test_no_field_that_the_gate_knows_for_an_address_goes_on(name):
    telltales = Proxies.compile(header="x-own-address").telltales
    environ = {"SERVER_NAME": "a", name: "203.0.113.9", "HTTP_X_END": "1"}
    fields = upstream_fields(
        environ, scheme="http", withheld=telltales, forward_address=False
    )
    assert "203.0.113.9" not in fields.values()
    assert fields["x-end"] == "1"


def test_a_site_that_needs_the_address_can_be_told(door, upstream):
    server = door("telling-proxy", upstream.url)
    sent = {"X-Forwarded-For": "203.0.113.9"}
    fields = fields_of(server.ask("GET", "/echo", headers=sent)[1])
    assert fields["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"


def test_what_concerns_one_connection_ends_there(proxy):
    sent = {
        "Connection": "close, X-Hop",
        "X-Hop": "1",
        "TE": "trailers",
        "Proxy-Authorization": "x",
        "Keep-Alive": "t=1",
        "X-Gate-Action": "block",
        "X-Gate.Action": "block",
        "X-Gate-Cache": "open",
        "X-End": "1",
    }
    fields = fields_of(proxy.ask("GET", "/echo", headers=sent)[1])
    assert fields["x-end"] == "1"
    hops = {"x-hop", "te", "proxy-authorization", "keep-alive"}
    assert not (hops | {"x-gate-cache", "x-gate.action"}) & fields.keys()
    assert fields["x-gate-action"] == "pass"  # what the gate says, not the stranger


def test_what_the_gate_tells_the_site_never_comes_to_a_reader():
    sent = [("X-Gate-Allows", "read"), ("x-gate-action", "pass"), ("X-Own", "1")]
    assert reader_fields(sent) == [("X-Own", "1"), ("Via", "1.1 gate")]


def test_nothing_is_put_in_that_the_reader_did_not_send(proxy):
    received = proxy.raw("GET /echo HTTP/1.1", "Host: a", "Connection: close")
    text = received.partition(b"\r\n\r\n")[2]
    told = json.loads(text[text.index(b"{") : text.rindex(b"}") + 1])
    assert {"user-agent", "accept-encoding"}.isdisjoint(dict(told["fields"]))


def test_several_cookies_stay_apart_and_hops_are_dropped(proxy):
    answer, _ = proxy.ask("GET", "/cookies")
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2; Path=/"]
    assert answer.headers["X-Private"] is None
    assert answer.headers["Via"] == "1.0 cache, 1.1 gate"


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("/x/../echo/a", "/echo/a"),
        ("/echo//b", "/echo/b"),
        ("/%65cho/%D1%8F", "/echo/%D1%8F"),
        ("/echo/a%2Fb", "/echo/a/b"),
        ("/echo/c/", "/echo/c/"),
        ("/echo/d;p=1", "/echo/d%3Bp%3D1"),
        ("/echo/50%25", "/echo/50%25"),
    ],
)
def test_the_site_is_asked_for_the_path_that_was_decided_on(proxy, asked, seen):
    path = json.loads(proxy.ask("GET", asked)[1])["path"]
    assert path.replace(";", "%3B").replace("=", "%3D") == seen


def test_ranges_and_validators_pass(proxy):
    part, body = proxy.ask("GET", "/range", headers={"Range": "bytes=2-4"})
    assert (part.status, body, part.headers["Content-Range"]) == (
        206,
        b"cde",
        "bytes 2-4/10",
    )
    same, body = proxy.ask("GET", "/range", headers={"If-None-Match": '"r"'})
    assert (same.status, body, same.headers["ETag"]) == (304, b"", '"r"')


def test_head_and_no_content_have_no_body(proxy):
    head, body = proxy.ask("HEAD", "/range")
    assert (head.status, head.headers["Content-Length"], body) == (200, "10", b"")
    assert proxy.ask("GET", "/nothing")[0].status == 204


def test_redirects_and_codings_are_the_readers_business(proxy):
    answer, _ = proxy.ask("GET", "/redirect")
    assert (answer.status, answer.headers["Location"]) == (
        302,
        "http://elsewhere.example/x",
    )
    answer, body = proxy.ask("GET", "/gzip")
    assert (answer.headers["Content-Encoding"], body) == ("gzip", b"\x1f\x8bnot really")


def test_uploads_come_through_whole(proxy):
    data = bytes(range(256)) * 5000
    told = json.loads(proxy.ask("POST", "/echo", data)[1])
    assert (told["size"], told["digest"]) == (
        len(data),
        hashlib.sha256(data).hexdigest(),
    )
    assert dict(told["fields"])["content-length"] == str(len(data))


def test_chunked_uploads_come_through_whole(proxy):
    pieces = [b"a" * 70_000, b"b", b"c" * 1000]
    sent = {"Transfer-Encoding": "chunked"}
    told = json.loads(
        proxy.ask("POST", "/echo", iter(pieces), sent, encode_chunked=True)[1]
    )
    assert told["digest"] == hashlib.sha256(b"".join(pieces)).hexdigest()
    assert dict(told["fields"])["transfer-encoding"] == "chunked"


def test_memory_does_not_grow_with_bodies(proxy):
    proxy.ask("POST", "/echo", b"x" * MB)
    proxy.ask("GET", "/big/1")
    before = proxy.peak_mb()
    pieces = (b"x" * MB for _ in range(64))
    sent = {"Content-Length": str(64 * MB)}
    told = json.loads(proxy.ask("POST", "/echo", pieces, sent)[1])
    assert told["size"] == 64 * MB
    assert len(proxy.ask("GET", "/big/64")[1]) == 64 * MB
    assert proxy.peak_mb() - before < 4


def test_an_answer_arrives_as_it_is_made(proxy, upstream):
    upstream.drip.clear()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", proxy.port)) as c:
        c.request("GET", "/drip")
        answer = c.getresponse()
        assert answer.read1(100) == b"0\r\n"
        upstream.drip.set()
        assert answer.read() == b"1\r\n2\r\n"


@pytest.mark.parametrize("path", ["/die", "/diechunked"])
def test_a_broken_answer_is_cut_and_never_ends_cleanly(proxy, path):
    with pytest.raises(http.client.IncompleteRead) as broken:
        proxy.ask("GET", path)
    assert broken.value.partial == b"ten bytes."


def test_a_late_site_is_a_gateway_time_out(proxy):
    answer, body = proxy.ask("GET", "/slow")
    assert (answer.status, answer.headers["Cache-Control"]) == (504, "no-store")
    assert body == b"504 Gateway Timeout\n"


def test_a_site_that_hangs_up_is_a_bad_gateway(proxy):
    assert proxy.ask("GET", "/refuse")[0].status == 502
    assert proxy.ask("POST", "/refuse", b"x")[0].status == 502


def test_unsafe_requests_are_never_repeated(proxy, upstream):
    upstream.seen.clear()
    proxy.ask("POST", "/refuse", b"x")
    assert len(upstream.seen) == 1


def test_a_site_that_is_not_there_is_a_bad_gateway(door):
    assert (
        door("proxy", f"http://127.0.0.1:{free_port()}").ask("GET", "/")[0].status
        == 502
    )


def test_connections_to_the_site_are_kept_and_stale_ones_replaced(proxy, upstream):
    for _ in range(5):
        proxy.ask("GET", "/echo")
    upstream.peers.clear()
    for _ in range(5):
        proxy.ask("GET", "/echo")
    assert len(upstream.peers) == 1
    for _ in range(5):
        assert proxy.ask("GET", "/once")[0].status == 200


def test_an_upgrade_is_refused_clearly(proxy):
    sent = {"Connection": "Upgrade", "Upgrade": "websocket"}
    assert proxy.ask("GET", "/echo", headers=sent)[0].status == 501
    sent = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c"}
    assert proxy.ask("GET", "/echo", headers=sent)[0].status == 200


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_methods_that_reflect_or_tunnel_are_refused(proxy, method):
    received = proxy.raw(f"{method} /echo HTTP/1.1", "Host: a", "Connection: close")
    assert received.split(b" ")[1] in {b"405", b"400"}


def test_an_interim_answer_does_not_pass_for_the_answer(proxy):
    assert proxy.ask("GET", "/hints")[0].status in {200, 502}


def test_a_reader_who_stops_sending_does_not_complete_the_request(proxy, upstream):
    upstream.seen.clear()
    received = proxy.raw(
        "POST /echo HTTP/1.1", "Host: a", "Content-Length: 100", "", "half", end=False
    )
    assert not received.startswith(b"HTTP/1.1 200")


def test_pages_of_the_site_get_what_is_put_in(proxy):
    answer, body = proxy.ask("GET", "/page", headers={"X-Footer": "1"})
    assert body == b"<html><body><p>news</p><aside>footer</aside></body></html>"
    assert answer.headers["ETag"] == 'W/"p~m"'
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Length"] == str(len(body))
