"""A document against a schema: every problem at once, in plain words, in its place."""

# ruff: noqa: RUF001 - letters that look like others are the point
from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import Field, field_validator

from gate.documents import (
    Flag,
    Ident,
    Instant,
    Line,
    Strict,
    Whole,
    nearest,
    read,
    suggest,
    validate,
)


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Item(Strict):
    id: Ident
    then: Literal["pass", "banner"]
    since: Instant | None = None
    from_: Whole = Field(default=0, alias="from")
    on: Flag = False


class Sheet(Strict):
    owner: Line
    items: tuple[Item, ...] = ()
    one: Item | None = None
    named: dict[Ident, Item] = {}  # noqa: RUF012
    port: Annotated[Whole, Field(ge=1, le=65535)] = 1
    few: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)] = ("a",)
    short: Annotated[str, Field(min_length=2, max_length=3)] = "ab"
    colour: Colour = Colour.RED
    even: int = 0
    plain: str = ""
    pair: tuple[Whole, Whole] | None = None

    @field_validator("even", mode="before")
    @classmethod
    def _is_even(cls, value):
        if value != "2":
            message = "That is not even."
            raise ValueError(message)
        return 2


def problems(text, **options):
    _, findings = validate(read(text, file="f.yaml"), Sheet, **options)
    return [(f.mark.line, f.mark.column, f.code, f.message, f.hint) for f in findings]


