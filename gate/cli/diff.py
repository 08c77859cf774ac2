"""gate diff: what two rule books, or two databases, decide differently."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.console import (
    Exit,
    config_file,
    config_option,
    open_config,
    show_json,
    working,
)
from gate.cli.dates import moment, moment_if_any
from gate.errors import TrafficUntoldError, TwoSidesNeededError
from gate.model import Severity
from gate.workbench.importing.formats import NAMES, Settings, parse_fields

if TYPE_CHECKING:
    from gate.config import Config
    from gate.workbench.diffing import Difference, Side
    from gate.workbench.diffing.traffic import Traffic

_DATABASE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("names", nargs=-1, metavar="[OLD] [NEW]")
@config_option
@click.option(
    "--geo",
    nargs=2,
    type=_DATABASE,
    metavar="OLD.mmdb NEW.mmdb",
    help="Compare two databases under one book.",
)
@click.option(
    "--networks",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the networks of each difference into a file of this new folder.",
)
@click.option(
    "--traffic",
    "logs",
    multiple=True,
    metavar="LOG",
    help="Weigh each difference: by an access log, or by the folder of a sealed log.",
)
@click.option(
    "--log-format",
    type=click.Choice(NAMES),
    default="auto",
    show_default=True,
    help="Format of an access log, as for gate audit import.",
)
@click.option(
    "--log-fields",
    default="",
    metavar="NAME=KEY,...",
    help="Keys of JSON in an access log, as for gate audit import.",
)
@click.option(
    "--limit",
    type=click.FloatRange(0, 100),
    default=5.0,
    show_default=True,
    metavar="PERCENT",
    help="Share of the traffic that may move without a warning (R091).",
)
@click.option(
    "--from",
    "start",
    callback=moment_if_any,
    metavar="TIME",
    help="Leave out what ended before: a day, or a moment with its offset.",
)
@click.option(
    "--at",
    "now",
    callback=moment,
    metavar="TIME",
    help="What counts as past. Default: now.",
)
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--markdown", "as_markdown", is_flag=True, help="For a pull request.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def diff(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    config_path: Path,
    *,
    names: tuple[str, ...],
    geo: tuple[Path, Path] | None,
    networks: Path | None,
    logs: tuple[str, ...],
    log_format: str,
    log_fields: str,
    limit: float,
    start: int | None,
    now: int,
    strict: bool,
    as_markdown: bool,
    as_json: bool,
) -> None:
    """Say exactly what two rule books decide differently, and because of which line.

    OLD and NEW are folders of rules or of a site with its config.yaml, or git
    revisions of the configured folder (HEAD, v1.2, REVISION:PATH); main..HEAD names
    two, main...HEAD begins where they parted. What begins with ./, ../ or / is
    always a folder; a name that is both is refused.
    Without NEW: the folder of config.yaml; without OLD: the last commit.

    Every place of the loaded database, every path, activity and moment is decided by
    both books. A difference is told by action and notices, as readers notice it; a
    refactoring shows none. A loosening is accepted only if an exemption of the new
    book is all that makes it: a new one, or one whose approved_by, because or until
    changed with it.

    Exit codes: 0 nothing becomes looser without an exemption, 1 a finding, 5 something
    does. What ended before now is told apart, and breaks nothing.

    \b
    JSON ("gate.diff/1"):
      old, new: {"source", "book", "areas"}; databases: {"old", "new"}
      same: whether no decision differs; loosens: numbers of what becomes looser
      from, now: moments in UTC or null; cells: how many were decided by both
      differences: [{"number", "direction": "looser" | "stricter" | "changed",
        "was", "becomes": {"action", "notices"}, "activities", "from", "until",
        "past", "paths": [{"any" or "all": patterns, "except": patterns,
          "such_as"}],
        "places": [{"label", "unknown", "was_in", "is_in": {AREA: LEVEL},
          "networks", "ipv4", "ipv6_48", "such_as", "edge"}],
        "networks": file or null,
        "causes": [{"kind", "id", "key", "what", "side": "old" | "new", "file",
          "line", "column"}],
        "exempted", "approved_by", "unapproved",
        "traffic": {"least", "most", "of"} or null}]
      beside: {"renamed": {OLD: NEW}, "other_ids", "shadow": numbers of cells,
        "notices": [{"id", "file", "what"}], "formats": {FILE: [OLD, NEW]}}
      traffic: {"source", "sealed", "moved", "apart": {WHY: n}} or null
      findings: as of gate check --json
    Sums of traffic below 10 are "<10". A place with an "edge" is that of readers of
    whom geo.edge says this label ("" for a country that no area mentions); else null.
    """  # noqa: D301 - click reads \b
    from gate.workbench.diffing.writing import (  # noqa: PLC0415 (costs 0.2 s)
        check_folder,
        write_networks,
    )

    _check_usage(names, geo, as_markdown=as_markdown, as_json=as_json)
    if networks is not None:
        check_folder(networks)
    config = _config(config_path, names)
    with working("Comparing"):
        found = _compared(config, names, geo, (now, start))
        if logs:
            settings = Settings(name=log_format, fields=parse_fields(log_fields))
            found = _weighed(found, config, logs, settings, limit)
    files = write_networks(found, networks) if networks is not None else {}
    if as_json:
        from gate.workbench.diffing.plain import as_json as told  # noqa: PLC0415

        show_json(told(found, files))
    elif as_markdown:
        from gate.workbench.diffing.markdown import markdown  # noqa: PLC0415

        click.echo(markdown(found), nl=False)
    else:
        from gate.cli.differing import show  # noqa: PLC0415

        show(found, files)
    ctx.exit(_exit(found, strict=strict))


def _check_usage(
    names: tuple[str, ...],
    geo: tuple[Path, Path] | None,
    *,
    as_markdown: bool,
    as_json: bool,
) -> None:
    if as_markdown and as_json:
        raise click.UsageError("Choose one of --json and --markdown.")
    if len(names) > 2:  # noqa: PLR2004 - an old and a new one
        raise click.UsageError("Name two books at most.")
    if geo and len(names) > 1:
        raise click.UsageError("With --geo name one book: both databases decide by it.")


def _config(path: Path, names: tuple[str, ...]) -> Config | None:
    """Read the configuration; with two folders there need be none."""
    if not config_file(path).is_file():
        if len(names) == 2 and all(Path(name).is_dir() for name in names):  # noqa: PLR2004
            return None
        raise TwoSidesNeededError(path=str(config_file(path)))
    return open_config(path)


def _compared(
    config: Config | None,
    names: tuple[str, ...],
    geo: tuple[Path, Path] | None,
    when: tuple[int, int | None],
) -> Difference:
    from gate.workbench.diffing import Terms, compare, look_of, twins_for  # noqa: PLC0415

    old, new = _sides(config, names, geo)
    twins = twins_for(config, old.book, new.book, geo)
    look = None if geo else look_of(config)
    return compare(
        old, new, twins, Terms(now=when[0], start=when[1], geo=geo is not None), look
    )


def _sides(
    config: Config | None, names: tuple[str, ...], geo: tuple[Path, Path] | None
) -> tuple[Side, Side]:
    from gate.workbench.diffing.chosen_sides import sides_of  # noqa: PLC0415
    from gate.workbench.diffing.sides import folder_side, side_of  # noqa: PLC0415

    folder = config.rules.folder if config else Path()
    if geo:
        side = side_of(names[0], folder) if names else folder_side(folder)
        return side, side
    return sides_of(names, folder)


def _weighed(
    found: Difference,
    config: Config | None,
    logs: tuple[str, ...],
    settings: Settings,
    limit: float,
) -> Difference:
    """Weigh a difference, and add what that finds."""
    from gate.workbench.diffing.findings import moved  # noqa: PLC0415

    traffic = _traffic(found, config, logs, settings)
    groups = tuple(
        replace(group, traffic=traffic.groups[group.number]) for group in found.groups
    )
    findings = (*found.findings, *moved(traffic, limit))
    return replace(found, groups=groups, traffic=traffic, findings=findings)


def _traffic(
    found: Difference,
    config: Config | None,
    logs: tuple[str, ...],
    settings: Settings,
) -> Traffic:
    folders = [Path(name) for name in logs if Path(name).is_dir()]
    if folders and len(folders) < len(logs):
        raise click.UsageError("Name either sealed logs or access logs with --traffic.")
    if folders:
        from gate.workbench.diffing.sealed import weigh_rows  # noqa: PLC0415

        return weigh_rows(found, config, folders)
    if config is None:
        raise TrafficUntoldError(reason="there is no configuration")
    from gate.workbench.diffing.weighing import weigh_lines  # noqa: PLC0415

    return weigh_lines(found, config, logs, settings)


def _exit(found: Difference, *, strict: bool) -> Exit:
    if found.loosens:
        return Exit.PROMISE_BROKEN
    severities = {finding.severity for finding in found.findings}
    if Severity.ERROR in severities or (strict and Severity.WARNING in severities):
        return Exit.PROBLEMS
    return Exit.SOUND
