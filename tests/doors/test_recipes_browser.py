"""A reader with a real browser, before real servers that ask the gate."""

from __future__ import annotations

import pytest

from gate.request.continuation import COOKIE

pytestmark = pytest.mark.browser
MOSCOW, BERLIN = "77.88.8.8", "91.64.0.1"
ARTICLE, WARNING = "An owl is easier to hear", "form#go"


@pytest.fixture(params=["nginx", "caddy", "haproxy", "varnish"])
def front(request, fronted):
    return fronted(request.param)


@pytest.fixture
def reader(chromium):
    """Open pages as a reader at an address."""
    contexts = []

    def at(address):
        context = chromium.new_context(
            locale="ru-RU", extra_http_headers={"X-Forwarded-For": address}
        )
        contexts.append(context)
        return context.new_page()

    yield at
    for context in contexts:
        context.close()


def test_continue_brings_the_article_at_its_own_address(front, reader):
    page, url = reader(MOSCOW), f"http://localhost:{front.port}/a/owls?from=front"
    assert page.goto(url).status == 403
    assert page.locator(WARNING).count() == 1
    assert not front.site.seen("/a/owls")
    page.get_by_role("button", name="Читать").first.click()
    page.wait_for_load_state()
    assert ARTICLE in page.content()
    assert page.url == url
    assert [c["name"] for c in page.context.cookies()] == [f"__Host-{COOKIE}"]
    assert page.goto(f"http://localhost:{front.port}/a/more").status == 200


def test_a_form_elsewhere_on_the_site_is_not_taken_for_continue(front, reader):
    page = reader(MOSCOW)
    page.goto(f"http://localhost:{front.port}/about/undesirable/why")
    assert ARTICLE in page.content()  # the explainer is open to everybody
    page.evaluate(
        "document.body.innerHTML = '<form method=post action=/login>"
        "<input name=user value=me><button>Log in</button></form>'"
    )
    page.get_by_role("button", name="Log in").click()
    page.wait_for_load_state()
    assert page.locator(WARNING).count() == 1
    assert page.context.cookies() == []
    assert not front.site.seen("/login")


def test_sharing_by_a_link_meets_its_own_page_and_goes_on_from_it(front, reader):
    page = reader(MOSCOW)
    page.goto(f"http://localhost:{front.port}/about/undesirable/why")
    page.evaluate("document.body.innerHTML = '<a href=\"/share/x?by=mail\">Share</a>'")
    page.get_by_role("link", name="Share").click()
    page.wait_for_load_state()
    assert not front.site.seen("/share/x")
    page.locator("a.way[href='']").first.click()
    page.wait_for_load_state()
    assert [hit.method for hit in front.site.seen("/share/x")] == ["GET"]


def test_readers_elsewhere_meet_nothing(front, reader):
    page = reader(BERLIN)
    assert page.goto(f"http://localhost:{front.port}/a/owls").status == 200
    assert page.context.cookies() == []
