"""A folder to a rule book: what arrives, what counts in the digests, what does not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from effort import effort
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.model import Action, Activity, Effective, Membership, Mode, Unknown, When
from gate.rules import load_book
from gate.rules.sheets import read_folder

BASE = Path(__file__).parent / "books" / "good" / "base"


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "rules"
    shutil.copytree(BASE, copy)
    return copy


def loaded(folder):
    book, findings = load_book(folder)
    assert findings == ()
    return book


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def codes(folder):
    book, findings = load_book(folder)
    assert (book is None) == any(f.severity == "error" for f in findings)
    return [f.code for f in findings]


def test_areas_arrive_with_versions_shapes_and_networks():
    coast = loaded(BASE).areas["coast"]
    old, new = coast.versions
    assert (old.since, new.since) == (1395093600, 1664496000)
    assert (new.as_of, new.within, new.whole) == (
        *("2026-08-22", ("UA",)),
        ("UA-43", "UA-40"),
    )
    assert (new.partly, new.settlements) == (("UA-65",), (706448, 701404))
    assert new.networks == ("192.0.2.0/24", "2001:db8::/32")
    assert [shape.name for shape in new.shapes] == [
        "areas/shapes/square.geojson",
        "areas/shapes/feature.geojson",
    ]
    assert old.shapes[0] is new.shapes[0]
    assert '"Polygon"' in old.shapes[0].geojson


def test_a_rule_arrives_with_every_key():
    rule = loaded(BASE).rules[0]
    assert rule.when == When(
        areas=("russia", "coast"),
        activities=(Activity.READ,),
        paths=("/**",),
        except_paths=("/about/**", "/новости"),
    )
    assert (rule.then, rule.if_possible) == (Action.INTERSTITIAL, Action.BANNER)
    assert (rule.certainty, rule.notice) == (Membership.POSSIBLE, "notice")
    assert rule.effective == Effective(since=1708376400)
    assert (rule.mark.line, rule.mark.column, rule.mark.width) == (12, 9, 12)


def test_what_is_left_out_asks_nothing():
    shadow = loaded(BASE).rules[2]
    assert shadow.mode is Mode.SHADOW
    assert shadow.when == When(activities=tuple(Activity), paths=("/**",))
    assert shadow.effective == Effective()


def test_certainty_that_is_left_out_follows_the_action():
    certainties = {rule.then: rule.certainty for rule in loaded(BASE).rules}
    assert certainties == {
        Action.INTERSTITIAL: Membership.POSSIBLE,
        Action.BLOCK: Membership.YES,
        Action.BANNER: Membership.POSSIBLE,
    }


def test_exemptions_promises_unknown_places_and_owners_arrive():
    book = loaded(BASE)
    (exemption,) = book.exemptions
    assert (exemption.relaxes, exemption.to) == (("warn-readers",), Action.PASS)
    assert exemption.effective == Effective(until=1843506000)
    assert [p.at_least for p in book.promises] == [
        Action.INTERSTITIAL,
        None,
        Action.INTERSTITIAL,
    ]
    assert book.promises[1].scope.outside_areas == ("russia", "coast")
    assert book.promises[2].scope.unknown == (Unknown.BAD_ADDRESS,)
    assert book.unknown.actions == {
        Unknown.NOT_IN_DATABASE: Action.BANNER,
        Unknown.DATABASE_UNUSABLE: Action.BANNER,
        Unknown.PRIVATE_ADDRESS: Action.BANNER,
        Unknown.BAD_ADDRESS: Action.INTERSTITIAL,
        Unknown.ANONYMOUS_NETWORK: Action.PASS,
    }
    assert (book.unknown.max_age_days, book.owners) == (400, ("legal@example.org",))


def test_tests_arrive_with_every_key_of_a_place():
    moscow, norway, bad = loaded(BASE).tests
    place = moscow.visitor
    assert (place.point, place.accuracy_km, place.registered) == (
        (55.75, 37.6),
        20,
        "RU",
    )
    assert (place.settlement, place.network) == (524901, "192.0.2.0/24")
    assert norway.visitor.country == "NO"
    assert norway.by == {Activity.READ: ("default",)}
    assert bad.visitor.unknown is Unknown.BAD_ADDRESS
    assert moscow.expect == {
        Activity.READ: Action.INTERSTITIAL,
        Activity.DONATE: Action.BLOCK,
    }


CHANGES = {
    "a rule": ("rules.yaml", "A memo", "Another memo", True, False),
    "a comment": ("rules.yaml", "format:", "# Hello\nformat:", True, False),
    "a notice": ("notices/notice.yaml", "elsewhere", "there", True, False),
    "a title of an area": (
        "areas/areas.yaml",
        "title: Russia",
        "title: R",
        True,
        False,
    ),
    "a source": ("areas/areas.yaml", "org/russia", "org/ru", True, False),
    "a code": ("areas/areas.yaml", "partly: [UA-65]", "partly: [UA-23]", True, True),
    "how it is weighed": (
        *("areas/areas.yaml", "partly: [UA-65]"),
        *("weigh: {unlikely: 0.05}\n        partly: [UA-65]", True, True),
    ),
    "a settlement": ("areas/areas.yaml", "706448", "706449", True, True),
    "a network": ("areas/areas.yaml", "192.0.2.0/24", "192.0.2.0/25", True, True),
    "a date": ("areas/areas.yaml", "30T00:00:00Z", "30T00:00:01Z", True, True),
    "an outline": ("areas/shapes/square.geojson", "[34, 46]", "[34, 47]", True, True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_digests_change_with_what_they_stand_for(change, folder):
    name, old, new, book_changes, areas_change = CHANGES[change]
    before = loaded(folder)
    edit(folder / name, old, new)
    after = loaded(folder)
    assert (before.digest != after.digest) is book_changes
    assert (before.areas_digest != after.areas_digest) is areas_change


def test_the_digests_do_not_depend_on_where_the_folder_lies(folder):
    assert loaded(folder).digest == loaded(BASE).digest
    assert loaded(folder).areas_digest == loaded(BASE).areas_digest


def test_a_renamed_file_changes_the_digest_of_the_book_alone(folder):
    before = loaded(folder)
    (folder / "rules.yaml").rename(folder / "other.yaml")
    after = loaded(folder)
    assert before.digest != after.digest
    assert before.areas_digest == after.areas_digest


def test_hidden_files_and_other_files_are_no_part_of_the_book(folder):
    before = loaded(folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "x.yaml").write_text("format: nonsense", "utf-8")
    (folder / ".rules.yaml.swp").write_text("x", "utf-8")
    (folder / "rules.yaml~").write_text("x", "utf-8")
    (folder / "README.md").write_text("x", "utf-8")
    assert loaded(folder).digest == before.digest


@pytest.mark.parametrize("name", ["more.yml", "MORE.YAML", "x.GeoJSON"])
def test_a_file_that_would_silently_be_left_out_is_an_error(name, folder):
    (folder / name).write_text("format: rules/1\n", "utf-8")
    assert codes(folder) == ["R005"]


@pytest.mark.parametrize("rest", ["/2\na: [\n", "/1\n", "/9\nnotices: {}\n"])
def test_a_broken_notice_is_left_to_the_notices(folder, rest):
    path = folder / "notices" / "notice.yaml"
    path.write_text(f"format: notices{rest}", "utf-8")
    assert codes(folder) == []


def test_links_as_a_cluster_mounts_them_are_followed(folder, tmp_path):
    mounted = tmp_path / "mounted"
    data = mounted / "..2026_09_10"
    shutil.copytree(folder, data)
    (mounted / "..data").symlink_to(data)
    (mounted / "rules.yaml").symlink_to("..data/rules.yaml")
    (mounted / "areas.yaml").symlink_to("..data/areas/areas.yaml")
    (mounted / "shapes").mkdir()
    for shape in (data / "areas" / "shapes").iterdir():
        (mounted / "shapes" / shape.name).symlink_to(shape)
    assert set(loaded(mounted).areas) == {"russia", "coast"}


def test_a_folder_that_is_not_there_is_one_finding(tmp_path):
    assert codes(tmp_path / "none") == ["R001"]


def test_an_empty_folder_is_one_finding(tmp_path):
    assert codes(tmp_path) == ["R005"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param(
            "rules.yaml", "id: warn-readers", "id: w\u0430rn-readers", id="rule"
        ),
        pytest.param(
            "rules.yaml", "id: warn-readers", '"id": warn\u200b-readers', id="-"
        ),
        pytest.param("areas/areas.yaml", "  russia:", "  russi\u0430:", id="area"),
    ],
)
def test_of_letters_that_deceive_in_an_id_only_the_id_is_blamed(file, old, new, folder):
    edit(folder / file, old, new)
    assert {finding.code for finding in load_book(folder)[1]} == {"R006"}


def test_a_country_in_place_of_an_area_is_told_what_belongs_there(folder):
    edit(folder / "rules.yaml", "areas: [russia]", "areas: [UA-43]")
    findings = load_book(folder)[1]
    assert {finding.code for finding in findings} == {"R003"}
    assert '"UA-43" is no area of the book' in findings[0].message
    assert "The book has " in findings[0].hint
    assert "russia" in findings[0].hint
    assert "rules/areas" in findings[0].hint


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (b"z\n::stop-commands::zz\n.yaml", "z<U+000A>::stop-commands::zz<U+000A>.yaml"),
        (b"\x1b[2J/z.geojson", "<U+001B>[2J/z.geojson"),
        ("\u202ez.yml".encode(), "<U+202E>z.yml"),
        (b"\xffz.yaml", "<U+DCFF>z.yaml"),
        (b"notices/z\t.yaml", "notices/z .yaml"),
    ],
    ids=["lines", "a folder", "direction", "no text", "a notice"],
)
def test_a_name_that_could_forge_a_line_is_refused(folder, name, told):
    path = folder / os.fsdecode(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("format: rules/1\n")
    book, (finding,) = load_book(folder)
    assert (book, finding.code) == (None, "R001")
    assert str(finding.mark) == f"{folder.as_posix()}/{told}"
    assert len(read_folder(folder).digest) == 64  # it can be told apart nevertheless


def test_a_file_that_cannot_be_read_is_a_finding_of_its_own(folder):
    gone = folder / "more.yaml"
    gone.symlink_to("nowhere.yaml")
    book, (finding,) = load_book(folder)
    assert book is None
    assert (finding.code, finding.mark.file) == ("R001", str(gone))


def test_a_shape_that_is_too_large_is_a_finding(folder):
    path = folder / "areas" / "shapes" / "feature.geojson"
    path.write_text(path.read_text("utf-8") + " " * (4 * 1024 * 1024), "utf-8")
    book, (finding,) = load_book(folder)
    assert book is None
    assert (finding.code, finding.mark.line) == ("R019", 23)
    assert "4 MiB" in finding.message


def test_twice_as_many_rules_are_twice_the_work(folder):
    head, rest = (folder / "rules.yaml").read_text("utf-8").split("rules:\n", 1)
    rule, tail = rest.split("  - id: stop-donations", 1)
    works = []
    for count in (200, 400):
        many = "".join(rule.replace("warn-readers", f"w{n}") for n in range(count))
        text = f"{head}rules:\n{rule}{many}  - id: stop-donations{tail}"
        (folder / "rules.yaml").write_text(text, "utf-8")
        assert len(loaded(folder).rules) == count + 3
        works.append(effort(lambda: loaded(folder)))
    assert works[1] < 2.1 * works[0]


def test_loading_needs_none_of_the_heavy_libraries():
    script = (
        "import sys; from pathlib import Path; from gate.rules import load_book;"
        f"assert load_book(Path({str(BASE)!r}))[0];"
        "print(*{'numpy', 'shapely', 'geoip2', 'pycountry', 'jinja2', 'flask'}"
        ".intersection(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == ""


def _mutated(text, draw):
    """Change a text as an editor's slip does: a line, or a few letters of one."""
    lines = text.split("\n")
    number = draw(st.integers(0, len(lines) - 1))
    line = lines[number]
    at = draw(st.integers(0, len(line)))
    slip = draw(
        st.sampled_from(["", " ", "-", ":", "[", "]", '"', "x", "*", "\t", "\u0410"])
    )
    lines[number] = draw(
        st.sampled_from([line[:at] + slip + line[at + 1 :], "", f"{line}\n{line}"])
    )
    return "\n".join(lines)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_no_slip_of_an_editor_breaks_the_loading(folder, data):
    name = data.draw(st.sampled_from(["rules.yaml", "areas/areas.yaml"]))
    text = (BASE / name).read_text("utf-8")
    (folder / name).write_text(_mutated(text, data.draw), "utf-8")
    codes(folder)
    shutil.copy(BASE / name, folder / name)
