"""Banner and footer in pages that stream: the right place, and never another byte."""

from __future__ import annotations

import gzip
import zlib
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.answer.ending import WINDOW
from gate.answer.insertion import Insertion, ascii_html
from gate.answer.markup import LOOK_AHEAD
from gate.errors import BrokenCompressionError

TOP = b"<top>"
END = b"<end>"


def through(chunks, *, top=TOP, bottom=END, coding="identity"):
    insertion = Insertion(top, bottom, coding)
    out = [insertion.feed(chunk) for chunk in chunks]
    return b"".join(out) + insertion.finish(), insertion.found_place


def marked(page):
    """Insert into a page given as one chunk and as single bytes; they must agree."""
    whole = through([page])
    assert through([page[i : i + 1] for i in range(len(page))]) == whole
    return whole


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"<body>[top]hello[end]</body>", id="a body"),
        pytest.param(b"<BODY>[top]hello[end]</BODY>", id="capitals"),
        pytest.param(b"<bOdY>[top]hello[end]</BoDy>", id="mixed case"),
        pytest.param(b"<body>[top][end]</body>", id="nothing in it"),
        pytest.param(b"<body>[top]hello[end]", id="no end tag"),
        pytest.param(b"<body>[top]hello[end]</body >", id="space in the end tag"),
        pytest.param(b"<body>[top]hello[end]</body\n>", id="newline in the end tag"),
        pytest.param(b"<body>[top]a</body>b[end]</body>", id="the last end tag"),
        pytest.param(b"<body>[top]a</body>b[end]</BODY>", id="last one in capitals"),
        pytest.param(b"<body>[top]a</bodyguard>b[end]", id="another end tag"),
        pytest.param(b"<body>[top]a[end]</body></bodyguard>", id="other tag behind"),
        pytest.param(b"<body>[top]a</body[end]", id="end tag that is cut off"),
        pytest.param(
            b"<body>[top]a[end]</body></html>\n<!-- cached -->", id="comment behind"
        ),
        pytest.param(
            b"<body>[top]a</body><!-- </body> -->[end]", id="end tag in a comment"
        ),
        pytest.param(
            b'<body>[top]a</body><script>"</body>"</script>[end]',
            id="end tag in a script",
        ),
        pytest.param(
            b'<body>[top]<script>"</body>"</script>a[end]</body>',
            id="end tag in a script and a real one",
        ),
        pytest.param(b"<body>[top]a[end]</body><script>x</script>", id="script behind"),
        pytest.param(b'<body class="a>b">[top]x[end]', id="> in double quotes"),
        pytest.param(b"<body class='a>b'>[top]x[end]", id="> in single quotes"),
        pytest.param(b'<body class = "a>b" id=c>[top]x[end]', id="spaces around ="),
        pytest.param(b'<body a"b>[top]">x[end]', id="a quote in an attribute name"),
        pytest.param(b'<body a=b"c>[top]">x[end]', id="a quote in a bare value"),
        pytest.param(b"<body a=>[top]x[end]", id="no value"),
        pytest.param(b'<body ="a>[top]">x[end]', id="= begins a name"),
        pytest.param(b'<body a="1"b="2">[top]x[end]', id="no space between"),
        pytest.param(b"<body/>[top]x[end]", id="slash"),
        pytest.param(b"<body\tclass=a\n>[top]x[end]", id="tab and newline"),
        pytest.param(b"[top]<bodyguard><body>x[end]", id="another name"),
        pytest.param(b"[top]<body-x><body>x[end]", id="custom element"),
        pytest.param(b"<!doctype html><body>[top]x[end]", id="doctype"),
        pytest.param(b"\xef\xbb\xbf<body>[top]x[end]", id="UTF-8 mark"),
        pytest.param(b"<!-- <body> --><body>[top]x[end]", id="comment"),
        pytest.param(b"<!--><body>[top]x[end]", id="comment that ends at once"),
        pytest.param(b"<!---><body>[top]x[end]", id="comment that ends at once, too"),
        pytest.param(b"<!-- <body> --!><body>[top]x[end]", id="comment, odd end"),
        pytest.param(b"<!-- > <body> -- ><body>--><body>[top]x[end]", id="no end yet"),
        pytest.param(b"<!x <body><body>[top]x[end]", id="what counts as a comment"),
        pytest.param(b"<?xml <body><body>[top]x[end]", id="processing instruction"),
        pytest.param(b"</ <body><body>[top]x[end]", id="end tag without name"),
        pytest.param(b"</><body>[top]x[end]", id="end tag of nothing"),
        pytest.param(b"[top]a < b <body>x[end]", id="less than"),
        pytest.param(b"[top]<<body>x[end]", id="twice less than"),
        pytest.param(b"[top]<3 <body>x[end]", id="a heart"),
        pytest.param(b"<title><body></title><body>[top]x[end]", id="title"),
        pytest.param(b"<TITLE><body></Title ><body>[top]x[end]", id="title, capitals"),
        pytest.param(b"<title><body></titlex></title><body>[top]x[end]", id="not yet"),
        pytest.param(b"<style><body></style><body>[top]x[end]", id="style"),
        pytest.param(b"<noscript><body></noscript><body>[top]x[end]", id="noscript"),
        pytest.param(b"[top]<textarea><body></textarea><body>x[end]", id="textarea"),
        pytest.param(b"[top]<iframe><body></iframe><body>x[end]", id="iframe"),
        pytest.param(b'<script>"<body>"</script><body>[top]x[end]', id="script"),
        pytest.param(
            b"<script><!--\n<script></script><body>--></script><body>[top]x[end]",
            id="script in a script",
        ),
        pytest.param(
            b"<script><!-- <script> --></script><body>[top]x[end]",
            id="script in a script, closed by the comment",
        ),
        pytest.param(
            b"<script><!--><script></script><body>[top]x[end]",
            id="script with an empty comment",
        ),
        pytest.param(
            b"<script>a<!--b</script><body>[top]x[end]", id="open comment in a script"
        ),
        pytest.param(b"<template><body></template><body>[top]x[end]", id="template"),
        pytest.param(
            b"<template><template></template><body></template><body>[top]x[end]",
            id="template in a template",
        ),
        pytest.param(b"</template><body>[top]x[end]", id="end of no template"),
        pytest.param(b'<meta content="<body>"><body>[top]x[end]', id="attribute"),
        pytest.param(b"<body>[top]<body>x[end]</body>", id="the first of two"),
    ],
)
def test_both_have_their_place(page):
    plain = page.replace(b"[top]", b"").replace(b"[end]", b"")
    expected = page.replace(b"[top]", TOP).replace(b"[end]", END)
    assert marked(plain) == (expected, True)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"<!doctype html><title>t</title>[top]<h1>x[end]", id="a heading"),
        pytest.param(b"<!DOCTYPE html>\n <title>t</title>\n[top]x[end]", id="text"),
        pytest.param(b"<!doctype html>[top]\xc2\xa0x[end]", id="no-break space"),
        pytest.param(b"<html>\n<head>\n</head>\n[top]<main>x[end]", id="html, head"),
        pytest.param(b"<head>[top]x</head>y[end]", id="text in a head"),
        pytest.param(b"<html>[top]<p>x</html>[end]", id="no body, no head"),
        pytest.param(b"<html><head></head>[top]</html>[end]", id="nothing in it"),
        pytest.param(b"<html><title>t</title>[top]x[end]</body>", id="its end alone"),
        pytest.param(b"<html>[top]</br>x[end]", id="the end of a line break"),
        pytest.param(b"<html></p></div>[top]x[end]", id="ends of nothing"),
        pytest.param(
            b"<!doctype html><title><h1></title><style>p > b {}</style>"
            b"<script>'<p>'</script><noscript><p></noscript><!-- <p> -->"
            b"<meta><link><base><template>x<p><body></template>[top]<p>x[end]",
            id="all that stands in a head",
        ),
        pytest.param(
            b"<html><head></head><title>t</title><link>[top]<p>x[end]",
            id="what is put back into the head",
        ),
        pytest.param(
            b"<html><head></head>[top]<noscript>x</noscript><body>[end]",
            id="noscript behind the head",
        ),
        pytest.param(b"<html>[top]<p>x<body class=a>y[end]", id="a body too late"),
        pytest.param(b"<html>[top]<p>x<frameset>[end]", id="frames too late"),
        pytest.param(b"<html>[top]<plaintext><body>[end]", id="plaintext"),
        pytest.param(b"<html>[top]<svg><title>x</title></svg>[end]", id="a drawing"),
        pytest.param(b"<html>[top]<a title='>'>x</a>[end]", id="> in quotes"),
        pytest.param(
            b"[top]<br>\nA warning\n<!doctype html><title>t</title><body>x[end]",
            id="a script's complaint before the page",
        ),
        pytest.param(b"\xef\xbb\xbf<html>[top]x[end]", id="UTF-8 mark"),
        pytest.param(b"<?xml version='1.0'?>\n<html>[top]<p>x[end]", id="XML"),
        pytest.param(b"<html>[top]<3 x[end]", id="a heart"),
    ],
)
def test_without_a_body_tag_content_begins_by_itself(page):
    plain = page.replace(b"[top]", b"").replace(b"[end]", b"")
    expected = page.replace(b"[top]", TOP).replace(b"[end]", END)
    assert marked(plain) == (expected, True)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"just text", id="no markup"),
        pytest.param(b"<p>a paragraph</p>", id="a part of a page"),
        pytest.param(b"<title>t</title><li>x</li>", id="a part with its title"),
        pytest.param(b'{"html": "<p>x</p>"}', id="JSON"),
        pytest.param(b"<!doctype html><title>t</title>", id="a head alone"),
        pytest.param(b"<html><head></head><frameset><body>", id="frames behind a head"),
        pytest.param(b"<html><template><p>x", id="open template in a page"),
        pytest.param(b'<html><p class="a>', id="open quote in a page"),
        pytest.param(b"<frameset><frame></frameset><body>", id="frames"),
        pytest.param(b"<plaintext><body>", id="plaintext"),
        pytest.param(b"<!-- <body>", id="open comment"),
        pytest.param(b"<script><body>", id="open script"),
        pytest.param(b"<title><body>", id="open title"),
        pytest.param(b"<template><body>", id="open template"),
        pytest.param(b'<body class="a>', id="open quote"),
        pytest.param(b"<body", id="cut off"),
    ],
)
def test_without_a_place_the_page_stays_but_for_its_end(page):
    assert marked(page) == (page + END, False)


