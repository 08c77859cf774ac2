from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.answer import leave, negotiate, proceed
from gate.answer.fields import policy
from gate.answer.forms import offered_again, way_back
from gate.answer.redirects import same_place
from gate.errors import RequestError, UnknownHostError
from gate.model import Action, Activity, Client, Decision, Kind, Printed, Request
from gate.notices import Look, compile_pages, load_notices
from gate.request import is_same_origin_navigation

READ = ("undesirable-organization",)
ACTS = ("undesirable-organization-acts",)
LOOK = Look(
    name="The Daily Lantern",
    organization="Lantern Media",
    explainer_url="/about/this-law",
    attribution="IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0",
)
HOSTILE = (
    "</title><script>alert(1)</script><gate-fields>\"&'<gate-back>{outlet}{{7*6891}}"
)


class Fields(dict):
    """Header fields of a request."""


def request(**changes):
    headers = Fields(changes.pop("headers", {}))
    asked = Request(
        method="GET",
        scheme="https",
        host="news.example.org",
        path="/a",
        kind=Kind.DOCUMENT,
        client=Client(4, 1),
        headers=headers,
    )
    return asked._replace(**changes)


def decision(action=Action.INTERSTITIAL, notices=READ):
    return Decision(action=action, notices=notices)


@pytest.fixture(scope="module")
def notices():
    found, _ = load_notices(Path(__file__).parents[1] / "rules" / "notices")
    return found


@pytest.fixture(scope="module")
def pages(notices):
    return compile_pages(notices, LOOK)


def test_where_no_body_is_seen_an_act_by_link_goes_on_by_the_same_link(pages):
    asked = request(path="/share/x", headers={"referer": "https://news.example.org/a"})
    answer = pages.before(
        asked, decision(), activity=Activity.SHARE, carries=False, own_form=True
    )
    assert b'<a class="way" href="">' in answer.body
    assert b"<form" not in answer.body
    assert b'href="/a"' in answer.body


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        pytest.param({}, {"carries": False}, id="a page to read"),
        pytest.param(
            {
                "headers": {
                    "referer": "https://news.example.org/b",
                    "accept-language": "uk",
                }
            },
            {"carries": False, "activity": Activity.SHARE},
            id="an act, with a way back",
        ),
        pytest.param({"kind": Kind.FRAME}, {}, id="a frame"),
        pytest.param({"method": "HEAD"}, {"carries": False}, id="HEAD"),
    ],
)
def test_another_process_prints_the_very_same_page(pages, notices, changes, more):
    asked = request(**changes)
    answer = pages.before(asked, decision(), **more)
    other = compile_pages(notices, LOOK)
    assert other.again(answer.printed, answer.status, method=asked.method) == answer


@pytest.mark.parametrize(
    "printed",
    [
        Printed(("no-such-notice",), "en", "read-cookie"),
        Printed(READ, "xx", "read-cookie"),
        Printed(READ, "en", "no-such-way"),
    ],
)
def test_a_page_that_is_not_known_is_not_made_up(pages, printed):
    assert pages.again(printed, 403, method="GET") is None


