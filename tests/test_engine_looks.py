"""The look that config.yaml names: checked before anything is served, then served."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gate.engine import load_snapshot
from gate.errors import FindingsError
from gate.workbench.checking import check_everything

GOOD = (Path(__file__).parent / "looks/good.html").read_text("utf-8")
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8"/></svg>'
)
NOW = 1_790_000_000


@pytest.fixture
def looking(make_config, tmp_path):
    """Write a configuration with a look; files stand beside it."""

    def make(files=(), **look):
        for name, text in dict(files).items():
            (tmp_path / name).write_text(text, "utf-8")
        return make_config(site={"look": look})

    return make


def refused(path):
    with pytest.raises(FindingsError) as wrong:
        load_snapshot(path)
    return {(f.code, f.severity) for f in wrong.value.findings}


def test_colours_title_and_logo_come_to_every_page(looking):
    path = looking(
        {"logo.svg": LOGO},
        title="The Owl",
        logo="logo.svg",
        colours={"light": {"accent": "#7A0019"}},
    )
    pages = load_snapshot(path).pages
    texts = [p.decode() for p in (*pages.refusals.values(), *pages._printed.values())]  # noqa: SLF001
    assert all("--accent: #7a0019;" in text for text in texts)
    assert 'aria-label="The Owl" viewBox="0 0 8 8"' in texts[-1]


def test_an_own_template_is_what_readers_get(looking):
    snapshot = load_snapshot(looking({"page.html": GOOD}, template="page.html"))
    assert any(b'<p class="mast">' in p for p in snapshot.pages._printed.values())  # noqa: SLF001


@pytest.mark.parametrize(
    ("code", "files", "look"),
    [
        pytest.param(
            "E720", {}, {"colours": {"dark": {"text": "#222222"}}}, id="faint"
        ),
        pytest.param(
            "E721", {"x.svg": LOGO.replace("path", "a")}, {"logo": "x.svg"}, id="logo"
        ),
        pytest.param("E721", {}, {"logo": "none.svg"}, id="no logo there"),
        pytest.param("E722", {}, {"template": "none.html"}, id="no template there"),
        pytest.param("E722", {"x.html": " "}, {"template": "x.html"}, id="empty"),
        pytest.param(
            "E724",
            {"x.html": GOOD.replace("{{ gate.bar(page) }}", "")},
            {"template": "x.html"},
            id="no exit",
        ),
    ],
)
def test_what_is_not_safe_is_neither_served_nor_sound(looking, code, files, look):
    path = looking(files, **look)
    assert code in {found for found, _ in refused(path)}
    report = check_everything(path, os.environ, NOW)
    marks = [f.mark for f in report.findings if f.code == code]
    assert marks
    assert re.search(r"config\.yaml|x\.html", marks[0].file)


def test_a_template_is_tried_with_what_the_databases_ask_to_be_said(looking):
    path = looking(
        {"x.html": GOOD.replace("{{ gate.credits() }}", "")}, template="x.html"
    )
    assert refused(path) == {("E729", "error")}
    found = check_everything(path, os.environ, NOW).findings
    assert "E729" in {finding.code for finding in found}


def test_a_faint_colour_is_marked_where_it_stands(looking):
    path = looking(colours={"light": {"quiet": "#cccccc"}})
    found = check_everything(path, os.environ, NOW).findings
    (finding,) = [f for f in found if f.code == "E720"]
    assert "quiet" in path.read_text("utf-8").splitlines()[finding.mark.line - 1]
    assert "1.4" in finding.message
    assert "4.5:1" in finding.message


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "rgb(0,0,0)", "#1234567"])
def test_a_colour_is_six_digits(looking, colour):
    assert ("E110", "error") in refused(looking(colours={"light": {"text": colour}}))


def test_a_changed_template_is_another_snapshot(looking, tmp_path):
    path = looking({"page.html": GOOD}, template="page.html")
    first = load_snapshot(path)
    (tmp_path / "page.html").write_text(GOOD.replace("40rem", "41rem"), "utf-8")
    second = load_snapshot(path)
    assert first.versions == second.versions
    assert first.identity != second.identity
