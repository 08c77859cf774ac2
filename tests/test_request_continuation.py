"""Cookie, Continue and Leave: what counts, and who could pretend."""

from __future__ import annotations

import pytest

from gate.model import Client, Kind, Request
from gate.model.revision import covers, is_revision, name_of, spelled
from gate.request.continuation import (
    acknowledged,
    continues,
    cookie_name,
    is_same_origin_navigation,
    is_user_typed_or_same_origin,
    repeats,
    shown,
    went_on,
)

HOME = "https://news.example.org"
A, B = name_of("undesirable"), name_of("words")
NOW = f"{A}0002{B}0003"
OLD = f"{A}0001{B}0003"
NEW = f"{A}0002{B}0004"
NAVIGATION = {
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
}


def request(headers=(), **more):
    fields = {
        "method": "GET",
        "scheme": "https",
        "host": "news.example.org",
        "path": "/news/1",
        "kind": Kind.DOCUMENT,
        "client": Client(0, 0),
        "headers": dict(headers),
    }
    return Request(**fields | more)


def pressed(form, headers=NAVIGATION, **more):
    asked = request(headers, **{"method": "POST", "form": form, **more})
    return continues(asked, NOW).way


@pytest.mark.parametrize(
    ("scheme", "host", "name"),
    [
        ("https", "news.example.org", "__Host-n"),
        ("http", "news.example.org", "n"),
        ("http", "localhost", "__Host-n"),
        ("http", "demo.localhost", "__Host-n"),
        ("http", "127.0.0.1", "__Host-n"),
        ("http", "[::1]", "__Host-n"),
        ("http", "127.0.0.1.evil.example", "n"),
        ("http", "localhost.evil.example", "n"),
    ],
)
def test_the_cookie_is_pinned_to_the_host_where_that_works(scheme, host, name):
    assert cookie_name(request(scheme=scheme, host=host)) == name


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        pytest.param(f"__Host-n={NOW}", True, id="alone"),
        pytest.param(f"a=b; __Host-n={NOW}; c=d", True, id="among others"),
        pytest.param(f"__Host-n={OLD}; __Host-n={NOW}", True, id="T23 second of two"),
        pytest.param(f"__Host-n={NOW}; __Host-n={OLD}", True, id="T23 first of two"),
        pytest.param(f"a=b, __Host-n={NOW}", False, id="in what a sub-domain set"),
        pytest.param(f"a=b,__Host-n={NOW}; c=d", False, id="the same, no space"),
        pytest.param(f"a=b;__Host-n={NOW};", True, id="no space"),
        pytest.param(f"__Host-n={OLD}", False, id="T22 an earlier revision"),
        pytest.param(f"__Host-n={NEW}", True, id="a later revision, of a replica"),
        pytest.param(f"__Host-n={A}0002", False, id="one of two notices"),
        pytest.param(f"__Host-n={NOW}{name_of('more')}0001", True, id="one more"),
        pytest.param(f"__Host-n={B}0003{A}0002", True, id="in another order"),
        pytest.param(f"__Host-n={NOW}0", False, id="T21 longer"),
        pytest.param(f"__Host-n={NOW[:-1]}", False, id="T21 shorter"),
        pytest.param(f"__Host-n={NOW.upper()}", False, id="capitals"),
        pytest.param(f'__Host-n="{NOW}"', False, id="quoted"),
        pytest.param(f"x__Host-n={NOW}", False, id="another name"),
        pytest.param(f"n={NOW}", False, id="name without prefix"),
        pytest.param(f"a=__Host-n={NOW}", False, id="inside of another value"),
        pytest.param("__Host-n=", False, id="empty"),
        pytest.param("", False, id="no cookie"),
        pytest.param("a;" * 40_000 + f"__Host-n={NOW}", False, id="80 kB"),
    ],
)
def test_any_valid_cookie_suffices(cookie, expected):
    assert acknowledged(request({"cookie": cookie}), NOW) is expected


def test_without_cookies_nothing_is_acknowledged():
    assert not acknowledged(request(), NOW)


