"""What tests exercise, and tests that say less than they seem to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gate.model import Severity
from gate.places.areas import membership
from gate.rules import load_book
from gate.rules.marking import Lines
from gate.rules.mutating.survival import Fate, judge_mutants
from gate.rules.testing import weak_tests
from gate.rules.testing.coverage import coverage
from gate.rules.testing.exercise import exercises, met_and_missed

ROOT = Path(__file__).parent.parent
BOOKS = ROOT / "tests" / "books"
EXAMPLE = ROOT / "gate" / "workbench" / "examples" / "belarus" / "rules"

RULES = """\
format: rules/1
owner: legal@example.org
unknown:
  notice: n
  not_in_database: banner
  database_unusable: banner
  max_age_days: 400
  private_address: banner
  bad_address: banner
  anonymous_network: banner
rules:
  - id: warn
    title: A
    because: B
    when:
      areas: [norway, sweden]
      activities: [read, share]
      paths: ["/a/**", "/b"]
      except_paths: ["/a/free"]
    then: interstitial
    notice: n
    effective: {from: "2024-01-01T00:00:00Z", until: "2028-01-01T00:00:00Z"}
"""
AREAS = """\
format: areas/1
areas:
  norway:
    title: Norway
    versions: [{since: "2000-01-01T00:00:00Z", whole: [NO], partly: [DK-81]}]
  sweden:
    title: Sweden
    versions: [{since: "2000-01-01T00:00:00Z", whole: [SE], networks: [192.0.2.0/24]}]
"""
PARTS = [
    'a reader who meets it through the area "norway" alone',
    'a reader who meets it through the area "sweden" alone',
    "a reader who is certainly in its areas",
    "a reader who may be in its areas, no more",
    "a reader who is in none of its areas, all else being met",
    "a reader who meets it by the activity read",
    "a reader who meets it by the activity share",
    "an activity that it does not name, all else being met",
    'a path that meets it through "/a/**" alone',
    'a path that meets it through "/b" alone',
    "a path that it does not cover, all else being met",
    'a path that only "/a/free" excepts, all else being met',
    "a moment before it begins, all else being met",
    "a moment after it ends, all else being met",
]


def a_test(visitor="{country: NO}", path="/a/x", action="interstitial", **more):
    fields = {"activity": "read", "now": "2026-01-01T00:00:00Z", "beside": ""} | more
    name = f"{visitor} {path} {fields['activity']} {fields['now'][:4]}"
    return f"""\
  - name: {json.dumps(name)}
    now: "{fields["now"]}"
    visitor: {visitor}
    path: {path}
    expect: {{{fields["activity"]}: {action}}}
{fields["beside"]}"""


@pytest.fixture(name="load")
def _load(tmp_path):
    """Write a book with these tests, and read it."""

    def load(*tests, rules=RULES):
        (tmp_path / "rules.yaml").write_text(rules, "utf-8")
        (tmp_path / "areas.yaml").write_text(AREAS, "utf-8")
        if tests:
            text = "format: rules/1\ntests:\n" + "".join(tests)
            (tmp_path / "all_test.yaml").write_text(text, "utf-8")
        book, findings = load_book(tmp_path)
        assert book, findings
        return book

    return load


def tried(book):
    (item, *_) = coverage(book, membership, Lines())
    return [part.wanted for part in item.parts if part.test]


def test_without_a_test_every_condition_is_a_gap_at_its_own_line(load):
    book = load()
    (item,) = coverage(book, membership, Lines())
    assert [part.wanted for part in item.gaps] == PARTS
    assert [part.mark.line for part in item.gaps] == [
        *(16, 16, 12, 12, 16),
        *(17, 17, 17),
        *(18, 18, 18, 19),
        *(22, 22),
    ]


POSITIVE = [PARTS[0], PARTS[2], PARTS[5], PARTS[8]]


@pytest.mark.parametrize(
    ("case", "parts"),
    [
        ({}, POSITIVE),
        ({"visitor": "{country: SE}"}, [PARTS[1], PARTS[2], PARTS[5], PARTS[8]]),
        (
            {"visitor": "{country: DK, subdivision: DK-81}"},
            [PARTS[0], PARTS[3], PARTS[5], PARTS[8]],
        ),
        ({"visitor": "{country: DE}", "action": "pass"}, [PARTS[4]]),
        ({"activity": "share"}, [PARTS[0], PARTS[2], PARTS[6], PARTS[8]]),
        ({"activity": "donate", "action": "pass"}, [PARTS[7]]),
        ({"path": "/b"}, [PARTS[0], PARTS[2], PARTS[5], PARTS[9]]),
        ({"path": "/c", "action": "pass"}, [PARTS[10]]),
        ({"path": "/a/free", "action": "pass"}, [PARTS[11]]),
        ({"now": "2023-12-31T00:00:00Z", "action": "pass"}, [PARTS[12]]),
        ({"now": "2028-01-01T00:00:00Z", "action": "pass"}, [PARTS[13]]),
        ({"visitor": "{country: DE}", "path": "/c", "action": "pass"}, []),
        ({"visitor": "{unknown: bad_address}", "action": "banner"}, []),
    ],
    ids=[
        "one area",
        "another area",
        "possible",
        "elsewhere",
        "another activity",
        "an activity that is not named",
        "another path",
        "a path that is not covered",
        "an excepted path",
        "before",
        "after",
        "two conditions missed at once",
        "an unknown place",
    ],
)
def test_a_case_exercises(load, case, parts):
    assert tried(load(a_test(**case))) == parts


def test_what_cannot_be_possible_is_not_asked_for():
    book, _ = load_book(EXAMPLE)
    for item in coverage(book, membership):
        assert not any("may be" in part.wanted for part in item.parts)


def test_a_shadow_rule_is_tried_only_where_a_test_speaks_of_shadow_rules(load):
    rules = RULES.replace("    then:", "    mode: shadow\n    then:")
    assert tried(load(a_test(action="pass"), rules=rules)) == []
    speaking = a_test(action="pass", beside="    shadow: {read: interstitial}\n")
    assert tried(load(speaking, rules=rules)) == POSITIVE


# Weak tests.


def found(book):
    return [
        (d.code, d.severity, d.subject)
        for d in weak_tests.test_findings(book, membership)
    ]


TWICE = (
    RULES
    + """\
  - id: also
    title: A
    because: B
    when: {areas: [norway], activities: [read, save]}
    then: interstitial
    notice: n
