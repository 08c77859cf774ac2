"""Changed files are taken while the gate serves; bad ones leave it as it was."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import shutil
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
from effort import effort

from gate.engine import Gate, errand, fingerprint, lastgood, renewal
from gate.engine.errand import alone
from gate.engine.fingerprint import Watched
from gate.engine.troubles import OVER, Troubles
from gate.errors import ConfigError, FindingsError, GateError
from gate.places.embedded import embedded_database
from gate.rules import load_book

ROOT = Path(__file__).parent.parent
MOSCOW = "77.88.8.8"
BOOK = "undesirable-organization.yaml"
SOON = 15  # seconds in which a change must have been taken on a busy machine


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Look more often than a server does; let no look outlive its test."""
    monkeypatch.setattr(renewal, "EVERY", 0.05)
    monkeypatch.setattr(renewal, "REST", 0.02)
    yield
    for thread in renewing():
        thread.join(SOON)


@pytest.fixture
def rules(tmp_path):
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", folder)
    return folder


@pytest.fixture
def config(make_config, rules):
    return make_config(rules={"folder": str(rules)})


@pytest.fixture
def gate(config):
    return Gate.load(config)


@pytest.fixture
def loads(monkeypatch):
    """The modes of all configurations that were loaded after the start."""
    load, seen = renewal.snapshot_of, []

    def loading(own, *more, **known):
        seen.append(own.mode)
        return load(own, *more, **known)

    monkeypatch.setattr(renewal, "snapshot_of", loading)
    return seen


def status(gate, address=MOSCOW, path="/a/x"):
    reply = gate.handle(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SCRIPT_NAME": "",
            "REMOTE_ADDR": address,
            "HTTP_HOST": "localhost:8080",
            "HTTP_SEC_FETCH_DEST": "document",
            "HTTP_SEC_FETCH_MODE": "navigate",
            "HTTP_ACCEPT": "text/html",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
        },
        door="wsgi",
    )
    return getattr(reply, "status", reply)


def until(gate, holds):
    """Ask and wait until something holds; say whether it did."""
    deadline = time.monotonic() + SOON
    while not holds() and time.monotonic() < deadline:
        gate.tick()
        time.sleep(0.02)
    return holds()


def rewrite(file, *changes):
    text = file.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


def comment(folder, text="# another look\n"):
    """Make another book that means the same; no proof of it is at hand."""
    file = folder / BOOK
    file.write_text(file.read_text("utf-8") + text, "utf-8")
    return load_book(folder)[0].digest


def observe(config):
    rewrite(config, ("mode: enforce", "mode: observe"))


def renewing():
    return [t for t in threading.enumerate() if t.name == "gate-renewal"]


# What is taken


def test_a_changed_book_is_taken_and_counted(gate, rules):
    digest = comment(rules)
    assert until(gate, lambda: gate.snapshot.book.digest == digest)
    assert until(gate, lambda: gate.reloads == {"taken": 1, "refused": 0})
    assert gate.trouble == ()


def test_requests_alone_lead_to_the_change(gate, config):
    assert status(gate) == 403
    observe(config)
    deadline = time.monotonic() + SOON
    while status(gate) == 403 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert status(gate) != 403


@pytest.mark.parametrize(
    ("name", "more"),
    [
        pytest.param("notices/page.yaml", "# x\n", id="a notice"),
        pytest.param("areas/shapes/crimea.geojson", "\n", id="a shape"),
        pytest.param("areas/russia.yaml", "# x\n", id="areas"),
        pytest.param(
            "more.yaml", "format: rules/1\nowner: a@example.org\n", id="a new file"
        ),
    ],
)
def test_every_file_of_the_book_counts(gate, rules, name, more):
    before = gate.snapshot.book.digest
    with (rules / name).open("a") as file:
        file.write(more)
    assert until(gate, lambda: gate.snapshot.book.digest != before)


