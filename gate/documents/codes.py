"""The codes of findings about any file, with their meaning in one line.

A code never changes its meaning. R00x: reading; the others are issued by the types of
`gate.documents.scalars`. `gate.rules.codes` has those that only a rule book can have.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "R001": "The file cannot be read: not YAML, not UTF-8, empty, too large, too deep.",
    "R002": "The same key is written twice.",
    "R003": "An unknown key, a missing key, or a value of the wrong kind.",
    "R004": "An alias, an anchor, a merge key, a tag, or a key that is not plain text.",
    "R005": "The first key, format, is missing or names a format that is not known.",
    "R006": "Letters that deceive: mixed scripts, look-alikes, invisible characters.",
    "R010": "A code that is not in ISO 3166, or not of the place that is meant.",
    "R014": "A network with host bits, in another one of its list, or of no reader.",
    "R020": "A moment without offset from UTC, or none at all.",
    "R037": "A path or pattern that no canonical path matches as it is written.",
}
