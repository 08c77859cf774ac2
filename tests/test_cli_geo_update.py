"""gate geo update: whatever a server sends, only a sound database is ever served."""

from __future__ import annotations

import errno
import gzip
import json
import os
import stat
import subprocess
import sys
import tarfile
import time
from dataclasses import replace
from http.client import HTTPConnection

import pytest
import updates
from click.testing import CliRunner
from machine import free_port
from updates import ACCOUNT, BEFORE, BUILT, DAY, KEY, NOW, digest, packed, sends, world

from gate.cli import main
from gate.config import load_config
from gate.errors import (
    FindingsError,
    NothingKeptError,
    UpdateAnswerError,
    UpdateArchiveError,
    UpdateBusyError,
    UpdateCanaryError,
    UpdateChecksumError,
    UpdateDamagedError,
    UpdateDateError,
    UpdateDeniedError,
    UpdateError,
    UpdateRedirectError,
    UpdateRefusedError,
    UpdateSettingsError,
    UpdateShareError,
    UpdateTooLargeError,
    UpdateUnfitError,
    UpdateUnreachableError,
)
from gate.model import AreaVersion, Mark
from gate.places.database import Database
from gate.workbench.updating import keeping
from gate.workbench.updating.fetching import Limits
from gate.workbench.updating.keeping import alone
from gate.workbench.updating.settings import CANARIES, Credentials, Task, task_of
from gate.workbench.updating.update import Wish, roll_back, update

QUICK = Limits(connect=2, read=0.3, whole=10, fetched=1 << 20, unpacked=1 << 20)
RUSSIA = AreaVersion(since=0, mark=Mark(file="test"), whole=("RU",))
PLAIN = (RUSSIA,)
GOOD = world(kind="GeoLite2-City")


@pytest.fixture(name="server")
def _server():
    with updates.vendor() as server:
        yield server


@pytest.fixture(name="served")
def _served(tmp_path):
    """The database that is served: of ten days before the one that comes."""
    path = tmp_path / "db" / "city.mmdb"
    path.parent.mkdir()
    path.write_bytes(world(built=BUILT - 10 * DAY))
    return path


@pytest.fixture(name="task")
def _task(served, server):
    return Task(
        target=served,
        folder=served.parent,
        keep=2,
        source="dbip",
        edition="dbip-city-lite",
        is_chosen=True,
        tolerance=20,
        max_age_days=90,
        canaries=CANARIES,
        url=server.url,
    )


@pytest.fixture(name="maxmind")
def _maxmind(task, served):
    served.write_bytes(world(kind="GeoLite2-City", built=BUILT - 10 * DAY))
    return replace(
        task,
        source="maxmind",
        edition="GeoLite2-City",
        credentials=Credentials(account=ACCOUNT, key=KEY),
    )


def run(task, *, areas=PLAIN, now=NOW, **wish):
    return update(task, areas, Wish(**{"limits": QUICK, **wish}), now)


def outcome(task, **more):
    """Return the outcome; for a refusal its error."""
    report = run(task, **more)
    return type(report.error) if report.error else report.outcome


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# What is taken


def test_the_file_of_the_month_is_taken_and_the_last_one_kept(task, server, served):
    old, new = served.read_bytes(), world(extra=2)
    server.db_ip(new)
    report = run(task)
    assert (report.outcome, served.read_bytes()) == ("new", new)
    (kept,) = report.kept
    assert (kept.name, kept.read_bytes()) == ("city-2026-11-03.mmdb", old)
    assert report.after.attribution.startswith("IP Geolocation by DB-IP")
    assert {check.error for check in report.checks} == {None}
    assert not [n for n in names(served.parent) if "new-" in n]


def test_in_the_first_days_the_file_of_the_month_before_is_taken(task, server):
    server.db_ip(world(), BEFORE)
    assert outcome(task) == "new"
    assert [path[-15:-8] for path in server.paths] == ["2026-11", "2026-10"]


def test_the_first_database_is_held_against_the_one_that_ships(task, server, served):
    served.unlink()
    server.db_ip(world())
    report = run(task)
    assert (report.outcome, report.before, report.kept) == ("new", None, ())
    assert stat.S_IMODE(served.stat().st_mode) == 0o644


