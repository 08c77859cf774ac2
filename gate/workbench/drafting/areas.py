"""A new area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents.moments import day
from gate.workbench.drafting.draft import Draft, Kind, Part
from gate.workbench.drafting.lines import Quoted, quoted
from gate.workbench.drafting.questions import Question, one_of
from gate.workbench.drafting.usual import MOMENT, nothing

if TYPE_CHECKING:
    from gate.workbench.drafting.answers import Answers
    from gate.workbench.drafting.questions import Desk


def _ids(desk: Desk) -> list[str]:
    return list(desk.book.areas)


def _countries(_: Desk, answers: Answers) -> str:
    """Return the countries of the parts that belong: they may hide members."""
    named = (*answers.get("whole", ()), *answers.get("partly", ()))
    parts = [code for code in named if "-" in code]
    return ", ".join(dict.fromkeys(code.partition("-")[0] for code in parts))


QUESTIONS = (
    Question(
        key="id",
        ask="A short name for the area (small letters, digits, hyphens)?",
        example="abkhazia",
        kind="id",
        taken=_ids,
    ),
    Question(key="title", ask="What is it called?", example="Abkhazia", kind="text"),
    Question(
        key="since",
        ask="Since which moment?",
        example=MOMENT,
        kind="moment",
    ),
    Question(
        key="whole",
        ask='Which countries or parts belong as a whole, by ISO 3166 ("-" for none)?',
        example="RU, UA-43",
        kind="code",
        many=True,
        default=nothing,
    ),
    Question(
        key="partly",
        ask='Of which parts of a country belongs only a part ("-" for none)?',
        example="UA-14, UA-65",
        kind="part",
        many=True,
        default=nothing,
    ),
    Question(
        key="settlements",
        ask='Which settlements belong, by GeoNames id ("-" for none)?',
        example="701822, 706448",
        kind="number",
        many=True,
        default=nothing,
    ),
    Question(
        key="within",
        ask="In which countries does it lie (an address of which only the country is "
        "known may then be in it)?",
        example="UA",
        kind="country",
        many=True,
        default=_countries,
    ),
    Question(
        key="sources",
        ask="Where does the knowledge come from (one address or title)?",
        example="https://example.org/map",
        kind="text",
        default=nothing,
    ),
)


def _area(desk: Desk, answers: Answers) -> Draft:
    one = {key: one_of(answers, key) for key in answers}
    moves = answers.get("partly", ()) or answers.get("settlements", ())
    today = day(desk.now)
    version = {
        "since": Quoted(one["since"]),
        "as_of": Quoted(today) if moves else "",
        "within": answers.get("within", ()),
        "whole": answers.get("whole", ()),
        "partly": answers.get("partly", ()),
        "settlements": answers.get("settlements", ()),
        "sources": quoted(answers.get("sources", ())),
    }
    said = {key: value for key, value in version.items() if value}
    content = {"title": one["title"], "versions": [said]}
    return Draft(
        name=one["id"],
        file=f"areas/{one['id']}.yaml",
        head={"format": "areas/1"},
        parts=(Part(section="areas", name=one["id"], content=content),),
        advice=(
            f"gate area show {one['id']} draws it; gate new rule makes use of it.",
            "gate check says what the databases can tell of it.",
        ),
    )


AREA = Kind(word="area", questions=QUESTIONS, draft=_area)
