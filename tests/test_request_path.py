"""The one canonical path: what becomes of it, what is refused, and two laws."""

from __future__ import annotations

from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.errors import BadPathError
from gate.request.path import canonical_path, canonical_raw, decoded_info


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("/news/1", "/news/1", id="canonical already"),
        pytest.param("/", "/", id="root"),
        pytest.param("/news/", "/news/", id="trailing slash stays"),
        pytest.param("/x/../news/1", "/news/1", id="T10 parent"),
        pytest.param("/%6eews/1", "/news/1", id="T10 encoded letter"),
        pytest.param("//news//1", "/news/1", id="T10 duplicate slashes"),
        pytest.param("/NEWS/1", "/NEWS/1", id="T10 capitals are another path"),
        pytest.param("/./news/1", "/news/1", id="T10 dot"),
        pytest.param("/news/1/.", "/news/1/", id="T10 dot at the end"),
        pytest.param("/news/1/..", "/news/", id="parent at the end"),
        pytest.param("/robots.txt/..%2fnews/1", "/news/1", id="T11 encoded slash"),
        pytest.param("/a/b/..%2f..%2fnews/1", "/news/1", id="T11 twice"),
        pytest.param("/x/%2e%2e/news/1", "/news/1", id="T11 encoded dots"),
        pytest.param("/news%2F1", "/news/1", id="T12 encoded slash is a slash"),
        pytest.param("/news/1%3B.css", "/news/1;.css", id="T12 encoded semicolon"),
        pytest.param("/news/1;.css", "/news/1;.css", id="T12 semicolon is literal"),
        pytest.param("/news/1%3Fx", "/news/1?x", id="T12 encoded question mark"),
        pytest.param("/news/1#/healthz", "/news/1", id="T13 fragment"),
        pytest.param("/news/1?x=/healthz", "/news/1", id="T14 query"),
        pytest.param("/news/1%23/healthz", "/news/1#/healthz", id="T14 encoded hash"),
        pytest.param("/news/%zz", "/news/%zz", id="T15 percent without escape"),
        pytest.param("/100%", "/100%", id="percent at the end"),
        pytest.param("/100%25", "/100%", id="encoded percent"),
        pytest.param("http://evil/healthz", "/healthz", id="T15 absolute form"),
        pytest.param("http://evil", "/", id="T15 absolute form without path"),
        pytest.param("HTTPS://evil?x=1", "/", id="T15 absolute form with query"),
        pytest.param("//evil/x", "/evil/x", id="T15 looks like a host"),
        pytest.param("/.well-known/x", "/.well-known/x", id="name with a dot"),
        pytest.param("/a/...", "/a/...", id="three dots are a name"),
        pytest.param("/..a/.b", "/..a/.b", id="dots that begin a name"),
        pytest.param("/a b", "/a b", id="space"),
        pytest.param("/%D1%81%D1%82%D0%B0%D1%82%D1%8C%D1%8F", "/статья", id="Cyrillic"),
        pytest.param("/\xd1\x8f", "/я", id="raw bytes of UTF-8"),
        pytest.param("/" + "a" * 8191, "/" + "a" * 8191, id="longest"),
    ],
)
def test_a_path_becomes_canonical(raw, expected):
    assert canonical_raw(raw) == expected


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        pytest.param("/..%5cnews", "has a control", id="T11 backslash"),
        pytest.param("/news/1%00", "has a control", id="T12 NUL"),
        pytest.param("/news/1%0a.css", "has a control", id="T26 newline"),
        pytest.param("/news/1%7f", "has a control", id="delete"),
        pytest.param("/news/1%C2%85", "has a control", id="next line (C1)"),
        pytest.param("/%C0%AE", "is not UTF-8", id="T15 overlong dot"),
        pytest.param("/%ff", "is not UTF-8", id="T15 no UTF-8"),
        pytest.param("/%ED%A0%80", "is not UTF-8", id="T15 surrogate"),
        pytest.param("/\u0441", "is not UTF-8", id="not bytes at all"),
        pytest.param("/%2561", "is encoded twice", id="encoded twice"),
        pytest.param("/%2%35", "is encoded twice", id="escape made of two"),
        pytest.param("/%25%34%31", "is encoded twice", id="escape made of three"),
        pytest.param("/..", "climbs", id="above the root"),
        pytest.param("/a/../../b", "climbs", id="above the root, later"),
        pytest.param("/a//../b", "climbs", id="two servers read it in two ways"),
        pytest.param("/" + "a" * 8192, "is too long", id="one too long"),
        pytest.param("/" + "a/../" * 16_000, "is too long", id="T15 64 kB"),
        pytest.param("news/1", "does not begin", id="T16 no slash"),
        pytest.param("*", "does not begin", id="T16 asterisk"),
        pytest.param("ftp://evil/x", "does not begin", id="another scheme"),
        pytest.param("javascript:x", "does not begin", id="no scheme for us"),
    ],
)
def test_a_path_that_cannot_be_canonical_is_refused(raw, problem):
    with pytest.raises(BadPathError) as refused:
        canonical_raw(raw)
    assert refused.value.problem.startswith(problem)
    assert refused.value.status == 400


def test_no_message_holds_the_path():
    with pytest.raises(BadPathError) as refused:
        canonical_path("/secret-name\x00")
    assert "secret" not in str(refused.value) + refused.value.hint


def test_an_empty_path_is_the_root():
    assert canonical_path("") == "/"


paths = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from("/.%2eEfF5c;?#\\aя\x00"), max_size=30),
    st.lists(
        st.sampled_from(["..", ".", "", "a", "%", "%41", "я", "...", "a;b"]), max_size=9
    ).map("/".join),
).map("/{}".format)


def outcome(function, argument):
    try:
        return function(argument)
    except BadPathError:
        return BadPathError


@settings(max_examples=300)
@given(paths)
@example("/a/./b//c/../%")
def test_canonical_paths_stay_as_they_are(path):
    canonical = outcome(canonical_path, path)
    if canonical is not BadPathError:
        assert canonical_path(canonical) == canonical
        assert canonical.startswith("/")
        assert "//" not in canonical
        assert not {".", ".."} & set(canonical.split("/"))


@settings(max_examples=300)
@given(st.binary(max_size=40).map(lambda b: "/" + b.decode("latin-1")))
@example("/%25zz")
@example("/a%2F..%2f%2e%2e/b")
def test_raw_and_decoded_views_agree(raw):
    path = raw.partition("#")[0].partition("?")[0]
    info = unquote_to_bytes(path.encode("latin-1")).decode("latin-1")
    decoded = outcome(lambda text: canonical_path(decoded_info(text)), info)
    assert outcome(canonical_raw, raw) == decoded


@settings(max_examples=200)
@given(paths)
def test_a_path_that_was_encoded_once_means_the_same(path):
    assert outcome(canonical_raw, quote(path)) == outcome(canonical_path, path)