def test_a_folder_that_is_replaced_by_a_rename_is_taken(gate, rules, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(rules, other)
    digest = comment(other)
    rules.rename(tmp_path / "old")
    other.rename(rules)
    assert until(gate, lambda: gate.snapshot.book.digest == digest)


def mounted(home, version, source):
    """Lay files out as Kubernetes does: links into a hidden folder, swapped at once."""
    data = home / f"..{version}"
    shutil.copytree(source, data)
    draft = home / "..data_tmp"
    draft.symlink_to(data.name)
    draft.rename(home / "..data")
    for entry in data.iterdir():
        link = home / entry.name
        if not link.is_symlink():
            link.symlink_to(f"..data/{entry.name}")


def test_a_config_map_is_followed(make_config, tmp_path):
    mount = tmp_path / "mount"
    mount.mkdir()
    mounted(mount, "1", ROOT / "rules")
    gate = Gate.load(make_config(rules={"folder": str(mount)}))
    assert gate.snapshot.book.digest == load_book(ROOT / "rules")[0].digest
    changed = tmp_path / "changed"
    shutil.copytree(ROOT / "rules", changed)
    digest = comment(changed)
    mounted(mount, "2", changed)
    shutil.rmtree(mount / "..1")
    assert until(gate, lambda: gate.snapshot.book.digest == digest)


def test_another_folder_in_the_configuration_is_followed(gate, config, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(ROOT / "rules", moved)
    digest = comment(moved)
    rewrite(config, (f"folder: {tmp_path / 'rules'}", f"folder: {moved}"))
    assert until(gate, lambda: gate.snapshot.book.digest == digest)
    digest = comment(moved, "# once more\n")
    assert until(gate, lambda: gate.snapshot.book.digest == digest)


def test_a_database_is_taken_when_it_changes_and_not_when_it_is_touched(
    make_config, rules, tmp_path, loads
):
    own = tmp_path / "own.mmdb"
    shutil.copy(embedded_database(), own)
    path = make_config(rules={"folder": str(rules)}, geo={"databases": [str(own)]})
    gate = Gate.load(path)
    snapshot = gate.snapshot
    own.touch()
    assert until(gate, lambda: loads)
    assert until(gate, lambda: not renewing())
    assert gate.snapshot is snapshot
    draft = tmp_path / "draft"
    draft.write_bytes(newer(own.read_bytes()))
    draft.replace(own)
    assert until(gate, lambda: gate.snapshot is not snapshot)
    assert gate.snapshot.index.database.build_epoch == (
        snapshot.index.database.build_epoch + 1
    )


def newer(content):
    """Return a database that was built a second later."""
    at = content.rindex(b"build_epoch") + len(b"build_epoch")
    size = content[at] & 0x1F if content[at] & 0xE0 else content[at]
    start = at + (1 if content[at] & 0xE0 else 2)
    number = int.from_bytes(content[start : start + size]) + 1
    return content[:start] + number.to_bytes(size) + content[start + size :]


def test_what_means_the_same_changes_nothing(gate, config, loads):
    snapshot = gate.snapshot
    config.write_text(config.read_text("utf-8") + "# a remark\n", "utf-8")
    assert until(gate, lambda: loads)
    assert until(gate, lambda: not renewing())
    assert gate.snapshot is snapshot
    assert gate.reloads == {"taken": 0, "refused": 0}


def test_counts_go_on_over_a_change(gate, config):
    status(gate)
    observe(config)
    assert until(gate, lambda: gate.reloads["taken"])
    status(gate)
    assert sum(gate.counter.counts().values()) == 2


# What is refused


def test_a_bad_file_keeps_the_last_good_and_is_told_once(gate, rules, caplog):
    digest, sound = gate.snapshot.book.digest, (rules / BOOK).read_text("utf-8")
    (rules / BOOK).write_text(sound.replace("rules:", "rulez:"), "utf-8")
    assert until(gate, lambda: gate.trouble)
    (said,) = gate.trouble
    assert said.startswith("E100: ")
    assert f"{rules / BOOK}:" in said
    assert "Since 20" in said
    for _ in range(10):
        gate.tick()
        time.sleep(0.06)
    assert (status(gate), gate.snapshot.book.digest) == (403, digest)
    assert gate.reloads == {"taken": 0, "refused": 1}
    assert len(caplog.messages) == 1
    assert caplog.messages[0].endswith("The gate goes on as before.")
    (rules / BOOK).write_text(sound, "utf-8")
    assert until(gate, lambda: not gate.trouble)
    assert until(gate, lambda: caplog.messages[1:] == [OVER])


def weakened(rules):
    rewrite(
        rules / BOOK,
        ("areas: [russia, russia-controlled-ukraine]", "areas: [russia]"),
    )


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(lambda rules, _: weakened(rules), "E100", id="a broken promise"),
        pytest.param(lambda rules, _: shutil.rmtree(rules), "E100", id="no book"),
        pytest.param(
            lambda rules, _: (rules / "notices" / "page.yaml").unlink(),
            "E100",
            id="a missing notice",
        ),
        pytest.param(
            lambda _, config: config.write_text("mode: nonsense\n"),
            "E100",
            id="a bad configuration",
        ),
        pytest.param(lambda _, config: config.unlink(), "E102", id="no configuration"),
    ],
)
def test_whatever_is_bad_changes_nothing(gate, rules, config, spoil, code):
    snapshot = gate.snapshot
    spoil(rules, config)
    assert until(gate, lambda: gate.trouble)
    assert gate.trouble[0].startswith(code)
    assert gate.snapshot is snapshot
    assert status(gate) == 403


