"""The client's address: every row of the table, and what strangers may try."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.errors import ConfigError
from gate.model import Client, Unknown
from gate.request.address import client_of, is_trusted
from gate.request.numbers import parse_address, parse_hop
from gate.request.proxies import FORWARDING, Proxies

OURS = ["10.0.0.0/8", "2001:db8:c::/48", "unix"]
PROXY = "10.0.0.5"
READER = "203.0.113.9"
READER_6 = "2001:db8::9"
STRANGER = "198.51.100.7"

BAD = Client(0, 0, Unknown.BAD_ADDRESS)
PRIVATE = Client(0, 0, Unknown.PRIVATE_ADDRESS)


def at(address):
    read = ip_address(address)
    return Client(read.version, int(read))


def doubted(address):
    return at(address)._replace(doubt=Unknown.BAD_ADDRESS)


def client(peer, value=None, *, header="x-forwarded-for", trusted=OURS, **more):
    fields = dict(more)
    if value is not None:
        fields["HTTP_" + header.upper().replace("-", "_")] = value
    return client_of(peer, fields, Proxies.compile(trusted, header))


@pytest.mark.parametrize(
    ("peer", "value", "expected"),
    [
        pytest.param(
            STRANGER,
            "1.2.3.4, 10.0.0.1",
            doubted(STRANGER),
            id="a stranger's header is not believed, only doubted",
        ),
        pytest.param(STRANGER, None, at(STRANGER), id="a stranger without header"),
        pytest.param(PROXY, f"{READER}, 10.0.0.1", at(READER), id="behind two proxies"),
        pytest.param(
            PROXY, f"9.9.9.9, {READER}, 10.0.0.1", at(READER), id="not the leftmost"
        ),
        pytest.param(
            PROXY, f"9.9.9.9,{READER}", at(READER), id="two lines, joined in order"
        ),
        pytest.param(PROXY, f"{READER}:5555", at(READER), id="port on IPv4"),
        pytest.param(
            PROXY, f"[{READER_6}]:443", at(READER_6), id="brackets and port on IPv6"
        ),
        pytest.param(PROXY, f"[{READER_6}]", at(READER_6), id="brackets"),
        pytest.param(PROXY, READER_6, at(READER_6), id="bare IPv6"),
        pytest.param(PROXY, f"::ffff:{READER}", at(READER), id="IPv4-mapped"),
        pytest.param(
            PROXY, f"[::ffff:{READER}]:1", at(READER), id="IPv4-mapped with port"
        ),
        pytest.param(
            PROXY, "fe80::1%eth0", at("fe80::1"), id="zone of a link-local address"
        ),
        pytest.param(
            PROXY, "[fe80::1%25eth0]:80", at("fe80::1"), id="zone escaped as in a URL"
        ),
        pytest.param(PROXY, "2001:db8::9%eth0", BAD, id="zone without a meaning"),
        pytest.param(
            PROXY, "nope, 10.0.0.1", BAD, id="garbage is never skipped for its left"
        ),
        pytest.param(PROXY, f"{READER}, nope", BAD, id="garbage on the right"),
        pytest.param(PROXY, "unknown", BAD, id="the word unknown"),
        pytest.param(PROXY, "_hidden", BAD, id="obfuscated"),
        pytest.param(PROXY, "", BAD, id="empty header"),
        pytest.param(PROXY, '""', BAD, id="quoted nothing"),
        pytest.param(PROXY, ",,", BAD, id="only commas"),
        pytest.param(PROXY, f"{READER},", BAD, id="comma at the end"),
        pytest.param(PROXY, "0.0.0.0", BAD, id="IPv4 without address"),  # noqa: S104
        pytest.param(PROXY, "::", BAD, id="IPv6 without address"),
        pytest.param(PROXY, "::ffff:0.0.0.0", BAD, id="mapped without address"),
        pytest.param(PROXY, "77.2056", BAD, id="short form of an address"),
        pytest.param(PROXY, "1297614856", BAD, id="an address as one number"),
        pytest.param(PROXY, "010.0.0.1", BAD, id="octal or not, who knows"),
        pytest.param(PROXY, "0x4d.1.2.3", BAD, id="hexadecimal"),
        pytest.param(PROXY, "1.2.3.4:999999", BAD, id="port with six digits"),
        pytest.param(PROXY, "1.2.3.4:", BAD, id="colon without port"),
        pytest.param(PROXY, "[1.2.3.4]", BAD, id="IPv4 in brackets"),
        pytest.param(PROXY, "1.2.3.4\x00", BAD, id="NUL"),
        pytest.param(PROXY, "1.2.3.4\n", BAD, id="newline"),
        pytest.param(PROXY, "\u0661.2.3.4", BAD, id="digit of another script"),
        pytest.param(PROXY, "\udcff", BAD, id="surrogate"),
        pytest.param(PROXY, "10.0.0.9, 10.0.0.1", PRIVATE, id="all hops are ours"),
        pytest.param(PROXY, None, BAD, id="a proxy of ours without header"),
        pytest.param("", READER, at(READER), id="Unix socket, empty"),
        pytest.param("@", READER, at(READER), id="Unix socket, abstract"),
        pytest.param("unix:", READER, at(READER), id="Unix socket of nginx"),
        pytest.param("localhost", READER, at(READER), id="Unix socket of waitress"),
        pytest.param("", None, BAD, id="Unix socket without header"),
        pytest.param("nonsense", READER, BAD, id="a peer that is no address"),
        pytest.param("0.0.0.0", None, BAD, id="a peer without address"),  # noqa: S104
        pytest.param(
            "::ffff:10.0.0.5", READER, at(READER), id="our proxy on a dual-stack socket"
        ),
        pytest.param("2001:db8:c::1", READER, at(READER), id="our proxy speaks IPv6"),
        pytest.param(
            PROXY, "10.0.0.1, " * 63 + "10.0.0.1", PRIVATE, id="64 hops, all ours"
        ),
        pytest.param(
            PROXY, READER + ", 10.0.0.1" * 64, BAD, id="more hops than there can be"
        ),
        pytest.param(
            PROXY, "9.9.9.9, " * 1000 + READER, at(READER), id="1,000 hops, near end"
        ),
        pytest.param(PROXY, "x" * 65_536, BAD, id="64 kB of garbage"),
        pytest.param(PROXY, "," * 65_536, BAD, id="64 kB of commas"),
    ],
)
def test_the_first_stranger_from_the_right_is_the_client(peer, value, expected):
    assert client(peer, value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(READER, at(READER), id="one address"),
        pytest.param(f" {READER}\t", at(READER), id="white space around"),
        pytest.param(f"{READER}, 1.2.3.4", BAD, id="two addresses"),
        pytest.param(f"{READER},{READER}", BAD, id="repeated line"),
        pytest.param("10.0.0.9", PRIVATE, id="one of our own"),
        pytest.param("", BAD, id="empty"),
    ],
)
def test_a_single_address_header_has_one_address(value, expected):
    assert client(PROXY, value, header="CF-Connecting-IP") == expected


def test_only_the_configured_header_is_consulted():
    found = client(
        PROXY, READER, header="cf-connecting-ip", HTTP_X_FORWARDED_FOR="1.2.3.4"
    )
    assert found == at(READER)


def test_other_headers_never_stand_in_for_the_configured_one():
    others = dict.fromkeys(FORWARDING - {"HTTP_CF_CONNECTING_IP"}, "1.2.3.4")
    assert client(PROXY, header="cf-connecting-ip", **others) == BAD


@pytest.mark.parametrize("field", sorted(FORWARDING))
def test_every_forwarding_header_of_a_stranger_raises_a_doubt(field):
    assert client(STRANGER, **{field: READER}) == doubted(STRANGER)


def test_a_configured_header_of_our_own_name_raises_a_doubt_too():
    assert client(STRANGER, READER, header="x-edge-reader") == doubted(STRANGER)


def test_without_a_header_a_trusted_peer_is_an_alarm():
    assert client(PROXY, HTTP_X_FORWARDED_FOR=READER, header="none") == BAD


def test_without_trust_the_peer_is_the_client():
    assert client(PROXY, header="none", trusted=[]) == at(PROXY)


def test_a_unix_peer_is_not_believed_unless_told():
    assert client("", READER, trusted=["10.0.0.0/8"]) == BAD


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(f"for={READER}", at(READER), id="plain"),
        pytest.param(f"For={READER};proto=https;by=10.0.0.5", at(READER), id="more"),
        pytest.param(f'for="{READER}:47"', at(READER), id="port"),
        pytest.param(f'for="[{READER_6}]:47"', at(READER_6), id="IPv6"),
        pytest.param(f'for="[{READER_6}]:_p"', at(READER_6), id="obfuscated port"),
        pytest.param(f"for=9.9.9.9, for={READER}, for=10.0.0.1", at(READER), id="walk"),
        pytest.param(
            f'for="a\\", for={READER}', at(READER), id="open quote of a stranger"
        ),
        pytest.param(
            f'for={READER};host="a, for=1.2.3.4"', at(READER), id="comma in quotes"
        ),
        pytest.param(
            f'for={READER};host="a, for=\\"1.2.3.4\\""', at(READER), id="quoted quotes"
        ),
        pytest.param(f'for="[{READER_6}]:47"; for=1.2.3.4', BAD, id="two in one"),
        pytest.param(f'for="{READER}', BAD, id="unmatched quote"),
        pytest.param("for=unknown", BAD, id="unknown"),
        pytest.param("for=_hidden", BAD, id="obfuscated"),
        pytest.param("proto=https", BAD, id="no for"),
        pytest.param(READER, BAD, id="not a pair"),
        pytest.param("", BAD, id="empty"),
        pytest.param('for="' + "," * 65_536, BAD, id="64 kB of commas in a quote"),
        pytest.param("for=10.0.0.1", PRIVATE, id="ours"),
    ],
)
def test_forwarded_is_read_as_rfc_7239_says(value, expected):
    assert client(PROXY, value, header="forwarded") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(f"{READER}:46532", at(READER), id="IPv4"),
        pytest.param("2001:db8:0:0:0:0:0:9:443", at(READER_6), id="IPv6"),
        pytest.param(f"[{READER_6}]:443", at(READER_6), id="IPv6 in brackets"),
        pytest.param(READER, BAD, id="no port"),
        pytest.param(f"{READER}:x", BAD, id="no number"),
    ],
)
def test_cloudfront_always_adds_a_port(value, expected):
    assert client(PROXY, value, header="cloudfront-viewer-address") == expected


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        pytest.param("2002:4d58:0808::1", "77.88.8.8", id="6to4"),
        pytest.param("64:ff9b::77.88.8.8", "77.88.8.8", id="NAT64"),
        pytest.param("64:ff9b:1::77.88.8.8", "77.88.8.8", id="local NAT64, /96"),
        pytest.param("64:ff9b:1:4d58:8:800::", "77.88.8.8", id="local NAT64, /48"),
        pytest.param(
            "2001:0:4136:e378:8000:63bf:b2a7:f7f7", "77.88.8.8", id="Teredo client"
        ),
    ],
)
def test_tunnels_are_looked_through(address, inside):
    assert client(address) == at(inside)
    assert client(PROXY, address) == at(inside)


@pytest.mark.parametrize(
    "address", ["2002::1", "64:ff9b::", "64:ff9b:1::", "2001:0:1:2:3:4:ffff:ffff"]
)
def test_a_tunnel_to_nowhere_is_unknown(address):
    assert client(address) == BAD


@pytest.mark.parametrize(
    "peer",
    [
        pytest.param("2002:a00:5::1", id="6to4"),
        pytest.param("64:ff9b::10.0.0.5", id="NAT64"),
        pytest.param("2001:0:0:0:0:0:f5ff:fffa", id="Teredo"),
    ],
)
def test_nobody_earns_trust_by_an_address_inside_of_theirs(peer):
    assert client(peer, READER) == doubted(PROXY)


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("10.0.0.0", True),
        ("10.255.255.255", True),
        ("9.255.255.255", False),
        ("11.0.0.0", False),
        ("2001:db8:c::", True),
        ("2001:db8:c:ffff:ffff:ffff:ffff:ffff", True),
        ("2001:db8:d::", False),
        ("nonsense", False),
        ("", True),
    ],
)
def test_trust_ends_at_the_edge_of_a_network(address, trusted):
    assert is_trusted(address, Proxies.compile(OURS)) is trusted


def test_neighbouring_and_nested_networks_are_one():
    proxies = Proxies.compile(["10.0.1.0/24", "10.0.0.0/24", "10.0.0.7"])
    assert proxies.bounds == {4: (0x0A000000, 0x0A000200), 6: ()}


def test_a_mapped_network_is_an_ipv4_network():
    assert is_trusted("10.0.0.5", Proxies.compile(["::ffff:10.0.0.0/104"]))


@pytest.mark.parametrize("word", ["10.0.0.1/8", "UNIX", "*", "", "10.0.0", "proxy"])
def test_a_word_that_is_no_network_is_an_error(word):
    with pytest.raises(ConfigError):
        Proxies.compile([word])


@pytest.mark.parametrize("header", ["", "x forwarded", "x-forwarded-for, x-real-ip"])
def test_exactly_one_header_can_be_named(header):
    with pytest.raises(ConfigError):
        Proxies.compile([], header)


@settings(max_examples=150)
@given(st.ip_addresses())
def test_every_address_is_read_as_the_library_reads_it(address):
    mapped = getattr(address, "ipv4_mapped", None)
    expected = (4, int(mapped)) if mapped else (address.version, int(address))
    assert parse_address(str(address)) == expected
    assert parse_hop(
        f"[{address}]:80" if address.version == 6 else f"{address}:80"
    ) == (expected)


@settings(max_examples=150)
@given(st.text(max_size=200), st.sampled_from(["x-forwarded-for", "forwarded"]))
def test_no_text_raises_or_passes_for_an_address_by_chance(text, header):
    found = client(PROXY, text, header=header)
    assert (found.version == 0) == (found.unknown is not None)


@settings(max_examples=100)
@given(st.text(max_size=300), st.ip_addresses(v=4).filter(lambda a: int(a) >> 24 > 10))
def test_what_a_stranger_wrote_never_changes_what_our_proxy_saw(text, seen):
    expected = at(str(seen))
    assert client(PROXY, f"{text}, {seen}") == expected
    assert client(PROXY, f"{text}, for={seen}", header="forwarded") == expected
