"""gate diff: folders and revisions, exit codes, outputs, traffic, sample books."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from click.testing import CliRunner
from diffed import index, place, written
from machine import program
from test_audit_replay import ROW, logged

from gate.cli import main
from gate.config import load_config
from gate.errors import (
    GitMissingError,
    NetworksInTheWayError,
    NoRepositoryError,
    NoSuchRevisionError,
    TrafficUntoldError,
    TwoSidesNeededError,
)
from gate.places.embedded import embedded_database
from gate.rules import load_book
from gate.workbench.diffing import Terms, Twins, compare
from gate.workbench.diffing.beside import format_changes
from gate.workbench.diffing.chosen_sides import sides_of
from gate.workbench.diffing.findings import findings_of

ROOT = Path(__file__).parent.parent
CODES = ROOT / "tests/books/codes"
LIVE = '        - "/robots.txt"\n', '        - "/robots.txt"\n        - "/live/**"\n'
BANNER = "    if_possible: banner\n    then: interstitial", "    then: banner"
MARIUPOL = "          - 701822   # Mariupol: May 2022\n"
NO_NAMES = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_NAME": "n" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "n@example.org" for who in ("AUTHOR", "COMMITTER")},
}


def git(folder, *words):
    subprocess.run(
        ["git", "-C", str(folder), *words],
        check=True,
        capture_output=True,
        env=os.environ | NO_NAMES,
    )


def edit(rules, old, new, name="undesirable-organization.yaml"):
    path = rules / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def committed(tmp_path_factory):
    """A repository with the shipped rules in a subfolder; the branch has a change."""
    program("git")
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "rules", folder / "desk/rules")
    git(folder, "init", "--quiet", "--initial-branch", "main", str(folder))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    git(folder, "checkout", "--quiet", "-b", "branch")
    edit(folder / "desk/rules", *BANNER)
    git(folder, "commit", "--quiet", "-am", "weaker")
    git(folder, "checkout", "--quiet", "main")
    edit(folder / "desk/rules", "title: Giving money", "title: Money")
    git(folder, "commit", "--quiet", "-am", "another title")
    return folder


@pytest.fixture
def repository(committed, tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(committed, folder)
    return folder


@pytest.fixture
def rules(repository):
    return repository / "desk/rules"


@pytest.fixture
def config(rules, make_config):
    return make_config(rules={"folder": str(rules), "pinned": {}})


def run(config, *words):
    words = ["diff", "--config", str(config), *map(str, words)]
    return CliRunner().invoke(main, words)


def told(config, *words):
    return json.loads(run(config, "--json", *words).stdout)


class TestWhichBooks:
    def test_nothing_named_means_the_last_commit_and_the_folder(self, config, rules):
        assert run(config).exit_code == 0
        edit(rules, *LIVE)
        found = run(config)
        assert found.exit_code == 5
        assert "/live/**" in found.stdout
        line = rules.joinpath("undesirable-organization.yaml").read_text().splitlines()
        at = 1 + next(n for n, text in enumerate(line) if '"/live/**"' in text)
        assert f"undesirable-organization.yaml:{at}:11 (new)" in found.stdout

    def test_a_revision_is_compared_with_the_folder(self, config):
        found = run(config, "branch")
        assert found.exit_code == 0  # the folder is stricter
        assert "STRICTER" in found.stdout
        assert "LOOSER" not in found.stdout

    def test_two_dots_name_two_revisions(self, config):
        found = run(config, "main..branch")
        assert found.exit_code == 5
        assert "branch:desk/rules/undesirable-organization.yaml:" in found.stdout

    def test_three_dots_begin_where_both_parted(self, config, rules, repository):
        edit(rules, *LIVE)
        git(repository, "commit", "--quiet", "-am", "live")
        since = {g["direction"] for g in told(config, "main...branch")["differences"]}
        both = {g["direction"] for g in told(config, "main..branch")["differences"]}
        assert since == {"looser"}
        assert both == {"looser", "stricter"}

    def test_two_folders_need_neither_configuration_nor_git(self, rules, tmp_path):
        other = tmp_path / "other"
        shutil.copytree(rules, other)
        found = run(tmp_path / "none.yaml", rules, other)
        assert found.exit_code == 0
        assert "No decision differs." in found.stdout

    def test_a_folder_with_config_yaml_means_the_rules_that_it_names(
        self, config, rules, tmp_path
    ):
        edit(rules, *BANNER)
        site = tmp_path / "elsewhere"
        site.mkdir()
        (site / "config.yaml").write_text(f"rules: {{folder: {rules}}}\n", "utf-8")
        by_site = told(config, "HEAD", site)
        assert by_site["differences"] == told(config, "HEAD", rules)["differences"]
        assert by_site["new"]["source"] == rules.as_posix()

    def test_a_folder_of_another_path_in_a_revision(self, config):
        assert run(config, "HEAD:desk/rules").exit_code == 0

    @pytest.mark.parametrize("named", ["nonsense", "nonsense..HEAD", "HEAD:nowhere"])
    def test_what_git_does_not_know_is_named(self, config, named):
        found = run(config, named)
        assert found.exit_code == NoSuchRevisionError.exit_code
        assert NoSuchRevisionError.code in found.stderr

    def test_an_option_is_no_revision(self, rules):
        with pytest.raises(NoSuchRevisionError):
            sides_of(("--output=x",), rules)

    def test_a_folder_in_no_repository_is_told(self, make_config, tmp_path):
        shutil.copytree(ROOT / "rules", tmp_path / "bare")
        config = make_config(rules={"folder": str(tmp_path / "bare"), "pinned": {}})
        assert NoRepositoryError.code in run(config).stderr

    def test_without_git_it_is_said_what_is_missing(
        self, config, monkeypatch, tmp_path
    ):
        monkeypatch.setenv("PATH", str(tmp_path))
        found = run(config)
        assert GitMissingError.code in found.stderr
        assert "hint:" in found.stderr

    def test_a_book_with_errors_is_shown_where_it_stands(self, config, rules):
        edit(rules, "then: interstitial", "then: nothing")
        found = run(config)
        assert found.exit_code == 1
        assert "undesirable-organization.yaml:" in found.stderr

    def test_without_a_configuration_both_sides_are_needed(self, tmp_path):
        found = run(tmp_path / "none.yaml", "HEAD")
        assert found.exit_code == TwoSidesNeededError.exit_code
        assert TwoSidesNeededError.code in found.stderr

    @pytest.mark.parametrize(
        "words",
        [("a", "b", "c"), ("--json", "--markdown")],
        ids=["three books", "two outputs"],
    )
    def test_what_cannot_be_meant_is_refused(self, config, words):
        assert run(config, *words).exit_code == 2


class TestOutputs:
    def test_networks_are_written_one_a_line(self, config, rules, tmp_path):
        edit(rules, *LIVE)
        folder = tmp_path / "out"
        groups = told(config, "--networks", folder)["differences"]
        for group in groups:
            lines = Path(group["networks"]).read_text().splitlines()
            # Places of two labels may be neighbours, and one network together.
            assert len(lines) <= sum(place["networks"] for place in group["places"])
            networks = [ip_network(line) for line in lines]
            for told_of in group["places"]:
                if told_of["such_as"]:
                    address = ip_address(told_of["such_as"])
                    assert any(
                        address in one
                        for one in networks
                        if one.version == address.version
                    )

    def test_a_folder_with_files_is_left_alone(self, config, tmp_path):
        (tmp_path / "kept.txt").write_text("kept")
        found = run(config, "--networks", tmp_path)
        assert NetworksInTheWayError.code in found.stderr
        assert (tmp_path / "kept.txt").read_text() == "kept"

    def test_markdown_has_a_table_and_folded_details(self, config, rules):
        edit(rules, *LIVE)
        found = run(config, "--markdown")
        assert found.exit_code == 5
        assert found.stdout.startswith("<!-- gate diff -->\n### Rule book: 2 diff")
        assert (
            "| 1 | looser | interstitial | pass | read | /live/\\*\\* |" in found.stdout
        )
        assert found.stdout.count("<details>") == 2

    def test_an_exemption_is_told_with_who_approved_it(self, config, rules):
        path = rules / "undesirable-organization.yaml"
        text = path.read_text("utf-8")
        path.write_text(
            text.replace(
                "exemptions:\n",
                "exemptions:\n"
                "  - id: live-pages\n"
                "    relaxes: [warn-reading]\n"
                "    to: banner\n"
                '    when: {paths: ["/live/**"]}\n'
                "    because: Readers reload live pages every minute.\n"
                "    approved_by: board@example.org\n"
                '    effective: {until: "2027-06-02T00:00:00+03:00"}\n',
            )
        )
        found = run(config)
        assert found.exit_code == 0
        assert "LOOSER, approved by board@example.org" in found.stdout

    def test_a_wider_exemption_with_its_old_approval_breaks_a_promise(
        self, config, rules
    ):
        edit(rules, '"/help/safety/**"', '"/help/**"')
        found = run(config)
        assert found.exit_code == 5
        assert "LOOSER, approved" not in found.stdout
        asked = "exemption safety-pages: approved_by is as before: who has approved"
        assert asked in found.stdout
        assert "by an exemption, and approved_by is as before" in found.stdout

    def test_a_finding_has_the_shape_that_gate_check_gives_it(self, config, rules):
        edit(rules, *LIVE)
        found = told(config)["findings"]
        assert [set(one) for one in found] == [
            {
                *("code", "severity", "message", "hint", "subject"),
                *("file", "line", "column", "width"),
            }
        ]

    def test_what_ended_is_shown_apart(self, config, rules):
        edit(rules, *LIVE)
        found = run(config, "HEAD", "--at", "2024-01-01")
        assert "Only in the past" not in found.stdout
        edit(rules, 'effective: {from: "2024-02-20', 'effective: {from: "2024-02-21')
        git(rules, "commit", "--quiet", "-am", "a day later")
        edit(rules, 'effective: {from: "2024-02-21', 'effective: {from: "2024-02-22')
        found = run(config)
        assert found.exit_code == 0
        assert "Only in the past" in found.stdout
        assert run(config, "--from", "2025-01-01").stdout.count("No decision differs")


MINUTE = '[10/Sep/2026:10:00:00 +0000] "GET {} HTTP/1.1" 200 1 "-" "-"'


class TestTraffic:
    @pytest.fixture
    def log(self, tmp_path):
        lines = [
            *[f"77.88.8.8 - - {MINUTE.format('/live/x')}"] * 30,
            *[f"77.88.8.8 - - {MINUTE.format('/a/x')}"] * 20,
            *[f"8.8.8.8 - - {MINUTE.format('/live/x')}"] * 45,
            *[f"77.88.8.8 - - {MINUTE.format('/feed.xml')}"] * 3,
            "torn",
        ]
        path = tmp_path / "access.log"
        path.write_text("\n".join(lines) + "\n")
        return path

    def test_an_access_log_is_weighed_line_by_line(self, config, rules, log):
        edit(rules, *LIVE)
        found = told(config, "--traffic", log)
        assert found["traffic"]["moved"] == {"least": 30, "most": 30, "of": 95}
        assert found["traffic"]["apart"] == {"feed": "<10", "unreadable": "<10"}
        shares = [group["traffic"]["most"] for group in found["differences"]]
        assert shares == [30, 0]
        codes = [finding["code"] for finding in found["findings"]]
        assert codes == ["R090", "R091"]

    def test_no_address_and_no_path_of_a_log_is_told(
        self, config, rules, log, tmp_path
    ):
        edit(rules, *LIVE)
        found = run(config, "--json", "--traffic", log, "--networks", tmp_path / "out")
        assert "77.88.8.8" not in found.stdout
        assert "/live/x" not in found.stdout

    def test_a_higher_limit_lets_it_pass(self, config, rules, log):
        stricter = "    then: block\n    approved_by: legal@example.org"
        edit(rules, BANNER[0], stricter)
        strict = ("HEAD", "--traffic", log, "--strict")
        assert run(config, *strict, "--limit", "60").exit_code == 0
        assert run(config, *strict).exit_code == 1
        assert run(config, *strict[:-1]).exit_code == 0

    def test_sealed_counts_tell_what_surely_and_possibly_moves(
        self, config, rules, tmp_path
    ):
        book, _ = load_book(rules)
        row = ROW._replace(
            place="RU",
            areas="russia:yes",
            section="articles",
            rules="warn-reading",
            book=book.digest,
            areas_digest=book.areas_digest,
            config=load_config(config, {}).digest,
            database="gone",
        )
        days = ["2026-03-01", "2026-03-02"]
        rows = [row, row._replace(section="other")]
        log = logged(tmp_path / "log", days, rows)
        edit(rules, *LIVE)
        moved = told(config, "--traffic", log)["traffic"]["moved"]
        assert moved == {"least": 0, "most": 2 * ROW.n, "of": 4 * ROW.n}

    def test_an_access_log_needs_a_configuration(self, rules, log, tmp_path):
        found = run(tmp_path / "none.yaml", rules, rules, "--traffic", log)
        assert found.exit_code == TrafficUntoldError.exit_code
        assert TrafficUntoldError.code in found.stderr

    def test_a_book_without_notices_cannot_be_weighed(self, config, rules, log):
        shutil.rmtree(rules / "notices")
        found = run(config, rules, rules, "--traffic", log)
        assert TrafficUntoldError.code in found.stderr

    def test_logs_of_both_kinds_at_once_are_refused(self, config, log, tmp_path):
        assert run(config, "--traffic", log, "--traffic", tmp_path).exit_code == 2


# What an edge says; names that would steer a terminal


CERTAIN = """  - id: warn-reading-certain
    title: Reading
    because: A memo
    when:
      areas: [russia]
      activities: [read]
      paths: ["/**"]
      except_paths: ["/about/undesirable/**", "/robots.txt", "/favicon.ico",
        "/.well-known/**", "/sitemap*.xml", "/sitemaps/**"]
    certainty: certain
    then: interstitial
    notice: undesirable-organization
    effective: {from: "2024-02-20T00:00:00+03:00"}

  - id: warn-sharing
