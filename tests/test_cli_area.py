"""gate area: what belongs to an area, on which day, and what has changed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.config import load_config
from gate.decision import memberships_at
from gate.model import Membership, Place
from gate.rules import load_book
from gate.workbench.areas import picture
from gate.workbench.areas.labels import Wanted, placed
from gate.workbench.areas.projection import fitted
from gate.workbench.checking import index_for
from gate.workbench.subjects import class_of

HERE = Path(__file__).parent.parent
CONTROLLED = "russia-controlled-ukraine"
MARCH_2020 = "2020-03-01"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def run(make_config):
    config = str(make_config())

    def invoke(*arguments):
        return CliRunner().invoke(main, ["area", *arguments, "--config", config])

    return invoke


@pytest.fixture
def as_json(run):
    def invoke(*arguments):
        told = run(*arguments, "--json")
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout)

    return invoke


class TestList:
    def test_names_every_area_with_the_age_of_its_knowledge(self, as_json):
        found = {row["area"]: row for row in as_json("list")}
        assert set(found) == {"russia", CONTROLLED}
        assert found["russia"]["age_days"] is None
        assert found[CONTROLLED]["age_days"] >= 0
        assert len(found[CONTROLLED]["versions"]) == 2

    def test_leaves_out_what_has_not_begun(self, run):
        told = run("list", "--at", "2000-01-01")
        assert "russia" in told.output
        assert CONTROLLED not in told.output


class TestShow:
    def test_tells_what_belongs_with_names(self, as_json):
        found = as_json("show", CONTROLLED, "--at", "2026-03-01")
        assert found["whole"]["UA-40"] == "Sevastopol"
        assert found["settlements"]["701822"] == "Mariupol"
        assert found["since"] == "2022-09-29T21:00:00Z"

    def test_a_day_shows_the_version_of_that_day(self, as_json):
        found = as_json("show", CONTROLLED, "--at", MARCH_2020)
        assert "UA-09" not in found["whole"]
        assert found["since"] == "2014-03-17T22:00:00Z"

    def test_a_person_reads_it_as_a_table(self, run):
        told = run("show", CONTROLLED, "--at", "2026-03-01").output
        assert "UA-43 Avtonomna Respublika Krym" in told
        assert "701822 Mariupol" in told
        assert "(shown here)" in told

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (("nowhere",), "E231"),
            ((CONTROLLED, "--at", "2000-01-01"), "E232"),
        ],
    )
    def test_what_cannot_be_shown_has_a_code(self, run, arguments, code):
        told = run("show", *arguments)
        assert (told.exit_code, f"error {code}" in told.stderr) == (1, True)

    def test_a_date_that_is_none_is_bad_usage(self, run):
        assert run("show", CONTROLLED, "--at", "yesterday").exit_code == 2


class TestReviews:
    @pytest.fixture
    def reviewed(self, tmp_path, make_config):
        folder = tmp_path / "rules"
        shutil.copytree(HERE / "rules", folder)
        path = folder / "areas" / "russia.yaml"
        review = (
            '        as_of: "2026-08-22"\n'
            "        reviews:\n"
            '          - {date: "2026-10-01", by: desk@example.org, note: no change}\n'
        )
        text = path.read_text("utf-8")
        path.write_text(text.replace('        as_of: "2026-08-22"\n', review), "utf-8")
        return make_config(rules={"folder": str(folder)})

    def test_a_review_makes_the_knowledge_younger(self, reviewed):
        told = CliRunner().invoke(
            main, ["area", "show", CONTROLLED, "--json", "--config", str(reviewed)]
        )
        found = json.loads(told.stdout)
        assert found["known_on"] == "2026-10-01"
        assert found["reviews"] == [
            {"date": "2026-10-01", "by": "desk@example.org", "note": "no change"}
        ]

    def test_a_review_needs_no_new_index(self, reviewed):
        now, before = (
            load_book(load_config(path, {}).rules.folder)[0]
            for path in (reviewed, HERE / "config.yaml")
        )
        assert now.digest != before.digest
        assert now.areas_digest == before.areas_digest


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The map of the shipped area with the points of the shipped database."""
    out = tmp_path_factory.mktemp("map") / "area.svg"
    config = str(HERE / "config.yaml")
    asked = ["area", "show", CONTROLLED, "--svg", str(out), "--config", config]
    told = CliRunner().invoke(main, [*asked, "--at", "2026-03-01"])
    assert told.exit_code == 0, told.output
    return out.read_text("utf-8")