CASES = {
    "a misspelled optional key": (
        "owner: x\ncolor: red\n",
        (2, 1, "R003", 'The key "color" is not known here.', 'Did you mean "colour"?'),
    ),
    "a misspelled key that is missing is one finding": (
        "owner: x\none: {id: a, thn: pass}\n",
        (2, 14, "R003", 'The key "thn" is not known here.', 'Did you mean "then"?'),
    ),
    "a misspelled key in a list": (
        "owner: x\nitems:\n  - {id: a, then: pass, form: 1}\n",
        (3, 25, "R003", 'The key "form" is not known here.', 'Did you mean "from"?'),
    ),
    "a misspelled key under a name": (
        "owner: x\nnamed:\n  a: {id: a, then: pass, sinc: x}\n",
        (3, 26, "R003", 'The key "sinc" is not known here.', 'Did you mean "since"?'),
    ),
    "a key far from all others": (
        "owner: x\none: {id: a, then: pass, zzz: 1}\n",
        (
            *(2, 26, "R003", 'The key "zzz" is not known here.'),
            "Known are from, id, on, since, then.",
        ),
    ),
    "a missing key is marked at its parent": (
        "owner: x\none:\n  id: a\n",
        (2, 1, "R003", 'The key "then" is missing.', ""),
    ),
    "a word that is nearly a choice": (
        "owner: x\none: {id: a, then: baner}\n",
        (
            *(2, 20, "R003", '"baner" is not one of pass, banner.'),
            'Did you mean "banner"?',
        ),
    ),
    "a word of another language": (
        "owner: x\ncolour: rot\n",
        (2, 9, "R003", '"rot" is not one of red, green.', ""),
    ),
    "a list instead of text": (
        "owner: x\nplain: [a]\n",
        (2, 8, "R003", '"plain" must be text, not a list.', ""),
    ),
    "keys instead of a scalar": (
        "owner: {a: b}\n",
        (1, 8, "R003", "One value is needed here, not a set of keys.", ""),
    ),
    "text instead of a list": (
        "owner: x\nfew: one\n",
        (
            *(2, 6, "R003", '"few" must be a list, not the text "one".'),
            "Write [one].",
        ),
    ),
    "text instead of keys": (
        "owner: x\none: two\n",
        (
            *(2, 6, "R003"),
            '"one" must be a set of keys with values, not the text "two".',
            "",
        ),
    ),
    "text as an item": (
        "owner: x\nitems:\n  - two\n",
        (
            *(3, 5, "R003"),
            'Item 1 of "items" must be a set of keys with values, not the text "two".',
            "",
        ),
    ),
    "a bad name": (
        "owner: x\nnamed:\n  A B: {id: a, then: pass}\n",
        (
            *(3, 3, "R003", '"A B" is not an id: small letters, digits, hyphens.'),
            'Write it like "a-b".',
        ),
    ),
    "too much": (
        "owner: x\nport: 65536\n",
        (2, 7, "R003", '"port" must be at most 65535.', ""),
    ),
    "too little": (
        "owner: x\nport: 0\n",
        (2, 7, "R003", '"port" must be at least 1.', ""),
    ),
    "too few": (
        "owner: x\nfew: []\n",
        (2, 6, "R003", '"few" needs at least 1 item(s).', ""),
    ),
    "too many": (
        "owner: x\nfew: [a, b, c]\n",
        (2, 6, "R003", '"few" has more than 2 items.', ""),
    ),
    "too short": (
        "owner: x\nshort: a\n",
        (2, 8, "R003", '"short" needs at least 2 character(s).', ""),
    ),
    "too long": (
        "owner: x\nshort: abcd\n",
        (2, 8, "R003", '"short" is longer than 3 characters.', ""),
    ),
    "half a pair": (
        "owner: x\npair: [1]\n",
        (2, 1, "R003", 'Item 2 of "pair" is missing.', ""),
    ),
    "a model's own sentence": (
        "owner: x\neven: 1\n",
        (2, 7, "R003", "That is not even.", ""),
    ),
    "a scalar's own code": (
        "owner: x\none: {id: a, then: pass, since: 20240601}\n",
        (
            *(2, 33, "R020"),
            '"20240601" is only digits: is it a day, or a count of seconds?',
            'Write it like "2024-02-20T00:00:00+03:00".',
        ),
    ),
    "a list instead of a file of keys": (
        "- a\n",
        (1, 1, "R003", "The file must be a set of keys with values, not a list.", ""),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_problem_is_one_plain_sentence_in_its_place(case):
    text, expected = CASES[case]
    assert problems(text) == [expected]


def test_all_problems_come_at_once_in_the_order_of_the_file():
    found = problems("plain: []\nport: x\nitems:\n  - {id: A}\n  - {then: no}\n")
    assert [(line, code) for line, _, code, *_ in found] == [
        *((1, "R003"), (1, "R003"), (2, "R003"), (4, "R003"), (4, "R003")),
        *((5, "R003"), (5, "R003")),
    ]


def test_one_code_can_be_asked_for_all():
    found = problems("port: 0\none: {since: 1}\n", code="E110")
    assert {code for _, _, code, *_ in found} == {"E110"}


def test_a_sound_document_gives_the_model():
    text = "owner: x\none: {id: a, then: pass, from: 7, on: true}\neven: 2\n"
    sheet, findings = validate(read(text, file="f.yaml"), Sheet)
    assert findings == []
    assert (sheet.owner, sheet.one.from_, sheet.one.on) == ("x", 7, True)


def test_a_key_by_its_python_name_is_unknown():
    (found,) = problems("owner: x\none: {id: a, then: pass, from_: 7}\n")
    assert found[3:] == ('The key "from_" is not known here.', 'Did you mean "from"?')


SAID = {
    "an alias": "owner: &x x\none: *x\n",
    "an empty value": "owner: x\none:\n",
    "a merge key": "owner: x\none: {<<: {id: a}}\n",
    "a deceiving key": "оwner: x\n",
    "a hidden letter": 'owner: x\none: {id: "a\\u200b", then: pass}\n',
}


@pytest.mark.parametrize("case", SAID)
def test_what_the_reader_has_said_is_not_said_again(case):
    document = read(SAID[case], file="f.yaml")
    model, findings = validate(document, Sheet)
    assert document.findings
    assert (model, findings) == (None, [])


def test_an_unreadable_document_has_no_more_problems():
    assert validate(read("a: [", file="f.yaml"), Sheet) == (None, [])


def test_suggestions_see_through_look_alikes_and_case():
    assert nearest("Ваnner", ["pass", "banner"]) == "banner"
    assert suggest("BANER", ["pass", "banner"]) == ' Did you mean "banner"?'
    assert suggest("quite else", ["pass", "banner"]) == ""
    assert suggest("a" * 10_000, ["a" * 9_999]) == ""
