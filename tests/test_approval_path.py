"""What two people have signed is served; nothing else is, whoever can push it.

All of it is real: git, signatures of ssh keys, the script of `gate recipe
rules-repository`, and a gate that serves. The cases stand in one order, as one history.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from machine import free_port, listens, program

from gate.config import load_config
from gate.errors import RecipeLacksError
from gate.rules import load_book
from gate.workbench.recipe import render, write
from gate.workbench.recipe_values import Settings
from gate.workbench.starter import write_starter
from gate.workbench.status import collect

GATE = str(Path(sys.executable).with_name("gate"))
BOOK = "rules/undesirable-organization.yaml"
ANNA, BORIS, MALLORY = "anna@example.org", "boris@example.org", "mallory@example.org"
SERVED, REFUSED, UNKNOWN = 0, 1, 3
UNUSED = "no recipe of rules holds a secret"
QUIET = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


class Newsroom:
    """A server of git, a desk where rules are written, and a machine with a gate."""

    def __init__(self, folder):
        self.folder = folder
        self.desk, self.server = folder / "desk", folder / "server.git"
        self.home = folder / "served"
        self.signers = folder / "allowed_signers"
        self.keys = {who: self._key(who) for who in (ANNA, BORIS, MALLORY)}
        known = [f"{who} {self._public(who)}" for who in (ANNA, BORIS)]
        self.signers.write_text("\n".join(known) + "\n")
        self.count = 0

    def _key(self, who):
        path = self.folder / who.partition("@")[0]
        command = [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", path]
        subprocess.run(command, check=True)
        return path

    def _public(self, who):
        return self.keys[who].with_suffix(".pub").read_text().strip()

    def git(self, *command, by=None, folder=None, dated=None):
        sign = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={self.keys.get(by)}"]
        sign += ["-c", f"commit.gpgsign={'true' if by else 'false'}"]
        done = subprocess.run(
            [program("git"), *sign, *command],
            cwd=folder or self.desk,
            env={
                **os.environ,
                **QUIET,
                **({"GIT_COMMITTER_DATE": dated} if dated else {}),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, text="# another look\n", *, by=None, dated=None):
        """Commit a change of the rules, signed by somebody or nobody."""
        book = self.desk / BOOK
        book.write_text(book.read_text("utf-8") + text, "utf-8")
        return self.commit(by=by, dated=dated)

    def commit(self, what="-A", *, by=None, dated=None):
        self.git("add", what)
        self.git("commit", "-q", "-m", "A change", by=by, dated=dated)
        return self.git("rev-parse", "HEAD")

    def approve(self, what="HEAD", *, by, dated=None):
        """Sign a tag on a commit."""
        self.count += 1
        name = f"approved/{self.count}"
        self.git("tag", "-s", "-m", "Approved", name, what, by=by, dated=dated)
        return name

    def push(self, what="main"):
        """Push as somebody whom the server lets do everything."""
        self.git("push", "-q", "--force", "--tags", "origin", f"{what}:refs/heads/main")

    def deploy(self, *words, wait=60):
        """Run the script as the timer does; return its exit code and what it says."""
        done = subprocess.run(
            ["/bin/sh", self.folder / "recipe" / "gate-rules-deploy", *words],
            env={
                **os.environ,
                **QUIET,
                "GATE_RULES_SIGNERS": str(self.signers),
                "GATE_RULES_SECONDS": str(wait),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    @property
    def linked(self):
        return (self.home / "current").resolve().name

    @property
    def held(self):
        return (self.home / "held").read_text().split()

    def serves(self):
        """Return the digest of the book that the gate serves."""
        (report,) = collect(self.folder / "state")
        return report["versions"]["book"]


def digest_of(folder):
    return load_book(folder / "rules")[0].digest


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    """A newsroom whose first rules are approved, and served."""
    program("flock")
    made = Newsroom(tmp_path_factory.mktemp("newsroom"))
    begin(made)
    with serving(made) as process:
        yield made
        assert process.poll() is None


def begin(room):
    """Lay everything out as the heads of the recipe's files say."""
    write_starter(room.desk)
    room.git("init", "-q", "-b", "main")
    room.commit(by=ANNA)
    room.approve(by=BORIS)
    room.git("init", "-q", "--bare", "-b", "main", room.server)
    room.git("remote", "add", "origin", room.server)
    room.push()
    room.home.mkdir()
    room.git("clone", "-q", "--bare", room.server, room.home / "repository.git")
    config = room.folder / "config.yaml"
    told = yaml.safe_load((room.desk / "config.yaml").read_text("utf-8"))
    told["rules"]["folder"] = str(room.home / "current" / "rules")
    told["state"] = str(room.folder / "state")
    told["server"]["workers"] = 1
    config.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    files = render(
        "rules-repository", Settings(config=load_config(config, {}), secret=UNUSED)
    )
    write(files, room.folder / "recipe")
    code, said = room.deploy()
    assert code == SERVED, said