# Negotiation -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "preferred", "expected"),
    [
        pytest.param(None, (), "en", id="nothing asked: the first"),
        pytest.param("", ("uk", "ru"), "uk", id="nothing asked: the area's"),
        pytest.param("ru-RU,ru;q=0.9,en;q=0.8", (), "ru", id="a region is cut off"),
        pytest.param("tt-RU,tt", ("ru",), "ru", id="Tatar is not there: the area's"),
        pytest.param("tt,ru;q=0.4", ("uk",), "ru", id="second wish beats the area"),
        pytest.param("en;q=0.1, uk;q=0.9", (), "uk", id="by weight, not by order"),
        pytest.param("ru;q=0, *", ("ru", "uk"), "uk", id="what is refused is left out"),
        pytest.param("en;q=0", (), "ru", id="the first that is not refused"),
        pytest.param("*;q=0", (), "en", id="all refused: the first all the same"),
        pytest.param("*;q=0, uk;q=0.1", (), "uk", id="all but one refused"),
        pytest.param("crh;q=0, uk;q=0, *", ("crh-Cyrl", "ru"), "ru", id="by prefix"),
        pytest.param("*, uk;q=0.2", ("ru",), "uk", id="a star is passed over"),
        pytest.param("uk-Cyrl-UA", (), "uk", id="script and region are cut off"),
        pytest.param("ru-RU-u-ca-gregory,en", (), "ru", id="extensions are cut off"),
        pytest.param("ru ; q=0.5 , uk;Q=0.7", (), "uk", id="spaces and capitals"),
        pytest.param("ru;q=1.000,uk;q=1", (), "ru", id="equal weights: in their order"),
        pytest.param("ru;q=0.5;level=1,uk;q=0.4", (), "ru", id="more parameters"),
        pytest.param("ru;q=1e-1,uk;q=0.05", (), "uk", id="no exponents"),
        pytest.param("ru;q=0_5,uk;q=0.05", (), "uk", id="no underscores"),
        pytest.param("*-UA, uk;q=0.1", (), "uk", id="a star within a range"),
        pytest.param("*", ("uk",), "uk", id="anything: the area's"),
        pytest.param("UK-ua", (), "uk", id="case means nothing"),
        pytest.param("crh-Cyrl-UA", (), "crh-Cyrl", id="script and region"),
        pytest.param("crh", ("uk",), "crh-Cyrl", id="no script: any script"),
        pytest.param("crh-UA", ("uk",), "crh-Cyrl", id="no script, but a region"),
        pytest.param("crh-Latn", ("uk",), "uk", id="another script: the area's"),
        pytest.param("crh-Latn-UA,ru;q=0.1", (), "ru", id="another script: next wish"),
        pytest.param("cr", ("uk",), "uk", id="not a prefix of letters"),
        pytest.param("crh-x-test", ("uk",), "crh-Cyrl", id="private use is no script"),
        pytest.param("ru-x-secret", (), "ru", id="private use is cut off at once"),
        pytest.param("ru;q=nonsense,en", (), "en", id="unreadable weight is the least"),
        pytest.param("ru;q=nan,en;q=inf,uk", (), "uk", id="no number in the range"),
        pytest.param("en-" * 100_000 + ",ru", ("ru",), "en", id="a very long header"),
        pytest.param(";;;,,,=;q=1", ("ru",), "ru", id="garbage"),
    ],
)
def test_language_is_the_readers_then_the_areas_then_the_first(
    header, preferred, expected
):
    offered = ("en", "ru", "uk", "crh-Cyrl")
    assert negotiate(header, offered, preferred) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("crh", "crh-Latn", id="the script that the notice puts first"),
        pytest.param("crh-Cyrl", "crh-Cyrl", id="the script that is asked for"),
        pytest.param("ru", "ru-RU", id="the only one of its language"),
        pytest.param("en", "en", id="the plain one before that of a region"),
    ],
)
def test_a_range_without_script_takes_the_first_of_its_language(header, expected):
    offered = ("be", "crh-Latn", "crh-Cyrl", "ru-RU", "en-GB", "en")
    assert negotiate(header, offered) == expected


TAGS = ("en", "ru", "uk", "crh-Latn", "crh-Cyrl", "be-tarask")
RANGES = st.sampled_from([*TAGS, "*", "crh", "ru-RU", "uk-Cyrl-UA", "be", "xx"])
WEIGHTS = st.sampled_from(["", ";q=0", ";q=0.3", ";q=1", ";q=x"])


@given(st.sampled_from(TAGS), st.lists(RANGES, max_size=6))
def test_the_best_wish_that_is_offered_is_given(tag, others):
    later = [f"{other};q=0.5" for other in others]
    assert negotiate(",".join([*later, tag]), TAGS) == tag


@given(st.lists(st.tuples(RANGES, WEIGHTS), max_size=6), st.permutations(TAGS))
def test_the_area_never_beats_a_wish(pairs, preferred):
    header = ",".join(tag + weight for tag, weight in pairs)
    wished = any(
        tag in TAGS and weight != ";q=0" and f"{tag};q=0" not in header
        for tag, weight in pairs
    )
    if wished and ";q=0," not in f"{header},":
        assert negotiate(header, TAGS, preferred) == negotiate(header, TAGS)


@given(st.text(max_size=300))
@settings(max_examples=150)
def test_any_header_gives_an_offered_language(header):
    assert negotiate(header, ("en", "ru")) in {"en", "ru"}


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        ((), "en"),
        (("russia",), "ru"),
        (("russia-controlled-ukraine",), "uk"),
        (("russia", "russia-controlled-ukraine"), "uk"),
        (("elsewhere",), "en"),
    ],
)
def test_areas_prefer_in_the_order_of_the_notice(pages, areas, expected):
    assert pages.language(request(), READ, areas) == expected


# Pages -------------------------------------------------------------------------


