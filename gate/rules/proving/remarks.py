"""What an editor should know of a book that may be served all the same.

These notes are for `gate check`; a gate that serves never asks for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents.percent import per_cent
from gate.documents.scalars import quoted
from gate.errors import PatternsMultiplyError
from gate.model import (
    Action,
    Amount,
    Diagnostic,
    Effective,
    Membership,
    Mode,
    Severity,
)
from gate.rules.proving.alone import Alone
from gate.rules.proving.companions import told_together
from gate.rules.proving.scene import Scene
from gate.rules.proving.space import Space
from gate.rules.proving.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model import Area, LocationClass, RuleBook
    from gate.rules.proving.fates import RuleFate
    from gate.rules.proving.scene import AddressOf

MUCH = 50
"""Percent of the cases of a shadow rule from which on it would change much."""

_NAMED = 3  # classes that are named of those for which a place is uncertain


def remarks(
    book: RuleBook,
    classes: Sequence[LocationClass],
    *,
    now: int,
    address_of: AddressOf | None = None,
) -> list[Diagnostic]:
    """Tell which notices stand together, and which trials would change much.

    Args:
        book: The rule book.
        classes: Every class of places that there is.
        now: Unix seconds; what a trial would have changed before does not count.
        address_of: As in `prove`.

    Returns:
        Notes: R032 notices that a reader meets together, R045 shadow rules that would
        change more than half of the cases that they meet.
    """
    try:
        survey = Survey(book, classes, meetings=True, now=now)
    except PatternsMultiplyError:
        return []  # proving it says so
    scene = Scene(survey, address_of)
    much = [f for f in survey.rules.values() if 100 * f.changed > MUCH * f.cells]
    return [*told_together(survey, scene), *(_trial(fate, scene) for fate in much)]


def _trial(fate: RuleFate, scene: Scene) -> Diagnostic:
    example = f" Now {scene.witness(fate.example)}." if fate.example else ""
    return Diagnostic(
        code="R045",
        message=f'If it were enforced, the shadow rule "{fate.rule.id}" would change '
        f"{per_cent(fate.changed, fate.cells)} of the cases that it meets.",
        hint="A case is a place, a path and an activity, however many readers there "
        f"are: look at the counts of the audit log before you enforce it.{example}",
        mark=fate.rule.mark,
        severity=Severity.NOTE,
        subject=fate.rule.id,
    )


def doubts(
    book: RuleBook,
    classes: Sequence[LocationClass],
    amounts: Sequence[Amount],
    *,
    now: int,
) -> list[Diagnostic]:
    """Tell how many get a notice only because their place is uncertain: R046, notes.

    Args:
        book: The rule book.
        classes: Every class of places that there is.
        amounts: The addresses of each class, in the same order.
        now: Unix seconds; the moment that is looked at.

    Returns:
        One note for each area of which such places may be members.
    """
    try:
        space = Space(book, classes)
    except PatternsMultiplyError:
        return []  # proving it says so
    segment = space.span(Effective(since=now))[0]
    doubtful = _doubtful(space, segment)
    pairs = zip(classes, amounts, strict=True)
    total = Amount.total(amount for one, amount in pairs if one.unknown is None)
    found = []
    for area in book.areas.values():
        maybe = doubtful & space.members([area.id], segment)[Membership.POSSIBLE]
        by_label = _by_label(space, maybe, amounts)
        if any(amount.ipv4 or amount.ipv6_48 for amount in by_label.values()):
            found.append(_doubt(area, by_label, total))
    return found


def _by_label(
    space: Space, places: int, amounts: Sequence[Amount]
) -> dict[str, Amount]:
    """Sum up the addresses of places; those with a doubt get a notice for that."""
    found: dict[str, Amount] = {}
    for place in range(len(space.places)):
        for number in space.numbers(place) if places >> place & 1 else ():
            label, doubt = space.classes[number].label, space.classes[number].doubt
            if doubt is None:
                so_far = found.get(label, Amount(0, 0))
                found[label] = Amount.total([so_far, amounts[number]])
    return found


def _doubtful(space: Space, segment: int) -> int:
    """Return the places that get a notice somewhere only as possible members."""
    alone = Alone(space)
    found = 0
    for portion in space.slices():
        maybe, surely = 0, 0
        for rule in space.book.rules:
            spans = [s for s in alone.spans(rule) if s[0] <= segment < s[1]]
            if rule.mode is Mode.SHADOW or not spans:
                continue
            for part in alone.parts(portion, rule, spans[0]):
                if part.shown.action is Action.PASS:
                    continue
                if part.level is Membership.POSSIBLE:
                    maybe |= part.cells
                else:
                    surely |= part.cells
        found |= portion.on_places(maybe & ~surely)
    return found


def _doubt(area: Area, by_label: dict[str, Amount], total: Amount) -> Diagnostic:
    share = Amount.total(by_label.values())
    most = sorted(by_label, key=lambda label: (-by_label[label].ipv4, label))
    named = ", ".join(
        f"{label} ({per_cent(by_label[label].ipv4, share.ipv4)})"
        for label in most[:_NAMED]
        if by_label[label].ipv4
    )
    sites = per_cent(share.ipv6_48, total.ipv6_48)
    return Diagnostic(
        code="R046",
        message=f"Readers at {share.ipv4:,} IPv4 addresses "
        f"({per_cent(share.ipv4, total.ipv4)} of the loaded databases) and "
        f"{share.ipv6_48:,} IPv6 networks ({sites}) get a notice only because "
        f"they may be in {quoted(area.id)}.",
        hint=f"{'Most are labelled ' + named + '. ' if named else ''}Networks, "
        "settlements and shapes of the area can tell more of them apart.",
        mark=area.mark,
        severity=Severity.NOTE,
        subject=area.id,
    )