def test_a_served_file_that_is_broken_is_replaced(task, server, served):
    served.write_bytes(b"x" * 1000)
    server.db_ip(world())
    assert outcome(task) == "new"


def test_who_may_read_the_file_stays(task, server, served):
    served.chmod(0o640)
    server.db_ip(world())
    run(task)
    assert stat.S_IMODE(served.stat().st_mode) == 0o640


def test_what_is_served_already_is_not_fetched_again(task, server):
    server.db_ip(world(), ETag='"one"', Last_Modified="Fri, 13 Nov 2026 00:00:00 GMT")
    assert outcome(task) == "new"
    server.answers = {path: sends(b"", status=304) for path in server.answers}
    assert outcome(task) == "current"
    asked = server.asked[-1][1]
    assert asked["If-None-Match"] == '"one"'
    assert asked["If-Modified-Since"] == "Fri, 13 Nov 2026 00:00:00 GMT"
    assert asked["User-Agent"].startswith("gate/")


def test_another_file_at_the_place_is_asked_for_anew(task, server, served):
    server.db_ip(world(), ETag='"one"')
    run(task)
    served.write_bytes(world(built=BUILT - DAY))
    assert outcome(task) == "new"
    assert "If-None-Match" not in server.asked[-1][1]


def test_the_same_file_again_is_no_new_one(task, server, served):
    server.db_ip(served.read_bytes())
    assert outcome(task) == "current"
    assert list(run(task).kept) == []


def test_a_trial_replaces_nothing(task, server, served):
    old = served.read_bytes()
    server.db_ip(world())
    before = names(served.parent)
    assert outcome(task, is_trial=True) == "would be new"
    assert served.read_bytes() == old
    assert set(names(served.parent)) - set(before) == {".city.mmdb.lock"}


def test_only_so_many_are_kept_and_nothing_else_is_removed(task, server, served):
    mine = served.with_name("city-of-mine.mmdb")
    mine.touch()
    for days in (8, 6, 4, 2):
        server.db_ip(world(built=BUILT - days * DAY))
        assert outcome(task) == "new"
    assert [p.name for p in run(task).kept] == [
        "city-2026-11-09.mmdb",
        "city-2026-11-07.mmdb",
    ]
    assert mine.exists()


def test_a_folder_for_the_kept_ones_is_made(task, server, tmp_path):
    server.db_ip(world())
    report = run(replace(task, folder=tmp_path / "old" / "ones"))
    assert [p.parent.name for p in report.kept] == ["ones"]


# MaxMind's protocol


def test_maxmind_gives_the_archive_of_the_day_that_it_tells(maxmind, server, served):
    new = world(kind="GeoLite2-City")
    server.maxmind(new)
    assert outcome(maxmind) == "new"
    assert served.read_bytes() == new
    assert [path.partition("?")[0] for path in server.paths] == [
        "/geoip/updates/metadata",
        *2 * ["/geoip/databases/GeoLite2-City/download"],
    ]
    assert outcome(maxmind) == "current"
    assert len(server.paths) == 4  # its MD5 was enough


def test_an_older_mirror_compares_digests(maxmind, server, served):
    new = world(kind="GeoLite2-City")
    path = "/geoip/databases/GeoLite2-City/update"

    def answer(handler, query):
        if query["db_md5"] == [digest(new)]:
            return sends(b"", status=304)(handler, query)
        fields = {"X_Database_MD5": digest(new)}
        return sends(gzip.compress(new), **fields)(handler, query)

    server.answers[path] = updates.allowed(answer)
    assert outcome(maxmind) == "new"
    assert served.read_bytes() == new
    assert outcome(maxmind) == "current"


