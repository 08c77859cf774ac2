"""The nouns: every value that the parts of the gate hand to each other, frozen.

Reading order: `words` (the closed vocabularies), `place` (where a visitor is),
`book` (what the rule book says), `request` (what arrived), `outcome` (what follows),
`diagnostic` (what is wrong, and where).
"""

from __future__ import annotations

from gate.model.book import (
    Area,
    AreaVersion,
    BookTest,
    Effective,
    Exemption,
    Pin,
    Promise,
    Review,
    Rule,
    RuleBook,
    Shape,
    UnknownPlaces,
    Weigh,
    When,
)
from gate.model.diagnostic import Diagnostic, Mark, Severity
from gate.model.notice import Notice, NoticeText, Regime
from gate.model.outcome import Answer, Decision, Passage, Printed, Shown
from gate.model.place import Amount, LocationClass, Place
from gate.model.request import Client, Headers, Request
from gate.model.words import Action, Activity, Kind, Membership, Mode, Unknown

__all__ = [
    "Action",
    "Activity",
    "Amount",
    "Answer",
    "Area",
    "AreaVersion",
    "BookTest",
    "Client",
    "Decision",
    "Diagnostic",
    "Effective",
    "Exemption",
    "Headers",
    "Kind",
    "LocationClass",
    "Mark",
    "Membership",
    "Mode",
    "Notice",
    "NoticeText",
    "Passage",
    "Pin",
    "Place",
    "Printed",
    "Promise",
    "Regime",
    "Request",
    "Review",
    "Rule",
    "RuleBook",
    "Severity",
    "Shape",
    "Shown",
    "Unknown",
    "UnknownPlaces",
    "Weigh",
    "When",
]
