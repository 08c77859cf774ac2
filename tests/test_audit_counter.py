"""Counting into tables: nothing lost, nothing twice, whatever ends a process."""

from __future__ import annotations

import errno
import gc
import mmap
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from audit_cells import DAY, NOON, VERSIONS, cell, reads, summed

from gate.audit import MemoryCounter, Outcome, table
from gate.audit.counter import TableCounter
from gate.audit.desk import AGAIN, GRACE
from gate.audit.table import Table
from gate.audit.tables import closed_tables
from gate.errors import CountingError, UncountableError
from gate.model import Membership

TODAY, TOMORROW, YESTERDAY = "2026-11-22", "2026-11-23", "2026-11-21"


class Time:
    """A clock, and seconds that pass, both in the hands of a test."""

    def __init__(self, monkeypatch):
        self.now, self._gone = float(NOON), 1_000.0
        monkeypatch.setattr("gate.audit.desk.time.monotonic", lambda: self._gone)

    def __call__(self):
        return self.now

    def passes(self, seconds):
        self.now += seconds
        self._gone += seconds

    def is_set(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    return Time(monkeypatch)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "audit" / "tables"


@pytest.fixture
def counter(folder, clock, monkeypatch):
    monkeypatch.setattr("gate.audit.counter.BEAT", 3600.0)  # tests turn by hand
    return TableCounter(folder, site="news.example.org", clock=clock)


class Disk:
    """The system's calls, some of which fail."""

    def __init__(self):
        self._patch = pytest.MonkeyPatch()

    def fails(self, name, number):
        def fail(*_, **__):
            raise OSError(number, os.strerror(number))

        self._patch.setattr(os, name, fail)

    def is_mended(self):
        self._patch.undo()


@pytest.fixture
def disk():
    disk = Disk()
    yield disk
    disk.is_mended()


def tables_in(folder):
    return sorted(folder.glob("*.table"))


class TestCounting:
    """What a counter does on a good day."""

    def test_counts_are_in_memory_and_after_the_end_on_disk(self, counter, folder):
        for _ in range(3):
            counter.slot(cell())()
        counter.slot(cell(place="UA-43"))()
        expected = {cell(): 3, cell(place="UA-43"): 1}
        assert counter.counts() == expected
        assert reads(folder) == []
        counter.close()
        assert summed(folder) == expected
        assert counter.counts() == expected

    def test_nothing_is_written_before_there_is_something_to_count(
        self, counter, folder
    ):
        counter.slot(cell())
        assert not folder.exists()
        assert counter.counts() == {}

    def test_a_server_has_its_table_before_the_first_reader_comes(
        self, counter, folder
    ):
        counter.open()
        (path,) = tables_in(folder)
        counter.slot(cell())()
        assert tables_in(folder) == [path]

    def test_a_count_after_the_end_is_counted(self, counter, folder):
        add = counter.slot(cell())
        add()
        counter.close()
        add()
        counter.close()
        assert summed(folder) == {cell(): 2}
        assert counter.counts() == {cell(): 2}

    def test_threads_lose_nothing(self, counter):
        def work():
            for _ in range(5_000):
                counter.slot(cell())()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert counter.counts() == {cell(): 40_000}

    def test_a_counter_nobody_needs_any_more_closes_its_table(self, folder):
        counter = TableCounter(folder)
        counter.slot(cell())()
        del counter
        gc.collect()
        assert summed(folder) == {cell(): 1}

    def test_two_counters_in_one_process_have_two_tables(self, counter, folder):
        other = TableCounter(folder)
        for one in (counter, other):
            one.slot(cell())()
        assert len(tables_in(folder)) == 2
        assert list(closed_tables(folder)) == []
        counter.close()
        other.close()
        assert summed(folder) == {cell(): 2}

    def test_counts_beyond_the_last_two_days_are_forgotten_in_memory(
        self, counter, clock
    ):
        for number in range(5):
            counter.slot(cell(period=f"2026-11-2{2 + number}"))()
            clock.passes(DAY)
            counter.desk.turn()
            clock.passes(GRACE)
            counter.desk.turn()
        assert {one.period for one in counter.counts()} == {"2026-11-25", "2026-11-26"}


class TestVocabulary:
    """What may not be written down."""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("period", "2026-11-22T10:00"),
            ("hour", "10:31"),
            ("site", "news.example/a"),
            ("place", "192.0.2.1"),
            ("place", "2001:db8::1"),
            ("place", "p" * 65),
            ("place", "Moscow, Tverskaya 1"),
            ("areas", ("russia",)),
            ("areas", "russia:yes"),
            ("areas", ["russia:yes"]),
            ("membership", "yes"),
            ("membership", 2),
            ("door", "Mozilla/5.0"),
            ("activity", "read"),
            ("section", "/a/article"),
            ("section", "s" * 65),
            ("action", Membership.YES),
            ("outcome", "covered"),
            ("reason", "client:192.0.2.1"),
            ("reason", "kind:2001"),
            ("reason", "c0000201"),
            ("rules", ("x.y",)),
            ("rules", (None,)),
            ("shadow", 1),
            ("shadow_rules", ("a b",)),
            ("versions", tuple(VERSIONS)),
        ],
    )
    def test_what_has_no_place_is_refused_by_the_name_of_its_field(
        self, counter, folder, field, value
    ):
        with pytest.raises(UncountableError) as caught:
            counter.slot(cell(**{field: value}))
        assert caught.value.field == field
        assert isinstance(caught.value, CountingError)
        assert field in str(caught.value)
        for text in (str(caught.value), caught.value.hint):
            assert str(value) not in text
        assert not folder.exists()

    @pytest.mark.parametrize("field", VERSIONS._fields)
    def test_versions_hold_digests_only(self, counter, field):
        versions = VERSIONS._replace(**{field: "/rules"})
        with pytest.raises(UncountableError) as caught:
            counter.slot(cell(versions=versions))
        assert caught.value.field == field

    @pytest.mark.parametrize(
        "changes",
        [
            {"place": "not_in_database"},
            {"place": ""},
            {"place": "other"},
            {"hour": "23"},
            {"reason": "kind:asset"},
            {"reason": "mode:observe"},
            {"reason": "unknown:bad_address,unknown:database_unusable"},
            {"reason": "E421", "rules": (), "section": ""},
            {"rules": ("default",)},
            {"rules": ("safety-pages", "unknown:private_address")},
            {"site": "--1"},
            {"versions": VERSIONS._replace(database="", notices="")},
        ],
        ids=str,
    )
    def test_what_decisions_really_hold_is_counted(self, counter, folder, changes):
        counter.slot(cell(**changes))()
        counter.close()
        assert summed(folder) == {cell(**changes): 1}