def test_where_a_redirect_leads_no_account_is_shown(maxmind, server):
    """MaxMind leads to addresses of a store that are keys in themselves."""
    archive = packed(GOOD)
    server.maxmind(GOOD, archive=archive)
    path = "/geoip/databases/GeoLite2-City/download"
    own = server.answers[path]
    with updates.vendor() as store:
        store.answers["/signed"] = sends(archive)

        def answer(handler, query):
            is_archive = query["suffix"] == ["tar.gz"]
            led = updates.leads(f"{store.url}/signed?key=1")
            (led if is_archive else own)(handler, query)

        server.answers[path] = answer
        assert outcome(maxmind) == "new"
        ((_, fields),) = store.asked
    assert "authorization" not in {name.lower() for name in fields}
    assert "authorization" in {name.lower() for name in server.asked[0][1]}


@pytest.mark.parametrize(
    ("said", "error"),
    [
        pytest.param({"md5": "0" * 32}, UpdateChecksumError, id="another md5"),
        pytest.param({"md5": ""}, UpdateAnswerError, id="no md5"),
        pytest.param({"edition_id": "x"}, UpdateAnswerError, id="another edition"),
        pytest.param({"date": "../../x"}, UpdateAnswerError, id="no day"),
    ],
)
def test_what_the_description_says_must_hold(maxmind, server, served, said, error):
    old = served.read_bytes()
    server.maxmind(world(kind="GeoLite2-City"), **said)
    with pytest.raises(error):
        run(maxmind)
    assert served.read_bytes() == old


def test_a_wrong_sha256_is_told(maxmind, server, served):
    old = served.read_bytes()
    content = world(kind="GeoLite2-City")
    server.maxmind(content)
    path = "/geoip/databases/GeoLite2-City/download"
    archive = packed(content)

    def answer(handler, query):
        wrong = query["suffix"] == ["tar.gz.sha256"]
        sends(f"{'0' * 64}  x".encode() if wrong else archive)(handler, query)

    server.answers[path] = answer
    with pytest.raises(UpdateChecksumError, match="SHA256"):
        run(maxmind)
    assert served.read_bytes() == old


@pytest.mark.parametrize("status", [401, 402, 403])
def test_an_account_that_is_refused_is_told_without_its_key(maxmind, server, status):
    server.answers["/geoip/updates/metadata"] = sends(KEY.encode(), status=status)
    with pytest.raises(UpdateDeniedError) as found:
        run(maxmind)
    assert f"answered {status}" in str(found.value)
    assert KEY not in f"{found.value!r} {found.value.hint} {maxmind!r}"


# What is refused, and leaves the served file as it is


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


def test_several_failures_are_told_together(task, server):
    server.db_ip(world(kind="GeoLite2-ASN", built=NOW + 9 * DAY))
    error = run(task).error
    assert (error.code, "E223" in str(error), "E224" in str(error)) == (
        "E229",
        True,
        True,
    )


# Servers that misbehave


PLACE = "/free/dbip-city-lite-2026-11.mmdb.gz"
BAD = {
    "nothing there": (sends(b"", status=404), UpdateAnswerError),
    "too many requests": (sends(b"", status=429, Retry_After="9"), UpdateAnswerError),
    "in trouble": (sends(b"", status=503), UpdateAnswerError),
    "odd": (sends(b"", status=204), UpdateAnswerError),
    "forbidden": (sends(b"", status=403), UpdateDeniedError),
    "stalls": (updates.stalls, UpdateUnreachableError),
    "cut in the middle": (
        sends(gzip.compress(world()), cut=900),
        UpdateUnreachableError,
    ),
    "truncated, and sent whole": (
        sends(gzip.compress(world())[:-50]),
        UpdateArchiveError,
    ),
    "too long": (sends(b"x" * (QUICK.fetched + 1)), UpdateTooLargeError),
    "a bomb": (sends(gzip.compress(bytes(50 << 20))), UpdateTooLargeError),
    "leads to http": (
        updates.leads("http://download.db-ip.com/x"),
        UpdateRedirectError,
    ),
    "leads to a file": (updates.leads("file:///etc/passwd"), UpdateRedirectError),
    "leads nowhere": (updates.leads(""), UpdateRedirectError),
    "leads in a circle": (updates.leads(PLACE), UpdateRedirectError),
}


