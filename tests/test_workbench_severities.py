"""How much each code can matter, held against the places that issue it."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

import gate
from gate.model import Severity
from gate.workbench.glossary import code_table
from gate.workbench.severities import severities_of

PACKAGE = Path(gate.__file__).parent
WORDS = {"note": Severity.NOTE, "warning": Severity.WARNING, "error": Severity.ERROR}


def calls(*folders):
    """Yield every call of a finding, its first code, and what else it is given."""
    for folder in folders:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
                    codes = [t for t in texts if isinstance(t, str) and t[1:].isdigit()]
                    if codes:
                        yield name, codes[0], ast.unparse(node)


def issued(*folders):
    found = defaultdict(set)
    for name, code, whole in calls(*folders):
        if name in WORDS:
            found[code].add(WORDS[name])
        if name == "judged":
            level = "ERROR" if "Level.ERROR" in whole else "WARNING"
            if not whole.endswith(", level)"):
                found[code].add(Severity[level])
    return found


@pytest.mark.parametrize("folder", ["workbench/doctor", "audit"])
def test_the_doctor_and_the_auditor_issue_nothing_worse_than_is_said(folder):
    found = issued(folder)
    assert found
    wrong = {
        code: words for code, words in found.items() if words - {*severities_of(code)}
    }
    assert wrong == {}


def test_warnings_of_the_configuration_are_known():
    named = {code for name, code, _ in calls("config") if name == "_warning"}
    assert named
    assert all(Severity.WARNING in severities_of(code) for code in named)


@pytest.mark.parametrize("code", code_table())
def test_every_code_can_matter_and_the_worst_comes_first(code):
    words = severities_of(code)
    assert words
    assert list(words) == [word for word in Severity if word in words]