def test_warning_page_is_403_with_these_fields_and_no_others(pages):
    answer = pages.before(request(headers={"accept-language": "ru"}), decision())
    fields = dict(answer.headers)
    csp = fields.pop("Content-Security-Policy")
    assert answer.status == 403
    assert len(fields) == len(answer.headers) - 1
    assert fields == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": "ru",
        "Cache-Control": "private, no-store",
        "CDN-Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noarchive",
        "Vary": "Accept, Accept-Language, Cookie, Sec-Fetch-Dest, Sec-Fetch-Mode",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    assert re.sub(r"'sha256-[\w+/=]{44}'", "HASH", csp) == (
        "default-src 'none'; style-src HASH; script-src HASH; img-src data:; "
        "form-action 'self' https:; base-uri 'none'; frame-ancestors 'none'"
    )


def test_policy_names_exactly_the_inline_texts(pages):
    body = pages.before(request(), decision()).body.decode()
    style = re.findall(r"<style>(.*?)</style>", body, re.DOTALL)
    script = re.findall(r"<script>(.*?)</script>", body, re.DOTALL)
    assert policy(style, *script) == pages.policy


@pytest.mark.parametrize("language", ["en", "ru", "uk"])
def test_reading_page_is_the_same_bytes_for_every_path_and_reader(pages, language):
    headers = {"accept-language": language}
    asked = [
        request(headers=headers),
        request(
            headers={**headers, "cookie": "a=b", "referer": "https://x.example/"},
            path="/other/article",
            host="www.example.org",
            client=Client(6, 2**100),
            form=b"a=1&b=2",
            method="POST",
        ),
        request(headers={**headers, "user-agent": "x"}, kind=Kind.PREFETCH),
    ]
    answers = {pages.before(one, decision()) for one in asked}
    assert len(answers) == 1


def test_length_of_pages_is_a_multiple(pages):
    for language in ("en", "ru", "uk"):
        asked = request(headers={"accept-language": language})
        assert pages.before(asked, decision()).length % 4096 == 0


def test_page_has_one_address_of_its_own_and_no_other_to_load(pages):
    body = pages.before(request(), decision()).body.decode()
    loads = re.findall(r'(?:src|href|action)="([^"]*)"', body)
    assert set(loads) == {
        "",
        "data:,",
        "/-/leave",
        "/about/this-law",
        "https://db-ip.com",
    }


def test_head_has_the_length_and_no_body(pages):
    get = pages.before(request(), decision())
    head = pages.before(request(method="HEAD"), decision())
    assert head == replace(get, body=b"")
    assert head.length == len(get.body)


def test_page_holds_the_revision_that_continue_sends(pages):
    body = pages.before(request(), decision()).body.decode()
    assert f'<input type="hidden" name="n" value="{pages.revision}">' in body
    assert re.search(r'<form id="go" method="post" action="">', body)
    assert 'name="direct" value="1" formaction=""' in body


def test_where_a_door_cannot_carry_the_article_the_page_says_so(pages):
    answer = pages.before(request(), decision(), carries=False)
    body = answer.body.decode()
    assert 'name="direct"' not in body
    assert "Allow cookies for this site" in body


def test_several_notices_stand_on_one_page_with_one_form(pages):
    both = decision(notices=READ + ACTS)
    body = pages.before(request(), both).body.decode()
    main = body.partition('<div class="languages">')[0]
    assert main.count("<form") == 1
    assert main.count("<h1>") == 1
    assert main.count('<section class="story"') == 2
    assert ">Continue</button>" in main


def test_notice_without_the_language_stands_in_its_own(notices):
    russian_only = replace(notices[ACTS[0]], texts={"ru": notices[ACTS[0]].texts["ru"]})
    some = compile_pages({**notices, ACTS[0]: russian_only}, LOOK)
    asked = request(headers={"accept-language": "en"})
    body = some.before(asked, decision(notices=READ + ACTS)).body.decode()
    assert '<html lang="en" dir="ltr">' in body
    assert '<section class="story" lang="ru" dir="ltr">' in body


def test_direction_of_writing_is_the_languages(notices):
    text = notices[READ[0]].texts["en"]
    persian = replace(text, language="fa", direction="rtl", name="فارسی")
    texts = {"fa": persian, **notices[READ[0]].texts}
    some = compile_pages({READ[0]: replace(notices[READ[0]], texts=texts)}, LOOK)
    answer = some.before(request(headers={"accept-language": "fa-IR"}), decision())
    assert '<html lang="fa" dir="rtl">' in answer.body.decode()
    assert dict(answer.headers)["Content-Language"] == "fa"


