"""Notices in made-up languages, for tests of writing that no editor of ours speaks.

NOT A TRANSLATION: letters of the English texts are exchanged for those of another
script, and each text begins with the word for "test". Nobody may show this to readers.
"""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path

import yaml

from gate.notices import load_notices

SHIPPED = Path(__file__).parents[1] / "rules" / "notices"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_LETTERS = {
    "Arab": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "Hebr": "אבגדהוזחטיכלמנסעפצקרשת",
    "Cyrl": "абвгдежзийклмнопрстуфхцчшэюя",
    "Latn": "bcdfghâñşğöüvzaeijklmnopqrst",
}
_MARKS = {"Arab": "اختبار", "Hebr": "בדיקה", "Cyrl": "проба", "Latn": "deñeme"}
ABOUT = {"status", "reviewed_by", "reviewed_on"}


def strange(text, script):
    """Exchange the letters of a text; places in braces and digits stay."""
    pairs = zip(_LATIN, cycle(_LETTERS[script]), strict=False)
    table = str.maketrans(dict(pairs))
    parts = re.split(r"(\{[a-z_]+\})", text)
    told = [p if p.startswith("{") else p.lower().translate(table) for p in parts]
    return f"{_MARKS[script]} {''.join(told)}"


def _strange(value, script):
    if isinstance(value, dict):
        return {key: _strange(inner, script) for key, inner in value.items()}
    if isinstance(value, list):
        return [_strange(inner, script) for inner in value]
    return strange(value, script)


def _text(text, script):
    shown = {key: value for key, value in text.items() if key not in ABOUT}
    told = _strange(shown, script)
    told |= {k: v for k, v in shown.items() if k in {"list_comma", "date"}}
    return {"status": "draft", **told}


def write_strange(folder, tag, script, direction, *, since="en"):
    """Write the shipped notices into a folder, one language of letters more."""
    for file in SHIPPED.glob("*.yaml"):
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        if "languages" in data:
            data["languages"][tag] = {"name": tag, "dir": direction, "script": script}
        if "page" in data:
            data["page"][tag] = _text(data["page"][since], script)
        for notice in data.get("notices", {}).values():
            notice["texts"][tag] = _text(notice["texts"][since], script)
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (folder / file.name).write_text(text, encoding="utf-8")
    notices, findings = load_notices(folder)
    assert [f for f in findings if f.severity == "error"] == []
    return notices
