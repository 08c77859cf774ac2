"""Paths that take a detour: refused where a site could read more into them."""

from __future__ import annotations

from io import BytesIO

import pytest

from gate.engine import Gate
from gate.model import Answer

MOSCOW, BERLIN = "77.88.8.8", "91.64.0.1"


@pytest.fixture
def ask(make_config):
    """Ask for a path, decoded once, as a WSGI server hands it over."""

    def load(**changes):
        gate = Gate.load(make_config(**changes))

        def ask(path, address=MOSCOW, method="GET", raw=None, **more):
            environ = {
                "REQUEST_METHOD": method,
                "SCRIPT_NAME": "",
                "PATH_INFO": path,
                "QUERY_STRING": "",
                "REMOTE_ADDR": address,
                "HTTP_HOST": "localhost",
                "HTTP_SEC_FETCH_DEST": "document",
                "wsgi.url_scheme": "http",
                "wsgi.input": BytesIO(),
                **more,
            }
            if raw is not None:
                environ["RAW_URI"] = raw
            outcome = gate.handle(environ, door="wsgi")
            return outcome.status if isinstance(outcome, Answer) else 200

        ask.revision = gate.snapshot.pages.revision
        return ask

    return load


@pytest.mark.parametrize(
    "path",
    [
        "/a/1/../../robots.txt",
        "/x/../robots.txt",
        "/./robots.txt",
        "//robots.txt",
        "//.well-known/a/1",
        "/.well-known/;/../a/1",
        "/share/1/../../robots.txt",
    ],
)
@pytest.mark.parametrize("address", [MOSCOW, BERLIN])
def test_no_detour_leads_to_less(ask, path, address):
    """In Berlin as well: a cache could keep what a site answers to such a path."""
    assert ask()(path, address) == 400


@pytest.mark.parametrize(
    "path", ["/x/../a/1", "//a//1", "/./a/1", "/robots.txt/../a/1", "/.well-known/../a"]
)
def test_a_detour_to_an_article_is_an_article(ask, path):
    asked = ask()
    assert asked(path) == 403
    assert asked(path, BERLIN) == 200


def test_a_detour_within_what_is_exempt_is_exempt(ask):
    assert ask()("/.well-known//x") == 200


def test_a_fragment_may_only_follow_an_article(ask):
    asked = ask()
    assert asked("/a/1", raw="/a/1#/robots.txt") == 403
    assert asked("/.well-known/x", raw="/.well-known/x#/../../a/1") == 400
    assert asked("/robots.txt", raw="/robots.txt?x#y") == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_act_on_the_way_to_an_article_is_not_covered(ask, method):
    """To a site that looks at the beginning, the article would be the act."""
    asked = ask()
    cookie = {"HTTP_COOKIE": f"__Host-n={asked.revision}"}
    assert asked("/share/1/../../a/1", method=method, **cookie) == 400
    assert asked("/share/x/../1", method=method, **cookie) == 403


def test_who_only_observes_refuses_nothing_more(ask):
    assert ask(mode="observe")("/a/1/../../robots.txt") == 200


@pytest.mark.parametrize(
    "path",
    ["/a/1/../../feed.xml", "//feed.xml", "/./feeds/x", "/feeds/../a/../feed.xml"],
)
def test_no_detour_leads_to_a_feed(ask, path):
    """A feed passes; a site that resolves nothing would give an article for it."""
    assert ask()("/feed.xml") == 200
    assert ask()(path) != 200