"""
AREAS = "      areas: [russia, russia-controlled-ukraine]\n      activities: [read]\n"


def test_readers_that_only_an_edge_places_are_not_left_out(rules, make_config):
    geo = {"edge": {"vendor": "cloudflare"}}
    config = make_config(
        rules={"folder": str(rules), "pinned": {}},
        geo=geo,
        visitor={"trusted_proxies": ["198.51.100.0/24"]},
    )
    edit(rules, AREAS, AREAS.replace("russia, ", ""))
    edit(rules, "  - id: warn-sharing\n", CERTAIN)
    edit(
        rules,
        "relaxes: [warn-reading]",
        "relaxes: [warn-reading, warn-reading-certain]",
    )
    found = run(config)
    assert found.exit_code == 5
    assert "readers of whom the edge says RU" in found.stdout
    looser = [g for g in told(config)["differences"] if g["direction"] == "looser"]
    assert {one["edge"] for group in looser for one in group["places"]} >= {"RU"}


def test_no_name_of_a_file_forges_a_line(rules, tmp_path):
    other = tmp_path / "a\nNo decision differs.\x1b[2J"
    shutil.copytree(rules, other)
    edit(other, *LIVE)
    found = run(tmp_path / "none.yaml", rules, other)
    assert found.exit_code == 5
    assert "\x1b" not in found.stdout
    assert "No decision differs." not in found.stdout.splitlines()
    assert "a\\nNo decision differs.\\x1b[2J/undesirable" in found.stdout


# A moved line: March against September


def test_what_a_moved_line_changes_is_told_from_the_day_it_moved(
    rules, repository, config
):
    """An editor adds a version from September on; March stays as it was."""
    name = "areas/russia.yaml"
    text = (rules / name).read_text("utf-8")
    start = text.index('      - since: "2022-09-30T00:00:00+03:00"')
    newer = text[start:].replace("2022-09-30", "2026-09-01").replace(MARIUPOL, "")
    (rules / name).write_text(text.rstrip("\n") + "\n\n" + newer, "utf-8")
    git(repository, "commit", "--quiet", "-am", "September")
    found = told(config, "HEAD~1..HEAD", "--at", "2026-10-01")
    assert {group["from"] for group in found["differences"]} >= {"2026-08-31T21:00:00Z"}
    assert min(g["from"] for g in found["differences"]) == "2026-08-31T21:00:00Z"
    for group in found["differences"]:
        assert [place["label"] for place in group["places"]] == ["UA-14"]
        (cause,) = group["causes"]
        assert cause["what"] == "version since 2026-09-01 00:00 UTC+3 added"
        assert cause["file"].endswith(name)
        assert cause["line"] > len(text.splitlines())


def test_two_real_databases_under_one_book(databases, config, tmp_path):
    old, new = embedded_database(), databases("GeoLite2-City.mmdb")
    out = tmp_path / "out"
    found = run(config, "--geo", old, new, "--networks", out, "--json")
    told_ = json.loads(found.stdout)
    assert found.exit_code == 5
    assert told_["databases"] == {"old": old.name, "new": new.name}
    causes = {c["kind"] for g in told_["differences"] for c in g["causes"]}
    assert causes == {"database"}
    ways = {group["direction"] for group in told_["differences"]}
    assert ways >= {"looser", "stricter"}
    assert all(
        group["networks"]
        for group in told_["differences"]
        if any(place["networks"] for place in group["places"])
    )


# The sample books of the codes


def sample(code, kind, name):
    """The base site with a sample file in it, as a side."""
    texts = {}
    for base in (ROOT / "tests/books/good/base", ROOT / "tests/books/site/rules"):
        for path in sorted(base.rglob("*")):
            if path.is_file() and "notices" not in path.parts:
                texts[path.relative_to(base).as_posix()] = path.read_text("utf-8")
    texts["sample.yaml"] = (CODES / code / kind / name).read_text("utf-8")
    return texts


def somewhere(side):
    """Places in every area of a side, and in none."""
    count = len(side.book.area_versions)
    found = index((place(*[2] * count), place(*[0] * count)), (0, 1), (0, 1))
    return Twins(found, found)


@pytest.mark.parametrize(("kind", "codes"), [("bad", {"R090"}), ("good", set())])
def test_the_samples_of_r090_loosen_with_and_without_an_exemption(kind, codes):
    old, new = (written(sample("R090", kind, f"{age}.yaml")) for age in ("old", "new"))
    found = compare(old, new, somewhere(old), Terms(now=0))
    assert not found.is_empty
    assert {finding.code for finding in found.findings} == codes


@pytest.mark.parametrize(("kind", "codes"), [("bad", ["R091"]), ("good", [])])
def test_the_samples_of_r091_move_much_and_little(kind, codes, make_config, tmp_path):
    folders = []
    for age in ("old", "new"):
        folder = tmp_path / age
        shutil.copytree(ROOT / "tests/books/site/rules", folder)
        for name, text in sample("R091", kind, f"{age}.yaml").items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        folders.append(folder)
    config = make_config(rules={"folder": str(folders[1]), "pinned": {}})
    found = told(config, *folders, "--traffic", CODES / "R091/traffic.log")
    assert [finding["code"] for finding in found["findings"]] == codes


@pytest.mark.parametrize(("kind", "codes"), [("bad", {"R092"}), ("good", set())])
def test_the_samples_of_r092_change_the_format_with_and_without_decisions(kind, codes):
    """No version of the gate reads two formats yet: the books are as rules/1 says."""
    ages = ("old", "new")
    texts = [sample("R092", kind, f"{age}.yaml") for age in ages]
    sides = [
        written({**t, "sample.yaml": t["sample.yaml"].replace("rules/2", "rules/1")})
        for t in texts
    ]
    files = [
        replace(side, folder=written_folder(side, t))
        for side, t in zip(sides, texts, strict=True)
    ]
    found = compare(*sides, somewhere(sides[0]), Terms(now=0))
    beside = replace(found.beside, formats=format_changes(*files))
    assert beside.formats == {"sample.yaml": ("rules/1", "rules/2")}
    codes_found = {finding.code for finding in findings_of(found.groups, beside)}
    assert codes_found - {"R090"} == codes


def written_folder(side, texts):
    files = {name: text.encode() for name, text in texts.items()}
    return replace(side.folder, files=files)