@pytest.mark.parametrize(("answer", "error"), BAD.values(), ids=BAD)
def test_a_bad_answer_leaves_everything_as_it_was(task, server, served, answer, error):
    old = served.read_bytes()
    server.answers[PLACE] = answer
    with pytest.raises(error) as found:
        run(task)
    assert type(found.value) is error
    assert found.value.hint
    assert served.read_bytes() == old
    assert names(served.parent) == [".city.mmdb.lock", "city.mmdb"]


def test_what_is_too_long_is_not_read_to_its_end(task, server):
    server.answers[PLACE] = sends(b"x" * 4000)
    with pytest.raises(UpdateTooLargeError, match=r"larger than 2,000 bytes\.$"):
        run(task, limits=QUICK._replace(fetched=2000))


@pytest.mark.parametrize("answer", [updates.trickles, updates.trickles_head])
def test_a_byte_now_and_then_does_not_hold_an_updater(task, server, answer):
    server.answers[PLACE] = answer
    begun = time.monotonic()
    with pytest.raises(UpdateUnreachableError, match="took longer than"):
        run(task, limits=QUICK._replace(whole=0.5, read=5))
    assert time.monotonic() - begun < 4


def test_a_server_that_is_not_there_is_told(task, served):
    old = served.read_bytes()
    with pytest.raises(UpdateUnreachableError, match="cannot be reached") as found:
        run(replace(task, url=f"http://127.0.0.1:{free_port()}"))
    assert found.value.exit_code == 3
    assert served.read_bytes() == old


def test_a_server_whose_certificate_nobody_signed_is_told(task, served, tmp_path):
    old = served.read_bytes()
    with updates.vendor(certificate=updates.self_signed(tmp_path)) as server:
        server.db_ip(world())
        with pytest.raises(UpdateUnreachableError, match="certificate"):
            run(replace(task, url=f"https://127.0.0.1:{server.server_port}"))
        assert server.asked == []
    assert served.read_bytes() == old


def test_a_query_is_never_shown(task, server):
    server.answers[PLACE] = updates.leads("http://elsewhere.example/x?signature=abc")
    with pytest.raises(UpdateRedirectError) as found:
        run(task)
    assert "signature" not in str(found.value)


def test_no_proxy_of_the_environment_is_used(task, server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    server.db_ip(world())
    assert outcome(task) == "new"


def test_one_updater_at_a_time(task, server, served):
    server.db_ip(world())
    with alone(served), pytest.raises(UpdateBusyError):
        run(task)
    assert outcome(task) == "new"


def test_what_a_killed_updater_left_is_removed(task, server, served):
    left = served.with_name(".city.mmdb.new-abc")
    left.mkdir()
    (left / "packed").write_bytes(b"x")
    server.db_ip(world())
    run(task)
    assert not left.exists()


def test_a_folder_that_cannot_be_written_leaves_the_file(task, server, served):
    server.db_ip(world())
    old = served.read_bytes()
    blocked = served.with_name("blocked")
    blocked.touch()
    with pytest.raises(OSError):  # noqa: PT011 (whichever the system says)
        run(replace(task, folder=blocked))
    assert served.read_bytes() == old


@pytest.mark.parametrize("step", ["_sync", "_mode_of", "copied", "sync_folder"])
def test_a_full_disk_leaves_the_old_file_or_the_whole_new_one(
    task, server, served, monkeypatch, step
):
    old, new = served.read_bytes(), world()
    server.db_ip(new)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, step, full)
        with pytest.raises(OSError, match="No space"):
            run(task)
    assert served.read_bytes() == old
    assert not [n for n in names(served.parent) if "new-" in n]
    assert outcome(task) == "new"


# Going back


def test_going_back_serves_the_one_before_and_holds_the_other(task, server, served):
    old, bad, good = served.read_bytes(), world(), world(built=BUILT + DAY)
    server.db_ip(bad)
    run(task)
    report = roll_back(task)
    assert (report.outcome, served.read_bytes()) == ("taken back", old)
    assert outcome(task) == "held"
    assert served.read_bytes() == old
    server.db_ip(good)
    assert outcome(task) == "new"
    assert served.read_bytes() == good


