"""The codes of findings about a rule book, with their meaning in one line.

A code never changes its meaning. R01x: places, R02x: time, R03x: meaning, R04x: what
a proof found, R05x: tests. `gate.documents.codes` has those that any file can have.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "R011": "An area that does not exist.",
    "R012": "An area with the name of one place and the codes of another.",
    "R013": "An area that a configured database cannot decide, or not as it asks.",
    "R015": "A code stands twice, or both whole and partly, in one area version.",
    "R016": "Area versions out of order, or two from the same moment on.",
    "R017": "What is known of an area is old.",
    "R018": "An area that no rule, exemption or promise asks for.",
    "R019": "A shape that is missing, outside the book, or no outline.",
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
    "R040": "A rule or exemption that can never hold.",
    "R041": "A rule or exemption that never changes a decision.",
    "R043": "A promise that does not hold, with a case that breaks it.",
    "R044": "A promise that speaks of nothing that there is.",
    "R047": "Patterns that combine in too many ways for anything to be proved.",
    "R048": "A promise pinned in the configuration that the book does not keep.",
    "R049": "A book without promises, for which nothing is proved.",
    "R050": "A test that names something that does not exist or that it does not test.",
    "R055": "A test in the book that fails.",
    "R056": "A book without tests.",
}
