"""Choices, defaults and conditions that rules, exemptions and tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents.moments import stamp
from gate.model import Activity
from gate.workbench.drafting.lines import Quoted, Short, quoted
from gate.workbench.drafting.questions import Question, one_of
from gate.workbench.spoken.english import ACTIONS

if TYPE_CHECKING:
    from gate.workbench.drafting.answers import Answers
    from gate.workbench.drafting.questions import Default, Desk

_DAY = 86_400  # seconds
MOMENT = "2026-12-01 (its first second), or 2026-12-01T09:00:00+03:00"
"""Example of a moment."""


def action_choices(_: Desk) -> dict[str, str]:
    """Return the actions, with what each means."""
    return {str(action): about for action, about in ACTIONS.items()}


def activity_choices(_: Desk) -> dict[str, str]:
    """Return the activities."""
    return {str(activity): "" for activity in Activity}


def area_choices(desk: Desk) -> dict[str, str]:
    """Return the areas of the book with their titles."""
    return {area.id: area.title for area in desk.book.areas.values()}


def deciding_ids(desk: Desk) -> list[str]:
    """Return the ids of rules and exemptions, of which each stands once."""
    book = desk.book
    return [*(rule.id for rule in book.rules), *(e.id for e in book.exemptions)]


def _usual_owner(desk: Desk, _: Answers) -> str:
    return next(iter(desk.book.owners), "")


def tomorrow(desk: Desk, _: Answers) -> str:
    """Return the next midnight there: nothing begins before it can be looked at."""
    midnight = (desk.now + desk.offset) // _DAY * _DAY - desk.offset
    return stamp(midnight + _DAY, desk.offset)


def nothing(_: Desk, __: Answers) -> str:
    """Return the default of what may be left out."""
    return ""


def fixed(text: str) -> Default:
    """Return a default that is always the same."""

    def default(_: Desk, __: Answers) -> str:
        return text

    return default


OWNER = Question(
    key="owner",
    ask="Who answers for the file (a name or an address)?",
    example="legal@example.org",
    kind="text",
    default=_usual_owner,
)


def conditions(answers: Answers) -> dict[str, object]:
    """Return the conditions; what asks nothing is left out."""
    paths = answers.get("paths", ())
    found: dict[str, object] = {
        "areas": answers.get("areas", ()),
        "activities": answers.get("activities", ()),
        "paths": () if paths == ("/**",) else quoted(paths),
        "except_paths": quoted(answers.get("except_paths", ())),
    }
    return {key: value for key, value in found.items() if value}


def effective(answers: Answers) -> Short:
    """Return the time as it stands on one line."""
    moments = ((key, one_of(answers, key)) for key in ("from", "until"))
    return Short({key: Quoted(moment) for key, moment in moments if moment})


def when(answers: Answers) -> dict[str, object]:
    """Return `when`, as empty braces if nothing is asked."""
    return conditions(answers) or Short()