class TestDays:
    """When a new table begins."""

    def test_a_day_that_is_over_closes_its_table_after_a_grace(
        self, counter, folder, clock
    ):
        add = counter.slot(cell())
        add()
        clock.passes(DAY)
        counter.slot(cell(period=TOMORROW))()
        counter.desk.turn()
        add()  # by a thread that began yesterday
        assert reads(folder) == []
        clock.passes(GRACE)
        counter.desk.turn()
        (read,) = reads(folder)
        assert (read.day, read.cells) == (TODAY, {cell(): 2})

    def test_what_comes_after_the_grace_counts_in_the_table_of_the_new_day(
        self, counter, folder, clock
    ):
        add = counter.slot(cell())
        add()
        clock.passes(DAY)
        counter.desk.turn()
        clock.passes(GRACE)
        counter.desk.turn()
        add()
        counter.close()
        assert {read.day: read.cells for read in reads(folder)} == {
            TODAY: {cell(): 1},
            TOMORROW: {cell(): 1},
        }

    def test_the_table_of_a_day_begins_at_midnight_whether_or_not_anybody_comes(
        self, counter, folder, clock
    ):
        counter.slot(cell())()
        clock.passes(DAY)
        counter.desk.turn()
        assert len(tables_in(folder)) == 2
        clock.passes(DAY)
        for _ in range(2):
            counter.desk.turn()
            clock.passes(GRACE)
        assert len(tables_in(folder)) == 2  # the empty one went away

    def test_a_clock_set_back_over_midnight_stays_on_its_day(
        self, counter, folder, clock
    ):
        clock.passes(DAY)
        counter.slot(cell(period=TOMORROW))()
        clock.is_set(-DAY)
        counter.slot(cell())()
        counter.desk.turn()
        assert len(tables_in(folder)) == 1
        counter.close()
        (read,) = reads(folder)
        assert (read.day, sum(read.cells.values())) == (TOMORROW, 2)

    def test_a_clock_that_was_far_ahead_is_believed_when_it_comes_back(
        self, counter, folder, clock
    ):
        clock.is_set(400 * DAY)
        counter.slot(cell(period="2027-12-27"))()
        clock.is_set(-400 * DAY)
        counter.slot(cell())()
        counter.close()
        assert {read.day: read.cells for read in reads(folder)} == {
            "2027-12-27": {cell(period="2027-12-27"): 1},
            TODAY: {cell(): 1},
        }


