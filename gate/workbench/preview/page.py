"""What the pages of the preview are made of, for the templates."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from gate.decision import decide, memberships_at
from gate.documents import moments, render
from gate.model import Activity
from gate.places.areas import membership
from gate.rules.iso3166 import name_of
from gate.workbench.areas.atlas import atlas
from gate.workbench.areas.drawing import Drawing
from gate.workbench.areas.views import coded, named, view_of
from gate.workbench.explain import matched_patterns
from gate.workbench.preview import choices, maps, shares, table, words, world
from gate.workbench.preview.choice import CONTINUE, local_text
from gate.workbench.preview.towns import versions_at
from gate.workbench.subjects import class_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.engine.snapshot import Snapshot
    from gate.model import Action, AreaVersion, Place
    from gate.workbench.areas.views import AreaView
    from gate.workbench.preview.case import Case
    from gate.workbench.preview.choice import Choice
    from gate.workbench.preview.upkeep import Holding

OFFSETS = {
    "Z": "UTC",
    "-05:00": "UTC-5, New York in winter",
    "+01:00": "UTC+1, Berlin in winter",
    "+02:00": "UTC+2, Kyiv in winter",
    "+03:00": "UTC+3, Moscow, Kyiv in summer",
    "+04:00": "UTC+4, Samara, Tbilisi",
    "+05:00": "UTC+5, Yekaterinburg, Astana",
    "+07:00": "UTC+7, Novosibirsk, Krasnoyarsk",
}
"""Offsets that a moment can be given in, with cities whose clocks have them."""

SCREENS = (("Phone", 390), ("Tablet", 768), ("Desktop", 1280))
"""Names of common screens, with their widths in pixels of CSS."""

_MOST_LINES = 40  # rules in the table
_MOST_CHANGES = 14
_EDGES_BEFORE, _EDGES_AFTER = 2, 3
_KINDS = {
    "country": "Country",
    "subdivision": "Region",
    "settlement": "Settlement",
    "point": "Point",
    "accuracy_km": "Radius",
    "registered": "Registered in",
    "network": "Network",
}


def common(holding: Holding) -> dict[str, Any]:
    """Return what stands on every page."""
    snapshot = holding.snapshot
    return {
        "words": words,
        "moments": moments,
        "holding": holding,
        "findings": render(holding.findings),
        "site": snapshot.config.site.name if snapshot else "",
        "book": snapshot.book.digest[:12] if snapshot else "",
        "databases": snapshot.index.databases if snapshot else (),
    }


def of_case(snapshot: Snapshot, case: Case, now: int) -> dict[str, Any]:
    """Return what the page of a case is made of."""
    choice = case.choice
    lines = table.lines_of(case.view)
    form = _form(snapshot, choice, now)
    return {
        "choice": choice,
        "form": form,
        "case": case,
        "view": case.view,
        "facts": list(_facts(case)),
        "lines": lines[:_MOST_LINES],
        "hidden": max(0, len(lines) - _MOST_LINES),
        "changes": case.view.changes[:_MOST_CHANGES],
        "notices": [snapshot.pages.notices[n] for n in case.view.decision.notices],
        "notes": list(_notes(snapshot, case)),
        "command": _command(choice),
        "place_title": choice.named.title
        if choice.named
        else choices.title_in(form["groups"], choice.spelled),
        **_maps(snapshot, case),
        "meets": shares.action_bars(
            snapshot.book, snapshot.index, choice.path, choice.activity, choice.now
        ),
    }


def _form(snapshot: Snapshot, choice: Choice, now: int) -> dict[str, Any]:
    book = snapshot.book
    groups = choices.place_groups(book, choice.now, world.country_codes())
    known = {option.value for group in groups for option in group.options}
    if choice.spelled not in known and "other" not in choice.asked:
        own = (choices.Option(choice.spelled, choice.spelled),)
        groups.insert(0, choices.Group("Asked for", own))
    edges = choices.edges_of(book)
    offset = choice.asked.get("offset", "Z")
    return {
        "groups": groups,
        "offsets": {**OFFSETS, **({} if offset in OFFSETS else {offset: offset})},
        "paths": choices.paths_of(book),
        "languages": choices.languages_of(snapshot.pages.notices),
        "activities": list(Activity),
        "screens": SCREENS,
        "before": [edge for edge in edges if edge.at <= now][-_EDGES_BEFORE:],
        "after": [edge for edge in edges if edge.at > now][:_EDGES_AFTER],
        "local": local_text,
    }


def _facts(case: Case) -> Iterator[tuple[str, str]]:
    """Yield what is said of the place, in words."""
    subject = case.explanation.subject
    if subject.address:
        yield "Address", subject.address
    place = subject.place
    if place.unknown is not None or subject.found.unknown is not None:
        reason = subject.found.unknown or place.unknown
        yield "Not known", words.REASONS[reason] if reason else ""
    for key, title in _KINDS.items():
        value = getattr(place, key)
        if value is not None:
            yield title, _told(key, value, place)
    for doubt in subject.doubts:
        yield "Beside that", words.REASONS[doubt]


def _told(key: str, value: object, place: Place) -> str:
    if key in {"country", "subdivision", "registered"}:
        return f"{name_of(str(value))} ({value})"
    if key == "settlement" and isinstance(value, int):
        ((_, known),) = named([value])
        return f"{known or place.settlement_name or ''} ({value})".strip()
    if key == "point" and isinstance(value, tuple):
        return f"{value[0]:.2f}° N, {value[1]:.2f}° E"
    return f"{value} km" if key == "accuracy_km" else str(value)


def _notes(snapshot: Snapshot, case: Case) -> Iterator[str]:
    """Yield what somebody might misunderstand otherwise."""
    choice, config = case.choice, snapshot.config
    declared = choices.activities_declared(snapshot, choice.path)
    if declared is not choice.activity and declared is not Activity.READ:
        yield (
            f"The configuration takes {choice.path} for “{declared}”. "
            f"Here it is shown as “{choice.activity}”, as you asked."
        )
    if config.mode == "observe":
        yield (
            "The configuration says mode: observe. Today every reader passes; this "
            "is what they would meet with mode: enforce."
        )
    if config.check is not None and config.check.banner == "page":
        yield (
            "Behind nginx and the like (gate serve --check) a banner cannot be put "
            "into the article: readers there meet the warning page."
        )
    if choice.step == CONTINUE and choice.activity is not Activity.READ:
        yield "Continue covers reading only: every other act meets its own page."


def _command(choice: Choice) -> str:
    kind = "--ip" if choice.address else "--place"
    told = ["gate", "explain", kind, choice.spelled, "--path", choice.path]
    told += ["--activity", choice.activity.value, "--at", moments.stamp(choice.now)]
    return shlex.join(told)


def _meets(snapshot: Snapshot, choice: Choice) -> Callable[[Place], Action]:
    """Return what says what a reader in a place meets; alike places are asked once."""
    book = snapshot.book
    matched = matched_patterns(book, choice.path)
    known: dict[tuple[object, ...], Action] = {}

    def meets(place: Place) -> Action:
        found = class_of(book, place)
        key = found.unknown, *found.memberships
        if key not in known:
            known[key] = decide(
                book,
                memberships=memberships_at(book, found, choice.now),
                matched=matched,
                activity=choice.activity,
                now=choice.now,
                unknown=found.unknown,
            ).action
        return known[key]

    return meets


def _maps(snapshot: Snapshot, case: Case) -> dict[str, Any]:
    choice, meets = case.choice, _meets(snapshot, case.choice)
    point = case.explanation.subject.place.point
    return {
        "world": world.world_map(lambda place: meets(place).word),
        "world_mark": None if point is None else world.world_point(point),
        "nears": maps.near_maps(snapshot.book, choice.now, meets, point),
        "map_width": maps.WIDTH,
    }


def of_areas(snapshot: Snapshot, at: int, now: int) -> dict[str, Any]:
    """Return what the page of the areas is made of."""
    book = snapshot.book
    return {
        "at": at,
        "now": now,
        "areas": [
            {
                "view": view_of(book, name, at, now),
                "world": _world(version),
                "close_up": _close_up(view_of(book, name, at, now)),
                "bars": shares.area_bars(book, snapshot.index, name, at),
                "whole": coded(version.whole),
                "partly": coded(version.partly),
                "within": coded(version.within),
                "registered": coded(version.registered_in),
                "settlements": named(version.settlements),
                "outside": named(version.outside),
            }
            for name, version in versions_at(book, at)
        ],
        "unborn": [area for area in book.areas.values() if area.version_at(at) is None],
    }


def _close_up(view: AreaView) -> str:
    """Return the part of the drawing for a narrow screen; "" without a border.

    Without one, what is drawn depends on the database, and is not known here.
    """
    found = atlas(view.version, None)
    return Drawing(view, found).close_up() if found.borders else ""


def _world(version: AreaVersion) -> world.World | None:
    """Return the countries of an area; None if it ends within one."""
    if maps.is_local(version):
        return None
    return world.world_map(lambda place: membership(version, place)[0].word)
