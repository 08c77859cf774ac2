"""Networks that hide their visitors: what is read, what is believed, what follows."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.errors import (
    AnonymousListError,
    DatabaseDamagedError,
    DatabaseLayoutError,
    DatabaseMissingError,
)
from gate.model import Unknown
from gate.places.anonymous import (
    AnonymousFiles,
    hidden_by,
    read_hidden,
    read_tor_exits,
)
from gate.places.build import build_index
from gate.places.classes import Classes
from gate.places.embedded import embedded_database
from gate.places.facts import digest_of
from gate.places.index import Index, Table
from gate.places.layouts import Layout, hides_visitors, place_of
from gate.places.overlay import overlaid
from gate.places.sources import Sources

RU = {"country": {"iso_code": "RU"}}
BULK = "192.42.116.16\n185.220.101.4\n2001:67c:6ec:203:192:42:116:16\n"
DATED = """\
ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E
Published 2026-09-17 10:00:00
LastStatus 2026-09-18 02:00:00
ExitAddress 192.42.116.16 2026-09-18 02:03:04
ExitNode 00AA
Published 2026-09-15 10:00:00
LastStatus 2026-09-16 03:00:00
ExitAddress 185.220.101.4 2026-09-16 02:03:04
ExitNode 00BB
Published 2026-09-15 10:00:00
LastStatus 2026-09-16 02:00:00
ExitAddress 185.220.101.5 2026-09-16 02:03:03
ExitAddress 2001:db9::5 2026-09-18 01:00:00
"""


@pytest.fixture
def make_list(tmp_path):
    def make(text, name="exits.txt"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return make


def told(hidden):
    return {
        str(ipaddress.ip_address(first))
        for spans in hidden.spans.values()
        for first, last in spans
        if first == last
    }


LISTS = {
    "one address a line": (
        BULK,
        {"192.42.116.16", "185.220.101.4", "2001:67c:6ec:203:192:42:116:16"},
    ),
    "with comments, blank lines and other line ends": (
        "# exits\r\n\r\n 192.42.116.16 \r\n",
        {"192.42.116.16"},
    ),
    "IPv6 in brackets, IPv4 within IPv6, twice": (
        "[2001:db9::1]\n::ffff:192.42.116.16\n192.42.116.16\n",
        {"2001:db9::1", "192.42.116.16"},
    ),
    "dated: what is 48 hours older than the newest is left out": (
        DATED,
        {"192.42.116.16", "185.220.101.4", "2001:db9::5"},
    ),
}


@pytest.mark.parametrize(("text", "addresses"), LISTS.values(), ids=LISTS)
def test_a_list_of_tor_exits_is_read_in_both_formats(make_list, text, addresses):
    found = read_tor_exits(make_list(text))
    assert told(found) == addresses
    assert found.facts.node_count == len(addresses)
    assert found.facts.type == "Tor exit list"


WRONG = {
    "nothing": "",
    "only comments": "# nothing\n",
    "an error page": "<!DOCTYPE html>\n<title>503</title>\n",
    "a network": "192.42.116.0/24\n",
    "a number": "3232235777\n",
    "an impossible date": "ExitAddress 192.42.116.16 2026-13-18 02:03:04\n",
    "another list": "ExitAddress\n",
    "a binary file": b"\x1f\x8b\x08\x00\xff\xfe",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_list_that_is_something_else_is_refused(make_list, text):
    with pytest.raises(AnonymousListError) as caught:
        read_tor_exits(make_list(text))
    assert "exits.txt" in str(caught.value)
    assert "192.42" not in str(caught.value)


def test_a_list_longer_than_the_network_is_refused(make_list, monkeypatch):
    monkeypatch.setattr("gate.places.anonymous.MOST_EXITS", 2)
    with pytest.raises(AnonymousListError, match="3 addresses"):
        read_tor_exits(make_list(BULK))


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(DatabaseMissingError, match=r"nowhere\.txt"):
        read_tor_exits(tmp_path / "nowhere.txt")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_an_error(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(content)
    try:
        found = read_tor_exits(path)
    except AnonymousListError:
        return
    assert found.facts.node_count > 0


FLAGS = {
    "an empty record": ({}, False),
    "nothing of it": ({"is_anonymous": False}, False),
    "a VPN": ({"is_anonymous": True, "is_anonymous_vpn": True}, True),
    "a VPN, for certain": (
        {"is_anonymous": True, "is_anonymous_vpn": True, "anonymizer_confidence": 99},
        True,
    ),
    "a VPN, likely": (
        {"is_anonymous": True, "is_anonymous_vpn": True, "anonymizer_confidence": 50},
        True,
    ),
    "a VPN, doubtful": (
        {"is_anonymous": True, "is_anonymous_vpn": True, "anonymizer_confidence": 30},
        False,
    ),
    "a doubtful VPN in a hosting network": (
        {
            "is_anonymous": True,
            "is_hosting_provider": True,
            "anonymizer_confidence": 30,
        },
        True,
    ),
    "a public proxy": ({"is_public_proxy": True}, True),
    "a residential proxy": ({"is_residential_proxy": True}, True),
    "a Tor exit": ({"is_tor_exit_node": True}, True),
    "a flag that is no flag": ({"is_anonymous": "yes"}, False),
}


@pytest.mark.parametrize(("part", "hides"), FLAGS.values(), ids=FLAGS)
def test_flags_of_anonymizers_are_believed_unless_doubtful(part, hides):
    assert hides_visitors(part) is hides
    place = place_of(Layout.CITY, {**RU, "traits": part})
    assert (place.unknown is Unknown.ANONYMOUS_NETWORK) is hides
    assert (place.country == "RU") is not hides


@pytest.fixture
def anonymous_database(make_database):
    def make(kind="GeoIP2-Anonymous-IP"):
        return make_database(
            {
                "5.1.0.0/16": {"is_anonymous": True, "is_anonymous_vpn": True},
                "5.2.0.0/16": {"is_hosting_provider": False},
                "5.3.0.0/16": {
                    "is_anonymous": True,
                    "is_anonymous_vpn": True,
                    "anonymizer_confidence": 30,
                    "provider_name": "somebody",
                    "network_last_seen": "2026-09-01",
                },
                "5.255.255.0/24": {"is_anonymous": True},
                "2a00:1::/32": {"is_anonymous": True, "is_tor_exit_node": True},
                "ffff:ffff::/32": {"is_anonymous": True, "is_public_proxy": True},
            },
            name="anonymous.mmdb",
            kind=kind,
        )

    return make


@pytest.fixture
def city(make_database):
    return make_database({"5.0.0.0/8": RU, "6.0.0.0/8": RU, "2a00::/16": RU})


@pytest.fixture
def index(city, anonymous_database, make_list, make_version):
    files = AnonymousFiles(
        database=anonymous_database(),
        tor_exits=make_list("5.4.0.7\n5.255.255.255\n2a00:2::9\n10.0.0.1\n"),
    )
    versions = [("russia", make_version(whole=("RU",), networks=("5.1.7.0/24",)))]
    return build_index(Sources(databases=(city,), anonymous=files), versions)


PLACED = {
    "a VPN": ("5.1.0.1", "anonymous_network"),
    "the last address of the VPN": ("5.1.255.255", "anonymous_network"),
    "behind it, no flag is set": ("5.2.0.0", "RU"),
    "a doubtful VPN": ("5.3.0.1", "RU"),
    "a Tor exit": ("5.4.0.7", "anonymous_network"),
    "before it": ("5.4.0.6", "RU"),
    "behind it": ("5.4.0.8", "RU"),
    "in both files": ("5.255.255.255", "anonymous_network"),
    "in the database, beside the exit": ("5.255.255.254", "anonymous_network"),
    "where another network begins": ("6.0.0.0", "RU"),
    "IPv6": ("2a00:1::7", "anonymous_network"),
    "a Tor exit by IPv6": ("2a00:2::9", "anonymous_network"),
    "behind that": ("2a00:2::a", "RU"),
    "a special address stays special": ("10.0.0.1", "private_address"),
    "up to the last address of all, multicast": (
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "private_address",
    ),
    # Somebody has written down that this network lies in the area.
    "a listed network": ("5.1.7.7", "other"),
}


@pytest.mark.parametrize(("address", "label"), PLACED.values(), ids=PLACED)
def test_an_anonymous_network_is_unknown_whatever_its_place(index, address, label):
    parsed = ipaddress.ip_address(address)
    assert index.classes[index.find(parsed.version, int(parsed))].label == label


def test_an_index_names_the_files_that_it_rests_on(index, tmp_path):
    names = ["test.mmdb", "anonymous.mmdb", "exits.txt"]
    assert [facts.name for facts in index.databases] == names
    assert index.database.digest == digest_of([tmp_path / name for name in names])
    # A list without a date does not make the whole old.
    assert index.database.build_epoch == 1_780_000_000
    assert "anonymous_network" in index.database.tells
    index.save(tmp_path / "i")
    assert Index.load(tmp_path / "i", database_digest=index.database.digest)


def test_an_anonymous_plus_database_is_known_by_its_fields(anonymous_database):
    [found] = read_hidden(AnonymousFiles(database=anonymous_database("Plus")))
    assert found.facts.layout == "GeoIP2 Anonymous IP"
    assert len(found.spans[4]) == 2


def test_a_city_database_is_no_anonymous_one(city):
    with pytest.raises(AnonymousListError, match="Test-City"):
        read_hidden(AnonymousFiles(database=city))


def test_an_anonymous_database_is_no_city_one(anonymous_database):
    with pytest.raises(DatabaseLayoutError):
        build_index(Sources(databases=(anonymous_database(),)), [])


def test_a_list_is_no_anonymous_database(make_list):
    with pytest.raises(DatabaseDamagedError):
        read_hidden(AnonymousFiles(database=make_list(BULK)))


def test_a_file_that_hides_an_address_is_named(anonymous_database, make_list):
    files = AnonymousFiles(
        database=anonymous_database(), tor_exits=make_list("5.1.0.9\n")
    )
    number = int(ipaddress.ip_address("5.1.0.9"))
    assert hidden_by(files, 4, number) == ("anonymous.mmdb", "exits.txt")
    assert hidden_by(files, 4, number + 1) == ("anonymous.mmdb",)
    assert hidden_by(files, 6, number) == ()


@settings(max_examples=300, deadline=None)
@given(
    starts=st.sets(st.integers(1, 250), max_size=20),
    spans=st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), max_size=12),
)
def test_spans_over_a_table_change_exactly_their_addresses(starts, spans):
    """Byte by byte: the table of one /24 against a plain list."""
    base = int(ipaddress.ip_address("5.0.0.0"))
    classes = Classes([])
    table = Table(
        starts=[0, *sorted(base + start for start in starts)],
        classes=list(range(100, 101 + len(starts))),
    )
    ordered = [(base + min(span), base + max(span)) for span in spans]
    found = overlaid(table, 4, classes, hidden=ordered)
    hides = classes.unknown(Unknown.ANONYMOUS_NETWORK)
    for number in range(base - 1, base + 257):
        if any(first <= number <= last for first, last in ordered):
            expected = hides
        else:
            expected = max(
                id_
                for start, id_ in zip(table.starts, table.classes, strict=True)
                if start <= number
            )
        at = max(n for n, start in enumerate(found.starts) if start <= number)
        assert found.classes[at] == expected


def test_the_whole_tor_network_keeps_an_index_small(make_list, tmp_path, rng):
    exits = [str(ipaddress.IPv4Address(rng.getrandbits(32))) for _ in range(2000)]
    exits += [
        str(ipaddress.IPv6Address(0x2A << 120 | rng.getrandbits(120)))
        for _ in range(1000)
    ]
    files = AnonymousFiles(tor_exits=make_list("\n".join(exits)))
    sizes = []
    for anonymous in (AnonymousFiles(), files):
        index = build_index(
            Sources(databases=(embedded_database(),), anonymous=anonymous), []
        )
        index.save(tmp_path / "i")
        sizes.append((tmp_path / "i").stat().st_size)
    assert sizes[1] - sizes[0] < 100_000
