"""The share of each difference in an access log, line by line and exact.

Lines are read as `gate audit import` reads them. An address becomes the number of its
kind of place, a path the set of patterns that it matches, and both are forgotten; what
is counted is in which group a request lies.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from gate.audit import Outcome, Versions
from gate.audit.counting import bare_cell
from gate.engine.snapshot import Snapshot, activities_of, look_of, reading_of
from gate.errors import RequestError, TrafficUntoldError
from gate.model import LocationClass, Unknown
from gate.notices import compile_pages
from gate.places.index import Columns, Index, Table
from gate.workbench.diffing.groups import Share
from gate.workbench.diffing.traffic import Traffic
from gate.workbench.importing import Settings, take_in
from gate.workbench.importing.judge import Judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.audit import CountCell
    from gate.config import Config
    from gate.model import Request
    from gate.workbench.diffing.difference import Difference
    from gate.workbench.diffing.twins import Twins
    from gate.workbench.importing import Intake
    from gate.workbench.importing.verdicts import Moment

_APART: Final = "apart:"
_IN: Final = "group:"
_NOBODY: Final = LocationClass(label="")


def weigh_lines(
    found: Difference,
    config: Config,
    names: Sequence[str],
    settings: Settings,
    *,
    jobs: int = 1,
) -> Traffic:
    """Weigh a difference by access logs.

    Args:
        found: The difference.
        config: Says which requests read, share or comment, and whose proxies count.
        names: Paths of the logs; "-" is standard input.
        settings: What was said about them.
        jobs: How many processes may read.

    Raises:
        ImportingError: A log cannot be read to its end, or its format is not clear.
        TrafficUntoldError: There are no notices, without which nothing is read.
    """
    snapshot = _snapshot(found, config)
    judging = partial(_judge, found)
    intake = take_in(snapshot, names, settings, jobs=jobs, judging=judging)
    return _traffic(found, intake, ", ".join(names))


def _judge(found: Difference, snapshot: Snapshot) -> Judge:
    return Judge(snapshot, _Placing(found, snapshot))


class _Placing:
    """Says in which group a request lies."""

    def __init__(self, found: Difference, snapshot: Snapshot) -> None:
        self._found = found
        self._activity_of = snapshot.activities.of
        ends = {edge for group in found.groups for edge in (group.since, group.until)}
        self.edges = sorted(edge for edge in ends if edge is not None)

    def of(
        self, moment: Moment, class_id: int, asked: Request | RequestError
    ) -> CountCell:
        """Return a cell that tells the group, or why no rule decides."""
        if isinstance(asked, RequestError):
            return _cell(moment, Outcome.REFUSED, f"{_APART}refused")
        activity = self._activity_of(asked.method, asked.path)
        if asked.kind == "feed" or activity is None:
            why = "undeclared" if activity is None else "feed"
            return _cell(moment, Outcome.PASSED, f"{_APART}{why}")
        now = self._second(moment.segment)
        groups = self._found.groups_at(class_id, asked.path, activity, now)
        number = groups[0].number if groups else 0
        return _cell(moment, Outcome.PASSED, f"{_IN}{number}")

    def _second(self, segment: int) -> int:
        """Return a second of a stretch between two edges."""
        if segment:
            return self.edges[segment - 1]
        return self.edges[0] - 1 if self.edges else 0


def _cell(moment: Moment, outcome: Outcome, reason: str) -> CountCell:
    return bare_cell(moment.day, "", outcome=outcome, reason=reason)


def _traffic(found: Difference, intake: Intake, source: str) -> Traffic:
    sums: Counter[str] = Counter()
    for cell, n in intake.cells.items():
        sums[cell.reason] += n
    inside = {group.number: sums[f"{_IN}{group.number}"] for group in found.groups}
    total = sum(n for name, n in sums.items() if name.startswith(_IN))
    apart = {
        name.removeprefix(_APART): n
        for name, n in sums.items()
        if name.startswith(_APART)
    }
    told = intake.sums
    apart |= {name: told[name] for name in ("unreadable",) if told[name]}
    moved = sum(inside.values())
    return Traffic(
        source=source,
        is_sealed=False,
        groups={number: Share(n, n, total) for number, n in inside.items()},
        moved=Share(moved, moved, total),
        apart=apart,
    )


def _snapshot(found: Difference, config: Config) -> Snapshot:
    """Return what lines are read by: places are pairs, patterns those of both books."""
    old, new = found.old.book, found.new.book
    index = _index(found.twins)
    notices = found.new.notices or found.old.notices
    if not notices:
        raise TrafficUntoldError(
            reason="no notice of the book can be read",
            hint="Run gate check, and put the notices right.",
        )
    return Snapshot(
        config=config,
        book=replace(
            new,
            rules=(*old.rules, *new.rules),
            exemptions=(*old.exemptions, *new.exemptions),
        ),
        index=index,
        pages=compile_pages(notices, look_of(config, index)),
        reading=reading_of(config),
        asking={},
        activities=activities_of(config),
        versions=Versions("", "", "", "", "", ""),
    )


def _index(twins: Twins) -> Index:
    """Return an index whose class ids are those of pairs."""
    tables = []
    for version in (4, 6):
        starts, ids = twins.ranges(version)
        tables.append(Table(starts=starts, classes=ids))
    named = {twins.unknown(reason): reason for reason in Unknown}
    return Index(
        columns=Columns.of(v4=tables[0], v6=tables[1]),
        classes=[
            replace(_NOBODY, unknown=named.get(number))
            for number in range(len(twins.pairs))
        ],
        databases=twins.new.databases,
    )