def test_nothing_leaves_before_the_place_is_found():
    insertion = Insertion(TOP, END)
    assert insertion.feed(b"<html><head><title>x</title>") == b""
    assert insertion.found_place is False
    assert insertion.feed(b"</head><body>hello").endswith(b"<body><top>hello")
    assert insertion.found_place is True


def test_the_search_ends_somewhere():
    comment = b"<!--" + b"x" * (LOOK_AHEAD - 7) + b"-->"
    assert len(comment) == LOOK_AHEAD
    insertion = Insertion(TOP, END)
    assert insertion.feed(comment) == comment
    assert insertion.found_place is False
    assert insertion.feed(b"<body>") == b"<body>"
    assert insertion.finish() == END


@pytest.mark.parametrize(("more", "found"), [(0, True), (1, False)])
def test_the_place_must_come_within_the_look_ahead(more, found):
    page = b" " * (LOOK_AHEAD - len(b"<body>") + more) + b"<body>"
    assert through([page])[1] is found
    assert through([page[:-3], page[-3:]])[1] is found


def test_an_empty_page_stays_empty():
    assert through([]) == (b"", False)
    assert through([b"", b""], top=b"") == (b"", True)


def test_nothing_to_insert_changes_nothing():
    page = b"<body>x</body>"
    assert through([page], top=b"", bottom=b"") == (page, True)


