"""What only the clock and the notices tell of a book."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from gate.model import Effective, Review, Severity
from gate.rules import lint, load_book
from gate.rules.unvisited import unvisited

BASE = Path(__file__).parent / "books" / "good" / "base"


@pytest.fixture(scope="module")
def book():
    found, findings = load_book(BASE)
    assert findings == ()
    return found


def at(text):
    return int(datetime.fromisoformat(text).timestamp())


def linted(book, *, now="2026-09-10T00:00:00+00:00", notices=("notice",)):
    return [(f.code, f.mark.line) for f in lint(book, notices=notices, now=at(now))]


def test_a_sound_book_has_none(book):
    assert linted(book) == []


def test_a_notice_that_is_not_there_is_an_error_at_each_that_asks_for_it(book):
    found = lint(book, notices={"notise"}, now=at("2026-09-10T00:00:00+00:00"))
    assert [(f.code, f.mark.line) for f in found] == [
        ("R031", line) for line in (4, 23, 30, 37)
    ]
    assert {f.severity for f in found} == {Severity.ERROR}
    assert {f.hint for f in found} == {'Did you mean "notise"?'}
    assert found[0].source_line == "  notice: notice"
    assert (found[0].mark.column, found[0].mark.width) == (11, len("notice"))


def test_no_notice_is_missed_while_some_cannot_be_read(book):
    now = at("2026-09-10T00:00:00+00:00")
    assert lint(book, notices=(), now=now, complete=False) == []


def test_a_book_that_proves_or_tests_nothing_is_warned_of(book):
    bare = replace(book, promises=(), tests=())
    found = lint(bare, notices={"notice"}, now=at("2026-09-10T00:00:00+00:00"))
    assert [(f.code, f.message) for f in found] == [
        ("R049", "The book makes no promise; nothing is proved."),
        ("R056", "The book has no test."),
    ]
    assert {(f.severity, f.mark.line) for f in found} == {(Severity.WARNING, 0)}


TIMES = {
    "long before": ("2028-05-02T00:00:00+03:00", []),
    "within thirty days": ("2028-05-04T00:00:00+03:00", [("R023", 39)]),
    "the second before": ("2028-06-01T23:59:59+03:00", [("R023", 39)]),
    "at the end": ("2028-06-02T00:00:00+03:00", [("R022", 39)]),
}


@pytest.mark.parametrize("case", TIMES)
def test_an_end_is_announced_and_noticed(case, book):
    now, expected = TIMES[case]
    found = [f for f in linted(book, now=now) if f[0] != "R017"]
    assert found == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [("2027-02-18T23:00:00Z", []), ("2027-02-19T01:00:00Z", [("R017", 17)])],
)
def test_dated_knowledge_grows_old_after_half_a_year(now, expected, book):
    assert linted(book, now=now) == expected


def of_age(book, now, **options):
    found = lint(book, notices=("notice",), now=at(now), **options)
    return [f.message for f in found if f.code == "R017"]


def changed(book, **changes):
    """The book with its last area version changed."""
    (name, area), *others = reversed(book.areas.items())
    last = replace(area.versions[-1], **changes)
    area = replace(area, versions=(*area.versions[:-1], last))
    return replace(book, areas={**dict(others), name: area})


def test_a_review_without_change_makes_knowledge_young_again(book):
    now = "2027-03-01T00:00:00Z"
    assert len(of_age(book, now)) == 1
    review = Review(date="2027-02-01", by="editor@example.org")
    assert of_age(changed(book, reviews=(review,)), now) == []


def test_a_review_that_is_still_to_come_counts_for_nothing(book):
    review = Review(date="2027-03-02", by="editor@example.org")
    found = of_age(changed(book, reviews=(review,)), "2027-03-01T00:00:00Z")
    assert len(found) == 1


def test_days_between_reviews_are_a_choice(book):
    now = "2026-10-20T00:00:00Z"
    assert of_age(book, now) == []
    assert len(of_age(book, now, review_days=30)) == 1


def test_a_version_that_is_not_in_force_yet_is_not_asked_for(book):
    now = "2027-03-01T00:00:00Z"
    assert of_age(changed(book, since=at("2030-01-01T00:00:00+00:00")), now) == []


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ("::ffff:5.8.0.0/112", "by the IPv4 address in it"),
        ("64:ff9b::508:0/112", "by the IPv4 address in it"),
        ("2002:508::/32", "by the IPv4 address in it"),
        ("10.1.0.0/16", "is private"),
        ("fd00::/16", "is private"),
        ("0.0.0.0/0", "wider than the network of any one operator"),
        ("4.0.0.0/7", "wider"),
        ("2000::/3", "wider"),
    ],
)
def test_a_network_that_no_reader_comes_from_is_an_error(tmp_path, network, said):
    shutil.copytree(BASE, tmp_path / "book")
    path = next((tmp_path / "book" / "areas").glob("*.yaml"))
    text = path.read_text("utf-8")
    assert "networks: [192.0.2.0/24" in text
    path.write_text(text.replace("[192.0.2.0/24", f"['{network}'"), "utf-8")
    _, findings = load_book(tmp_path / "book")
    assert any(f.code == "R014" and said in f.message for f in findings), findings


UNWRITTEN = {
    "TODO ask counsel": True,
    "FIXME": True,
    "Counsel, memo of 2026 (TBD)": True,
    "???": True,
    "...": True,
    "…": True,
    "-": True,
    "Todo el mundo": False,
    "A memo of counsel": False,
    "Decision 12/34": False,
    "Really?": False,
}


@pytest.mark.parametrize("text", UNWRITTEN)
def test_a_reason_that_nobody_has_written_is_a_warning(book, text):
    rule, *others = book.rules
    changed_book = replace(book, rules=(replace(rule, because=text), *others))
    found = lint(changed_book, notices=("notice",), now=at("2026-09-10T00:00:00Z"))
    assert [f.subject for f in found if f.code == "R008"] == (
        [rule.id] if UNWRITTEN[text] else []
    )


def of_rules(book, *spans, **changes):
    """A book with a version of its first rule for each span of moments."""
    rule = book.rules[0]
    rules = [
        replace(
            rule,
            id=f"version-{number}",
            effective=Effective(
                since=at(since) if since else None, until=at(until) if until else None
            ),
            **changes.get(f"version_{number}", {}),
        )
        for number, (since, until) in enumerate(spans)
    ]
    return replace(book, rules=tuple(rules), exemptions=())


HANDOVERS = {
    "at the same moment": (
        [("", "2027-09-01T00:00:00+03:00"), ("2027-08-31T21:00:00Z", "")],
        "",
    ),
    "three hours late": (
        [("", "2027-09-01T00:00:00+03:00"), ("2027-09-01T00:00:00Z", "")],
        "begins 3 hours after",
    ),
    "three hours early": (
        [("", "2027-09-01T00:00:00Z"), ("2027-09-01T00:00:00+03:00", "")],
        "begins 3 hours before",
    ),
    "a day late": (
        [("", "2027-09-01T00:00:00Z"), ("2027-09-02T00:00:00Z", "")],
        "begins 1 day after",
    ),
    "a month late": (
        [("", "2027-09-01T00:00:00Z"), ("2027-10-01T00:00:00Z", "")],
        "",
    ),
    "from the same moment": (
        [
            ("2027-09-01T00:00:00Z", "2027-09-03T00:00:00Z"),
            ("2027-09-01T00:00:00Z", ""),
        ],
        "",
    ),
    "in another order of the file": (
        [("2027-09-01T00:00:00Z", ""), ("", "2027-09-01T00:00:00+03:00")],
        "begins 3 hours after",
    ),
    "both without an end": ([("", ""), ("2027-09-01T00:00:00Z", "")], ""),
}


@pytest.mark.parametrize("name", HANDOVERS)
def test_one_version_of_a_rule_takes_over_when_the_other_ends(book, name):
    spans, said = HANDOVERS[name]
    now = at("2026-09-10T00:00:00Z")
    found = lint(of_rules(book, *spans), notices=("notice",), now=now)
    messages = [f.message for f in found if f.code == "R025"]
    assert len(messages) == bool(said)
    assert all(said in message for message in messages)


def test_rules_with_other_conditions_are_no_versions_of_each_other(book):
    spans = [("", "2027-09-01T00:00:00+03:00"), ("2027-09-01T00:00:00Z", "")]
    when = replace(book.rules[0].when, paths=("/other/**",))
    other = of_rules(book, *spans, version_1={"when": when})
    found = lint(other, notices=("notice",), now=at("2026-09-10T00:00:00Z"))
    assert [f for f in found if f.code == "R025"] == []


def test_patterns_that_no_path_matches_are_named_with_their_rule(book):
    rule = replace(
        book.rules[0],
        when=replace(
            book.rules[0].when, paths=("/a/**", "/b/*"), except_paths=("/a/law",)
        ),
    )
    one = replace(book, rules=(rule,), exemptions=())
    found = unvisited(one, ["/", "/a/x", "/b/c/d"])
    assert [(f.subject, f.message.split('"')[1]) for f in found] == [
        (rule.id, "/b/*"),
        (rule.id, "/a/law"),
    ]
    assert unvisited(one, ["/a/law", "/b/c"]) == []


def test_every_finding_of_today_names_its_subject(book):
    late = lint(book, notices=(), now=at("2029-09-10T00:00:00Z"))
    assert {f.code for f in late} == {"R017", "R022", "R031"}
    assert all(f.subject for f in late)
