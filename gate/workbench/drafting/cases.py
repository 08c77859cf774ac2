"""A new test, and the test that is proposed for a new rule."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from gate.decision import Patterns, decide, globs_of, memberships_at
from gate.documents.moments import stamp
from gate.documents.scalars import parse_instant
from gate.errors import NoSuchPlaceError
from gate.model import Action, Activity, LocationClass, Mode, Place
from gate.places.areas import membership
from gate.rules.proving.atoms import path_atoms
from gate.workbench.drafting.answers import RefusedAnswer
from gate.workbench.drafting.draft import Draft, Kind, Part
from gate.workbench.drafting.lines import Quoted, Short
from gate.workbench.drafting.questions import Question, one_of
from gate.workbench.drafting.usual import MOMENT, activity_choices, fixed
from gate.workbench.visitor import parse_visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import AreaVersion, Decision, Rule, RuleBook
    from gate.workbench.drafting.answers import Answers
    from gate.workbench.drafting.questions import Desk

_EXPECTED = re.compile(r"([a-z]+)=([a-z]+)")


def _names(desk: Desk) -> list[str]:
    return [test.name for test in desk.book.tests]


def _now(desk: Desk, _: Answers) -> str:
    return stamp(desk.now, desk.offset)


def _place(text: str) -> str:
    try:
        parse_visitor(text)
    except NoSuchPlaceError as error:
        raise RefusedAnswer(str(error), error.hint) from None
    return text.strip()


def _expectation(text: str) -> str:
    found = _EXPECTED.fullmatch(text)
    acts, actions = {str(a) for a in Activity}, {str(a) for a in Action}
    if not found or found[1] not in acts or found[2] not in actions:
        hint = 'Write it like "read=interstitial".'
        raise RefusedAnswer(f'"{text[:60]}" is no activity with an action.', hint)
    return text


def _decided_now(desk: Desk, answers: Answers) -> str:
    """Return what the book decides now: a test that keeps it."""
    acts = [Activity(act) for act in answers["activities"]]
    place = parse_visitor(one_of(answers, "visitor"))
    at = parse_instant(one_of(answers, "now"))
    path = one_of(answers, "path")
    return ", ".join(
        f"{act}={decided(desk.book, place, path, act, at).action}" for act in acts
    )


QUESTIONS = (
    Question(
        key="name",
        ask="A name for the test?",
        example="A reader in Kazan opens an article",
        kind="text",
        taken=_names,
    ),
    Question(
        key="visitor",
        ask="Where is the reader?",
        example='"RU", "UA-65,50km" or "unknown=bad_address"',
        check=_place,
    ),
    Question(
        key="now",
        ask="At which moment?",
        example=MOMENT,
        kind="moment",
        default=_now,
    ),
    Question(
        key="path",
        ask="On which page?",
        example="/news/some-article",
        kind="path",
        default=fixed("/"),
    ),
    Question(
        key="activities",
        ask="What does the reader do?",
        many=True,
        choices=activity_choices,
        default=fixed("read"),
    ),
    Question(
        key="expect",
        ask="What must follow (as the book decides now, if you just go on)?",
        example="read=interstitial, donate=block",
        many=True,
        check=_expectation,
        default=_decided_now,
    ),
)


def decided(
    book: RuleBook, place: Place, path: str, activity: Activity, now: int
) -> Decision:
    """Return the decision about a place that is described.

    Args:
        book: The rule book.
        place: The place.
        path: Canonical path.
        activity: What the request does.
        now: Unix seconds.
    """
    versions = () if place.unknown else book.area_versions
    known = tuple(membership(version, place)[0] for _, version in versions)
    found = LocationClass(label="", unknown=place.unknown, memberships=known)
    return decide(
        book,
        memberships=memberships_at(book, found, now),
        matched=Patterns(globs_of(book.whens)).matched(path),
        activity=activity,
        now=now,
        unknown=place.unknown,
    )


def _test(desk: Desk, answers: Answers) -> Draft:
    name = one_of(answers, "name")
    place = parse_visitor(one_of(answers, "visitor"))
    now, path = one_of(answers, "now"), one_of(answers, "path")
    told = [pair.split("=") for pair in answers["expect"]]
    by, wrong = {}, []
    for act, action in told:
        found = decided(desk.book, place, path, Activity(act), parse_instant(now))
        if str(found.action) == action:
            by[act] = tuple(map(_quoted_reason, found.by))
        else:
            wrong.append(f"{act}: the book decides {found.action}, not {action}")
    content = {
        "name": name,
        "now": Quoted(now),
        "visitor": _visitor(place),
        "path": path,
        "expect": Short(told),
        "by": Short(by) if by else "",
    }
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "one"
    fails = f"This test fails now ({'; '.join(wrong)}): change the rules, or the test."
    return Draft(
        name=name,
        file=f"{slug}_test.yaml",
        head={"format": "rules/1", "owner": next(iter(desk.book.owners), "")},
        parts=(Part(section="tests", content=content),),
        advice=(fails if wrong else "gate test runs it with all others.",),
    )


def _quoted_reason(name: str) -> str:
    return Quoted(name) if ":" in name else name


def _visitor(place: Place) -> Short:
    said = {key: value for key, value in asdict(place).items() if value is not None}
    if place.point is not None:
        said["point"] = tuple(str(part) for part in place.point)
    return Short(said)


TEST = Kind(word="test", questions=QUESTIONS, draft=_test)


def proposed(book: RuleBook, rule: Rule, now: int, offset: int = 0) -> Part | None:
    """Return a test for a new rule; None if no place or path meets its conditions.

    Args:
        book: The book with the rule in it.
        rule: The rule.
        now: Unix seconds; taken if the rule has no beginning.
        offset: Offset from UTC in which the moment is written, in seconds.
    """
    at = rule.effective.since if rule.effective.since is not None else now
    place, path = _member(book, rule, at), _page(rule)
    if place is None or path is None:
        return None
    acts = rule.when.activities
    found = {str(act): decided(book, place, path, act, at) for act in acts}
    by = {act: tuple(map(_quoted_reason, d.by)) for act, d in found.items()}
    content: dict[str, object] = {
        "name": _name(book, rule),
        "now": Quoted(stamp(at, offset)),
        "visitor": _visitor(place),
        "path": path,
        "expect": Short({act: str(d.action) for act, d in found.items()}),
        "by": Short(by),
    }
    if rule.mode is Mode.SHADOW:
        content["shadow"] = Short({a: str(d.shadow) for a, d in found.items()})
        content["shadow_by"] = Short({a: d.shadow_rules for a, d in found.items()})
    return Part(section="tests", content=content)


def _name(book: RuleBook, rule: Rule) -> str:
    """Return a name for the test of a rule that no other test has."""
    name = f"{rule.title}, first second"
    taken = any(test.name == name for test in book.tests)
    return f"{rule.title} ({rule.id}), first second" if taken else name


def _member(book: RuleBook, rule: Rule, now: int) -> Place | None:
    if rule.when.areas is None:
        return Place(country="DE")
    for area in rule.when.areas:
        version = book.areas[area].version_at(now)
        found = next(_members(version), None) if version else None
        if found is not None:
            return found
    return None


def _members(version: AreaVersion) -> Iterator[Place]:
    """Yield a place that certainly belongs, by a code, an id or a network."""
    for code in version.whole:
        part = code if "-" in code else None
        yield Place(country=code.partition("-")[0], subdivision=part)
    for settlement in version.settlements:
        country = next(iter(version.within), None)
        yield Place(country=country, settlement=settlement)
    for network in version.networks:
        yield Place(network=network)


def _page(rule: Rule) -> str | None:
    """Return the shortest page that a rule is about."""
    asked, excepted = set(rule.when.paths), set(rule.when.except_paths)
    found = (
        atom.witness
        for atom in path_atoms((*rule.when.paths, *rule.when.except_paths))
        if atom.matched & asked and not atom.matched & excepted
    )
    return next(found, None)
