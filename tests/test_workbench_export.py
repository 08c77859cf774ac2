"""Tables for the edge: who is free and until when, errors, keeping them up to date."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.cli import main
from gate.engine.snapshot import load_snapshot
from gate.errors import DatabaseError, NothingFreeError, ReloadCommandError
from gate.model import LocationClass, Membership
from gate.places.columns import Columns, Table
from gate.places.index import Index
from gate.rules import load_book
from gate.workbench.export import KINDS, EdgeTable, Order, Watch
from gate.workbench.export.digits import below
from gate.workbench.export.networks import networks
from gate.workbench.export.preamble import preamble
from gate.workbench.export.table import DAY, LONGEST

ROOT = Path(__file__).parent.parent
GATE = str(Path(sys.executable).with_name("gate"))
PROMISE = r"^  - id: nobody-outside-meets-anything\n.*?\n(?=\n|  - id:|\w)"
WAIT = 30  # seconds
NOON = 1_795_262_400  # 2026-11-21T12:00:00Z
EXTRA = "extra.yaml"


def rule(action="banner", **more):
    """A file with one rule that asks for no area."""
    written = {
        "id": "for-everybody",
        "title": "For everybody",
        "because": "A test.",
        "when": {"activities": ["read"], "paths": ["/trial/**"]},
        "then": action,
        "notice": "undesirable-organization",
        **more,
    }
    return {"format": "rules/1", "owner": "legal@example.org", "rules": [written]}


@pytest.fixture
def home(tmp_path, make_config):
    """A folder with a configuration and a copy of the shipped rule book."""
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    # A promise of the shipped book forbids what these tests are about.
    path = rules / "undesirable-organization.yaml"
    text = path.read_text("utf-8")
    kept = re.sub(PROMISE, "", text, flags=re.DOTALL | re.MULTILINE)
    assert kept != text
    path.write_text(kept, "utf-8")
    make_config(rules={"folder": str(rules)})
    return tmp_path


@pytest.fixture
def add(home):
    """Add a file to the rule book, whole at once."""

    def write(content):
        path = home / "rules" / f".{EXTRA}"
        path.write_text(yaml.safe_dump(content), "utf-8")
        path.replace(home / "rules" / EXTRA)

    return write


@pytest.fixture
def snapshot(home):
    return load_snapshot(home / "config.yaml")


@pytest.fixture
def with_rule(home, add, snapshot):
    """The snapshot with one more file in its book, which need not be proved."""

    def make(content):
        add(content)
        book, findings = load_book(home / "rules")
        assert book, findings
        return replace(snapshot, book=book)

    return make


def export(home, *arguments):
    command = ["export", *arguments, f"--config={home / 'config.yaml'}"]
    return CliRunner().invoke(main, list(map(str, command)))


def is_free(table, version, number):
    return any(first <= number <= last for first, last in table.free[version])


def spans(table):
    return sum(map(len, table.free.values()))


class TestEnd:
    """A table ends with whatever can change first."""

    def test_after_seven_days_from_the_beginning_of_the_day(self, snapshot):
        ends = {
            EdgeTable.of(snapshot, second).valid_until
            for second in (NOON, NOON + 1, NOON + DAY // 2 - 1)
        }
        assert ends == {NOON - DAY // 2 + LONGEST}

    @pytest.mark.parametrize("when", ["from", "until"])
    def test_when_a_rule_begins_or_ends(self, with_rule, when):
        other = {"from": "2026-11-01T00:00:00Z"} if when == "until" else {}
        span = {when: "2026-11-23T10:00:00Z", **other}
        snapshot = with_rule(rule(mode="shadow", effective=span))
        end = EdgeTable.of(snapshot, NOON).valid_until
        assert end == NOON + 2 * DAY - 7200
        assert EdgeTable.of(snapshot, end).valid_until > end

    def test_when_the_database_is_too_old(self, snapshot):
        days = snapshot.book.unknown.max_age_days
        old_from = snapshot.index.database.build_epoch + days * DAY
        assert EdgeTable.of(snapshot, old_from - 60).valid_until == old_from


class TestFree:
    """Free is who meets nothing, wherever on the site."""

    def test_of_the_shipped_book_more_than_nine_in_ten_addresses_in_use(self, snapshot):
        table = EdgeTable.of(snapshot, NOON)
        table.check_use()
        free = sum(last - first + 1 for first, last in table.free[4])
        known = [p is not None for p in table.places]
        ranges = list(table.ranges[4])
        ends = [*(start for start, _ in ranges[1:]), 1 << 32]
        used = sum(
            end - start
            for (start, id_), end in zip(ranges, ends, strict=True)
            if known[id_]
        )
        assert 0.9 < free / used < 1

    def test_nobody_where_one_path_has_a_rule_for_everybody(self, with_rule):
        table = EdgeTable.of(with_rule(rule()), NOON)
        assert spans(table) == 0
        with pytest.raises(NothingFreeError, match="at least one path"):
            table.check_use()

    def test_there_is_none_where_an_edge_is_heard(self, home, make_config):
        make_config(
            rules={"folder": str(home / "rules")},
            geo={"edge": {"vendor": "cloudflare"}},
            visitor={"trusted_proxies": ["127.0.0.1"], "header": "X-Forwarded-For"},
        )
        told = export(home, "csv", "--to", home / "table.csv")
        assert told.exit_code == 1
        assert "E534" in told.output
        assert not (home / "table.csv").exists()

    @pytest.mark.parametrize("activity", ["share", "contact", "donate"])
    def test_nobody_where_one_activity_has_a_rule_for_everybody(
        self, with_rule, activity
    ):
        snapshot = with_rule(rule(when={"activities": [activity]}))
        assert spans(EdgeTable.of(snapshot, NOON)) == 0

    def test_everybody_as_before_where_the_rule_is_only_a_trial(
        self, snapshot, with_rule
    ):
        before = EdgeTable.of(snapshot, NOON)
        after = EdgeTable.of(with_rule(rule(mode="shadow")), NOON)
        assert after.free == before.free

    def test_as_before_as_long_as_the_rule_for_everybody_is_relaxed(self, with_rule):
        exempt = {
            "id": "not-yet",
            "relaxes": ["for-everybody"],
            "to": "pass",
            "when": {"activities": ["read"], "paths": ["/**"]},
            "because": "A test.",
            "approved_by": "legal@example.org",
            "effective": {
                "from": "2026-01-01T00:00:00Z",
                "until": "2026-11-22T00:00:00Z",
            },
        }
        snapshot = with_rule({**rule(), "exemptions": [exempt]})
        table = EdgeTable.of(snapshot, NOON)
        assert spans(table) > 0
        assert table.valid_until == NOON + DAY // 2
        assert spans(EdgeTable.of(snapshot, table.valid_until)) == 0

    def test_nobody_once_the_database_is_too_old(self, snapshot):
        days = snapshot.book.unknown.max_age_days
        old_from = snapshot.index.database.build_epoch + days * DAY
        assert spans(EdgeTable.of(snapshot, old_from - 60)) > 0
        assert spans(EdgeTable.of(snapshot, old_from)) == 0

    @pytest.mark.parametrize(
        ("network", "number"),
        [
            pytest.param("8.8.8.0/24", 0x08080800, id="within a range"),
            pytest.param("8.0.0.0/7", 8 << 24, id="over many ranges"),
            pytest.param("255.255.255.0/24", 0xFFFFFF00, id="at the end of all"),
            pytest.param("2a00:1450::/32", 0x2A001450 << 96, id="IPv6"),
        ],
    )
    def test_nobody_is_free_at_the_address_of_our_own_proxies(
        self, snapshot, network, number
    ):
        own = ipaddress.ip_network(network)
        before = EdgeTable.of(snapshot, NOON)
        visitor = snapshot.config.visitor.model_copy(
            update={"trusted_proxies": ("unix", network)}
        )
        config = replace(snapshot.config, visitor=visitor)
        after = EdgeTable.of(replace(snapshot, config=config), NOON)
        for probe in (number, number + 200, number + own.num_addresses - 1):
            assert not is_free(after, own.version, probe)
        for probe in (number - 1, number + own.num_addresses):
            assert is_free(after, own.version, probe) == is_free(
                before, own.version, probe
            )

    def test_nobody_is_free_whose_network_an_area_has_listed_at_any_time(
        self, snapshot
    ):
        """Its class has forgotten whether a database knows the place."""
        index, found = snapshot.index, list(snapshot.index.classes)
        no, yes = Membership.NO, Membership.YES
        listed = LocationClass(
            label="other",
            memberships=(no, yes, no),  # of 2014, not of 2022
            evidence=((), ("network:8.8.8.0/24",), ()),
        )
        only = Columns.of(
            v4=Table(starts=[0], classes=[len(found)]),
            v6=Table(starts=[0], classes=[0]),
        )
        for place, free in ((listed, 0), (replace(listed, evidence=((), (), ())), 1)):
            small = Index(
                columns=only, classes=[*found, place], databases=index.databases
            )
            table = EdgeTable.of(replace(snapshot, index=small), NOON)
            assert len(table.free[4]) == free

    def test_no_table_comes_from_an_index_of_another_database(self, snapshot):
        lame = replace(snapshot, trouble=(DatabaseError("It is gone."),))
        with pytest.raises(DatabaseError):
            EdgeTable.of(lame, NOON)


class TestFile:
    """What every file says, and how it is written."""

    def test_the_same_inputs_and_day_give_the_same_bytes(self, home):
        """In two processes that order their sets differently."""
        script = (
            "from click.testing import CliRunner; from gate.cli import main\n"
            f"for kind in {[*KINDS]}: CliRunner().invoke(main, ['export', kind, "
            f"'--at=2026-11-20', '--config={home}', '--to=' + FOLDER])"
        )
        runs = []
        for seed in ("1", "2"):
            folder = home / seed
            folder.mkdir()
            subprocess.run(
                [sys.executable, "-c", script.replace("FOLDER", repr(str(folder)))],
                check=True,
                env={**os.environ, "PYTHONHASHSEED": seed},
            )
            runs.append({p.name: p.read_bytes() for p in folder.iterdir()})
        assert runs[0] == runs[1]
        assert len(runs[0]) == len(KINDS)

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_head_names_what_it_rests_on(self, home, snapshot, kind):
        export(home, kind, "--to", home, "--at", "2026-11-20")
        content = (home / KINDS[kind].file).read_bytes()
        versions = snapshot.versions
        for digest in (
            versions.book,
            versions.areas,
            versions.database,
            versions.config,
        ):
            assert content.count(digest.encode()) == 1
        assert b"2026-11-27T00:00:00Z" in content
        assert b"do not edit" in content
        assert b"DB-IP" in content

    @pytest.mark.parametrize(
        ("cache", "word"), [("private", "private-html"), ("edge", "open")]
    )
    @pytest.mark.parametrize("kind", ["nginx", "haproxy", "varnish"])
    def test_the_head_says_what_holds_for_copies(self, snapshot, kind, cache, word):
        site = snapshot.config.site.model_copy(update={"cache": cache})
        config = replace(snapshot.config, site=site)
        table = EdgeTable.of(replace(snapshot, config=config), NOON)
        head = [x for x in KINDS[kind].render(table).decode().split("\n") if "#" in x]
        (line,) = [x for x in head if "gate_cache" in x or "X-Gate-Cache" in x]
        assert re.search(rf"\b{word}\b", line)

    def test_no_text_of_a_database_ends_a_comment(self, snapshot):
        table = replace(
            EdgeTable.of(snapshot, NOON), attribution="DB\n}\r\x0b\u2028 return 200;"
        )
        lines = preamble(table, "nginx")
        assert lines[-1] == "source       DB } ? return 200;"
        assert not [line for line in lines if len(line.splitlines()) > 1]

    def test_others_may_read_it(self, home):
        export(home, "csv", "--to", home / "table")
        assert (home / "table").stat().st_mode & 0o777 == 0o644

    def test_without_a_file_it_is_printed(self, home):
        told = export(home, "nginx", "--at", "2026-10-20")
        assert told.stdout.startswith("# Generated by gate export nginx")
        assert "which is past" in told.stderr

    @given(
        st.integers(0, (1 << 32) - 1).flatmap(
            lambda a: st.tuples(st.just(a), st.integers(a, (1 << 32) - 1))
        )
    )
    @settings(max_examples=50)
    def test_networks_cover_a_range_of_ipv4_exactly(self, span):
        first, last = map(ipaddress.IPv4Address, span)
        expected = [str(n) for n in ipaddress.summarize_address_range(first, last)]
        assert [f"{text}/{size}" for text, size in networks(4, [span])] == expected

    @given(
        st.integers(0, (1 << 128) - 1).flatmap(
            lambda a: st.tuples(st.just(a), st.integers(a, (1 << 128) - 1))
        )
    )
    @settings(max_examples=50)
    def test_networks_cover_a_range_of_ipv6_exactly(self, span):
        first, last = map(ipaddress.IPv6Address, span)
        expected = list(ipaddress.summarize_address_range(first, last))
        found = [ipaddress.ip_network(f"{a}/{n}") for a, n in networks(6, [span])]
        assert found == expected

    @given(st.integers(1, 9_999_999_999), st.integers(0, 9_999_999_999))
    @settings(max_examples=200)
    def test_the_expression_for_before_is_exact(self, bound, number):
        fits = re.fullmatch(below(bound), str(number)) is not None
        same_length = len(str(number)) == len(str(bound))
        assert fits == (same_length and number < bound)

    @pytest.mark.parametrize("bound", [1_795_910_400, 2_000_000_000, 1_999_999_999])
    def test_the_expression_turns_at_the_very_second(self, bound):
        found = [re.fullmatch(below(bound), str(bound + n)) for n in (-1, 0, 1)]
        assert [bool(match) for match in found] == [True, False, False]


class TestErrors:
    """Everything that goes wrong has a code, and leaves a sound table or none."""

    @pytest.mark.parametrize(
        "to",
        [
            pytest.param("/dev/null", id="not a file"),
            pytest.param("/no-such-folder/table", id="no folder"),
            pytest.param("/proc/table", id="nothing can be made there"),
        ],
    )
    def test_a_place_that_cannot_be_written_is_named(self, home, to):
        told = export(home, "csv", "--to", to)
        assert told.exit_code == 3
        assert "E531" in told.stderr
        assert to in told.stderr
        assert Path("/dev/null").is_char_device()

    def test_a_table_that_frees_nobody_is_written_and_told(self, home, add):
        export(home, "nginx", "--to", home)
        add(rule())
        told = export(home, "nginx", "--to", home)
        assert told.exit_code == 1
        assert "E533" in told.stderr
        content = (home / "gate-free.conf").read_text("utf-8")
        assert "/24 1;\n" not in content
        assert content.count(" 1;\n") == 1  # of a map

    @pytest.mark.parametrize(
        ("command", "told"),
        [
            pytest.param(
                "sh -c 'echo no such site >&2; exit 7'", "exit code 7", id="fails"
            ),
            pytest.param("no-such-program -s reload", "no such file", id="missing"),
        ],
    )
    def test_a_failing_command_is_told_and_the_table_stays(self, home, command, told):
        done = export(home, "csv", "--to", home, "--reload", command)
        assert done.exit_code == 1
        assert "E532" in done.stderr
        assert told in done.stderr
        assert (home / "gate-free.csv").stat().st_size > 1000

    def test_the_command_runs_after_the_table_is_there(self, home):
        seen = home / "seen"
        command = f"cp {home / 'gate-free.csv'} {seen}"
        done = export(home, "csv", "--to", home, "--reload", command)
        assert done.exit_code == 0
        assert seen.read_bytes() == (home / "gate-free.csv").read_bytes()

    def test_a_broken_rule_book_leaves_the_table_as_it_was(self, home, add):
        export(home, "csv", "--to", home)
        before = (home / "gate-free.csv").read_bytes()
        add({"format": "rules/1", "rulez": []})
        assert export(home, "csv", "--to", home).exit_code == 1
        assert (home / "gate-free.csv").read_bytes() == before

    @pytest.mark.parametrize(
        "arguments",
        [
            pytest.param(["csv", "--watch"], id="watch what?"),
            pytest.param(["csv", "--reload=true"], id="reload what?"),
            pytest.param(["csv", "--to=x", "--reload="], id="no command"),
            pytest.param(["csv", "--to=x", "--reload='"], id="open quote"),
            pytest.param(["csv", "--to=x", "--watch", "--at=2026-11-20"], id="both"),
            pytest.param(["csv", "--at=2999-01-01"], id="a day to come"),
            pytest.param(["csv", "--at=1960-01-01"], id="before the epoch"),
            pytest.param(["apache"], id="no such kind"),
        ],
    )
    def test_misuse_is_a_usage_error(self, home, arguments):
        assert export(home, *arguments).exit_code == 2


class Clock:
    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


class TestWatch:
    """One look each second, by a clock that the test turns."""

    @pytest.fixture
    def clock(self):
        return Clock(float(NOON))

    @pytest.fixture
    def told(self):
        return []

    @pytest.fixture
    def begun(self, home, clock, told):
        """Begin to watch, with a command."""

        def begin(*command):
            order = Order(
                config=home / "config.yaml",
                kind=KINDS["csv"],
                path=home / "table",
                reload=command,
            )
            watch = Watch(
                order, on_table=told.append, on_error=told.append, clock=clock
            )
            stop = threading.Event()
            stop.set()
            watch.run(stop)
            return watch

        return begin

    def test_a_rest_writes_nothing(self, begun, clock, told):
        watch = begun()
        clock.now += 60
        watch.look()
        assert [type(one) for one in told] == [EdgeTable]

    def test_a_new_day_is_a_later_end(self, begun, clock, told):
        watch = begun()
        clock.now += DAY
        watch.look()
        assert [one.valid_until for one in told] == [
            NOON + DAY // 2 + 6 * DAY,
            NOON + DAY // 2 + 7 * DAY,
        ]

    def test_at_its_end_a_table_is_written_anew(self, begun, add, clock, told):
        add(rule(effective={"from": "2026-11-21T13:00:00Z"}))
        watch = begun()
        clock.now += 3600 - 1
        watch.look()
        assert [one.valid_until for one in told] == [NOON + 3600]
        clock.now += 1
        watch.look()
        assert [spans(one) for one in told[1:2]] == [0]
        assert isinstance(told[2], NothingFreeError)

    def test_a_command_that_fails_is_told_once_and_tried_again(
        self, begun, clock, told, home
    ):
        go = home / "go"
        watch = begun("test", "-e", str(go))
        for _ in range(3):
            clock.now += 31
            watch.look()
        assert [type(one) for one in told] == [EdgeTable, ReloadCommandError]
        go.touch()
        clock.now += 31
        watch.look()
        go.unlink()
        clock.now += 31
        watch.look()
        assert len(told) == 2

    def test_what_cannot_be_read_is_told_once_and_changes_nothing(
        self, begun, add, clock, told, home
    ):
        watch = begun()
        before = (home / "table").read_bytes()
        add({"format": "rules/1", "rulez": []})
        for _ in range(3):
            clock.now += 31
            watch.look()
        assert [getattr(one, "code", "") for one in told] == ["", "E100"]
        assert (home / "table").read_bytes() == before
        add(rule(mode="shadow"))
        clock.now += 1
        watch.look()
        assert [type(one) for one in told[2:]] == [EdgeTable]


class TestProcess:
    """The real command, with a reader that never stops reading."""

    @pytest.fixture
    def watching(self, home):
        log = home / "log"
        command = [
            *(GATE, "export", "nginx", "--watch", f"--config={home / 'config.yaml'}"),
            *(f"--to={home}", f"--reload=sh -c 'echo again >> {home / 'reloads'}'"),
        ]
        with log.open("wb") as stream:
            process = subprocess.Popen(command, stdout=stream, stderr=stream)
        yield process
        process.kill()
        process.wait()

    def test_a_changed_rule_is_in_the_table_at_once_and_nobody_sees_half_of_one(
        self, home, add, watching
    ):
        path = home / "gate-free.conf"
        until(path.exists)
        reader = Reader(path)
        reader.start()
        for turn, content in enumerate((rule(), rule(mode="shadow"), rule()), 1):
            before = path.read_bytes()
            add(content)
            until(lambda before=before: path.read_bytes() != before)
            until(lambda turn=turn: reloads(home) > turn)
            assert (b"/24 1;\n" in path.read_bytes()) == (turn == 2)
        reader.stop()
        assert reader.seen == 3  # the first rule came back
        assert reader.halves == []
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(10) == 0
        log = (home / "log").read_text()
        assert log.count("E533") == 2
        assert not list(home.glob(".gate-free*"))

    def test_a_bad_start_is_an_exit_code(self, home, add):
        add({"format": "rules/1", "rulez": []})
        told = export(home, "csv", "--watch", "--to", home)
        assert told.exit_code == 1
        assert not (home / "gate-free.csv").exists()


class Reader(threading.Thread):
    """Reads a file again and again, and keeps what was not whole."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self._path, self._ended = path, threading.Event()
        self._contents, self.halves = set(), []

    def run(self):
        while not self._ended.wait(0.002):
            content = self._path.read_bytes()
            if content in self._contents:
                continue
            self._contents.add(content)
            if not content.startswith(b"# Generated") or not content.endswith(b"}\n"):
                self.halves.append(content)

    @property
    def seen(self):
        return len(self._contents)

    def stop(self):
        self._ended.set()
        self.join()


def reloads(home):
    path = home / "reloads"
    return len(path.read_text().splitlines()) if path.exists() else 0


def until(holds):
    deadline = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