def test_an_empty_revision_acknowledges_nothing():
    assert not acknowledged(request({"cookie": "__Host-n="}), "")
    assert not shown(request({"gate-shown": ""}, kind=Kind.FETCH), "")
    assert continues(request(NAVIGATION, method="POST", form=b"n="), "").way == "no"


def test_on_plain_http_the_plain_name_counts():
    assert acknowledged(request({"cookie": f"n={NOW}"}, scheme="http"), NOW)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param(f"n={NOW}", "yes", id="Continue"),
        pytest.param(f"n={NOW}&direct=", "direct", id="second button"),
        pytest.param(f"direct=1&n={NOW}", "direct", id="second button first"),
        pytest.param(f"text=hello&n={NOW}", "yes", id="a form offered again"),
        pytest.param(f"n={OLD}&n={NOW}", "yes", id="two, one valid"),
        pytest.param(f"n={OLD}", "stale", id="an older page"),
        pytest.param(f"n={NEW}", "yes", id="a newer page, of another replica"),
        pytest.param(f"n={OLD}&direct=", "stale", id="an older page, second button"),
        pytest.param("n=5", "no", id="a field of the site's own form"),
        pytest.param("n=zzzzzzzz", "no", id="no revision at all"),
        pytest.param(f"m={NOW}", "no", id="another field"),
        pytest.param("direct=", "no", id="only the second button"),
        pytest.param("", "no", id="empty form"),
        pytest.param("a&" * 64 + f"n={NOW}", "no", id="beyond 64 fields"),
    ],
)
def test_continue_carries_the_revision_that_was_shown(form, expected):
    assert pressed(form.encode()) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_only_a_post_continues(method):
    assert pressed(f"n={NOW}".encode(), method=method) == "no"


def test_a_body_that_is_no_small_form_continues_nothing():
    assert pressed(None) == "no"


def test_continue_acknowledges_what_was_shown_not_what_is_asked():
    asked = request(NAVIGATION, method="POST", form=f"n={NEW}".encode())
    assert continues(asked, NOW).shown == NEW


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({}, "yes", id="the button"),
        pytest.param({"content-type": "Text/Plain; charset=x"}, "yes", id="as text"),
        pytest.param({"referer": "https://news.example.org/x"}, "yes", id="Referer"),
        pytest.param({"content-type": None}, "no", id="no type"),
        pytest.param({"content-type": "text/plain,text/plain"}, "no", id="two types"),
        pytest.param(
            {"content-type": "application/x-www-form-urlencoded"}, "no", id="a form"
        ),
        pytest.param({"content-type": "multipart/form-data"}, "no", id="an upload"),
        pytest.param({"sec-fetch-site": "cross-site"}, "no", id="a stranger"),
        pytest.param({"sec-fetch-mode": "cors"}, "no", id="a script"),
        pytest.param({"sec-fetch-dest": "iframe"}, "no", id="a frame"),
    ],
)
def test_where_no_body_is_seen_continue_is_a_form_sent_as_text(headers, expected):
    sent = {**NAVIGATION, "content-type": "text/plain", **headers}
    asked = request(
        {name: value for name, value in sent.items() if value is not None},
        method="POST",
        target="/a/1?b=c",
        carries=False,
    )
    assert continues(asked, NOW) == (expected, NOW if expected == "yes" else "")


@pytest.mark.parametrize(
    ("cookie", "headers", "expected"),
    [
        pytest.param(OLD, {}, True, id="what another replica gave"),
        pytest.param("", {}, False, id="no cookie"),
        pytest.param("x", {}, False, id="no revision"),
        pytest.param(OLD, {"referer": f"{HOME}/"}, False, id="from elsewhere"),
        pytest.param(OLD, {"sec-fetch-site": "none"}, False, id="typed"),
    ],
)
def test_replicas_of_two_revisions_never_show_the_page_for_ever(
    cookie, headers, expected
):
    sent = NAVIGATION | {"referer": f"{HOME}/a/1", "cookie": f"__Host-n={cookie}"}
    asked = request(sent | headers, target="/a/1", carries=False)
    assert went_on(asked) is expected