@pytest.fixture(scope="module")
def tree(drawn):
    return ET.fromstring(drawn)  # noqa: S314 - our own text


class TestMap:
    def texts(self, tree):
        return ["".join(one.itertext()) for one in tree.iter(f"{SVG}text")]

    def test_asks_nobody_for_anything(self, drawn):
        for way in ("href", "url(http", "@import", "<script", "<image"):
            assert way not in drawn

    def test_is_drawn_for_dark_screens_too(self, drawn):
        assert "prefers-color-scheme:dark" in drawn

    def test_says_what_it_is_and_where_it_comes_from(self, tree):
        told = " ".join(self.texts(tree))
        for part in (
            "Russia-controlled parts of Ukraine",
            "in force since 2022-09-30",
            "knowledge of 2026-08-22",
            "DB-IP",
            "Natural Earth",
            "GeoNames",
        ):
            assert part in told

    def test_names_listed_settlements_and_large_cities(self, tree):
        told = self.texts(tree)
        assert {"Mariupol", "Melitopol", "Kyiv", "Kherson", "Simferopol"} <= set(told)

    def test_has_points_of_every_membership(self, tree):
        found = {one.get("class") for one in tree.iter(f"{SVG}circle")}
        assert {"yes", "possible", "no", "ring"} <= found

    def test_every_point_lies_on_the_paper(self, tree):
        width, height = float(tree.get("width")), float(tree.get("height"))
        for one in tree.iter(f"{SVG}circle"):
            assert 0 <= float(one.get("cx")) <= width
            assert 0 <= float(one.get("cy")) <= height

    def test_a_png_needs_a_browser(self, run, tmp_path, monkeypatch):
        monkeypatch.setattr(picture, "BROWSERS", ("no-such-browser",))
        told = run("show", CONTROLLED, "--png", str(tmp_path / "area.png"))
        assert (told.exit_code, "error E233" in told.stderr) == (3, True)
        assert "--svg" in told.stderr

    @pytest.mark.browser
    def test_a_png_is_drawn_where_chromium_is(self, chromium, run, tmp_path):
        del chromium  # only whether there is one
        out = tmp_path / "area.png"
        told = run("show", CONTROLLED, "--png", str(out))
        assert told.exit_code == 0, told.output
        assert out.read_bytes().startswith(b"\x89PNG")


class TestLabels:
    FRAME = (0.0, 0.0, 400.0, 400.0)

    def test_no_name_covers_another(self):
        wanted = [Wanted(f"Town {n}", (200 + n, 200), "city", 12) for n in range(12)]
        boxes = [label.box for label in placed(wanted, self.FRAME)]
        assert len(boxes) >= 8
        for number, one in enumerate(boxes):
            for other in boxes[number + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0]
                assert apart or one[3] <= other[1] or other[3] <= one[1]

    def test_a_name_without_room_is_left_out(self):
        wanted = [Wanted("x" * 200, (200, 200), "city", 12)]
        assert placed(wanted, self.FRAME) == []


class TestProjection:
    def test_points_fit_between_the_margins(self):
        points = [(44.0, 22.0), (52.4, 40.2), (48.0, 30.0)]
        projection, height = fitted(points, 1000, 20)
        for x, y in map(projection.place, points):
            assert 20 - 1e-6 <= x <= 980 + 1e-6
            assert 20 - 1e-6 <= y <= height - 20 + 1e-6

    def test_a_land_across_the_180th_meridian_is_in_one_piece(self):
        points = [(54.7, 20.5), (66.0, -170.0), (55.0, 100.0)]
        projection, _ = fitted(points, 1000, 0)
        west, east, middle = (projection.place(point)[0] for point in points)
        assert west < middle < east