"""
)
BOTH = "    by: {read: [also, warn]}\n"


def test_a_rule_that_changes_nothing_where_a_test_names_it_is_told(load):
    book = load(
        a_test(beside=BOTH), a_test("{country: DE}", action="pass"), rules=TWICE
    )
    assert found(book) == [
        ("R051", Severity.WARNING, "{country: NO} /a/x read 2026"),
        ("R051", Severity.WARNING, "{country: NO} /a/x read 2026"),
    ]


def test_a_rule_that_adds_its_notice_is_not_vacuous(load):
    rules = TWICE.removesuffix("notice: n\n") + "notice: other\n"
    book = load(
        a_test(beside=BOTH), a_test("{country: DE}", action="pass"), rules=rules
    )
    assert found(book) == []


def test_a_rule_without_a_test_is_a_note_and_so_is_one_without_an_edge(load):
    book = load(a_test("{country: DE}", path="/c", action="pass"))
    assert found(book) == [("R053", Severity.NOTE, "warn")]
    assert "No test meets" in weak_tests.test_findings(book, membership)[0].message
    book = load(a_test())
    assert found(book) == [("R053", Severity.NOTE, "warn")]
    assert "shows where" in weak_tests.test_findings(book, membership)[0].message
    assert found(load(a_test(), a_test("{country: DE}", action="pass"))) == []


def test_a_book_without_tests_has_a_finding_of_its_own_and_not_one_for_each_rule(load):
    assert found(load()) == []


@pytest.mark.parametrize(
    ("network", "codes"),
    [
        ("192.0.2.128/25", []),
        ("192.0.0.0/16", []),
        ("198.51.100.0/24", ["R054"]),
        ('"2001:db8::/32"', ["R054"]),
    ],
    ids=["within a listed one", "around a listed one", "beside", "of the other kind"],
)
def test_a_network_that_no_area_lists_is_told(load, network, codes):
    visitor = f"{{country: DE, network: {network}}}"
    book = load(a_test(visitor, action="banner"), a_test())
    assert [code for code, *_ in found(book) if code == "R054"] == codes


@pytest.mark.parametrize(
    "folder", [ROOT / "rules", EXAMPLE], ids=["shipped", "belarus"]
)
def test_the_shipped_books_have_no_weak_test_and_no_gap(folder):
    book, _ = load_book(folder)
    assert weak_tests.test_findings(book, membership) == []
    gaps = [part for item in coverage(book, membership) for part in item.gaps]
    assert gaps == []


@pytest.mark.parametrize("folder", [ROOT / "rules", EXAMPLE, BOOKS / "good" / "base"])
def test_the_fast_way_finds_what_the_thorough_one_does(folder):
    book, _ = load_book(folder)
    met, missed = met_and_missed(book, exercises(book, membership))
    items = coverage(book, membership)
    assert {item.item.id for item in items if item.is_met} == met
    assert {item.item.id for item in items if item.is_missed} == missed


# R052, which gate test --mutants gives.


@pytest.mark.parametrize(("side", "survives"), [("bad", True), ("good", False)])
def test_the_sample_of_r052_does_what_its_page_says(tmp_path, side, survives):
    shutil.copytree(BOOKS / "site" / "rules", tmp_path / "rules")
    sample = BOOKS / "codes" / "R052" / f"{side}.yaml"
    shutil.copy(sample, tmp_path / "rules" / "sample.yaml")
    book, _ = load_book(tmp_path / "rules")
    alive = [
        verdict.mutant.change
        for verdict in judge_mutants(book, membership, only="warn-savers")
        if verdict.fate is Fate.SURVIVED
    ]
    assert ("without any area" in alive) is survives
    assert survives or alive == []