def test_a_pinned_promise_that_is_weakened_or_gone_is_refused(make_config, rules, gate):
    config = make_config(
        rules={
            "folder": str(rules),
            "pinned": {"every-reader-in-russia-is-warned": "interstitial"},
        }
    )
    promise = "every-reader-in-russia-is-warned"
    book = (rules / BOOK).read_text("utf-8")
    assert promise in book
    gate = Gate.load(config)
    digest = gate.snapshot.book.digest
    (rules / BOOK).write_text(book.replace(promise, "another-promise"), "utf-8")
    assert until(gate, lambda: gate.trouble)
    assert "E118" in gate.trouble[0]
    assert gate.snapshot.book.digest == digest
    parts = book.partition(f"id: {promise}")
    weaker = parts[2].replace("at_least: interstitial", "at_least: banner", 1)
    (rules / BOOK).write_text(parts[0] + parts[1] + weaker, "utf-8")
    assert until(gate, lambda: "R048" in "".join(gate.trouble))
    assert gate.snapshot.book.digest == digest


@pytest.mark.parametrize("content", [b"no database", b"", None])
def test_a_database_that_breaks_leaves_its_index_at_work(
    make_config, rules, tmp_path, content
):
    own = tmp_path / "own.mmdb"
    shutil.copy(embedded_database(), own)
    gate = Gate.load(
        make_config(rules={"folder": str(rules)}, geo={"databases": [str(own)]})
    )
    digest = gate.snapshot.index.database.digest
    if content is None:
        own.unlink()
    else:
        own.write_bytes(content)
    assert until(gate, lambda: gate.trouble)
    assert gate.trouble[0].startswith("E2")
    assert (status(gate), gate.snapshot.index.database.digest) == (403, digest)
    assert gate.reloads == {"taken": 0, "refused": 1}
    changed = comment(rules)  # an urgent rule need not wait for a database
    assert until(gate, lambda: gate.snapshot.book.digest == changed)
    assert gate.snapshot.index.database.digest == digest
    assert gate.trouble[0].startswith("E2")
    shutil.copy(embedded_database(), own)
    assert until(gate, lambda: not gate.trouble)


def test_no_place_becomes_unknown_because_a_file_is_bad(make_config, rules, tmp_path):
    own = tmp_path / "own.mmdb"
    shutil.copy(embedded_database(), own)
    gate = Gate.load(
        make_config(rules={"folder": str(rules)}, geo={"databases": [str(own)]})
    )
    snapshot = gate.snapshot
    own.write_bytes(b"no database")
    # Of these areas there is no index, and none can be made.
    rewrite(rules / "areas" / "russia.yaml", ("701822", "701823"))
    assert until(gate, lambda: gate.trouble)
    assert gate.snapshot is snapshot


def test_a_follower_can_refuse(gate, config):
    def refuse(_snapshot):
        raise ConfigError("It does not fit.", hint="Do otherwise.")

    gate.follow(refuse)
    observe(config)
    assert until(gate, lambda: gate.trouble)
    assert gate.trouble[0].startswith("E101: It does not fit.")
    assert status(gate) == 403


