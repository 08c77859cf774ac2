"""The exact difference of two rule books: cells, causes, exemptions, networks."""

from __future__ import annotations

import shutil
from datetime import datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from diffed import (
    day,
    exemption,
    index,
    place,
    rule,
    side,
    version,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.decision import Patterns, decide, globs_of, memberships_at, stricter
from gate.model import Activity, Unknown
from gate.places.edges import Label
from gate.places.special import special_spans
from gate.rules.proving.atoms import path_atoms
from gate.workbench.auditing.alike import Alike
from gate.workbench.diffing import Terms, Twins, compare, folder_side, look_of, telling
from gate.workbench.diffing.boxes import boxes
from gate.workbench.diffing.comparison import _parts
from gate.workbench.diffing.indexes import indexes_of
from gate.workbench.diffing.markdown import MOST, escaped, markdown
from gate.workbench.diffing.mixing import Mixing
from gate.workbench.diffing.pathsets import path_sets
from gate.workbench.diffing.plain import as_json
from gate.workbench.diffing.refinement import Refinement
from gate.workbench.diffing.renamings import Names
from gate.workbench.diffing.sealed import weighed
from gate.workbench.diffing.telling import compared

ROOT = Path(__file__).parent.parent
NOW = int(datetime.fromisoformat(day(10)).timestamp())
PLACES = (place(2, 0, label="RU"), place(1, 0, label="UA"), place(0, 0, label="other"))
STARTS, IDS = (0, 100, 200, 250), (0, 1, 2, 0)


def world(old_places=PLACES, new_places=None, **changed):
    old = index(old_places, STARTS, IDS)
    if new_places is None and not changed:
        return Twins(old, old)
    return Twins(old, index(new_places or old_places, STARTS, IDS, **changed))


def difference(old, new, twins=None, **terms):
    return compare(old, new, twins or world(), Terms(**{"now": NOW, **terms}))


def only(found):
    assert len(found.groups) == 1, found.groups
    return found.groups[0]


WARN = {"rules": [rule()]}


class TestARefactoringShowsNothing:
    def test_a_book_does_not_differ_from_itself(self):
        found = difference(side(**WARN), side(**WARN))
        assert found.is_empty
        assert found.beside.is_empty
        assert found.cells > 0

    def test_rules_may_be_renamed_with_the_exemptions_that_name_them(self):
        old = side(rules=[rule()], exemptions=[exemption()])
        new = side(rules=[rule("other")], exemptions=[exemption(relaxes=["other"])])
        found = difference(old, new)
        assert found.is_empty
        assert found.beside.renamed == {"warn": "other"}
        assert found.beside.ids

    def test_a_rule_of_which_one_part_stays_under_a_new_name_is_not_renamed(self):
        both = rule(when={"areas": ["north"], "activities": ["read", "share"]})
        parts = [
            rule(f"warn-{act}", when={"areas": ["north"], "activities": [act]})
            for act in ("read", "share")
        ]
        found = difference(side(rules=[both]), side(rules=parts))
        assert found.is_empty
        assert not found.beside.renamed
        assert [line[:9] for line in telling.beside(found.beside)] == ["In 4 cell"]

    def test_a_rule_may_be_split_by_activities(self):
        when = {"areas": ["north"], "paths": ["/**"]}
        both = rule(when={**when, "activities": ["read", "share"]})
        parts = [
            rule("first", when={**when, "activities": ["read"]}),
            rule("second", when={**when, "activities": ["share"]}),
        ]
        found = difference(side(rules=[both]), side(rules=parts))
        assert found.is_empty
        assert found.beside.ids

    def test_rules_may_move_to_another_file_and_change_places(self):
        two = [rule(), rule("share", when={"activities": ["share"]}, then="banner")]
        more = {"format": "rules/1", "owner": "a", "rules": two[:1]}
        new = side(rules=two[1:], files={"a.yaml": more})
        found = difference(side(rules=two), new)
        assert found.is_empty
        assert found.beside.is_empty

    def test_titles_and_reasons_decide_nothing(self):
        new = side(rules=[rule(title="Others", because="Another memo")])
        assert difference(side(**WARN), new).is_empty

    def test_what_only_shadow_rules_do_is_told_beside(self):
        shadow = rule("try", then="banner", mode="shadow")
        found = difference(side(**WARN), side(rules=[rule(), shadow]))
        assert found.is_empty
        assert found.beside.shadow


WHEN = rule()["when"]
ONE_CHANGE = {
    "a rule is removed": (
        [rule(), rule("more", then="block", certainty="certain")],
        [rule()],
        ("looser", "rule more removed", "old"),
    ),
    "a rule is added": (
        [rule()],
        [rule(), rule("more", then="block", certainty="certain")],
        ("stricter", "rule more added", "new"),
    ),
    "paths are narrowed": (
        [rule()],
        [rule(when={**WHEN, "except_paths": ["/a/**"]})],
        ("looser", 'rule warn, when.except_paths: "/a/**" added', "new"),
    ),
    "an area is taken out": (
        [rule(when={**WHEN, "areas": ["north", "south"]})],
        [rule(when={**WHEN, "areas": ["south"]})],
        ("looser", 'rule warn, when.areas: "north" removed', "old"),
    ),
    "an activity is added": (
        [rule()],
        [rule(when={**WHEN, "activities": ["read", "share"]})],
        ("stricter", 'rule warn, when.activities: "share" added', "new"),
    ),
    "the action is weaker": (
        [rule()],
        [rule(then="banner")],
        ("looser", "rule warn, then: banner instead of interstitial", "new"),
    ),
    "the action is weaker where it is only possible": (
        [rule()],
        [rule(if_possible="banner")],
        ("looser", "rule warn, if_possible: banner instead of nothing", "new"),
    ),
    "certainty is asked for": (
        [rule()],
        [rule(certainty="certain")],
        ("looser", "rule warn, certainty: certain instead of possible", "new"),
    ),
    "it begins later": (
        [rule(effective={"from": day(12)})],
        [rule(effective={"from": day(12, "03:00:00")})],
        (
            "looser",
            (
                "rule warn, effective.from: 2026-09-12 03:00 UTC instead of "
                "2026-09-12 00:00 UTC"
            ),
            "new",
        ),
    ),
    "a path takes the place of another": (
        [rule()],
        [rule(when={**rule()["when"], "paths": ["/news/**"]})],
        ("looser", 'rule warn, when.paths: "/**" → "/news/**"', "new"),
    ),
    "it is only tried": (
        [rule()],
        [rule(mode="shadow")],
        ("looser", "rule warn, mode: shadow instead of enforce", "new"),
    ),
    "the notice is another one": (
        [rule()],
        [rule(notice="other")],
        ("changed", "rule warn, notice: other instead of plain", "new"),
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "told"), ONE_CHANGE.values(), ids=ONE_CHANGE.keys()
)
def test_one_change_is_told_with_its_line(old, new, told):
    before, after = side(rules=old), side(rules=new, folder="changed")
    found = difference(before, after, world())
    way, sentence, where = told
    causes = {cause for group in found.groups for cause in group.causes}
    assert {str(group.direction) for group in found.groups} == {way}
    assert {cause.sentence for cause in causes} == {sentence}
    (cause,) = causes
    assert cause.side == where
    text = (before if where == "old" else after).folder.files["rules.yaml"].decode()
    line = text.splitlines()[cause.mark.line - 1][cause.mark.column - 1 :]
    value = sentence.split('"')[1] if '"' in sentence else line
    assert value.strip('"') in line
    assert [f.code for f in found.findings] == (["R090"] if way == "looser" else [])


def test_the_block_for_unknown_places_is_compared_as_well():
    new = side(**WARN, unknown={"bad_address": "banner"})
    group = only(difference(side(**WARN), new))
    assert [one.unknown for one in group.places] == [Unknown.BAD_ADDRESS]
    assert group.causes[0].sentence == (
        "unknown, bad_address: banner instead of interstitial"
    )
    assert group.loosens


def test_the_age_from_which_a_database_is_too_old_is_compared_as_well():
    old = side(**WARN, unknown={"max_age_days": 30})
    new = side(**WARN, unknown={"max_age_days": 40})
    twins = world()
    built = twins.new.database.build_epoch
    groups = difference(old, new, twins, now=built).groups
    assert {(g.since - built, g.until - built) for g in groups} == {
        (30 * 86_400, 40 * 86_400)
    }
    assert {cause.key for g in groups for cause in g.causes} == {"max_age_days"}


def test_several_causes_are_all_named():
    old = side(rules=[rule(), rule("twin")])
    new = side(rules=[])
    for group in difference(old, new).groups:
        assert {cause.id for cause in group.causes} == {"warn", "twin"}


def test_a_change_that_hides_behind_another_rule_is_no_cause():
    strict = rule("strict", then="block", certainty="certain")
    old = side(rules=[rule(), strict])
    new = side(rules=[rule(then="banner"), replace_then(strict, "interstitial")])
    twins = world((place(2, 0),) * 3)
    assert {c.id for c in only(difference(old, new, twins)).causes} == {"strict"}


def replace_then(written, word):
    return {**written, "then": word}


NARROW = exemption(when={"paths": ["/help/**"], "except_paths": ["/help/a"]})


class TestExemptions:
    OLD = side(rules=[rule()], exemptions=[])

    def test_a_loosening_by_an_exemption_alone_is_allowed_and_told(self):
        new = side(rules=[rule()], exemptions=[exemption()])
        found = difference(self.OLD, new)
        assert {group.exempted for group in found.groups} == {True}
        assert {group.approved_by for group in found.groups} == {("legal@example.org",)}
        assert not found.loosens
        assert not found.findings

    def test_a_longer_exemption_is_a_changed_one(self):
        old = side(rules=[rule()], exemptions=[exemption()])
        longer = exemption(effective={"until": day(30)})
        found = difference(old, side(rules=[rule()], exemptions=[longer]))
        assert {group.exempted for group in found.groups} == {True}

    def test_a_wider_exemption_is_not_approved_by_who_approved_the_narrow_one(self):
        old = side(rules=[rule()], exemptions=[NARROW])
        found = difference(old, side(rules=[rule()], exemptions=[exemption()]))
        assert {c.what for g in found.groups for c in g.causes} == {'"/help/a" removed'}
        assert {(g.exempted, g.unapproved) for g in found.loosens} == {
            (False, ("open",))
        }
        assert [finding.code for finding in found.findings] == ["R090"]
        assert "who has approved the wider one?" in found.findings[0].message
        assert "who has approved the wider one?" in markdown(found)
        assert as_json(found)["differences"][0]["unapproved"] == ["open"]

    @pytest.mark.parametrize(
        "wider",
        [
            {"to": "pass"},
            {"relaxes": ["warn", "ask"]},
            {"effective": {"from": day(2), "until": day(28)}},
        ],
        ids=["a weaker action", "another rule", "an earlier beginning"],
    )
    def test_every_way_to_widen_an_exemption_needs_an_approval(self, wider):
        rules = [rule(), rule("ask", then="block", certainty="certain")]
        since = {"from": day(5), "until": day(28)}
        first = exemption(to="banner", effective=since)
        old = side(rules=rules, exemptions=[first])
        new = side(rules=rules, exemptions=[{**first, **wider}])
        found = difference(old, new, now=0)
        assert found.loosens
        assert {g.unapproved for g in found.loosens} == {("open",)}

    @pytest.mark.parametrize(
        "anew",
        [
            {"approved_by": "board@example.org"},
            {"because": "Another memo"},
            {"effective": {"until": day(29)}},
            {"id": "wide", "to": "banner", "when": {"paths": ["/help/**", "/a/**"]}},
        ],
        ids=["somebody else", "another reason", "another end", "a new exemption"],
    )
    def test_a_wider_exemption_that_somebody_decided_anew_is_accepted(self, anew):
        old = side(rules=[rule()], exemptions=[NARROW])
        new = side(rules=[rule()], exemptions=[exemption(**anew)])
        found = difference(old, new)
        looser = [g for g in found.groups if g.direction == "looser"]
        assert looser
        assert not found.loosens

    def test_a_reason_whose_lines_break_elsewhere_is_the_same_reason(self):
        old = side(rules=[rule()], exemptions=[{**NARROW, "because": "A\nmemo"}])
        found = difference(old, side(rules=[rule()], exemptions=[exemption()]))
        assert found.loosens

    def test_a_new_exemption_does_not_excuse_a_wider_one_beside_it(self):
        beside = exemption("more", when={"paths": ["/b/**"]})
        old = side(rules=[rule()], exemptions=[NARROW])
        found = difference(old, side(rules=[rule()], exemptions=[exemption(), beside]))
        told = {(str(path), g.exempted) for g in found.groups for path in g.paths}
        assert told == {("/help/a", False), ("/b/**", True)}

    def test_an_exemption_cannot_excuse_what_it_only_touches(self):
        """The rule is gone: with or without the exemption nobody is warned."""
        new = side(rules=[rule("more")], exemptions=[exemption(relaxes=["more"])])
        gone = side(rules=[rule(), rule("more", then="banner")])
        ways = {
            (str(path), group.exempted)
            for group in difference(gone, new).groups
            for path in group.paths
        }
        assert ("/help/**", True) in ways
        new = side(rules=[rule("more", then="banner")], exemptions=[])
        assert {g.exempted for g in difference(gone, new).groups} == {False}

    def test_an_exemption_does_not_excuse_a_narrowed_rule_elsewhere(self):
        narrowed = rule(when={**WHEN, "except_paths": ["/help/**", "/a/**"]})
        new = side(rules=[narrowed], exemptions=[exemption()])
        found = difference(self.OLD, new)
        told = {str(one) for group in found.loosens for one in group.paths}
        assert told == {"/a/**", "/help/**"}

    def test_an_exemption_that_is_gone_makes_it_stricter(self):
        old = side(rules=[rule()], exemptions=[exemption()])
        ways = {str(g.direction) for g in difference(old, self.OLD).groups}
        assert ways == {"stricter"}

    def test_a_moved_area_is_not_the_exemptions_doing(self):
        when = {"areas": ["south"], "paths": ["/**"]}
        book = {"rules": [rule()], "exemptions": [exemption(when=when)]}
        old, new = side(**book), side(**book, areas=MOVED)
        twins = world((place(2, 0),) * 3, (place(2, 2),) * 3)
        found = difference(old, new, twins)
        assert found.loosens
        assert {c.kind for g in found.groups for c in g.causes} == {"area"}


MOVED = {"north": [version()], "south": [version(whole=["BY", "RU"])]}


class TestTime:
    OLD = side(rules=[rule(effective={"from": day(1), "until": day(5)})])
    NEW = side(rules=[])

    def test_what_ended_before_now_is_past_and_breaks_nothing(self):
        found = difference(self.OLD, self.NEW)
        assert {group.is_past for group in found.groups} == {True}
        assert not found.loosens
        assert not found.findings

    def test_the_same_is_not_past_a_week_earlier(self):
        assert difference(self.OLD, self.NEW, now=NOW - 7 * 86_400).loosens

    def test_what_ended_before_the_start_is_left_out(self):
        assert difference(self.OLD, self.NEW, start=NOW).is_empty

    def test_a_span_is_told_from_the_start_on(self):
        start = NOW - 7 * 86_400
        groups = difference(self.OLD, self.NEW, start=start).groups
        assert {group.since for group in groups} == {start}

    def test_a_version_of_an_area_that_begins_later_is_named(self):
        later = {"north": [version(3)], "south": [version(whole=["BY"])]}
        group = only(difference(side(**WARN), side(**WARN, areas=later)))
        assert group.causes[0].sentence == (
            "area north, versions: since 2026-09-03 00:00 UTC instead of "
            "2026-09-01 00:00 UTC"
        )
        assert group.is_past


def test_another_database_under_one_book_moves_places():
    book = side(**WARN)
    twins = world(PLACES, (PLACES[2], PLACES[1], PLACES[2]), digest="two")
    group = only(difference(book, book, twins))
    assert [c.sentence for c in group.causes] == [
        "database two.mmdb instead of one.mmdb"
    ]
    assert [one.label for one in group.places] == ["RU → other"]
    assert next(iter(twins.networks(group.pairs))) == "0.0.0.0/26"


def test_two_databases_are_named_with_their_days_wherever_they_matter():
    book = side(**WARN)
    twins = world(built=NOW, digest="two")
    told = "rules by one.mmdb (built 1970-01-01) → rules by two.mmdb (built 2026-09-10)"
    found = difference(book, book, twins)
    assert compared(found) == told
    assert escaped(told) in markdown(found)
    assert compared(difference(book, book)) == "rules → rules"
    both = compared(difference(book, book, geo=True))
    assert both.count("one.mmdb (built 1970-01-01), SHA-256 one") == 2


def test_a_mapped_address_has_the_place_of_the_ipv4_address_in_it():
    twins = world()
    assert twins.find(6, 0xFFFF << 32 | 150) == twins.find(4, 150)
    assert twins.find(6, 150) == twins.unknown(Unknown.NOT_IN_DATABASE)


class TestEdges:
    """What an edge says of readers makes places that no address has."""

    OLD = side(rules=[rule()])
    NEW = side(rules=[rule(certainty="certain")])
    PLACES = (place(2, 0, label="RU"), place(0, 0, label="other"))

    def heard(self, *labels):
        """An index in which north is possible where an edge says one of the labels."""
        nowhere = index(self.PLACES, (0,), (0,)).unknown(Unknown.NOT_IN_DATABASE)
        raised = len(self.PLACES) + len(Unknown)
        means = Label(raised, {nowhere: raised, 1: raised + 1})
        return index(
            self.PLACES,
            (0, 100),
            (0, 1),
            labels={"": Label(1, {nowhere: 1}), **dict.fromkeys(labels, means)},
            heard=(place(1, 0, label="RU"), place(1, 0, label="other")),
        )

    def test_without_an_edge_nobody_notices(self):
        found = index(self.PLACES, (0, 100), (0, 1))
        assert difference(self.OLD, self.NEW, Twins(found, found)).is_empty

    def test_readers_that_only_an_edge_places_are_told(self):
        twins = Twins(self.heard("RU"), self.heard("RU"))
        group = only(difference(self.OLD, self.NEW, twins))
        assert group.loosens
        assert telling.places(group) == [
            "RU (north possible): readers of whom the edge says RU",
            "other (north possible): readers of whom the edge says RU",
        ]
        assert {(one.networks, one.ipv4, one.example) for one in group.places} == {
            (0, 0, "")
        }
        assert not list(twins.networks(group.pairs))

    def test_a_label_that_only_one_side_knows_is_elsewhere_to_the_other(self):
        twins = Twins(self.heard("RU", "BY"), self.heard("RU"))
        group = only(difference(self.OLD, self.OLD, twins))
        assert {(one.label, one.edge) for one in group.places} == {
            ("RU → other", "BY"),
            ("other", "BY"),
        }


# Random books, random points


WORDS = ["pass", "banner", "interstitial", "block"]
PATHS = ["/", "/a", "/a/b", "/a/b.pdf", "/c", "/c/a", "/x/y/z"]
GLOBS = ["/**", "/a/**", "/a/b", "/a/*", "/*/a", "/**/*.pdf"]
ACTS = [Activity.READ, Activity.SHARE]
DAYS = [3, 6, 9]
POINTS = [int(datetime.fromisoformat(day(n)).timestamp()) - 1 for n in (2, 3, 4, 6, 9)]


def some(items, least=0):
    return st.lists(st.sampled_from(items), min_size=least, max_size=2, unique=True)


@st.composite
def whens(draw):
    when = {
        "activities": draw(some(["read", "share"], 1)),
        "paths": draw(some(GLOBS, 1)),
    }
    if draw(st.booleans()):
        when["areas"] = draw(some(["north", "south"], 1))
    if draw(st.booleans()):
        when["except_paths"] = draw(some(GLOBS[1:]))
    return when


@st.composite
def written_rules(draw, name):
    then = draw(st.sampled_from(WORDS[1:]))
    own = rule(name, when=draw(whens()), then=then)
    own["certainty"] = draw(st.sampled_from(["possible", "certain"]))
    own["notice"] = draw(st.sampled_from(["plain", "other"]))
    own["approved_by"] = "legal"
    if own["certainty"] == "possible" and then != "banner" and draw(st.booleans()):
        own["if_possible"] = "banner"
    if draw(st.booleans()):
        first = draw(st.sampled_from(DAYS))
        own["effective"] = draw(
            st.sampled_from([{"from": day(first)}, {"until": day(first)}])
        )
    own["mode"] = draw(st.sampled_from(["enforce", "enforce", "shadow"]))
    return own


@st.composite
def books(draw):
    names = draw(some(["warn", "more", "last"], 1))
    own = {
        "rules": [draw(written_rules(name)) for name in names],
        "unknown": {"bad_address": draw(st.sampled_from(WORDS))},
        "areas": {
            "north": [version(1), version(4)][: draw(st.integers(1, 2))],
            "south": [
                version(
                    draw(st.sampled_from(DAYS)),
                    whole=draw(st.sampled_from([["BY"], ["KZ"]])),
                )
            ],
        },
    }
    if draw(st.booleans()):
        own["exemptions"] = [
            exemption(
                relaxes=[names[0]],
                to=draw(st.sampled_from(["pass", "banner"])),
                when={"paths": draw(some(GLOBS, 1))},
                effective={"until": day(draw(st.sampled_from(DAYS)))},
            )
        ]
    return side(**own)


@st.composite
def pairs_of_books(draw):
    """Two books, and places of which both know the same as far as areas are alike.

    A place may be unknown to one side alone, as where an area lists its network.
    """
    old, new = draw(books()), draw(books())
    levels = st.integers(0, 2)
    doubts = st.sampled_from([None, None, Unknown.ANONYMOUS_NETWORK])
    keys = [
        (area, one.since, one.whole)
        for book in (old.book, new.book)
        for area, one in book.area_versions
    ]
    kinds = [
        ({key: draw(levels) for key in keys}, draw(doubts), label)
        for label in ("RU", "UA")
    ]
    starts = sorted({0, *draw(st.sets(st.integers(1, 250), max_size=6))})
    ids = [draw(st.integers(0, len(kinds) + 1)) for _ in starts]
    first = laid(old.book, kinds, starts, ids)
    if old.book.areas_digest == new.book.areas_digest:
        return old, new, Twins(first, first)
    ids = [draw(st.sampled_from([id_, id_, id_, len(kinds)])) for id_ in ids]
    return old, new, Twins(first, laid(new.book, kinds, starts, ids))


def laid(book, kinds, starts, ids):
    keys = [(area, one.since, one.whole) for area, one in book.area_versions]
    places = [
        place(*(levels[key] for key in keys), label=label, doubt=doubt)
        for levels, doubt, label in kinds
    ]
    return index(places, starts, ids)


def direct(book, found, path, activity, now):
    """Decide without any cell, as `gate explain` does."""
    whens_ = [one.when for one in (*book.rules, *book.exemptions)]
    matched = Patterns(globs_of(whens_)).matched(path)
    decisions = [
        decide(
            book,
            memberships=memberships_at(book, found, now) if reason is None else {},
            matched=matched,
            activity=activity,
            now=now,
            unknown=reason,
        )
        for reason in (found.unknown, *((found.doubt,) if found.doubt else ()))
    ]
    decision = decisions[0] if len(decisions) == 1 else stricter(*decisions)
    return decision.action, decision.notices


@settings(max_examples=25, deadline=None)
@given(pairs_of_books(), st.data())
def test_a_random_point_differs_exactly_if_it_lies_in_a_group(drawn, data):
    old, new, twins = drawn
    found = difference(old, new, twins)
    spots = [*STARTS, *(start - 1 for start in twins.ranges(4)[0] if start)]
    for _ in range(40):
        number = data.draw(st.one_of(st.sampled_from(spots), st.integers(0, 300)))
        pair = data.draw(
            st.sampled_from([twins.find(4, number), *map(twins.unknown, Unknown)])
        )
        path = data.draw(st.sampled_from(PATHS))
        activity = data.draw(st.sampled_from(ACTS))
        now = data.draw(st.sampled_from(POINTS)) + data.draw(st.integers(0, 1))
        before = direct(old.book, twins.pairs[pair].old, path, activity, now)
        after = direct(new.book, twins.pairs[pair].new, path, activity, now)
        groups = found.groups_at(pair, path, activity, now)
        assert [(g.was, g.becomes) for g in groups] == (
            [] if before == after else [(before, after)]
        )


@settings(max_examples=10, deadline=None)
@given(pairs_of_books())
def test_networks_are_exactly_the_addresses_of_a_group(drawn):
    """Networks hold special ones, such as 10.0.0.0/8; counts leave them out."""
    old, new, twins = drawn
    for group in difference(old, new, twins).groups:
        networks = [ip_network(text) for text in twins.networks(group.pairs)]
        own = [network for network in networks if network.version == 4]
        for number in (*range(300), (1 << 32) - 1):
            inside = sum(ip_address(number) in network for network in own)
            assert inside == (twins.find(4, number) in group.pairs)
        sizes = sum(one.ipv4 for one in group.places)
        assert sizes == sum(map(readers_in, own))


def readers_in(network):
    """How many addresses of a network readers may have, one span after the other."""
    first, last = int(network[0]), int(network[-1])
    apart = (
        max(0, min(last, end) - max(first, begin) + 1)
        for begin, end, _ in special_spans(4)
    )
    return network.num_addresses - sum(apart)


@settings(max_examples=10, deadline=None)
@given(pairs_of_books())
def test_all_parts_taken_over_are_the_new_book_and_none_the_old(drawn):
    old, new, twins = drawn
    names = Names.of(old.book, new.book)
    refinement = Refinement(old.book, new.book, twins)
    parts = list(_parts(old, new, names, twins))
    mixing = Mixing(refinement, parts, names, twins.new.database.build_epoch)
    for cell, _ in refinement.cells():
        case = refinement.case(cell.kind, cell.paths, cell.activity, cell.segment)
        assert mixing.decide(case, ()) == cell.before
        assert mixing.decide(case, range(len(parts))) == cell.after
        assert mixing.decide(case, mixing.relevant(case)) == cell.after


@settings(max_examples=10, deadline=None)
@given(pairs_of_books())
def test_every_difference_has_a_cause(drawn):
    old, new, twins = drawn
    for group in difference(old, new, twins).groups:
        assert group.causes


@settings(max_examples=40, deadline=None)
@given(
    st.sets(st.tuples(*[st.integers(0, 3)] * 4), max_size=40),
)
def test_boxes_hold_each_point_once_and_no_other(points):
    held = [
        (kind, path, act, segment)
        for box in boxes(points)
        for kind in box.kinds
        for path in box.paths
        for act in box.activities
        for segment in range(box.first, box.last + 1)
    ]
    assert len(held) == len(set(held))
    assert set(held) == points


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(GLOBS), max_size=5, unique=True), st.data())
def test_paths_in_words_are_exactly_the_chosen_ones(globs, data):
    every = path_atoms(globs)
    chosen = data.draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    told = path_sets(chosen, every)

    def is_told(atom, one):
        met = [glob == "/**" or glob in atom.matched for glob in one.globs]
        fits = all(met) if one.both else any(met)
        return fits and atom.matched.isdisjoint(one.excepted)

    for atom in every:
        assert any(is_told(atom, one) for one in told) == (atom in chosen)


