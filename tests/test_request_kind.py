"""What a request is for: the table, and what must never pass for an asset."""

from __future__ import annotations

import pytest

from gate.errors import AnonymousPrefetchError
from gate.model import Kind
from gate.request.kind import BY_DESTINATION, kind_of

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def kind(method="GET", *, feed=False, **headers):
    fields = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return kind_of({"REQUEST_METHOD": method, **fields}, feed=feed)


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ("document", Kind.DOCUMENT),
        *((frame, Kind.FRAME) for frame in ("iframe", "frame", "embed", "object")),
        ("fencedframe", Kind.FRAME),
        ("empty", Kind.FETCH),
        ("json", Kind.FETCH),
        *((asset, Kind.ASSET) for asset in ("image", "style", "script", "font")),
        *((asset, Kind.ASSET) for asset in ("audio", "video", "track", "manifest")),
        *((worker, Kind.ASSET) for worker in ("worker", "serviceworker")),
        ("", Kind.DOCUMENT),
        ("Image", Kind.DOCUMENT),
        ("image,document", Kind.DOCUMENT),
        ("something-new", Kind.DOCUMENT),
    ],
)
def test_the_destination_decides(destination, expected):
    assert kind(sec_fetch_dest=destination, accept="image/png") is expected


def test_a_navigation_that_a_service_worker_hands_on_is_one():
    said = {"sec_fetch_dest": "empty", "accept": BROWSER}
    assert kind(**said, sec_fetch_mode="navigate") is Kind.DOCUMENT
    for mode in ("cors", "no-cors", "same-origin", ""):
        assert kind(**said, sec_fetch_mode=mode) is Kind.FETCH
    ahead = kind(**said, sec_fetch_mode="navigate", sec_purpose="prefetch")
    assert ahead is Kind.PREFETCH


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param(BROWSER, Kind.DOCUMENT, id="an old browser navigates"),
        pytest.param(None, Kind.DOCUMENT, id="a program that says nothing"),
        pytest.param("*/*", Kind.DOCUMENT, id="anything"),
        pytest.param("", Kind.DOCUMENT, id="empty"),
        pytest.param("*/*;q=0.5", Kind.DOCUMENT, id="anything, with a weight"),
        pytest.param("text/plain", Kind.DOCUMENT, id="plain text"),
        pytest.param("image/png,text/html", Kind.DOCUMENT, id="pictures or pages"),
        pytest.param("x" * 9999 + ",image/png", Kind.DOCUMENT, id="endless"),
        pytest.param("application/rss+xml", Kind.FEED, id="RSS"),
        pytest.param("application/atom+xml, */*;q=0.1", Kind.FEED, id="Atom"),
        pytest.param("APPLICATION/FEED+JSON", Kind.FEED, id="JSON feed"),
        pytest.param("application/rss+xml,text/html", Kind.DOCUMENT, id="feed or page"),
        pytest.param("application/json", Kind.FETCH, id="JSON"),
        pytest.param("application/json, text/plain, */*", Kind.FETCH, id="a library"),
        pytest.param("application/ld+json", Kind.FETCH, id="JSON of a kind"),
        pytest.param("text/event-stream", Kind.FETCH, id="event stream"),
        pytest.param("image/png,image/*;q=0.8,*/*;q=0.5", Kind.ASSET, id="picture"),
        pytest.param("text/css,*/*;q=0.1", Kind.ASSET, id="style"),
        pytest.param("*/*,image/png", Kind.DOCUMENT, id="anything first"),
    ],
)
def test_accept_decides_where_the_destination_is_absent(accept, expected):
    assert (kind() if accept is None else kind(accept=accept)) is expected


def test_a_script_cannot_pass_its_fetch_for_a_feed():
    fetched = kind(sec_fetch_dest="empty", accept="application/rss+xml")
    assert fetched is Kind.FETCH


@pytest.mark.parametrize("destination", ["document", "empty", "iframe", None])
def test_a_configured_feed_is_a_feed_for_everybody(destination):
    headers = {"sec_fetch_dest": destination} if destination else {}
    assert kind(feed=True, **headers) is Kind.FEED


def test_only_a_complete_preflight_is_one():
    asked = {"access_control_request_method": "POST", "sec_fetch_dest": "empty"}
    assert kind("OPTIONS", **asked) is Kind.PREFLIGHT
    assert kind("OPTIONS", sec_fetch_dest="empty") is Kind.FETCH
    assert kind("GET", **asked) is Kind.FETCH


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"sec_purpose": "prefetch"}, id="prefetch"),
        pytest.param({"sec_purpose": "prefetch;prerender"}, id="prerender"),
        pytest.param({"sec_purpose": "whatever-comes"}, id="a later word"),
        pytest.param({"purpose": "prefetch"}, id="older Chromium"),
        pytest.param({"x_purpose": "prefetch"}, id="older Safari"),
        pytest.param({"x_moz": "prefetch"}, id="Firefox"),
        pytest.param({"purpose": " Prefetch "}, id="capitals"),
    ],
)
@pytest.mark.parametrize("destination", ["document", "empty", "iframe"])
def test_what_runs_ahead_of_a_reader_is_a_prefetch(headers, destination):
    assert kind(sec_fetch_dest=destination, **headers) is Kind.PREFETCH


def test_pictures_of_a_page_rendered_ahead_stay_pictures():
    ahead = kind(sec_fetch_dest="image", sec_purpose="prefetch;prerender")
    assert ahead is Kind.ASSET


@pytest.mark.parametrize("field", ["purpose", "x_purpose"])
def test_a_declared_preview_is_a_preview(field):
    assert kind(accept=BROWSER, **{field: "preview"}) is Kind.PREVIEW


def test_a_preview_is_never_guessed_from_a_user_agent():
    assert kind(accept=BROWSER, user_agent="TelegramBot") is Kind.DOCUMENT


def test_an_unknown_older_purpose_means_nothing():
    assert kind(sec_fetch_dest="document", x_moz="microsummary") is Kind.DOCUMENT


@pytest.mark.parametrize("destination", ["document", "image", "empty"])
@pytest.mark.parametrize(
    "purpose",
    [
        "prefetch;anonymous-client-ip",
        "prefetch;prerender;anonymous-client-ip",
        "prefetch; Anonymous-Client-IP",
    ],
)
def test_a_prefetch_that_hides_the_reader_is_refused(destination, purpose):
    with pytest.raises(AnonymousPrefetchError) as refused:
        kind(sec_fetch_dest=destination, sec_purpose=purpose, feed=True)
    assert refused.value.status == 503


def test_every_destination_that_could_be_an_article_is_gated():
    passing = {word for word, found in BY_DESTINATION.items() if found is Kind.ASSET}
    assert not passing & {"document", "iframe", "frame", "embed", "object", "empty"}
