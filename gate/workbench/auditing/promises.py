"""What a rule book promises, held against what really happened.

`gate check` proves promises over everything that a book can be asked. This looks at the
rows instead, also at those that earlier books decided: which decisions surely fall
under a promise and kept it, which broke it, which passed for a reason that no promise
covers (an image, a feed, mode observe), and which may fall under it, though a row is
too coarse to tell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from gate.audit import Outcome
from gate.audit.rows import MERGED
from gate.decision import conditions_of
from gate.model import Action, Membership
from gate.workbench.auditing.alike import books_named, read_alike
from gate.workbench.auditing.answering import excuse_of
from gate.workbench.auditing.ground import ground_of
from gate.workbench.auditing.placing import TooManyError
from gate.workbench.auditing.possible import Possibilities
from gate.workbench.auditing.replaying import told
from gate.workbench.revisions import former_books, in_folder, opened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rich.table import Table

    from gate.config import Config
    from gate.model import Promise
    from gate.workbench.auditing.alike import Alike, Logs
    from gate.workbench.auditing.ground import Ground
    from gate.workbench.auditing.possible import Case

_LET_THROUGH: Final = frozenset(
    {str(Outcome.PASSED), str(Outcome.SERVED_WITHOUT_NOTICE)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Decisions of one kind that broke a promise.

    Attributes:
        areas: Areas with their levels, or the reason of an unknown place.
        section: Section of the site.
        activity: What the requests did.
        action: What the rule book of the day asked for.
        outcome: What became of it.
        rules: What decided.
        n: How many decisions.
    """

    areas: str
    section: str
    activity: str
    action: str
    outcome: str
    rules: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How a promise fared.

    Attributes:
        promise: Its id.
        asked: What it asks, such as "at least interstitial".
        kept: Decisions that surely fall under it, and kept it.
        broken: Decisions that surely fall under it, and broke it.
        excused: Why others that surely fall under it were let through ("kind:asset",
            "undeclared", "mode:observe") -> how many.
        perhaps: Decisions that may fall under it.
        doubtful: Those of them that broke it if they do.
        breaches: What broke it, the most frequent first.
    """

    promise: str
    asked: str
    kept: int
    broken: int
    excused: tuple[tuple[str, int], ...]
    perhaps: int
    doubtful: int
    breaches: tuple[Breach, ...]

    def plain(self) -> dict[str, Any]:
        """Return everything as values of JSON; small numbers as "<10"."""
        values = asdict(self)
        for name in ("kept", "broken", "perhaps", "doubtful"):
            values[name] = told(values[name])
        values["excused"] = {why: told(n) for why, n in self.excused}
        for breach in values["breaches"]:
            breach["n"] = told(breach["n"])
        return values


def kept(ground: Ground, rows: Iterable[Alike]) -> tuple[Kept, ...]:
    """Hold every promise of a book against rows; broken ones come first.

    Args:
        ground: The book, and what is known beside the rows.
        rows: Rows, added up for the edges of the ground.

    Raises:
        PatternsMultiplyError: The patterns of the books combine in too many ways.
    """
    fates = [_Fate(promise) for promise in ground.book.promises]
    possible = Possibilities(ground)
    for row in rows:
        if row.outcome == Outcome.REFUSED:
            continue  # nobody was served
        cases = None if row.outcome == Outcome.GAP else _cases(possible, row)
        for fate in fates:
            fate.add(row, cases)
    found = [fate.told() for fate in fates]
    return tuple(sorted(found, key=lambda one: (not one.broken, not one.doubtful)))


def promises_of_logs(
    logs: Logs, rules: Path, config: Config | None
) -> tuple[Kept, ...]:
    """Hold the promises of a rule book against the rows of logs.

    Args:
        logs: Which rows.
        rules: Folder of the book; earlier books are looked for in its git history.
        config: The configuration that counted, if it is at hand; without it nobody
            can tell which paths a section holds.

    Raises:
        FindingsError: The book has errors.
        AskingError: There are no rows, or they cannot be read.
    """
    book, _ = opened(in_folder(rules))
    wanted = books_named(logs) - {book.digest}
    formers = former_books(rules, wanted)
    ground = ground_of(book, config, formers=formers)
    return kept(ground, read_alike(logs, ground.edges))


def promises_table(fared: Iterable[Kept]) -> Table:
    """Return a table of how promises fared, for the terminal."""
    from rich import box  # noqa: PLC0415 (costs 0.1 s)
    from rich.table import Table  # noqa: PLC0415

    made = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0)
    )
    made.add_column("promise", overflow="fold")
    made.add_column("asks", no_wrap=True)
    for name in ("broken", "kept", "perhaps"):
        made.add_column(name, justify="right")
    made.add_column("let through for a reason", overflow="fold")
    for one in fared:
        made.add_row(
            one.promise,
            one.asked,
            *(_number(n) for n in (one.broken, one.kept, one.perhaps)),
            ", ".join(f"{why} {_number(n)}" for why, n in one.excused),
            style="red" if one.broken else None,
        )
    return made


def _number(n: int) -> str:
    shown = told(n)
    return f"{shown:,}" if isinstance(shown, int) else shown


def _cases(possible: Possibilities, row: Alike) -> tuple[Case, ...] | None:
    """Return what a row may be about; None if nobody can tell."""
    try:
        return tuple(possible.cases(row)) or None
    except TooManyError:
        return None


class _Fate:
    """How one promise fares over the rows so far."""

    def __init__(self, promise: Promise) -> None:
        self._promise = promise
        self._sums: Counter[str] = Counter()
        self._excused: Counter[str] = Counter()
        self._breaches: Counter[tuple[str, ...]] = Counter()

    def add(self, row: Alike, cases: tuple[Case, ...] | None) -> None:
        inside = {_covers(self._promise, case) for case in cases or ()}
        if inside == {False}:
            return
        if inside != {True} or MERGED in {row.action, row.reason, row.outcome}:
            self._sums["perhaps"] += row.n
            if row.outcome == Outcome.GAP or self._breaks(row):
                self._sums["doubtful"] += row.n
        elif self._breaks(row):
            self._sums["broken"] += row.n
            self._breaches[_breach(row)] += row.n
        elif self._lets_through(row):
            self._excused[excuse_of(row)] += row.n
        else:
            self._sums["kept"] += row.n

    def told(self) -> Kept:
        promise, sums = self._promise, self._sums
        return Kept(
            promise=promise.id,
            asked=_asked(promise),
            kept=sums["kept"],
            broken=sums["broken"],
            excused=tuple(sorted(self._excused.items())),
            perhaps=sums["perhaps"],
            doubtful=sums["doubtful"],
            breaches=tuple(
                Breach(**dict(zip(_BREACH, values, strict=True)), n=n)
                for values, n in self._breaches.most_common()
            ),
        )

    def _breaks(self, row: Alike) -> bool:
        if row.action == MERGED:
            return True
        action, least = Action[row.action.upper()], self._promise.at_least
        most = self._promise.at_most
        if (least is not None and action < least) or (
            most is not None and action > most
        ):
            return True
        return self._lets_through(row) and not excuse_of(row)

    def _lets_through(self, row: Alike) -> bool:
        """Say whether the reader met nothing though the promise asks for something."""
        asks = bool(self._promise.at_least)
        return asks and row.outcome in _LET_THROUGH


def _covers(promise: Promise, case: Case) -> bool:
    """Say whether a promise speaks of a case; where it names no place, of every one."""
    scope, spot = promise.scope, case.spot
    met = conditions_of(
        scope,
        promise.effective,
        matched=case.matched,
        activity=case.activity,
        now=case.now,
    )
    if not met.reachable:
        return False
    if scope.unknown is not None and spot.unknown not in scope.unknown:
        return False
    levels = dict(spot.levels)
    if scope.areas is not None and not any(
        levels.get(area) is Membership.YES for area in scope.areas
    ):
        return False
    return scope.outside_areas is None or (
        spot.unknown is None and not any(levels.get(a) for a in scope.outside_areas)
    )


_BREACH: Final = ("areas", "section", "activity", "action", "outcome", "rules")


def _breach(row: Alike) -> tuple[str, ...]:
    return (row.areas or row.place, *(getattr(row, name) for name in _BREACH[1:]))


def _asked(promise: Promise) -> str:
    bounds = {"at least": promise.at_least, "at most": promise.at_most}
    return " and ".join(f"{w} {a}" for w, a in bounds.items() if a is not None)
