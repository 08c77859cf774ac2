from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gate.model import (
    Action,
    Activity,
    Area,
    AreaVersion,
    Effective,
    Exemption,
    LocationClass,
    Mark,
    Membership,
    Mode,
    Promise,
    Rule,
    RuleBook,
    Severity,
    Unknown,
    UnknownPlaces,
    When,
)
from gate.rules import load_book
from gate.rules.proving.proof import prove

BOOKS = Path(__file__).parent / "books"
READ = (Activity.READ,)
FROM = 1_708_376_400  # 2024-02-20T00:00:00+03:00
CLASSES = [
    LocationClass(label="RU", memberships=(Membership.YES,)),
    LocationClass(label="UA-65", memberships=(Membership.POSSIBLE,)),
    LocationClass(label="other", memberships=(Membership.NO,)),
]


def mark(line):
    return Mark(file="book.yaml", line=line)


def rule(name="warn", line=1, **fields):
    defaults = {
        "title": "",
        "because": "",
        "mark": mark(line),
        "notice": "notice",
        "then": Action.INTERSTITIAL,
        "when": When(activities=READ, areas=("russia",)),
        "effective": Effective(since=FROM),
    }
    return Rule(id=name, **(defaults | fields))


def exemption(name="safety", line=50, **fields):
    defaults = {
        "relaxes": ("warn",),
        "to": Action.PASS,
        "when": When(activities=READ, paths=("/help/**",)),
        "because": "",
        "approved_by": "",
        "effective": Effective(until=FROM + 1_000),
        "mark": mark(line),
    }
    return Exemption(id=name, **(defaults | fields))


def promise(name="warned", line=90, **fields):
    defaults = {
        "scope": When(activities=READ, areas=("russia",)),
        "mark": mark(line),
        "at_least": Action.INTERSTITIAL,
        "effective": Effective(since=FROM),
    }
    return Promise(id=name, **(defaults | fields))


def book(*rules, exemptions=(), promises=()):
    versions = (AreaVersion(since=0, mark=mark(0)),)
    return RuleBook(
        areas={"russia": Area(id="russia", title="", versions=versions, mark=mark(0))},
        rules=rules,
        exemptions=exemptions,
        promises=promises,
        tests=(),
        unknown=UnknownPlaces(
            notice="nowhere",
            actions=dict.fromkeys(Unknown, Action.BANNER),
            max_age_days=1,
            mark=mark(99),
        ),
        digest="",
        areas_digest="",
    )


def found(some_book, classes=CLASSES):
    return [(d.code, d.severity, d.mark.line) for d in prove(some_book, classes)]


ERROR, WARNING = Severity.ERROR, Severity.WARNING


def test_sound_book_has_no_findings():
    sound = book(
        rule(),
        exemptions=[exemption()],
        promises=[
            promise(
                scope=When(
                    activities=READ, areas=("russia",), except_paths=("/help/**",)
                )
            )
        ],
    )
    assert prove(sound, CLASSES) == []


def test_refuted_promise_shows_place_path_activity_and_time():
    broken = book(rule(), exemptions=[exemption()], promises=[promise()])
    (finding,) = prove(broken, CLASSES)
    assert (finding.code, finding.severity) == ("R043", ERROR)
    assert finding.mark.line == 90
    for part in ("RU", "/help", "read", "2024-02-20 00:00 UTC+3", "pass", "safety"):
        assert part in finding.message
    assert "at least interstitial" in finding.message
    assert "by safety (book.yaml:50)" in finding.message
    assert '(when "warn" begins and "warned" begins)' in finding.message


def test_a_promise_refuted_before_all_dates_names_what_begins():
    always = promise(effective=Effective(), scope=When(activities=READ))
    (finding,) = prove(book(rule(), promises=[always]), CLASSES)
    assert "should meet at least interstitial meets pass by default" in finding.message
    assert finding.message.endswith('(just before "russia" begins).')


def test_one_hour_between_rule_and_promise_is_found():
    late = rule(effective=Effective(since=FROM + 3600))
    assert found(book(late, promises=[promise()])) == [("R043", ERROR, 90)]


def test_promise_that_begins_with_its_rule_holds():
    assert found(book(rule(), promises=[promise()])) == []


