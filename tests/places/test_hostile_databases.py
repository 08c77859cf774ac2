"""Hostile databases: an error with a code, in bounded time and memory, never a crash.

Files come from outside, over a network and over a disk, and whom the gate warns hangs
on them. A bit that flips and leaves a file formally sound is nothing that a reader can
see: the checksums of `gate geo update` and its known addresses stand against that.
"""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from effort import effort
from hostile import (
    HUGE,
    SOUND,
    bytes_of,
    crafted,
    laugh,
    laughing,
    nodes,
    pointer,
    value,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import MUTATIONS

from gate.errors import DatabaseError
from gate.places.build import build_index
from gate.places.database import Database
from gate.places.metadata import MARKER
from gate.places.sources import Sources

WORK = 1_500_000  # calls for a small file; the worst takes a third
QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


FILES = {
    "nothing": (b"", "E203"),
    "one byte": (b"\0", "E203"),
    "the marker alone": (MARKER, "E203"),
    "a marker without a map": (SOUND + MARKER + b"\x42ab", "E203"),
    "no marker": (crafted(SOUND).replace(MARKER, b"x" * len(MARKER)), "E203"),
    "too many nodes": (crafted(SOUND, node_count=1 << 40), "E203"),
    "no nodes": (crafted(SOUND, node_count=0), "E203"),
    "nodes as text": (crafted(SOUND, node_count="1"), "E203"),
    "nodes as a fraction": (crafted(SOUND, node_count=1.0), "E203"),
    "a node too many": (crafted(SOUND, node_count=2), "E203"),
    "records of 0 bits": (crafted(SOUND, record_size=0), "E203"),
    "records of 17 bits": (crafted(SOUND, record_size=17), "E203"),
    "records of 9999 bits": (crafted(SOUND, record_size=9999), "E203"),
    "records of 24.0 bits": (crafted(SOUND, record_size=24.0), "E203"),
    "records of another size": (crafted(SOUND, record_size=32), "E203"),
    "IPv5": (crafted(SOUND, ip_version=5), "E203"),
    "IPv4.0": (crafted(SOUND, ip_version=4.0), "E203"),
    "another format": (crafted(SOUND, binary_format_major_version=3), "E203"),
    "no format": (crafted(SOUND, binary_format_major_version=None), "E203"),
    "built at no time": (crafted(SOUND, build_epoch=None), "E203"),
    "built in 1970": (crafted(SOUND, build_epoch=0), "E203"),
    "built in the year 9 million": (crafted(SOUND, build_epoch=1 << 47), "E203"),
    "built in 2100": (crafted(SOUND, build_epoch=4_102_444_800), "E203"),
    "a build date of 20 digits": (crafted(SOUND, build_epoch=(1 << 64) - 1), "E203"),
    "no gap": (crafted(SOUND, gap=b"\1" * 16), "E203"),
    "no data": (crafted(b""), "E203"),
    "the root is a circle": (crafted(SOUND, tree=nodes((0, 0))), "E204"),
    "one branch is a circle": (crafted(SOUND, tree=nodes((0, 17))), "E204"),
    "two nodes of each other": (crafted(SOUND, tree=nodes((1, 1), (0, 0))), "E204"),
    "nodes that double at each level": (
        crafted(SOUND, tree=nodes(*((n + 1, n + 1) for n in range(31)), (48, 48))),
        "E204",
    ),
    "a record far outside": (crafted(SOUND, tree=b"\xff" * 6), "E203"),
    "a record in the gap": (crafted(SOUND, tree=nodes((2, 2))), "E203"),
    "a record in the metadata": (
        crafted(SOUND, tree=nodes((17 + len(SOUND) + 14,) * 2)),
        "E203",
    ),
    "a record that is a pointer to itself": (crafted(pointer(0)), "E205"),
    "a pointer to a pointer": (crafted(pointer(5) + pointer(10) + SOUND), "E205"),
    "a pointer beyond the end": (crafted(pointer(1 << 31)), "E205"),
    "a map within itself": (crafted(b"\xe1\x47country" + pointer(0)), "E205"),
    "lists without end": (crafted(b"\x01\x04" * 50_000), "E205"),
    "a map of 16 million": (crafted(bytes_of(7, HUGE)), "E205"),
    "a list of 16 million": (crafted(bytes_of(11, HUGE)), "E205"),
    "a text of 16 million": (crafted(bytes_of(2, HUGE)), "E205"),
    "bytes of 16 million": (crafted(bytes_of(4, HUGE)), "E205"),
    "a number of 16 million bytes": (crafted(bytes_of(6, HUGE) + bytes(HUGE)), "E205"),
    "a fraction of 7 bytes": (crafted(b"\x67" + bytes(9)), "E205"),
    "an unknown type": (crafted(b"\x00\x90"), "E205"),
    "a text that is not UTF-8": (crafted(b"\xe1\x47country\x42\xff\xff"), "E205"),
    "a key that is a map": (crafted(b"\xe1\xe0\xe0"), "E205"),
    "a record that is a text": (crafted(value("Moscow")), "E206"),
    "records of nothing": (crafted(value({})), "E206"),
}


@pytest.mark.parametrize(("content", "code"), FILES.values(), ids=FILES)
def test_a_hostile_file_is_refused_with_a_code(tmp_path, content, code):
    path = tmp_path / "hostile.mmdb"
    path.write_bytes(content)
    caught = []

    def read():
        with pytest.raises(DatabaseError) as refused:
            build_index(Sources(databases=(path,)), ())
        caught.append(refused.value)
        with suppress(DatabaseError):
            Database(path).place("77.88.8.8")

    assert effort(read) < WORK
    assert caught[0].code == code
    assert caught[0].hint


@pytest.mark.parametrize("name", ["nothing", "the root is a circle", "IPv5"])
def test_a_hostile_file_takes_little_of_a_process(tmp_path, judge, name):
    path = tmp_path / "hostile.mmdb"
    path.write_bytes(FILES[name][0])
    told = judge(path)
    assert (told["code"], told["signal"]) == (FILES[name][1], 0)
    assert told["mebibytes"] < 300


def test_pointers_that_unfold_without_end_are_read_in_bounded_time(tmp_path, judge):
    path = tmp_path / "laugh.mmdb"
    path.write_bytes(laugh())
    told = judge(path)
    assert told["code"] in {"", "E205"}  # the common reader refuses what ours can read
    assert told["signal"] == 0
    assert told["seconds"] < 5
    assert told["mebibytes"] < 300


def test_metadata_that_unfolds_without_end_is_refused(tmp_path, judge):
    parts, at = laughing(20)
    shown = value("description") + pointer(len(crafted(SOUND)) + at)
    path = tmp_path / "bomb.mmdb"
    content = crafted(SOUND)
    at = content.rfind(MARKER) + len(MARKER)
    path.write_bytes(content[:at] + b"\xe1" + shown + b"".join(parts))
    told = judge(path)
    assert (told["code"], told["signal"]) == ("E203", 0)
    assert told["seconds"] < 5


def test_the_last_metadata_count(tmp_path):
    path = tmp_path / "two.mmdb"
    path.write_bytes(crafted(SOUND) + crafted(SOUND))
    assert Database(path).place("77.88.8.8").country == "RU"
    path.write_bytes(crafted(SOUND + MARKER + b"\xe0" + SOUND))
    assert Database(path).place("77.88.8.8").country == "RU"
    path.write_bytes(crafted(SOUND) + MARKER + b"\xe0")
    with pytest.raises(DatabaseError) as caught:
        build_index(Sources(databases=(path,)), ())
    assert caught.value.code == "E203"


def test_what_a_file_calls_itself_cannot_command_a_terminal(tmp_path):
    path = tmp_path / "loud.mmdb"
    kind = "City\x1b]0;owned\x07\n" + "x" * 5000
    path.write_bytes(crafted(SOUND, database_type=kind, description={"en": "\x1b[2J"}))
    facts = Database(path).facts
    assert facts.type.startswith("City]0;ownedxxx")
    assert len(facts.type) <= 200
    assert build_index(Sources(databases=(path,)), ()).database.type == facts.type


@QUICK
@given(seed=st.integers(0, 1 << 64), how=st.sampled_from(sorted(MUTATIONS)))
def test_a_damaged_database_gives_an_index_or_an_error(tmp_path, sound, seed, how):
    path = tmp_path / "damaged.mmdb"
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    path.write_bytes(bytes(MUTATIONS[how](bytearray(sound), rng)))
    with suppress(DatabaseError):  # and nothing else
        index = build_index(Sources(databases=(path,)), ())
        for number in (0, 1 << 24, 77 << 24, (1 << 32) - 1):
            assert index.classes[index.find(4, number)]
    with suppress(DatabaseError):
        Database(path).place("77.88.8.8")


@QUICK
@given(data=st.binary(max_size=60), first=st.integers(0, 40))
def test_any_bytes_for_records_give_an_index_or_an_error(tmp_path, data, first):
    path = tmp_path / "any.mmdb"
    path.write_bytes(crafted(data, tree=nodes((17, 17 + first))))
    with suppress(DatabaseError):
        build_index(Sources(databases=(path,)), ())
    with suppress(DatabaseError):
        Database(path).place("200.1.1.1")


@QUICK
@given(
    told=st.dictionaries(
        st.sampled_from(["node_count", "record_size", "ip_version", "build_epoch"]),
        st.one_of(
            st.integers(0, (1 << 64) - 1),
            st.floats(),
            st.text(max_size=5),
            st.booleans(),
            st.lists(st.integers(0, 9), max_size=3),
        ),
    )
)
def test_any_metadata_gives_an_index_or_an_error(tmp_path, told):
    path = tmp_path / "any.mmdb"
    path.write_bytes(crafted(SOUND, **told))
    with suppress(DatabaseError):
        build_index(Sources(databases=(path,)), ())
    with suppress(DatabaseError):
        Database(path).place("200.1.1.1")


@QUICK
@given(pairs=st.lists(st.tuples(*[st.integers(0, 40)] * 2), min_size=1, max_size=20))
def test_any_tree_gives_an_index_or_an_error(tmp_path, pairs):
    path = tmp_path / "any.mmdb"
    path.write_bytes(crafted(SOUND * 3, tree=nodes(*pairs), ip_version=6))
    with suppress(DatabaseError):
        build_index(Sources(databases=(path,)), ())
    with suppress(DatabaseError):
        Database(path).place("2a00::1")
