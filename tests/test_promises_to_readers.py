"""The promises of the README's chapter on readers: each is held by a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
README = (TESTS.parent / "README.md").read_text("utf-8")
CHAPTER = README.split("\n## Who can see what\n")[1].split("\n## ")[0]
HEAD = "| promise | test |"


def table(head):
    """The rows of the table of the chapter that begins with this head."""
    rows = CHAPTER[CHAPTER.index(head) :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


PROMISES = table(HEAD)
SOURCES = {path: path.read_text("utf-8") for path in TESTS.rglob("test_*.py")}


def whereabouts(name):
    """The files that define a test of this name."""
    found = re.compile(rf"^ *def {re.escape(name)}\(", re.MULTILINE)
    return [path for path, text in SOURCES.items() if found.search(text)]


@pytest.mark.parametrize(("promise", "test"), PROMISES, ids=[p for p, _ in PROMISES])
def test_a_promise_is_held_by_exactly_one_test(promise, test):
    name = re.fullmatch(r"`(test_\w+)`", test)
    assert name, f"{promise!r} names no test"
    assert len(whereabouts(name[1])) == 1


def test_no_promise_is_held_by_a_long_run_alone():
    for _, test in PROMISES:
        [path] = whereabouts(test.strip("`"))
        before = SOURCES[path].split(f"def {test.strip('`')}(")[0]
        marks = before.rpartition("\n\n")[2]
        assert "pytest.mark.deep" not in marks


def test_the_table_is_not_empty_and_names_each_test_once():
    names = [test for _, test in PROMISES]
    assert len(names) >= 12
    assert len(set(names)) == len(names)


def test_a_missing_test_would_be_found():
    assert whereabouts("test_that_nobody_ever" + "_wrote") == []


def test_what_stays_on_a_device_is_what_the_search_of_a_profile_expects():
    """The residue in the README and in the forensic test are the same files."""
    source = (TESTS / "browser" / "test_proof_traces.py").read_text("utf-8")
    told = " ".join(cell for row in table("| what | left") for cell in row)
    for name in ("History", "Sessions", "ukm_db", "Preferences"):
        assert f"`{name}`" in told
        assert re.search(rf'"(?:\w+/)*{name}(?:/\w+)?"', source)


@pytest.mark.parametrize(
    "word",
    ["Anonymity", "reading is safe", "legal advice", "VPN", "Back", "prosecution"],
)
def test_what_is_never_claimed_is_said(word):
    assert word in CHAPTER.split("What is never claimed:")[1]


SAFE = re.compile(
    r"\b(?:anonymous|untraceable|undetectable|guarantee[sd]?"
    r"|(?:completely|totally|100 ?%) (?:safe|secure|hidden))\b",
    re.IGNORECASE,
)


def test_no_page_of_the_gate_promises_what_nobody_can_keep():
    for file in (TESTS.parent / "rules" / "notices").glob("*.yaml"):
        assert SAFE.findall(file.read_text("utf-8")) == []