def test_promise_ends_where_its_rule_does():
    ended = rule(effective=Effective(since=FROM, until=FROM + 10))
    same = promise(effective=Effective(since=FROM, until=FROM + 10))
    longer = promise(effective=Effective(since=FROM, until=FROM + 11))
    assert found(book(ended, promises=[same])) == []
    assert found(book(ended, promises=[longer])) == [("R043", ERROR, 90)]


def test_areas_of_a_promise_mean_certain_members():
    only_certain = rule(certainty=Membership.YES)
    assert found(book(only_certain, promises=[promise()])) == []


OUTSIDE = When(activities=READ, outside_areas=("russia",))


def test_outside_areas_mean_certainly_not_there():
    kept = promise(scope=OUTSIDE, at_least=None, at_most=Action.PASS)
    assert found(book(rule(), promises=[kept])) == []


def test_rule_for_everybody_breaks_a_promise_for_those_outside():
    everywhere = rule(when=When(activities=READ))
    broken = promise(scope=OUTSIDE, at_least=None, at_most=Action.PASS)
    findings = prove(book(everywhere, promises=[broken]), CLASSES)
    assert [finding.code for finding in findings] == ["R043"]
    assert "other" in findings[0].message


@pytest.mark.parametrize("reason", list(Unknown))
def test_promise_speaks_of_unknown_places_only_by_their_reason(reason):
    scope = When(activities=READ, unknown=(reason,))
    kept = promise(scope=scope, at_least=Action.BANNER)
    broken = promise(scope=scope, at_least=Action.INTERSTITIAL)
    assert found(book(rule(), promises=[kept])) == []
    (finding,) = prove(book(rule(), promises=[broken]), CLASSES)
    assert finding.code == "R043"
    assert reason in finding.message


def test_promise_without_place_speaks_of_everybody():
    nobody_blocked = promise(
        scope=When(activities=READ), at_least=None, at_most=Action.INTERSTITIAL
    )
    assert found(book(rule(), promises=[nobody_blocked])) == []
    blocking = rule("other", then=Action.BLOCK, certainty=Membership.YES)
    assert found(book(rule(), blocking, promises=[nobody_blocked])) == [
        ("R043", ERROR, 90)
    ]


def test_promise_of_nothing_is_vacuous():
    scope = When(
        activities=READ, areas=("russia",), paths=("/x/**",), except_paths=("/**",)
    )
    assert found(book(rule(), promises=[promise(scope=scope)])) == [
        ("R044", WARNING, 90)
    ]


def test_promise_for_an_area_without_members_is_vacuous():
    assert found(book(rule(), promises=[promise()]), CLASSES[1:]) == [
        ("R044", WARNING, 90)
    ]


def test_rule_with_contradictory_paths_can_never_hold():
    when = When(
        activities=READ, areas=("russia",), paths=("/a/b",), except_paths=("/a/**",)
    )
    assert found(book(rule(), rule("no", 2, when=when))) == [("R040", ERROR, 2)]


def test_exemption_whose_span_is_empty_can_never_hold():
    empty = exemption(effective=Effective(since=9, until=9))
    assert found(book(rule(), exemptions=[empty])) == [("R040", ERROR, 50)]


def test_rule_that_no_known_place_meets_is_a_warning():
    assert found(book(rule(certainty=Membership.YES)), CLASSES[1:]) == [
        ("R040", WARNING, 1)
    ]


def test_without_known_places_nothing_is_said_about_them():
    assert found(book(rule()), []) == []


def test_weaker_rule_under_a_stricter_one_never_decides():
    weak = rule("weak", 2, then=Action.BANNER)
    assert found(book(rule(), weak)) == [("R041", WARNING, 2)]


def test_weaker_rule_with_paths_of_its_own_decides_there():
    when = When(activities=READ, areas=("russia",), paths=("/help/**",))
    weak = rule("weak", 2, then=Action.BANNER, when=when)
    narrow = rule(
        when=When(activities=READ, areas=("russia",), except_paths=("/help/**",))
    )
    assert found(book(narrow, weak)) == []


def test_rule_that_only_adds_its_notice_changes_the_page():
    assert found(book(rule(), rule("other", 2, notice="other"))) == []


def test_shadow_rule_need_not_decide():
    trial = rule("trial", 2, then=Action.BANNER, mode=Mode.SHADOW)
    assert found(book(rule(), trial)) == []


def test_exemption_that_another_rule_undoes_never_decides():
    twin = rule("twin", 2)
    useless = book(rule(), twin, exemptions=[exemption()])
    assert ("R041", WARNING, 50) in found(useless)


