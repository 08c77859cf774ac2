"""What is refused leaves the served file as it is."""

from __future__ import annotations

import gzip
import tarfile
from dataclasses import replace

import pytest
import updates
from updater import GOOD, PLAIN, names, outcome, run
from updates import BUILT, DAY, NOW, packed, world

from gate.errors import (
    UpdateArchiveError,
    UpdateCanaryError,
    UpdateChecksumError,
    UpdateDateError,
    UpdateRefusedError,
    UpdateShareError,
    UpdateUnfitError,
)
from gate.model import AreaVersion, Mark
from gate.places.database import Database
from gate.workbench.updating.settings import CANARIES


def tarred(**info):
    member = tarfile.TarInfo(info.pop("name", "x"))
    for name, value in info.items():
        setattr(member, name, value)
    return member


ARCHIVES = {
    "a path that leads out": packed(GOOD, name="../../GeoLite2-City.mmdb"),
    "an absolute path": packed(GOOD, name="/tmp/GeoLite2-City.mmdb"),  # noqa: S108
    "a symbolic link": packed(
        GOOD, members=[(tarred(type=tarfile.SYMTYPE, linkname="/etc/passwd"), b"")]
    ),
    "a hard link": packed(
        GOOD, members=[(tarred(type=tarfile.LNKTYPE, linkname="x"), b"")]
    ),
    "a device": packed(GOOD, members=[(tarred(type=tarfile.CHRTYPE), b"")]),
    "two databases": packed(GOOD, members=[(tarred(name="b.mmdb", size=1), b"x")]),
    "no database": packed(GOOD, name="database.txt"),
    "too many members": packed(GOOD, members=[(tarred(), b"")] * 60),
    "cut off": packed(GOOD)[:-200],
    "a flipped bit": bytes([*packed(GOOD)[:900], packed(GOOD)[900] ^ 8])
    + packed(GOOD)[901:],
    "an empty file": gzip.compress(b""),
}


@pytest.mark.parametrize("archive", ARCHIVES.values(), ids=ARCHIVES)
def test_an_odd_archive_is_refused(maxmind, server, served, archive):
    old, outside = served.read_bytes(), served.parent.parent
    before = names(outside)
    server.maxmind(GOOD, archive=archive)
    with pytest.raises((UpdateArchiveError, UpdateChecksumError)):
        run(maxmind)
    assert (served.read_bytes(), names(outside)) == (old, before)
    assert [n for n in names(served.parent) if not n.endswith(".lock")] == ["city.mmdb"]


DAMAGES = {
    "no database": b"x" * 5000,
    "cut off": world()[:1500],
    "without metadata": world()[:-150],
    "a circle": bytes(1200) + world()[1200:],
    "pointers beyond the end": b"\x7f" * 1200 + world()[1200:],
    "records that are none": world()[:1900] + b"\xff" * 300 + world()[2200:],
    "nothing": b"",
}


@pytest.mark.parametrize("content", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_database_is_refused(task, server, served, content):
    old = served.read_bytes()
    server.db_ip(content)
    report = run(task)
    assert isinstance(report.error, UpdateRefusedError)
    assert report.error.code in {"E222", "E225", "E226", "E229"}
    assert served.read_bytes() == old


def test_a_flipped_bit_is_refused_or_moves_nobody_who_is_known(task, served, tmp_path):
    old, good = served.read_bytes(), world()
    file = tmp_path / "flipped.mmdb"
    seen = set()
    for at in range(0, len(good), 97):
        file.write_bytes(good[:at] + bytes([good[at] ^ 16]) + good[at + 1 :])
        report = run(task, file=file, is_trial=True)
        seen.add(report.outcome)
        if report.outcome != "refused":
            places = {a: Database(file).place(a).country for a in CANARIES}
            moved = [a for a, country in CANARIES.items() if places[a] != country]
            assert len(moved) <= 1
    assert "refused" in seen
    assert served.read_bytes() == old


REFUSED = {
    "another type": (world(kind="GeoLite2-ASN"), UpdateUnfitError),
    "another product": (world(kind="GeoLite2-City"), UpdateUnfitError),
    "older than the served one": (world(built=BUILT - 11 * DAY), UpdateDateError),
    "from the future": (world(built=NOW + 3 * DAY), UpdateDateError),
    "Russia gone": (world(RU=["77.88.55.0/24"]), UpdateRefusedError),
    "Russia doubled": (world(RU=["76.0.0.0/8", *updates.WORLD["RU"][1:]]), None),
    "Ukraine shrunk": (
        world(UA=[n for n in updates.WORLD["UA"] if n != "93.72.0.0/13"]),
        UpdateShareError,
    ),
    "many more networks": (world(extra=60), UpdateShareError),
    "known addresses elsewhere": (
        world(DE=["91.64.0.0/14"], US=[*updates.WORLD["US"], "130.133.0.0/16"][:1]),
        UpdateRefusedError,
    ),
}


@pytest.mark.parametrize(("content", "error"), REFUSED.values(), ids=REFUSED)
def test_a_database_that_cannot_be_right_is_refused(
    task, server, served, content, error
):
    old = served.read_bytes()
    server.db_ip(content)
    report = run(task)
    assert isinstance(report.error, error or UpdateRefusedError)
    assert report.error.hint
    assert served.read_bytes() == old
    assert report.kept == ()


def test_two_known_addresses_that_moved_are_too_many(task, server):
    canaries = {**CANARIES, "8.8.8.8": "CA"}
    server.db_ip(world())
    assert outcome(replace(task, canaries=canaries)) == "new"
    server.db_ip(world(extra=1))
    canaries |= {"193.0.6.139": "BE"}
    assert outcome(replace(task, canaries=canaries)) is UpdateCanaryError
    few = {"8.8.8.8": "CA", "193.0.6.139": "NL"}
    assert outcome(replace(task, canaries=few)) is UpdateCanaryError


def test_a_database_that_is_too_old_is_refused_even_as_the_first(task, server, served):
    served.unlink()
    server.db_ip(world())
    assert outcome(replace(task, max_age_days=9)) is UpdateDateError
    assert not served.exists()
    assert outcome(replace(task, max_age_days=10)) == "new"


def test_what_areas_need_must_still_be_told(task, server):
    crimea = AreaVersion(since=0, mark=Mark(file="test"), whole=("UA-43",))
    bare = {
        net: {"country": {"iso_code": country}}
        for country, nets in updates.WORLD.items()
        for net in nets
    }
    bare |= {
        n: {"country": {"iso_code": c}} for c, ns in updates.WORLD6.items() for n in ns
    }
    server.db_ip(updates.written(bare, "DBIP-City-Lite", BUILT))
    report = run(task, areas=(*PLAIN, crimea))
    assert isinstance(report.error, UpdateUnfitError)
    assert "regions" in str(report.error)
    assert outcome(task) == "new"  # nobody asks for regions


def test_what_a_database_tells_is_said_in_words(task, server):
    server.db_ip(world())
    (told,) = (one.told for one in run(task).checks if one.name == "areas")
    assert told.startswith("It tells countries, ")
    assert "_" not in told


def test_several_failures_are_told_together(task, server):
    server.db_ip(world(kind="GeoLite2-ASN", built=NOW + 9 * DAY))
    error = run(task).error
    assert (error.code, "E223" in str(error), "E224" in str(error)) == (
        "E229",
        True,
        True,
    )
