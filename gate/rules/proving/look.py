"""The look at one slice of all cells: what is asked of it, and what comes of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gate.model import Mode, Unknown
from gate.rules.proving.fates import ExemptionFate, Point, RuleFate
from gate.rules.proving.scopes import bounds
from gate.rules.proving.slices import ACTIVITIES
from gate.rules.proving.sweep import Bound, Entry, Meetings, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gate.model import Exemption, Promise, Rule, Shown, When
    from gate.rules.proving.alone import Part
    from gate.rules.proving.slices import Slice
    from gate.rules.proving.survey import Survey


class Look:
    """What is asked in one sweep over a slice, and what each answer means.

    Args:
        survey: Where it is noted.
        portion: The slice.
        meetings: Find out as well which notices stand together on one page.
    """

    def __init__(
        self, survey: Survey, portion: Slice, *, meetings: bool = False
    ) -> None:
        self._meetings = Meetings() if meetings else None
        self._survey = survey
        self._portion = portion
        self._alone = survey.alone
        self._segments = len(survey.space.segments)
        known = survey.space.known
        self._known = portion.cells(portion.every, ACTIVITIES, known)
        self._parts: dict[str, list[Part]] = {}
        self._entries: list[Entry] = []
        self._bounds: list[Bound] = []
        self._answers: list[Callable[[], None]] = []

    def take(self) -> None:
        """Look, and note in the survey what is found."""
        book = self._survey.book
        for rule in book.rules:
            self._rule(rule, self._survey.rules[rule.id])
        for exemption in book.exemptions:
            self._exemption(exemption, self._survey.exemptions[exemption.id])
        for promise in book.promises:
            self._promise(promise)
        sweep(
            self._portion.full,
            self._segments,
            self._entries,
            self._bounds,
            self._meetings,
        )
        for answer in self._answers:
            answer()
        self._note_meetings()

    def _ask(self, part: Part, shown: Shown, *, added: bool) -> Entry:
        entry = _entry(part._replace(shown=shown), part.cells, added=added)
        if shown.action:  # what asks for nothing changes nothing
            self._entries.append(entry)
        return entry

    # -- rules

    def _rule(self, rule: Rule, fate: RuleFate) -> None:
        spans, paths = self._alone.spans(rule), self._portion.paths(rule.when)
        fate.reachable |= bool(spans and paths and rule.when.activities)
        parts = self._parts[rule.id] = [
            part
            for span in spans
            for part in self._alone.parts(self._portion, rule, span, paths)
        ]
        for part in parts:
            fate.hold(self._portion, part.cells & self._known, part.span[0])
            if rule.mode is Mode.SHADOW:
                self._try(fate, part)
            else:
                entry = self._ask(part, part.shown, added=False)
                self._answers.append(partial(self._note_rule, fate, part, entry))
        if rule.when.except_paths:
            self._excepted(rule, fate)

    def _note_rule(self, fate: RuleFate, part: Part, entry: Entry) -> None:
        fate.matter(self._portion, fate.rule, part, entry.matters)

    def _try(self, fate: RuleFate, part: Part) -> None:
        """Ask what a shadow rule would change from now on.

        It is counted wherever it holds, and never decides.
        """
        fate.matter(self._portion, fate.rule, part, part.cells)
        first, end = part.span
        rest = part._replace(span=(max(first, self._survey.present), end))
        if rest.span[0] < end:
            entry = self._ask(rest, part.shown, added=True)
            self._answers.append(partial(self._note_trial, fate, rest, entry))

    def _note_trial(self, fate: RuleFate, part: Part, entry: Entry) -> None:
        changed = entry.matters & self._known
        fate.cells += (part.cells & self._known).bit_count()
        fate.changed += changed.bit_count()
        if changed and fate.example is None:
            fate.example = Point(self._portion.spot(changed), part.span[0])

    def _excepted(self, rule: Rule, fate: RuleFate) -> None:
        """Ask what a rule would change on the paths that it excepts."""
        paths = _excepted(self._portion, rule.when)
        for span in self._alone.spans(rule):
            for part in self._alone.parts(self._portion, rule, span, paths):
                if rule.mode is Mode.SHADOW:
                    fate.miss(self._portion, part.cells)
                else:
                    entry = self._ask(part, part.shown, added=True)
                    self._answers.append(partial(self._note_miss, fate, entry))

    def _note_miss(self, fate: RuleFate | ExemptionFate, entry: Entry) -> None:
        fate.miss(self._portion, entry.matters)

    # -- exemptions

    def _exemption(self, exemption: Exemption, fate: ExemptionFate) -> None:
        paths = self._portion.paths(exemption.when)
        first, end = self._survey.space.span(exemption.effective)
        fate.reachable |= bool(first < end and paths and exemption.when.activities)
        changes = self._survey.space.changes(exemption.when.areas or ())
        inner = sorted(edge for edge in {first, *changes} if first <= edge < end)
        for segment in inner:
            span = segment, segment + 1
            cells = self._alone.exempt(self._portion, exemption, span, paths)
            fate.hold(self._portion, cells & self._known, segment)
        for rule, part in self._relaxable(exemption):
            if exemption in part.holding:
                self._relaxed(exemption, fate, rule, part)
        if exemption.when.except_paths:
            self._forgone(exemption, fate)

    def _relaxable(self, exemption: Exemption) -> Iterator[tuple[Rule, Part]]:
        for name in dict.fromkeys(exemption.relaxes):
            if name in self._parts:
                rule = self._survey.rules[name].rule
                for part in self._parts[name]:
                    yield rule, part

    def _relaxed(
        self, exemption: Exemption, fate: ExemptionFate, rule: Rule, part: Part
    ) -> None:
        """Ask what would change if an exemption did not hold for a part."""
        if part.cells & self._known:
            fate.meets.add(rule.id)
        others = tuple(e for e in part.holding if e is not exemption)
        strict = self._alone.shown(rule, part.level, others)
        if strict == part.shown:
            return
        if rule.mode is Mode.SHADOW:
            self._note_relaxed(fate, rule, part, part.cells)
            return
        entry = self._ask(part, strict, added=True)
        self._answers.append(
            lambda: self._note_relaxed(fate, rule, part, entry.matters)
        )

    def _note_relaxed(
        self, fate: ExemptionFate, rule: Rule, part: Part, cells: int
    ) -> None:
        if cells:
            fate.relaxes.add(rule.id)
            fate.matter(self._portion, rule, part, cells)

    def _forgone(self, exemption: Exemption, fate: ExemptionFate) -> None:
        """Ask what an exemption would loosen on the paths that it excepts.

        It would loosen several rules at once, so that a sweep without what they say
        there tells whether anybody else says the same.
        """
        paths = _excepted(self._portion, exemption.when)
        if not paths:
            return
        asked: list[Entry] = []
        cut: dict[tuple[str, int], int] = {}
        for rule, part in self._relaxable(exemption):
            if isinstance(part.level, Unknown):
                continue
            free = self._alone.exempt(self._portion, exemption, part.span, paths)
            cells = free & part.cells
            if not cells or exemption.to >= part.shown.action:
                continue
            if rule.mode is Mode.SHADOW:
                fate.miss(self._portion, cells)
                continue
            asked.append(_entry(part, cells, added=True))
            cut[rule.id, id(part)] = cells
        if asked:
            kept = list(self._kept(cut, asked))
            sweep(self._portion.full, self._segments, [*kept, *asked])
            for entry in asked:
                fate.miss(self._portion, entry.matters)

    def _kept(
        self, cut: dict[tuple[str, int], int], asked: Sequence[Entry]
    ) -> Iterator[Entry]:
        """Yield what is decided near some cells without what is cut out."""
        near = 0
        for entry in asked:
            near |= entry.cells
        first = min(entry.first for entry in asked)
        end = max(entry.end for entry in asked)
        for name, parts in self._parts.items():
            if self._survey.rules[name].rule.mode is Mode.SHADOW:
                continue
            for part in parts:
                cells = part.cells & near & ~cut.get((name, id(part)), 0)
                if cells and part.span[0] < end and first < part.span[1]:
                    yield _entry(part, cells)

    def _note_meetings(self) -> None:
        together = self._survey.together
        for pair, (cells, segment) in (
            self._meetings.found.items() if self._meetings else ()
        ):
            if pair not in together or segment < together[pair].segment:
                together[pair] = Point(self._portion.spot(cells), segment)

    # -- promises

    def _promise(self, promise: Promise) -> None:
        for bound in bounds(self._survey.space, self._portion, promise):
            self._survey.spoken.add(promise.id)
            self._bounds.append(bound)
            self._answers.append(partial(self._note_broken, promise, bound))

    def _note_broken(self, promise: Promise, bound: Bound) -> None:
        known = self._survey.broken.get(promise.id)
        if bound.at is not None and (known is None or bound.at < known.segment):
            spot = self._portion.spot(bound.broken)
            self._survey.broken[promise.id] = Point(spot, bound.at)


def _excepted(portion: Slice, when: When) -> int:
    return portion.covered(when.paths) & portion.covered(when.except_paths)


def _entry(part: Part, cells: int, *, added: bool = False) -> Entry:
    first, end = part.span
    return Entry(first=first, end=end, shown=part.shown, cells=cells, added=added)