def test_what_takes_effect_with_a_start_only_is_said_once(gate, config, caplog):
    rewrite(config, ("workers: 2", "workers: 3"))
    assert until(gate, lambda: gate.reloads["taken"])
    observe(config)
    assert until(gate, lambda: gate.reloads["taken"] == 2)
    assert until(gate, lambda: not renewing())
    said = [r.getMessage() for r in caplog.records if r.code == "start-needed"]
    assert said == ["server.workers: a change takes effect with the next start."]
    assert gate.trouble == ()


# Half-written states, threads, processes


def test_files_that_do_not_rest_are_not_taken(gate, config, monkeypatch):
    monkeypatch.setattr(renewal, "MOST_LOOKS", 3)
    before = gate.snapshot
    told = iter(range(1_000_000))
    monkeypatch.setattr(Watched, "fingerprint", lambda _: str(next(told)))
    observe(config)
    assert until(gate, lambda: gate.trouble)
    assert gate.trouble[0].startswith("E307: ")
    assert gate.snapshot is before


def test_what_changes_during_a_load_is_not_taken(gate, config, monkeypatch):
    load, loads = renewal.snapshot_of, []

    def loading(own, environ, known=None):
        loads.append(own.mode)
        found = load(own, environ, known)
        if len(loads) == 1:
            rewrite(config, ("mode: observe", "mode: enforce"))
        return found

    monkeypatch.setattr(renewal, "snapshot_of", loading)
    observe(config)
    assert until(gate, lambda: loads)
    assert until(gate, lambda: not renewing())
    assert loads == ["observe"]
    assert gate.reloads == {"taken": 0, "refused": 0}


def test_loads_of_one_process_never_overlap_and_no_request_waits(
    gate, rules, monkeypatch
):
    load, busy, most = renewal.snapshot_of, [], []

    def slow(*arguments, **options):
        busy.append(1)
        most.append(len(busy))
        answered.append(asked.wait(SOON))  # until requests have been answered
        try:
            return load(*arguments, **options)
        finally:
            busy.pop()

    monkeypatch.setattr(renewal, "snapshot_of", slow)
    asked, answered, digest = threading.Event(), [], comment(rules)
    assert until(gate, lambda: busy)
    for _ in range(20):
        status(gate)
        gate.tick(at_once=True)
        assert len(renewing()) <= 1
    asked.set()
    assert until(gate, lambda: gate.snapshot.book.digest == digest)
    assert max(most) == 1
    assert all(answered)  # no request waited for the load


def test_an_error_nobody_thought_of_is_a_trouble_too(gate, config, monkeypatch):
    def fail(*_arguments, **_options):
        raise MemoryError

    monkeypatch.setattr(renewal, "snapshot_of", fail)
    observe(config)
    assert until(gate, lambda: gate.trouble)
    assert gate.trouble[0].startswith("E307: ")
    assert "MemoryError" in gate.trouble[0]
    monkeypatch.undo()
    gate.tick(at_once=True)
    assert until(gate, lambda: not gate.trouble)