def test_a_banner_alone():
    page = b"<body>x</body>"
    assert through([page], bottom=b"") == (b"<body><top>x</body>", True)


def test_without_a_banner_bytes_leave_at_once():
    insertion = Insertion(b"", END)
    assert insertion.feed(b"<html><p>first") == b"<html><p>first"
    assert insertion.feed(b"second</bo") == b"second"
    assert insertion.feed(b"ld>") == b"</bold>"
    assert insertion.feed(b"third</body></html>") == b"third"
    assert insertion.finish() == END + b"</body></html>"


@pytest.mark.parametrize(
    "start", [b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"], ids=["LE", "BE", "32"]
)
def test_pages_in_wide_characters_are_left_alone(start):
    page = start + b"<body>x</body>"
    assert marked(page) == (page, False)


@pytest.mark.parametrize("page", [b"\xff", b"\xfe", b"\x00", b"\x00\x00\xfe", b"\xffx"])
def test_what_only_begins_like_wide_characters_is_a_page(page):
    assert through([page], top=b"") == (page + END, True)
    assert marked(page) == (page + END, False)


def test_an_end_tag_far_from_the_end_is_the_last():
    page = b"<body>a</body>" + b"x" * (WINDOW + 99) + b"</body>"
    expected = b"<body><top>a<end></body>" + page[len(b"<body>a</body>") :]
    assert through([page]) == (expected, True)
    assert through([page[:2000], page[2000:-3], page[-3:]]) == (expected, True)


def test_memory_stays_bounded_behind_an_end_tag():
    insertion = Insertion(b"", END)
    insertion.feed(b"<body></body>")
    sent = sum(len(insertion.feed(b"x" * 1000)) for _ in range(200))
    assert sent > 200_000


@pytest.mark.parametrize("size", [1, 7, 1000, WINDOW, 10 * WINDOW])
def test_long_pages_come_out_the_same_however_they_are_cut(size):
    page = b"<body>" + (b"<p>x</p></body>" + b"y" * 30_000) * 5 + b"</body></html>"
    page += b"<script>'</body>'</script>" + b"z" * 70_000 + b"<b></body>"
    chunks = [page[i : i + size] for i in range(0, len(page), size)]
    assert through(chunks) == through([page])


pieces = st.lists(
    st.sampled_from(
        [
            *(b"<body>", b"</body>", b"<BODY x='>'>", b"</Body >", b"<body", b"</bod"),
            *(
                b"<!--",
                b"-->",
                b"--!>",
                b"<!",
                b">",
                b"<",
                b"/",
                b"'",
                b'"',
                b"=",
                b"-",
                b"<!doctype html>",
                b"<html>",
                b"</head>",
                b" ",
                b"\xef\xbb\xbf",
            ),
            *(b"<script>", b"</script>", b"<script ", b"<title>", b"</title>", b"x "),
            *(b"<template>", b"</template>", b"<p a=b>", b"\xff\xfe", b"\xd1\x8f"),
        ]
    ),
    max_size=14,
)


def cut(data, places):
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


@settings(max_examples=400)
@given(pieces, st.lists(st.integers(0, 200), max_size=6))
@example([b"<body>", b"</body>", b"<!--", b"</body>", b"-->"], [1, 9, 15])
def test_any_cut_of_any_page_gives_the_same(parts, places):
    page = b"".join(parts)
    assert through(cut(page, places)) == through([page])


@settings(max_examples=400)
@given(pieces, st.lists(st.integers(0, 200), max_size=6), st.integers(7, 40))
def test_cuts_do_not_matter_where_the_window_ends_either(parts, places, window):
    page = b"".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gate.answer.ending.WINDOW", window)
        patch.setattr("gate.answer.markup.LOOK_AHEAD", 2 * window)
        assert through(cut(page, places)) == through([page])


@settings(max_examples=200)
@given(pieces)
def test_no_byte_of_a_page_is_lost_or_changed(parts):
    page = b"".join(parts)
    out, found = through([page], top=b"[top]", bottom=b"[end]")
    assert out.replace(b"[top]", b"").replace(b"[end]", b"") == page
    if page[:2] not in {b"", b"\xff\xfe"}:
        assert len(out) == len(page) + len(b"[end]") + found * len(b"[top]")


PAGE = b"<html><body class=x>" + b"<p>text &amp; more</p>\n" * 900 + b"</body></html>"


def packed(page, coding):
    bits = {"gzip": 31, "x-gzip": 31, "deflate": 15, "raw": -15}[coding]
    packer = zlib.compressobj(wbits=bits)
    return packer.compress(page) + packer.flush()


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP ", "deflate"])
@pytest.mark.parametrize("size", [1, 13, 10**6])
def test_compressed_pages_are_changed_inside(coding, size):
    name = coding.strip().lower()
    body = packed(PAGE, name)
    chunks = [body[i : i + size] for i in range(0, len(body), size)]
    out, found = through(chunks, coding=coding)
    assert zlib.decompress(out, 15 if name == "deflate" else 31) == through([PAGE])[0]
    assert found


def test_deflate_without_its_header_stays_without():
    out, _ = through([packed(PAGE, "raw")], coding="deflate")
    assert zlib.decompress(out, -15) == through([PAGE])[0]


@settings(max_examples=60)
@given(pieces, st.lists(st.integers(0, 200), max_size=4))
def test_gzip_there_and_back_is_the_same_as_without(parts, places):
    page = b"".join(parts)
    out, _ = through(cut(gzip.compress(page), places), coding="gzip")
    assert gzip.decompress(out) == through([page])[0]


def test_a_page_that_streams_keeps_streaming():
    packer, insertion = zlib.compressobj(wbits=31), Insertion(b"", END, "gzip")
    reader = zlib.decompressobj(31)
    for part in (b"<body>one", b" two", b" three"):
        sent = packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH)
        first, second = insertion.feed(sent[:-2]), insertion.feed(sent[-2:])
        assert reader.decompress(first + second) == part
    rest = insertion.feed(packer.flush()) + insertion.finish()
    assert reader.decompress(rest) == END


