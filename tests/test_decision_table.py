from __future__ import annotations

import pytest

from gate.decision import Table
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
    Rule,
    RuleBook,
    Unknown,
    UnknownPlaces,
    When,
)

MARK = Mark(file="book.yaml")
MOSCOW, MELITOPOL, BERLIN, NOWHERE = range(4)
CLASSES = (
    LocationClass(label="RU", memberships=(Membership.YES, Membership.YES)),
    LocationClass(label="UA-23", memberships=(Membership.NO, Membership.YES)),
    LocationClass(label="other", memberships=(Membership.NO, Membership.NO)),
    LocationClass(label="bad_address", unknown=Unknown.BAD_ADDRESS),
)
SECTIONS = (("news", ("/news/**", "/live/**")), ("all", ("/news/**", "/a/*")))


def make_rule(name, activity, then, **fields):
    return Rule(
        id=name,
        title="",
        because="",
        when=When(activities=(activity,), areas=("there",), except_paths=("/about",)),
        then=then,
        notice="notice",
        mark=MARK,
        **fields,
    )


@pytest.fixture
def book():
    versions = tuple(AreaVersion(since=since, mark=MARK) for since in (0, 100))
    return RuleBook(
        areas={"there": Area(id="there", title="", versions=versions, mark=MARK)},
        rules=(
            make_rule("read", Activity.READ, Action.INTERSTITIAL),
            make_rule(
                "save", Activity.SAVE, Action.BANNER, effective=Effective(since=200)
            ),
            make_rule(
                "like", Activity.LIKE, Action.BLOCK, effective=Effective(until=50)
            ),
        ),
        exemptions=(
            Exemption(
                id="help",
                relaxes=("read",),
                to=Action.PASS,
                when=When(activities=(Activity.READ,), paths=("/help/**",)),
                because="",
                approved_by="",
                effective=Effective(until=300),
                mark=MARK,
            ),
        ),
        promises=(),
        tests=(),
        unknown=UnknownPlaces(
            notice="nowhere",
            actions=dict.fromkeys(Unknown, Action.BANNER),
            max_age_days=1,
            mark=MARK,
        ),
        digest="",
        areas_digest="",
    )


@pytest.fixture
def table(book):
    return Table.build(book, CLASSES, sections=SECTIONS, now=60)


def action(table, class_id, path="/a", activity=Activity.READ):
    return table.look_up(class_id, path, activity).decision.action


def test_classes_meet_their_own_decisions(table):
    assert action(table, MOSCOW) is Action.INTERSTITIAL
    assert action(table, BERLIN) is Action.PASS
    assert action(table, NOWHERE) is Action.BANNER


def test_version_of_area_in_force_decides(book):
    assert action(Table.build(book, CLASSES, now=99), MELITOPOL) is Action.PASS
    assert action(Table.build(book, CLASSES, now=100), MELITOPOL) is Action.INTERSTITIAL


def test_area_without_version_yet_has_no_members(book):
    assert action(Table.build(book, CLASSES, now=-1), MOSCOW) is Action.PASS


@pytest.mark.parametrize(
    ("now", "since", "until"),
    [(-5, None, 0), (0, 0, 50), (49, 0, 50), (50, 50, 100), (300, 300, None)],
)
def test_table_names_its_segment(book, now, since, until):
    table = Table.build(book, CLASSES, now=now)
    assert (table.since, table.until) == (since, until)


def test_book_without_instants_holds_for_ever(book):
    timeless = Table.build(
        RuleBook(
            areas={},
            rules=(),
            exemptions=(),
            promises=(),
            tests=(),
            unknown=book.unknown,
            digest="",
            areas_digest="",
        ),
        [CLASSES[NOWHERE]],
        now=7,
    )
    assert (timeless.since, timeless.until) == (None, None)
    assert not timeless.look_up(0, "/", Activity.READ).gated


@pytest.mark.parametrize(
    ("path", "activity", "gated"),
    [
        ("/a", Activity.READ, True),
        ("/about", Activity.READ, False),
        ("/help/x", Activity.READ, True),
        ("/a", Activity.SAVE, True),
        ("/a", Activity.LIKE, False),
        ("/a", Activity.DONATE, False),
    ],
    ids=["now", "excepted", "unknown are not exempt", "later", "over", "no rule"],
)
def test_gated_means_anybody_now_or_later(table, path, activity, gated):
    for class_id in range(len(CLASSES)):
        assert table.look_up(class_id, path, activity).gated is gated


@pytest.mark.parametrize(
    ("path", "section"),
    [("/news/1", "news"), ("/live", "news"), ("/a/b", "all"), ("/x", "other")],
)
def test_first_section_that_covers_the_path_wins(table, path, section):
    assert table.look_up(BERLIN, path, Activity.READ).section == section


def test_allowed_are_activities_below_interstitial(book):
    table = Table.build(book, CLASSES, now=10)
    everything = frozenset(Activity)
    cell = table.look_up(MOSCOW, "/a", Activity.SHARE)
    assert cell.allowed == everything - {Activity.READ, Activity.LIKE}
    assert table.look_up(BERLIN, "/a", Activity.SHARE).allowed == everything
    assert table.look_up(NOWHERE, "/a", Activity.SHARE).allowed == everything


def test_reason_that_holds_beside_every_place_makes_stricter(book):
    table = Table.build(book, CLASSES, now=60, also=Unknown.DATABASE_UNUSABLE)
    berlin = table.look_up(BERLIN, "/a", Activity.READ).decision
    assert berlin.by == ("unknown:database_unusable",)
    assert table.look_up(MOSCOW, "/a", Activity.READ).decision.by == ("read",)
    helped = table.look_up(MOSCOW, "/help/x", Activity.READ).decision
    assert helped.action is Action.BANNER


def test_equal_cells_are_one_object(table):
    first = table.look_up(MOSCOW, "/news/1", Activity.READ)
    assert table.look_up(MOSCOW, "/live/2", Activity.READ) is first
    assert table.look_up(MOSCOW, "/live/2/", Activity.READ) is first


def test_class_that_does_not_exist_is_an_error(table):
    with pytest.raises(IndexError):
        table.look_up(len(CLASSES), "/a", Activity.READ)


def test_row_forgets_rather_than_grows_without_bound(book, monkeypatch):
    monkeypatch.setattr("gate.decision.table._LONGEST_ROW", 2)
    table = Table.build(book, CLASSES, sections=SECTIONS, now=60)
    paths = ("/a/b", "/news/x", "/about", "/help/x", "/other")
    first = [table.look_up(MOSCOW, path, Activity.READ) for path in paths]
    assert first == [table.look_up(MOSCOW, path, Activity.READ) for path in paths]
    assert len(table._rows[MOSCOW][Activity.READ]) <= 2  # noqa: SLF001