class serving:  # noqa: N801  # reads as what it does
    """The gate, before an empty site."""

    def __init__(self, room):
        self.room = room

    def __enter__(self):
        folder, port = self.room.folder, free_port()
        (folder / "site").mkdir()
        command = [GATE, "serve", f"--config={folder}", f"--site={folder / 'site'}"]
        with (folder / "serve.log").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, f"--listen=127.0.0.1:{port}"], stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while not (listens(port) and collect(folder / "state")):
            assert self.process.poll() is None, (folder / "serve.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return self.process

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def nobody(room):
    room.write()


def the_author_alone(room):
    room.write(by=ANNA)


def the_author_twice(room):
    room.write(by=ANNA)
    room.approve(by=ANNA)


def a_stranger(room):
    room.write(by=ANNA)
    room.approve(by=MALLORY)


def what_came_before(room):
    before = room.git("rev-parse", "HEAD")
    room.write(by=ANNA)
    room.approve(before, by=BORIS)


def another_name(room):
    """Put a tag of another purpose, signed for another name, where approvals stand."""
    room.write(by=ANNA)
    room.git("tag", "-s", "-m", "Read, not approved", "read/1", by=BORIS)
    room.git("update-ref", "refs/tags/approved/99", "refs/tags/read/1")


def a_tag_of_a_tag(room):
    room.write(by=ANNA)
    room.git("tag", "-s", "-m", "Not known", "inner", by=MALLORY)
    room.approve("inner", by=BORIS)


def a_key_that_was_revoked(room):
    """Sign as whoever has an old key would: with a date at which it held."""
    room.write(by=ANNA)
    room.approve(by=BORIS, dated="2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "sign",
    [
        nobody,
        the_author_alone,
        the_author_twice,
        a_stranger,
        what_came_before,
        another_name,
        a_tag_of_a_tag,
        a_key_that_was_revoked,
    ],
)
def test_what_two_people_have_not_signed_is_not_served(newsroom, sign):
    before, linked = newsroom.serves(), newsroom.linked
    sign(newsroom)
    newsroom.push()
    code, said = newsroom.deploy()
    assert (code, "It takes 2 people." in said) == (REFUSED, True), said
    assert (newsroom.serves(), newsroom.linked) == (before, linked)


def test_what_two_people_have_signed_is_served_and_can_be_taken_back(newsroom):
    before = newsroom.serves()
    commit = newsroom.write(by=ANNA)
    newsroom.approve(by=BORIS)
    newsroom.push()
    code, said = newsroom.deploy()
    assert (code, f"signed by: {ANNA} {BORIS}" in said) == (SERVED, True), said
    assert (newsroom.serves(), newsroom.linked) == (digest_of(newsroom.desk), commit)
    assert newsroom.deploy() == (SERVED, "")  # nothing is new
    code, said = newsroom.deploy("rollback")
    assert (code, newsroom.serves()) == (SERVED, before), said
    code, said = newsroom.deploy()  # the timer does not bring it back
    assert (code, "is held" in said, newsroom.serves()) == (REFUSED, True, before)
    code, said = newsroom.deploy("rollback")  # once more brings it back no more
    assert (code, "nothing to take back" in said) == (REFUSED, True), said
    assert (newsroom.serves(), newsroom.held) == (before, [commit])
    (newsroom.home / "held").unlink()
    assert newsroom.deploy()[0] == SERVED
    assert newsroom.linked == commit


def test_what_nobody_knows_to_be_served_is_taken_back_by_one_step(newsroom):
    linked = newsroom.linked
    commits = []
    for _ in range(2):
        commits.append(newsroom.write(by=ANNA))
        newsroom.approve(by=BORIS)
        newsroom.push()
        code, said = newsroom.deploy(wait="nobody knows")
        assert (code, newsroom.linked) == (UNKNOWN, commits[-1]), said
        code, said = newsroom.deploy("rollback")
        assert (code, newsroom.linked) == (SERVED, linked), said
    assert newsroom.held == commits


def test_of_older_releases_the_last_five_are_kept(newsroom):
    releases, before = newsroom.home / "releases", newsroom.linked
    for number in range(7):
        (releases / f"{number:040}").mkdir()
        os.utime(releases / f"{number:040}", (number + 1, number + 1))
    os.utime(releases / before, (0, 0))
    commit = newsroom.write(by=ANNA)
    newsroom.approve(by=BORIS)
    newsroom.push()
    code, said = newsroom.deploy()
    assert code == SERVED, said
    kept = {path.name for path in releases.iterdir()}
    assert {before, commit} < kept
    assert f"{0:040}" not in kept
    assert len(kept) == 6  # the one before is older than the five


def test_what_git_would_change_at_a_checkout_is_served_as_it_was_signed(newsroom):
    attributes = newsroom.desk / ".gitattributes"
    attributes.write_text("*.yaml working-tree-encoding=SHIFT-JIS eol=crlf ident\n")
    commit = newsroom.commit(attributes.name, by=ANNA)
    newsroom.approve(by=BORIS)
    newsroom.push()
    code, said = newsroom.deploy()
    assert (code, newsroom.linked) == (SERVED, commit), said
    assert newsroom.serves() == digest_of(newsroom.desk)
    attributes.unlink()


@pytest.mark.parametrize("name", ["../evil.yaml", "/evil.yaml", "a\n::evil::.yaml"])
def test_a_file_whose_name_leads_elsewhere_is_not_laid_out(newsroom, name):
    linked = newsroom.linked
    blob = newsroom.git("rev-parse", f"HEAD:{BOOK}")
    raw = newsroom.folder / "tree"
    raw.write_bytes(f"100644 {name}\0".encode() + bytes.fromhex(blob))
    tree = newsroom.git("hash-object", "-t", "tree", "--literally", "-w", raw)
    made = ["commit-tree", "-S", "-p", "HEAD", "-m", "A change", tree]
    commit = newsroom.git(*made, by=ANNA)
    tag = newsroom.approve(commit, by=BORIS)
    newsroom.push(commit)
    # Git itself would refuse most such names, but for a repository that holds them.
    repository = newsroom.home / "repository.git"
    everything = ["fetch", "-q", "--force", newsroom.server, "+refs/*:refs/*"]
    newsroom.git(*everything, folder=repository)
    code, said = newsroom.deploy()
    newsroom.git("tag", "-d", tag)
    newsroom.git("push", "-q", "--force", "origin", "main", f":refs/tags/{tag}")
    assert (code, "holds a file named" in said) == (REFUSED, True), said
    assert (newsroom.linked, "\n::evil" in said) == (linked, False)
    assert not list(newsroom.home.rglob("*evil*"))


def test_a_commit_of_the_future_waits(newsroom):
    linked = newsroom.linked
    newsroom.write(by=ANNA, dated="2099-01-01T00:00:00Z")
    newsroom.approve(by=BORIS)
    newsroom.push()
    code, said = newsroom.deploy()
    assert (code, "in the future" in said) == (REFUSED, True), said
    assert newsroom.linked == linked


def test_two_who_did_not_write_it_may_sign_it(newsroom):
    """A forge that merges has a key of its own, which is nobody's."""
    newsroom.write(by=MALLORY)
    newsroom.approve(by=ANNA)
    newsroom.approve(by=BORIS)
    newsroom.push()
    code, said = newsroom.deploy()
    assert (code, newsroom.serves()) == (SERVED, digest_of(newsroom.desk)), said


def test_what_is_approved_and_not_sound_is_not_served(newsroom):
    before, linked = newsroom.serves(), newsroom.linked
    book = newsroom.desk / BOOK
    sound = book.read_text("utf-8")
    weak = sound.replace("at_least: interstitial", "at_least: banner", 1)
    book.write_text(weak, "utf-8")
    newsroom.commit(by=ANNA)
    newsroom.approve(by=BORIS)
    newsroom.push()
    code, said = newsroom.deploy()
    assert (code, "R048" in said, "not sound" in said) == (REFUSED, True, True), said
    assert (newsroom.serves(), newsroom.linked) == (before, linked)
    book.write_text(sound, "utf-8")


def test_an_approved_state_of_long_ago_does_not_come_back(newsroom):
    before = newsroom.serves()
    newsroom.git("push", "-q", "--force", "origin", "HEAD~3:main")
    newsroom.approve("HEAD~3", by=ANNA)
    newsroom.approve("HEAD~3", by=BORIS)
    newsroom.git("push", "-q", "--tags", "origin")
    code, said = newsroom.deploy()
    assert (code, "set back" in said, newsroom.serves()) == (REFUSED, True, before)


def test_a_link_among_the_rules_leads_nowhere(newsroom):
    areas = newsroom.desk / "rules" / "areas"
    (areas / "secret.yaml").symlink_to("/etc/passwd")
    newsroom.commit(by=ANNA)
    newsroom.approve(by=BORIS)
    newsroom.push()
    code, said = newsroom.deploy()
    assert (code, "root:" in said) == (REFUSED, False), said
    laid = newsroom.home / "releases" / newsroom.git("rev-parse", "HEAD")
    assert not (laid / "rules/areas/secret.yaml").is_symlink()
    (areas / "secret.yaml").unlink()


def test_rules_that_lie_elsewhere_cannot_be_switched(make_config):
    config = load_config(make_config(), {})
    with pytest.raises(RecipeLacksError) as caught:
        render("rules-repository", Settings(config=config, secret=UNUSED))
    assert "current" in caught.value.lacks


def test_the_files_of_a_forge_can_be_read(newsroom):
    recipe = newsroom.folder / "recipe"
    told = yaml.safe_load((recipe / "gate-rules.yml").read_text("utf-8"))
    runs = [step.get("run", "") for step in told["jobs"]["rules"]["steps"]]
    demands = "gate check --strict", "gate test --mutants --at-least 95", "gate diff"
    for command in demands:
        assert any(run.startswith(command) or command in run for run in runs)
    fresh = runs.index('echo "GATE_STATE=$(mktemp -d)" >>"$GITHUB_ENV"')
    assert not any(run.startswith("gate") for run in runs[:fresh])
    checked = shutil.which("shellcheck")
    if checked:
        script = recipe / "gate-rules-deploy"
        subprocess.run([checked, "-e", "SC2086,SC2310", script], check=True)
