"""The codes of findings about a rule book, with their meaning in one line.

A code never changes its meaning. R01x: places, R02x: time, R03x: meaning, R04x: what
a proof found, R05x: tests, R08x: comments and layout, R09x: changes.
`gate.documents.codes` has those that any file can have.

What a reader of this list might miss:

=================================  ==================================================
A key that is no longer in use     No code: there is none yet.
A country that is no more          R010: a withdrawn code is in no list of ISO 3166.
A network within a `whole` code    No code: only a database knows whose a network is,
                                   and an editor lists it because databases err.
A shape beside its region          No code: a book holds codes, and no borders to
                                   hold an outline against.
An exemption that lasts long       No code: how long is too long is the approver's to
                                   say. R024: it must end. R023: it soon does.
The explainer behind a page        E117, with the configuration, which names it. The
                                   gate's own pages stand before all rules.
=================================  ==================================================
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "R008": "A reason or a title that somebody still has to write.",
    "R011": "An area that does not exist.",
    "R012": "An area with the name of one place and the codes of another.",
    "R013": "An area that a configured database cannot decide, or not as it asks.",
    "R015": "A code stands twice, or both whole and partly, in one area version.",
    "R016": "Area versions out of order, or two from the same moment on.",
    "R017": "What is known of an area is old.",
    "R018": "An area that no rule, exemption or promise asks for.",
    "R019": "A shape that is missing, outside the book, no outline, or crosses itself.",
    "R021": "A span that ends before or when it begins.",
    "R022": "A rule or exemption that has expired.",
    "R023": "A rule or exemption that ends within 30 days.",
    "R024": "An exemption without an end.",
    "R025": "A gap or an overlap between two versions of one rule or exemption.",
    "R029": "Two actions of one rule or promise that do not fit each other.",
    "R030": "The same id or name twice, or one that is reserved.",
    "R031": "A notice that does not exist.",
    "R032": "Two notices of equal strictness that stand together on one page.",
    "R033": "An exemption for a rule that does not exist, or that it never meets.",
    "R034": "An exemption with a pattern that is wider than it needs.",
    "R035": "A block on mere possibility that nobody has approved.",
    "R036": "Not exactly one block that says what follows for unknown places.",
    "R038": "A pattern that no path of an access log matches.",
    "R039": "A settlement that nobody knows, or that lies in a region left out.",
    "R040": "A rule or exemption that can never hold.",
    "R041": "A rule or exemption that never changes a decision.",
    "R042": "An item of a list without which no decision differs.",
    "R043": "A promise that does not hold, with a case that breaks it.",
    "R044": "A promise that speaks of nothing that there is.",
    "R045": "A shadow rule that would change much if it were enforced.",
    "R046": "How many get a notice only because it is uncertain where they are.",
    "R047": "Patterns that combine in too many ways for anything to be proved.",
    "R048": "A promise pinned in the configuration that the book does not keep.",
    "R049": "A book without promises, for which nothing is proved.",
    "R050": "A test that names something that does not exist or that it does not test.",
    "R051": "A test that names a rule which makes no difference to what it expects.",
    "R052": "A small change of the book that no test and no promise notices.",
    "R053": "A rule that no test meets, or that no test misses by little.",
    "R054": "A test with a network that no area lists.",
    "R055": "A test in the book that fails.",
    "R056": "A book without tests.",
    "R080": "A comment that ignores something that is not there.",
    "R081": "A comment that ignored something until a day that is over.",
    "R082": "A comment that cannot be understood or ignores what nobody can ignore.",
    "R083": "A file that is not laid out as gate fmt would lay it out.",
    "R090": "A change that loosens decisions, and no exemption says so.",
    "R091": "A change that moves more of the traffic than it may.",
    "R092": "A file with another format, in a change that also decides otherwise.",
}
