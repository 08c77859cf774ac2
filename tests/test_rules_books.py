"""The books in tests/books: a file or folder dropped in is a test.

good/: a folder is a whole book, in which nothing may be found.
bad/: a folder is a whole book; a file is added to the book good/base. Each line on
which something is to be found says so in a comment (`# expect: R003`); what has no
line says it anywhere in the file (`# expect-file: R005`, `# expect-book: R036`).
"""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from gate.documents import render
from gate.rules import lint, load_book

BOOKS = Path(__file__).parent / "books"
NOW = int(datetime.fromisoformat("2026-09-10T12:00:00+03:00").timestamp())
GOOD = sorted(p for p in (BOOKS / "good").iterdir() if p.is_dir())
BAD = sorted((BOOKS / "bad").iterdir())


def found_in(folder):
    book, findings = load_book(folder)
    if book:
        findings += tuple(lint(book, notices={"notice"}, now=NOW))
    return findings


def expected_in(folder):
    expected = set()
    for path in folder.rglob("*.y*ml"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            comment = re.search(r"# expect(-file|-book)?:((?: R[0-9]{3})+)", line)
            if not comment:
                continue
            file = folder if comment[1] == "-book" else path
            at = 0 if comment[1] else number
            expected |= {(str(file), at, code) for code in comment[2].split()}
    return expected


@pytest.fixture
def book_with(tmp_path):
    """Make a book of the base and one more file; a folder is a book by itself."""

    def make(case):
        if case.is_dir():
            return case
        folder = tmp_path / "book"
        shutil.copytree(BOOKS / "good" / "base", folder)
        # Files are read by name: what stands twice is marked in the later one.
        shutil.copy(case, folder / f"z-{case.name}")
        return folder

    return make


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_a_good_book_has_no_findings(case):
    assert render(found_in(case)) == ""


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_a_bad_book_has_exactly_the_findings_that_it_announces(case, book_with):
    folder = book_with(case)
    findings = found_in(folder)
    found = {(f.mark.file, f.mark.line, f.code) for f in findings}
    assert found == expected_in(folder), render(findings)


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_every_finding_about_a_line_shows_it_and_marks_a_part_of_it(case, book_with):
    for finding in found_in(book_with(case)):
        if not finding.mark.line:
            continue
        end = finding.mark.column - 1 + finding.mark.width
        assert finding.source_line or finding.code == "R001"
        assert end <= max(1, len(finding.source_line)), finding


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_no_finding_speaks_the_language_of_the_tools(case, book_with):
    foreign = "pydantic|validat|instance|ctx|union|tuple|NoneType|literal|yaml.org"
    for finding in found_in(book_with(case)):
        said = f"{finding.message} {finding.hint}".replace("tag:yaml.org,2002", "")
        assert not re.search(foreign, said), said
        assert re.match(r'["A-Z0-9a-z]', finding.message)
        assert finding.message.endswith((".", "?"))
