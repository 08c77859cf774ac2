"""A new exemption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.workbench.drafting.draft import Draft, Kind, Part
from gate.workbench.drafting.questions import Question, one_of
from gate.workbench.drafting.usual import (
    MOMENT,
    OWNER,
    action_choices,
    activity_choices,
    area_choices,
    deciding_ids,
    effective,
    fixed,
    nothing,
    tomorrow,
    when,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.workbench.drafting.answers import Answers
    from gate.workbench.drafting.questions import Desk


def _rule_choices(desk: Desk) -> dict[str, str]:
    return {rule.id: rule.title for rule in desk.book.rules}


def _acts_of(desk: Desk, answers: Answers) -> str:
    named = [r for r in desk.book.rules if r.id in answers.get("relaxes", ())]
    return ", ".join(_each(activity for r in named for activity in r.when.activities))


def _each(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(str(word) for word in words))


_QUESTIONS = (
    Question(
        key="id",
        ask="A short name for the exemption (small letters, digits, hyphens)?",
        example="press-pages",
        kind="id",
        taken=deciding_ids,
    ),
    Question(
        key="relaxes",
        ask="Which rules does it loosen?",
        many=True,
        choices=_rule_choices,
    ),
    Question(
        key="to",
        ask="What is left of them?",
        choices=action_choices,
        default=fixed("pass"),
    ),
    Question(
        key="paths",
        ask="On which pages (/x/** is /x and everything below it)?",
        example="/press/**, /about",
        kind="pattern",
        many=True,
    ),
    Question(
        key="activities",
        ask="For what the reader does?",
        many=True,
        choices=activity_choices,
        default=_acts_of,
    ),
    Question(
        key="areas",
        ask='Only for readers who are certainly in ("-" for anywhere)?',
        many=True,
        choices=area_choices,
        default=nothing,
    ),
    Question(
        key="because",
        ask="Why may it be loosened?",
        example="Journalists must reach the press office at once",
        kind="text",
    ),
    Question(
        key="approved_by",
        ask="Who has approved it?",
        example="legal@example.org",
        kind="text",
    ),
    Question(
        key="from",
        ask="From which moment on?",
        example=MOMENT,
        kind="moment",
        default=tomorrow,
    ),
    Question(
        key="until",
        ask="Until which moment? Somebody decides anew then.",
        example=MOMENT,
        kind="moment",
    ),
)


def _exemption(desk: Desk, answers: Answers) -> Draft:
    del desk
    one = {key: one_of(answers, key) for key in answers}
    content = {
        "id": one["id"],
        "relaxes": answers["relaxes"],
        "to": one["to"],
        "when": when(answers),
        "because": one["because"],
        "approved_by": one["approved_by"],
        "effective": effective(answers),
    }
    return Draft(
        name=one["id"],
        file=f"{one['id']}.yaml",
        head={"format": "rules/1", "owner": one_of(answers, "owner")},
        parts=(Part(section="exemptions", content=content),),
        advice=(
            "gate check says whether a promise breaks; gate test runs all tests.",
            f"gate explain --rule {one['id']} says it in plain words.",
            f"gate upcoming reminds you of its end, {one['until']}.",
        ),
    )


EXEMPTION = Kind(word="exemption", questions=(*_QUESTIONS, OWNER), draft=_exemption)
