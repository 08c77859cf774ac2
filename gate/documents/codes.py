"""Every code that a finding about a file can carry, with its meaning in one line.

A code never changes its meaning. R00x: reading, R01x: places, R02x: time,
R03x: meaning, R04x: what a proof found, R05x: tests.
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
    "R011": "An area that does not exist.",
    "R012": "An area with the name of one place and the codes of another.",
    "R014": "A network with host bits, or inside another one of the same list.",
    "R015": "A code stands twice, or both whole and partly, in one area version.",
    "R016": "Area versions out of order, or two from the same moment on.",
    "R017": "What is known of an area is old.",
    "R018": "An area that no rule, exemption or promise asks for.",
    "R019": "A shape that is missing, outside the book, or no outline.",
    "R020": "A moment without offset from UTC, or none at all.",
    "R021": "A span that ends before or when it begins.",
    "R022": "A rule or exemption that has expired.",
    "R023": "A rule or exemption that ends within 30 days.",
    "R024": "An exemption without an end.",
    "R030": "The same id or name twice, or one that is reserved.",
    "R031": "A notice that does not exist.",
    "R032": "Two actions of one rule or promise that do not fit each other.",
    "R033": "An exemption for a rule that does not exist.",
    "R035": "A block on mere possibility that nobody has approved.",
    "R036": "Not exactly one block that says what follows for unknown places.",
    "R037": "A path or pattern that no canonical path matches as it is written.",
    "R050": "A test that names something that does not exist or that it does not test.",
}
