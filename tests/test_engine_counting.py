"""How decisions are counted: where, by the hour, degraded, and without their notice."""

from __future__ import annotations

import errno
import os
from dataclasses import replace

import pytest
from audit_cells import summed
from test_engine import ARTICLE, FROM_THE_PAGE, MOSCOW, NAVIGATION, SCRIPT, environ

from gate.audit import MemoryCounter, Outcome
from gate.audit.counter import TableCounter
from gate.doors.health import reasons
from gate.engine import Gate, load_snapshot
from gate.engine.meeting import Met
from gate.engine.oversight import PARTS, goes_out_unasked, says_shown
from gate.engine.status import report
from gate.errors import UncountableError
from gate.model import Action, Activity, Answer, Decision, Kind, Passage

KYIV = "91.198.36.77"


@pytest.fixture
def own(make_config, tmp_path):
    """Make a configuration with an audit folder of its own."""

    def make(**changes):
        audit = {"folder": str(tmp_path / "audit"), **changes.pop("audit", {})}
        return make_config(audit=audit, **changes)

    return make


def handle(gate, *arguments, **options):
    return gate.handle(environ(*arguments, **options), door="wsgi")


class TestTables:
    """Where counts go."""

    def test_a_loaded_gate_counts_into_tables_of_the_audit_folder(self, own, tmp_path):
        gate = Gate.load(own())
        assert isinstance(gate.counter, TableCounter)
        assert not (tmp_path / "audit").exists()
        for _ in range(3):
            handle(gate)
        expected = gate.counter.counts()
        assert sum(expected.values()) == 3
        gate.counter.close()
        assert summed(tmp_path / "audit" / "tables") == expected

    def test_without_a_named_folder_tables_lie_in_the_state_folder(
        self, make_config, tmp_path
    ):
        gate = Gate.load(make_config(state=str(tmp_path / "own")))
        handle(gate)
        assert len(list((tmp_path / "own/audit/tables").glob("*.table"))) == 1

    def test_a_gate_over_a_snapshot_counts_in_memory(self, own, tmp_path):
        gate = Gate(load_snapshot(own()))
        handle(gate)
        assert isinstance(gate.counter, MemoryCounter)
        assert not (tmp_path / "audit").exists()

    def test_status_shows_what_a_table_holds(self, own):
        gate = Gate.load(own())
        for _ in range(20):
            handle(gate)
        assert report(gate)["total"] == 20

    @pytest.mark.parametrize(
        ("choice", "status", "gaps"), [("serve", 403, 2), ("refuse", 503, 0)]
    )
    def test_a_full_disk_is_told_and_forgotten_when_there_is_room_again(
        self, own, monkeypatch, choice, status, gaps
    ):
        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        gate = Gate.load(own(audit={"on_failure": choice}))
        with monkeypatch.context() as disk:
            disk.setattr(os, "posix_fallocate", full)
            assert handle(gate).status == status
            reply = handle(gate, KYIV)
            assert getattr(reply, "status", None) == (None if gaps else 503)
            assert "E508: Decisions cannot be counted: disk full." in gate.trouble
            assert any("disk full" in why for why in reasons(gate, 0))
            assert gate.gaps == gaps
        monkeypatch.setattr("gate.audit.desk.AGAIN", 0.0)
        gate.counter.desk.close()  # what is begun anew is tried at once
        assert handle(gate).status == 403
        assert not gate.trouble
        sums = {one.outcome: n for one, n in gate.counter.counts().items()}
        assert sums[Outcome.GAP] == 2
        assert sums[Outcome.COVERED] == 1

    @pytest.mark.parametrize(("choice", "status"), [("serve", 403), ("refuse", 503)])
    def test_what_the_vocabulary_does_not_hold_is_a_gap_and_the_deployers_choice(
        self, own, choice, status
    ):
        class Strict(TableCounter):
            def slot(self, cell):
                if cell.outcome is Outcome.COVERED:
                    raise UncountableError("place")
                return super().slot(cell)

        config = own(audit={"on_failure": choice})
        folder = load_snapshot(config).config.audit.folder
        gate = Gate.load(config, counter=Strict(folder / "tables"))
        for _ in range(2):
            assert handle(gate).status == status
        ((gap, count),) = gate.counter.counts().items()
        assert (gap.outcome, gap.reason, count) == (Outcome.GAP, "vocabulary", 2)


class TestHours:
    """What `audit.period` changes."""

    @pytest.mark.parametrize(
        ("period", "hours"), [("hour", ["10", "11"]), ("day", [""])]
    )
    def test_counts_tell_the_hour_only_if_the_deployer_says_so(
        self, own, period, hours
    ):
        now = [1793318400 + 10 * 3600 + 3599]
        snapshot = load_snapshot(own(audit={"period": period}))
        gate = Gate(snapshot, clock=lambda: now[0])
        handle(gate)
        now[0] += 1
        handle(gate)
        assert sorted({cell.hour for cell in gate.counter.counts()}) == hours