def test_what_was_taken_back_is_not_even_fetched_from_maxmind(maxmind, server, served):
    old = served.read_bytes()
    server.maxmind(GOOD)
    run(maxmind)
    roll_back(maxmind)
    before = len(server.asked)
    assert outcome(maxmind) == "held"
    assert len(server.asked) == before + 1
    assert served.read_bytes() == old


def test_what_was_taken_back_can_be_taken_by_hand(task, server, tmp_path):
    server.db_ip(world())
    run(task)
    roll_back(task)
    file = tmp_path / "other.mmdb"
    file.write_bytes(world())
    assert outcome(task, file=file) == "new"


def test_without_a_kept_one_there_is_no_way_back(task, served):
    old = served.read_bytes()
    with pytest.raises(NothingKeptError):
        roll_back(task)
    served.with_name("city-2026-01-01.mmdb").write_bytes(b"x")
    with pytest.raises(NothingKeptError):
        roll_back(task)
    assert served.read_bytes() == old


# A file, and the program geoipupdate


@pytest.mark.parametrize("pack", [bytes, gzip.compress, packed], ids=["", "gz", "tar"])
def test_a_file_goes_through_the_same_checks(task, served, tmp_path, pack):
    file = tmp_path / "file"
    file.write_bytes(pack(world()))
    assert outcome(task, file=file) == "new"
    file.write_bytes(pack(world(kind="GeoLite2-ASN")))
    assert outcome(task, file=file) is UpdateUnfitError
    assert served.read_bytes() == world()


@pytest.mark.parametrize("pack", [gzip.compress, packed], ids=["gz", "tar"])
def test_the_checksum_at_the_end_of_an_archive_is_read(task, tmp_path, pack):
    file = tmp_path / "file"
    content = pack(world())
    file.write_bytes(content[:-8] + bytes([content[-8] ^ 1]) + content[-7:])
    with pytest.raises(UpdateArchiveError):
        run(task, file=file)


PROGRAM = """#!{python}
import os, pathlib, sys
conf = dict(line.split(None, 1) for line in open(sys.argv[2]))
assert conf["LicenseKey"].strip() == "{key}" and conf["AccountID"].strip() == "1"
assert not os.stat(sys.argv[2]).st_mode & 0o77
folder = pathlib.Path(conf["DatabaseDirectory"].strip())
edition = conf["EditionIDs"].strip()
new = pathlib.Path({new!r}).read_bytes()
(folder / (edition + ".mmdb")).write_bytes(new)
print(conf)
sys.exit({code})
"""