# Blocked, scripts, frames, refusals ----------------------------------------------


def test_blocked_page_is_451_says_by_whom_and_has_no_way_on(pages):
    answer = pages.before(request(), decision(Action.BLOCK))
    body = answer.body.decode()
    assert answer.status == 451
    assert ("Link", '</about/this-law>; rel="blocked-by"') in answer.headers
    assert "<form" not in body
    assert "<button" not in body
    assert 'name="n"' not in body


@pytest.mark.parametrize(
    ("action", "status"), [(Action.INTERSTITIAL, 403), (Action.BLOCK, 451)]
)
def test_scripts_get_problem_details(pages, action, status):
    asked = request(kind=Kind.FETCH, headers={"accept-language": "uk"})
    answer = pages.before(asked, decision(action))
    problem = json.loads(answer.body)
    assert answer.status == status
    assert dict(answer.headers)["Content-Type"] == "application/problem+json"
    assert dict(answer.headers)["Cache-Control"] == "private, no-store"
    assert set(problem) == {
        "type",
        "title",
        "status",
        "detail",
        "notice",
        "revision",
    }
    assert problem["status"] == status
    assert problem["notice"] == list(READ)
    assert problem["revision"] == pages.revision
    assert problem["title"].startswith("Перш ніж")


def test_frames_are_refused(pages):
    answer = pages.before(request(kind=Kind.FRAME), decision())
    assert answer.status == 403
    assert "does not open inside another page" in answer.body.decode()
    assert "<form" not in answer.body.decode()


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (RequestError("secret"), 400, "Check the address"),
        (UnknownHostError(), 421, "does not serve the site"),
    ],
)
def test_refusal_can_be_read_in_every_language(pages, error, status, sentence):
    answer = pages.refusal(error)
    body = answer.body.decode()
    assert answer.status == status
    assert answer.length == len(answer.body)
    assert sentence in body
    assert 'lang="ru"' in body
    assert 'lang="uk"' in body
    assert "secret" not in body
    assert dict(answer.headers)["Cache-Control"] == "private, no-store"


# Acts ----------------------------------------------------------------------------


def test_act_repeats_the_form_and_marks_nothing_as_direct(pages):
    form = urlencode({"text": 'a "b" <i>\nц', "n": "of the site"}).encode()
    asked = request(method="POST", form=form)
    body = pages.before(
        asked, decision(notices=ACTS), activity=Activity.COMMENT, own_form=True
    ).body.decode()
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', body)
    again = [(html.unescape(name), html.unescape(value)) for name, value in found]
    assert again == [
        ("n", pages.revision),
        ("text", 'a "b" <i>\nц'),
        ("n", "of the site"),
    ]


def test_act_by_get_continues_directly(pages):
    body = pages.before(
        request(), decision(notices=ACTS), activity=Activity.SHARE
    ).body.decode()
    assert '<input type="hidden" name="direct" value="1">' in body


@pytest.mark.parametrize(
    ("form", "carries"),
    [
        pytest.param(None, True, id="the door cannot see the body"),
        pytest.param(b"a=1", False, id="the door cannot carry it"),
        pytest.param(b"a=" + b"x" * 20_000, True, id="too long"),
        pytest.param(b"&".join(b"a=1" for _ in range(100)), True, id="too many fields"),
        pytest.param(b"a=%ff", True, id="not UTF-8"),
        pytest.param("a=ц".encode(), True, id="not ASCII"),
        pytest.param(b"a=%00", True, id="a byte that HTML cannot hold"),
        pytest.param(b"direct=1", True, id="a field that the gate keeps for itself"),
    ],
)
def test_what_cannot_be_repeated_has_no_way_on(pages, form, carries):
    asked = request(method="POST", form=form)
    body = pages.before(
        asked,
        decision(notices=ACTS),
        activity=Activity.COMMENT,
        carries=carries,
        own_form=True,
    ).body.decode()
    assert "Nothing has been passed on" in body
    assert "<form" not in body
    assert "<button" not in body


