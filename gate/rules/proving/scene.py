"""A cell shown to a person: an address, a path, an activity, a moment, a decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gate.decision import examine
from gate.rules.marking import Lines
from gate.rules.proving.cells import Whens
from gate.rules.proving.witness import outcome, whereabouts, witness

if TYPE_CHECKING:
    from gate.model import Decision
    from gate.rules.proving.cells import Case
    from gate.rules.proving.fates import Point
    from gate.rules.proving.survey import Survey

AddressOf = Callable[[int], str | None]
"""Gives an address for the number of a class; None if no reader has one there."""


class Scene:
    """Tells what happens at points of a survey; the evaluator decides each anew.

    Args:
        survey: The survey.
        address_of: Gives addresses; None for no addresses.

    Attributes:
        lines: Where the parts of the book stand.
    """

    def __init__(self, survey: Survey, address_of: AddressOf | None = None) -> None:
        self.lines = Lines()
        self._survey = survey
        self._whens = Whens(survey.book)
        self._address_of = address_of

    def told(self, point: Point | None) -> str:
        """Return what decides at a point, to end a sentence with; "" without one."""
        return f", such as: {self.witness(point)}" if point else ""

    def witness(self, point: Point) -> str:
        """Return where a point is, and what is decided there by what."""
        case, address = self._shown(point)
        return witness(self._survey.book, case, self.decision(case), address)

    def spot(self, point: Point) -> str:
        """Return where and when a point is."""
        return whereabouts(self._survey.book, *self._shown(point))

    def outcome(self, point: Point) -> str:
        """Return what is decided at a point, and by what."""
        case = self.case(point)
        return outcome(self._survey.book, case, self.decision(case))

    def _shown(self, point: Point) -> tuple[Case, str | None]:
        """Return the case of a point as it is shown, with an address of the place."""
        case = self.case(point)
        number, address = self._address(point)
        if number is not None:
            label = self._survey.space.classes[number].label
            case = case._replace(group=case.group._replace(label=label))
        return case, address

    def case(self, point: Point) -> Case:
        """Return the case of a point."""
        spot, space = point.spot, self._survey.space
        group = space.group(spot.place, point.segment)
        segment = space.segments[point.segment]
        return self._whens.case(group, spot.atom, spot.activity, segment)

    @staticmethod
    def decision(case: Case) -> Decision:
        """Return what the serving evaluator decides in a case."""
        return examine(
            case.book,
            memberships=case.group.memberships,
            matched=case.atom.matched,
            activity=case.activity,
            now=case.now,
            unknown=case.group.unknown,
        ).decision

    def _address(self, point: Point) -> tuple[int | None, str | None]:
        """Return a class of the place that has an address, and the address."""
        if self._address_of is not None:
            for number in self._survey.space.numbers(point.spot.place):
                address = self._address_of(number)
                if address is not None:
                    return number, address
        return None, None
