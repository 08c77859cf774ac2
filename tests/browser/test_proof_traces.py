"""Check 10: what a visit leaves in a browser's profile, file by file.

A person reads an article, leaves or does not, and closes the browser. Then every file
of the profile is searched. What may be found stands here, and nothing else may be; the
README says the same to newsrooms, and the page to readers.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re

import pytest
from notice_texts import continue_label, told
from packed import TABLE, holds, snappy
from proof_site import MARKER

pytestmark = pytest.mark.browser

ARTICLE = "/a/an-owl-that-nobody-else-names"
SOUGHT = {
    "address": ARTICLE.rpartition("/")[2],
    "title": "Owls, by ear",
    "article": MARKER,
    "notice": told("ru", "page.not_hidden")[:40],
    "cookie": "__Host-n",
    "host": "127.0.0.1",
}
HISTORY = {"Default/History"}
TABS = {"Default/Sessions/Session_", "Default/Sessions/Tabs_"}
METRICS = {"segmentation_platform/ukm_db"}
HOSTS = {"Default/Preferences"}
# What is found, and where, when the reader has left, and when not.
LEFT = {
    "address": HISTORY | TABS | METRICS,
    "title": HISTORY | {"Default/Sessions/Tabs_"},
    "article": set(),
    "notice": set(),
    "cookie": set(),
    "host": HISTORY | TABS | METRICS | HOSTS,
}
STAYED = LEFT | {
    "cookie": {"Default/Cookies"},
    "host": LEFT["host"] | {"Default/Cookies"},
}


@pytest.fixture
def browsing(chromium, tmp_path):
    """Run Chromium on a profile as a person does, with all of its memories."""

    @contextlib.contextmanager
    def run(name="profile", **preferences):
        folder = tmp_path / name
        if not folder.exists():
            (folder / "Default").mkdir(parents=True)
            (folder / "Default" / "Preferences").write_text(json.dumps(preferences))
        context = chromium.browser_type.launch_persistent_context(
            str(folder),
            executable_path=os.environ.get("GATE_TEST_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-background-networking"],
            ignore_default_args=["--disable-back-forward-cache"],
            ignore_https_errors=True,
            locale="ru",
        )
        context.folder = folder
        yield context
        context.close()

    return run


def read(context, proof):
    page = context.pages[0]
    page.goto(proof.origin + ARTICLE)
    page.get_by_role("button", name=continue_label("ru"), exact=True).first.click()
    page.get_by_role("heading", name=MARKER).wait_for()
    return page


def leave(page, proof):
    """Leave by the exit that is in sight on a page of the gate."""
    page.goto(proof.origin + "/share/owl")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(proof.exit.url)


def found_in(folder):
    """Search every file of a profile: what is sought, and the names of files."""
    found = {what: set() for what in SOUGHT}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            name = re.sub(
                r"[0-9]{17,}$|[0-9a-f]{16}_[0-9s]$|-journal$|-wal$",
                "",
                str(path.relative_to(folder)),
            )
            data = path.read_bytes()
            for what, text in SOUGHT.items():
                if holds(data, text):
                    found[what].add(name)
    return found


def test_after_leaving_the_addresses_stay_and_nothing_that_was_read(browsing, proof):
    with browsing() as context:
        leave(read(context, proof), proof)
        context.pages[0].wait_for_timeout(500)
    assert found_in(context.folder) == LEFT


def test_without_leaving_the_cookie_stays_as_well_and_no_article(browsing, proof):
    with browsing() as context:
        read(context, proof)
        context.pages[0].wait_for_timeout(500)
    assert found_in(context.folder) == STAYED


def test_the_cookie_is_gone_when_the_browser_starts_again(browsing, proof):
    with browsing() as context:
        read(context, proof)
    with browsing() as context:
        assert context.cookies(proof.origin) == []


def test_the_cookie_outlives_the_browser_that_restores_its_tabs(browsing, proof):
    restoring = {"session": {"restore_on_startup": 1}}
    with browsing(**restoring) as context:
        read(context, proof)
    assert found_in(context.folder)["cookie"] == {"Default/Cookies"}
    with browsing() as context:
        [cookie] = context.cookies(proof.origin)
        assert (cookie["name"], cookie["value"]) == ("__Host-n", proof.revision)
        leave(context.pages[0], proof)
    assert found_in(context.folder)["cookie"] == set()


def test_a_notice_that_nobody_continued_from_leaves_no_word_of_itself(browsing, proof):
    with browsing() as context:
        context.pages[0].goto(proof.origin + ARTICLE)
        context.pages[0].wait_for_timeout(500)
    found = found_in(context.folder)
    assert found["notice"] == found["article"] == found["title"] == set()
    assert found["cookie"] == set()
    assert found["address"] <= LEFT["address"]


def test_the_search_finds_what_is_packed():
    text = MARKER.encode()
    assert snappy(bytes([8, 3 << 2]) + b"abcd" + bytes([1, 4])) == b"abcdabcd"
    for hidden in (text, MARKER.encode("utf-16-le"), gzip.compress(text * 3)):
        assert holds(b"\x00rubbish" + hidden + b"rubbish", MARKER)
    assert text not in _table(text)
    assert holds(_table(text), MARKER)
    assert not holds(b"rubbish", MARKER)


def _table(text):
    """A table of LevelDB with one packed block; the text is not in it in one piece."""
    half = len(text) // 2
    entry = bytes([0, 1, 2 * len(text)]) + b"k" + text + text
    tail = (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    plain = entry + tail
    first = entry[: 4 + half]
    literal = bytes([(len(first) - 1) << 2]) + first
    rest = entry[4 + half : 4 + len(text)]
    literal += bytes([(len(rest) - 1) << 2]) + rest
    copy = bytes([(len(text) - 1) << 2 | 2]) + len(text).to_bytes(2, "little")
    literal += copy + bytes([(len(tail) - 1) << 2]) + tail
    block = bytes([len(plain)]) + literal
    data = block + b"\x01" + bytes(4)
    value = bytes([0, len(block)])
    index = bytes([0, 1, len(value)]) + b"k" + value + tail
    footer = bytes([0, 0, len(data), len(index)]).ljust(40, b"\x00") + TABLE
    return data + index + b"\x00" + bytes(4) + footer