class TestDegraded:
    """What is decided without a usable database."""

    @pytest.fixture
    def blind(self, own, tmp_path):
        (tmp_path / "broken.mmdb").write_bytes(b"no database")
        state = str(tmp_path / "own")  # in which no good index was ever kept
        geo = {"databases": [str(tmp_path / "broken.mmdb")]}
        return Gate.load(own(geo=geo, state=state))

    def counted(self, gate):
        return {(one.outcome, one.reason) for one in gate.counter.counts()}

    def test_pages_and_banners_are_counted_as_degraded(self, blind):
        handle(blind, KYIV)
        unusable = "unknown:database_unusable"
        assert self.counted(blind) == {(Outcome.DEGRADED, unusable)}

    def test_parts_of_pages_are_not(self, blind):
        handle(blind, HTTP_SEC_FETCH_DEST="style", HTTP_ACCEPT="text/css")
        assert self.counted(blind) == {(Outcome.PASSED, "kind:asset")}

    def test_with_a_database_nothing_is(self, own):
        gate = Gate.load(own())
        for address in (MOSCOW, KYIV, "10.1.2.3", "8.8.8.8"):
            handle(gate, address)
        assert Outcome.DEGRADED not in {outcome for outcome, _ in self.counted(gate)}


def broken_meeting(meeting):
    """Meet everybody with the article: the mistake that must show in the log."""
    return Met(meeting.passage, Outcome.COVERED)


class TestOversight:
    """An article that goes out without the notice is counted as just that."""

    @pytest.fixture
    def gate(self, own):
        return Gate.load(own())

    def outcomes(self, gate):
        return sorted(str(one.outcome) for one in gate.counter.counts())

    def test_a_broken_meeting_is_found_out(self, gate, monkeypatch):
        handle(gate)
        assert self.outcomes(gate) == ["covered"]
        monkeypatch.setattr("gate.engine.serving.meet", broken_meeting)
        assert isinstance(handle(gate), Passage)
        assert self.outcomes(gate) == ["covered", "served_without_notice"]
        violation = next(
            one for one in gate.counter.counts() if "without" in one.outcome
        )
        assert (violation.action, violation.place) == (Action.INTERSTITIAL, "RU")
        assert violation.rules == ("warn-reading",)

    def test_a_plan_that_lets_everybody_pass_is_found_out(self, gate, monkeypatch):
        monkeypatch.setattr("gate.engine.serving.is_settled", lambda *_: True)
        for _ in range(2):  # the second comes from what is known already
            assert isinstance(handle(gate), Passage)
        ((violation, count),) = gate.counter.counts().items()
        assert violation.outcome is Outcome.SERVED_WITHOUT_NOTICE
        assert count == 2

    def test_a_reader_who_was_shown_the_notice_is_not_a_violation(
        self, gate, monkeypatch
    ):
        monkeypatch.setattr("gate.engine.serving.meet", broken_meeting)
        revision = gate.snapshot.pages.revision
        handle(gate, HTTP_COOKIE=f"__Host-n={revision}")
        handle(
            gate,
            method="POST",
            body=f"n={revision}&direct=1".encode(),
            **FROM_THE_PAGE,
        )
        assert sum(gate.counter.counts().values()) == 2
        assert set(self.outcomes(gate)) == {"covered"}

    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param({"HTTP_COOKIE": "__Host-n=0000000000"}, id="another text"),
            pytest.param({"HTTP_COOKIE": "n=1; seen=yes"}, id="another cookie"),
            pytest.param(
                {"HTTP_REFERER": f"http://localhost:8080{ARTICLE}"}, id="link"
            ),
            pytest.param(SCRIPT, id="a script that fetches the article"),
            pytest.param({"HTTP_SEC_FETCH_DEST": "iframe"}, id="a frame"),
        ],
    )
    def test_nothing_else_says_that_the_notice_was_shown(
        self, gate, monkeypatch, fields
    ):
        monkeypatch.setattr("gate.engine.serving.meet", broken_meeting)
        handle(gate, **(NAVIGATION | fields))
        assert self.outcomes(gate) == ["served_without_notice"]

    def test_observing_is_no_violation(self, own):
        gate = Gate.load(own(mode="observe"))
        handle(gate)
        ((one, _),) = gate.counter.counts().items()
        assert (one.outcome, one.reason) == (Outcome.PASSED, "mode:observe")

    @pytest.mark.parametrize("kind", list(Kind))
    @pytest.mark.parametrize("action", list(Action))
    def test_pages_count_and_their_parts_do_not(self, kind, action):
        found = goes_out_unasked(
            Decision(action=action), kind, Activity.READ, Passage()
        )
        assert found is (action >= Action.INTERSTITIAL and kind not in PARTS)

    @pytest.mark.parametrize(
        ("activity", "reply"),
        [
            pytest.param(None, Passage(), id="nobody declared what it does"),
            pytest.param(Activity.READ, Answer(status=403, headers=()), id="a page"),
            pytest.param(
                Activity.READ,
                Passage(otherwise=Answer(status=403, headers=())),
                id="an article would be held",
            ),
        ],
    )
    def test_what_is_held_back_or_never_asked_for_is_no_violation(
        self, activity, reply
    ):
        decision = Decision(action=Action.BLOCK)
        assert not goes_out_unasked(decision, Kind.DOCUMENT, activity, reply)

    def test_nothing_opens_a_block(self, gate):
        revision = gate.snapshot.pages.revision
        request = _request(gate, HTTP_COOKIE=f"__Host-n={revision}")
        asks = Decision(action=Action.INTERSTITIAL)
        assert says_shown(asks, request, revision)
        assert not says_shown(replace(asks, action=Action.BLOCK), request, revision)
        assert not says_shown(asks, _request(gate), revision)


def _request(gate, **fields):
    from gate.request.read import read_environ  # noqa: PLC0415

    reading = gate.snapshot.reading_at("wsgi")
    return read_environ(environ(**fields), reading, door="wsgi", carries=True)
