"""An explanation on a terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from gate.cli.console import show_table, table
from gate.documents.moments import moment
from gate.model import Exemption, Mode
from gate.workbench.faring import Ending, Sign, fared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import Place
    from gate.workbench.explain import ActivityView, AreaView, Explanation, Subject
    from gate.workbench.faring import Fared


def show_explanation(explanation: Explanation) -> None:
    """Print the place, the areas, each decision with its reasons, and the digests."""
    _show_subject(explanation.subject)
    _show_areas(explanation)
    first, *others = explanation.activities
    _show_rules(first)
    for view in (first, *others):
        _show_decision(view)
    _show_changes(first)
    _show_digests(explanation)


def _show_subject(subject: Subject) -> None:
    made = table("place", subject.address or "as described")
    for key, value in asdict(subject.place).items():
        if value is not None:
            made.add_row(key, _plain(value))
    for row in _sources(subject):
        made.add_row(*row)
    made.add_row("class", subject.found.label)
    made.add_row("path", subject.path)
    made.add_row("at", moment(subject.now))
    if subject.second is not None and subject.is_disputed:
        made.add_row("geoip2 says", f"{subject.second.label}  (differs)")
    if subject.also is not None:
        made.add_row("beside it", f"{subject.also}: the database is too old")
    show_table(made)


def _sources(subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield who else says what of the place."""
    if len(subject.told) > 1:
        for name, place in subject.told.items():
            yield f"by {name}", _short(place)
    if subject.edge is not None:
        yield "the edge says", subject.edge
    if subject.hidden_by:
        yield "hidden by", ", ".join(subject.hidden_by)


def _short(place: Place) -> str:
    told = (place.subdivision or place.country, place.settlement_name)
    point = "" if place.point is None else _plain(place.point)
    radius = "" if place.accuracy_km is None else f"{place.accuracy_km} km"
    words = (*(word or "" for word in told), point, radius)
    return str(place.unknown or ", ".join(word for word in words if word))


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return " / ".join(str(part) for part in value)
    return str(value)


def _show_areas(explanation: Explanation) -> None:
    made = table("area", "membership", "evidence", "geoip2 says", whole=1)
    for view in explanation.areas:
        second = "" if view.second is None else str(view.second)
        if view.second not in {None, view.membership}:
            second += "  (differs)"
        made.add_row(view.area, str(view.membership), ", ".join(view.evidence), second)
    if not explanation.areas:
        made.add_row("(all)", "not asked: the place is unknown", "", "")
    show_table(made)
    for view in explanation.areas:
        _show_reasons(view)


def _show_reasons(view: AreaView) -> None:
    if view.reasons:
        click.echo(f"{view.area}: {view.membership}, because")
    for reason in view.reasons:
        click.echo(f"  {reason}")
    if view.reasons:
        click.echo()


def _show_rules(view: ActivityView) -> None:
    columns = ("area", "path", "activity", "time", "outcome")
    made = table(f"rule ({view.activity})", "all", *columns, whole=1)
    for row in fared(view):
        made.add_row(*cells_of(row))
    show_table(made)


def cells_of(row: Fared) -> tuple[str, ...]:
    """Return the id of a rule or an exemption, its signs, and what comes of it."""
    verdict, area, *others = row.signs
    place = "-" if area is Sign.ANY else str(area)
    if row.reason is not None:
        place = f"{area}: {row.reason}"
    return (row.item.id, verdict, place, *others, _outcome(row))


def _outcome(row: Fared) -> str:
    if row.ending is Ending.UNCERTAIN:
        return "not certain enough"
    if row.effect is None:
        return ""
    if isinstance(row.item, Exemption):
        return f"to {row.effect}"
    told = str(row.effect)
    if row.ending is Ending.LOOSENED:
        told = f"{row.before}, then {told} by {', '.join(row.exemptions)}"
    return f"{told} (shadow)" if row.item.mode is Mode.SHADOW else told


def _show_decision(view: ActivityView) -> None:
    decision = view.decision
    notices = f", notices {', '.join(decision.notices)}" if decision.notices else ""
    by = ", ".join(decision.by)
    click.echo(f"{view.activity}: {decision.action} by {by}{notices}")


def _show_changes(view: ActivityView) -> None:
    click.echo()
    made = table(f"would change it ({view.activity})", "to")
    for change in view.changes:
        made.add_row(change.what, str(change.action))
    if not view.changes:
        made.add_row("nothing alone", "")
    show_table(made)


def _show_digests(explanation: Explanation) -> None:
    made = table("digest", "SHA-256", whole=1)
    for name, digest in explanation.digests.items():
        made.add_row(name, digest)
    show_table(made)
