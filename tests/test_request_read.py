"""From a WSGI environ to a Request: hosts, schemes, the two views of a path, forms."""

from __future__ import annotations

from io import BytesIO

import pytest

from gate.errors import (
    BadBodyError,
    BadHostError,
    BadMethodError,
    BadPathError,
    ConfigError,
    RequestError,
    TwoPathsError,
    UnknownHostError,
)
from gate.model import Client, Kind, Request, Unknown
from gate.request.read import EnvironHeaders, ReadSettings, peek_form, read_environ

PROXY = "10.0.0.5"
STRANGER = "198.51.100.7"
SETTINGS = ReadSettings.compile(
    hosts=["News.Example.org", "münchen.example", "localhost", "[::1]"],
    trusted_proxies=["10.0.0.0/8"],
    header="x-forwarded-for",
    feed_paths=["/rss", "/feeds/**", "/*/atom.xml"],
)


def environ(**more):
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/news/1",
        "REMOTE_ADDR": STRANGER,
        "HTTP_HOST": "news.example.org",
        "wsgi.url_scheme": "http",
        **more,
    }


def read(**more):
    return read_environ(environ(**more), SETTINGS, door="test")


def test_a_request_is_read():
    request = read(HTTP_SEC_FETCH_DEST="document", HTTP_ACCEPT_LANGUAGE="ru")
    client = Client(4, 0xC6336407)
    assert request[:6] == (
        *("GET", "http", "news.example.org", "/news/1", Kind.DOCUMENT),
        client,
    )
    assert isinstance(request, Request)
    assert isinstance(request.client, Client)
    assert len(request.client) == len(Client(0, 0))
    assert request.headers.get("accept-language") == "ru"
    assert request.form is None
    assert request.door == "test"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("NEWS.Example.ORG", "news.example.org", id="T17 capitals"),
        pytest.param("news.example.org.", "news.example.org", id="T17 last dot"),
        pytest.param("news.example.org:443", "news.example.org", id="T17 port"),
        pytest.param("News.example.org.:8443", "news.example.org", id="T17 all"),
        pytest.param("xn--mnchen-3ya.example", "xn--mnchen-3ya.example", id="A-label"),
        pytest.param("münchen.example", "xn--mnchen-3ya.example", id="U-label"),
        pytest.param("[::1]:8000", "[::1]", id="IPv6"),
    ],
)
def test_a_host_has_one_spelling(host, expected):
    assert read(HTTP_HOST=host).host == expected


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("evil.example", id="another name"),
        pytest.param("news.example.org.evil.example", id="our name in front"),
        pytest.param("evilnews.example.org", id="our name behind"),
        pytest.param("127.0.0.1", id="an address"),
    ],
)
def test_another_host_is_misdirected(host):
    with pytest.raises(UnknownHostError) as refused:
        read(HTTP_HOST=host)
    assert refused.value.status == 421


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("", id="empty"),
        pytest.param("news.example.org,news.example.org", id="repeated line"),
        pytest.param("news.example.org, evil.example", id="two hosts"),
        pytest.param("good@news.example.org", id="user"),
        pytest.param("news.example.org/x", id="path"),
        pytest.param("news.example.org:http", id="port that is no number"),
        pytest.param("news.example.org..", id="two dots"),
        pytest.param("news .example.org", id="space inside"),
        pytest.param("news.example.org\x00", id="NUL"),
        pytest.param("[::1", id="open bracket"),
        pytest.param("ü" * 200 + ".example", id="endless label"),
    ],
)
def test_what_is_not_one_host_is_refused(host):
    with pytest.raises(BadHostError) as refused:
        read(HTTP_HOST=host)
    assert refused.value.status == 400


def test_a_request_without_host_is_refused():
    request = environ()
    del request["HTTP_HOST"]
    with pytest.raises(BadHostError):
        read_environ(request, SETTINGS, door="test")


@pytest.mark.parametrize("host", ["https://news.example.org", "a b", ""])
def test_a_configured_host_must_be_one(host):
    with pytest.raises(ConfigError):
        ReadSettings.compile(hosts=[host])


@pytest.mark.parametrize(
    "field",
    [
        *("X_ORIGINAL_URI", "X_ORIGINAL_URL", "X_REWRITE_URL", "X_FORWARDED_URI"),
        *("X_FORWARDED_PREFIX", "X_REPLACED_PATH", "X_HTTP_METHOD_OVERRIDE"),
        *("X_FORWARDED_METHOD", "X_FORWARDED_HOST", "X_FORWARDED_PORT", "X_GATE_PASS"),
    ],
)
@pytest.mark.parametrize("peer", [STRANGER, PROXY])
def test_no_other_header_names_path_host_or_method(field, peer):
    spoofed = read(REMOTE_ADDR=peer, **{f"HTTP_{field}": "/robots.txt"})
    plain = read(REMOTE_ADDR=peer)
    assert spoofed._replace(headers=plain.headers) == plain


