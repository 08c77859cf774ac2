"""gate area: what belongs to an area, on which day, and what has changed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.console import (
    config_option,
    many,
    open_config,
    show_json,
    show_table,
    table,
)
from gate.cli.dates import moment, moment_if_any
from gate.cli.progress import watching
from gate.engine.preparation import sources_of
from gate.workbench.areas.views import AreaView, coded, named, view_of
from gate.workbench.revisions import find_book, in_folder, opened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.config import Config
    from gate.model import AreaVersion, RuleBook
    from gate.workbench.areas.differences import Difference

_FILE = click.Path(dir_okay=False, path_type=Path)
_AT = "a day (its beginning, UTC), or a moment with its offset"
_SHOWN = 30
"""Settlements of a list that a terminal shows; --json has all."""


@click.group()
def area() -> None:
    """Look at the areas of the rule book: what belongs, and since when."""


@area.command("list")
@config_option
@click.option("--at", callback=moment, metavar="DATE", help=f"Then: {_AT}.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(config_path: Path, *, at: int, as_json: bool) -> None:
    """List the areas with the version in force, and how old its knowledge is."""
    book = _present(open_config(config_path))
    now = int(time.time())
    views = [
        view_of(book, name, at, now)
        for name, one in sorted(book.areas.items())
        if one.version_at(at) is not None
    ]
    if as_json:
        show_json([view.as_json() for view in views])
        return
    made = table("area", "title", "versions", "in force since", "known", "age", whole=1)
    for view in views:
        known = view.version.known_on(view.today) or "not dated"
        age = "" if view.age_days is None else many(view.age_days, "day")
        versions = str(len(view.area.versions))
        made.add_row(view.area.id, view.area.title, versions, view.since, known, age)
    show_table(made)


@area.command()
@config_option
@click.argument("name")
@click.option("--at", callback=moment, metavar="DATE", help=f"As it stood then: {_AT}.")
@click.option("--svg", type=_FILE, help="Draw it as a map into this file.")
@click.option("--png", type=_FILE, help="The same by Chromium, which must be there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(
    config_path: Path,
    name: str,
    *,
    at: int,
    svg: Path | None,
    png: Path | None,
    as_json: bool,
) -> None:
    """Show what belongs to the area NAME, and draw it with the points of the database.

    On the map, red is in the area, yellow possibly, blue not; the larger a circle, the
    more addresses the database has at that point.
    """
    config = open_config(config_path)
    view = view_of(_present(config), name, at, int(time.time()))
    if as_json:
        show_json(view.as_json())
    else:
        _show(view)
    if svg or png:
        _draw(config, view, svg, png)


def _show(view: AreaView) -> None:
    version = view.version
    made = table(view.area.id, view.area.title)
    made.add_row("in force since", view.since)
    made.add_row("knowledge of", _knowledge(view))
    for word, codes in (
        ("whole", version.whole),
        ("partly", version.partly),
        ("weighed within", version.within),
        ("or registered in", version.registered_in),
    ):
        made.add_row(word, "\n".join(f"{c} {n}" for c, n in coded(codes)) or "none")
    for word, ids in (("settlements", version.settlements), ("not", version.outside)):
        towns = [f"{id_} {name}".rstrip() for id_, name in named(ids)]
        made.add_row(word, "\n".join(towns) or "none listed")
    shapes = [shape.name for shape in version.shapes]
    made.add_row("outlines", "\n".join(shapes) or "none")
    made.add_row("networks", "\n".join(version.networks) or "none listed")
    made.add_row("reviews", "\n".join(_reviews(version)) or "none")
    made.add_row("versions", "\n".join(_versions(view)))
    made.add_row("sources", "\n".join(version.sources) or "none")
    show_table(made)


def _knowledge(view: AreaView) -> str:
    if view.age_days is None:
        return "not dated"
    looked = f"looked at {many(view.age_days, 'day')} ago"
    return f"{view.version.as_of or 'no day'}, {looked}"


def _reviews(version: AreaVersion) -> list[str]:
    return [f"{one.date} {one.by} {one.note}".rstrip() for one in version.reviews]


def _versions(view: AreaView) -> list[str]:
    told = []
    for one in view.area.versions:
        since = AreaView(area=view.area, version=one, today=view.today).since
        shown = " (shown here)" if one is view.version else ""
        told.append(f"{since}{shown}")
    return told


def _draw(config: Config, view: AreaView, svg: Path | None, png: Path | None) -> None:
    from gate.workbench.areas.atlas import atlas  # noqa: PLC0415 (shapely, numpy)
    from gate.workbench.areas.drawing import WIDTH, Drawing  # noqa: PLC0415
    from gate.workbench.areas.picture import draw_png  # noqa: PLC0415
    from gate.workbench.areas.spots import spots  # noqa: PLC0415

    files = sources_of(config).databases
    with watching(files) as watches:
        found = spots(files, view.version, watches)
    drawing = Drawing(view, atlas(view.version, found))
    text = drawing.svg()
    if svg:
        svg.write_text(text, encoding="utf-8")
        click.echo(f"Drawn into {svg}.", err=True)
    if png:
        draw_png(text, (WIDTH, drawing.height), png)
        click.echo(f"Drawn into {png}.", err=True)


@area.command()
@config_option
@click.argument("name")
@click.argument("books", nargs=-1, metavar="[OLD NEW]")
@click.option(
    "--from",
    "since",
    callback=moment_if_any,
    metavar="DATE",
    help=f"From the version in force then: {_AT}.",
)
@click.option(
    "--to",
    "until",
    callback=moment,
    metavar="DATE",
    help="To the version in force then; default: now.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff(
    config_path: Path,
    name: str,
    *,
    books: tuple[str, ...],
    since: int | None,
    until: int,
    as_json: bool,
) -> None:
    """List what changes in the area NAME: settlements, and addresses of the database.

    Compares its versions of two days (--from, --to), or two rule books: OLD and NEW
    are folders, or revisions that git knows; NEW alone may be left out and is then
    the rule book of the configuration.
    """
    from gate.workbench.areas.differences import difference  # noqa: PLC0415 (numpy)

    if not books and since is None:
        raise click.UsageError("Give --from, or an older rule book.")
    if len(books) > 2:  # noqa: PLR2004 - old and new
        raise click.UsageError("Give at most two rule books: OLD and NEW.")
    config = open_config(config_path)
    old_book, new_book = _books(config, books)
    old = view_of(old_book, name, until if since is None else since, until).version
    new = view_of(new_book, name, until, until).version
    files = sources_of(config).databases
    with watching(files) as watches:
        found = difference(old, new, files, watches)
    if as_json:
        show_json(found.as_json())
    else:
        _show_difference(found)


def _books(config: Config, books: Sequence[str]) -> tuple[RuleBook, RuleBook]:
    folder = config.rules.folder
    chosen = [find_book(book, folder).book for book in books]
    if len(chosen) > 1:
        return chosen[0], chosen[1]
    present = _present(config)
    return (chosen or [present])[0], present


def _present(config: Config) -> RuleBook:
    """Return the rule book as it lies in the configured folder."""
    return opened(in_folder(config.rules.folder))[0]


def _show_difference(found: Difference) -> None:
    made = table("list", "added", "removed")
    for key in dict.fromkeys((*found.added, *found.removed)):
        added, removed = (_items(key, side) for side in (found.added, found.removed))
        made.add_row(key, added, removed)
    show_table(made)
    for word, towns in (("Joining", found.joining), ("Leaving", found.leaving)):
        names = ", ".join(town.name for town in towns[:_SHOWN])
        rest = f", and {len(towns) - _SHOWN:,} more" if len(towns) > _SHOWN else ""
        click.echo(f"{word}: {many(len(towns), 'settlement')}. {names}{rest}\n")
    _show_addresses(found)


def _items(key: str, side: Mapping[str, Sequence[str]]) -> str:
    items = side.get(key, ())
    if key in {"settlements", "outside"}:
        items = [f"{id_} {name}".rstrip() for id_, name in named(map(int, items))]
    return "\n".join(items)


def _show_addresses(found: Difference) -> None:
    steps = table("before", "after", "addresses", "")
    for version, counts in found.addresses.items():
        unit = "IPv4 addresses" if version == 4 else "IPv6 networks of /48"  # noqa: PLR2004 - of an address
        for (before, after), count in counts.items():
            steps.add_row(str(before), str(after), f"{count:,}", unit)
    show_table(steps)
    moved = table("settlement", "", "before", "after", "IPv4")
    for one in found.moved[:_SHOWN]:
        step = str(one.before), str(one.after)
        moved.add_row(str(one.id), one.name, *step, f"{one.ipv4:,}")
    show_table(moved)
    if len(found.moved) > _SHOWN:
        click.echo(f"{len(found.moved) - _SHOWN:,} more settlements; see --json.")
