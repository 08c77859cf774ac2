"""A site that consists of the gate's pages alone, and a Chromium to open them."""

from __future__ import annotations

import pytest
from pages_site import LOOK, NOTICES, PagesSite, serving
from proof_site import Stranger, proving

from gate.notices import compile_pages, load_notices


@pytest.fixture(scope="session")
def notices():
    found, findings = load_notices(NOTICES)
    assert [f for f in findings if f.severity == "error"] == []
    return found


@pytest.fixture(scope="session")
def pages(notices):
    return compile_pages(notices, LOOK)


@pytest.fixture
def site(pages):
    """A site of pages, with its origin in `.origin`."""
    made = PagesSite(pages)
    with serving(made) as origin:
        made.origin = origin
        made.exit_url = origin.replace("127.0.0.1", "localhost") + "/elsewhere"
        yield made


@pytest.fixture
def open_page(chromium, site):
    """Open a path of the site in a context of its own; keeps CSP violations."""
    contexts = []

    def open_(path="/news/article", *, locale="en-US", browser=None, **options):
        context = (browser or chromium).new_context(locale=locale, **options)
        contexts.append(context)
        page = context.new_page()
        page.violations = []
        page.on("console", lambda m: page.violations.append(m.text))
        page.goto(site.origin + path)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory, session_state):
    """The whole gate with a newsroom behind it, for all tests of a module."""
    with proving(tmp_path_factory.mktemp("proof"), session_state) as site:
        yield site


@pytest.fixture
def proof(newsroom):
    """The newsroom, with a reader in Moscow and nothing asked for yet."""
    newsroom.forget()
    return newsroom


@pytest.fixture
def stranger():
    """Somebody else's site, on another port; `.origin` and `.other_host` lead there."""
    made = Stranger()
    with serving(made) as made.origin:
        made.other_host = made.origin.replace("127.0.0.1", "localhost")
        yield made


# Tells what the policy of a page refuses, and what fails in its script.
LISTEN = """addEventListener("securitypolicyviolation", event => console.error(
  "CSP " + event.violatedDirective + " " + event.blockedURI));"""


@pytest.fixture
def visit(chromium, proof):
    """Open a page of the newsroom in a context of its own.

    `.sent` are the addresses that it asked for, `.refused` what its policy refused.
    """
    contexts = []

    def visit_(path="/a/owl", *, language="ru", browser=None, **options):
        context = (browser or chromium).new_context(
            locale=language, ignore_https_errors=True, **options
        )
        contexts.append(context)
        return follow(context, context.new_page(), path and proof.origin + path)

    yield visit_
    for context in contexts:
        context.close()


def follow(context, page, url):
    """Note what a page asks for and what its policy refuses, then go there."""
    page.sent, page.refused = [], []
    context.on("request", lambda request: page.sent.append(request.url))
    context.add_init_script(LISTEN)
    page.on(
        "console",
        lambda message: "CSP" in message.text and page.refused.append(message.text),
    )
    page.on("pageerror", lambda error: page.refused.append(str(error)))
    page.answer = page.goto(url) if url else None
    return page
