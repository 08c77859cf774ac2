"""Why a rule, an exemption or a promise never holds: which condition empties it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents.moments import day_set
from gate.model import Membership, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.model import Effective, Exemption, Promise, When
    from gate.rules.proving.survey import Survey


def why_never(survey: Survey, item: Rule | Exemption) -> str:
    """Say why no path, activity and moment meet all conditions at once."""
    return _emptied(survey, item.when, item.effective) or (
        "No path, activity and moment meet all its conditions at once."
    )


def why_unmet(survey: Survey, item: Rule | Exemption) -> str:
    """Say why no known place meets a rule or an exemption that can be reached."""
    areas = item.when.areas or ()
    if not areas:
        return "It lists no area; leave the key out to mean every place."
    late = not_begun(survey, areas, survey.space.span(item.effective)[1])
    if late:
        return late
    certain = not isinstance(item, Rule) or item.certainty is Membership.YES
    named = _either(areas)
    if certain and _has(survey, areas, item.effective, Membership.POSSIBLE):
        return (
            f"In the loaded databases no place is certainly in {named}, some are "
            "possibly; it asks for certainty. Look at the area and the databases."
        )
    return f"No place of the loaded databases is in {named}. Look at both."


def why_empty(survey: Survey, promise: Promise) -> str:
    """Say why a promise speaks of nothing."""
    scope = promise.scope
    found = _emptied(survey, scope, promise.effective)
    if found:
        return found
    if scope.unknown is not None and (scope.areas or scope.outside_areas):
        return "An unknown place is in no area and outside none: make two promises."
    if scope.areas is not None:
        late = not_begun(survey, scope.areas, survey.space.span(promise.effective)[1])
        if late:
            return late
        if not _has(survey, scope.areas, promise.effective, Membership.YES):
            named = _either(scope.areas)
            return f"No place of the loaded databases is certainly in {named}."
    if scope.outside_areas is not None:
        named = _either(scope.outside_areas)
        inside = "that it speaks of " if scope.areas else ""
        return f"Every place {inside}is in {named}, or may be."
    return "No place, path, activity and moment meet all that it asks."


def not_begun(survey: Survey, areas: Sequence[str], end: int) -> str:
    """Say that areas begin only behind a segment; "" if one begins before it.

    Args:
        survey: The survey.
        areas: Ids of areas; at least one.
        end: The first segment behind those in question.
    """
    begins = {area: survey.space.changes([area]) for area in areas}
    if any(segment < end for segments in begins.values() for segment in segments):
        return ""
    named = [
        f'"{area}" on {_day(survey, min(segments))}'
        for area, segments in begins.items()
        if segments
    ]
    return f"Its areas begin only when it has ended: {', '.join(named)}."


def covers(survey: Survey, globs: Iterable[str], others: Iterable[str]) -> bool:
    """Say whether some patterns match every path that others match."""
    some, those = tuple(globs), tuple(others)
    return all(
        not portion.covered(those) & ~portion.covered(some) for portion in survey.slices
    )


def _emptied(survey: Survey, when: When, effective: Effective) -> str:
    first, end = survey.space.span(effective)
    if first >= end:
        return "It ends before or when it begins."
    if not when.activities:
        return "It lists no activity."
    if any(portion.paths(when) for portion in survey.slices):
        return ""
    if not any(portion.covered(when.paths) for portion in survey.slices):
        return "No path that a browser can ask for matches any of its paths."
    return f"Its except_paths take away all that its paths allow{_taken(survey, when)}."


def _taken(survey: Survey, when: When) -> str:
    """Say which exception takes which pattern away, where one alone does."""
    found = []
    for glob in when.paths:
        by = next((e for e in when.except_paths if covers(survey, [e], [glob])), None)
        if by is None:
            return ""
        found.append(f'"{by}" takes "{glob}"')
    return f": {', '.join(found)}"


def _has(
    survey: Survey, areas: Sequence[str], effective: Effective, least: Membership
) -> bool:
    """Say whether a known place is a member of an area at any time of a span."""
    first, end = survey.space.span(effective)
    moments = {first, *survey.space.changes(areas)}
    return any(
        places and level >= least
        for segment in moments
        if first <= segment < end
        for level, places in survey.space.members(areas, segment).items()
    )


def _either(areas: Sequence[str]) -> str:
    return " or ".join(f'"{area}"' for area in areas)


def _day(survey: Survey, segment: int) -> str:
    instant = survey.space.segments[segment].instant
    return day_set(instant)
