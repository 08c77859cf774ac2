"""Ids of settlements as the check looks at them: known, and where the area is."""

from __future__ import annotations

import pytest
from sample_books import lay

from gate.model import Severity
from gate.rules import load_book
from gate.workbench.settlement_findings import check_settlements

KHERSON, KHARKIV, MOSCOW, NONE = 706448, 706483, 524901, 706449


@pytest.fixture(name="found")
def _found(tmp_path):
    """Write an area with these keys and return what the check finds in the book."""
    lay(tmp_path)

    def found(**keys):
        lines = [f"        {key}: {value}" for key, value in keys.items()]
        text = "\n".join(
            [
                "format: areas/1",
                "areas:",
                "  drawn:",
                "    title: Drawn",
                "    versions:",
                '      - since: "2022-09-30T00:00:00+03:00"',
                *lines,
            ]
        )
        (tmp_path / "rules" / "areas" / "drawn.yaml").write_text(text + "\n", "utf-8")
        book, problems = load_book(tmp_path / "rules")
        assert problems == ()
        return [f for f in check_settlements(book) if f.subject == "drawn"]

    return found


@pytest.mark.parametrize(
    "keys",
    [
        {"partly": "[UA-65]", "settlements": [KHERSON]},
        {"partly": "[UA-65]", "outside": [KHERSON]},
        {"whole": "[UA]", "settlements": [KHERSON, KHARKIV]},
        {"whole": "[RU]", "settlements": [MOSCOW]},
        {"partly": "[BY-HM]", "settlements": [NONE]},
        {"settlements": [KHERSON, KHARKIV]},
    ],
    ids=[
        "of a region that belongs in part",
        "of those that do not belong",
        "of a whole country",
        "a city of Russia",
        "of a country whose settlements are not known",
        "of an area without any region",
    ],
)
def test_nothing_is_said_of_an_id(found, keys):
    assert found(**keys) == []


@pytest.mark.parametrize("key", ["settlements", "outside"])
def test_an_id_of_another_region_is_a_warning_at_its_place(found, key):
    (finding,) = found(partly="[UA-65]", **{key: [KHERSON, KHARKIV]})
    assert (finding.code, finding.severity) == ("R039", Severity.WARNING)
    assert "706483 is Kharkiv in UA-63 (Kharkivska oblast)" in finding.message
    assert (finding.mark.line, finding.mark.column) == (8, len(key) + 20)
    assert "add UA-63 to partly" in finding.hint


def test_an_unknown_id_is_a_note_that_says_where_to_look(found):
    (finding,) = found(partly="[UA-65]", settlements=[NONE])
    assert (finding.code, finding.severity) == ("R039", Severity.NOTE)
    assert finding.message == "The gate knows no settlement with the id 706449."
    assert "https://www.geonames.org/706449" in finding.hint
