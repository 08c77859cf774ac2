"""Every code of the rule book has a page, and a bad and a good book that are tried."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from sample_books import (
    CODES,
    checked,
    codes_elsewhere,
    files_of,
    lay,
    samples,
)

from gate import documents, notices, rules
from gate.cli import main
from gate.documents import render
from gate.model import Severity
from gate.workbench.glossary import code_table
from gate.workbench.pages import (
    FOLDER,
    PageShapeError,
    page_of,
    parse_page,
)
from gate.workbench.pages.told import as_text
from gate.workbench.remedies import REMEDIES

MEANINGS = {**documents.CODES, **rules.CODES, **notices.CODES}
ELSEWHERE = codes_elsewhere()
SNIPPET = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OF_CHECK = sorted(set(MEANINGS) - ELSEWHERE)


@pytest.fixture(name="find", scope="module")
def _find(tmp_path_factory):
    """Lay a sample over the site and return what gate check finds, each once."""
    state = tmp_path_factory.mktemp("state")
    known = {}

    def find(sample):
        if sample not in known:
            folder = tmp_path_factory.mktemp("site")
            known[sample] = checked(lay(folder, sample), state).findings
        return known[sample]

    return find


def test_the_site_without_a_sample_has_no_findings(find, tmp_path):
    assert render(checked(lay(tmp_path), tmp_path / "state").findings) == ""
    assert find  # the state of the module is that of every sample


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_every_code_has_a_page_that_says_what_it_means(code):
    page = page_of(code)
    assert page is not None, f"write gate/workbench/pages/{code}.md"
    assert (page.code, page.meaning) == (code, MEANINGS[code])
    assert page.severities


def test_no_page_is_about_a_code_that_is_not_there():
    assert {path.stem for path in FOLDER.glob("*.md")} <= set(MEANINGS)


def test_no_sample_is_about_a_code_that_is_not_there():
    assert {path.name for path in CODES.iterdir()} <= set(MEANINGS)


@pytest.mark.parametrize("code", OF_CHECK)
def test_a_bad_book_has_the_finding_with_a_severity_of_its_page(code, find):
    (sample,) = samples(code, "bad")
    found = [finding for finding in find(sample) if finding.code == code]
    assert found, render(find(sample))
    assert {finding.severity for finding in found} <= set(page_of(code).severities)


@pytest.mark.parametrize("code", OF_CHECK)
def test_a_good_book_has_neither_the_finding_nor_an_error(code, find):
    (sample,) = samples(code, "good")
    wrong = [
        finding
        for finding in find(sample)
        if finding.code == code or finding.severity is Severity.ERROR
    ]
    assert wrong == [], render(wrong)


@pytest.mark.parametrize("code", sorted(MEANINGS))
@pytest.mark.parametrize(("side", "part"), [("bad", "avoid"), ("good", "prefer")])
def test_what_a_page_shows_stands_in_its_sample(code, side, part):
    texts = [
        bare(path.read_text("utf-8"))
        for sample in samples(code, side)
        for path in files_of(sample)
    ]
    shown = SNIPPET.findall(getattr(page_of(code), part))
    assert shown
    for snippet in shown:
        assert any(bare(snippet) in text for text in texts), snippet


def bare(text):
    """The lines of a text without their indentation."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_a_page_fits_a_terminal(code):
    lines = (FOLDER / f"{code}.md").read_text("utf-8").splitlines()
    assert max(map(len, lines)) <= 90


def test_a_page_of_another_shape_is_refused():
    with pytest.raises(PageShapeError):
        parse_page("# R041: A rule.\n\n## Why\n\nBecause.\n")


@pytest.mark.parametrize("code", ["R999", "../R041", "E100", "R041.md", ""])
def test_what_is_no_code_of_a_page_has_none(code):
    assert page_of(code) is None


@pytest.mark.parametrize(
    ("code", "can"),
    [("R043", False), ("R041", True), ("R040", True), ("R080", False), ("R032", True)],
)
def test_warnings_and_notes_can_be_ignored_errors_and_comments_cannot(code, can):
    assert page_of(code).can_be_suppressed is can


def test_as_text_a_page_has_no_fences():
    told = as_text(page_of("R041"))
    assert "```" not in told
    assert "\n    rules:\n" in told
    assert [line for line in told.splitlines() if line[:1].strip()] == [
        "Avoid",
        "Prefer",
        "Why",
    ]


@pytest.mark.parametrize(
    ("topic", "told"),
    [
        pytest.param("interstitial", "A page before the article", id="an action"),
        pytest.param("until", "no longer holds", id="a key"),
        pytest.param("Notice", "The text that a reader sees", id="a word"),
        pytest.param("R043", "Look at the example with gate explain", id="a code"),
        pytest.param("R083", "What to do: Run gate fmt.", id="another code"),
    ],
)
def test_help_explains_codes_and_words(topic, told):
    done = CliRunner().invoke(main, ["help", topic])
    assert (done.exit_code, told in done.output) == (0, True), done.output


@pytest.mark.parametrize(
    ("topic", "meant"),
    [("R52", "R052"), ("intersitial", "interstitial"), ("R05", "R050, R051")],
)
def test_help_names_what_may_be_meant(topic, meant):
    done = CliRunner().invoke(main, ["help", topic])
    assert (done.exit_code, meant in done.stderr) == (2, True)


def test_every_code_of_the_book_has_a_remedy_of_its_own():
    assert REMEDIES.keys() == {code for code in code_table() if code[0] == "R"}
