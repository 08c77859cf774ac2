"""How much the findings of each code can matter, the worst first.

Those of the rule book (R) stand on their pages. What is not named here is an error.
"""

from __future__ import annotations

from gate.model import Severity
from gate.workbench.pages import page_of

# Severities by their first letters -> the codes whose findings have these.
_OTHERS = {
    # The configuration, and what is proved with it.
    "ew": "E113 E114 E115 E120",
    "w": "E117",
}
_SEALED = {
    "w": "A032 A035 A052 A053",
    "n": "A036 A064",
}
_DOCTOR = {
    "ew": "D001 D011 D021 D030 D042 D043 D120 D122 D127",
    "ewn": "D040 D041 D050 D060 D113 D123 D131 D132",
    "en": "D006 D051 D090 D091 D110 D121 D124 D125",
    "w": "D003 D004 D005 D022 D023 D031 D032 D033 D035 D070 D072 D080 D092 D093 D126 "
    "D129",
    "wn": "D013 D034 D081 D082 D100 D130 D134",
    "n": "D002 D036 D045 D071 D083 D084 D133",
}


def severities_of(code: str) -> tuple[Severity, ...]:
    """Return how much a code can matter, the worst first."""
    page = page_of(code)
    if page is not None:
        return page.severities
    letters = _LETTERS.get(code, "e")
    return tuple(word for word in Severity if word.value[0] in letters)


_LETTERS = {
    code: letters
    for table in (_OTHERS, _SEALED, _DOCTOR)
    for letters, codes in table.items()
    for code in codes.split()
}