@pytest.mark.parametrize(
    ("peer", "declared", "scheme"),
    [
        pytest.param(PROXY, "https", "https", id="our proxy"),
        pytest.param(PROXY, " HTTPS ", "https", id="our proxy, loudly"),
        pytest.param(STRANGER, "https", "http", id="a stranger"),
        pytest.param(PROXY, "evil", "http", id="T9 another scheme"),
        pytest.param(PROXY, "https, http", "http", id="two"),
        pytest.param(PROXY, "", "http", id="empty"),
    ],
)
def test_a_scheme_is_believed_from_our_proxies_only(peer, declared, scheme):
    request = read(REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO=declared)
    assert request.scheme == scheme


def test_without_word_the_server_knows_the_scheme():
    assert read(**{"wsgi.url_scheme": "https"}).scheme == "https"


@pytest.mark.parametrize(
    ("script", "info", "expected"),
    [
        pytest.param("", "", "/", id="T16 empty"),
        pytest.param("/app", "", "/app", id="mounted, root"),
        pytest.param("/app", "/news/1", "/app/news/1", id="mounted"),
        pytest.param("/", "/news/1", "/news/1", id="mounted at a slash"),
        pytest.param("/a", "/../news/1", "/news/1", id="dots over the seam"),
        pytest.param("", "/\xd1\x8f", "/я", id="UTF-8 as Latin-1"),
        pytest.param("/articles", "/healthz", "/articles/healthz", id="T6 SCRIPT_NAME"),
    ],
)
def test_both_halves_of_a_path_count(script, info, expected):
    assert read(SCRIPT_NAME=script, PATH_INFO=info).path == expected


@pytest.mark.parametrize(
    ("script", "info"),
    [
        pytest.param("", "news/1", id="T16 no slash"),
        pytest.param("/app", "news/1", id="T16 no slash behind a mount"),
        pytest.param("app", "/news/1", id="mount without slash"),
        pytest.param("", "*", id="T16 asterisk"),
        pytest.param("", "/\xff", id="no UTF-8"),
        pytest.param("", "/news/1\x00", id="NUL"),
    ],
)
def test_a_path_that_is_none_is_refused(script, info):
    with pytest.raises(BadPathError):
        read(SCRIPT_NAME=script, PATH_INFO=info)


@pytest.mark.parametrize("field", ["RAW_URI", "REQUEST_URI"])
@pytest.mark.parametrize(
    ("info", "raw"),
    [
        pytest.param("/news/1", "/news/1", id="the same"),
        pytest.param("/news/1", "/news/1?x=/healthz", id="query"),
        pytest.param("/news/1", "/%6eews/1", id="encoded"),
        pytest.param("/x/../news/1", "/x/%2e%2e/news/1", id="dots"),
        pytest.param("/news/1", "//news//1", id="slashes merged by the server"),
        pytest.param("/news/1", "http://news.example.org/news/1", id="absolute form"),
        pytest.param("/news/1", "http://NEWS.example.org:80/news/1", id="with port"),
        pytest.param("/news/1", "", id="empty"),
    ],
)
def test_two_views_of_one_path_agree(field, info, raw):
    assert read(PATH_INFO=info, **{field: raw}).path == "/news/1"


@pytest.mark.parametrize(
    ("info", "raw"),
    [
        pytest.param("/healthz", "/news/1", id="another path"),
        pytest.param("/healthz", "/healthz%2f..%2fnews/1", id="hidden dots"),
        pytest.param("/news/1#/healthz", "/news/1#/healthz", id="server kept the hash"),
        pytest.param("/news/1", "/news/1/", id="trailing slash"),
    ],
)
def test_two_views_that_differ_are_refused(info, raw):
    with pytest.raises(TwoPathsError) as refused:
        read(PATH_INFO=info, RAW_URI=raw)
    assert refused.value.status == 400


@pytest.mark.parametrize("raw", ["http://evil.example/news/1", "http://a@news/news/1"])
def test_an_absolute_form_for_another_host_is_refused(raw):
    with pytest.raises(RequestError) as refused:
        read(RAW_URI=raw)
    assert refused.value.status == 400


def proxy_fixed(peer, **more):
    original = {"REMOTE_ADDR": peer, "SCRIPT_NAME": "", "wsgi.url_scheme": "http"}
    return read(**{"werkzeug.proxy_fix.orig": original, **more})


def test_the_socket_peer_counts_even_behind_proxy_fix():
    spoofed = proxy_fixed(
        STRANGER, REMOTE_ADDR="8.8.8.8", HTTP_X_FORWARDED_FOR="8.8.8.8"
    )
    assert spoofed.client == Client(4, 0xC6336407, None, Unknown.BAD_ADDRESS)


@pytest.mark.parametrize(
    ("peer", "path"),
    [
        pytest.param(PROXY, "/app/news/1", id="our proxy cut a prefix off"),
        pytest.param(STRANGER, "/news/1", id="a stranger claims a prefix"),
    ],
)
def test_a_prefix_of_proxy_fix_is_believed_from_our_proxies(peer, path):
    request = proxy_fixed(peer, SCRIPT_NAME="/app", RAW_URI="/news/1?x=1")
    assert request.path == path


