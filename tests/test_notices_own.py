"""An own template: a good one is taken, and one for each fault is refused."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from gate.answer import Way
from gate.config.codes import CODES
from gate.notices import Look, compile_pages, load_notices
from gate.notices.elements import content
from gate.notices.own import check_template
from gate.notices.parsing import MOST_DEPTH, read_sheet

ROOT = Path(__file__).parents[1]
GOOD = (ROOT / "tests/looks/good.html").read_text("utf-8")
PARTS = (ROOT / "gate/notices/templates/parts.html").read_text("utf-8")
SHIPPED = (ROOT / "gate/notices/templates/page.html").read_text("utf-8")
EXIT = "{{ gate.bar(page) }}"
GO = "{{ gate.going(page) }}"


@pytest.fixture(scope="module")
def notices():
    found, findings = load_notices(ROOT / "rules" / "notices")
    assert [f for f in findings if f.severity == "error"] == []
    return found


def look(template):
    return Look(
        name="The Owl",
        organization="Owl Media",
        explainer_url="/about/this-law",
        attribution="Places by DB (https://db.example)",
        template=template,
    )


@pytest.fixture(scope="module")
def check(notices):
    """Check a template on the pages of two notices, the first in several languages."""
    first, other, _ = notices

    def check(template, languages=("en",)):
        few = {
            name: replace(
                notices[name], texts={t: notices[name].texts[t] for t in tags}
            )
            for name, tags in {first: languages, other: ("en",)}.items()
        }
        return check_template(few, look(template), file="page.html")

    return check


@pytest.mark.parametrize(
    "template",
    [
        pytest.param(GOOD, id="one of its own"),
        pytest.param(SHIPPED, id="the gate's"),
        pytest.param('{% extends "gate/page.html" %}', id="nothing changed"),
        pytest.param(
            '{% extends "gate/page.html" %}{% block masthead %}<p>Owl</p>{% endblock %}'
            "{% block more_style %}<style>h1 { color: inherit; }</style>{% endblock %}",
            id="a block of the gate's",
        ),
    ],
)
def test_a_good_template_is_taken(notices, template):
    found = check_template(notices, look(template), file="page.html")
    assert [f"{f.code} {f.message} {f.hint}" for f in found] == []


def swap(old, new):
    assert old in GOOD, old
    return GOOD.replace(old, new, 1)


def body(more):
    return swap("</main>", f"{more}</main>")


def written(name):
    """Return the body of a part, to be changed where a template repeats it."""
    inside = re.search(rf"macro {name}\(.*?\) %}}\n(.*?){{% endmacro", PARTS, re.DOTALL)
    return (
        inside[1]
        .replace("{{ assurance", "{{ gate.assurance")
        .replace("{{ ways_on", "{{ gate.ways_on")
        .replace("{{ returning", "{{ gate.returning")
    )


def bar(old, new):
    part = written("bar")
    assert old in part, old
    return swap(EXIT, part.replace(old, new))


def going(old, new):
    part = written("going")
    assert old in part, old
    return swap(GO, part.replace(old, new))


def styled(rule):
    return swap("</style>", f"{rule}</style>")


def folded(part):
    return swap(part, f"<details><summary>x</summary>{part}</details>")


HINT = '<p class="hint" hidden>{{ words["page.quick_exit"] }}</p>'
REFRESH = '<meta http-equiv="refresh" content="0;url=https://third.example">'
MARK = '<svg viewBox="0 0 8 8"><path d="M0 0h8"></path>'

BAD = [
    ("E722", "syntax", "{% if %}"),
    ("E722", "unknown variable", body("{{ nothing }}")),
    ("E722", "unknown part", body("{{ gate.nothing() }}")),
    ("E722", "out of the sandbox", body("{{ page.__class__.__mro__ }}")),
    ("E722", "a file of the machine", body('{% include "/etc/passwd" %}')),
    ("E722", "a division", body("{{ 1 / 0 }}")),
    ("E722", "chance", body("{{ [1, 2] | random }}")),
    ("E723", "picture", body('<img src="https://third.example/x.png" alt="">')),
    ("E723", "picture of the site", body('<img src="/x.png" alt="">')),
    ("E723", "set of pictures", body('<img src="data:image/png," srcset="/x 2x">')),
    ("E723", "font", swap("</style>", "@font-face { src: url(//t.example) }</style>")),
    ("E723", "import", swap("<style>", "<style>@import '//third.example';")),
    ("E723", "escaped", swap("<style>", r"<style>a { background: u\72 l(//t) }")),
    ("E723", "preload", swap("</head>", '<link rel="preload" href="/x"></head>')),
    (
        "E723",
        "dns",
        swap("</head>", '<link rel="dns-prefetch" href="//third.example"></head>'),
    ),
    (
        "E723",
        "no icon",
        swap(
            "{{ gate.head(page) }}", written("head").replace('<link rel="icon"', "<i")
        ),
    ),
    ("E723", "a link elsewhere", body('<p><a href="https://third.example">x</a></p>')),
    ("E723", "a link in disguise", body('<p><a href="//third.example">x</a></p>')),
    ("E723", "ping", body('<p><a href="/" ping="https://third.example">x</a></p>')),
    ("E724", "no exit", swap(EXIT, '<p class="hint" hidden></p>')),
    ("E724", "something before", swap(EXIT, f'<p><a href="/">x</a></p>{EXIT}')),
    ("E724", "hidden", swap(EXIT, f"<details><summary>x</summary>{EXIT}</details>")),
    ("E724", "another label", bar('{{ words["page.leave"] }}</a>', "Bye</a>")),
    ("E724", "no data-leave", bar(" data-leave", "")),
    ("E724", "referrer", bar(' rel="nofollow noreferrer"', ' rel="nofollow"')),
    (
        "E724",
        "a form",
        bar("<a class", '<form></form><a class="x" href="/">x</a><a class'),
    ),
    (
        "E724",
        "unequal",
        swap("{{ gate.bar(page) }}", EXIT).replace(
            GO,
            written("going").replace(
                "{{ gate.ways_on(page.words, page.go, false) }}",
                written("ways_on")
                .replace("words[", "page.words[")
                .replace("{{ go }}", "{{ page.go }}")
                .replace("{% if outer %}", "{% if false %}")
                .replace('class="way" type', 'class="way big" type'),
            ),
        ),
    ),
    ("E725", "no form", swap(GO, "")),
    (
        "E725",
        "no revision",
        going('<input type="hidden" name="n" value="{{ revision }}">', ""),
    ),
    ("E725", "another revision", going("{{ revision }}", "0123")),
    ("E725", "what was sent is lost", going("{{ fields }}", "")),
    ("E725", "get", going('method="post"', 'method="get"')),
    ("E725", "elsewhere", going('action=""', 'action="https://third.example"')),
    ("E725", "another type", going(' enctype="text/plain"', "")),
    (
        "E725",
        "a box to tick",
        going("</form>", '<input type="checkbox" name="x"></form>'),
    ),
    ("E725", "a second form", body('<form method="post" action=""></form>')),
    (
        "E725",
        "no way without cookie",
        going("{{ gate.returning(page.words, false) }}\n</form>", "</form>"),
    ),
    ("E726", "script", body("<script>1</script>")),
    ("E726", "script from a file", body('<script src="/x.js"></script>')),
    ("E726", "script from elsewhere", body('<script src="//third.example"></script>')),
    ("E726", "ours with more", swap("{{ script }}", "{{ script }} 1")),
    ("E726", "ours is missing", swap("<script>{{ script }}</script>", "")),
    ("E726", "event", body('<p onclick="x()">x</p>')),
    ("E726", "address", body('<p><a href="java\tscript:x()">x</a></p>')),
    ("E726", "nothing is spoken", bar(' role="status"', "")),
    ("E726", "no hint", bar('class="hint"', 'class="h"')),
    (
        "E727",
        "refresh",
        swap("</head>", '<meta http-equiv="Refresh" content="1"></head>'),
    ),
    ("E727", "autofocus", going('method="post"', 'method="post" autofocus')),
    ("E728", "lang", swap(' lang="{{ page.language }}"', "")),
    ("E728", "another lang", swap('"{{ page.language }}"', '"fr"')),
    ("E728", "dir", swap(' dir="{{ page.direction }}"', "")),
    ("E728", "doctype", swap("<!doctype html>", "")),
    (
        "E728",
        "title",
        swap(
            "{{ gate.head(page) }}",
            written("head").replace(
                '{{ page.words["page.tab"] }}', "The Owl is undesirable"
            ),
        ),
    ),
    (
        "E728",
        "no zoom",
        swap(
            "{{ gate.head(page) }}",
            written("head").replace(
                "initial-scale=1", "initial-scale=1, user-scalable=no"
            ),
        ),
    ),
    (
        "E728",
        "no heading",
        swap('"h1" if loop.first else "h2"', '"h2"').replace(
            '</{{ "h1" if loop.first else "h2" }}', "</h2"
        ),
    ),
    ("E728", "languages", swap("{{ gate.languages(others) }}", "")),
    ("E729", "fact", swap("<p>{{ words.fact }}</p>", "")),
    ("E729", "whom", swap("<li>{{ line }}</li>", "")),
    ("E729", "danger", swap("{{ gate.danger(words) }}", "")),
    ("E729", "date", swap("{{ gate.legal(page) }}", "")),
    ("E729", "other languages", swap("{{ gate.languages(others) }}", "")),
    (
        "E729",
        "hidden",
        swap("<p>{{ words.fact }}</p>", "<p hidden>{{ words.fact }}</p>"),
    ),
    (
        "E729",
        "unheard",
        swap("<p>{{ words.fact }}", '<p aria-hidden="true">{{ words.fact }}'),
    ),
    (
        "E730",
        "cookie",
        swap("</head>", '<meta http-equiv="set-cookie" content="a=b"></head>'),
    ),
    ("E731", "not closed", body("<p>x")),
    ("E731", "closed twice", body("</div>")),
    ("E731", "comment", body("<!-- x -->")),
    ("E731", "frame", body('<iframe src="/x"></iframe>')),
    ("E731", "object", body("<object></object>")),
    ("E731", "base", swap("</head>", '<base href="//third.example"></head>')),
    ("E731", "noscript", body("<noscript><p>x</p></noscript>")),
    ("E731", "block in a paragraph", body("<p><div>x</div></p>")),
    ("E731", "twice", body('<p class="a" class="b">x</p>')),
    ("E731", "tabindex", body('<p tabindex="1">x</p>')),
    ("E731", "a new window", body('<p><a href="/" target="_blank">x</a></p>')),
    (
        "E731",
        "referrer",
        swap("</head>", '<meta name="referrer" content="unsafe-url"></head>'),
    ),
    ("E731", "og", swap("</head>", '<meta property="og:title" content="Owl"></head>')),
    ("E731", "an end of a style with more", styled(f"</style x>{REFRESH}")),
    ("E731", "an end of a style with a slash", styled(f"</style/>{REFRESH}")),
    ("E731", "a sign in a style", styled("a { } /* < */")),
    ("E731", "a sign that begins no tag", body("<p>1 < 2</p>")),
    ("E731", "a value without quotes", body("<p><a href=/x>x</a></p>")),
    ("E731", "attributes that touch", body('<p class="a"id="b">x</p>')),
    ("E731", "an end with more", body("<p>x</p x>")),
    ("E731", "an element in the title", swap("</head>", "<title><br></title></head>")),
    (
        "E731",
        "text in a drawing",
        body(f"{MARK}{{{{ page.words['page.tab'] }}}}</svg>"),
    ),
    ("E731", "html in a drawing", body(f"{MARK}<p>x</p></svg>")),
    ("E731", "a shape outside", body("<g></g>")),
    ("E731", "an id twice", body('<p id="a">x</p><p id="a">x</p>')),
    ("E731", "a block in a heading", body("<h3><div>x</div></h3>")),
    (
        "E731",
        "an item outside of a list",
        body("<ul><li><div><li>x</li></div></li></ul>"),
    ),
    ("E731", "a body in the body", body("<body></body>")),
    ("E731", "a head in the body", body("<head></head>")),
    ("E731", "html in the body", body("<html></html>")),
    ("E731", "text in the head", swap("</head>", "x</head>")),
    ("E731", "a form with a name", going('method="post"', 'method="post" name="body"')),
    (
        "E731",
        "too deep",
        body(f"{'<div>' * 2000}x{'</div>' * 2000}"),
    ),
    ("E722", "too many rounds", body("{% for i in range(200000) %}{% endfor %}")),
    ("E722", "nested too deep", body(f"{{{{ {'(' * 9000}1{')' * 9000} }}}}")),
    (
        "E723",
        "a link on two notices alone",
        body(
            "{% if page.notices | length == 2 %}"
            '<p><a href="https://third.example">x</a></p>{% endif %}'
        ),
    ),
    (
        "E723",
        "what only looks like a comment",
        styled(
            'a::after { content: "/*" } b { background: url(https://third.example/x) }'
            'c::after { content: "*/" }'
        ),
    ),
    ("E724", "the exit is a hint", bar('class="exit"', 'class="exit hint" hidden')),
    ("E724", "the exit is hidden", bar('class="exit"', 'class="exit" hidden')),
    (
        "E724",
        "another is marked as the exit",
        bar("<a class", "<p><a data-leave>x</a></p><a class"),
    ),
    (
        "E725",
        "the way back where nobody is sent back",
        body('<p><a href="{{ back_url }}">x</a></p>'),
    ),
    (
        "E725",
        "the way back as a text",
        body('{% if way == "act" %}<p>{{ back_url }}</p>{% endif %}'),
    ),
    ("E725", "what was sent as a text", body("<p>{{ fields }}</p>")),
    ("E725", "Continue is folded away", folded(GO)),
    (
        "E726",
        "the warning is a hint",
        bar("</header>", '<div class="hint" hidden>x</div>'),
    ),
    ("E726", "the hint says something else", bar(HINT, '<p class="hint" hidden>x</p>')),
    ("E726", "the hint has parts", bar('_exit"] }}</p>', '_exit"] }}<b></b></p>')),
    ("E729", "the warning is folded away", folded("<p>{{ words.fact }}</p>")),
    ("E729", "the date is folded away", folded("{{ gate.legal(page) }}")),
    ("E729", "the credits", swap("{{ gate.credits() }}", "")),
    (
        "E729",
        "Continue before the warning",
        swap(GO, "").replace("<main>", f"<main>{GO}", 1),
    ),
    (
        "E729",
        "another label is heard",
        bar("data-leave>", 'data-leave aria-label="x">'),
    ),
    (
        "E729",
        "heard as a picture",
        swap("<p>{{ words.fact }}", '<p role="img">{{ words.fact }}'),
    ),
    ("E732", "the exit is not displayed", styled(".exit { display: none }")),
    ("E732", "the exit is marked", styled("a[data-leave] { visibility: hidden }")),
    ("E732", "the buttons", styled("form button{opacity:0!important}")),
    ("E732", "the story", styled("section { font-size: 0px; }")),
    ("E732", "cut away", styled("@media screen { h1 { clip-path: inset(50%) } }")),
    ("E732", "far away", styled("header > .exit { color: red; left: -9999px }")),
    ("E732", "everything", styled(":not(.hint) { transform: scale(0) }")),
    ("E732", "by an escape", styled(r".e\78it { displ\61y: none }")),
    (
        "E732",
        "between strings",
        styled(
            'i::after { content: "/*" } .exit { display: none } b { content: "*/" }'
        ),
    ),
    (
        "E732",
        "in the gate's own style",
        swap("</head>", "").replace(
            "{{ gate.head(page) }}",
            written("head").replace("{{ style }}", "{{ style }} main { opacity: .01 }")
            + "</head>",
        ),
    ),
    (
        "E733",
        "what a database asks for",
        swap(
            "{{ gate.credits() }}",
            written("credits").replace("{{ text }}", "{{ text | safe }}"),
        ),
    ),
    ("E732", "style attribute", body('<p style="color:red">x</p>')),
    ("E732", "another style each", swap("main { max", ".{{ page.language }} { max")),
    ("E733", "safe", swap("{{ words.heading }}", "{{ words.heading | safe }}")),
    (
        "E733",
        "autoescape",
        swap(
            "{{ words.heading }}",
            "{% autoescape false %}{{ words.heading }}{% endautoescape %}",
        ),
    ),
    (
        "E734",
        "too long",
        body("{% for i in range(90000) %}<p>xxxxxxxx</p>{% endfor %}"),
    ),
]


BETWEEN_PAGES = {"E728", "E729", "E732"}
"""Codes of what only several languages show."""


@pytest.mark.parametrize(
    ("code", "template"),
    [pytest.param(code, bad, id=f"{code} {name}") for code, name, bad in BAD],
)
def test_a_template_with_one_fault_is_refused_for_it(check, code, template):
    assert template != GOOD
    found = check(template, ("en", "ru") if code in BETWEEN_PAGES else ("en",))
    assert code in {finding.code for finding in found}
    assert all(f.mark.file == "page.html" and f.message for f in found)


def test_every_code_has_a_bad_template():
    told = {code for code, _, _ in BAD}
    assert told == {code for code in CODES if "E722" <= code <= "E734"}


def test_an_error_of_syntax_is_told_with_its_line(check):
    (finding,) = check("\n\n{% if %}")
    assert (finding.code, finding.mark.line) == ("E722", 3)


def test_the_policy_lets_exactly_the_styles_of_the_template_apply(notices):
    pages = compile_pages(notices, look(GOOD))
    page = pages.press.page((next(iter(notices)),), "en", Way.READ).decode()
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()) for s in styles]
    told = " ".join(f"'sha256-{text.decode()}'" for text in hashes)
    assert f"style-src {told}; " in pages.policy
    assert len(styles) == 2


def test_how_pages_look_is_part_of_what_a_gate_serves(notices):
    one, other = (compile_pages(notices, look(t)) for t in (GOOD, SHIPPED))
    assert one.appearance != other.appearance
    assert one.revision == other.revision


STYLES = [
    ".mast { display: none }",
    "h1::before { opacity: 0 }",
    "@media print { .mast { visibility: hidden } }",
    ".exit:hover { opacity: .9; font-size: .9rem }",
    "@keyframes in { from { opacity: 0 } to { opacity: 1 } } h1 { animation: in 1s }",
    'p { background: url( "data:image/gif,x;display:none" ) }',
    "[hidden] { display: none }",
    ".other .exit { display: none }",
]


@pytest.mark.parametrize("rule", STYLES)
def test_a_style_that_hides_nothing_of_weight_is_taken(check, rule):
    assert check(styled(rule)) == []


def test_the_look_is_tried_as_it_is_served(notices):
    shown = GOOD.replace(
        "</main>",
        "{% if look.credits %}<p><a href='//t.example'>x</a></p>{% endif %}</main>",
    )
    silent = replace(look(shown), attribution="")
    assert check_template(notices, silent, file="x") == []
    told = check_template(notices, look(shown), file="x")
    assert {finding.code for finding in told} == {"E723"}


def test_of_many_notices_the_sets_that_decisions_show_are_tried(notices):
    notice = replace(next(iter(notices.values())), texts={})
    texts = {"en": next(iter(notices.values())).texts["en"]}
    many = {n: replace(notice, id=n, texts=texts) for n in "abcdef"}
    bad = body("{% if page.notices | length == 2 %}<p>{{ nothing }}</p>{% endif %}")
    assert check_template(many, look(bad), file="x") == []
    found = check_template(many, look(bad), file="x", together=[("b", "d")])
    assert [f.code for f in found] == ["E722"]
    assert "b and d" in found[0].hint


def test_a_page_that_nobody_tried_is_printed_by_the_gate_if_it_is_at_fault(notices):
    bad = body("{% if page.notices | length == 2 %}<p>{{ nothing }}</p>{% endif %}")
    pages = compile_pages(notices, look(bad))
    one, other, _ = notices
    shipped = compile_pages(notices, replace(look(bad), template=""))
    assert b'<p class="mast">' in pages.press.page((one,), "en", Way.READ)
    both = pages.press.page((one, other), "en", Way.READ)
    assert both == shipped.press.page((one, other), "en", Way.READ)


def test_one_page_with_another_style_leaves_the_others_as_they_are(notices):
    odd = "{% if way == 'blocked' %}b { color: red }{% endif %}</style>"
    pages = compile_pages(notices, look(swap("</style>", odd)))
    name = next(iter(notices))
    assert b"mast" not in pages.press.page((name,), "en", Way.BLOCKED)
    assert b'<p class="mast">' in pages.press.page((name,), "en", Way.READ)


def test_elements_in_each_other_are_counted_before_anything_walks_them():
    sheet = read_sheet("<!doctype html><html>" + "<div>" * 9000)
    told = f"More than {MOST_DEPTH} elements stand in each other."
    assert told in sheet.problems
    assert content(sheet.elements[0]) == ""