class TestTrouble:
    """What a disk can do."""

    @pytest.mark.parametrize(
        ("failure", "reason"),
        [
            (("posix_fallocate", errno.ENOSPC), "disk_full"),
            (("posix_fallocate", errno.EIO), "io_error"),
            (("open", errno.EROFS), "not_permitted"),
            (("open", errno.EMFILE), "too_many_files"),
            (("open", errno.ENXIO), "system_error"),
        ],
    )
    def test_what_could_not_be_counted_becomes_a_gap_with_its_reason(
        self, counter, clock, disk, failure, reason
    ):
        add = counter.slot(cell())
        disk.fails(*failure)
        for _ in range(3):
            with pytest.raises(CountingError, match=reason.replace("_", " ")) as caught:
                add()
        assert caught.value.code == "E508"
        assert counter.trouble == reason
        disk.is_mended()
        clock.passes(AGAIN)
        add()
        assert counter.trouble == ""
        counted = counter.counts()
        assert counted.pop(cell()) == 1
        ((gap, count),) = counted.items()
        assert (gap.outcome, gap.reason, count) == (Outcome.GAP, reason, 3)

    def test_it_is_tried_again_each_second_at_most(self, counter, clock, monkeypatch):
        tried = []

        def fail(*_):
            tried.append(1)
            raise OSError(errno.ENOSPC, "full")

        monkeypatch.setattr(os, "posix_fallocate", fail)
        for _ in range(100):
            with pytest.raises(CountingError):
                counter.slot(cell())()
        assert len(tried) == 1
        clock.passes(AGAIN)
        with pytest.raises(CountingError):
            counter.slot(cell())()
        assert len(tried) == 2

    def test_gaps_are_written_without_another_request(self, counter, clock, disk):
        disk.fails("posix_fallocate", errno.ENOSPC)
        with pytest.raises(CountingError):
            counter.slot(cell())()
        disk.is_mended()
        clock.passes(AGAIN)
        counter.desk.turn()
        ((gap, count),) = counter.counts().items()
        assert (gap.outcome, count) == (Outcome.GAP, 1)

    def test_gaps_are_written_at_the_end_if_that_is_possible(
        self, counter, folder, disk
    ):
        disk.fails("posix_fallocate", errno.ENOSPC)
        with pytest.raises(CountingError):
            counter.slot(cell())()
        assert list(folder.iterdir()) == []  # nothing half made is left behind
        disk.is_mended()
        counter.close()
        assert [one.reason for one in summed(folder)] == ["disk_full"]

    def test_a_folder_that_is_not_there_is_a_gap(self, tmp_path):
        counter = TableCounter(tmp_path / "gone" / "audit" / "tables")
        with pytest.raises(CountingError, match="folder missing"):
            counter.slot(cell())()
        assert counter.trouble == "folder_missing"

    def test_a_folder_that_others_may_write_to_is_not_used(self, tmp_path):
        (tmp_path / "audit").mkdir()
        (tmp_path / "audit").chmod(0o777)
        counter = TableCounter(tmp_path / "audit" / "tables")
        with pytest.raises(CountingError, match="not permitted"):
            counter.slot(cell())()

    def test_a_day_without_room_for_a_table_is_counted_in_the_last_one(
        self, counter, folder, clock, disk
    ):
        counter.slot(cell())()
        disk.fails("posix_fallocate", errno.ENOSPC)
        clock.passes(DAY)
        counter.slot(cell(period=TOMORROW))()
        counter.desk.turn()
        clock.passes(GRACE)
        counter.desk.turn()
        assert counter.trouble == "disk_full"
        counter.close()
        (read,) = reads(folder)
        assert read.cells == {cell(): 1, cell(period=TOMORROW): 1}

    def test_a_table_that_the_disk_does_not_take_is_left_and_nothing_counts_twice(
        self, counter, folder, disk, caplog
    ):
        add = counter.slot(cell())
        for _ in range(5):
            add()
        disk.fails("fdatasync", errno.EIO)
        counter.desk.turn()
        assert "E508" in caplog.records[0].code
        for _ in range(2):
            add()
        disk.is_mended()
        counter.desk.turn()
        add()
        assert counter.counts() == {cell(): 8}
        assert counter.trouble == ""
        counter.close()
        assert sorted(sum(read.cells.values()) for read in reads(folder)) == [3, 5]

    def test_a_disk_that_never_takes_anything_gets_no_table_each_second(
        self, counter, folder, clock, disk
    ):
        disk.fails("fdatasync", errno.EIO)
        for _ in range(20):
            counter.slot(cell())()
            counter.desk.turn()
            clock.passes(1.0)
        assert len(tables_in(folder)) == 2
        assert counter.trouble == "io_error"
        assert counter.counts() == {cell(): 20}

    def test_trouble_is_told_once_and_so_is_its_end(self, counter, clock, disk, caplog):
        caplog.set_level("INFO", "gate")
        disk.fails("posix_fallocate", errno.ENOSPC)
        for _ in range(5):
            clock.passes(AGAIN)
            with pytest.raises(CountingError):
                counter.slot(cell())()
        disk.is_mended()
        clock.passes(AGAIN)
        counter.slot(cell())()
        assert [record.code for record in caplog.records] == ["E508", "counting"]