@pytest.fixture(name="program")
def _program(tmp_path, monkeypatch):
    """A geoipupdate that leaves a file, and then ends with a code."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    def make(content, code=0):
        new = tmp_path / "new.mmdb"
        new.write_bytes(content)
        path = tmp_path / "bin" / "geoipupdate"
        path.parent.mkdir(exist_ok=True)
        text = PROGRAM.format(python=sys.executable, key=KEY, new=str(new), code=code)
        path.write_text(text)
        path.chmod(0o755)

    return make


def test_geoipupdate_fetches_and_the_gate_checks(maxmind, program, served, capfd):
    account = Credentials(account="1", key=KEY)
    task = replace(maxmind, source="geoipupdate", credentials=account)
    with pytest.raises(UpdateSettingsError, match="not on PATH"):
        run(task)
    program(GOOD)
    assert outcome(task) == "new"
    assert served.read_bytes() == GOOD
    assert outcome(task) == "current"
    program(world(kind="GeoLite2-City", built=BUILT - DAY))
    assert outcome(task) is UpdateDateError
    program(GOOD, code=1)
    with pytest.raises(UpdateAnswerError, match="ended with 1"):
        run(task)
    assert KEY not in "".join(capfd.readouterr())
    assert served.read_bytes() == GOOD


# The configuration


def config_with(make_config, environ=None, **geo):
    return task_of(load_config(make_config(geo=geo), {}), environ or {})


def test_without_a_section_the_only_database_is_updated_from_db_ip(make_config):
    task = config_with(make_config, databases=["/x/city.mmdb"])
    assert (task.source, task.edition, task.is_chosen) == (
        "dbip",
        "dbip-city-lite",
        False,
    )
    assert task.canaries == CANARIES
    assert str(task.folder) == "/x"


def test_of_several_databases_the_one_of_the_edition_is_updated(make_config):
    both = ["/x/other.mmdb", "/x/GeoLite2-City.mmdb"]
    section = {"source": "maxmind", "account_id": 1}
    task = config_with(
        make_config,
        {"GEOIPUPDATE_LICENSE_KEY": KEY},
        databases=both,
        update=section,
    )
    assert task.target.name == "GeoLite2-City.mmdb"
    assert task.credentials == Credentials(account="1", key=KEY)
    with pytest.raises(UpdateSettingsError):
        config_with(make_config, databases=both)
    with pytest.raises(UpdateSettingsError, match="no files"):
        config_with(make_config, databases=[])


def test_the_key_comes_from_a_file_that_nobody_else_can_read(make_config, tmp_path):
    file = tmp_path / "key"
    section = {"source": "maxmind", "account_id": "1", "licence_key_file": "key"}
    geo = {"databases": ["/x/city.mmdb"], "update": section}
    with pytest.raises(UpdateSettingsError, match="no such file"):
        config_with(make_config, **geo)
    file.write_text(f"{KEY}\n")
    file.chmod(0o640)
    with pytest.raises(UpdateSettingsError, match="0640") as found:
        config_with(make_config, **geo)
    assert KEY not in str(found.value)
    file.chmod(0o600)
    task = config_with(make_config, **geo)
    assert task.credentials.key == KEY
    assert KEY not in repr(task)
    file.write_text("two words\n")
    with pytest.raises(UpdateSettingsError, match="one word"):
        config_with(make_config, **geo)


def test_maxmind_without_an_account_is_an_error(make_config):
    geo = {"databases": ["/x/city.mmdb"], "update": {"source": "maxmind"}}
    with pytest.raises(UpdateSettingsError, match="licence_key_file"):
        config_with(make_config, **geo)
    with pytest.raises(UpdateSettingsError, match="account_id"):
        config_with(make_config, {"GEOIPUPDATE_LICENSE_KEY": KEY}, **geo)
    # Who takes a file, or goes back in an emergency, needs none.
    config = load_config(make_config(geo=geo), {})
    assert task_of(config, {}, fetches=False).credentials is None


@pytest.mark.parametrize(
    "section",
    [
        {"url": "http://mirror.example"},
        {"url": "https://u:p@mirror.example"},
        {"url": "https://mirror.example/?key=x"},
        {"url": "ftp://mirror.example"},
        {"edition": "../x"},
        {"account_id": "12:34"},
        {"canaries": {"nowhere": "US"}},
        {"canaries": {"8.8.8.8": "USA"}},
        {"keep": 0},
        {"source": "elsewhere"},
        {"licence_key": "x"},
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(make_config, section):
    with pytest.raises(FindingsError):
        load_config(make_config(geo={"update": section}), {})


# The command


@pytest.fixture(name="command")
def _command(make_config, served, server):
    section = {"source": "dbip", "url": server.url, "max_age_days": 3650}
    path = make_config(geo={"databases": [str(served)], "update": section})
    today = time.strftime("%Y-%m", time.gmtime())

    def run_it(*arguments, content=None):
        if content is not None:
            server.db_ip(content, today)
        words = ["geo", "update", "--config", str(path), *arguments]
        return CliRunner().invoke(main, words)

    run_it.config = path
    return run_it


def now_built(**changes):
    """Return a database that was built yesterday, by the clock of the machine."""
    return world(built=int(time.time()) - DAY, **changes)


def test_the_command_says_what_it_did(command, served):
    new = now_built()
    told = command(content=new)
    assert (told.exit_code, served.read_bytes()) == (0, new), told.output
    assert "A newer database is in place" in told.output
    assert "DB-IP" in told.output
    told = command(content=new)
    assert (told.exit_code, "the newest there is" in told.output) == (0, True)
    told = command("--rollback", "--json")
    assert json.loads(told.output)["outcome"] == "taken back"
    assert served.read_bytes() != new


def test_a_refusal_ends_with_1_and_a_failure_with_3(command, server):
    told = command(content=now_built(kind="GeoLite2-ASN"))
    assert (told.exit_code, "error E223" in told.stderr) == (1, True)
    assert "FAILED" in told.stdout
    assert "hint: " in told.stderr
    server.answers.clear()
    told = command()
    assert (told.exit_code, "error E217" in told.stderr) == (3, True)


def test_json_has_the_checks_and_the_error(command, server):
    told = command("--json", content=now_built(kind="GeoLite2-ASN"))
    said = json.loads(told.stdout)
    assert (told.exit_code, said["outcome"], said["error"]["code"]) == (
        1,
        "refused",
        "E223",
    )
    assert [c["name"] for c in said["checks"] if c["code"]] == ["type"]
    server.answers.clear()
    told = command("--json")
    assert json.loads(told.stdout)["error"]["code"] == "E217"
    assert told.exit_code == 3


def test_check_only_and_from_go_together_and_rollback_with_neither(command, tmp_path):
    file = tmp_path / "file.mmdb"
    file.write_bytes(now_built())
    told = command("--check-only", "--from", str(file), "--json")
    assert json.loads(told.stdout)["outcome"] == "would be new"
    assert command("--rollback", "--check-only").exit_code == 2


def test_every_error_of_an_update_has_a_code_of_its_own():
    found, waiting = [], [UpdateError]
    while waiting:
        kind = waiting.pop()
        found.append(kind.code)
        waiting += kind.__subclasses__()
    assert len(found) == len(set(found))
    assert all("E213" <= code <= "E229" for code in found)


# A running gate


def status_of(port, address):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"X-Forwarded-For": address, "Accept": "text/html"}
        connection.request("GET", "/", headers=headers)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def until(holds, seconds=40):
    ends = time.monotonic() + seconds
    while not holds() and time.monotonic() < ends:
        time.sleep(0.1)
    return holds()


def test_a_running_gate_takes_the_new_file_by_itself(command, served, tmp_path):
    """And the one before, when it is taken back."""
    served.write_bytes(now_built())
    port, berlin = free_port(), "160.45.170.10"
    environ = {
        **os.environ,
        "GATE_VISITOR__TRUSTED_PROXIES": "127.0.0.1/32",
        "GATE_VISITOR__HEADER": "X-Forwarded-For",
        "GATE_STATE": str(tmp_path / "state"),
        "GATE_SERVER__WORKERS": "1",
    }
    line = ["-m", "gate", "serve", "--demo", "--config", str(command.config)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *line, "--listen", f"127.0.0.1:{port}"],
            env=environ,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        assert until(lambda: status_of(port, berlin) == 200)
        # The network moves, as networks do: one known address may.
        moved = [n for n in updates.WORLD["DE"] if n != "160.45.0.0/16"]
        russia = [*updates.WORLD["RU"], "160.45.0.0/16"]
        told = command(content=world(built=int(time.time()), DE=moved, RU=russia))
        assert told.exit_code == 0, told.output
        assert until(lambda: status_of(port, berlin) == 403)
        assert command("--rollback").exit_code == 0
        assert until(lambda: status_of(port, berlin) == 200)
    finally:
        process.terminate()
        process.wait(40)


# Real databases


def test_a_real_database_passes_every_check_and_a_cut_one_none(
    databases, task, served, tmp_path
):
    real = databases("GeoLite2-City.mmdb")
    task = replace(task, edition="GeoLite2-City", canaries=CANARIES)
    served.unlink()
    built = 1_789_706_978  # 2026-09-18
    large = Limits()
    report = run(task, file=real, now=built + 5 * DAY, limits=large)
    assert (report.outcome, report.error) == ("new", None)
    assert report.after.v4.countries["RU"] > 45_000_000
    cut = tmp_path / "cut.mmdb"
    cut.write_bytes(real.read_bytes()[:-100_000])
    report = run(task, file=cut, now=built + 5 * DAY, limits=large)
    assert isinstance(report.error, UpdateDamagedError)
    assert served.stat().st_size == real.stat().st_size
