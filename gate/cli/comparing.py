"""gate geo compare: databases against the areas, and against each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.console import (
    config_option,
    console_width,
    many,
    open_config,
    show_json,
    show_table,
    table,
)
from gate.cli.dates import moment
from gate.cli.progress import watching
from gate.documents.moments import day
from gate.engine.preparation import sources_of
from gate.errors import FindingsError
from gate.rules import load_book

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from gate.model import AreaVersion
    from gate.workbench.comparing.comparison import Comparison, Count
    from gate.workbench.comparing.matrix import Counts, Disagreement

_DATABASE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@config_option
@click.argument("databases", nargs=-1, type=_DATABASE)
@click.option(
    "--pair",
    "pairs",
    nargs=2,
    multiple=True,
    type=_DATABASE,
    help="Two files, one for IPv4 and one for IPv6, that count as one database; two "
    "of one product in a row do so by themselves.",
)
@click.option(
    "--at",
    callback=moment,
    metavar="DATE",
    help="The areas as they stood then: a day, or a moment with its offset. "
    "Default: now.",
)
@click.option(
    "--networks",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the networks behind each cell of disagreement into this file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare(
    config_path: Path,
    *,
    databases: tuple[Path, ...],
    pairs: tuple[tuple[Path, Path], ...],
    at: int,
    networks: Path | None,
    as_json: bool,
) -> None:
    """Count addresses by area and policy, and where DATABASES disagree.

    Without DATABASES: those of the configuration. Counts IPv4 addresses and IPv6
    networks of /48 that are in an area for certain (yes), possibly, or not (no), and
    unknown: those without a place. Policies: "country" (RU alone), "country and
    Crimea" (RU, UA-43, UA-40), "list of oblasts" (these with UA-09, 14, 23 and 65),
    "the rule book" (any of its areas). Anonymous networks are not looked at.

    \b
    JSON, of which N is {"yes", "possible", "no"}:
      areas: AREA: DATABASE: {"ipv4": N, "ipv6_48": N,
        "by_label": {COUNTRY: {"ipv4": N}},
        "settlements": {GEONAMES_ID: {"name", "ipv4", "is"}}}
      policies: POLICY: DATABASE: {"ipv4": N and "unknown", "ipv6_48": the same,
        "by_label": {COUNTRY: {"ipv4": N, "ipv6_48": N}}}
      disagreement: "FIRST x SECOND": {"rows": FIRST, "columns": SECOND,
        "ipv4": {"matrix": {ROW: {COLUMN: addresses}},
          "in_any_area": {"both", "only_rows", "only_columns"}}, "ipv6_48": the same}

    A row or column is a country that an area mentions, with the areas that it is in
    or may be in: "UA (russia-controlled-ukraine: yes)"; "other" for all other
    countries, "none" without a place. Settlements are told where an area ends inside a
    country; "is" is the membership of most of its IPv4 addresses, or of its IPv6
    networks where it has no others.
    """  # noqa: D301 (click's mark for text that is not wrapped)
    from gate.workbench.comparing.cells import write_networks  # noqa: PLC0415 (numpy)
    from gate.workbench.comparing.comparison import compare as run  # noqa: PLC0415

    config = open_config(config_path)
    areas = _areas(config.rules.folder, at)
    files = databases or (() if pairs else sources_of(config).databases)
    asked = [*files, *(path for pair in pairs for path in pair)]
    with watching(asked) as watches:
        found = run(files, areas, pairs=pairs, watches=watches)
        lines = write_networks(found, networks) if networks else 0
    if as_json:
        show_json(found.as_json())
        return
    _show(found, at)
    if networks:
        click.echo(f"{many(lines, 'network')} written to {networks}.")


def _areas(folder: Path, at: int) -> dict[str, AreaVersion]:
    """Return the version of each area in force; areas that begin later are left out."""
    book, findings = load_book(folder)
    if book is None:
        raise FindingsError(findings)
    # The versions of an area ascend, so the last one that has begun is in force.
    return {id_: v for id_, v in book.area_versions if v.since <= at}


def _show(found: Comparison, at: int) -> None:
    click.echo(f"Areas as of {day(at)}; IPv6 in networks of /48.\n")
    for area, counts in found.areas.items():
        _show_counts(f"area {area}", counts, found.countries)
    for policy, counts in found.policies.items():
        _show_counts(f"policy: {policy}", counts, found.countries)
    for one in found.disagreements:
        _show_matrix(one, found.cells.names)
    attributions = {one.attribution for one in found.surveys if one.attribution}
    for text in sorted(attributions):
        click.echo(text)


def _show_counts(
    title: str, counts: Mapping[str, Count], countries: frozenset[str]
) -> None:
    made = table(title, "label", "", "yes", "possible", "no", "unknown")
    _right(made, 3)
    for name, count in counts.items():
        told = [("all", count.total)]
        told += [(c, count.labels[c]) for c in sorted(countries) if c in count.labels]
        for label, levels in told:
            for version, one in levels.items():
                row = [one.yes, one.possible, one.no]
                cells = [f"{number:,}" for number in row]
                unknown = f"{one.unknown:,}" if label == "all" else ""
                made.add_row(name, label, f"IPv{version}", *cells, unknown)
                name, label = "", ""  # noqa: PLW2901 (said once)
    show_table(made)


def _show_matrix(one: Disagreement, names: tuple[str, ...]) -> None:
    click.echo(f"rows {one.first}, columns {one.second}")
    for version, counts in one.counts.items():
        square = _square(version, counts, names)
        is_wide = console_width() < _width(square)
        show_table(_listed(version, counts) if is_wide else square)
        both, first, second = one.reached[version]
        click.echo(
            f"IPv{version}, in any area or possibly: {both:,} by both, {first:,} by "
            f"{one.first} alone, {second:,} by {one.second} alone.\n"
        )


def _square(version: int, counts: Counts, names: tuple[str, ...]) -> Table:
    rows = [name for name in names if any(name == row for row, _ in counts)]
    columns = [name for name in names if any(name == column for _, column in counts)]
    both = [name for name in names if name in {*rows, *columns}]
    marks = {name: chr(ord("a") + number) for number, name in enumerate(both)}
    made = table("", f"IPv{version}", *(marks[name] for name in columns))
    _right(made, 2)
    for name in both:
        cells = [counts.get((name, column), 0) for column in columns]
        made.add_row(marks[name], name, *(f"{n:,}" if n else "·" for n in cells))
    return made


def _listed(version: int, counts: Counts) -> Table:
    """Return the cells one under the other, for a narrow terminal."""
    made = table("row", "column", f"IPv{version}")
    _right(made, 2)
    for (row, column), count in sorted(counts.items()):
        made.add_row(row, column, f"{count:,}")
    return made


def _right(made: Table, first: int) -> None:
    for column in made.columns[first:]:
        column.justify = "right"
        column.no_wrap = True


def _width(made: Table) -> int:
    widest = (max(map(len, map(str, column.cells))) for column in made.columns)
    return sum(width + 2 for width in widest)
