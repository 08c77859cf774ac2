"""The old book with some parts of the new one: what would it decide?

That is how a cause is found: not by reading the text of a change, but by taking over
one part alone, or by leaving one part out, and asking the evaluator again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gate.decision import conditions_of
from gate.model import Unknown
from gate.workbench.diffing.areas import counterparts, memberships_in, planned
from gate.workbench.diffing.items import by_target
from gate.workbench.diffing.lenses import decided
from gate.workbench.diffing.refinement import DAY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from gate.model import Decision, Exemption, Rule, RuleBook, Shown
    from gate.workbench.diffing.areas import Plan
    from gate.workbench.diffing.items import Edit, Part
    from gate.workbench.diffing.lenses import Case
    from gate.workbench.diffing.refinement import Refinement
    from gate.workbench.diffing.renamings import Names
    from gate.workbench.diffing.twins import Pair

    _Both = tuple[Rule | Exemption | None, Rule | Exemption | None]


class Mixing:
    """Decides cases by mixtures of two books.

    Args:
        refinement: Both books and their cells.
        parts: What differs.
        names: What was renamed.
        built: When the database was built, Unix seconds.
    """

    def __init__(
        self,
        refinement: Refinement,
        parts: Sequence[Part],
        names: Names,
        built: int,
    ) -> None:
        self.parts = tuple(parts)
        self._refinement, self._built = refinement, built
        old, new = (lens.book for lens in refinement.lenses)
        self._old = old
        self._items = {
            "rule": _both(old.rules, names.rules(new)),
            "exemption": _both(old.exemptions, names.exemptions(new)),
        }
        self._targets = by_target(self.parts)
        self._plans: dict[tuple[int, ...], Plan] = {}
        self._same = counterparts(old, new)
        self._live_in: dict[tuple[object, ...], frozenset[tuple[str, str]]] = {}

    def relevant(self, case: Case) -> tuple[int, ...]:
        """Return the numbers of the parts that may matter in a case."""
        live = self._live(case)
        first, second = (
            memberships_in(lens.plan, case.pair, case.now)
            for lens in self._refinement.lenses
        )
        is_other = self._is_other(case.pair)
        found = []
        for number, part in enumerate(self.parts):
            if part.kind in {"rule", "exemption"}:
                matters = (part.kind, part.id) in live
            elif part.kind == "area":
                matters = is_other or first.get(part.id) != second.get(part.id)
            else:
                matters = True
            if matters:
                found.append(number)
        return tuple(found)

    def decide(self, case: Case, chosen: Collection[int]) -> Shown:
        """Return what a reader meets if some parts are taken over.

        Args:
            case: The case.
            chosen: Numbers of the parts.
        """
        live = self._live(case)
        wanted = frozenset(chosen)
        block = self._old.unknown
        for edit in self._edits(("unknown", "unknown"), wanted):
            block = edit(block)
        book = replace(
            self._old,
            rules=tuple(self._mixed("rule", live, wanted)),
            exemptions=tuple(self._mixed("exemption", live, wanted)),
            unknown=block,
        )
        return self._decided(book, case, wanted).shown

    def _decided(self, book: RuleBook, case: Case, chosen: frozenset[int]) -> Decision:
        taken = tuple(
            number
            for number in sorted(chosen)
            if self.parts[number].kind in {"area", "database"}
        )
        levels = memberships_in(self._plan(taken, case.pair), case.pair, case.now)
        place = case.pair[1 if taken else 0]
        is_old = (
            self._refinement.lenses[0].old_from is not None
            and case.now >= self._built + book.unknown.max_age_days * DAY
        )
        reasons = place.doubt, Unknown.DATABASE_UNUSABLE if is_old else None
        return decided(book, case, levels, (place.unknown, *reasons))

    def _plan(self, taken: tuple[int, ...], pair: Pair) -> Plan:
        """Return which versions of areas hold, with some taken from the new side.

        Where a place is known on one side alone, nothing is known of a mixture: what
        is taken over takes the whole place along.
        """
        old, new = self._refinement.lenses
        if not taken:
            return old.plan
        if self._is_other(pair) or any(
            self.parts[number].kind == "database" for number in taken
        ):
            return new.plan
        if taken not in self._plans:
            edits: dict[str, list[Edit]] = {}
            for number in taken:
                part = self.parts[number]
                edits.setdefault(part.id, []).append(part.edit)
            self._plans[taken] = {
                area: tuple(self._same.get(version, version) for version in versions)
                for area, versions in planned(old.plan, edits).items()
            }
        return self._plans[taken]

    def _is_other(self, pair: Pair) -> bool:
        first, second = ((one.unknown, one.doubt) for one in pair)
        return first != second

    def _mixed(
        self,
        kind: str,
        live: frozenset[tuple[str, str]],
        chosen: frozenset[int],
    ) -> Iterator[Any]:
        for id_, (item, _) in self._items[kind].items():
            if (kind, id_) not in live:
                continue
            for edit in self._edits((kind, id_), chosen):
                item = edit(item)  # noqa: PLW2901 - one edit after the other
            if item is not None:
                yield item

    def _edits(self, target: tuple[str, str], chosen: frozenset[int]) -> Iterator[Edit]:
        for number in self._targets.get(target, ()):
            if number in chosen:
                yield self.parts[number].edit

    def _live(self, case: Case) -> frozenset[tuple[str, str]]:
        """Return what can hold in a case in either book, by kind and old name."""
        key = case.matched, case.activity, case.now
        if key not in self._live_in:
            self._live_in[key] = frozenset(
                (kind, id_)
                for kind, items in self._items.items()
                for id_, both in items.items()
                if any(item is not None and _can_hold(item, case) for item in both)
            )
        return self._live_in[key]


def _both(
    old: Iterable[Rule | Exemption], new: Iterable[Rule | Exemption]
) -> dict[str, _Both]:
    before = {item.id: item for item in old}
    after = {item.id: item for item in new}
    return {id_: (before.get(id_), after.get(id_)) for id_ in {**before, **after}}


def _can_hold(item: Rule | Exemption, case: Case) -> bool:
    return conditions_of(
        item.when,
        item.effective,
        matched=case.matched,
        activity=case.activity,
        now=case.now,
    ).reachable