def test_members_of_gzip_are_one_page():
    body = gzip.compress(b"<body>a") + gzip.compress(b"b</body>")
    out, _ = through([body], coding="gzip")
    assert gzip.decompress(out) == b"<body><top>ab<end></body>"


def test_padding_behind_a_compressed_page_is_dropped():
    out, _ = through([packed(PAGE, "gzip") + b"\x00" * 99], coding="gzip")
    assert gzip.decompress(out) == through([PAGE])[0]


def test_a_page_that_expands_a_thousandfold_is_changed():
    page = b"<body>" + b" " * 20_000_000 + b"</body>"
    out, _ = through([gzip.compress(page)], coding="gzip")
    assert len(out) < 100_000
    assert zlib.decompressobj(31).decompress(out, 11) == b"<body><top>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<body>not compressed</body>", id="not compressed"),
        pytest.param(packed(PAGE, "gzip")[:-9], id="cut off"),
        pytest.param(packed(PAGE, "gzip")[:30] + b"garbage" * 9, id="damaged"),
        pytest.param(b"\x1f", id="one byte"),
    ],
)
def test_broken_compression_is_an_error(body):
    with pytest.raises(BrokenCompressionError) as broken:
        through([body], coding="gzip")
    assert broken.value.code == "E510"


def test_no_compressed_byte_at_all_stays_none():
    assert through([], coding="gzip")[0] == b""


def test_an_empty_coding_is_none():
    assert through([b"<body>x"], coding=" Identity")[0] == b"<body><top>x<end>"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
def test_other_codings_are_refused(coding):
    with pytest.raises(ValueError, match="only identity, gzip and deflate"):
        Insertion(TOP, END, coding)


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "shift_jis", "utf-8"])
def test_inserted_text_reads_the_same_in_every_charset(charset):
    inserted = ascii_html("<p>Внимание, «читатель»</p>")
    page = "<body>x</body>".encode(charset)
    shown, _ = through([page], bottom=inserted)
    assert inserted.isascii()
    assert b"&#1042;&#1085;" in shown.decode(charset).encode()
