"""A logo: shapes come through, and nothing else is let by."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.notices.logo import MOST_DEPTH, MOST_LOGO, clean_logo

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
MARK = Path(__file__).parents[1] / "gate/workbench/demo/static/mark.svg"


def svg(inside="", head=HEAD):
    return f"{head}{inside}</svg>".encode()


def test_shapes_come_through_with_the_name_of_the_site():
    data = svg(
        '<title>x</title><g fill="currentColor"><path d="M0 0L8 8z"/></g>',
        '<?xml version="1.0"?>' + HEAD.replace(" viewBox", ' width="8" viewBox'),
    )
    cleaned = (
        '<svg role="img" aria-label="The &quot;Owl&quot; &amp; Co" viewBox="0 0 8 8">'
        '<g fill="currentColor"><path d="M0 0L8 8z"></path></g></svg>'
    )
    assert clean_logo(data, 'The "Owl" & Co') == (cleaned, ())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(svg("<script>alert(1)</script>"), id="script"),
        pytest.param(svg('<path onload="x()" d="M0"/>'), id="event"),
        pytest.param(svg('<a href="https://third.example"><g/></a>'), id="link"),
        pytest.param(svg('<path href="#x"/>'), id="href"),
        pytest.param(
            svg('<g xmlns:x="http://www.w3.org/1999/xlink" x:href="//t"/>'), id="xlink"
        ),
        pytest.param(svg('<image href="https://third.example/x.png"/>'), id="image"),
        pytest.param(svg('<use href="#x"/>'), id="use"),
        pytest.param(svg('<path style="fill:url(https://t.example)"/>'), id="style"),
        pytest.param(svg("<style>@import '//third.example'</style>"), id="sheet"),
        pytest.param(svg('<path fill="url(#x)"/>'), id="url"),
        pytest.param(svg('<path fill="URL(#x)"/>'), id="URL"),
        pytest.param(svg("<foreignObject><p/></foreignObject>"), id="foreign"),
        pytest.param(svg("<animate/>"), id="animation"),
        pytest.param(svg('<set attributeName="href"/>'), id="set"),
        pytest.param(svg("<text>Owl</text>"), id="text element"),
        pytest.param(svg("<g>Owl</g>"), id="text"),
        pytest.param(svg('<g id="exit"/>'), id="id"),
        pytest.param(svg('<g class="exit"/>'), id="class"),
        pytest.param(svg('<g tabindex="0"/>'), id="focus"),
        pytest.param(svg('<g xmlns="http://www.w3.org/1999/xhtml"/>'), id="namespace"),
        pytest.param(b"<!DOCTYPE svg []>" + svg(), id="doctype"),
        pytest.param(
            b'<!DOCTYPE s [<!ENTITY a "b">]>' + svg("<g>&a;</g>"), id="entity"
        ),
        pytest.param(b"<?xml-stylesheet href='//t'?>" + svg(), id="instruction"),
        pytest.param(svg(head='<svg viewBox="0 0 1 1">'), id="no namespace"),
        pytest.param(svg(head=HEAD.replace(' viewBox="0 0 8 8"', "")), id="no viewBox"),
        pytest.param(b"<svg", id="cut off"),
        pytest.param(b"\x89PNG", id="a picture"),
        pytest.param(b"", id="empty"),
        pytest.param(svg(" " * MOST_LOGO), id="too long"),
        pytest.param(svg().decode().encode("utf-16"), id="another charset is read"),
    ],
)
def test_whatever_is_not_a_plain_shape_is_refused(data):
    cleaned, problems = clean_logo(data, "Owl")
    if cleaned:
        assert cleaned == '<svg role="img" aria-label="Owl" viewBox="0 0 8 8"></svg>'
    else:
        assert problems
        assert all(sentence.endswith(".") for sentence in problems)


def test_every_problem_is_told_once():
    data = svg('<script/><script/><path onclick="x"/>')
    assert clean_logo(data, "x")[1] == (
        "<script> is not a plain shape.",
        '<path> has "onclick".',
    )


def test_groups_may_stand_in_groups_but_not_without_end():
    deep = (MOST_DEPTH - 2) * "<g>" + "<path/>" + (MOST_DEPTH - 2) * "</g>"
    assert clean_logo(svg(deep), "x")[1] == ()
    for groups in (MOST_DEPTH, 1_000):
        data = svg(groups * "<g>" + "<path/>" + groups * "</g>")
        told = (f"More than {MOST_DEPTH} elements stand in each other.",)
        assert clean_logo(data, "x") == ("", told)