class TestDisk:
    """What the file of a table tells to whoever takes the disk."""

    def test_only_what_changed_is_synced(self, counter, monkeypatch):
        synced = []
        sync = os.fdatasync
        monkeypatch.setattr(
            os, "fdatasync", lambda handle: synced.append(1) or sync(handle)
        )
        add = counter.slot(cell())
        for _ in range(3):
            add()
            counter.desk.turn()
            counter.desk.turn()
        assert len(synced) == 3

    def test_file_times_are_the_same_whenever_somebody_came(self, counter, folder):
        counter.open()
        (path,) = tables_in(folder)
        for _ in range(3):
            counter.slot(cell())()
            time.sleep(0.01)
            counter.desk.turn()
            assert path.stat().st_mtime == NOON - NOON % DAY
            assert path.stat().st_atime == NOON - NOON % DAY

    def test_the_time_of_a_killed_process_is_taken_away_by_the_next_one(
        self, counter, folder
    ):
        counter.open()
        left = folder / f"{'0' * 32}.table"
        left.write_bytes(b"x")
        os.utime(left, (NOON + 12_345, NOON + 12_345))
        TableCounter(folder).open()
        assert left.stat().st_mtime == NOON - NOON % DAY

    def test_the_places_of_slots_tell_nothing_of_the_order(self, folder, monkeypatch):
        monkeypatch.setattr(table, "SLOTS", 4096)
        folder.mkdir(parents=True)
        made = Table.create(folder, day=TODAY, site="")
        places = [made.place(cell(section=f"s{n}")) for n in range(2_000)]
        assert abs(_rank_correlation(places)) < 0.12  # 5 standard deviations
        made.close()


def _rank_correlation(values):
    """Return Spearman's correlation of values with their order; no two are equal."""
    n = len(values)
    ranks = {value: rank for rank, value in enumerate(sorted(values))}
    squares = sum((order - ranks[value]) ** 2 for order, value in enumerate(values))
    return 1 - 6 * squares / (n * (n * n - 1))


KILLED = """
import itertools, mmap, struct, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from audit_cells import cell
from gate.audit.counter import TableCounter
file = open(sys.argv[2], "r+b")
done = memoryview(mmap.mmap(file.fileno(), 16)).cast("Q")
counter = TableCounter(Path(sys.argv[1]), site="news.example.org")
cells = [cell(section=f"s{n}") for n in range(3000)]
for number in itertools.count():
    # One in a hundred is new at first, so that also making cells is interrupted.
    add = counter.slot(cells[number // 100 % 3000])
    add()
    done[0] += 1
"""


