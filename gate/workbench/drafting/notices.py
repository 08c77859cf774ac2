"""A new notice: a skeleton in every language of the newsroom, to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.notices.schema import Text
from gate.workbench.drafting.draft import Draft, Kind, Part
from gate.workbench.drafting.questions import Question, one_of
from gate.workbench.texts.units import PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.workbench.drafting.answers import Answers
    from gate.workbench.drafting.questions import Desk

UNWRITTEN = "TO BE WRITTEN"
"""What every text begins with that is still to be written."""

_LISTS = ("who",)


def _ids(desk: Desk) -> list[str]:
    return [block.name.removeprefix("notices/") for block in desk.texts.blocks]


def _regimes(desk: Desk) -> dict[str, str]:
    return {name: regime.title for name, regime in desk.texts.regimes.items()}


def _only_regime(desk: Desk, _: Answers) -> str:
    names = list(desk.texts.regimes)
    return names[0] if len(names) == 1 else ""


def _punished(desk: Desk) -> dict[str, str]:
    """Return the activities that any regime certainly punishes, with how."""
    return {
        act: penalty.penalty or ""
        for regime in desk.texts.regimes.values()
        for act, penalty in regime.penalties.items()
        if penalty.status == "punished" and penalty.certainty == "certain"
    }


def _all_punished(desk: Desk, answers: Answers) -> str:
    regime = desk.texts.regimes.get(one_of(answers, "regime"))
    penalties = regime.penalties if regime else {}
    certain = {a for a, p in penalties.items() if p.certainty == "certain"}
    return ", ".join(
        act
        for act in penalties
        if penalties[act].status == "punished" and act in certain
    )


QUESTIONS = (
    Question(
        key="id",
        ask="A short name for the notice (small letters, digits, hyphens)?",
        example="warning-of-sharing",
        kind="id",
        taken=_ids,
    ),
    Question(
        key="regime",
        ask="Of which law does it tell?",
        choices=_regimes,
        default=_only_regime,
    ),
    Question(
        key="activities",
        ask="Of which risks (of those that the law certainly punishes)?",
        many=True,
        choices=_punished,
        default=_all_punished,
    ),
)


def _notice(desk: Desk, answers: Answers) -> Draft:
    name = one_of(answers, "id")
    spoken = next(
        (block.texts for block in desk.texts.blocks if block.name == PAGE), {}
    )
    text = _unwritten(answers["activities"])
    content = {
        "revision": "1",
        "regime": one_of(answers, "regime"),
        "texts": {tag: text for tag in desk.texts.languages if tag in spoken},
    }
    return Draft(
        name=name,
        file=f"notices/{name}.yaml",
        head={"format": "notices/2"},
        parts=(Part(section="notices", name=name, content=content),),
        advice=(
            f"Put words in place of every {UNWRITTEN}; keep the {{words in braces}}.",
            "gate check holds them against the data of the law.",
            "They stay drafts until somebody signs them.",
            "Let no rule name it before it is written: readers would see it as it is.",
        ),
    )


def _unwritten(acts: tuple[str, ...]) -> Mapping[str, object]:
    """Return a text of which every required key says what belongs there."""
    found: dict[str, object] = {"status": "draft"}
    for key, field in Text.model_fields.items():
        if key == "status" or not field.is_required():
            continue
        told = f"{UNWRITTEN}. {field.description}".replace("`", "")
        if key == "risks":
            found[key] = {act: f"{UNWRITTEN}. The risk of: {act}." for act in acts}
        else:
            found[key] = [told] if key in _LISTS else told
    return found


NOTICE = Kind(word="notice", questions=QUESTIONS, draft=_notice)
