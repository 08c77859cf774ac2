"""What became of each rule and exemption in one case, for `gate explain` and proofs.

Named tuples, because a proof makes a million of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.model import Decision

if TYPE_CHECKING:
    from gate.model import Action, Exemption, Membership, Rule, Unknown

NOTHING = Decision()
"""What is decided where no rule holds."""


class Conditions(NamedTuple):
    """How a case meets each condition of a rule or an exemption.

    Attributes:
        area: Highest membership in any of the areas; the reason if the place is
            unknown; None if no area is asked for.
        path: A pattern matches, and none of the excepted ones does.
        activity: The activity is listed.
        time: The moment lies in the effective span.
    """

    area: Membership | Unknown | None
    path: bool
    activity: bool
    time: bool

    @property
    def reachable(self) -> bool:
        """Everything but the area is met."""
        return self.path and self.activity and self.time


class ExemptionRow(NamedTuple):
    """What became of an exemption.

    Attributes:
        certain: The place is certainly a member, or no area is asked for.
        holds: It loosens whatever it names.
    """

    exemption: Exemption
    conditions: Conditions
    certain: bool
    holds: bool


class RuleRow(NamedTuple):
    """What became of a rule.

    Attributes:
        certain: The membership is certain enough for the rule; None if the place
            is unknown, where certainty is not asked.
        holds: All conditions are met, also when the place is unknown.
        before: Action before exemptions; None if the rule does not hold.
        effect: Action after exemptions; None if the rule does not hold.
        exemptions: Ids of the exemptions that made the difference, sorted.
        part: What this rule alone would decide.
    """

    rule: Rule
    conditions: Conditions
    certain: bool | None
    holds: bool
    before: Action | None = None
    effect: Action | None = None
    exemptions: tuple[str, ...] = ()
    part: Decision = NOTHING


class Examination(NamedTuple):
    """Every rule and every exemption of a book against one case.

    Attributes:
        rules: One row for each rule, in the order of the book.
        exemptions: One row for each exemption, in the order of the book.
        decision: The strictest of all parts.
    """

    rules: tuple[RuleRow, ...]
    exemptions: tuple[ExemptionRow, ...]
    decision: Decision
