"""Languages that no editor of ours speaks: the structure holds them all the same."""

from __future__ import annotations

import re

import pytest
from strange_texts import strange, write_strange

from gate.model import Action, Client, Decision, Kind, Request
from gate.notices import Look, compile_pages

ID = "undesirable-organization"
LOOK = Look(name="The Daily Lantern", organization="Lantern *Media* <b>")
TAGS = [
    ("crh-Latn", "Latn", "ltr"),
    ("tt", "Cyrl", "ltr"),
    ("ba", "Cyrl", "ltr"),
    ("ce", "Cyrl", "ltr"),
    ("be", "Cyrl", "ltr"),
    ("crh-Cyrl", "Cyrl", "ltr"),
    ("fa-x-test", "Arab", "rtl"),
    ("he-x-test", "Hebr", "rtl"),
]


def pages_in(folder, tag, script, direction):
    return compile_pages(write_strange(folder, tag, script, direction), LOOK)


def page(pages, tag):
    request = Request(
        method="GET",
        scheme="https",
        host="news.example.org",
        path="/a",
        kind=Kind.DOCUMENT,
        client=Client(4, 1),
        headers={"accept-language": tag},
    )
    return pages.before(request, Decision(action=Action.INTERSTITIAL, notices=(ID,)))


@pytest.mark.parametrize(("tag", "script", "direction"), TAGS)
def test_a_language_more_is_shown_to_who_asks_for_it(tmp_path, tag, script, direction):
    pages = pages_in(tmp_path, tag, script, direction)
    answer = page(pages, tag)
    body = answer.body.decode()
    assert dict(answer.headers)["Content-Language"] == tag
    assert f'<html lang="{tag}" dir="{direction}">' in body
    assert strange("Before you read: a legal risk", script) in body
    # The other languages keep their own direction within it.
    assert re.search(r'<details class="language" lang="ru" dir="ltr"', body)


@pytest.mark.parametrize(("tag", "script", "direction"), TAGS)
def test_banner_footer_and_other_pages_say_the_direction_too(
    tmp_path, tag, script, direction
):
    pages = pages_in(tmp_path, tag, script, direction)
    press = pages.press
    lang = f'lang="{tag}" dir="{direction}"'
    assert lang in press.banner([ID], tag).decode()
    assert lang in press.footer().decode()
    assert lang in press.refusal("refused_request").decode()
    assert lang in press.standby([ID])
    assert lang in press.page([ID], "en", "read").decode()


def test_the_name_of_the_outlet_is_plain_text_in_every_language(tmp_path):
    pages = pages_in(tmp_path, "fa-x-test", "Arab", "rtl")
    body = page(pages, "fa-x-test").body.decode()
    assert "Lantern *Media* &lt;b&gt;" in body
    assert "<b>" not in body
