from __future__ import annotations

import html as entities
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.notices.markup import NO_BREAK, html, pieces, plain, problem

SIGNS = st.text(alphabet="*~\\{}<>&\"' aя\u05d0/=", max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain", "plain", id="nothing"),
        pytest.param("a *b c* d", "a <strong>b c</strong> d", id="two stars emphasise"),
        pytest.param(
            "*a* and *b*", "<strong>a</strong> and <strong>b</strong>", id="2"
        ),
        pytest.param("5~years", f"5{NO_BREAK}years", id="a tilde never breaks"),
        pytest.param(r"2 \* 3 \~ 6 \\ x", r"2 * 3 ~ 6 \ x", id="backslashes"),
        pytest.param(r"*a\*b*", "<strong>a*b</strong>", id="a star in an emphasis"),
        pytest.param("<b>&", "&lt;b&gt;&amp;", id="everything is escaped"),
        pytest.param("*<i>*", "<strong>&lt;i&gt;</strong>", id="also when emphasised"),
        pytest.param("*{outlet}*", "<strong>A*B &lt;c&gt;</strong>", id="filled"),
        pytest.param("{outlet} *x*", "A*B &lt;c&gt; <strong>x</strong>", id="no bleed"),
    ],
)
def test_the_least_of_markup(text, expected):
    assert problem(text) is None
    assert html(text, {"outlet": "A*B <c>"}) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("*a", "does not end"),
        ("a*", "does not end"),
        ("*a* b*", "does not end"),
        ("**", "empty"),
        ("**a**", "empty"),
        ("* a*", "space"),
        ("*a *", "space"),
        (r"\n", "backslash"),
        ("a\\", "backslash"),
    ],
)
def test_broken_markup_is_named_with_a_remedy(text, said):
    message, hint = problem(text)
    assert said in message
    assert hint


def test_nothing_is_emphasised_where_nothing_can_be():
    assert problem("*a*", emphasis=False)
    assert problem(r"\*a\* b~c", emphasis=False) is None


@given(SIGNS)
def test_no_text_makes_any_tag_but_the_emphasis(text):
    made = str(html(text, {"a": "<script>"}))
    assert set(re.findall(r"<[^>]*>?", made)) <= {"<strong>", "</strong>"}
    assert made.count("<strong>") == made.count("</strong>")
    assert not re.search(r"<strong>[^<]*<strong>", made)


@given(SIGNS)
def test_html_without_its_tags_is_the_plain_text(text):
    made = re.sub(r"</?strong>", "", str(html(text, {})))
    assert entities.unescape(made) == plain(text, {})


@given(st.text(max_size=40))
def test_what_fills_a_place_is_never_markup(value):
    assert plain("{x}", {"x": value}) == value
    assert entities.unescape(str(html("*{x}*", {"x": value}))[8:-9]) == value


@given(SIGNS.filter(lambda text: problem(text) is None))
def test_sound_markup_loses_nothing_but_its_signs(text):
    kept = "".join(piece.text for piece in pieces(text)).replace(NO_BREAK, "~")
    unescaped = re.sub(r"\\(.)|\*", lambda m: m[1] or "", text)
    assert kept == unescaped


@given(st.text(alphabet="ab *~", max_size=20))
def test_escaped_text_stands_as_it_is_written(text):
    written = re.sub(r"([*~])", r"\\\1", text)
    assert problem(written) is None
    assert plain(written, {}) == text
