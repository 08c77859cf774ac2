"""Two rule books to their exact difference."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from gate.model import Activity, Mark
from gate.workbench.diffing.approval import unapproved
from gate.workbench.diffing.areas import area_parts
from gate.workbench.diffing.beside import Beside, format_changes, notice_changes
from gate.workbench.diffing.boxes import boxes
from gate.workbench.diffing.causes import Blaming
from gate.workbench.diffing.difference import Difference
from gate.workbench.diffing.findings import findings_of
from gate.workbench.diffing.gathering import Gathering
from gate.workbench.diffing.items import Part, rule_parts
from gate.workbench.diffing.mixing import Mixing
from gate.workbench.diffing.refinement import Refinement
from gate.workbench.diffing.renamings import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.decision import Segment
    from gate.model import Shown
    from gate.rules.proving.atoms import Limits
    from gate.workbench.diffing.boxes import Point
    from gate.workbench.diffing.causes import Blame
    from gate.workbench.diffing.groups import Group
    from gate.workbench.diffing.lines import Look
    from gate.workbench.diffing.refinement import Cell
    from gate.workbench.diffing.sides import Side
    from gate.workbench.diffing.twins import Twins

_ACTIVITIES = tuple(Activity)


class Terms(NamedTuple):
    """What a comparison is held to.

    Attributes:
        now: What ended before is past, Unix seconds.
        start: What ended before is left out, Unix seconds; None leaves out nothing.
        limits: Bounds on the search for paths.
        geo: Two databases were named, to be compared under one book.
    """

    now: int
    start: int | None = None
    limits: Limits | None = None
    geo: bool = False


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
    mixing = Mixing(refinement, parts, names, twins.new.database.build_epoch)
    wider = unapproved(old.book.exemptions, names.exemptions(new.book))
    survey = _Survey(refinement, Blaming(mixing, wider), names)
    survey.run(terms.start)
    gathering = Gathering(old, new, twins, refinement, parts, look)
    groups = gathering.groups(survey.drafts(gathering), terms.now, terms.start)
    beside = survey.beside(old, new)
    return Difference(
        old=old,
        new=new,
        twins=twins,
        groups=groups,
        beside=beside,
        start=terms.start,
        now=terms.now,
        cells=survey.cells,
        geo=terms.geo,
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

    def __init__(self, refinement: Refinement, blaming: Blaming, names: Names) -> None:
        self._refinement, self._names = refinement, names
        self._blaming = blaming
        self._points: dict[_Alike, list[Point]] = defaultdict(list)
        self._ids = self._shadow = 0
        self.cells = 0

    def run(self, start: int | None) -> None:
        """Look at every cell that does not end before a moment."""
        spans = self._refinement.segments
        for cell, differs in self._refinement.cells():
            if not _is_over(spans[cell.segment], start):
                self.cells += 1
                if differs:
                    self._note(cell)
                else:
                    self._unnoticed(cell)

    def drafts(self, gathering: Gathering) -> Iterator[Group]:
        """Yield what differs, in groups that have no numbers yet."""
        for kind, points in self._points.items():
            for box in boxes(points):
                yield gathering.draft(kind.was, kind.becomes, kind.blame, box)

    def beside(self, old: Side, new: Side) -> Beside:
        """Return what else differs."""
        return Beside(
            renamed={
                own: new_id
                for new_id, own in self._names.old_of.items()
                if new_id in self._names.alike
            },
            ids=self._ids,
            shadow=self._shadow,
            notices=notice_changes(old, new),
            formats=format_changes(old, new),
        )

    def _note(self, cell: Cell) -> None:
        where = cell.kind, cell.paths, cell.activity, cell.segment
        blame = self._blaming.of(cell, self._refinement.case(*where))
        activity = _ACTIVITIES.index(cell.activity)
        point = cell.kind, cell.paths, activity, cell.segment
        self._points[_Alike(cell.before, cell.after, blame)].append(point)

    def _unnoticed(self, cell: Cell) -> None:
        old, new = cell.old, cell.new
        self._ids += old.by != new.by
        own = self._names.old_of
        shadows = sorted(own.get(id_, id_) for id_ in new.shadow_rules)
        same = list(old.shadow_rules) == shadows and old.shadow == new.shadow
        self._shadow += not same


def _is_over(span: Segment, start: int | None) -> bool:
    return start is not None and span.until is not None and span.until <= start
