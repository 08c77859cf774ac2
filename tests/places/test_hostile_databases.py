"""Hostile databases: an error with a code, in bounded time and memory, never a crash.

Files come from outside, over a network and over a disk, and whom the gate warns hangs
on them. A bit that flips and leaves a file formally sound is nothing that a reader can
see: the checksums of `gate geo update` and its known addresses stand against that.
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from contextlib import suppress

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judge import Judge
from mutations import MUTATIONS

from gate.cli import main
from gate.engine import Gate, renewal
from gate.errors import DatabaseError
from gate.places import plain
from gate.places.build import build_index
from gate.places.database import Database
from gate.places.metadata import MARKER
from gate.places.sources import Sources
from gate.workbench.mmdb_writer import DataSection
from gate.workbench.second import geoip2_place

RECORD = {
    "city": {"geoname_id": 524901, "names": {"en": "Moscow"}},
    "country": {"iso_code": "RU"},
    "location": {"accuracy_radius": 20, "latitude": 55.75, "longitude": 37.61},
}
LITE = {"country": {"iso_code": "UA"}, "subdivisions": [{"names": {"en": "Crimea"}}]}
SECONDS = 20  # of CPU for a small file
QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


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


def crafted(data=b"", *, tree=None, gap=bytes(16), **changes):
    """A database with one node whose children are the first value of the data."""
    tree = (17).to_bytes(3, "big") * 2 if tree is None else tree
    told = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_780_000_000,
        "database_type": "Test-City",
        "description": {"en": "hostile"},
        "ip_version": 4,
        "languages": ["en"],
        "node_count": max(1, len(tree) // 6),
        "record_size": 24,
        **changes,
    }
    section = DataSection()
    section.add_inline({k: v for k, v in told.items() if v is not None})
    return tree + gap + data + MARKER + section.content()


def value(content):
    section = DataSection()
    section.add_inline(content)
    return section.content()


SOUND = value({"country": {"iso_code": "RU"}})


def pointer(offset):
    return bytes((0x38,)) + offset.to_bytes(4, "big")


def laughing(levels, width=29):
    """Lists of pointers to lists of pointers: little to read, no end to unfold."""
    parts, at = [SOUND], 0
    for _ in range(levels):
        parts.append(bytes((width - 1, 4)) + pointer(at) * (width - 1))
        at = sum(map(len, parts[:-1]))
    return parts, at


def laugh():
    parts, at = laughing(8)
    data = b"".join(parts)
    country = b"\xe2" + value("country") + value({"iso_code": "RU"})
    country += value("subdivisions")
    child = 1 + 16 + len(data)
    tree = child.to_bytes(3, "big") * 2
    return crafted(data + country + pointer(at), tree=tree)


def nodes(*pairs):
    return b"".join(a.to_bytes(3, "big") + b.to_bytes(3, "big") for a, b in pairs)


def bytes_of(kind, size):
    """The head of a value that claims a size of 3 bytes."""
    extra = (size - 65_821).to_bytes(3, "big")
    return (bytes((kind << 5 | 31,)) if kind < 8 else bytes((31, kind - 7))) + extra


HUGE = 16_000_000
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
    started = time.process_time()
    with pytest.raises(DatabaseError) as caught:
        build_index(Sources(databases=(path,)), ())
    assert caught.value.code == code
    assert caught.value.hint
    with suppress(DatabaseError):
        Database(path).place("77.88.8.8")
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("name", ["nothing", "the root is a circle", "IPv5"])
def test_a_hostile_file_takes_little_of_a_process(tmp_path, judge, name):
    path = tmp_path / "hostile.mmdb"
    path.write_bytes(FILES[name][0])
    told = judge(path)
    assert (told["code"], told["signal"]) == (FILES[name][1], 0)
    assert told["mebibytes"] < 300
    assert told["seconds"] < 3


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


@pytest.fixture
def deployed(make_config):
    """The configuration of a deployer who names a file."""

    def make(path):
        return make_config(geo={"databases": [str(path)]})

    return make


def pipe(folder):
    os.mkfifo(folder / "x.mmdb")


def directory(folder):
    (folder / "x.mmdb").mkdir()


def terabyte(folder):
    with (folder / "x.mmdb").open("wb") as file:
        file.truncate(1 << 40)


def zeros(folder):
    (folder / "x.mmdb").symlink_to("/dev/zero")


def itself(folder):
    (folder / "x.mmdb").symlink_to("x.mmdb")


NO_FILES = {
    "a pipe": pipe,
    "a directory": directory,
    "a file of a terabyte": terabyte,
    "a device that never ends": zeros,
    "a link to itself": itself,
}


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
@pytest.mark.parametrize(
    "command", [["geo", "status"], ["check"], ["explain", "--ip", "77.88.8.8"]]
)
def test_what_is_no_plain_file_holds_no_command_up(tmp_path, deployed, make, command):
    make(tmp_path)
    started = time.monotonic()
    said = CliRunner().invoke(
        main, [*command, "--config", str(deployed(tmp_path / "x.mmdb"))]
    )
    assert time.monotonic() - started < SECONDS
    assert said.exit_code in {1, 3}, said.exception
    assert "E202" in said.output
    assert "Traceback" not in said.output


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_plain_file_is_refused_at_once(tmp_path, judge, make):
    make(tmp_path)
    told = judge(tmp_path / "x.mmdb")
    assert (told["code"], told["signal"]) == ("E202", 0)
    assert told["seconds"] < 3


def test_a_gate_says_database_unusable_where_its_database_is_a_pipe(tmp_path, deployed):
    pipe(tmp_path)
    gate = Gate.load(deployed(tmp_path / "x.mmdb"))
    assert [error.code for error in gate.snapshot.trouble] == ["E202"]


def test_a_file_of_zeros_is_refused_without_being_read(tmp_path, judge):
    path = tmp_path / "sparse.mmdb"
    with path.open("wb") as file:
        file.truncate(plain.MOST_BYTES)
    told = judge(path)
    assert (told["code"], told["signal"]) == ("E203", 0)
    assert told["mebibytes"] < 300


@pytest.mark.parametrize("rest", [0.0, 0.5])
def test_a_file_that_shrinks_while_it_is_open_ends_nothing(tmp_path, sound, rest):
    path = tmp_path / "shrinks.mmdb"
    path.write_bytes(sound)
    database = Database(path)
    os.truncate(path, int(len(sound) * rest))
    assert database.place("1.1.1.1").country == "RU"
    database.close()
    with suppress(DatabaseError):
        geoip2_place([path], "1.1.1.1")


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, sound, monkeypatch):
    path = tmp_path / "shrinks.mmdb"
    path.write_bytes(sound)
    real = os.fdopen

    def shrinking(*rest):
        file = real(*rest)
        read = file.read
        file.read = lambda size: os.truncate(path, 100) or read(size)
        return file

    monkeypatch.setattr(plain.os, "fdopen", shrinking)
    with pytest.raises(DatabaseError) as caught:
        Database(path)
    assert caught.value.code == "E202"


def test_an_index_bears_the_digest_of_what_was_read(tmp_path, sound, monkeypatch):
    path = tmp_path / "swapped.mmdb"
    path.write_bytes(sound)
    expected = hashlib.sha256(sound).hexdigest()
    real = build_index.__globals__["take_census"]

    def swapping(*rest, **options):
        path.write_bytes(b"another file by now")
        return real(*rest, **options)

    monkeypatch.setitem(build_index.__globals__, "take_census", swapping)
    assert build_index(Sources(databases=(path,)), ()).database.digest == expected


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


DAMAGE = {
    "truncated": lambda content: content[: len(content) // 2],
    "a circle": lambda content: nodes((0, 0)) + content[6:],
    "metadata flipped": lambda content: content[:-3] + b"\xff\xff\xff",
    "records overwritten": lambda content: content.replace(b"\x42RU", b"\xff\xff\xff"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_serving_gate_keeps_its_last_good_database(
    deployed, make_database, monkeypatch, damage
):
    monkeypatch.setattr(renewal, "EVERY", 0.05)
    monkeypatch.setattr(renewal, "REST", 0.02)
    path = make_database({"77.0.0.0/8": RECORD, "5.0.0.0/8": LITE}, record_size=24)
    gate = Gate.load(deployed(path))
    before = gate.snapshot
    moscow = before.index.find(4, 77 << 24)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DatabaseError):
        build_index(Sources(databases=(path,)), ())
    gate.tick(at_once=True)
    ends = time.monotonic() + 60
    while gate.reloads["refused"] == 0 and time.monotonic() < ends:
        time.sleep(0.05)
    assert gate.reloads == {"taken": 0, "refused": 1}
    assert gate.snapshot.versions == before.versions
    assert gate.snapshot.index.find(4, 77 << 24) == moscow
    assert gate.snapshot.index.classes[moscow].label == "RU"
