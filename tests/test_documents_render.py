"""Findings on a terminal: the caret stands under the mark, and nothing escapes."""

# ruff: noqa: RUF001 - letters that look like others are the point
from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.documents import read, render
from gate.documents.render import columns
from gate.model import Diagnostic, Mark, Severity


def rendered(line, column, width, **fields):
    mark = Mark(file="f.yaml", line=1, column=column, width=width)
    values = {"code": "R003", "message": "M.", "mark": mark, "source_line": line}
    return render([Diagnostic(**{**values, **fields})]).split("\n")


def under_caret(rows):
    """The part of the shown line that stands over the carets, by terminal columns."""
    line, caret = rows[1].partition(" | ")[2], rows[2].partition(" | ")[2]
    start, end = len(caret) - len(caret.lstrip()), len(caret)
    at, over = 0, ""
    for letter in line:
        if start <= at < end or (at == end and over and not columns(letter)):
            over += letter
        at += columns(letter)
    return over


def test_a_finding_has_place_code_sentence_line_caret_and_hint():
    assert rendered("then: baner", 7, 5, hint="Did you mean?") == [
        "f.yaml:1:7: R003 M.",
        "     1 | then: baner",
        "       |       ^^^^^",
        "       = hint: Did you mean?",
    ]


LINES = {
    "plain": ("a: bcd", 4, 3, "bcd"),
    "after wide letters": ("日本: bcd", 5, 3, "bcd"),
    "wide letters": ("a: 日本x", 4, 2, "日本"),
    "after a combining mark": ("e\u0301: bcd", 5, 3, "bcd"),
    "with a combining mark": ("a: e\u0301x", 4, 2, "e\u0301"),
    "after an emoji": ("a🚦: bcd", 5, 3, "bcd"),
    "after a tab": ("a:\tbcd", 4, 3, "bcd"),
    "after an invisible letter": ("a\u200b: bcd", 5, 3, "bcd"),
    "an invisible letter": ("a: \u202eb", 4, 1, "<U+202E>"),
    "Cyrillic": ("имя: РU", 6, 2, "РU"),
    "behind the end": ("a: b", 5, 1, ""),
}


@pytest.mark.parametrize("case", LINES)
def test_the_caret_stands_under_what_is_marked(case):
    line, column, width, over = LINES[case]
    assert under_caret(rendered(line, column, width)) == over


def test_a_long_line_is_cut_around_the_mark():
    rows = rendered("x" * 5000 + "bad" + "y" * 5000, 5001, 3)
    assert under_caret(rows) == "bad"
    assert len(rows[1]) < 200
    assert rows[1].count("…") == 2


def test_a_mark_wider_than_the_terminal_is_cut():
    assert len(rendered("x" * 5000, 1, 5000)[2]) < 200


def test_findings_are_sorted_and_set_apart():
    document = read("b: *x\na: *y\n", file="f.yaml")
    blocks = render(reversed(document.findings)).split("\n\n")
    assert [block[:9] for block in blocks] == ["f.yaml:1:", "f.yaml:2:"]
    assert render([]) == ""


def test_a_whole_file_needs_no_line():
    mark = Mark(file="rules")
    assert (
        render([Diagnostic(code="R036", message="M.", mark=mark)]) == "rules: R036 M."
    )


def test_a_warning_says_so():
    assert rendered("a: b", 1, 1, severity=Severity.WARNING)[0].endswith("warning: M.")


def test_colour_is_only_there_when_asked_for():
    (finding,) = read("a: *x\n", file="f.yaml").findings
    assert "\x1b[31m" in render([finding], colour=True)
    assert "\x1b" not in render([finding])


@settings(max_examples=150, deadline=None)
@given(st.text(), st.text(), st.text(), st.integers(1, 50), st.integers(1, 50))
def test_nothing_of_a_file_reaches_the_terminal_as_control(
    line, message, file, column, width
):
    mark = Mark(file=file, line=1, column=column, width=width)
    fields = {"message": message, "hint": message, "source_line": line}
    text = render([Diagnostic(code="R003", mark=mark, **fields)])
    assert {
        unicodedata.category(letter) for letter in text if letter != "\n"
    }.isdisjoint({"Cc", "Cf", "Cs"})
    assert text.count("\n") <= 3