def test_no_thread_to_be_had_is_a_trouble_and_no_failed_request(gate, monkeypatch):
    def fail(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    gate.tick()
    assert status(gate) == 403
    assert gate.trouble[0].startswith("E307: ")
    monkeypatch.undo()
    gate.tick(at_once=True)
    assert until(gate, lambda: not gate.trouble)


def serve_child(gate, load, result):
    renewal.snapshot_of = load
    result.put(until(gate, lambda: status(gate) != 403))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_that_was_forked_during_a_load_takes_changes_itself(
    gate, config, monkeypatch
):
    load, begun, go_on = renewal.snapshot_of, threading.Event(), threading.Event()

    def blocked(*arguments, **options):
        begun.set()
        go_on.wait(60)
        return load(*arguments, **options)

    monkeypatch.setattr(renewal, "snapshot_of", blocked)
    observe(config)
    assert until(gate, begun.is_set)
    fork = multiprocessing.get_context("fork")
    result = fork.Queue()
    child = fork.Process(target=serve_child, args=(gate, load, result))
    child.start()
    assert result.get(timeout=2 * SOON)
    child.join(5)
    assert status(gate) == 403
    go_on.set()
    assert until(gate, lambda: status(gate) != 403)


def test_many_processes_build_an_index_once(make_config, rules, tmp_path, monkeypatch):
    log = tmp_path / "sent"
    send = errand.send

    def noted(arguments, environ):
        with log.open("a") as file:
            file.write("sent\n")
        send(arguments, environ)

    monkeypatch.setattr("gate.engine.proven.send", noted)
    path = make_config(rules={"folder": str(rules)}, state=str(tmp_path / "own"))
    fork = multiprocessing.get_context("fork")
    children = [fork.Process(target=Gate.load, args=(path,)) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 4
    assert log.read_text() == "sent\n"


def test_a_bad_book_is_proved_bad_once(own, rules, monkeypatch):
    gate, sent = Gate.load(own), []
    send = errand.send
    monkeypatch.setattr(
        "gate.engine.proven.send", lambda *args: sent.append(1) or send(*args)
    )
    weakened(rules)
    for _ in range(2):
        with pytest.raises(FindingsError) as caught:
            Preparing(gate)()
        assert "R043" in {finding.code for finding in caught.value.findings}
    assert len(sent) == 1


class Preparing:
    """Loads what the configuration of a gate names now."""

    def __init__(self, gate):
        self.config = gate.snapshot.config

    def __call__(self):
        return renewal.snapshot_of(self.config, os.environ)


def test_the_lock_of_a_process_that_died_is_free(tmp_path):
    fork = multiprocessing.get_context("fork")
    held = fork.Event()

    def hold():
        with alone(tmp_path):
            held.set()
            time.sleep(60)

    child = fork.Process(target=hold)
    child.start()
    assert held.wait(10)
    handle = os.open(tmp_path / errand.LOCK, os.O_RDWR)
    with pytest.raises(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    child.kill()
    child.join()
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(handle)


# The last good book


@pytest.fixture
def own(make_config, rules, tmp_path):
    """A configuration with a state folder that nobody else uses."""
    return make_config(rules={"folder": str(rules)}, state=str(tmp_path / "own"))


def copies_of(tmp_path):
    return {p.name for p in (tmp_path / "own" / lastgood.FOLDER).iterdir()}


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(shutil.rmtree, id="gone"),
        pytest.param(lambda rules: (rules / BOOK).write_text("- x"), id="not readable"),
        pytest.param(weakened, id="a promise broken"),
    ],
)
def test_the_last_good_book_survives_a_restart(own, rules, spoil, caplog):
    digest = Gate.load(own).snapshot.book.digest
    sound = rules.parent / "sound"
    shutil.copytree(rules, sound)
    spoil(rules)
    gate = Gate.load(own)
    assert gate.snapshot.book.digest == digest
    assert gate.snapshot.config.rules.folder == rules
    assert status(gate) == 403
    assert gate.trouble[0].startswith("E306: ")
    assert digest[:12] in caplog.messages[0]
    shutil.rmtree(rules, ignore_errors=True)
    sound.rename(rules)
    assert until(gate, lambda: not gate.trouble)
    assert gate.reloads == {"taken": 1, "refused": 0}


def test_without_a_last_good_book_a_bad_one_is_a_failed_start(own, rules):
    (rules / BOOK).write_text("- x")
    with pytest.raises(FindingsError):
        Gate.load(own)


def test_a_bad_configuration_is_a_failed_start(own):
    Gate.load(own)
    own.write_text("mode: nonsense\n")
    with pytest.raises(FindingsError):
        Gate.load(own)


def test_a_last_good_book_that_breaks_what_is_pinned_now_is_not_served(
    make_config, own, rules, tmp_path
):
    Gate.load(own)
    (rules / BOOK).write_text("- x")
    pinned = make_config(
        rules={"folder": str(rules), "pinned": {"a-new-promise": "block"}},
        state=str(tmp_path / "own"),
    )
    with pytest.raises(FindingsError) as caught:
        Gate.load(pinned)
    assert {f.code for f in caught.value.findings} & {"R001", "R005", "R010"}


def test_a_copy_that_was_changed_is_not_served(own, rules, tmp_path):
    digest = Gate.load(own).snapshot.book.digest
    copy = tmp_path / "own" / lastgood.FOLDER / digest
    weakened(copy)
    (rules / BOOK).write_text("- x")
    with pytest.raises(GateError):
        Gate.load(own)


def test_copies_are_few_private_and_say_what_they_were_proved_for(own, rules, tmp_path):
    digests = [Gate.load(own).snapshot.book.digest]
    for number in range(lastgood.MOST_COPIES):
        digests.append(comment(rules, f"# {number}\n"))
        gate = Gate.load(own)
    assert copies_of(tmp_path) == set(digests[1:])
    home = tmp_path / "own" / lastgood.FOLDER
    modes = {path.stat().st_mode & 0o077 for path in [home, *home.rglob("*")]}
    assert modes == {0}
    note = json.loads((home / digests[-1] / lastgood.NOTE).read_text())
    assert note["database"] == gate.snapshot.versions.database
    assert note["pinned"] == gate.snapshot.config.rules.pinned


def test_a_copy_that_cannot_be_kept_is_a_trouble(own, tmp_path):
    Gate.load(own)
    home = tmp_path / "own" / lastgood.FOLDER
    shutil.rmtree(home)
    home.write_text("in the way")
    gate = Gate.load(own)
    assert gate.trouble[0].startswith("E303: ")
    assert status(gate) == 403


# What is told, and what a look costs


def test_workers_tell_the_same_once(tmp_path, caplog):
    error = ConfigError("It is wrong.", hint="Correct it.")
    one, two = Troubles(tmp_path), Troubles(tmp_path)
    for worker in (one, two):
        worker.update([])
    one.update([error], refused=error)
    two.update([error], refused=error)
    assert len(caplog.messages) == 1
    one.update([])
    two.update([])
    assert caplog.messages[1:] == [OVER]
    one.update([error], refused=error)
    two.update([error], refused=error)
    assert len(caplog.messages) == 3


def test_a_start_tells_in_any_case(tmp_path, caplog):
    error = ConfigError("It is wrong.")
    for _ in range(2):
        Troubles(tmp_path).update([error])
    assert len(caplog.messages) == 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda f: f.write_bytes(b"B"), id="in place, same size"),
        pytest.param(lambda f: f.unlink(), id="gone"),
        pytest.param(lambda f: f.with_name("b.yaml").write_bytes(b""), id="new"),
        pytest.param(lambda f: f.rename(f.with_name("c.yaml")), id="renamed"),
        pytest.param(lambda f: (f.unlink(), f.mkdir()), id="a folder now"),
    ],
)
def test_a_fingerprint_changes_with_every_file(tmp_path, change):
    rules = tmp_path / "rules"
    rules.mkdir()
    file = rules / "a.yaml"
    file.write_bytes(b"A")
    seen = file.stat()
    watched = Watched(
        config=tmp_path / "config.yaml", folder=rules, databases=(), secret=None
    )
    before = watched.fingerprint()
    assert watched.fingerprint() == before
    change(file)
    if file.is_file():
        os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert watched.fingerprint() != before


@pytest.mark.parametrize("name", [".hidden.yaml", "notes.txt", ".git/a.yaml"])
def test_what_is_not_of_the_book_does_not_count(tmp_path, name):
    watched = Watched(
        config=tmp_path / "config.yaml", folder=tmp_path, databases=(), secret=None
    )
    before = watched.fingerprint()
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"x")
    assert watched.fingerprint() == before


def test_a_pipe_in_the_folder_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "a.yaml")
    watched = Watched(
        config=tmp_path / "a.yaml", folder=tmp_path, databases=(), secret=None
    )
    assert watched.fingerprint() == watched.fingerprint()


def test_a_link_that_leads_back_up_ends(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "a.yaml").write_bytes(b"")
    assert list(fingerprint.files_below(tmp_path)) == [
        ("a.yaml", str(tmp_path / "a.yaml"))
    ]


def test_a_look_is_little_work_for_each_file(gate):
    watched = Watched.of(gate.snapshot.config)
    watched.fingerprint()
    files = sum(1 for _ in fingerprint.files_below(watched.folder))
    assert effort(watched.fingerprint) < 100 + 40 * files
