"""Colours: everybody can read every pair that meets on a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.notices.colours import (
    DARK,
    LIGHT,
    PAIRS,
    SCHEMES,
    colour_rules,
    contrast,
    faint_pairs,
    palette_of,
)

STYLE = Path(__file__).parents[1] / "gate" / "notices" / "templates" / "style.css"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        pytest.param("#000000", "#ffffff", 21, id="black on white"),
        pytest.param("#777777", "#ffffff", 4.48, id="the grey that just fails"),
        pytest.param("#767676", "#ffffff", 4.54, id="the grey that just passes"),
        pytest.param("#ff0000", "#ffffff", 4.0, id="red on white"),
        pytest.param("#0000ff", "#ffffff", 8.59, id="blue on white"),
        pytest.param("#123456", "#123456", 1, id="the same"),
    ],
)
def test_contrast_is_that_of_wcag_whichever_lies_on_top(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("fore", "back", "least"), PAIRS)
def test_every_pair_of_the_gates_own_colours_can_be_read(scheme, fore, back, least):
    palette = SCHEMES[scheme]
    assert contrast(palette[fore], palette[back]) >= least


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("fore", "back", "least"), PAIRS)
def test_a_pair_that_is_too_faint_is_found(scheme, fore, back, least):
    palette = palette_of(scheme, {fore: SCHEMES[scheme][back]})
    found = {(pair.fore, pair.back): pair for pair in faint_pairs(palette)}
    assert found[fore, back].ratio == 1
    assert found[fore, back].least == least


def test_the_style_uses_no_colour_but_the_named_ones():
    style = re.sub(r"@media print .*", "", STYLE.read_text("utf-8"), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,8}\b|rgb|hsl", style) == []
    used = set(re.findall(r"var\(--([a-z-]+)\)", style)) - {"edge"}
    assert used == {name.replace("_", "-") for name in LIGHT}


def test_both_schemes_name_the_same_colours():
    assert LIGHT.keys() == DARK.keys()
    rules = colour_rules({**LIGHT, "text": "#010203"}, DARK)
    assert "--text: #010203;" in rules
    assert "--exit-text: #15171a;" in rules.partition("dark)")[2]