@pytest.mark.parametrize(
    ("more", "headers", "expected"),
    [
        pytest.param({}, {}, True, id="the link of the page itself"),
        pytest.param({"method": "HEAD"}, {}, True, id="HEAD"),
        pytest.param({"method": "POST"}, {}, False, id="a form"),
        pytest.param({"carries": True}, {}, False, id="a door that sees bodies"),
        pytest.param({}, {"referer": None}, False, id="no Referer"),
        pytest.param({}, {"referer": f"{HOME}/a/1"}, False, id="from the article"),
        pytest.param({}, {"sec-fetch-site": "cross-site"}, False, id="a stranger"),
        pytest.param({}, {"sec-fetch-site": "none"}, False, id="typed"),
        pytest.param({"kind": Kind.PREFETCH}, {}, False, id="ahead of the reader"),
    ],
)
def test_an_act_that_is_a_link_goes_on_from_its_own_page(more, headers, expected):
    sent = NAVIGATION | {"referer": f"{HOME}/share/x?by=mail"} | headers
    asked = request(
        {name: value for name, value in sent.items() if value is not None},
        **{"target": "/share/x?by=mail", "carries": False} | more,
    )
    assert repeats(asked) is expected


def test_a_revision_is_spelled_by_ids_in_order():
    assert spelled({"words": 3, "undesirable": 2}) == NOW
    assert is_revision(NOW)
    assert not is_revision(NOW[:-1])
    assert not is_revision("")


@pytest.mark.parametrize(
    ("seen", "needed", "expected"),
    [
        (NOW, NOW, True),
        (NEW, NOW, True),
        (NOW, NEW, False),
        ("", NOW, False),
        (NOW, "", False),
        ("é" * 20, NOW, False),
        ("0" * 10 * 65, NOW, False),
    ],
)
def test_a_later_revision_covers_an_earlier_one(seen, needed, expected):
    assert covers(seen, needed) is expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(NAVIGATION, True, id="the browser says so"),
        pytest.param(NAVIGATION | {"sec-fetch-site": "none"}, False, id="typed"),
        pytest.param(NAVIGATION | {"sec-fetch-site": "same-site"}, False, id="sister"),
        pytest.param(NAVIGATION | {"sec-fetch-site": "cross-site"}, False, id="cross"),
        pytest.param(NAVIGATION | {"sec-fetch-mode": "cors"}, False, id="script"),
        pytest.param(NAVIGATION | {"sec-fetch-mode": "no-cors"}, False, id="picture"),
        pytest.param(NAVIGATION | {"sec-fetch-dest": "iframe"}, False, id="frame"),
        pytest.param(NAVIGATION | {"sec-fetch-dest": "odd"}, False, id="new word"),
        pytest.param({"origin": "https://news.example.org"}, True, id="own Origin"),
        pytest.param({"origin": "http://news.example.org:80"}, True, id="own, port"),
        pytest.param({"origin": "HTTPS://News.Example.Org"}, True, id="own, capitals"),
        pytest.param({"origin": "https://evil.example"}, False, id="another Origin"),
        pytest.param({"origin": "null"}, False, id="hidden Origin"),
        pytest.param(
            {"origin": "null", "referer": "https://news.example.org/"},
            False,
            id="hidden Origin, own Referer",
        ),
        pytest.param(
            {"referer": "https://news.example.org/news/1"}, True, id="own Referer"
        ),
        pytest.param(
            {"referer": "https://evil.example/news.example.org"},
            False,
            id="another Referer",
        ),
        pytest.param(
            {"referer": "https://news.example.org@evil.example/"},
            False,
            id="our name as a user",
        ),
        pytest.param(
            {"referer": "https://news.example.org.evil.example/"},
            False,
            id="our name in front",
        ),
        pytest.param({}, False, id="nothing said"),
        pytest.param(
            {"sec-fetch-site": "cross-site", "origin": "https://news.example.org"},
            False,
            id="Origin never overrules the browser",
        ),
    ],
)
def test_same_origin_is_what_the_browser_or_the_origin_says(headers, expected):
    assert is_same_origin_navigation(request(headers)) is expected
    found = pressed(f"n={NOW}".encode(), headers)
    assert found in ({"yes"} if expected else {"no", "stale"})


