"""Places of the preview are found by the names that people type."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.rules import load_book
from gate.workbench.preview.choice import Problem
from gate.workbench.preview.gazette import finder
from gate.workbench.visitor import parse_visitor

ROOT = Path(__file__).parent.parent
NOW = 1_795_000_000


@pytest.fixture(scope="module")
def find():
    book, _ = load_book(ROOT / "rules")
    return finder(book, NOW, ("RU", "UA", "DE"))


NAMES = {
    "in English": ("Moscow", "Moscow, Russia (RU)"),
    "in small letters": ("mariupol", "Mariupol, Donetska oblast (UA-14)"),
    "in Ukrainian": ("Сватове", "Svatove, Luhanska oblast (UA-09)"),
    "in Russian": ("Луганск", "Luhansk, Luhanska oblast (UA-09)"),
    "a city whose Russian name has other vowels": ("Киев", "Kyiv, UA-30"),
    "the same, transliterated": ("Kharkov", "Kharkiv, Kharkivska oblast (UA-63)"),
    "with its region": ("Mykolaivka, ua-09", "Mykolaivka, Luhanska oblast (UA-09)"),
    "a country": ("Germany", "Germany (DE)"),
    "a region": ("Khersonska oblast", "Khersonska oblast (UA-65)"),
    "a line of the list": (
        "Khersonska oblast (UA-65), within 50 km",
        "Khersonska oblast (UA-65), within 50 km",
    ),
}


@pytest.mark.parametrize(("typed", "title"), NAMES.values(), ids=NAMES)
def test_a_place_is_found_by_its_name(find, typed, title):
    found = find(typed)
    assert found.title == title
    assert parse_visitor(found.spelled) == found.place


def test_of_many_the_most_populous_is_taken_and_that_is_said(find):
    found = find("Mykolaivka")
    assert found.place.settlement == 700119
    assert "settlements bear this name; this is the most populous" in found.told


@pytest.mark.parametrize(
    ("typed", "meant"), [("Qqqmoscow", "Moscow"), ("Donezk", "Donetsk")]
)
def test_an_unknown_name_is_told_with_what_may_be_meant(find, typed, meant):
    found = find(typed)
    assert isinstance(found, Problem)
    assert f"“{typed}”" in found.message
    assert f"Did you mean “{meant}”?" in found.hint


@pytest.mark.parametrize("typed", ["", ",", "ь", "<b>", "Ω" * 300, "\u0301"])
def test_whatever_is_typed_is_told_or_found(find, typed):
    assert isinstance(find(typed), Problem)
