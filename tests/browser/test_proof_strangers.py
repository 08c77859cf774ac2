"""Check 8, continued: no other site can press Continue, or see what is behind it."""

from __future__ import annotations

import pytest
from proof_site import EXPLAINER, MARKER, eventually

pytestmark = pytest.mark.browser
ARTICLE = "/a/owl"
HOSTS = pytest.mark.parametrize("host", ["origin", "other_host"], ids=["port", "site"])
FORMS = ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]
AHEAD = """path => {
  const link = document.createElement("link");
  Object.assign(link, {rel: "prefetch", href: path});
  document.head.append(link);
  const rules = document.createElement("script");
  rules.type = "speculationrules";
  const ahead = [{source: "list", urls: [path + "?b"], eagerness: "immediate"}];
  rules.textContent = JSON.stringify({prefetch: ahead, prerender: ahead});
  document.head.append(rules);
}"""


@pytest.fixture
def unmoved(proof):
    """Check afterwards that the reader still meets the page, and has no cookie."""

    def check(page):
        assert page.context.cookies(proof.origin) == []
        assert page.goto(proof.origin + ARTICLE).status == 403
        # A form of another kind may be the site's own: it has it, and answers nobody.
        assert {method for method, _ in proof.newsroom.seen} <= {"POST"}

    return check


@HOSTS
@pytest.mark.parametrize("kind", FORMS)
def test_a_form_elsewhere_never_continues(visit, proof, stranger, unmoved, host, kind):
    for direct in ("", "<input name=direct value=1>"):
        page = visit(None)
        stranger.pages["/trap"] = (
            f'<form method=post action="{proof.origin}{ARTICLE}" enctype="{kind}">'
            f'<input name=n value="{proof.revision}">{direct}<button>Win</button>'
        )
        page.goto(getattr(stranger, host) + "/trap")
        page.get_by_role("button", name="Win").click()
        page.wait_for_load_state()
        assert page.url == proof.origin + ARTICLE
        assert MARKER not in page.content()
        unmoved(page)


@HOSTS
def test_a_link_elsewhere_brings_the_page(visit, proof, stranger, unmoved, host):
    page = visit(None)
    stranger.pages["/trap"] = (
        f'<a href="{proof.origin}{ARTICLE}?n={proof.revision}&direct=1">Read</a>'
    )
    page.goto(getattr(stranger, host) + "/trap")
    page.get_by_role("link", name="Read").click()
    page.wait_for_load_state()
    assert page.locator("input[name=n]").count()
    unmoved(page)


@HOSTS
@pytest.mark.parametrize("element", ["iframe", "embed", "object data"])
def test_a_frame_elsewhere_shows_neither_page_nor_article(
    visit, proof, stranger, unmoved, host, element
):
    attribute = element if " " in element else f"{element} src"
    stranger.pages["/frame"] = f'<{attribute}="{proof.origin}{ARTICLE}">'
    page = visit(None)
    page.goto(getattr(stranger, host) + "/frame")
    eventually(page, lambda: proof.asked)
    page.wait_for_timeout(200)  # for what came to be shown
    for frame in page.frames[1:]:
        assert MARKER not in frame.content()
        assert frame.locator("button, input").count() == 0
    unmoved(page)


@HOSTS
def test_a_script_elsewhere_learns_nothing(visit, proof, stranger, unmoved, host):
    page = visit(None)
    page.goto(getattr(stranger, host) + "/")
    told = page.evaluate(
        """async ([url, n]) => {
          const form = {method: "POST", body: new URLSearchParams({n, direct: 1})};
          const sent = [[url], [url, form], [url, {mode: "no-cors"}],
            [url, {...form, mode: "no-cors", credentials: "include"}]];
          return await Promise.all(sent.map(args => fetch(...args).then(
            answer => answer.type + answer.status, () => "refused")));
        }""",
        [proof.origin + ARTICLE, proof.revision],
    )
    assert told == ["refused", "refused", "opaque0", "opaque0"]
    assert page.context.cookies(proof.origin) == []
    unmoved(page)


@pytest.mark.parametrize("host", ["this site", "another"])
def test_what_is_fetched_ahead_acknowledges_nothing(
    visit, proof, stranger, unmoved, host
):
    page = visit(None)
    answers = []
    page.context.on("response", lambda r: answers.append((r.url, r.status)))
    page.goto(proof.origin + EXPLAINER if host == "this site" else stranger.other_host)
    page.evaluate(AHEAD, proof.origin + ARTICLE)
    eventually(page, lambda: any("sec-purpose" in one.fields for one in proof.asked))
    page.wait_for_timeout(400)  # for the rest
    ahead = {s for url, s in answers if url.startswith(proof.origin + ARTICLE)}
    assert ahead <= {403}
    assert ("GET", ARTICLE) not in proof.newsroom.seen
    proof.newsroom.seen.clear()  # it had the explainer
    unmoved(page)


def test_nothing_ahead_of_a_person_presses_continue(proof):
    same = {
        "Origin": proof.origin,
        "Sec_Fetch_Site": "same-origin",
        "Sec_Fetch_Mode": "navigate",
        "Sec_Fetch_Dest": "document",
        "Content_Type": "application/x-www-form-urlencoded",
    }
    form = f"n={proof.revision}"
    assert proof.ask("POST", body=form, **same).status == 303
    for purpose in ("prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"):
        reply = proof.ask("POST", body=form, **same, Sec_Purpose=purpose)
        assert reply.status != 303
        assert "Set-Cookie" not in reply.headers
        assert not reply.is_article
