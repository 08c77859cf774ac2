"""The example book for Belarus: another law with the same gate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from gate.cli import main
from gate.notices import Look, compile_pages, load_notices
from gate.workbench.starter import EXAMPLES, starter, write_starter

ROOT = Path(__file__).parents[1]
ID = "extremist-formation"


@pytest.fixture
def site(tmp_path, monkeypatch, session_state):
    """The example as `gate init --example belarus` writes it."""
    told = CliRunner().invoke(main, ["init", "--example", "belarus", str(tmp_path)])
    assert told.exit_code == 0
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATE_STATE", str(session_state))
    return tmp_path


def gate(*arguments):
    return CliRunner().invoke(main, list(arguments))


@pytest.mark.usefixtures("site")
def test_it_passes_every_check_strictly():
    told = gate("check", "--strict", "--json")
    report = json.loads(told.output)
    assert told.exit_code == 0, told.output
    assert {finding["code"] for finding in report["findings"]} == {"R068"}


@pytest.mark.usefixtures("site")
def test_it_passes_its_own_tests():
    told = gate("test")
    assert (told.exit_code, told.output) == (0, "20 of 20 tests passed.\n")


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("place", "path", "action"),
    [
        ("BY", "/a/some-article", "interstitial"),
        ("BY", "/listed/some-article", "block"),
        ("RU", "/a/some-article", "pass"),
        ("LT", "/listed/some-article", "pass"),
    ],
)
def test_reading_meets_what_the_book_says(place, path, action):
    told = gate("explain", "--place", place, "--path", path, "--json")
    assert told.exit_code == 0, told.output
    assert f'"{action}"' in told.output


def test_its_texts_are_drafts_in_three_languages(site):
    notices, _ = load_notices(site / "rules" / "notices")
    assert list(notices) == [ID, f"{ID}-acts"]
    for notice in notices.values():
        assert list(notice.texts) == ["en", "ru", "be"]
        assert {text.status for text in notice.texts.values()} == {"draft"}
        assert notice.regime.country == "BY"


def test_every_fact_has_its_sources(site):
    raw = yaml.safe_load((site / "rules/notices/regimes.yaml").read_text("utf-8"))
    regime = raw["regimes"][ID]
    assert all(penalty["sources"] for penalty in regime["penalties"].values())
    assert regime["penalties"]["read"]["status"] == "unclear"


def test_no_word_of_the_law_of_russia_is_in_it(site):
    for path in (site / "rules").rglob("*.yaml"):
        told = path.read_text("utf-8")
        assert "284.1" not in told
        assert "undesirable organizations" not in told
        assert "нежелательн" not in told


def test_words_around_the_notices_are_those_of_the_shipped_book(site):
    own, shipped = (
        yaml.safe_load((folder / "notices/page.yaml").read_text("utf-8"))["page"]
        for folder in (site / "rules", ROOT / "rules")
    )
    assert own["en"] == shipped["en"]
    assert own["ru"] == shipped["ru"]
    assert set(own["be"]) == set(shipped["en"])


def test_a_reader_in_belarus_is_told_in_belarusian(site):
    notices, _ = load_notices(site / "rules" / "notices")
    press = compile_pages(notices, Look(name="a", organization="Радыё")).press
    page = press.page([ID], "be", "read").decode()
    assert '<html lang="be" dir="ltr">' in page
    assert "Улады Беларусі прызналі Радыё «экстрэмісцкім фарміраваннем»." in page
    assert "27 студзеня 2026 года" in page


def test_what_is_only_feared_is_said_softly(site):
    data = yaml.safe_load((site / f"rules/notices/{ID}.yaml").read_text("utf-8"))
    for text in data["notices"][ID]["texts"].values():
        assert list(text["risks"]) == ["share"]
        assert list(text["unclear"]) == ["read"]


def test_a_subscription_is_named_before_reading(site):
    """Sources name the subscription only; the texts must not turn that round."""
    data = yaml.safe_load((site / f"rules/notices/{ID}.yaml").read_text("utf-8"))
    first = {"en": "being subscribed", "ru": "подписка", "be": "падпіска"}
    for tag, text in data["notices"][ID]["texts"].items():
        assert text["unclear"]["read"].startswith(first[tag])
        assert text["unclear_short"]["read"].startswith(first[tag])


def test_a_text_that_calls_reading_punished_is_refused(site):
    path = site / f"rules/notices/{ID}.yaml"
    text = path.read_text("utf-8").replace(
        "          share: share", "          read: read"
    )
    path.write_text(text, "utf-8")
    told = gate("check")
    assert told.exit_code == 1
    assert 'R069 By the data of the regime "read" is unclear.' in told.output


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_whole(example, tmp_path):
    assert {path.name for path in starter(example).iterdir()} == {
        "config.yaml",
        "rules",
    }
    assert Path("config.yaml") in write_starter(tmp_path / "x", example)


def test_an_example_that_is_not_there_is_named(tmp_path):
    told = gate("init", "--example", "mars", str(tmp_path / "x"))
    assert told.exit_code == 2
    assert not (tmp_path / "x").exists()
