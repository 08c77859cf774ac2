"""Codes typed with letters of another script: what was meant is a code that exists."""

# ruff: noqa: RUF001 - letters that look like others are the point
from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from gate.rules.places import IsoCode

HINTS = {
    "РU": 'Did you mean "RU" (Russia)?',
    "РУ": 'Did you mean "RU" (Russia) or "PY" (Paraguay)?',
    "UА-43": 'Did you mean "UA-43"',
    "“UA”": 'Use straight quotes: "…".',
    "Россия": "Use Latin letters only.",
}


@pytest.mark.parametrize("text", HINTS)
def test_a_hint_names_only_codes_that_exist(text):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(IsoCode).validate_python(text)
    assert caught.value.errors()[0]["ctx"]["hint"].startswith(HINTS[text])