@pytest.mark.parametrize("kind", [k for k in Kind if k is not Kind.DOCUMENT])
def test_only_a_document_is_a_navigation(kind):
    assert not is_same_origin_navigation(request(NAVIGATION, kind=kind))
    assert not is_user_typed_or_same_origin(request(NAVIGATION, kind=kind))
    assert pressed(f"n={NOW}".encode(), kind=kind) == "no"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(NAVIGATION, True, id="from our page"),
        pytest.param(NAVIGATION | {"sec-fetch-site": "none"}, True, id="typed"),
        pytest.param(NAVIGATION | {"sec-fetch-site": "cross-site"}, False, id="cross"),
        pytest.param(NAVIGATION | {"sec-fetch-mode": "cors"}, False, id="script"),
        pytest.param({}, True, id="an old browser that says nothing"),
        pytest.param({"referer": "https://evil.example/"}, False, id="from elsewhere"),
        pytest.param({"referer": "https://news.example.org/"}, True, id="from here"),
        pytest.param({"origin": "null"}, False, id="hidden"),
    ],
)
def test_leave_is_for_readers_and_not_for_other_sites(headers, expected):
    assert is_user_typed_or_same_origin(request(headers)) is expected


@pytest.mark.parametrize(
    ("headers", "kind", "expected"),
    [
        pytest.param({"gate-shown": NOW}, Kind.FETCH, True, id="an old browser"),
        pytest.param(
            {"gate-shown": NOW, "sec-fetch-site": "same-origin"},
            Kind.FETCH,
            True,
            id="our own script",
        ),
        pytest.param(
            {"gate-shown": NOW, "sec-fetch-site": "cross-site"},
            Kind.FETCH,
            False,
            id="a script from elsewhere",
        ),
        pytest.param({"gate-shown": OLD}, Kind.FETCH, False, id="another revision"),
        pytest.param({"gate-shown": NOW}, Kind.DOCUMENT, False, id="a navigation"),
        pytest.param({}, Kind.FETCH, False, id="nothing"),
    ],
)
def test_a_script_may_say_that_the_notice_was_shown(headers, kind, expected):
    assert shown(request(headers, kind=kind), NOW) is expected


@pytest.mark.parametrize(
    ("site", "referer", "own", "leaves"),
    [
        pytest.param("same-origin", f"{HOME}/news/1", True, True, id="from this site"),
        pytest.param("same-origin", None, False, True, id="typed"),
        pytest.param("same-origin", "https://evil.example/", False, False, id="forged"),
        pytest.param("same-origin", "data:,", False, False, id="from nowhere"),
        pytest.param("cross-site", f"{HOME}/news/1", False, False, id="cross-site"),
        pytest.param("same-site", f"{HOME}/news/1", False, False, id="sub-domain"),
    ],
)
def test_what_a_service_worker_hands_on_is_a_navigation_and_doubted(
    site, referer, own, leaves
):
    headers = NAVIGATION | {"sec-fetch-dest": "empty", "sec-fetch-site": site}
    headers |= {"origin": HOME} | ({"referer": referer} if referer else {})
    assert is_same_origin_navigation(request(headers)) is own
    assert is_user_typed_or_same_origin(request(headers)) is leaves
    assert pressed(f"n={NOW}".encode(), headers) == ("yes" if own else "stale")
    script = headers | {"sec-fetch-mode": "cors"}
    assert not is_same_origin_navigation(request(script))


def test_a_proxy_may_name_the_site_in_another_way_than_browsers_do():
    headers = NAVIGATION | {"referer": "https://www.example.org/news/1"}
    assert is_same_origin_navigation(request(headers))
    assert is_user_typed_or_same_origin(request(headers))