# Areas, line by line, on real places


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The shipped book with one line changed."""

    def change(old, new):
        folder = tmp_path_factory.mktemp("book") / "rules"
        shutil.copytree(ROOT / "rules", folder)
        path = folder / "areas/russia.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return folder_side(folder)

    return change


MARIUPOL = "          - 701822   # Mariupol: May 2022\n"
LINES = {
    "a town less": (MARIUPOL, "", "settlements: 701822 (Mariupol) removed", "looser"),
    "a code more": (
        "          - UA-09   # Luhansk oblast\n",
        "",
        'whole: "UA-09" removed',
        "looser",
    ),
    "people are weighed otherwise": (
        "weigh: {certain: 0.9, unlikely: 0.1, radius_km: 50, near_km: 30}",
        "weigh: {certain: 0.9, unlikely: 0.1, radius_km: 50, near_km: 0}",
        "weigh.near_km: 0 instead of 30",
        "looser",
    ),
}


@pytest.fixture(scope="module")
def before():
    """The shipped book, and its index over the embedded database."""
    found = folder_side(ROOT / "rules")
    return found, indexes_of(None, found.book, found.book)[0]


@pytest.mark.parametrize(
    ("old", "new", "told", "way"), LINES.values(), ids=LINES.keys()
)
def test_the_line_of_an_area_is_named(shipped, before, old, new, told, way):
    (before, first), after = before, shipped(old, new)
    twins = Twins(first, indexes_of(None, after.book, after.book)[1])
    found = compare(before, after, twins, Terms(now=NOW), look_of(None))
    assert {str(g.direction) for g in found.groups} == {way}
    causes = {cause.sentence for g in found.groups for cause in g.causes}
    assert causes == {f"area russia-controlled-ukraine, {told}"}


# Traffic


def row(**changed):
    """A sealed row of readers in Russia who read, counted by the old book."""
    own = {
        "moments": (NOW,),
        "place": "RU",
        "areas": "north:yes",
        "activity": "read",
        "section": "other",
        "action": "interstitial",
        "outcome": "covered",
        "reason": "",
        "rules": "warn",
        "shadow": "pass",
        "shadow_rules": "",
        "book": "b",
        "areas_digest": side(**WARN).book.areas_digest,
        "database": "d",
        "config": "c",
        "n": 100,
    }
    return Alike(**{**own, **changed})


class TestSealedCounts:
    WHOLE = difference(side(**WARN), side(rules=[rule(then="banner")]))
    PART = difference(
        side(**WARN), side(rules=[rule(when={**WHEN, "except_paths": ["/a/**"]})])
    )

    def moved(self, found, *rows):
        return weighed(found, None, rows, "log").moved

    def test_a_row_that_lies_in_a_group_whatever_its_path_is_certainly_in_it(self):
        assert self.moved(self.WHOLE, row()) == (100, 100, 100)

    def test_a_row_whose_path_is_not_known_may_be_in_it(self):
        assert self.moved(self.PART, row()) == (0, 100, 100)

    def test_another_place_is_certainly_not_in_it(self):
        elsewhere = row(place="other", areas="")
        assert self.moved(self.WHOLE, elsewhere, row()) == (100, 100, 200)

    def test_the_same_label_in_another_area_is_not_in_it(self):
        assert self.moved(self.WHOLE, row(areas="")) == (0, 100, 100)

    def test_another_activity_is_certainly_not_in_it(self):
        assert self.moved(self.WHOLE, row(activity="share")) == (0, 0, 100)

    def test_a_merged_activity_may_be_in_it(self):
        assert self.moved(self.WHOLE, row(activity="*")) == (0, 100, 100)

    def test_what_no_rule_decided_stands_apart(self):
        traffic = weighed(self.WHOLE, None, [row(reason="kind:asset")], "log")
        assert traffic.moved.of == 0
        assert traffic.apart == {"kind:asset": 100}


# What people read


def test_markdown_stays_below_what_github_takes_and_says_what_is_left_out():
    many = [
        rule(f"r{n}", when={**WHEN, "paths": [f"/{'x' * 200}{n}/**"]})
        for n in range(150)
    ]
    text = markdown(difference(side(rules=many), side(rules=[])))
    assert len(text) < MOST
    assert "more in `gate diff --json`" in text
    assert text.count("<details>") == text.count("</details>")


def test_markdown_escapes_what_files_say():
    hostile = "/a|b*<img>`@all`[x](y)"
    found = difference(side(rules=[]), side(rules=[rule(when={"paths": [hostile]})]))
    text = markdown(found)
    assert "<img" not in text.replace("\\<", "")
    assert "@all" not in text
    rows = [line for line in text.splitlines() if line.startswith("| 1 ")]
    assert rows[0].replace("\\|", "").count("|") == 9


@given(st.text())
def test_an_escaped_text_is_one_line_and_calls_nobody(text):
    told = escaped(text)
    assert "\n" not in told
    assert not any(mark + "a" in told for mark in "@#")


def test_json_tells_what_a_group_is():
    found = difference(side(**WARN), side(rules=[rule(then="banner")]))
    told = as_json(found, {1: "out/1-looser.txt"})
    first = told["differences"][0]
    assert told["same"] is False
    assert told["loosens"] == [group["number"] for group in told["differences"]]
    assert first["was"] == {"action": "interstitial", "notices": ["plain"]}
    assert first["becomes"] == {"action": "banner", "notices": ["plain"]}
    assert first["paths"] == [{"any": ["/**"], "except": [], "such_as": "/"}]
    assert first["networks"] == "out/1-looser.txt"
    assert first["causes"][0]["key"] == "then"
    assert first["traffic"] is None


# Notices


@pytest.fixture(scope="module")
def noticed(tmp_path_factory):
    """The shipped book with one notice changed."""

    def change(*swaps):
        folder = tmp_path_factory.mktemp("book") / "rules"
        shutil.copytree(ROOT / "rules", folder)
        path = folder / "notices/undesirable-organization.yaml"
        text = path.read_text("utf-8")
        for old, new in swaps:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, "utf-8")
        return folder_side(folder)

    return change


TEXT = ("Before you read: a legal risk", "Before you read: what it may cost")
RAISED = ("    revision: 1 #", "    revision: 2 #")


@pytest.mark.parametrize(
    ("swaps", "what"),
    [
        ((TEXT,), "same revision"),
        ((TEXT, RAISED), "revision raised"),
        ((RAISED,), "revision raised"),
    ],
    ids=["the text alone", "text and revision", "the revision alone"],
)
def test_a_notice_that_changes_is_told_and_no_decision_differs(noticed, swaps, what):
    old, new = folder_side(ROOT / "rules"), noticed(*swaps)
    found = difference(old, new, world((place(2, 0, 0),) * 3))
    assert found.is_empty
    (change,) = found.beside.notices
    assert (change.id, change.what) == ("undesirable-organization", what)
    assert change.file.endswith("rules/notices/undesirable-organization.yaml")


def test_a_comment_in_a_notice_changes_nothing(noticed):
    old, new = folder_side(ROOT / "rules"), noticed(("format:", "# why\nformat:"))
    assert old.book.digest != new.book.digest
    found = difference(old, new, world((place(2, 0, 0),) * 3))
    assert found.beside.is_empty
