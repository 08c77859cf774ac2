"""Every code that is issued is in a table, and every code of a table is issued."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gate
from gate import documents, notices, rules

PACKAGE = Path(gate.__file__).parent
TABLES = {
    "documents": documents.CODES,
    "rules": rules.CODES,
    "notices": notices.CODES,
}


def issued():
    """Every R code that stands as a string in a module that is no table."""
    modules = [p for p in PACKAGE.rglob("*.py") if p.name != "codes.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in modules)
    return set(re.findall(r'"(R[0-9]{3})"', text))


def test_every_code_that_is_issued_has_a_meaning():
    assert issued() <= {code for table in TABLES.values() for code in table}


@pytest.mark.parametrize("name", TABLES)
def test_every_code_of_a_table_is_issued(name):
    assert set(TABLES[name]) <= issued()


def test_no_code_has_two_meanings():
    codes = [code for table in TABLES.values() for code in table]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("name", TABLES)
def test_every_meaning_is_one_sentence(name):
    for meaning in TABLES[name].values():
        assert re.fullmatch(r"[A-Z][^.]*\.([a-z][^.]*\.)*", meaning), meaning
