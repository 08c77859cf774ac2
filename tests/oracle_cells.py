"""Every cell of a book, one case each: what the proof by sets is held against."""

from __future__ import annotations

from gate.decision import Group, globs_of, groups
from gate.model import Activity, Unknown
from gate.rules.proving.atoms import path_atoms
from gate.rules.proving.cells import Case, Whens
from gate.rules.proving.conditions import segments_with_promises


def cases(book, classes, limits=None):
    """Give one case for every cell of a rule book, earliest and shortest first.

    Every reason for an unknown place is among the cases, whether or not a class
    stands for it.
    """
    whens = Whens(book)
    atoms = path_atoms(globs_of(when for when, _ in whens.all), limits)
    paths, activities = {}, {}
    for atom in atoms:
        paths.setdefault(whens.along(atom), atom)
    for activity in Activity:
        activities.setdefault(whens.during(activity), activity)
    seen = set()
    for segment in segments_with_promises(book):
        known = [place for place in classes if place.unknown is None]
        places = groups(book, known, segment.instant)[0]
        for at_activity, activity in activities.items():
            for at_path, atom in paths.items():
                live = whens.at(segment) & at_activity & at_path
                for key, group in apart(places, areas(whens, live)):
                    if (live, key) not in seen:
                        seen.add((live, key))
                        yield Case(group, atom, activity, segment, whens.book(live))


def areas(whens, live):
    """Return the areas that some conditions ask about, sorted."""
    named = set()
    for number, (when, _) in enumerate(whens.all):
        if live >> number & 1:
            named.update(when.areas or (), when.outside_areas or ())
    return tuple(sorted(named))


def apart(places, named):
    """Return the places that some areas tell apart, and each reason for none."""
    found = {}
    for group in places:
        found.setdefault(tuple(group.memberships[area] for area in named), group)
    for reason in Unknown:
        found[(reason,)] = Group({}, reason, reason)
    return found.items()
