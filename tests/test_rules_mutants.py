"""Mutants of books: what they are, which survive, and the tests made of them."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gate.documents import read, validate
from gate.model import (
    Action,
    Activity,
    Area,
    AreaVersion,
    BookTest,
    Effective,
    Exemption,
    LocationClass,
    Mark,
    Membership,
    Mode,
    Place,
    Promise,
    Rule,
    RuleBook,
    Unknown,
    UnknownPlaces,
    When,
)
from gate.places.areas import membership
from gate.rules import load_book
from gate.rules.convert import book_tests
from gate.rules.marking import Lines
from gate.rules.mutating.mutants import mutants
from gate.rules.mutating.outlines import inner_point
from gate.rules.mutating.ready_tests import as_yaml
from gate.rules.mutating.survival import Fate, judge_mutants, scores, whole_score
from gate.rules.schema import TestsFile as FileOfTests
from gate.rules.testing.trial import Trial, run_tests

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "rules"
BELARUS = ROOT / "gate" / "workbench" / "examples" / "belarus" / "rules"
SAMPLE = ROOT / "tests" / "books" / "good" / "base"
MARK = Mark(file="no-such-book.yaml", line=3, column=5)
READ, SHARE = Activity.READ, Activity.SHARE
START = 1_000_000
NOW = START + 50 * 86_400


def make_rule(**fields):
    defaults = {
        "id": "warn",
        "title": "",
        "because": "",
        "when": When(activities=(READ,), areas=("here",)),
        "then": Action.INTERSTITIAL,
        "notice": "n1",
        "effective": Effective(since=START),
        "mark": MARK,
    }
    return Rule(**(defaults | fields))


def make_book(*rules, exemptions=(), promises=(), tests=()):
    def area(name, *versions):
        return Area(id=name, title="", versions=versions, mark=MARK)

    here = AreaVersion(since=0, whole=("NO",), mark=MARK)
    there = AreaVersion(since=0, whole=("SE",), networks=("192.0.2.0/24",), mark=MARK)
    return RuleBook(
        areas={"here": area("here", here), "there": area("there", there)},
        rules=rules,
        exemptions=exemptions,
        promises=promises,
        tests=tests,
        unknown=UnknownPlaces(
            notice="n2",
            actions=dict.fromkeys(Unknown, Action.BANNER),
            max_age_days=1,
            mark=MARK,
        ),
        digest="",
        areas_digest="",
    )


def make_test(**fields):
    defaults = {
        "name": "a test",
        "now": NOW,
        "visitor": Place(country="NO"),
        "path": "/a",
        "expect": {READ: Action.INTERSTITIAL},
        "by": {READ: ("warn",)},
        "mark": MARK,
    }
    return BookTest(**(defaults | fields))


def changes(book, subject):
    return [m.change for m in mutants(book) if m.subject == subject]


def verdicts(book, **more):
    return {v.mutant.told: v for v in judge_mutants(book, membership, **more)}


# What a mutant is.


def test_every_line_of_a_rule_is_changed():
    when = When(
        activities=(READ, SHARE),
        areas=("here", "there"),
        paths=("/a/**", "/b"),
        except_paths=("/a/x*",),
    )
    rule = make_rule(when=when, if_possible=Action.BANNER)
    other = make_rule(id="other", notice="n2")
    assert changes(make_book(rule, other), "warn") == [
        "left out",
        'without the area "here"',
        'without the area "there"',
        "without the activity read",
        "without the activity share",
        'without the path "/a/**"',
        'without the path "/b"',
        'without the excepted path "/a/x*"',
        "without any area",
        "for every activity",
        "on every path",
        'with the wider path "/**"',
        'with the narrower path "/a"',
        'with the narrower path "/a/*"',
        'with the wider path "/b/**"',
        'with the wider excepted path "/a/*"',
        'with the narrower excepted path "/a/x"',
        "without from",
        "with from a day later",
        "with from a day earlier",
        "with from three hours later",
        "with from three hours earlier",
        "with then: banner",
        "with then: block",
        "without if_possible",
        "with if_possible: pass",
        "with certainty: certain",
        "with mode: shadow",
        "with the notice n2",
    ]


def test_every_line_of_an_exemption_is_changed():
    exemption = Exemption(
        id="help",
        relaxes=("warn",),
        to=Action.PASS,
        when=When(activities=tuple(Activity)),
        because="",
        approved_by="",
        effective=Effective(until=NOW),
        mark=MARK,
    )
    book = make_book(make_rule(), make_rule(id="other"), exemptions=(exemption,))
    assert {
        "left out",
        "without the activity donate",
        'with the narrower path "/*"',
        "without until",
        "with until three hours later",
        "relaxing other, too",
        "with to: banner",
    } <= set(changes(book, "help"))


def test_what_is_not_written_is_not_changed(tmp_path):
    text = (SAMPLE / "rules.yaml").read_text("utf-8")
    book, _ = load_book(SAMPLE)
    assert "stop-donations" in text
    told = changes(book, "stop-donations")
    assert "for every activity" in told
    assert not any("path" in change for change in told)  # it has no line of paths
    assert tmp_path


def test_every_reason_and_the_notice_of_unknown_places_are_changed():
    told = changes(make_book(make_rule()), "unknown")
    assert told[:2] == [
        "with not_in_database: pass",
        "with not_in_database: interstitial",
    ]
    assert len(told) == 2 * len(Unknown) + 1
    assert told[-1] == "with the notice n1"


def test_every_line_of_an_area_is_changed():
    book, _ = load_book(SAMPLE)
    told = changes(book, "coast")
    for part in (
        "without its version 1",
        "with since three hours later",
        "without UA-43 in whole",
        "with UA-43 in partly, not in whole",
        "with UA-65 in whole, not in partly",
        "without the settlement 701404",
        "without the network 192.0.2.0/24",
        "without the shape areas/shapes/square.geojson",
        "without RU in registered_in",
        "without UA in within",
        "with weigh.near_km: 0",
    ):
        assert part in told, part


def test_a_version_is_not_moved_past_its_neighbour():
    book = make_book(make_rule())
    near = [AreaVersion(since=since, whole=("NO",), mark=MARK) for since in (0, 7_200)]
    area = Area(id="here", title="", versions=tuple(near), mark=MARK)
    told = changes(make_book_with(book, area), "here")
    assert "with since three hours later" in told  # of the second
    assert told.count("with since three hours later") == 1
    assert told.count("with since three hours earlier") == 1  # of the first


def make_book_with(book, area):
    return RuleBook(
        **{
            name: getattr(book, name)
            for name in book.__dataclass_fields__
            if name != "areas"
        },
        areas={**book.areas, area.id: area},
    )


@pytest.mark.parametrize(
    "folder", [SHIPPED, BELARUS, SAMPLE], ids=lambda f: f.parts[-2]
)
def test_a_mutant_knows_the_line_that_it_changes(folder):
    book, _ = load_book(folder)
    for mutant in mutants(book):
        line = Path(mutant.mark.file).read_text("utf-8").splitlines()
        assert mutant.mark.column > 0, mutant.told
        if "settlement " in mutant.change:
            assert mutant.change.split()[-1] in line[mutant.mark.line - 1]


def test_the_place_of_a_part_that_is_gone_is_that_of_its_rule():
    rule = make_rule()
    assert Lines().of(rule, "when", "areas", 0) == MARK
    assert Lines().usual_offset("no-such-book.yaml") == 0


# Which survive.


def test_a_test_kills_and_is_named():
    found = verdicts(make_book(make_rule(), tests=(make_test(),)))
    verdict = found['"warn" with then: banner']
    assert (verdict.fate, verdict.killer) == (Fate.BY_TESTS, "a test")


def test_a_promise_kills_what_no_test_does():
    promise = Promise(
        id="kept",
        scope=When(activities=(READ,), areas=("here",)),
        at_least=Action.INTERSTITIAL,
        effective=Effective(since=START),
        mark=MARK,
    )
    found = verdicts(make_book(make_rule(), promises=(promise,)))
    verdict = found['"warn" with then: banner']
    assert (verdict.fate, verdict.killer) == (Fate.BY_PROMISES, "kept")
    assert found['"warn" with then: block'].fate is Fate.SURVIVED


def test_a_survivor_says_where_a_decision_would_differ():
    found = verdicts(make_book(make_rule(), tests=(make_test(),)))
    verdict = found['"warn" for every activity']
    assert verdict.fate is Fate.SURVIVED
    assert verdict.told == (
        "a test; share /a, 1970-03-03 13:46:40 UTC: pass would become interstitial."
    )


def test_a_date_that_nobody_could_notice_is_equivalent():
    found = verdicts(make_book(make_rule()))
    assert found['"here" with since a day later'].fate is Fate.EQUIVALENT
    assert found['"warn" with from a day later'].fate is Fate.SURVIVED


def test_an_exemption_of_a_rule_that_never_meets_it_is_equivalent():
    exemption = Exemption(
        id="help",
        relaxes=("warn",),
        to=Action.PASS,
        when=When(activities=(READ,), paths=("/help/**",)),
        because="",
        approved_by="",
        effective=Effective(until=NOW * 2),
        mark=MARK,
    )
    share = make_rule(id="sharing", when=When(activities=(SHARE,), areas=("here",)))
    book = make_book(make_rule(), share, exemptions=(exemption,))
    found = verdicts(book)
    assert found['"help" relaxing sharing, too'].fate is Fate.EQUIVALENT
    assert found['"help" on every path'].fate is Fate.SURVIVED


def test_what_only_a_class_of_a_database_shows_has_no_test_to_paste():
    certain = make_rule(certainty=Membership.YES)
    nothing = LocationClass(
        label="odd", memberships=(Membership.POSSIBLE, Membership.NO)
    )
    change = '"warn" with certainty: possible'
    assert verdicts(make_book(certain))[change].fate is Fate.EQUIVALENT
    verdict = verdicts(make_book(certain), classes=(nothing,))[change]
    assert (verdict.fate, verdict.test) == (Fate.SURVIVED, None)
    assert verdict.told.startswith("odd; read ")


def test_a_line_of_an_area_that_no_known_place_needs_is_unseen_and_not_equivalent():
    book = make_book(make_rule())
    both = AreaVersion(
        since=0, whole=("NO",), registered_in=("DK",), within=("NO",), mark=MARK
    )
    area = Area(id="here", title="", versions=(both,), mark=MARK)
    found = verdicts(make_book_with(book, area))
    assert found['"here" without DK in registered_in'].fate is Fate.UNSEEN


def test_notices_and_shadow_rules_survive_until_a_test_speaks_of_them():
    trial = make_rule(id="trial", mode=Mode.SHADOW, then=Action.BLOCK)
    other = make_rule(id="other", notice="n2", when=When(activities=(SHARE,)))
    rules = make_rule(), trial, other
    silent = verdicts(make_book(*rules, tests=(make_test(),)))
    speaking = make_test(notices={READ: ("n1",)}, shadow={READ: Action.BLOCK})
    told = verdicts(make_book(*rules, tests=(speaking,)))
    for change in ('"warn" with the notice n2', '"trial" left out'):
        assert silent[change].fate is Fate.SURVIVED
        assert told[change].fate is Fate.BY_TESTS


def test_what_a_promise_did_not_hold_before_kills_nothing():
    broken = Promise(
        id="broken",
        scope=When(activities=(SHARE,), areas=("here",)),
        at_least=Action.BLOCK,
        mark=MARK,
    )
    found = verdicts(make_book(make_rule(), promises=(broken,)))
    assert {verdict.killer for verdict in found.values()} == {""}


def test_equivalent_mutants_do_not_count_in_the_score():
    found = list(judge_mutants(make_book(make_rule()), membership))
    whole = whole_score(found)
    assert whole.fates[Fate.EQUIVALENT]
    assert whole.percent == 0
    assert sum(len(list(s.fates.elements())) for s in scores(found).values()) == len(
        found
    )


def test_only_asks_for_what_is_changed():
    found = judge_mutants(make_book(make_rule()), membership, only="unk")
    assert {verdict.mutant.subject for verdict in found} == {"unknown"}


# Ready-made tests.


def reread(text):
    document = read(f"format: rules/1\ntests:\n{text}", file="ready_test.yaml")
    content, findings = validate(document, FileOfTests)
    assert (document.findings, findings) == ([], [])
    return [
        t for n, one in enumerate(content.tests) for t in book_tests(document, n, one)
    ]


def failures(book, test):
    return Trial(book, membership).run(test).failures


@pytest.mark.parametrize("folder", [SAMPLE, BELARUS], ids=["sample", "belarus"])
def test_a_ready_test_passes_for_the_book_and_fails_for_its_mutant(folder):
    book, _ = load_book(folder)
    bare = make_bare(book)
    ready = [v for v in judge_mutants(bare, membership) if v.test]
    assert len(ready) > 30
    for verdict in ready:
        (test,) = reread(as_yaml(verdict.test, offset=10_800))
        assert failures(book, test) == (), verdict.mutant.told
        assert failures(verdict.mutant.book, test), verdict.mutant.told


def make_bare(book):
    return RuleBook(
        **{
            name: getattr(book, name)
            for name in book.__dataclass_fields__
            if name not in {"tests", "promises"}
        },
        tests=(),
        promises=(),
    )


def test_with_all_ready_tests_pasted_nothing_that_has_one_survives():
    book, _ = load_book(SAMPLE)
    alive = {v.mutant.told: v.test for v in judge_mutants(book, membership) if v.test}
    ready = {test.name: test for test in alive.values()}
    more = RuleBook(
        **{
            name: getattr(book, name)
            for name in book.__dataclass_fields__
            if name != "tests"
        },
        tests=(*book.tests, *ready.values()),
    )
    assert all(result.ok for result in run_tests(more, membership))
    still = {v.mutant.told for v in judge_mutants(more, membership) if v.test}
    assert not still & set(alive)


@given(
    test=st.builds(
        make_test,
        name=st.text("aЖ1:#\"'-{}[],&*!|>%@`\\?é ", min_size=1).filter(str.strip),
        now=st.integers(0, 4_000_000_000),
        visitor=st.builds(
            Place,
            country=st.sampled_from(["NO", "RU"]),
            settlement=st.none() | st.integers(1, 10**9),
            settlement_name=st.none() | st.sampled_from(["Oslo", "a: b", "- #x", "no"]),
            point=st.none()
            | st.tuples(st.floats(-90, 90).map(lambda x: round(x, 6)), st.just(30.5)),
            accuracy_km=st.none() | st.integers(0, 1000),
            network=st.sampled_from([None, "192.0.2.0/24", "2001:db8::/32"]),
        ),
        path=st.sampled_from(["/", "/a b", "/новости", '/"', "/a:b", "/-x"]),
        notices=st.just({}) | st.just({READ: ("n1", "n2")}),
        shadow=st.just({}) | st.just({READ: Action.BLOCK}),
        shadow_by=st.just({}) | st.just({READ: ("trial",)}),
    ),
    offset=st.sampled_from([0, 10_800, -12_600]),
)
def test_a_test_that_is_written_is_read_back_alike(test, offset):
    (found,) = reread(as_yaml(test, offset=offset))
    for field in ("now", "visitor", "path", "expect", "by"):
        assert getattr(found, field) == getattr(test, field)
    assert " ".join(found.name.split()) == " ".join(test.name.split())
    assert (found.notices, found.shadow) == (test.notices, test.shadow)
    assert found.shadow_by == test.shadow_by


# Any book.

PATHS = ["/**", "/a/**", "/a", "/*/b"]
whens = st.builds(
    When,
    activities=st.sampled_from([(READ,), (READ, SHARE), tuple(Activity)]),
    areas=st.sampled_from([None, ("here",), ("here", "there")]),
    paths=st.lists(st.sampled_from(PATHS), min_size=1, max_size=2, unique=True).map(
        tuple
    ),
    except_paths=st.lists(st.sampled_from(PATHS[1:]), max_size=1).map(tuple),
)
spans = st.sampled_from(
    [Effective(), Effective(since=START), Effective(since=START, until=2 * NOW)]
)


@st.composite
def books(draw):
    rules = [
        make_rule(
            id=f"r{number}",
            when=draw(whens),
            then=draw(st.sampled_from(Action)),
            certainty=draw(st.sampled_from([Membership.POSSIBLE, Membership.YES])),
            notice=draw(st.sampled_from(["n1", "n2"])),
            effective=draw(spans),
            mode=draw(st.sampled_from([Mode.ENFORCE, Mode.SHADOW])),
        )
        for number in range(draw(st.integers(1, 2)))
    ]
    exemption = Exemption(
        id="e",
        relaxes=("r0",),
        to=draw(st.sampled_from([Action.PASS, Action.BANNER])),
        when=draw(whens),
        because="",
        approved_by="",
        effective=Effective(until=2 * NOW),
        mark=MARK,
    )
    some = draw(st.booleans())
    return make_book(*rules, exemptions=(exemption,) if some else ())


VISITORS = [
    *(Place(country=country) for country in ("NO", "SE", "DE")),
    Place(country="NO", network="192.0.2.0/25"),
    Place(country="DE", network="192.0.0.0/16"),
    Place(unknown=Unknown.BAD_ADDRESS),
]
points = st.builds(
    make_test,
    visitor=st.sampled_from(VISITORS),
    now=st.integers(START - 100_000, START + 100_000)
    | st.integers(2 * NOW - 100_000, 2 * NOW + 100_000),
    path=st.sampled_from(["/", "/a", "/a/b", "/x", "/x/b", "/a/b/c"]),
)


@settings(max_examples=40, deadline=None)
@given(books())
def test_no_mutant_equals_the_book_or_another_mutant(book):
    found = [m.book for m in mutants(book)]
    parts = [(b.areas, b.rules, b.exemptions, b.unknown) for b in (book, *found)]
    for number, one in enumerate(parts):
        assert one not in parts[number + 1 :]


@settings(max_examples=5, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(books(), st.lists(points, min_size=40, max_size=40))
def test_equivalent_mutants_differ_nowhere_and_survivors_where_they_say(book, cases):
    for verdict in judge_mutants(book, membership):
        mutant = verdict.mutant
        if verdict.fate is Fate.EQUIVALENT:
            trials = Trial(book, membership), Trial(mutant.book, membership)
            for case in cases:
                for activity in (READ, SHARE, Activity.DONATE):
                    before, after = (t.examine(case, activity) for t in trials)
                    assert before.decision == after.decision, (mutant.told, case)
        elif verdict.test is not None:
            assert failures(book, verdict.test) == ()
            assert failures(mutant.book, verdict.test)


# The books that ship.


@cache
def loaded(folder):
    book, _ = load_book(folder)
    return book


@cache
def shipped(folder):
    return list(judge_mutants(loaded(folder), membership))


@pytest.mark.parametrize("folder", [SHIPPED, BELARUS], ids=["shipped", "belarus"])
def test_the_shipped_books_notice_every_small_change(folder):
    found = shipped(folder)
    told = [v.mutant.told for v in found if v.fate in {Fate.SURVIVED, Fate.UNSEEN}]
    assert told == []


def test_the_shipped_rules_alone_notice_95_percent_by_their_tests():
    for kind, score in scores(shipped(SHIPPED)).items():
        by_tests = score.fates[Fate.BY_TESTS] / (score.killed + score.alive)
        assert by_tests > 0.95, kind


def test_the_mutants_of_the_shipped_book_that_change_nothing_are_those_it_names():
    same = [v.mutant for v in shipped(SHIPPED) if v.fate is Fate.EQUIVALENT]
    rest = [
        m.told
        for m in same
        if not (m.kind == "areas" and ("since" in m.change or is_old(m)))
        and m.subject != "safety-pages"
    ]
    trial = "trial-of-closing-donations"
    assert rest == [f'"{trial}" with the notice undesirable-organization']


def is_old(mutant):
    """Say whether a mutant changes the version that no rule has ever met."""
    second = datetime.fromisoformat("2022-09-30T00:00:00+03:00").timestamp()
    versions = loaded(SHIPPED).areas[mutant.subject].versions
    changed = mutant.book.areas[mutant.subject].versions
    return versions[-1] == changed[-1] and versions[-1].since == second


# Outlines.

BOX = [[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]
HORSESHOE = [[0, 0], [9, 0], [9, 4], [8, 4], [8, 1], [1, 1], [1, 4], [0, 4], [0, 0]]
LINE = [[0, 0], [1, 0], [0, 0]]


@pytest.mark.parametrize(
    ("ring", "point"),
    [(BOX, (1.0, 2.0)), (HORSESHOE, (2.0, 0.5)), (LINE, None)],
    ids=["a box", "a horseshoe", "a line"],
)
def test_an_inner_point_lies_inside(ring, point):
    polygon = {"type": "Polygon", "coordinates": [ring]}
    assert inner_point(json.dumps(polygon)) == point
    feature = {"type": "Feature", "geometry": polygon}
    whole = {"type": "FeatureCollection", "features": [feature]}
    assert inner_point(json.dumps(whole)) == point


def test_nothing_has_no_inner_point():
    assert inner_point('{"type": "FeatureCollection", "features": []}') is None
