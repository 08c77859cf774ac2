"""Addresses that stand for a class, and how many readers of it may have."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from gate.model import LocationClass, Unknown
from gate.places.columns import Columns, Table
from gate.places.facts import DatabaseFacts
from gate.places.index import Index
from gate.workbench.addresses import amounts, example_address, examples_of

NOWHERE, HERE, SIX, EMPTY = range(4)
CLASSES = [
    LocationClass(label="private_address", unknown=Unknown.PRIVATE_ADDRESS),
    *(LocationClass(label=label) for label in ("here", "six", "empty")),
]


def table(ranges):
    return Table(
        starts=[int(ip_address(first)) for first in ranges], classes=[*ranges.values()]
    )


@pytest.fixture(scope="module")
def index():
    """Make an index whose first class begins within private networks."""
    four = {0: NOWHERE, "9.255.255.255": HERE, "11.0.0.2": NOWHERE}
    six = {"::": NOWHERE, "2001:db8:ffff::": SIX, "2001:db9:0:1::": NOWHERE}
    return Index(
        columns=Columns.of(v4=table(four), v6=table(six)),
        classes=CLASSES,
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


def test_an_example_is_the_first_address_of_the_class(index):
    assert example_address(index, HERE) == "9.255.255.255"


def test_an_example_is_never_an_address_that_no_reader_has(index):
    assert example_address(index, SIX) == "2001:db9::"
    assert example_address(index, NOWHERE) == "1.0.0.0"


def test_a_class_that_nobody_is_in_has_no_example(index):
    assert example_address(index, EMPTY) is None


def test_examples_of_all_classes_are_the_same_as_of_each(index):
    example = examples_of(index)
    every = range(len(CLASSES))
    assert [example(n) for n in every] == [example_address(index, n) for n in every]


def test_private_networks_are_not_counted(index):
    private = ip_network("10.0.0.0/8").num_addresses
    spread = int(ip_address("11.0.0.2")) - int(ip_address("9.255.255.255"))
    assert amounts(index)[HERE] == (spread - private, 0)


def test_a_network_of_ipv6_counts_where_it_begins(index):
    assert amounts(index)[SIX] == (0, 1)
    assert amounts(index)[EMPTY] == (0, 0)
