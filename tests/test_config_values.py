"""Each kind of value that only the configuration has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gate.config import scalars


def taken(kind, text):
    return TypeAdapter(kind).validate_python(text)


def refused(kind, text):
    with pytest.raises(ValidationError) as caught:
        taken(kind, text)
    (problem,) = caught.value.errors()
    return problem["msg"], (problem.get("ctx") or {}).get("hint", "")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        pytest.param(scalars.Host, "News.Example.org", "news.example.org", id="case"),
        pytest.param(scalars.Host, "news.example.org.", "news.example.org", id="dot"),
        pytest.param(scalars.Host, "localhost", "localhost", id="one label"),
        pytest.param(scalars.Host, "127.0.0.1", "127.0.0.1", id="IPv4"),
        pytest.param(scalars.Host, "[::1]", "[::1]", id="IPv6 in brackets"),
        pytest.param(scalars.Host, "::1", "[::1]", id="IPv6 gets brackets"),
        pytest.param(scalars.Listen, "127.0.0.1:80", "127.0.0.1:80", id="listen"),
        pytest.param(scalars.Listen, "[::1]:0", "[::1]:0", id="listen on IPv6"),
        pytest.param(scalars.Listen, "unix:/run/g.sock", "unix:/run/g.sock", id="unix"),
        pytest.param(scalars.Trusted, "10.0.0.0/8", "10.0.0.0/8", id="network"),
        pytest.param(scalars.Trusted, "10.0.0.1", "10.0.0.1/32", id="one proxy"),
        pytest.param(scalars.Trusted, "unix", "unix", id="unix peers"),
        pytest.param(scalars.HeaderName, "X-Real-IP", "x-real-ip", id="header"),
        pytest.param(scalars.HeaderName, "None", "none", id="no header"),
        pytest.param(scalars.Upstream, "http://[::1]:8/", "http://[::1]:8", id="slash"),
        pytest.param(scalars.Upstream, "unix:/run/s", "unix:/run/s", id="unix site"),
        pytest.param(scalars.PageUrl, "/about/", "/about/", id="page on the site"),
        pytest.param(scalars.OwnPrefix, "/a/-/", "/a/-/", id="longer prefix"),
    ],
)
def test_a_sound_value_is_taken_in_one_canonical_form(kind, text, value):
    assert taken(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "message", "hint"),
    [
        pytest.param(
            scalars.Host, "https://a.org/x", "more than a host", "a.org", id="scheme"
        ),
        pytest.param(scalars.Host, "a.org:80", "names a port", "a.org", id="port"),
        pytest.param(scalars.Host, "*.a.org", "not a host", "wildcards", id="wildcard"),
        pytest.param(scalars.Host, "м.рф", "ASCII", "xn--", id="not in ASCII form"),
        pytest.param(scalars.Host, "é" * 70, "ASCII", "Latin", id="no ASCII form"),
        pytest.param(scalars.Host, "a" * 64, "not a host", "", id="label too long"),
        pytest.param(scalars.Host, "a." * 130 + "b", "not a host", "", id="too long"),
        pytest.param(scalars.Listen, "8080", "not a place", "127", id="port alone"),
        pytest.param(
            scalars.Listen, "a:65536", "not a place", "127", id="port too big"
        ),
        pytest.param(scalars.Listen, "a:٣", "not a place", "127", id="arabic digit"),
        pytest.param(
            scalars.Listen, "::1:80", "brackets", "[::1]:80", id="no brackets"
        ),
        pytest.param(scalars.Trusted, "*", "everyone", "Name", id="star"),
        pytest.param(scalars.Trusted, "0.0.0.0/0", "everyone", "Name", id="all IPv4"),
        pytest.param(scalars.Trusted, "::/0", "everyone", "Name", id="all of IPv6"),
        pytest.param(
            scalars.Trusted, "10.0.0.1/8", "inside", "10.0.0.0/8", id="host bits"
        ),
        pytest.param(scalars.Trusted, "proxy", "not a network", "unix", id="a name"),
        pytest.param(
            scalars.HeaderName,
            "X_Real_IP",
            "not the name",
            "x-real-ip",
            id="underscore",
        ),
        pytest.param(scalars.HeaderName, "", "not the name", "", id="empty header"),
        pytest.param(scalars.HeaderName, "A: b", "not the name", "", id="whole header"),
        pytest.param(scalars.Upstream, "a.org", "not the address", "http", id="bare"),
        pytest.param(
            scalars.Upstream, "http://a/b", "holds a path", "http://a", id="path"
        ),
        pytest.param(scalars.Upstream, "http://u@a", "user name", "", id="user"),
        pytest.param(scalars.Upstream, "http://a:x", "a port", "", id="bad port"),
        pytest.param(
            scalars.HttpsUrl, "http://a.org/", "https://", "", id="plain http"
        ),
        pytest.param(scalars.HttpsUrl, "https://", "https://", "", id="no host"),
        pytest.param(scalars.HttpsUrl, "https://a b/", "a space", "", id="space"),
        pytest.param(scalars.PageUrl, "//a.org/x", "https://", "", id="no scheme"),
        pytest.param(
            scalars.OwnPrefix, "/-", "slash at both ends", "/-/", id="one end"
        ),
        pytest.param(scalars.OwnPrefix, "/../", "slash at both", "/-/", id="dots"),
        pytest.param(scalars.OwnPrefix, "/a b/", "slash at both", "/-/", id="blank"),
        pytest.param(scalars.Method, "post", "not one of", "POST", id="small method"),
        pytest.param(scalars.Method, "TRACE", "not one of", "", id="odd method"),
        pytest.param(scalars.FilePath, "", "missing", "", id="no file"),
        pytest.param(scalars.Host, ["a"], "not several", "", id="a list"),
    ],
)
def test_a_value_that_cannot_work_is_refused_with_what_would(kind, text, message, hint):
    said, help_ = refused(kind, text)
    assert message in said
    assert hint in help_


KINDS = (
    "Host",
    "HttpsUrl",
    "PageUrl",
    "Upstream",
    "Listen",
    "HeaderName",
    "Trusted",
    "OwnPrefix",
    "Method",
)


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(alphabet=st.sampled_from("ab.:/[]%@*-_ \n\0é1270x"), max_size=20))
def test_any_text_is_taken_or_refused_and_what_is_taken_stays_the_same(kind, text):
    try:
        value = taken(getattr(scalars, kind), text)
    except ValidationError:
        return
    assert taken(getattr(scalars, kind), value) == value
