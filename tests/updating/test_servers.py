"""Servers that misbehave, and a disk that does: nothing is lost."""

from __future__ import annotations

import errno
import gzip
import time
from dataclasses import replace

import pytest
import updates
from machine import free_port
from updater import QUICK, names, outcome, run
from updates import sends, world

from gate.errors import (
    UpdateAnswerError,
    UpdateArchiveError,
    UpdateBusyError,
    UpdateDeniedError,
    UpdateRedirectError,
    UpdateTooLargeError,
    UpdateUnreachableError,
)
from gate.workbench.updating import keeping
from gate.workbench.updating.keeping import alone

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