def test_findings_are_sorted_by_place_in_the_file():
    weak = [rule(f"weak{i}", line, then=Action.BANNER) for i, line in enumerate((9, 3))]
    sorted_lines = [line for _, _, line in found(book(rule(), *weak))]
    assert sorted_lines == [3, 9]


def test_rule_and_exemption_may_share_an_id():
    twins = book(rule(), exemptions=[exemption("warn")])
    assert found(twins) == []
    assert found(replace(twins, exemptions=())) == []


# What is said, so that a person can look at it.


def hint_of(code, some_book, classes=CLASSES, **more):
    (finding,) = [f for f in prove(some_book, classes, **more) if f.code == code]
    return finding.hint


def when(**fields):
    return When(**({"activities": READ, "areas": ("russia",)} | fields))


NEVER = {
    "it ends before it begins": (
        rule("no", 2, effective=Effective(since=9, until=9)),
        "It ends before or when it begins.",
    ),
    "no activity": (rule("no", 2, when=when(activities=())), "It lists no activity."),
    "one exception takes all": (
        rule("no", 2, when=when(paths=("/a/b",), except_paths=("/a/**",))),
        '"/a/**" takes "/a/b"',
    ),
    "exceptions take all together": (
        rule("no", 2, when=when(paths=("/*",), except_paths=("/a*", "/**"))),
        '"/**" takes "/*"',
    ),
    "no area": (rule("no", 2, when=when(areas=())), "leave the key out"),
}


@pytest.mark.parametrize("case", NEVER)
def test_what_never_holds_is_told_with_the_condition_that_empties_it(case):
    never, reason = NEVER[case]
    assert reason in hint_of("R040", book(rule(), never))


def test_a_rule_that_asks_for_certainty_is_told_that_places_are_only_possible():
    hint = hint_of("R040", book(rule(certainty=Membership.YES)), CLASSES[1:])
    assert 'no place is certainly in "russia", some are possibly' in hint


def test_a_rule_without_places_is_told_that_the_databases_have_none():
    hint = hint_of("R040", book(rule()), CLASSES[2:])
    assert 'No place of the loaded databases is in "russia".' in hint


def test_a_rule_that_ends_before_its_area_begins_is_told_when_it_does():
    early = rule("early", 2, effective=Effective(until=-100))
    assert '"russia" on 1970-01-01' in hint_of("R040", book(rule(), early))


def test_a_rule_that_never_decides_is_told_what_does_and_where():
    weak = rule("weak", 2, then=Action.BANNER)
    hint = hint_of(
        "R041", book(rule(), weak), address_of=["2.0.0.0", "5.0.0.0"].__getitem__
    )
    for part in ("2.0.0.0, RU (russia yes)", "path /, read", "by warn (book.yaml:1)"):
        assert part in hint


def test_an_address_of_the_place_is_part_of_what_breaks_a_promise():
    broken = book(rule(), exemptions=[exemption()], promises=[promise()])
    (finding,) = prove(broken, CLASSES, address_of=lambda number: f"5.{number}.0.0")
    assert "Example: 5.0.0.0, RU (russia yes), path /help, read" in finding.message


def test_an_exemption_that_breaks_a_promise_is_named_with_what_mends_it():
    broken = book(rule(), exemptions=[exemption()], promises=[promise()])
    assert hint_of("R043", broken) == (
        'The exemption safety opens /help/** there: add "/help/**" to except_paths of '
        "this promise, or remove the exemption."
    )
    wide = exemption(when=When(activities=READ))
    told = hint_of("R043", book(rule(), exemptions=[wide], promises=[promise()]))
    assert told == "Narrow or remove the exemption safety, or promise less."
    strict = promise(at_least=None, at_most=Action.PASS, scope=When(activities=READ))
    told = hint_of("R043", book(rule(), exemptions=[exemption()], promises=[strict]))
    assert told == "Change what decides there, or promise less."


def test_the_address_is_of_the_first_class_of_the_place_that_has_one():
    twins = [CLASSES[0], replace(CLASSES[0], label="RU-MOW"), *CLASSES[1:]]
    broken = book(rule(), exemptions=[exemption()], promises=[promise()])
    found = {1: "5.1.0.0"}
    (finding,) = prove(broken, twins, address_of=found.get)
    assert "5.1.0.0, RU-MOW (russia yes)" in finding.message


