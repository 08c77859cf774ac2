"""The signing key: nobody else reads it, and no change or crash loses or doubles it."""

from __future__ import annotations

import os
import signal

import pytest

from gate.audit import keys
from gate.errors.sealing import (
    KeyDamagedError,
    KeyExposedError,
    KeyInTheWayError,
    KeyMissingError,
)

NAME = "news.example"


def test_a_key_is_made_for_its_owner_only_and_read_again(tmp_path):
    made = keys.make(tmp_path / "audit", NAME)
    path = keys.key_path(tmp_path / "audit")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert keys.load(tmp_path / "audit", NAME) == made
    assert made.name == "news.example/gate-audit"


def test_a_loose_umask_does_not_loosen_a_key(tmp_path):
    before = os.umask(0)
    try:
        keys.make(tmp_path / "audit", NAME)
    finally:
        os.umask(before)
    path = keys.key_path(tmp_path / "audit")
    assert path.stat().st_mode & 0o077 == path.parent.stat().st_mode & 0o077 == 0


def test_two_keys_differ(tmp_path):
    first, second = (keys.make(tmp_path / each, NAME) for each in ("a", "b"))
    assert first.verifier != second.verifier


def test_a_key_that_is_there_is_never_overwritten(tmp_path):
    made = keys.make(tmp_path, NAME)
    with pytest.raises(KeyInTheWayError):
        keys.make(tmp_path, NAME)
    assert keys.load(tmp_path, NAME) == made


@pytest.mark.parametrize("step", ["fdopen", "fsync", "link", "unlink"])
def test_a_key_is_there_whole_or_not_at_all_when_its_maker_is_killed(tmp_path, step):
    pid = os.fork()
    if not pid:
        setattr(os, step, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        keys.make(tmp_path, NAME)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
    if keys.key_path(tmp_path).exists():
        keys.load(tmp_path, NAME)
    else:
        keys.make(tmp_path, NAME)
    keys.change(tmp_path, NAME, lambda *_: None)
    left = [*keys.key_path(tmp_path).parent.iterdir()]
    assert left == [keys.key_path(tmp_path)]


def test_where_no_key_is_that_is_said(tmp_path):
    with pytest.raises(KeyMissingError):
        keys.load(tmp_path, NAME)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666, 0o610])
def test_a_key_that_others_may_use_is_refused(tmp_path, mode):
    keys.make(tmp_path, NAME)
    keys.key_path(tmp_path).chmod(mode)
    with pytest.raises(KeyExposedError) as caught:
        keys.load(tmp_path, NAME)
    assert caught.value.mode == mode


def test_a_folder_of_the_key_that_others_may_enter_is_refused(tmp_path):
    keys.make(tmp_path, NAME)
    keys.key_path(tmp_path).parent.chmod(0o755)
    with pytest.raises(KeyExposedError):
        keys.load(tmp_path, NAME)


def test_a_key_behind_a_symbolic_link_is_not_followed(tmp_path):
    keys.make(tmp_path, NAME)
    path = keys.key_path(tmp_path)
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")
    with pytest.raises(KeyDamagedError):
        keys.load(tmp_path, NAME)


@pytest.mark.parametrize(
    "text",
    ["", "secret", "gate-signing-key/1\nnews.example/gate-audit\n00\n", "\xff" * 2000],
)
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path, text):
    keys.make(tmp_path, NAME)
    keys.key_path(tmp_path).write_text(text, "utf-8")
    with pytest.raises(KeyDamagedError) as caught:
        keys.load(tmp_path, NAME)
    assert "secret" not in str(caught.value)


def test_the_key_of_another_log_is_refused(tmp_path):
    keys.make(tmp_path, NAME)
    with pytest.raises(KeyDamagedError, match=r"news\.example/gate-audit"):
        keys.load(tmp_path, "other.example")


def test_after_a_change_the_new_key_is_there_and_the_old_one_nowhere(tmp_path):
    old = keys.make(tmp_path, NAME)
    seen = []

    def record(before, after):
        assert keys.load(tmp_path, NAME) == before
        seen.append((before, after))

    new = keys.change(tmp_path, NAME, record)
    assert seen == [(old, new)]
    assert keys.load(tmp_path, NAME) == new != old
    left = list(keys.key_path(tmp_path).parent.iterdir())
    assert left == [keys.key_path(tmp_path)]
    assert old.seed.hex() not in left[0].read_text()


def test_a_change_that_was_not_recorded_keeps_the_old_key_and_goes_on_later(tmp_path):
    old = keys.make(tmp_path, NAME)
    begun = []

    def refuse(before, after):
        begun.append((before, after))
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        keys.change(tmp_path, NAME, refuse)
    assert keys.load(tmp_path, NAME) == old
    new = keys.change(tmp_path, NAME, lambda *both: begun.append(both))
    assert begun == [(old, new), (old, new)]


@pytest.mark.parametrize("step", range(1, 6))
def test_a_crash_while_the_new_key_takes_its_place_is_repaired_by_the_same_call(
    tmp_path, monkeypatch, step
):
    old = keys.make(tmp_path, NAME)
    real, done, said = keys.os.fsync, [], []

    def record(_, after):
        said.append(after)
        monkeypatch.setattr(keys.os, "fsync", crash)

    def crash(handle):
        done.append(handle)
        if len(done) >= step:
            raise OSError("killed")
        real(handle)

    try:
        keys.change(tmp_path, NAME, record)
    except OSError:
        monkeypatch.setattr(keys.os, "fsync", real)
        current = keys.load(tmp_path, NAME)
        assert current in (old, said[0])
        keys.settle(tmp_path, NAME, said[0].verifier)
    assert keys.load(tmp_path, NAME) == said[0]
    left = list(keys.key_path(tmp_path).parent.iterdir())
    assert left == [keys.key_path(tmp_path)]


def test_a_begun_change_that_is_not_in_the_log_is_not_settled(tmp_path):
    old = keys.make(tmp_path, NAME)

    def refuse(*_):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        keys.change(tmp_path, NAME, refuse)
    keys.settle(tmp_path, NAME, old.verifier)
    assert keys.load(tmp_path, NAME) == old


def test_a_lost_key_is_replaced_once_the_loss_is_recorded(tmp_path):
    keys.make(tmp_path, NAME)
    keys.key_path(tmp_path).unlink()
    said = []
    new = keys.lost(tmp_path, NAME, said.append)
    assert said == [new]
    assert keys.load(tmp_path, NAME) == new


def test_a_key_that_is_there_is_not_lost(tmp_path):
    old = keys.make(tmp_path, NAME)
    with pytest.raises(KeyInTheWayError):
        keys.lost(tmp_path, NAME, lambda _: None)
    assert keys.load(tmp_path, NAME) == old


def test_a_loss_that_was_not_recorded_goes_on_with_the_same_key(tmp_path):
    begun = []

    def refuse(new):
        begun.append(new)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        keys.lost(tmp_path, NAME, refuse)
    with pytest.raises(KeyMissingError):
        keys.load(tmp_path, NAME)
    assert keys.lost(tmp_path, NAME, begun.append) == begun[0] == begun[1]
