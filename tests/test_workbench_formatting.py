"""The one layout: calm, stable, and never another book."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from messy_yaml import Careless

from gate.cli import main
from gate.documents import load, read
from gate.documents.suppression import suppressions
from gate.errors import ConfigMissingError, FindingsError, UnformattableError
from gate.workbench.formatting import formatted, is_formatted
from gate.workbench.starter import write_starter

HERE = Path(__file__).parent.parent
BOOK = "rules/undesirable-organization.yaml"
EXAMPLES = HERE / "gate/workbench/examples"
SHIPPED = sorted(
    [HERE / "config.yaml", *(HERE / "rules").rglob("*.yaml"), *EXAMPLES.rglob("*.yaml")]
)

WORDS = st.one_of(
    st.sampled_from(["NO", "it's", 'say "so"', "a: b", "- a", "x # y", "back\\slash"]),
    st.sampled_from(["", " ", "/a/**", "* no", "3", "ё", "#1", "two\nlines", "kept\n"]),
    st.sampled_from(["kept\n\n\n", "a\n  b\n c", "  lead\nx\n", "\nlate\n"]),
    st.just("many words of one text"),
)
KEYS = st.sampled_from(["rules", "id", "when", "because", "areas", "from", "ёж"])
TREES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)
ROOTS = st.one_of(
    st.dictionaries(KEYS, TREES, min_size=1, max_size=4),
    st.lists(TREES, min_size=1, max_size=4),
)


def parts_of_the_book():
    """Rules, exemptions, promises, tests and areas as they are shipped."""
    rules = load(HERE / "rules/undesirable-organization.yaml").data
    areas = load(HERE / "rules/areas/russia.yaml").data
    for section in ("rules", "exemptions", "promises", "tests"):
        for item in rules[section][:6]:
            yield {"format": "rules/1", "owner": "x", section: [item, item]}
    yield {"format": "rules/1", "unknown": rules["unknown"]}
    yield {"areas": {"russia": areas["areas"]["russia"]}}


COMMENT = re.compile(r"# ?c\d+")
SUPPRESSION = "# gate: ignore[R041] until=2026-12-01 because=x"
SEEDS = st.integers(0, 2**32)
BOOKS = st.sampled_from(list(parts_of_the_book()))


def covered(document):
    """Which lines each suppression covers; lines that are not empty are counted."""
    full = [n for n, line in enumerate(document.lines, 1) if line.strip()]
    numbers = {line: number for number, line in enumerate(full)}
    return [
        [numbers[line] for line in sorted(found.lines) if line in numbers]
        for found in suppressions(document)
    ]


def holds(value, seed):
    """Format what a careless person made of a value; everything must still be there."""
    writer = Careless(Random(seed).choice)  # noqa: S311 (no secret)
    # Each comment asks for something, so that what it covers can be compared.
    text = COMMENT.sub(rf"\g<0> {SUPPRESSION}", writer.document(value))
    before = read(text, file="messy.yaml")
    assert not before.findings, text
    made = formatted(text)
    after = read(made, file="messy.yaml")
    assert after.data == before.data
    assert not after.findings
    assert covered(after) == covered(before)
    assert COMMENT.findall(made) == COMMENT.findall(text)
    assert len(COMMENT.findall(made)) == writer.made
    assert formatted(made) == made
    assert is_formatted(made)
    assert is_formatted(text) == (made == text)
    return made


@settings(max_examples=150, deadline=None)
@given(value=ROOTS, seed=SEEDS)
def test_any_layout_becomes_one_that_says_the_same_and_stays(value, seed):
    holds(value, seed)


@settings(max_examples=60, deadline=None)
@given(value=BOOKS, seed=SEEDS)
def test_a_book_written_carelessly_is_the_same_book_afterwards(value, seed):
    holds(value, seed)


@pytest.mark.parametrize(
    "path", SHIPPED, ids=[str(p.relative_to(HERE)) for p in SHIPPED]
)
def test_what_ships_with_the_gate_is_laid_out(path):
    assert formatted(path.read_text("utf-8")) == path.read_text("utf-8")


LAYOUTS = {
    "indentation": ("a:\n    b:\n        c: d\n", "a:\n  b:\n    c: d\n"),
    "dashes below their key": ("a:\n- b\n- c\n", "a:\n  - b\n  - c\n"),
    "spaces": ("a :   b\nc: [ d,e ]\n", "a: b\nc: [d, e]\n"),
    "a comma too many": ("a: [b, c, ]\n", "a: [b, c]\n"),
    "quotation marks": ("a: 'it''s'\n", 'a: "it\'s"\n'),
    "marks that stay": ("a: 'say \"so\"'\n", "a: 'say \"so\"'\n"),
    "ends of lines": ("a: b  \nc: d\t\n\n\n", "a: b\nc: d\n"),
    "no end": ("a: b", "a: b\n"),
    "empty lines": ("\na: b\n\n\n\nc: d\n", "a: b\n\nc: d\n"),
    "a comment in its column": (
        "a: 'b'   # one\nc: [ d ] # two\n",
        'a: "b"   # one\nc: [d]   # two\n',
    ),
    "a comment that goes on below": (
        "a:\n    b: c    # one\n            # two\n",
        "a:\n  b: c    # one\n          # two\n",
    ),
    "a comment that is a sketch": (
        "a:\n    b: c\n    # d:\n    #   - e\n      # f\n",
        "a:\n  b: c\n  # d:\n  #   - e\n    # f\n",
    ),
    "rules stand apart": (
        "rules:\n  - id: a\n    then: b\n  # of b\n  - id: b\n    then: b\n",
        "rules:\n  - id: a\n    then: b\n\n  # of b\n  - id: b\n    then: b\n",
    ),
    "a comment in any column stays with what it stands above": (
        "a:\n  - b: c\n    d: e\n      # of f\n  # too\n  - f: g\n    h: i\n",
        "a:\n  - b: c\n    d: e\n\n      # of f\n  # too\n  - f: g\n    h: i\n",
    ),
    "short items do not": ("rules:\n  - a\n  - b\n", "rules:\n  - a\n  - b\n"),
    "a folded text moves whole": (
        "a:\n      b: >-   # why\n          c\n            d\n",
        "a:\n  b: >-   # why\n    c\n      d\n",
    ),
    "brackets keep their shape": (
        "a:\n    b: [c,\n        d]\n",
        "a:\n  b: [c,\n      d]\n",
    ),
    "a bracket at the margin": ("a: [\n  b,\n]\n", "a: [\n  b,\n  ]\n"),
    "a text without an end": ("a: |\n   b", "a: |-\n  b\n"),
    "a space that is a letter": ('a: "b\\ \n c"\n', 'a: "b\\ \n  c"\n'),
    "lines of Windows": ("a:   b\r\nc: d\r\n", "a: b\r\nc: d\r\n"),
    "lines of both kinds": ("a: b\r\nc: d\ne: f\r\n", "a: b\r\nc: d\r\ne: f\r\n"),
    "a byte order mark": ("\ufeffa:  b\n", "\ufeffa: b\n"),
}


@pytest.mark.parametrize(("before", "after"), LAYOUTS.values(), ids=LAYOUTS)
def test_the_layout_settles(before, after):
    assert formatted(before) == after
    assert is_formatted(after)


@pytest.mark.parametrize(
    "text",
    ["a: b\na: c\n", "a: [b\n", "a: *b\n", "", "a:\n", "a: b\n---\nc: d\n"],
    ids=["a key twice", "no end", "an alias", "nothing", "no value", "two documents"],
)
def test_what_cannot_be_read_is_refused_with_its_findings(text):
    with pytest.raises(FindingsError) as caught:
        formatted(text, file="rules/a.yaml")
    assert caught.value.findings[0].mark.file == "rules/a.yaml"


def test_a_key_with_a_question_mark_is_refused():
    with pytest.raises(UnformattableError) as caught:
        formatted("a: b\n? c\n: d\n")
    assert caught.value.line == 2
    assert is_formatted("a: b\n? c\n: d\n")


# -- the command


@pytest.fixture(name="book")
def _book(tmp_path, monkeypatch):
    """Write the starter, with one file that is not laid out."""
    write_starter(tmp_path)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / BOOK
    path.write_text(path.read_text("utf-8").replace("then: ", "then:  "), "utf-8")
    return tmp_path


def fmt(*arguments, **more):
    return CliRunner().invoke(main, ["fmt", *arguments], **more)


def test_all_files_of_the_book_are_laid_out(book):
    done = fmt()
    assert (done.exit_code, "1 file laid out" in done.output) == (0, True)
    assert (book / BOOK).read_text("utf-8") == (HERE / BOOK).read_text("utf-8")
    assert "0 files laid out" in fmt().output


def test_with_check_files_stay_and_the_difference_is_shown(book):
    before = (book / BOOK).read_text("utf-8")
    done = fmt("--check")
    assert done.exit_code == 1
    assert "-    then:  interstitial" in done.output
    assert "+    then: interstitial" in done.output
    assert (book / BOOK).read_text("utf-8") == before
    assert fmt("--check", "config.yaml", "rules/areas").exit_code == 0


@pytest.mark.usefixtures("book")
def test_with_diff_nothing_has_failed():
    done = fmt("--diff")
    assert (done.exit_code, "+    then: interstitial" in done.output) == (0, True)


def test_a_file_with_errors_is_named_and_the_others_are_laid_out(book):
    (book / "rules/broken.yaml").write_text("a: [b\n", "utf-8")
    done = fmt()
    assert done.exit_code == 1
    assert "rules/broken.yaml:1:4: R001" in done.output
    assert "1 file with errors" in done.output
    assert (book / BOOK).read_text("utf-8") == (HERE / BOOK).read_text("utf-8")


def test_rights_and_links_stay(book):
    real = book / "elsewhere.yaml"
    (book / BOOK).rename(real)
    real.chmod(0o640)
    (book / BOOK).symlink_to(real)
    assert fmt().exit_code == 0
    assert (book / BOOK).is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert real.read_text("utf-8") == (HERE / BOOK).read_text("utf-8")


def test_an_editor_can_hand_over_what_it_holds():
    done = fmt("-", input="a:   b\n")
    assert (done.exit_code, done.stdout) == (0, "a: b\n")
    assert fmt("-", input="a: [b\n").exit_code == 1


def test_without_a_configuration_files_must_be_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fmt().exit_code == ConfigMissingError.exit_code
    (tmp_path / "a.yaml").write_text("a:  b\n", "utf-8")
    assert fmt("a.yaml").exit_code == 0
    assert (tmp_path / "a.yaml").read_text("utf-8") == "a: b\n"


def test_a_file_that_is_no_text_stays(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a:  \xff\n")
    assert (fmt(str(path)).exit_code, path.read_bytes()) == (1, b"a:  \xff\n")
