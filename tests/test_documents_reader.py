"""The reader: what is refused, where it is marked, and that nothing can choke it."""

# ruff: noqa: RUF001 - letters that look like others are the point
from __future__ import annotations

import faulthandler

import pytest
import yaml
from effort import effort
from hypothesis import example, given, settings
from hypothesis import strategies as st
from machine import missing

from gate.documents import load, read, reader, with_sources
from gate.documents.tree import MAX_DEPTH
from gate.model import Diagnostic, Mark

DEADLINE = 300  # seconds
MIB = 1024 * 1024


def codes(text):
    return [finding.code for finding in read(text, file="f.yaml").findings]


def places(text):
    found = read(text, file="f.yaml").findings
    return [(f.code, f.mark.line, f.mark.column, f.mark.width) for f in found]


@pytest.fixture(params=["CBaseLoader", "BaseLoader"])
def _either_loader(request, monkeypatch):
    if not hasattr(yaml, request.param):
        missing("PyYAML with libyaml")
    monkeypatch.setattr(reader, "LOADER", getattr(yaml, request.param))


@pytest.mark.parametrize(
    "scalar",
    ["NO", "yes", "007", "0755", "12:30", "1.10", "+380", "2024-06-01", "null", "~"],
)
@pytest.mark.usefixtures("_either_loader")
def test_every_scalar_stays_text(scalar):
    document = read(f"{scalar}: [{scalar}]", file="f.yaml")
    assert document.data == {scalar: [scalar]}
    assert document.findings == []


READING = {
    "two keys": ("a: 1\nb: 2\na: 3\n", [("R002", 3, 1, 1)]),
    "two keys after a wide letter": ("{日本: 1, 日本: 2}", [("R002", 1, 9, 2)]),
    "an anchor": ("a: &x y\n", [("R004", 1, 4, 2)]),
    "an alias": ("a: *html\n", [("R004", 1, 4, 5)]),
    "a merge key": ("<<: {b: c}\n", [("R004", 1, 1, 2)]),
    "a tag": ("a: !x y\n", [("R004", 1, 4, 3)]),
    "a list as key": ("[a]: b\n", [("R004", 1, 1, 1)]),
    "an alias as key": ("*a : b\n", [("R004", 1, 1, 2)]),
    "a second document": ("a: b\n---\nc: d\n", [("R001", 2, 1, 3)]),
    "an empty file": ("", [("R001", 1, 1, 1)]),
    "only a comment": ("# nothing\n", [("R001", 1, 1, 1)]),
    "a key without value": ("a:\nb: c\n", [("R003", 1, 1, 1)]),
    "an empty item": ("- a\n-\n", [("R003", 2, 2, 1)]),
    "a Cyrillic letter in a key": ("оwner: x\n", [("R006", 1, 1, 5)]),
    "an invisible letter": ("a: b\u200bc\n", [("R006", 1, 5, 1)]),
    "a turning letter in a comment": ("a: b # \u202ec\n", [("R006", 1, 8, 1)]),
    "an escaped turning letter": ('a: "\\u202e"\n', [("R006", 1, 4, 8)]),
    "a pattern without quotes": ("a: [*.html]\n", [("R001", 1, 5, 1)]),
}


@pytest.mark.parametrize("case", READING)
@pytest.mark.usefixtures("_either_loader")
def test_what_yaml_allows_and_the_gate_does_not_is_marked(case):
    text, expected = READING[case]
    assert places(text) == expected