def test_whatever_moment_a_process_is_killed_at_every_count_made_is_there(
    folder, tmp_path
):
    here, draw, finished, found = Path(__file__).parent, random.Random(4), 0, 0  # noqa: S311 - moments
    rounds = 0
    while finished < 300_000 or rounds < 6:
        tally = tmp_path / f"tally{rounds}"
        tally.write_bytes(bytes(16))
        command = [sys.executable, "-c", KILLED, folder, tally, here]
        before = {read.id for read in reads(folder)} if folder.exists() else set()
        folder.parent.mkdir(exist_ok=True)
        with subprocess.Popen(command) as process, tally.open("r+b") as file:
            seen = mmap.mmap(file.fileno(), 16)
            while not any(seen[:8]) and process.poll() is None:
                time.sleep(0.005)
            time.sleep(draw.uniform(0.0, 0.2))
            process.kill()
        made = int.from_bytes(seen[:8], sys.byteorder)
        seen.close()
        (read,) = [read for read in reads(folder) if read.id not in before]
        there = sum(read.cells.values())
        assert (read.unreadable, read.damage) == (0, None)
        assert made <= there <= made + 1  # one may have been between count and tally
        finished, found, rounds = finished + made, found + there, rounds + 1
    assert finished >= 300_000


FORKED = """
import os, sys, threading
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from audit_cells import cell
from gate.audit.counter import TableCounter
counter = TableCounter(Path(sys.argv[1]), site="news.example.org")
add = counter.slot(cell())
for _ in range(7):
    add()
stop = threading.Event()
def work():
    while not stop.is_set():
        busy()
busy = counter.slot(cell(place="other"))
thread = threading.Thread(target=work, daemon=True)
thread.start()
children = []
for number in range(20):
    pid = os.fork()
    if not pid:
        for _ in range(3):
            add()
        assert counter.counts() == {cell(): 3}, counter.counts()
        if number % 2:
            os.kill(os.getpid(), 9)
        sys.exit(0)
    children.append(pid)
stop.set()
thread.join()
ends = [os.waitpid(pid, 0)[1] for pid in children]
assert set(ends) == {0, 9}, ends
add()
"""


def test_after_a_fork_each_process_counts_its_own(folder):
    folder.parent.mkdir()
    command = [sys.executable, "-W", "ignore", "-c", FORKED, folder]
    subprocess.run([*command, Path(__file__).parent], check=True, timeout=60)
    found = [read.cells for read in reads(folder)]
    own = sorted(cells[cell()] for cells in found)
    assert own == [3] * 20 + [8]
    assert sum(cell(place="other") in cells for cells in found) == 1


ENDED = """
import sys, threading
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from audit_cells import cell
from gate.audit.counter import TableCounter
counter = TableCounter(Path(sys.argv[1]), site="news.example.org")
counter.slot(cell())()
assert any(t.name == "gate-counting" and t.daemon for t in threading.enumerate())
"""


def test_no_thread_keeps_a_process_from_ending_and_its_end_is_clean(folder):
    folder.parent.mkdir()
    command = [sys.executable, "-c", ENDED, folder, Path(__file__).parent]
    subprocess.run(command, check=True, timeout=20)
    (read,) = reads(folder)
    assert read.path.stat().st_mtime % DAY == 0


def test_the_thread_syncs_and_ends_with_its_counter(folder, monkeypatch):
    monkeypatch.setattr("gate.audit.counter.BEAT", 0.01)
    synced = threading.Event()
    sync = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda fd: (sync(fd), synced.set()))
    others = {*threading.enumerate()}
    counter = TableCounter(folder)
    counter.slot(cell())()
    assert synced.wait(5)
    new = {*threading.enumerate()} - others
    threads = [thread for thread in new if thread.name == "gate-counting"]
    assert threads
    counter.close()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


def test_a_bad_turn_of_the_thread_is_told_and_not_its_last(folder, monkeypatch, caplog):
    monkeypatch.setattr("gate.audit.counter.BEAT", 0.01)
    turned, enough = [], threading.Event()

    def turn():
        turned.append(1)
        if len(turned) == 3:
            enough.set()
        raise ValueError("192.0.2.1")

    counter = TableCounter(folder)
    monkeypatch.setattr(counter.desk, "turn", turn)
    counter.slot(cell())()
    assert enough.wait(5)
    counter.close()
    assert "ValueError" in caplog.text
    assert "192.0.2.1" not in caplog.text


def test_counters_in_memory_have_no_trouble():
    counter = MemoryCounter()
    counter.open()
    assert (counter.trouble, counter.counts()) == ("", {})