@pytest.mark.parametrize(
    ("headers", "offered"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "https://news.example.org"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://evil.example"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_only_a_form_from_a_page_of_this_site_is_offered_again(pages, headers, offered):
    asked = request(method="POST", form=b"text=hello", headers=headers)
    body = pages.before(
        asked,
        decision(notices=ACTS),
        activity=Activity.COMMENT,
        own_form=is_same_origin_navigation(asked),
    ).body
    assert (b'value="hello"' in body) is offered
    assert (b"<form" in body) is offered


def test_a_form_of_who_knows_where_is_not_offered_again(pages):
    asked = request(method="POST", form=b"text=hello")
    body = pages.before(asked, decision(notices=ACTS), activity=Activity.COMMENT).body
    assert b"hello" not in body


@given(
    st.lists(
        st.tuples(st.text(max_size=8), st.text(max_size=20)), min_size=1, max_size=10
    )
)
@settings(max_examples=150)
def test_any_small_form_comes_back_as_it_was(fields):
    again = offered_again(urlencode(fields).encode("ascii"))
    if any(name == "direct" or "\0" in name + value for name, value in fields):
        assert again is None
        return
    found = re.findall(
        r'<input type="hidden" name="([^"]*)" value="([^"]*)">', again.decode()
    )
    assert [(html.unescape(a), html.unescape(b)) for a, b in found] == fields


def test_stale_field_of_the_gate_is_left_out():
    assert offered_again(b"n=ffffffffff&a=1").count(b"<input") == 1


@pytest.mark.parametrize(
    ("referer", "expected"),
    [
        (None, "/"),
        ("https://news.example.org/a?x=1&y=2#f", "/a?x=1&y=2"),
        ("https://news.example.org:8443/a", "/a"),
        ("https://evil.example/a", "/"),
        ("https://news.example.org//evil.example/", "/evil.example/"),
        ("https://news.example.org/\\evil.example", "/"),
        ("javascript:alert(1)//news.example.org", "/"),
        ("https://news.example.org/" + "a" * 5000, "/"),
        ("https://[::1/", "/"),
        ("https://news.example.org/\u0446", "/"),
    ],
)
def test_way_back_stays_on_this_site(referer, expected):
    assert way_back(referer, "news.example.org") == expected


def test_way_back_is_escaped(pages):
    asked = request(headers={"referer": "https://news.example.org/'a?b=\"><script>&c"})
    body = pages.before(
        asked, decision(notices=ACTS), activity=Activity.SHARE
    ).body.decode()
    assert 'href="/&#x27;a?b=&quot;&gt;&lt;script&gt;&amp;c"' in body


# Escaping ------------------------------------------------------------------------


def test_nothing_that_a_text_holds_becomes_markup(notices):
    notice = notices[READ[0]]
    text = notice.texts["en"]
    strings = {
        key: value if key in {"page.months", "page.date"} else _hostile(value)
        for key, value in text.strings.items()
    }
    texts = {"en": replace(text, strings=strings)}
    look = Look(
        name=HOSTILE,
        organization=HOSTILE,
        explainer_url="/x?" + HOSTILE,
        attribution=HOSTILE + " (https://db-ip.com/)",
    )
    some = compile_pages({notice.id: replace(notice, texts=texts)}, look)
    printed = [
        some.before(request(), decision()).body,
        some.before(request(), decision(Action.BLOCK)).body,
        some.before(request(), decision(), activity=Activity.SHARE).body,
        some.banner(request(), READ).html,
        some.footer.html,
        some.refusals[400],
    ]
    for page in (body.decode() for body in printed):
        assert "alert(1)</script>" not in page
        assert "<gate-" not in page
        assert page.count("<title>") == page.count("</title>") <= 1
        assert "48237" not in page


def _hostile(value):
    return HOSTILE if isinstance(value, str) else tuple(HOSTILE for _ in value)


def test_link_field_holds_no_sign_that_ends_it(notices):
    look = Look(name="a", organization="b", explainer_url='/x>; rel="y"\r\nц')
    some = compile_pages(notices, look)
    fields = dict(some.before(request(), decision(Action.BLOCK)).headers)
    assert fields["Link"] == ('</x%3E;%20rel=%22y%22%0D%0A%D1%86>; rel="blocked-by"')


# Banner and footer ---------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru", "uk"])
def test_banner_is_ascii_and_says_its_language(pages, language):
    asked = request(headers={"accept-language": language})
    banner = pages.banner(asked, READ)
    assert banner.html.isascii()
    assert f'lang="{language}" dir="ltr"'.encode() in banner.html
    assert banner is pages.banner(asked, READ)
    assert html.unescape(banner.html.decode()).count("<p") == 2


def test_marks_differ_where_fragments_do(pages):
    marks = {
        pages.banner(request(headers={"accept-language": tag}), READ).mark
        for tag in ("en", "ru", "uk")
    }
    assert len({*marks, pages.footer.mark}) == 4


def test_footer_has_every_language_and_only_notices_that_have_one(pages):
    footer = pages.footer.html
    assert footer.isascii()
    assert re.findall(rb'<p lang="(\w+)"', footer) == [b"en", b"ru", b"uk"]
    assert b"Lantern Media" in footer


def test_footer_brings_no_colour_of_its_own(pages):
    styles = re.findall(rb'style="([^"]*)"', pages.footer.html)
    assert styles
    assert not re.search(rb"background|#[0-9a-f]{3}", b" ".join(styles))


def test_without_footer_texts_there_is_no_footer(notices):
    some = compile_pages({ACTS[0]: notices[ACTS[0]]}, LOOK)
    assert some.footer == (b"", "")


# Continue and Leave --------------------------------------------------------------


def test_continue_is_303_to_the_same_address_with_the_acknowledgement():
    answer = proceed("/a?b=%20c", revision="0123456789ab", cookie="__Host-n")
    assert answer.status == 303
    assert answer.body == b""
    assert dict(answer.headers) == {
        "Location": "/a?b=%20c",
        "Set-Cookie": "__Host-n=0123456789ab; Path=/; Secure; HttpOnly; SameSite=Lax",
        "Cache-Control": "private, no-store",
        "CDN-Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noarchive",
        "Referrer-Policy": "same-origin",
    }


def test_on_plain_http_the_cookie_is_not_called_secure():
    answer = proceed("/", revision="0123456789ab", cookie="n")
    assert dict(answer.headers)["Set-Cookie"] == (
        "n=0123456789ab; Path=/; HttpOnly; SameSite=Lax"
    )


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/a", "/a"),
        ("", "/"),
        ("//evil.example/a", "/evil.example/a"),
        ("///evil.example", "/evil.example"),
        ("/\\evil.example", "/evil.example"),
        ("\\\\evil.example", "/evil.example"),
        ("https://evil.example/", "/https://evil.example/"),
        ("javascript:alert(1)", "/javascript:alert(1)"),
        ("/a\r\nSet-Cookie: x=1", "/a%0D%0ASet-Cookie:%20x=1"),
        ("/\t/evil.example", "/%09/evil.example"),
        ("/ц?q=ц", "/%D1%86?q=%D1%86"),
        ("/a?next=//evil.example\\x", "/a?next=//evil.example%5Cx"),
        ("/%2F%2Fevil", "/%2F%2Fevil"),
    ],
)
def test_same_place_is_never_another_host(target, expected):
    assert same_place(target) == expected


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_any_target_begins_with_one_slash_and_is_plain_ascii(target):
    place = same_place(target)
    assert re.fullmatch(r"/(?!/)[!-~]*", place)
    assert "\\" not in place


