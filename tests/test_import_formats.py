"""What each format says in a line, and how a format is recognised."""

from __future__ import annotations

import json

import import_lines as made
import pytest
from import_lines import MAKERS, MOSCOW, SECOND

from gate.errors import BadFieldsError, UnsureFormatError
from gate.workbench.importing.formats import Settings, format_of, parse_fields
from gate.workbench.importing.lines import Line, Why
from gate.workbench.importing.moments import any_second, clf_second


def parse(name, text, **settings):
    lines = format_of(Settings(name=name, **settings), (), "log")
    found = None
    for line in text.encode("utf-8", "surrogateescape").split(b"\n"):
        found = lines.parse(line)
    return found


@pytest.mark.parametrize("name", MAKERS)
def test_every_format_tells_address_time_method_and_path(name):
    text = made.text_of(name, [MAKERS[name](target="/a/1")]).decode().rstrip("\n")
    found = parse(name, text)
    assert (found.address, found.second, found.method, found.target) == (
        MOSCOW.encode(),
        SECOND,
        b"GET",
        b"/a/1",
    )


@pytest.mark.parametrize("name", MAKERS)
def test_every_format_is_recognised_by_its_first_lines(name):
    text = made.text_of(name, [MAKERS[name]() for _ in range(5)])
    assert format_of(Settings(), text.split(b"\n"), "log").name == name


@pytest.mark.parametrize("name", MAKERS)
def test_every_format_takes_ipv6(name):
    text = made.text_of(name, [MAKERS[name](address=made.MOSCOW6)]).decode()
    assert parse(name, text.rstrip("\n")).address == made.MOSCOW6.encode()


def test_lines_of_nothing_known_are_not_guessed_and_not_shown():
    sample = [b"some private words of nobody's log"] * 9
    with pytest.raises(UnsureFormatError) as caught:
        format_of(Settings(), sample, "odd.log")
    assert "odd.log" in str(caught.value)
    assert "private" not in str(caught.value)


def test_a_few_damaged_lines_do_not_hide_the_format():
    sample = [b"\0" * 50, b"torn", *[made.combined().encode()] * 8]
    assert format_of(Settings(), sample, "log").name == "combined"


def test_an_empty_log_has_no_format_to_be_unsure_of():
    assert format_of(Settings(), [b"", b" "], "log").name == "combined"


REQUESTS = {
    "a quote escaped by a backslash": (r"/a\"b", b'/a"b'),
    "a quote escaped in hexadecimal": (r"/a\x22b", b'/a"b'),
    "a backslash": (r"/a\\b", b"/a\\b"),
    "a letter for a tab": (r"/a\tb", b"/a\tb"),
    "a space": ("/a b", b"/a b"),
    "a whole URL": ("https://localhost/a", b"https://localhost/a"),
}


@pytest.mark.parametrize(("written", "meant"), REQUESTS.values(), ids=REQUESTS)
def test_what_servers_escape_is_read_as_it_was(written, meant):
    assert parse("combined", made.combined(target=written)).target == meant


def test_a_request_without_version_is_read():
    line = made.combined().replace(" HTTP/1.1", "")
    assert parse("combined", line).target == b"/a/1"


def test_a_user_name_with_spaces_shifts_nothing():
    line = made.combined().replace(" - - ", " - a reader of ours ")
    assert parse("combined", line).target == b"/a/1"


ODD = {
    "no request": (made.combined().replace("GET /a/1 HTTP/1.1", "-"), Why.NO_REQUEST),
    "empty request": (made.combined().replace("GET /a/1 HTTP/1.1", ""), Why.NO_REQUEST),
    "torn in the request": (made.combined().partition("/1 HTTP")[0], Why.TORN),
    "torn before it": (made.combined()[:30], Why.NOT_OF_THE_FORMAT),
    "no such day": (made.combined().replace("21/Sep", "31/Sep"), Why.BAD_TIME),
    "no such month": (made.combined().replace("Sep", "Spt"), Why.BAD_TIME),
    "NUL bytes": ("\0" * 100, Why.NOT_OF_THE_FORMAT),
}


@pytest.mark.parametrize(("line", "why"), ODD.values(), ids=ODD)
def test_a_line_that_is_no_request_says_why(line, why):
    assert parse("combined", line) is why


def test_a_line_torn_in_the_user_agent_is_read():
    line = made.combined()[:-5]
    assert isinstance(parse("combined", line), Line)