class TestDiff:
    def test_versions_of_two_days(self, as_json):
        found = as_json("diff", CONTROLLED, "--from", MARCH_2020, "--to", "2026-03-01")
        assert "UA-09" in found["added"]["whole"]
        assert "701822" in found["joining"]
        assert found["leaving"] == {}
        assert sum(found["addresses"]["ipv4"].values()) > 100_000
        donetsk = found["settlements"]["709717"]
        assert (donetsk["name"], donetsk["after"]) == ("Donetsk", "yes")

    def test_a_version_against_itself_changes_nothing(self, as_json):
        found = as_json("diff", CONTROLLED, str(HERE / "rules"))
        assert found == {
            "added": {},
            "removed": {},
            "joining": {},
            "leaving": {},
            "addresses": {"ipv4": {}, "ipv6_48": {}},
            "settlements": {},
        }

    @pytest.fixture
    def repository(self, tmp_path, make_config):
        """A rule book under git, of which Melitopol was taken out later."""
        folder = tmp_path / "desk" / "rules"
        shutil.copytree(HERE / "rules", folder)

        def git(*arguments):
            who = ("-c", "user.name=desk", "-c", "user.email=desk@example.org")
            done = ["git", "-C", str(folder.parent), *who, *arguments]
            subprocess.run(done, check=True, capture_output=True)

        git("init", "-q")
        git("add", ".")
        git("commit", "-q", "-m", "first")
        path = folder / "areas" / "russia.yaml"
        lines = path.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if "- 701404 " not in line]
        assert len(kept) == len(lines) - 1
        path.write_text("".join(kept), "utf-8")
        return make_config(rules={"folder": str(folder)})

    def test_a_revision_against_the_book_of_today(self, repository):
        asked = ["area", "diff", CONTROLLED, "HEAD", "--config", str(repository)]
        told = CliRunner().invoke(main, [*asked, "--json"])
        assert told.exit_code == 0, told.output
        assert json.loads(told.stdout)["removed"] == {"settlements": ["701404"]}
        shown = CliRunner().invoke(main, asked)
        assert "701404 Melitopol" in shown.output

    @pytest.mark.parametrize("named", ["no-such-revision", "--output=/tmp/x"])
    def test_what_git_does_not_know_is_an_error(self, repository, named):
        asked = ["area", "diff", "--config", str(repository), "--", CONTROLLED, named]
        told = CliRunner().invoke(main, asked)
        assert (told.exit_code, "error E653" in told.stderr) == (3, True)

    @pytest.mark.parametrize("arguments", [(), ("a", "b", "c")])
    def test_too_little_or_too_much_is_bad_usage(self, run, arguments):
        assert run("diff", CONTROLLED, *arguments).exit_code == 2


class TestMarch:
    """What is asked about a day is answered by the areas of that day."""

    MARIUPOL = "country=UA,subdivision=UA-14,settlement=701822"

    @pytest.mark.parametrize(
        ("at", "membership", "evidence"),
        [
            ("2021-03-01T00:00:00Z", "no", None),
            ("2026-03-01T00:00:00Z", "yes", "settlement:701822"),
        ],
    )
    def test_explain_uses_the_version_in_force(self, at, membership, evidence):
        asked = ["explain", "--place", self.MARIUPOL, "--at", at, "--json"]
        told = CliRunner().invoke(main, [*asked, "--config", str(HERE / "config.yaml")])
        assert told.exit_code == 0, told.output
        found = json.loads(told.stdout)["memberships"][CONTROLLED]
        assert found["is"] == membership
        assert evidence is None or evidence in found["evidence"]

    def test_a_class_has_one_membership_for_each_version(self):
        book, _ = load_book(HERE / "rules")
        place = Place(country="UA", subdivision="UA-14", settlement=701822)
        found = class_of(book, place)
        assert len(found.memberships) == len(book.area_versions)
        begin = {v.since for name, v in book.area_versions if name == CONTROLLED}
        levels = [memberships_at(book, found, at)[CONTROLLED] for at in sorted(begin)]
        assert levels == [Membership.NO, Membership.YES]

    def test_the_index_keeps_every_version_so_that_march_can_be_asked_later(
        self, make_config
    ):
        config = load_config(make_config(), {})
        book, _ = load_book(config.rules.folder)
        versions = [name for name, _ in book.area_versions]
        older, newer = (n for n, name in enumerate(versions) if name == CONTROLLED)
        pairs = {
            (found.memberships[older], found.memberships[newer])
            for found in index_for(config, book).classes
            if found.unknown is None
        }
        assert (Membership.NO, Membership.YES) in pairs
        assert (Membership.YES, Membership.YES) in pairs