def test_leave_clears_only_when_the_reader_asks():
    asked = request(headers={"cookie": "__Host-n=1; a=b; bad name=1; __Secure-s=2"})
    cleared = leave(asked, "https://weather.example/", clear=True)
    plain = leave(asked, "https://weather.example/", clear=False)
    cookies = [value for name, value in cleared.headers if name == "Set-Cookie"]
    assert cleared.status == plain.status == 303
    assert ("Location", "https://weather.example/") in plain.headers
    assert ("Referrer-Policy", "no-referrer") in plain.headers
    assert ("Clear-Site-Data", '"cache", "cookies", "storage"') in cleared.headers
    assert cookies == [
        "__Host-n=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
        "__Secure-s=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
        "a=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
    ]
    assert not {"Clear-Site-Data", "Set-Cookie"} & {n for n, _ in plain.headers}


@pytest.mark.parametrize(
    "kind", [k for k in Kind if k is not Kind.DOCUMENT], ids=lambda kind: kind.value
)
def test_leave_does_nothing_for_what_is_no_navigation(kind):
    asked = request(kind=kind, headers={"cookie": "a=b"})
    answer = leave(asked, "https://weather.example/", clear=True)
    assert answer.status == 204
    assert (
        not {"Location", "Clear-Site-Data", "Set-Cookie"} & dict(answer.headers).keys()
    )


def test_repeating_a_form_keeps_order_and_doubles():
    again = offered_again(b"a=1&a=2&b=&a=1").decode()
    found = re.findall(r'name="(\w)" value="(\d?)"', again)
    assert found == parse_qsl("a=1&a=2&b=&a=1", keep_blank_values=True)