TIMES = {
    "seconds": 1_790_000_000,
    "seconds with parts": 1_790_000_000.75,
    "seconds as text": "1790000000.123",
    "milliseconds": 1_790_000_000_123,
    "microseconds": 1_790_000_000_123_456,
    "nanoseconds": 1_790_000_000_123_456_789,
    "RFC 3339": "2026-09-21T14:13:20Z",
    "RFC 3339 with parts": "2026-09-21T14:13:20.123456789Z",
    "another zone": "2026-09-21T17:13:20+03:00",
    "as in CLF": "21/Sep/2026:14:13:20 +0000",
    "west of UTC": "21/Sep/2026:12:43:20 -0130",
}


@pytest.mark.parametrize("value", TIMES.values(), ids=TIMES)
def test_times_are_read_in_every_unit(value):
    assert any_second(value) == SECOND


NO_TIMES = [None, True, "", "x", -1, float("nan"), float("inf"), 1e30, [], "9" * 400]


@pytest.mark.parametrize("value", NO_TIMES, ids=repr)
def test_what_is_no_time_is_none(value):
    assert any_second(value) is None


def test_an_offset_counts_only_where_the_text_names_no_zone():
    assert clf_second(b"21/Sep/2026:17:13:20.655", 3 * 3600) == SECOND
    assert clf_second(b"21/Sep/2026:14:13:20 +0000", 3 * 3600) == SECOND


def test_keys_of_json_can_be_named():
    line = json.dumps({"who": MOSCOW, "at": SECOND, "request": "GET /a/1 HTTP/1.1"})
    found = parse("nginx-json", line, fields=parse_fields("addr=who,time=at"))
    assert (found.address, found.target) == (MOSCOW.encode(), b"/a/1")


@pytest.mark.parametrize("text", ["addr", "who=x", "addr="])
def test_a_field_that_cannot_be_named_is_an_error(text):
    with pytest.raises(BadFieldsError):
        parse_fields(text)


JSON_FAULTS = {
    "not JSON": ("{", Why.BAD_JSON),
    "a list": ("[]", Why.BAD_JSON),
    "nested without end": ("[" * 100_000, Why.BAD_JSON),
    "no address": ('{"time_iso8601": 1}', Why.FIELD_MISSING),
    "address is a number": ('{"remote_addr": 1}', Why.FIELD_MISSING),
    "no time": ('{"remote_addr": "x"}', Why.BAD_TIME),
    "no request": ('{"remote_addr": "x", "msec": "1790000000"}', Why.FIELD_MISSING),
}


@pytest.mark.parametrize(("line", "why"), JSON_FAULTS.values(), ids=JSON_FAULTS)
def test_json_that_is_no_request_says_why(line, why):
    assert parse("nginx-json", line) is why


def test_messages_of_caddy_itself_are_no_requests():
    line = '{"level":"info","ts":1790000000.1,"msg":"serving initial configuration"}'
    assert parse("caddy", line) is Why.NO_REQUEST


def test_cloudfront_encodes_percent_signs_once_more():
    line = made.cloudfront(target="/a/caf%C3%A9")
    assert "%25C3" in line
    found = parse("cloudfront", made.CLOUDFRONT_HEAD + "\n" + line)
    assert found.target == b"/a/caf%C3%A9"


def test_cloudfront_columns_are_where_the_heading_says():
    head = "#Fields: c-ip date time cs-uri-stem cs-method"
    line = f"{MOSCOW}\t2026-09-21\t14:13:20\t/a/1\tGET"
    assert parse("cloudfront", head + "\n" + line).second == SECOND


def test_a_line_of_cloudfront_without_heading_is_not_guessed():
    assert parse("cloudfront", made.cloudfront()) is Why.NOT_OF_THE_FORMAT


def test_haproxy_writes_bytes_that_do_not_print_in_its_own_way():
    assert parse("haproxy", made.haproxy(target="/a#22b#23")).target == b'/a"b#'


def test_haproxy_with_clf_is_read_behind_what_syslog_writes():
    line = "Sep 21 13:33:20 lb haproxy[1]: " + made.common()
    assert parse("haproxy", line).target == b"/a/1"


def test_a_bad_request_of_haproxy_is_no_request():
    line = made.haproxy().replace("GET /a/1 HTTP/1.1", "<BADREQ>")
    assert parse("haproxy", line) is Why.NO_REQUEST