def test_proxy_fix_excuses_no_other_path():
    with pytest.raises(TwoPathsError):
        proxy_fixed(PROXY, PATH_INFO="/healthz", RAW_URI="/news/1")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/rss", Kind.FEED),
        ("/rss/", Kind.FEED),
        ("/rss/x", Kind.DOCUMENT),
        ("/feeds", Kind.FEED),
        ("/feeds/a/b.xml", Kind.FEED),
        ("/feedsx", Kind.DOCUMENT),
        ("/sport/atom.xml", Kind.FEED),
        ("/a/b/atom.xml", Kind.DOCUMENT),
        ("/sport/atomxxml", Kind.DOCUMENT),
    ],
)
def test_configured_feeds_are_feeds(path, kind):
    assert read(PATH_INFO=path).kind is kind


def test_a_site_without_feeds_has_none():
    settings = ReadSettings.compile(hosts=["news.example.org"])
    assert read_environ(environ(), settings, door="test").kind is Kind.DOCUMENT


@pytest.mark.parametrize(
    ("method", "expected"), [("post", "POST"), ("PROPFIND", "PROPFIND")]
)
def test_a_method_is_read_as_sites_read_it(method, expected):
    assert read(REQUEST_METHOD=method).method == expected


@pytest.mark.parametrize("method", ["", "G T", "GET\x00", "ПОСТ", "X" * 99])
def test_a_method_that_is_no_token_is_refused(method):
    with pytest.raises(BadMethodError):
        read(REQUEST_METHOD=method)


def form(body=b"n=abc", *, length=None, media="application/x-www-form-urlencoded"):
    return environ(
        REQUEST_METHOD="POST",
        CONTENT_TYPE=media,
        CONTENT_LENGTH=str(len(body)) if length is None else length,
        **{"wsgi.input": BytesIO(body)},
    )


def test_a_small_form_is_read_and_put_back():
    request = form()
    assert read_environ(request, SETTINGS, door="test").form == b"n=abc"
    assert request["wsgi.input"].read() == b"n=abc"


def test_a_form_with_a_charset_is_a_form():
    media = "Application/X-WWW-Form-Urlencoded; charset=UTF-8"
    assert peek_form(form(media=media)) == b"n=abc"


def test_nothing_beyond_the_form_is_read():
    request = form(length="5")
    request["wsgi.input"] = BytesIO(b"n=abcGET /next")
    assert peek_form(request) == b"n=abc"


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(form(b"x" * 16_385), id="larger than 16 KiB"),
        pytest.param(form(media="multipart/form-data"), id="another type"),
        pytest.param(form(media=""), id="no type"),
        pytest.param(form(length=""), id="no length"),
        pytest.param(form(length="-1"), id="negative"),
        pytest.param(form(length="5x"), id="no number"),
        pytest.param(form(length="\u0665"), id="a digit of another script"),
        pytest.param(form(length="9" * 99), id="endless number"),
        pytest.param(form() | {"HTTP_TRANSFER_ENCODING": "chunked"}, id="chunked"),
    ],
)
def test_anything_else_is_left_untouched(request_):
    before = request_["wsgi.input"]
    assert peek_form(request_) is None
    assert request_["wsgi.input"] is before
    assert before.tell() == 0


def test_a_form_that_breaks_off_is_refused():
    with pytest.raises(BadBodyError):
        read_environ(form(length="9"), SETTINGS, door="test")


def test_a_client_that_goes_away_is_refused():
    class Gone:
        def read(self, _size):
            raise ConnectionResetError

    with pytest.raises(BadBodyError):
        peek_form(form() | {"wsgi.input": Gone()})


def test_a_get_never_reads_a_body():
    assert read(**{"wsgi.input": None, "CONTENT_LENGTH": "5"}).form is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accept-language", "ru"),
        ("content-type", "text/plain"),
        ("content-length", "5"),
        ("cookie", None),
        ("odd", None),
    ],
)
def test_headers_are_found_by_their_names(name, expected):
    headers = EnvironHeaders(
        {
            "HTTP_ACCEPT_LANGUAGE": "ru",
            "CONTENT_TYPE": "text/plain",
            "CONTENT_LENGTH": "5",
            "HTTP_ODD": 1,
        }
    )
    assert headers.get(name) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_HOST": "secret.example"},
        {"HTTP_HOST": "secret example"},
        {"PATH_INFO": "/secret\x00"},
        {"RAW_URI": "/secret"},
        {"REQUEST_METHOD": "SECRET WORD"},
        {"HTTP_SEC_PURPOSE": "prefetch;anonymous-client-ip;secret"},
    ],
)
def test_no_message_tells_what_a_visitor_sent(more):
    with pytest.raises(RequestError) as refused:
        read(**more)
    assert "secret" not in f"{refused.value} {refused.value.hint}".lower()
    assert refused.value.code.startswith("E4")
