"""Comments of a YAML text, and what they ask gate check to leave out."""

from __future__ import annotations

from datetime import datetime

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from gate.documents import read
from gate.documents.comments import comments
from gate.documents.suppression import suppressions
from gate.documents.tree import LOADER

ASKED = '# gate: ignore[R041] until=2026-12-01 because="Later"'

FOUND = {
    "on a line of its own": ("# a\nx: y", ["# a"]),
    "behind a value": ("x: y # a", ["# a"]),
    "behind a key": ("x: # a\n  y: z", ["# a"]),
    "behind quotes": ('x: "# no" # a', ["# a"]),
    "within quotes over two lines": ("x: 'no\n  # no\n  no'\ny: z", []),
    "in the middle of a word": ("x: y#no", []),
    "behind the sign of a block": ("x: | # a\n  # no\n", ["# a"]),
    "behind a sign with numbers": ("x: >2-   # a\n  # no\n", ["# a"]),
    "in a block of text": ("x: |\n  no\n  # no\n  no\ny: z", []),
    "below a block of text": ("x: |\n  no\n# a\ny: z", ["# a"]),
    "below a block at the end": ("x: |\n  no\n # a", ["# a"]),
    "in a folded block": ("x: >\n  no # no\ny: z # a", ["# a"]),
    "in a list in brackets": ("x: [a, # a\n  b] # b", ["# a", "# b"]),
    "right behind a comma": ("x: [a,# a\n  b]", ["# a"]),
    "behind a dash": ("- # a\n  x: y", ["# a"]),
    "behind the end": ("x: y\n...\n# a", ["# a"]),
    "before a document": ("# a\n---\nx: y", ["# a"]),
    "with Windows line ends": ("x: y # a\r\nz: |\r\n  # no\r\n# b", ["# a", "# b"]),
    "an apostrophe in a word": ("x: it's # a\ny: don't # b", ["# a", "# b"]),
    "a quote in a comment": ('x: y # "a\nz: "# no"', ['# "a']),
    "an escape": ('x: "a\\" # no" # a', ["# a"]),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_comment_is_what_yaml_takes_for_one(name):
    text, expected = FOUND[name]
    document = read(text, file="x.yaml")
    assert [comment.text for comment in comments(document.lines)] == expected


ALPHABET = "#ab \n:-'\"|>,[]{}"


@given(st.text(ALPHABET, max_size=40))
@example("a: |\n # b\n # c\n# d")
@example("- >\n\n  #\n #\n#")
@example(">#")
def test_every_number_sign_of_a_text_is_in_a_comment_or_in_a_value(text):
    """The parser's own values are the witness; it knows nothing of our comments."""
    try:
        events = list(yaml.parse(text, Loader=LOADER))
    except yaml.YAMLError:
        return
    lines = text.split("\n")
    found = comments(lines)
    values = [e.value for e in events if isinstance(e, yaml.ScalarEvent)]
    assert sum(value.count("#") for value in values) == text.count("#") - sum(
        comment.text.count("#") for comment in found
    )
    for comment in found:
        line = lines[comment.line - 1]
        assert line[comment.column - 1 :] == comment.text


@given(st.text(ALPHABET, max_size=40), st.text("#ab 'x\"[", max_size=8))
def test_what_a_comment_says_changes_nothing(text, words):
    try:
        before = list(told(text))
    except yaml.YAMLError:
        return
    lines = text.split("\n")
    for comment in comments(lines):
        line = lines[comment.line - 1]
        lines[comment.line - 1] = f"{line[: comment.column - 1]}#{words}"
    assert list(told("\n".join(lines))) == before


def told(text):
    for event in yaml.parse(text, Loader=LOADER):
        yield type(event), getattr(event, "value", None)


STYLES = {
    "plain": "{}",
    "single": "'{}'",
    "double": '"{}"',
    "list": "['{}', \"{}\"]",
}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*STYLES, "literal", "folded"]),
            st.sampled_from(["", "above", "behind"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_only_what_was_written_as_a_comment_asks_for_something(items):
    """Every value holds the very text of a comment; only real ones may count."""
    lines, expected = [], set()
    for number, (style, where) in enumerate(items):
        if where == "above":
            lines.append(ASKED)
            expected.add(len(lines))
        behind = f" {ASKED}" if where == "behind" else ""
        lines += entry(number, style, behind)
        if behind:
            expected.add(len(lines) - (2 if style in {"literal", "folded"} else 0))
    document = read("\n".join(lines), file="x.yaml")
    assert document.findings == []
    assert {s.mark.line for s in suppressions(document)} == expected


def entry(number, style, behind):
    if style in {"literal", "folded"}:
        sign = {"literal": "|", "folded": ">"}[style]
        return [f"key{number}: {sign}{behind}", f"  {ASKED}", f"  more {ASKED}"]
    inner = ASKED.replace('"', "") if style != "plain" else "word#gate: ignore[R041]"
    value = STYLES[style].replace("{}", inner.replace(": ", ":"))
    return [f"key{number}: {value}{behind}"]


def asked(text):
    return suppressions(read(text, file="x.yaml"))


def test_a_comment_says_what_why_and_until_when():
    (one,) = asked(f"a: b {ASKED}")
    assert (one.codes, one.until, one.because) == (("R041",), "2026-12-01", "Later")
    assert (one.problem, one.lines) == ("", {1})
    assert (one.mark.line, one.mark.column, one.mark.width) == (1, 6, len(ASKED))


@pytest.mark.parametrize(
    "text",
    [
        "# gate: ignore[R041, R018] until=2026-12-01 because='Two of them'",
        '# gate:ignore[R041,R018] because="Two of them" until=2026-12-01',
        '## gate: ignore [ R041 ,R018 ] until="2026-12-01" because="Two of them"  ',
        '# why # gate: ignore[R041,R018] until=2026-12-01 because="Two of them" # so',
    ],
)
def test_it_may_name_several_codes_and_be_written_in_several_ways(text):
    (one,) = asked(f"{text}\na: b")
    assert (one.codes, one.because) == (("R041", "R018"), "Two of them")
    assert one.problem == ""


LINES = {
    "behind a value": (f"a: b {ASKED}\nc: d", {1}),
    "above a line": (f"c: d\n{ASKED}\na: b", {2, 3}),
    "above other comments": (f"c: d\n{ASKED}\n# more\n# and more\na: b", {2, 5}),
    "at the top": (f"{ASKED}\na: b", {0, 1, 2}),
    "at the top, below others": (f"# title\n\n{ASKED}\na: b", {0, 3, 4}),
}


@pytest.mark.parametrize("name", LINES)
def test_it_is_about_its_own_line_or_the_line_below(name):
    text, lines = LINES[name]
    (one,) = asked(text)
    assert one.lines == lines


PROBLEMS = {
    "# gate: ignore R041": "does not read as such comments do",
    "# gate: ignroe[R041] until=2026-12-01 because='x'": "does not read as such",
    "# gate: ignore[]": '"" is no code',
    "# gate: ignore[r041] until=2026-12-01 because='x'": '"r041" is no code',
    "# gate: ignore[R041]": "until is missing",
    "# gate: ignore[R041] until=2026-12-01": "because is missing",
    "# gate: ignore[R041] until=2026-12-01 because=''": "because is missing",
    "# gate: ignore[R041] because='x'": "until is missing",
    "# gate: ignore[R041] until=2026-13-01 because='x'": "is no day",
    "# gate: ignore[R041] until=20261201 because='x'": "is no day",
    "# gate: ignore[R041] until=tomorrow because='x'": "is no day",
    "# gate: ignore[R041] til=2026-12-01 because='x'": '"til" is not known',
    "# gate: ignore[R041] until=2026-12-01 because=two words": '"words" cannot be read',
    "# gate: ignore[R041] until=2026-12-01 because='x": "cannot be read",
    "# gate: ignore[R041] until=2026-12-01 until=2027-01-01": "until stands twice",
}


@pytest.mark.parametrize("text", PROBLEMS)
def test_what_cannot_be_understood_is_told(text):
    (one,) = asked(f"{text}\na: b")
    assert PROBLEMS[text] in one.problem


@pytest.mark.parametrize(
    "text",
    [
        "# gate: the outlet's front gate",
        "# the gate: ours",
        "# a gate: [1]",
        "# navigate: ignore",
        "# ignore[R041]",
        "# gateway: ignore[R041]",
    ],
)
def test_a_comment_that_speaks_of_gates_asks_for_nothing(text):
    assert [s for s in asked(f"{text}\na: b") if not s.problem] == []


def test_a_file_that_is_no_yaml_asks_for_nothing():
    assert asked(f"{ASKED}\na: [b") == []


@pytest.mark.parametrize(
    ("now", "ended"),
    [("2026-11-30T23:59:59Z", False), ("2026-12-01T00:00:00Z", True)],
)
def test_it_ends_when_its_day_begins_in_utc(now, ended):
    (one,) = asked(f"a: b {ASKED}")
    assert one.has_ended(int(datetime.fromisoformat(now).timestamp())) is ended
