"""What another book would have decided about a row, or why nobody can tell."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.audit import Outcome
from gate.audit.rows import MERGED, UNDECLARED
from gate.model import Action
from gate.workbench.auditing.placing import TooManyError
from gate.workbench.auditing.possible import Possibilities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import Decision
    from gate.workbench.auditing.alike import Alike
    from gate.workbench.auditing.ground import Ground
    from gate.workbench.auditing.possible import Case


class Reason(StrEnum):
    """Why counts do not tell what another book would have decided."""

    DAY = "day"
    PATHS = "paths"
    SETTINGS = "settings"
    PLACE = "place"
    DOUBT = "doubt"
    MERGED = "merged"
    MISFIT = "misfit"


MEANINGS: Final = {
    Reason.DAY: "the day is divided: something begins or ends within it",
    Reason.PATHS: "the section holds paths that differ",
    Reason.SETTINGS: "another configuration counted them; its sections are not known",
    Reason.PLACE: "the place is too coarse: its label does not tell the membership",
    Reason.DOUBT: "a doubt about the place may stand beside it and left no trace",
    Reason.MERGED: "merged with others, because they were too few",
    Reason.MISFIT: "the book that the row names does not decide so",
}
"""Reason -> what it means."""

SEVERAL: Final = ("*",)
"""Stands for rules that differ within a row, though their action is one."""

_EXCUSES: Final = ("kind:", "mode:observe", UNDECLARED)
_UNDECIDED: Final = frozenset({str(Outcome.REFUSED), str(Outcome.GAP)})


class Answer(NamedTuple):
    """What another book would have decided.

    Attributes:
        action: Its action; None if counts do not tell.
        by: What would decide.
        reason: Why counts do not tell; None if they do.
    """

    action: Action | None
    by: tuple[str, ...] = ()
    reason: Reason | None = None


def excuse_of(row: Alike) -> str:
    """Return why something else than rules decided what became of a row; or "".

    Images, scripts and feeds pass whatever rules say, and so do requests that no entry
    of the configuration declares; in mode observe all do. What was refused was never
    decided, and of a gap nothing is known.
    """
    if row.outcome in _UNDECIDED:
        return row.outcome
    return row.reason if row.reason.startswith(_EXCUSES) else ""


class Replayer:
    """Answers for rows what a book would have decided.

    A row that the same book decided is answered by itself. For any other, every case
    is decided that it may be about: if all give one action, that is the answer.

    Args:
        ground: The book, and what is known beside the rows.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._possible = Possibilities(ground)

    def answer(self, row: Alike) -> Answer:
        """Return what the book would have decided about a row.

        Raises:
            PatternsMultiplyError: The patterns combine in too many ways.
        """
        if row.action == MERGED:
            return Answer(None, reason=Reason.MERGED)
        if row.book == self._ground.book.digest:
            return Answer(Action[row.action.upper()], row.by)
        if MERGED in {row.reason, row.book, row.areas_digest, row.database}:
            return Answer(None, reason=Reason.MERGED)
        try:
            return self._by_cases(row)
        except TooManyError:
            merged = MERGED in {row.place, row.activity, row.section}
            return Answer(None, reason=Reason.MERGED if merged else Reason.PLACE)

    def _by_cases(self, row: Alike) -> Answer:
        first: tuple[Case, Decision] | None = None
        deciders: set[tuple[str, ...]] = set()
        for case in self._possible.cases(row):
            decision = self._decide(case)
            if first is None:
                first = case, decision
            elif decision.action is not first[1].action:
                return Answer(None, reason=self._difference(row, first[0], case))
            deciders.add(decision.by)
        if first is None:
            return Answer(None, reason=Reason.MISFIT)
        by = deciders.pop() if len(deciders) == 1 else SEVERAL
        return Answer(first[1].action, by)

    def _decide(self, case: Case) -> Decision:
        return self._possible.new.decide(case, case.spot, old=case.doubt.is_old)

    def _difference(self, row: Alike, a: Case, b: Case) -> Reason:
        """Walk from one case to the other; the step that changes the action tells."""
        action = self._decide(a).action
        for reason, case in self._steps(row, a, b):
            if self._decide(case).action is not action:
                return reason
        return Reason.DOUBT

    def _steps(self, row: Alike, a: Case, b: Case) -> Iterator[tuple[Reason, Case]]:
        a = a._replace(activity=b.activity)
        yield Reason.MERGED, a
        a = a._replace(now=b.now)
        yield Reason.DAY, a
        a = a._replace(matched=b.matched)
        yield self._path_reason(row), a
        a = a._replace(spot=b.spot)
        yield Reason.MERGED if row.place == MERGED else Reason.PLACE, a
        yield Reason.DOUBT, b

    def _path_reason(self, row: Alike) -> Reason:
        if row.section == MERGED:
            return Reason.MERGED
        known = self._ground.knows_parts(row.config)
        return Reason.PATHS if known else Reason.SETTINGS
