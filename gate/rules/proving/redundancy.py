"""Items of lists without which no decision differs, and patterns that are too wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model import Activity, Diagnostic, Membership, Mode, Rule, Severity, Unknown
from gate.rules.proving.fates import ExemptionFate, RuleFate
from gate.rules.proving.reasons import covers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gate.model import Exemption
    from gate.rules.proving.fates import Fate, Trace
    from gate.rules.proving.scene import Scene
    from gate.rules.proving.survey import Survey

_Rest = tuple[str, ...]


def redundant(survey: Survey, scene: Scene) -> Iterator[Diagnostic]:
    """Find what could be left out of rules and exemptions that matter.

    Yields:
        R042 for an item of `areas`, `paths`, `except_paths`, `activities` or `relaxes`
        without which no decision differs in any cell; of two that stand for each
        other, only for one. R034 for a pattern of an exemption in whose place a
        narrower one of the book would do.
    """
    finder = _Finder(survey, scene)
    fates: list[RuleFate | ExemptionFate] = [
        *survey.rules.values(),
        *survey.exemptions.values(),
    ]
    for fate in fates:
        if fate.matters and (fate.met or not survey.space.known):
            yield from finder.about(fate)


class _Finder:
    """Looks at the lists of a rule or an exemption, one after another."""

    def __init__(self, survey: Survey, scene: Scene) -> None:
        self._survey = survey
        self._lines = scene.lines

    def about(self, fate: RuleFate | ExemptionFate) -> Iterator[Diagnostic]:
        """Find the redundant items of one rule or exemption."""
        item = _item(fate)
        when = item.when
        areas = (when.areas or ()) if self._survey.space.known else ()
        # All of them are what the key left out means, so that none is too many.
        every = len(when.activities) == len(Activity)
        activities = () if every else when.activities
        lists: list[tuple[str, _Rest, Callable[[_Rest], bool]]] = [
            ("areas", areas, lambda rest: self._areas(fate, rest)),
            ("activities", activities, lambda rest: fate.activities <= set(rest)),
            ("paths", when.paths, lambda rest: self._paths(fate, rest)),
            ("except_paths", when.except_paths, lambda rest: self._missed(fate, rest)),
        ]
        if not isinstance(item, Rule):
            lists.append(("relaxes", item.relaxes, lambda rest: _relaxes(fate, rest)))
        for key, items, suffices in lists:
            yield from self._left_out(item, key, items, suffices)
        if not isinstance(item, Rule):
            yield from self._too_wide(item, fate)

    def _left_out(
        self,
        item: Rule | Exemption,
        key: str,
        items: Sequence[str],
        suffices: Callable[[_Rest], bool],
    ) -> Iterator[Diagnostic]:
        """Leave items out one by one, as long as what remains decides the same."""
        rest = list(enumerate(items))
        for number in reversed(range(len(items))):
            others = [pair for pair in rest if pair[0] != number]
            left = tuple(other for _, other in others)
            if not left and key != "except_paths":
                return
            if suffices(left):
                rest = others
                yield self._finding(item, key, number, left)

    # -- what remains decides the same

    def _paths(self, fate: Fate, rest: _Rest) -> bool:
        return not any(
            paths & ~portion.covered(rest) for portion, paths in fate.paths.items()
        )

    def _missed(self, fate: Fate, rest: _Rest) -> bool:
        return not any(
            paths & ~portion.covered(rest) for portion, paths in fate.excepted.items()
        )

    def _areas(self, fate: RuleFate | ExemptionFate, rest: _Rest) -> bool:
        if isinstance(_item(fate), Rule):
            return all(self._keeps(trace, rest) for trace in fate.traces)
        return not any(
            trace.places & ~self._survey.alone.certain(rest, trace.span[0])
            for trace in fate.traces
        )

    def _keeps(self, trace: Trace, rest: _Rest) -> bool:
        """Say whether a rule decides the same in a part with fewer areas."""
        if isinstance(trace.level, Unknown) or trace.level is None:
            return True
        alone, rule = self._survey.alone, trace.rule
        before = alone.shown(rule, trace.level, trace.holding)
        for level, places in self._survey.space.members(rest, trace.span[0]).items():
            if level is trace.level or not places & trace.places:
                continue
            if rule.mode is Mode.SHADOW and level < rule.certainty:
                return False  # it is counted wherever it holds
            if alone.shown(rule, level, trace.holding) != before:
                return False
        return True

    # -- what is said

    def _finding(
        self, item: Rule | Exemption, key: str, number: int, rest: _Rest
    ) -> Diagnostic:
        steps = (key, number) if key == "relaxes" else ("when", key, number)
        holder: object = item if key == "relaxes" else item.when
        name = getattr(holder, key)[number]
        reason, severity = self._reason(item, key, name, rest)
        return Diagnostic(
            code="R042",
            message=f'Without "{name}" in {key} of "{item.id}" no decision differs.',
            hint=f"{reason} Remove it, or correct what was meant.",
            mark=self._lines.of(item, *steps),
            severity=severity,
            subject=item.id,
        )

    def _reason(
        self, item: Rule | Exemption, key: str, name: str, rest: _Rest
    ) -> tuple[str, Severity]:
        if key == "areas":
            return self._about_area(item, name, rest)
        if key in {"paths", "except_paths"}:
            return self._about_path(item, key, name, rest), Severity.WARNING
        return "Others decide there as strictly.", Severity.WARNING

    def _about_area(
        self, item: Rule | Exemption, name: str, rest: _Rest
    ) -> tuple[str, Severity]:
        space = self._survey.space
        first, end = space.span(item.effective)
        moments = [
            segment
            for segment in {first, *space.changes([name, *rest])}
            if first <= segment < end
        ]
        own = [space.members([name], segment) for segment in moments]
        if not any(m[Membership.YES] | m[Membership.POSSIBLE] for m in own):
            said = "No place of the loaded databases is in it then."
            return said, Severity.NOTE
        for other in rest:
            theirs = [space.members([other], segment) for segment in moments]
            if all(_within(a, b) for a, b in zip(own, theirs, strict=True)):
                said = f'In the loaded databases all of it lies in "{other}" as well.'
                return said, Severity.WARNING
        return "Others decide there as strictly.", Severity.WARNING

    def _about_path(
        self, item: Rule | Exemption, key: str, name: str, rest: _Rest
    ) -> str:
        other = next((g for g in rest if covers(self._survey, [g], [name])), None)
        if other is not None:
            return f'"{other}" matches all of it.'
        if rest and covers(self._survey, rest, [name]):
            return "The other patterns together match all of it."
        when = item.when
        if key == "except_paths" and not any(
            p.covered([name]) & p.covered(when.paths) for p in self._survey.slices
        ):
            return "Its paths allow nothing of it anyway."
        if key == "paths" and covers(self._survey, when.except_paths, [name]):
            return "Its except_paths take all of it away."
        return "Others decide there as strictly."

    # -- R034

    def _too_wide(self, exemption: Exemption, fate: Fate) -> Iterator[Diagnostic]:
        """Find patterns in whose place a narrower one of the book would do."""
        globs = exemption.when.paths
        for number, glob in enumerate(globs):
            others = [other for n, other in enumerate(globs) if n != number]
            if self._paths(fate, tuple(others)):
                continue  # it is redundant as a whole
            better = self._narrower(fate, glob, others)
            if better and self._lines.is_written(exemption, "when", "paths"):
                yield Diagnostic(
                    code="R034",
                    message=f'The exemption "{exemption.id}" needs no more than '
                    f'"{better}", and "{glob}" is wider.',
                    hint=f'Write "{better}": a rule that is added or widened later is '
                    "then not loosened by accident.",
                    mark=self._lines.of(exemption, "when", "paths", number),
                    severity=Severity.WARNING,
                    subject=exemption.id,
                )

    def _narrower(self, fate: Fate, glob: str, others: Sequence[str]) -> str:
        """Return the narrowest pattern of the book that would do; "" if none does."""
        found = (
            better
            for better in self._survey.globs
            if better != glob
            and covers(self._survey, [glob], [better])
            and not covers(self._survey, [better], [glob])
            and self._paths(fate, (better, *others))
        )
        return next(found, "")


def _item(fate: RuleFate | ExemptionFate) -> Rule | Exemption:
    return fate.rule if isinstance(fate, RuleFate) else fate.exemption


def _relaxes(fate: RuleFate | ExemptionFate, rest: _Rest) -> bool:
    return isinstance(fate, ExemptionFate) and fate.relaxes <= set(rest)


def _within(one: Mapping[Membership, int], other: Mapping[Membership, int]) -> bool:
    """Say whether every place is at least as much a member of another area."""
    reach = other[Membership.YES] | other[Membership.POSSIBLE]
    mine = one[Membership.YES] | one[Membership.POSSIBLE]
    return not (one[Membership.YES] & ~other[Membership.YES] or mine & ~reach)
