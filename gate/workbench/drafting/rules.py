"""A new rule."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gate.model import Activity, Mode
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
    from gate.workbench.drafting.answers import Answers
    from gate.workbench.drafting.questions import Desk


def _notice_choices(desk: Desk) -> dict[str, str]:
    blocks = [block for block in desk.texts.blocks if block.revision]
    return {block.name.removeprefix("notices/"): "" for block in blocks}


def _has_place(_: Desk, answers: Answers) -> bool:
    return bool(answers.get("areas"))


def _may_be_weaker(_: Desk, answers: Answers) -> bool:
    strict = one_of(answers, "then") in {"interstitial", "block"}
    doubtful = one_of(answers, "certainty") == "possible"
    return strict and doubtful and bool(answers.get("areas"))


def _shows_something(_: Desk, answers: Answers) -> bool:
    return one_of(answers, "then") != "pass"


def _is_doubtful_block(_: Desk, answers: Answers) -> bool:
    block = one_of(answers, "then") == "block"
    doubtful = one_of(answers, "certainty") == "possible"
    return block and doubtful and not answers.get("if_possible")


def _usual_certainty(_: Desk, answers: Answers) -> str:
    return "certain" if one_of(answers, "then") == "block" else "possible"


def _usual_notice(desk: Desk, answers: Answers) -> str:
    """Return the notice that most rules of these activities show, or most rules."""
    asked = set(answers.get("activities", ()))
    showing = [rule for rule in desk.book.rules if rule.notice]
    alike = [r for r in showing if asked & {str(act) for act in r.when.activities}]
    used = Counter(rule.notice for rule in alike or showing)
    return next((str(name) for name, _ in used.most_common(1)), "")


def _usual_exceptions(desk: Desk, answers: Answers) -> str:
    """Return what the book excepts from reading, so that no loop is made."""
    if "read" not in answers.get("activities", ()):
        return ""
    excepted = (
        rule.when.except_paths
        for rule in desk.book.rules
        if Activity.READ in rule.when.activities and rule.mode is Mode.ENFORCE
    )
    return ", ".join(next((paths for paths in excepted if paths), ()))


def _every_area(desk: Desk, _: Answers) -> str:
    return ", ".join(desk.book.areas)


_QUESTIONS = (
    Question(
        key="id",
        ask="A short name for the rule (small letters, digits, hyphens)?",
        example="warn-sharing",
        kind="id",
        taken=deciding_ids,
    ),
    Question(
        key="title",
        ask="What is it about, in a few words?",
        example="Sharing, reposting and linking",
        kind="text",
    ),
    Question(
        key="because",
        ask="Why: what law, memo or decision?",
        example="Reposts are fined (memo of counsel, 2 March 2026)",
        kind="text",
    ),
    Question(
        key="areas",
        ask='Where must the reader be ("-" for anywhere)?',
        many=True,
        choices=area_choices,
        default=_every_area,
    ),
    Question(
        key="activities",
        ask="What does the reader do?",
        many=True,
        choices=activity_choices,
        default=fixed("read"),
    ),
    Question(
        key="paths",
        ask="On which pages (/x/** is /x and everything below it)?",
        example="/news/**, /live",
        kind="pattern",
        many=True,
        default=fixed("/**"),
    ),
    Question(
        key="except_paths",
        ask='On which pages not ("-" for none)?',
        example="/about/**, /robots.txt",
        kind="pattern",
        many=True,
        default=_usual_exceptions,
    ),
    Question(
        key="then",
        ask="What follows?",
        choices=action_choices,
        default=fixed("interstitial"),
    ),
    Question(
        key="certainty",
        ask="How certain must the place be?",
        choices=lambda _: {
            "possible": "also where it cannot be ruled out",
            "certain": "only where it is certain",
        },
        default=_usual_certainty,
        needed=_has_place,
    ),
    Question(
        key="if_possible",
        ask='Something weaker while the place is only possible ("-" for the same)?',
        choices=lambda _: {"pass": "", "banner": "", "interstitial": ""},
        default=nothing,
        needed=_may_be_weaker,
    ),
    Question(
        key="notice",
        ask="Which notice does the reader see?",
        choices=_notice_choices,
        default=_usual_notice,
        needed=_shows_something,
    ),
    Question(
        key="approved_by",
        ask="A block on a mere possibility: who has approved it?",
        example="legal@example.org",
        kind="text",
        needed=_is_doubtful_block,
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
        ask='Until which moment ("-" for no end)?',
        example=MOMENT,
        kind="moment",
        default=nothing,
    ),
    Question(
        key="mode",
        ask="Enforced at once, or tried first?",
        choices=lambda _: {
            "enforce": "readers meet it",
            "shadow": "it is only counted",
        },
        default=fixed("enforce"),
    ),
)


def _rule(desk: Desk, answers: Answers) -> Draft:
    del desk
    one = {key: one_of(answers, key) for key in answers}
    usual = "certain" if one["then"] == "block" else "possible"
    certainty = one.get("certainty", "")
    content = {
        "id": one["id"],
        "title": one["title"],
        "because": one["because"],
        "mode": "shadow" if one.get("mode") == "shadow" else "",
        "when": when(answers),
        "certainty": certainty or (usual if answers.get("areas") else ""),
        "if_possible": one.get("if_possible", ""),
        "then": one["then"],
        "notice": one.get("notice", ""),
        "approved_by": one.get("approved_by", ""),
        "effective": effective(answers) or "",
    }
    return Draft(
        name=one["id"],
        file=f"{one['id']}.yaml",
        head={"format": "rules/1", "owner": one_of(answers, "owner")},
        parts=(Part(section="rules", content=content),),
        advice=(
            "gate check proves the promises with it; gate test runs all tests.",
            f"gate explain --rule {one['id']} says it in plain words.",
        ),
    )


RULE = Kind(word="rule", questions=(*_QUESTIONS, OWNER), draft=_rule)
