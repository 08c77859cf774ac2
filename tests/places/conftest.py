"""What the tests of places share: small databases, and the areas that ship."""

from __future__ import annotations

import json
import random
from ipaddress import ip_network
from pathlib import Path

import numpy as np
import pytest
from hostile import LITE, RECORD
from judge import Judge

from gate.model import AreaVersion, Mark
from gate.rules import load_book
from gate.workbench.mmdb_writer import NO_RECORD, Layered, database_bytes

TESTS = Path(__file__).parent.parent


def written(networks, *, ip_version=6, record_size=None, kind="Test-City"):
    """Return a database that has these records (by network in CIDR form)."""
    spans = sorted(
        (int(net[0]), int(net[-1]), position)
        for position, net in enumerate(map(ip_network, networks))
    )
    starts, ids, free = [], [], 0
    for first, last, position in spans:
        if first > free:
            starts.append(free)
            ids.append(NO_RECORD)
        starts.append(first)
        ids.append(position)
        free = last + 1
    if free < 1 << (32 if ip_version == 4 else 128):
        starts.append(free)
        ids.append(NO_RECORD)
    if ip_version == 4:
        starts = [start << 96 for start in starts]
    ranges = Layered(
        np.array([start >> 64 for start in starts], np.uint64),
        np.array([start & (1 << 64) - 1 for start in starts], np.uint64),
        np.array(ids, np.int64),
    )
    metadata = {
        "database_type": kind,
        "ip_version": ip_version,
        "languages": ["en"],
        "description": {"en": "for tests"},
    }
    return database_bytes(
        ranges,
        list(networks.values()),
        metadata,
        build_epoch=1_780_000_000,
        record_size=record_size,
    )


@pytest.fixture
def make_database(tmp_path):
    """Write a small database; `networks` gives the record of each network."""

    def make(networks, *, name="test.mmdb", **options):
        path = tmp_path / name
        path.write_bytes(written(networks, **options))
        return path

    return make


@pytest.fixture
def database_content():
    return written


@pytest.fixture
def make_version():
    """Make an area version from its conditions."""

    def make(**conditions):
        return AreaVersion(since=0, mark=Mark(file="test"), **conditions)

    return make


@pytest.fixture(scope="session")
def shipped_book():
    """The rule book that ships."""
    book, findings = load_book(TESTS.parent / "rules")
    assert book is not None, findings
    return book


@pytest.fixture(scope="session")
def shipped_versions(shipped_book):
    """The area versions of the rule book that ships."""
    return shipped_book.area_versions


@pytest.fixture(scope="session")
def controlled(shipped_versions):
    """The latest version of the Russia-controlled parts of Ukraine."""
    return [v for id_, v in shipped_versions if id_ == "russia-controlled-ukraine"][-1]


@pytest.fixture
def facts():
    """Read a file of facts by its name."""

    def read(name):
        return json.loads((TESTS / "places_data" / name).read_text("utf-8"))

    return read


@pytest.fixture
def rng(request):
    """Numbers that look random and are the same in every run of one test."""
    return random.Random(request.node.name)  # noqa: S311 - not for secrets


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    made = Judge(tmp_path_factory.mktemp("judge"))
    yield made
    made.close()


@pytest.fixture
def sound(database_content):
    """The content of a small sound database."""
    return database_content(
        {"0.0.0.0/2": RECORD, "64.0.0.0/2": LITE, "2a00::/16": LITE}
    )
