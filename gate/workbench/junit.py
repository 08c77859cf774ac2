"""Results of a book's tests as JUnit XML, the form that build servers read."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.rules.testing.trial import TestResult

# XML 1.0 has no way to write these, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(results: Sequence[TestResult], *, seconds: float) -> bytes:
    """Return a report with one suite for each file of tests.

    Args:
        results: What came of each test, in the order of the book.
        seconds: How long all of them took.

    Source:
        The schema of Jenkins' xUnit plugin (junit-10.xsd), which GitLab and GitHub
        actions read as well.
    """
    root = ET.Element("testsuites", _counts(results), name="gate test")
    root.set("time", f"{seconds:.3f}")
    names = Counter(result.name for result in results)
    for file, found in groupby(results, key=lambda result: result.mark.file):
        inside = list(found)
        suite = ET.SubElement(root, "testsuite", _counts(inside), name=_text(file))
        for result in inside:
            _add(suite, result, is_repeated=names[result.name] > 1)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _counts(results: Sequence[TestResult]) -> dict[str, str]:
    failed = sum(not result.ok for result in results)
    return {
        "tests": str(len(results)),
        "failures": str(failed),
        "errors": "0",
        "skipped": "0",
    }


def _add(suite: ET.Element, result: TestResult, *, is_repeated: bool) -> None:
    mark = result.mark
    case = ET.SubElement(
        suite,
        "testcase",
        # Visitors of one test share its name; build servers tell cases by name.
        name=_text(f"{result.name} (line {mark.line})" if is_repeated else result.name),
        classname=_text(mark.file),
        file=_text(mark.file),
        line=str(mark.line),
    )
    if not result.ok:
        failure = ET.SubElement(case, "failure", message=_text(result.failures[0]))
        failure.text = _text("\n".join((str(mark), *result.failures)))


def _text(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
