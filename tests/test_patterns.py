from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.decision import Patterns

MATCHES = [
    ("everything matches the root", "/**", "/", True),
    ("everything matches a deep path", "/**", "/a/b/c", True),
    ("a plain path matches itself", "/a/b", "/a/b", True),
    ("a trailing slash of the path is ignored", "/a", "/a/", True),
    ("a trailing slash of the pattern is ignored", "/a/", "/a", True),
    ("the root matches the root", "/", "/", True),
    ("the root matches nothing else", "/", "/a", False),
    ("a plain path is no prefix", "/a", "/a/b", False),
    ("a plain path is no prefix of a word", "/a", "/ab", False),
    ("a folder matches itself", "/a/**", "/a", True),
    ("a folder matches itself with a slash", "/a/**", "/a/", True),
    ("a folder matches what is below", "/a/**", "/a/b/c", True),
    ("a folder does not match its sister", "/a/**", "/ab/c", False),
    ("a deep folder matches itself", "/a/b/**", "/a/b", True),
    ("a deep folder matches what is below", "/a/b/**", "/a/b/c", True),
    ("a deep folder does not match its sister", "/a/b/**", "/a/bc", False),
    ("a star stands for one segment", "/a/*", "/a/b", True),
    ("a star needs a segment", "/a/*", "/a/", False),
    ("a star does not match the root", "/*", "/", False),
    ("a star stays within its segment", "/a/*", "/a/b/c", False),
    ("a star in a word may be empty", "/news-*", "/news-", True),
    ("stars in a word", "/*.b*.c", "/x.bx.bx.c", True),
    ("a letter may be the first of several", "/*a*a", "/aa", True),
    ("the end of a word is its end", "/sitemap*.xml", "/sitemap.xmlx", False),
    ("both ends of a word need their own letters", "/ab*ba", "/aba", False),
    ("two stars may stand for nothing", "/a/**/b", "/a/b", True),
    ("two stars stand for several segments", "/a/**/b", "/a/x/y/b", True),
    ("two stars before a word", "/**/amp", "/amp", True),
    ("two stars before an extension", "/**/*.pdf", "/a/b.pdf", True),
    ("what follows two stars ends the path", "/**/amp", "/amp/x", False),
    ("the first fit of a block need not be the last", "/**/a/**/b", "/a/b/a/b", True),
    ("a block is not torn apart", "/**/a/b", "/a/x/b", False),
    ("two stars twice count once", "/a/**/**", "/a", True),
    ("case matters", "/News", "/news", False),
    ("letters of expressions are letters", "/a.b", "/axb", False),
    ("letters of expressions are letters under a star", "/a.*", "/ab", False),
    ("a line feed is a letter", "/*", "/a\nb", True),
    ("letters beyond ASCII", "/новости/**", "/новости/7", True),
]


@pytest.mark.parametrize(
    ("glob", "path", "expected"), [m[1:] for m in MATCHES], ids=[m[0] for m in MATCHES]
)
def test_pattern_matches(glob, path, expected):
    assert (Patterns([glob]).signature(path) == 1) is expected


def test_bit_of_signature_is_number_of_glob():
    patterns = Patterns(["/a/**", "/**", "/a/*"])
    assert patterns.signature("/a/b") == 0b111
    assert patterns.signature("/a") == 0b011
    assert patterns.signature("/b") == 0b010


def test_repeated_glob_counts_once():
    assert Patterns(["/a", "/b", "/a"]).globs == ("/a", "/b")


def test_matched_names_the_globs():
    patterns = Patterns(["/a/**", "/**", "/b"])
    assert patterns.matched("/a") == {"/a/**", "/**"}


def naive_match(glob, path):
    """Try everything; written without a look at the module under test."""

    def word(pattern, text):
        if not pattern:
            return not text
        if pattern[0] == "*":
            return any(word(pattern[1:], text[i:]) for i in range(len(text) + 1))
        return text[:1] == pattern[0] and word(pattern[1:], text[1:])

    def walk(patterns, texts):
        if not patterns:
            return not texts
        if patterns[0] == "**":
            return any(walk(patterns[1:], texts[i:]) for i in range(len(texts) + 1))
        return (
            bool(texts)
            and word(patterns[0], texts[0])
            and walk(patterns[1:], texts[1:])
        )

    return walk(*([p for p in text.split("/") if p] for text in (glob, path)))


SEGMENT_GLOBS = st.sampled_from(
    ["a", "b", "ab", "*", "**", "a*", "*b", "a*b", "*a*", "*a*a", "*b*a*b"]
)
GLOBS = st.lists(SEGMENT_GLOBS, max_size=4).map(lambda parts: "/" + "/".join(parts))
SEGMENTS = st.text("abx", min_size=1, max_size=4)
PATHS = st.lists(SEGMENTS, max_size=5).map(lambda parts: "/" + "/".join(parts))


@settings(max_examples=400)
@given(st.lists(GLOBS, max_size=6, unique=True), PATHS, st.booleans())
def test_signature_agrees_with_naive_matching(globs, path, slash):
    shown = f"{path}/" if slash and path != "/" else path
    expected = {glob for glob in globs if naive_match(glob, path)}
    assert Patterns(globs).matched(shown) == expected


HOSTILE = """
from gate.patterns import Patterns
for glob, path in (
    ("/**/a/**/a/**/a/**/b", "/a" * 4_000),
    ("/*a*a*a*a*a*b", "/" + "a" * 8_000),
    ("/**/*a*a*b/**/c", "/" + "a" * 4_000 + "/a" * 2_000),
    ("/x/**/*/**/*/**/*/**/y", "/x" + "/x" * 4_000),
):
    print(Patterns([glob]).signature(path))
"""


def test_a_hostile_path_is_never_tried_twice():
    # It takes milliseconds; an expression that tries twice would take hours.
    command = [sys.executable, "-c", HOSTILE]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert done.stdout.split() == [b"0"] * 4
