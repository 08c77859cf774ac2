"""Two rule books to their exact difference."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from gate.model import Activity, Mark
from gate.workbench.diffing.areas import area_parts
from gate.workbench.diffing.beside import Beside, format_changes, notice_changes
from gate.workbench.diffing.boxes import boxes
from gate.workbench.diffing.causes import Blaming
from gate.workbench.diffing.difference import Difference
from gate.workbench.diffing.findings import findings_of
from gate.workbench.diffing.gathering import Gathering
from gate.workbench.diffing.items import Part, rule_parts
from gate.workbench.diffing.mixing import Mixing
from gate.workbench.diffing.names import Names
from gate.workbench.diffing.refinement import Refinement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.decision import Segment
    from gate.rules.proving.atoms import Limits
    from gate.workbench.diffing.boxes import Point
    from gate.workbench.diffing.causes import Blame
    from gate.workbench.diffing.lines import Look
    from gate.workbench.diffing.refinement import Cell
    from gate.workbench.diffing.shown import Shown
    from gate.workbench.diffing.sides import Side
    from gate.workbench.diffing.twins import Twins

_ACTIVITIES = tuple(Activity)


class Terms(NamedTuple):
    """What a comparison is held to.

    Attributes:
        now: What ended before is past, Unix seconds.
        start: What ended before is left out, Unix seconds; None leaves out nothing.
        limits: Bounds on the search for paths.
    """

    now: int
    start: int | None = None
    limits: Limits | None = None


def compare(
    old: Side, new: Side, twins: Twins, terms: Terms, look: Look | None = None
) -> Difference:
    """Find everything that two rule books decide differently.

    Args:
        old: The old side.
        new: The new side.
        twins: All places, as the indexes of both sides see them.
        terms: What counts as past, and what is left out.
        look: Gives the place of an address by the loaded database, so that lines of
            areas can be tried; None leaves causes of that kind at the version.

    Raises:
        PatternsMultiplyError: The patterns of both books combine in too many ways.
    """
    names = Names.of(old.book, new.book)
    refinement = Refinement(old.book, new.book, twins, limits=terms.limits)
    parts = tuple(_parts(old, new, names, twins))
    built = twins.new.database.build_epoch
    survey = _Survey(refinement, Mixing(refinement, parts, names, built), names)
    survey.run(terms.start)
    gathering = Gathering(old, new, twins, refinement, parts, look)
    found = [
        gathering.draft(kind.was, kind.becomes, kind.blame, box)
        for kind, points in survey.points.items()
        for box in boxes(points)
    ]
    groups = gathering.groups(found, terms.now, terms.start)
    beside = Beside(
        renamed={own: new_id for new_id, own in names.old_of.items()},
        ids=survey.ids,
        shadow=survey.shadow,
        notices=notice_changes(old, new),
        formats=format_changes(old, new),
    )
    return Difference(
        old=old,
        new=new,
        twins=twins,
        groups=groups,
        beside=beside,
        start=terms.start,
        now=terms.now,
        cells=survey.cells,
        findings=findings_of(groups, beside),
    )


def _parts(old: Side, new: Side, names: Names, twins: Twins) -> Iterator[Part]:
    yield from rule_parts(old, new, names)
    facts = twins.old.database, twins.new.database
    if facts[0].digest != facts[1].digest:
        # With another database, whatever moves a place is that.
        yield Part(
            kind="database",
            id=facts[1].name,
            key="",
            what=f"instead of {facts[0].name}",
            old=Mark(file=facts[0].name),
            new=Mark(file=facts[1].name),
            edit=lambda plan: plan,
        )
    elif old.book.areas_digest != new.book.areas_digest:
        yield from area_parts(old, new)


class _Alike(NamedTuple):
    """What the cells of one group have in common."""

    was: Shown
    becomes: Shown
    blame: Blame


class _Survey:
    """What was seen over all cells."""

    def __init__(self, refinement: Refinement, mixing: Mixing, names: Names) -> None:
        self._refinement, self._names = refinement, names
        self._blaming = Blaming(mixing)
        self.points: dict[_Alike, list[Point]] = defaultdict(list)
        self.cells = self.ids = self.shadow = 0

    def run(self, start: int | None) -> None:
        """Look at every cell that does not end before a moment."""
        spans = self._refinement.segments
        for cell, differs in self._refinement.cells():
            if not _is_over(spans[cell.segment], start):
                self.cells += 1
                if differs:
                    self._note(cell)
                else:
                    self._beside(cell)

    def _note(self, cell: Cell) -> None:
        where = cell.kind, cell.paths, cell.activity, cell.segment
        blame = self._blaming.of(cell, self._refinement.case(*where))
        activity = _ACTIVITIES.index(cell.activity)
        point = cell.kind, cell.paths, activity, cell.segment
        self.points[_Alike(cell.before, cell.after, blame)].append(point)

    def _beside(self, cell: Cell) -> None:
        old, new = cell.old, cell.new
        self.ids += old.by != new.by
        own = self._names.old_of
        shadows = sorted(own.get(id_, id_) for id_ in new.shadow_rules)
        same = list(old.shadow_rules) == shadows and old.shadow == new.shadow
        self.shadow += not same


def _is_over(span: Segment, start: int | None) -> bool:
    return start is not None and span.until is not None and span.until <= start
