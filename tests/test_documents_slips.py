"""Common slips: reported where they were made, in plain words."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - read while the class is made
from typing import ClassVar, Literal

import pytest
import yaml
from machine import missing

from gate.documents import Glob, Strict, read, reader, slips, validate
from gate.documents.scalars import quoted

CONFLICT = "A merge conflict was left in this file."
RULE = "rules:\n  - id: a\n    title: x\n"
NEVER = "A quotation mark that opens here is never closed."


@pytest.fixture(params=["CBaseLoader", "BaseLoader"])
def _either_loader(request, monkeypatch):
    if not hasattr(yaml, request.param):
        missing("PyYAML with libyaml")
    for module in (reader, slips):
        monkeypatch.setattr(module, "LOADER", getattr(yaml, request.param))


SLIPS = {
    "a merge conflict": (
        "a: b\n<<<<<<< HEAD\nc: d\n=======\nc: e\n>>>>>>> other\n",
        (2, 1, CONFLICT),
    ),
    "a merge conflict that reads like a key": (
        "<<<<<<< fix: paths\nc: d\n=======\n>>>>>>> other\n",
        (1, 1, CONFLICT),
    ),
    "the middle of a merge conflict": ("a: b\n=======\nc: d\n", (2, 1, CONFLICT)),
    "the end of a merge conflict": ("a: b\n>>>>>>> x\n", (2, 1, CONFLICT)),
    "no space": (
        "a: b\nthen:pass\nc: d\n",
        (2, 6, 'After "then:" a space is missing.'),
    ),
    "no space in the last line": (
        "a: b\nthen:pass\n",
        (2, 6, 'After "then:" a space is missing.'),
    ),
    "no space in the first key": (
        "a:\n  then:pass\n  c: d\n",
        (2, 8, 'After "then:" a space is missing.'),
    ),
    "no space behind a dash": (
        "a:\n  - id:x\n    c: d\n",
        (2, 8, 'After "id:" a space is missing.'),
    ),
    "no space in a rule": (
        f"{RULE}    then:pass\n    c: d\n",
        (4, 10, 'After "then:" a space is missing.'),
    ),
    "a no-break space": (
        "a: b\nthen:\xa0pass\nc: d\n",
        (2, 6, 'After "then:" stands a no-break space (U+00A0).'),
    ),
    "an open quote, more below": ('a: "b\nc: d\ne: "f"\ng: h\n', (1, 4, NEVER)),
    "an open quote in the line above": ('a: "b\nc: "d"\ne: f\n', (1, 4, NEVER)),
    "an open quote to the end": (f'{RULE}    b: "c\n    d: e\n', (4, 8, NEVER)),
    "an open quote in a list": ('a: ["b]\nc: ["d"]\n', (1, 5, NEVER)),
    "text behind a quote": (
        'a: "b" c\n',
        (1, 8, "Text follows a quotation mark that closes."),
    ),
    "an apostrophe": (
        "a: 'it's'\n",
        (1, 8, "Text follows a quotation mark that closes."),
    ),
    "no colon": (
        "a: b\njust text\nc: d\n",
        (2, 1, "This line has no colon, or the text before it does not end."),
    ),
    "a column to the left": (
        f"{RULE}   certainty: y\n    c: d\n",
        (4, 4, '"certainty" stands in column 4; its neighbours stand in column 5.'),
    ),
    "a column to the right": (
        f"{RULE}     certainty: y\n    c: d\n",
        (4, 6, '"certainty" stands in column 6; its neighbours stand in column 5.'),
    ),
}


@pytest.mark.parametrize("case", SLIPS)
@pytest.mark.usefixtures("_either_loader")
def test_a_slip_is_named_where_it_was_made(case):
    text, expected = SLIPS[case]
    (finding,) = read(text, file="f.yaml").findings
    assert finding.code == "R001"
    assert (finding.mark.line, finding.mark.column, finding.message) == expected
    assert finding.hint


def test_signs_of_a_conflict_within_a_text_are_text():
    text = "a: |\n  Heading\n  =======\n  <<<<<<< x\nb: c\n"
    assert read(text, file="f.yaml").findings == []


def test_a_byte_order_mark_moves_no_column():
    document = read(b"\xef\xbb\xbfa: b\r\nc: d\r\n", file="f.yaml")
    assert document.findings == []
    assert document.data == {"a": "b", "c": "d"}
    assert document.mark(("a",)).column == 4
    assert document.lines[0] == "a: b"


class Item(Strict):
    """What a test reads."""

    elsewhere: ClassVar[Mapping[str, tuple[str, str]]] = {
        "then": ("to", 'An item says "to".')
    }
    to: Literal["pass", "block"]
    path: Glob = "/"


MEANT = {
    "then: pass": ('The key "then" is not known here.', 'An item says "to".'),
    "to: {a: b}": ("One word is needed here, not keys within braces.", ""),
    "to: [pass]": ("One word is needed here, not a list.", ""),
    "to: “pass”": ('"“pass”" is not one of pass, block.', 'Use straight quotes: "…".'),
    "to: pass\npath: “/a”": (
        '"“/a”" does not begin with "/".',
        'Use straight quotes: "…".',
    ),
    "to: pass\npath: https://example.org/video/**?a#b": (
        '"https://example.org/video/**?a#b" is a whole address.',
        'Did you mean its path, "/video/**"?',
    ),
    "to: pass\npath: www.example.org": (
        '"www.example.org" is a whole address.',
        'Did you mean its path, "/"?',
    ),
}


@pytest.mark.parametrize("text", MEANT)
def test_a_wrong_value_is_met_with_what_was_meant(text):
    document = read(text, file="f.yaml")
    _, (finding,) = validate(document, Item)
    assert (finding.message, finding.hint) == MEANT[text]


def test_no_notation_of_the_language_is_in_a_sentence():
    assert [quoted(v) for v in ({"a": 1}, ["a"], ("a",))] == ["{…}", "[…]", "[…]"]
