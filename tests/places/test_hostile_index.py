"""A stored index that was damaged, or made to deceive: it is never loaded."""

from __future__ import annotations

import hashlib
import json
import random
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import MUTATIONS

from gate.errors import IndexDamagedError
from gate.places.build import build_index
from gate.places.index import Index
from gate.places.sources import Sources
from gate.places.stored import _HEAD, FORMAT

RECORD = {"country": {"iso_code": "RU"}}


@pytest.fixture
def stored(tmp_path, database_content):
    path = tmp_path / "small.mmdb"
    path.write_bytes(database_content({"0.0.0.0/2": RECORD, "2a00::/16": RECORD}))
    target = tmp_path / "index.bin"
    build_index(Sources(databases=(path,)), ()).save(target)
    return target


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 1 << 64), how=st.sampled_from(sorted(MUTATIONS)))
def test_no_damaged_index_is_loaded(tmp_path, stored, seed, how):
    content = stored.read_bytes()
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    damaged = bytes(MUTATIONS[how](bytearray(content), rng))
    path = tmp_path / "damaged.bin"
    path.write_bytes(damaged)
    if damaged == content:
        return
    with pytest.raises(IndexDamagedError):
        Index.load(path)


def sealed(header, columns, packed=None):
    """The file of an index with a right seal, whatever it holds."""
    text = json.dumps(header).encode() if isinstance(header, dict) else header
    payload = zlib.compress(columns) if packed is None else packed
    body = _HEAD.pack(b"GATEIDX\n", FORMAT, len(text)) + text + payload
    return body + hashlib.sha256(body).digest()


def unsealed(path):
    content = path.read_bytes()[:-32]
    length = _HEAD.unpack_from(content)[2]
    header = json.loads(content[_HEAD.size : _HEAD.size + length])
    return header, zlib.decompress(content[_HEAD.size + length :])


HEADERS = {
    "no classes": {"classes": []},
    "a class too few": lambda found: {"classes": found["classes"][:-1]},
    "no databases": {"databases": []},
    "a database without digest": {"databases": [{"name": "x"}]},
    "a length too many": lambda found: {"lengths": [*found["lengths"], 1]},
    "negative lengths": {"lengths": [-1, -1, -1, -1]},
    "lengths as text": {"lengths": ["1", "1", "1", "1"]},
    "lengths that nobody has room for": {"lengths": [1 << 60] * 4},
    "columns of different length": lambda found: {
        "lengths": [found["lengths"][0] - 1, *found["lengths"][1:]]
    },
    "deep ranges that do not ascend": {"deep": [[0, [0, 5, 5], [0, 0, 0]]]},
    "deep ranges of no class": {"deep": [[0, [0], [60_000]]]},
    "deep ranges that begin late": {"deep": [[0, [9], [0]]]},
    "deep as a number": {"deep": 7},
    "a membership of no level": lambda found: {
        "classes": [{**found["classes"][0], "memberships": [9]}]
    },
}


@pytest.mark.parametrize("change", HEADERS.values(), ids=HEADERS)
def test_a_sealed_index_that_contradicts_itself_is_refused(stored, change):
    header, columns = unsealed(stored)
    stored.write_bytes(sealed(header, columns))
    Index.load(stored)
    changed = {**header, **(change(header) if callable(change) else change)}
    stored.write_bytes(sealed(changed, columns))
    with pytest.raises(IndexDamagedError):
        Index.load(stored)


@pytest.mark.parametrize("header", [b"", b"[]", b"7", b"[" * 100_000, b"\xff"])
def test_a_sealed_index_with_a_strange_header_is_refused(stored, header):
    stored.write_bytes(sealed(header, b""))
    with pytest.raises(IndexDamagedError):
        Index.load(stored)


def test_a_seal_alone_is_no_index(stored):
    stored.write_bytes(hashlib.sha256(b"").digest())
    with pytest.raises(IndexDamagedError):
        Index.load(stored)


def test_columns_that_unpack_without_end_are_not_unpacked(stored):
    header, _ = unsealed(stored)
    bomb = zlib.compress(bytes(1 << 26))
    stored.write_bytes(sealed(header, b"", bomb))
    with pytest.raises(IndexDamagedError):
        Index.load(stored)
