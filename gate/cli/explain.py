"""gate explain: what a visitor would meet, and why."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
from pydantic_core import PydanticCustomError

from gate.cli.console import config_option, open_config, show_json, working
from gate.cli.explaining import show_explanation
from gate.cli.spoken import tell
from gate.documents.scalars import parse_instant
from gate.engine.snapshot import edge_of
from gate.errors import FindingsError
from gate.model import Activity
from gate.request import canonical_path
from gate.request.edge import said_by
from gate.request.numbers import parse_address
from gate.rules import load_book
from gate.workbench.explain import explain as explain_case
from gate.workbench.spoken import LANGUAGES
from gate.workbench.subjects import Question, digests_of, subject_of
from gate.workbench.visitor import parse_visitor

if TYPE_CHECKING:
    from pathlib import Path

    from gate.config import Config
    from gate.model import RuleBook


def _activities(
    _: click.Context, __: click.Parameter, value: str | None
) -> tuple[Activity, ...]:
    return (Activity(value),) if value else tuple(Activity)


def _moment(_: click.Context, __: click.Parameter, value: str | None) -> int:
    if value is None:
        return int(time.time())
    try:
        return parse_instant(value)
    except PydanticCustomError as error:
        hint = (error.context or {}).get("hint", "")
        raise click.BadParameter(f"{error.message()} {hint}".strip()) from None


def _address(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and parse_address(value) is None:
        raise click.BadParameter("That is no IP address.")
    return value


@click.command()
@config_option
@click.option("--ip", callback=_address, help="Address to look up in the databases.")
@click.option(
    "--place",
    metavar="PLACE",
    help='A place instead, as in a test: "UA-65,50km", "RU", "unknown=bad_address"; '
    "keys: country, subdivision, settlement, point=LAT/LON, accuracy, registered, "
    "network, unknown.",
)
@click.option(
    "--rule",
    metavar="ID",
    help="Say what a rule, an exemption or a promise means, instead of a visitor.",
)
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default="en",
    show_default=True,
    help="With --rule: the language.",
)
@click.option(
    "--edge",
    metavar="WORDS",
    help='With --ip: what geo.edge says of the visitor, such as "UA-43", "RU" or "T1".',
)
@click.option("--path", default="/", show_default=True, help="Path that is asked for.")
@click.option(
    "--at",
    "now",
    callback=_moment,
    metavar="TIME",
    help='Moment, such as "2026-09-10T12:00:00+03:00"; default: now.',
)
@click.option(
    "--activity",
    "activities",
    type=click.Choice([activity.value for activity in Activity]),
    callback=_activities,
    help="Only this activity; default: all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(  # noqa: PLR0913 (one for each option)
    config_path: Path,
    *,
    ip: str | None,
    place: str | None,
    rule: str | None,
    language: str,
    edge: str | None,
    path: str,
    now: int,
    activities: tuple[Activity, ...],
    as_json: bool,
) -> None:
    """Say what a visitor would meet, and why, by the evaluator that serves.

    Shows the place, its membership in every area with the evidence, how every rule
    and exemption fares, the decision, what would change it, and all digests. For an
    address, geoip2 gives a second opinion beside the index. With --rule, says a rule,
    an exemption or a promise of the book in plain words.
    """
    if (ip, place, rule).count(None) != 2:  # noqa: PLR2004 - all but one
        raise click.UsageError("Give one of --ip, --place and --rule.")
    if rule is not None:
        folder = open_config(config_path).rules.folder
        tell(folder, rule, language, as_json=as_json)
        return
    if edge is not None and ip is None:
        raise click.UsageError("Give --edge with --ip.")
    config = open_config(config_path)
    question = Question(
        address=ip,
        place=None if place is None else parse_visitor(place),
        path=canonical_path(path),
        now=now,
        activities=activities,
        edge=None if edge is None else _heard(config, edge),
    )
    book = _open_book(config)
    with working("Looking"):
        subject = subject_of(config, book, question)
        explanation = explain_case(book, subject, digests_of(config, book))
    if as_json:
        show_json(explanation.as_json())
    else:
        show_explanation(explanation)
        if config.mode == "observe":
            click.echo("The mode is observe: this is counted, and everyone passes.")


def _heard(config: Config, text: str) -> str:
    """Read what an edge says as the gate does."""
    fields = edge_of(config)
    if fields is None:
        raise click.UsageError("config.yaml has no geo.edge, so no edge is heard.")
    country, _, part = text.partition("-")
    return said_by({fields.country: country, fields.subdivision: part}, fields)


def _open_book(config: Config) -> RuleBook:
    book, findings = load_book(config.rules.folder)
    if book is None:
        raise FindingsError(findings)
    return book