EMPTY = {
    "paths": (
        When(activities=READ, paths=("/x",), except_paths=("/**",)),
        '"/**" takes "/x"',
    ),
    "unknown places in an area": (
        When(activities=READ, areas=("russia",), unknown=(Unknown.BAD_ADDRESS,)),
        "make two promises",
    ),
    "everybody is inside": (
        When(activities=READ, areas=("russia",), outside_areas=("russia",)),
        'Every place that it speaks of is in "russia", or may be.',
    ),
}


@pytest.mark.parametrize("case", EMPTY)
def test_a_promise_of_nothing_is_told_what_empties_it(case):
    scope, reason = EMPTY[case]
    assert reason in hint_of("R044", book(rule(), promises=[promise(scope=scope)]))


def test_a_promise_for_an_area_without_members_is_told_so():
    hint = hint_of("R044", book(rule(), promises=[promise()]), CLASSES[1:])
    assert 'No place of the loaded databases is certainly in "russia".' in hint


@pytest.mark.unmeasured
def test_patterns_that_multiply_are_one_finding_with_the_place_of_each():
    paths = tuple(f"/**/{letter}/**" for letter in "abcdefghijklmnopqrst")
    ones, others = (when(paths=p) for p in (paths[:10], paths[10:]))
    crowded = book(rule("a", 7, when=ones), rule("b", 8, when=others))
    (finding,) = prove(crowded, CLASSES)
    assert (finding.code, finding.severity, finding.mark.line) == ("R047", ERROR, 7)
    assert '"/**/a/**" (book.yaml:7)' in finding.message
    assert finding.message.count("(book.yaml:") == 5
    assert "Write out the beginning of each path" in finding.hint


def test_too_many_cells_name_the_patterns_that_part_the_paths(monkeypatch):
    monkeypatch.setattr("gate.rules.proving.survey.MOST_PARTS", 0)
    some = rule(line=7, when=when(paths=("/a/**", "/b/**")))
    (finding,) = prove(book(some), CLASSES)
    assert (finding.code, finding.mark.line) == ("R047", 7)
    assert '"/a/**" (book.yaml:7), "/b/**" (book.yaml:7)' in finding.message


# Exemptions and the rules that they name: R033.


def test_an_exemption_for_other_paths_than_its_rule_is_an_error():
    narrow = rule(when=when(paths=("/news/**",)))
    (finding,) = prove(book(narrow, exemptions=[exemption()]), CLASSES)
    assert (finding.code, finding.severity, finding.subject) == (
        "R033",
        ERROR,
        "safety",
    )
    assert "No path meets both." in finding.hint


APART = {
    "activity": (
        exemption(when=When(activities=(Activity.SHARE,))),
        "The rule is about read, the exemption about share.",
    ),
    "the rule begins later": (
        exemption(effective=Effective(until=FROM)),
        "The exemption ends before the rule begins.",
    ),
}


@pytest.mark.parametrize("case", APART)
def test_an_exemption_that_can_never_meet_its_rule_is_told_why(case):
    never, reason = APART[case]
    assert reason in hint_of("R033", book(rule(), exemptions=[never]))


def test_an_exemption_that_no_loaded_place_meets_with_its_rule_is_a_warning():
    only_russia = When(activities=READ, areas=("russia",))
    where = [CLASSES[0], CLASSES[2]]
    unsure = rule(when=When(activities=READ, areas=("coast",)))
    elsewhere = exemption(when=only_russia)
    some = book(rule("other", 2), unsure, exemptions=[elsewhere])
    areas = {**some.areas, "coast": replace(some.areas["russia"], id="coast")}
    both = replace(some, areas=areas)
    versions = [  # in the order of the names: coast, russia
        replace(where[0], memberships=(Membership.NO, Membership.YES)),
        replace(where[1], memberships=(Membership.YES, Membership.NO)),
    ]
    (finding,) = [f for f in prove(both, versions) if f.code == "R033"]
    assert finding.severity is WARNING
    assert "No place of the loaded databases meets both." in finding.hint


def test_an_exemption_that_meets_none_of_its_rules_is_one_finding():
    narrow = when(paths=("/news/**",))
    two = [rule(when=narrow), rule("b", 2, when=narrow, notice="other")]
    both = exemption(relaxes=("warn", "b"))
    assert found(book(*two, exemptions=[both])) == [("R033", ERROR, 50)]