BROKEN = {
    "a tab": "a:\n\tb: c\n",
    "an open bracket": "a: [b, c\n",
    "an open quote": "a: 'b\n",
    "a stray colon": "a: b: c\n",
    "a reserved letter": "a: @b\n",
    "a wrong indentation": "- a\n b: c\n",
    "a key without colon": "a: b\nc\n",
    "an unknown escape": 'a: "\\q"\n',
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.usefixtures("_either_loader")
def test_broken_yaml_is_explained_in_place_with_a_remedy(case):
    (finding,) = read(BROKEN[case], file="f.yaml").findings
    assert finding.code == "R001"
    assert finding.mark.line > 0
    assert finding.hint


def test_an_unquoted_pattern_is_told_to_be_quoted():
    (finding,) = read("paths: [*.html]\n", file="f.yaml").findings
    assert "Quote patterns that begin with *" in finding.hint
    (finding,) = read("paths: *html\n", file="f.yaml").findings
    assert "Quote patterns that begin with *" in finding.hint


BYTES = {
    "not UTF-8": b"a: b\nc: \xff\n",
    "UTF-16": "a: b".encode("utf-16"),
    "a zero byte": b"a: b\x00\n",
    "an escape sequence": b"a: \x1b[31m\n",
    "half a character": "a: \ud800",
    "too large": b"a: " + b"b" * (4 * MIB),
}


@pytest.mark.parametrize("case", BYTES)
def test_what_is_no_clean_text_is_one_finding(case):
    document = read(BYTES[case], file="f.yaml")
    assert [f.code for f in document.findings] == ["R001"]
    assert document.data is None


def test_bytes_that_are_not_utf8_are_marked_where_they_begin():
    (finding,) = read(b"a: b\nc: \xff\n", file="f.yaml").findings
    assert (finding.mark.line, finding.mark.column) == (2, 4)


ALLOWED = {
    "Cyrillic words": "a: Привет, мир\nновости: да\n",
    "a joiner that Persian needs": "a: می\u200cخواهم\n",
    "a word of each script": "a: 'Meduza Медуза'\n",
    "Windows line ends": "a: b\r\nc: d\r\n",
    "a byte order mark": "\ufeffa: b\n",
    "an explicit start": "---\na: b\n",
    "an empty text in quotes": "a: ''\n",
    "nothing in brackets": "a: []\nb: {}\n",
}


@pytest.mark.parametrize("case", ALLOWED)
def test_what_people_rightly_write_is_left_alone(case):
    assert codes(ALLOWED[case]) == []


def test_a_mark_points_at_keys_values_and_items():
    document = read("rules:\n  - id: one\n    paths: [/a, '/bc']\n", file="f.yaml")
    paths = ("rules", 0, "paths")
    assert document.mark((*paths, 1)) == Mark(file="f.yaml", line=3, column=17, width=5)
    assert document.mark(paths).width == len("[/a, '/bc']")
    assert document.mark(paths, key=True).column == 5
    assert document.mark((*paths, "not there", 7)) == document.mark(paths)
    assert document.mark(("rules", 0)).width == len("id")
    assert document.mark() == Mark(file="f.yaml", line=1, column=1, width=5)


def test_a_value_over_several_lines_is_marked_in_its_first():
    document = read("a: 'b\n  c'\n", file="f.yaml")
    assert document.mark(("a",)) == Mark(file="f.yaml", line=1, column=4, width=2)


def test_only_the_first_findings_are_told_and_the_rest_counted():
    document = read("- &a b\n" * 1000, file="f.yaml")
    assert len(document.findings) == reader.MAX_FINDINGS + 1
    assert "800 more" in document.findings[-1].message


def test_a_file_that_cannot_be_opened_is_a_finding(tmp_path):
    document = load(tmp_path / "none.yaml", file="none.yaml")
    assert [(f.code, str(f.mark)) for f in document.findings] == [("R001", "none.yaml")]


def test_a_finding_without_source_line_gets_it_from_the_file(tmp_path):
    path = tmp_path / "f.yaml"
    path.write_text("a: b\nc: d\n", "utf-8")
    bare = Diagnostic(code="R031", message="M.", mark=Mark(file=str(path), line=2))
    gone = Diagnostic(code="R031", message="M.", mark=Mark(file="no-such", line=2))
    assert [f.source_line for f in with_sources([bare, gone])] == ["c: d", ""]


HOSTILE = {
    "a billion laughs": "a0: &a0 [x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)),
    "deep brackets": "[" * 1_000_000,
    "deep braces": "{a: " * 200_000,
    "deep dashes": "- " * 100_000,
    "deep indentation": "".join(f"{' ' * n}a:\n" for n in range(2000)),
    "one long line": "a: " + "b" * (10 * MIB),
    "one long line within the limit": "a: " + "b" * (3 * MIB),
    "many keys": "".join(f"k{n}: v\n" for n in range(300_000)),
    "many equal keys": "a: b\n" * 300_000,
    "many invisible letters": "a: " + "\u200b" * MIB,
    "many anchors": "- &a b\n" * 200_000,
    "many stars": "*" * MIB,
    "many colons": ": " * MIB,
    "many question marks": "? " * MIB,
    "many quotes": "'\"" * MIB,
    "many line ends": "\n" * (3 * MIB),
    "many separators": "\u2028" * MIB,
    "many empty items": "-\n" * 400_000,
    "many commas": "[" + "," * MIB,
    "many documents": "---\n" * 400_000,
    "many directives": "%YAML 1.1\n" * 200_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_no_text_is_read_without_end_or_has_findings_without_end(case):
    # It takes seconds; what goes over all again and again would take hours.
    faulthandler.dump_traceback_later(DEADLINE, exit=True)
    document = read(HOSTILE[case], file="f.yaml")
    faulthandler.cancel_dump_traceback_later()
    assert len(document.findings) <= reader.MAX_FINDINGS + 1


@pytest.mark.parametrize("case", HOSTILE)
def test_twice_as_much_text_is_twice_the_work(case):
    little, much = (
        effort(lambda size=size: read(HOSTILE[case][:size], file="f.yaml"))
        for size in (10_000, 20_000)
    )
    assert much < 2.2 * little + 2000


@pytest.mark.usefixtures("_either_loader")
def test_depth_is_bounded_and_marked():
    allowed, beyond = "[" * MAX_DEPTH + "]" * MAX_DEPTH, "[" * (MAX_DEPTH + 1)
    assert codes(allowed) == []
    assert places(beyond) == [("R001", 1, MAX_DEPTH + 1, 1)]


PIECES = st.sampled_from(
    [
        *(
            "a",
            "b: ",
            "c: d\n",
            "- ",
            "\n",
            "  ",
            "[",
            "]",
            "{",
            "}",
            ",",
            '"',
            "'",
            "|",
        ),
        *(
            "*a",
            "&a ",
            "!t ",
            "<<: ",
            "---\n",
            "# ",
            ">\n",
            "? ",
            "\t",
            "\\u202e",
            "%",
            "@",
        ),
        *(
            "é",
            "Р",
            "日",
            "\u0301",
            "\u200b",
            "\x00",
            "\ufeff",
            "\u2028",
            "\r",
            "\ud800",
        ),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.binary(), st.lists(PIECES, max_size=30).map("".join)))
@example("\u2028- a")
@example(b"\xff")
def test_any_text_gives_a_tree_or_findings_and_every_mark_lies_in_it(text):
    document = read(text, file="f.yaml")
    assert document.data is not None or document.findings
    for finding in document.findings:
        assert finding.mark.line <= max(1, len(document.lines))
        assert finding.mark.width >= 1


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.text("abcNO019 :-#'é日", max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.text("abcNO é", min_size=1), inner, max_size=4)
        ),
        max_leaves=12,
    ).filter(lambda tree: isinstance(tree, dict | list))
)
def test_what_is_written_out_is_read_back_as_text(tree):
    text = yaml.safe_dump(tree, allow_unicode=True, default_style='"')
    document = read(text, file="f.yaml")
    assert document.findings == []
    assert document.data == tree
