"""A glance sees what the careful reader sees, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.errors import RequestError
from gate.model import Client, Kind
from gate.request.glance import glance
from gate.request.read import ReadSettings, read_environ

SETTINGS = [
    ReadSettings.compile(hosts=["news.example"], feed_paths=["/rss"]),
    ReadSettings.compile(
        hosts=["news.example"],
        trusted_proxies=["10.0.0.0/8", "unix"],
        header="x-forwarded-for",
    ),
    ReadSettings.compile(
        hosts=["news.example"], trusted_proxies=["10.0.0.0/8"], header="forwarded"
    ),
]
PLAIN = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/a/b-1.html",
    "RAW_URI": "/a/b-1.html?page=2",
    "QUERY_STRING": "page=2",
    "REMOTE_ADDR": "198.51.100.7",
    "HTTP_HOST": "news.example",
    "HTTP_SEC_FETCH_DEST": "document",
    "wsgi.url_scheme": "https",
}
ADDRESSES = ["198.51.100.7", "10.0.0.5", "10.0.0.6", "::1", "0.0.0.0", "1.2", "", "@"]  # noqa: S104 - an address like any other
PATHS = ["", "/", "/a/b", "/a//b", "/a/../b", "/.a", "/a%2fb", "/ä", "/a/", "a", "/r s"]
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "REQUEST_METHOD": st.sampled_from(["GET", "HEAD", "POST", "get", "OPTIONS"]),
        "SCRIPT_NAME": st.sampled_from(["", "/a", "x"]),
        "PATH_INFO": st.sampled_from(PATHS),
        "RAW_URI": st.sampled_from([*PATHS, "http://evil.example/a", "/a/b-1.html"]),
        "REQUEST_URI": st.sampled_from(PATHS),
        "REMOTE_ADDR": st.sampled_from(ADDRESSES),
        "HTTP_HOST": st.sampled_from(["news.example", "NEWS.example:80", "evil", ""]),
        "HTTP_SEC_FETCH_DEST": st.sampled_from(["document", "image", "empty", ""]),
        "HTTP_ACCEPT": st.sampled_from(["*/*", "application/rss+xml"]),
        "HTTP_SEC_PURPOSE": st.sampled_from(["prefetch", ""]),
        "HTTP_X_MOZ": st.just("prefetch"),
        "HTTP_X_FORWARDED_FOR": st.sampled_from([*ADDRESSES, "1.2.3.4, 10.0.0.9"]),
        "HTTP_FORWARDED": st.sampled_from(["for=1.2.3.4", "for=unknown"]),
        "HTTP_CF_CONNECTING_IP": st.just("1.2.3.4"),
        "HTTP_X_FORWARDED_PROTO": st.sampled_from(["http", "evil"]),
        "werkzeug.proxy_fix.orig": st.just({"REMOTE_ADDR": "10.0.0.5"}),
    },
)


@pytest.mark.parametrize("chosen", SETTINGS, ids=["direct", "proxies", "forwarded"])
@settings(max_examples=300)
@given(changes=CHANGES)
def test_what_a_glance_sees_the_careful_reader_sees_as_well(chosen, changes):
    environ = PLAIN | changes
    seen = glance(environ, chosen)
    if seen is None:
        return
    try:
        request = read_environ(environ, chosen, door="test")
    except RequestError as error:  # a glance must never see what cannot be read
        pytest.fail(f"glance saw {seen}, but the reader refused: {error}")
    assert (request.path, request.client) == (seen[0], Client(4, seen[1]))
    assert (request.method, request.host) == ("GET", "news.example")
    assert request.kind is (
        Kind.FEED if chosen.feeds.signature(request.path) else Kind.DOCUMENT
    )


@pytest.mark.parametrize(
    ("changes", "chosen", "expected"),
    [
        pytest.param({}, 0, ("/a/b-1.html", 0xC6336407), id="a reader without proxies"),
        pytest.param(
            {"REMOTE_ADDR": "10.0.0.5", "HTTP_X_FORWARDED_FOR": "1.2.3.4"},
            1,
            ("/a/b-1.html", 0x01020304),
            id="a reader behind our proxy",
        ),
        pytest.param({"HTTP_X_REAL_IP": "1.2.3.4"}, 0, None, id="a stranger's header"),
        pytest.param({"REMOTE_ADDR": "10.0.0.5"}, 1, None, id="a silent proxy"),
    ],
)
def test_a_glance(changes, chosen, expected):
    assert glance(PLAIN | changes, SETTINGS[chosen]) == expected