# Lists that say more than they need: R034 and R042.


@pytest.fixture
def proved(tmp_path):
    """Prove the base book with one more file, over a place in each of its areas."""

    def find(text):
        folder = tmp_path / "rules"
        shutil.copytree(BOOKS / "good" / "base", folder)
        (folder / "sample.yaml").write_text(text, "utf-8")
        loaded, _ = load_book(folder)
        names = [area for area, _ in loaded.area_versions]
        levels = {
            area: tuple(Membership(2 * (name == area)) for name in names)
            for area in dict.fromkeys(names)
        }
        classes = [LocationClass(label=a, memberships=m) for a, m in levels.items()]
        return [
            f for f in prove(loaded, classes) if f.mark.file.endswith("sample.yaml")
        ]

    return find


def sample(code):
    return (BOOKS / "codes" / code / "bad.yaml").read_text("utf-8")


def test_a_pattern_that_another_one_covers_is_marked_where_it_stands(proved):
    text = sample("R042")
    (finding,) = proved(text)
    line = text.splitlines()[finding.mark.line - 1]
    at = finding.mark.column - 1
    assert line[at : at + finding.mark.width] == '"/news/live/**"'
    assert '"/news/**" matches all of it.' in finding.hint


@pytest.mark.parametrize(
    ("conditions", "codes"), [('{paths: ["/**"]}', ["R034"]), ("{}", [])]
)
def test_a_key_that_is_left_out_is_never_too_wide(proved, conditions, codes):
    text = sample("R034")
    assert text.count('{paths: ["/**"]}') == 1
    found = proved(text.replace('{paths: ["/**"]}', conditions))
    assert [finding.code for finding in found] == codes


ITEMS = {
    "an area inside another": (
        rule(when=when(areas=("russia", "russia"))),
        'Without "russia" in areas of "warn" no decision differs.',
        'all of it lies in "russia" as well',
    ),
    "an exception that takes nothing": (
        rule(when=when(paths=("/a/**",), except_paths=("/b/**",))),
        'Without "/b/**" in except_paths of "warn" no decision differs.',
        "Its paths allow nothing of it anyway.",
    ),
    "a pattern that is excepted": (
        rule(when=when(paths=("/a/**", "/b/c"), except_paths=("/b/**",))),
        'Without "/b/c" in paths of "warn" no decision differs.',
        "Its except_paths take all of it away.",
    ),
}


@pytest.mark.parametrize("case", ITEMS)
def test_an_item_that_could_be_left_out_is_told_with_the_reason(case):
    idle, message, reason = ITEMS[case]
    findings = [f for f in prove(book(idle), CLASSES) if f.code == "R042"]
    assert message in [f.message for f in findings]
    assert any(reason in f.hint for f in findings)


def test_an_area_without_places_in_the_databases_is_only_noted():
    some = book(rule(when=when(areas=("coast", "russia"))))
    areas = {**some.areas, "coast": replace(some.areas["russia"], id="coast")}
    classes = [replace(c, memberships=(Membership.NO, *c.memberships)) for c in CLASSES]
    (finding,) = prove(replace(some, areas=areas), classes)
    assert (finding.code, finding.severity) == ("R042", Severity.NOTE)


def test_an_activity_at_which_others_are_stricter_could_be_left_out():
    both = rule("both", 2, when=when(activities=(Activity.READ, Activity.SHARE)))
    sharing = replace(both, then=Action.BANNER)
    (finding,) = prove(book(rule(), sharing), CLASSES)
    assert (
        finding.message == 'Without "read" in activities of "both" no decision differs.'
    )


def test_an_exemption_is_wider_than_the_only_path_where_it_matters():
    narrow = rule(when=when(paths=("/help/**",)))
    wide = exemption(when=When(activities=READ, paths=("/**",)))
    (finding,) = prove(book(narrow, exemptions=[wide]), CLASSES)
    assert (finding.code, finding.severity) == ("R034", WARNING)
    assert 'needs no more than "/help/**", and "/**" is wider' in finding.message


def test_every_finding_names_what_it_is_about():
    weak = rule("weak", 2, then=Action.BANNER)
    findings = prove(book(rule(), weak, promises=[promise(scope=OUTSIDE)]), CLASSES)
    assert {f.subject for f in findings} == {"weak", "warned"}
