"""Addresses that stand for a class, and how many readers of it may have."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from test_rules_proof import FROM, book, rule

from gate.model import Amount, LocationClass, Membership, Unknown
from gate.places.columns import Columns, Table
from gate.places.facts import DatabaseFacts
from gate.places.index import Index
from gate.rules.proving.remarks import doubts
from gate.workbench.addresses import amounts, examples_of
from gate.workbench.diffing import Twins
from gate.workbench.preview.shares import area_bars

NOWHERE, HERE, SIX, EMPTY = range(4)
CLASSES = [
    LocationClass(label="private_address", unknown=Unknown.PRIVATE_ADDRESS),
    *(LocationClass(label=label) for label in ("here", "six", "empty")),
]


def table(ranges):
    return Table(
        starts=[int(ip_address(first)) for first in ranges], classes=[*ranges.values()]
    )


def made_index(four, six, classes):
    return Index(
        columns=Columns.of(v4=table(four), v6=table(six)),
        classes=classes,
        databases=[
            DatabaseFacts(
                name="made.mmdb",
                type="Test",
                build_epoch=0,
                digest="",
                node_count=1,
                ip_version=6,
                layout="maxmind",
                tells=(),
                attribution="",
            )
        ],
    )


@pytest.fixture(scope="module")
def index():
    """Make an index whose first class begins within private networks."""
    four = {0: NOWHERE, "9.255.255.255": HERE, "11.0.0.2": NOWHERE}
    six = {"::": NOWHERE, "2001:db8:ffff::": SIX, "2001:db9:0:1::": NOWHERE}
    return made_index(four, six, CLASSES)


def test_an_example_is_the_first_address_of_the_class(index):
    assert examples_of(index)(HERE) == "9.255.255.255"


def test_an_example_is_never_an_address_that_no_reader_has(index):
    assert examples_of(index)(SIX) == "2001:db9::"
    assert examples_of(index)(NOWHERE) == "1.0.0.0"


def test_a_class_that_nobody_is_in_has_no_example(index):
    assert examples_of(index)(EMPTY) is None


def test_private_networks_are_not_counted(index):
    private = ip_network("10.0.0.0/8").num_addresses
    spread = int(ip_address("11.0.0.2")) - int(ip_address("9.255.255.255"))
    assert amounts(index)[HERE] == (spread - private, 0)


def test_a_network_of_ipv6_counts_where_it_begins(index):
    assert amounts(index)[SIX] == (0, 1)
    assert amounts(index)[EMPTY] == (0, 0)


def known(label, level):
    return LocationClass(label=label, memberships=(level,))


def test_preview_difference_and_r046_count_the_same():
    some_book = book(rule())
    four = {0: 0, "9.0.0.0": 1, "11.0.0.1": 2, "12.0.0.0": 0}
    six = {"::": 0, "2001:db7:ffff::": 1, "2001:db9:0:1::": 0}
    unknown = [LocationClass(label=r, unknown=r) for r in Unknown]
    levels = Membership.NO, Membership.POSSIBLE, Membership.YES
    classes = [known(str(level), level) for level in levels]
    made = made_index(four, six, [*classes, *unknown])
    amount = Amount(2**24 + 1, 2)
    assert amounts(made)[1] == amount
    bars = area_bars(some_book, made, "russia", FROM)
    shown = [{p.name: p.amount for p in bar.parts}["possible"] for bar in bars]
    assert Amount(*shown) == amount
    twins = Twins(made, made)
    (pair,) = (n for n, one in enumerate(twins.pairs) if one.new.label == "possible")
    assert twins.amount([pair]) == amount
    every = range(len(twins.pairs))
    assert twins.amount(every) == Amount.total(amounts(made))
    (note,) = doubts(some_book, made.classes, amounts(made), now=FROM)
    assert "Readers at 16,777,217 IPv4 addresses" in note.message
    assert "and 2 IPv6 networks" in note.message
    for bar in bars:
        (share,) = (part.share for part in bar.parts if part.name == "possible")
        assert f"({share}" in note.message
