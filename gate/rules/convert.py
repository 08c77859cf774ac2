"""What is written to the frozen nouns that everything else uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model import (
    Action,
    Activity,
    Area,
    AreaVersion,
    BookTest,
    Effective,
    Exemption,
    Membership,
    Mode,
    Place,
    Promise,
    Review,
    Rule,
    Unknown,
    UnknownPlaces,
    Weigh,
    When,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.documents import Document
    from gate.model import Mark, Shape
    from gate.rules.schema import (
        ActionWord,
        ActivityWord,
        AreaText,
        AreaVersionText,
        BookTestText,
        ExemptionText,
        PromiseText,
        RuleText,
        ScopeText,
        UnknownText,
        VisitorText,
        WhenText,
    )

_CERTAINTIES = {"possible": Membership.POSSIBLE, "certain": Membership.YES}


def action(word: str) -> Action:
    """Return the action that is written in lower case."""
    return Action[word.upper()]


def action_or_none(word: str | None) -> Action | None:
    """Return the action that is written, if one is."""
    return action(word) if word else None


def certainty_of(text: RuleText) -> Membership:
    """Return the least membership at which a rule holds.

    Left out, it is certain for block and possible for the rest: a needless notice
    costs a click, a missing one may cost a reader their freedom, and a wrong block
    costs access to information.
    """
    if text.certainty:
        return _CERTAINTIES[text.certainty]
    return Membership.YES if text.then == "block" else Membership.POSSIBLE


def area(
    document: Document, area_id: str, text: AreaText, shapes: Sequence[Sequence[Shape]]
) -> Area:
    """Return an area; `shapes` are those of each version."""
    loc = ("areas", area_id)
    versions = tuple(
        _version(document, (*loc, "versions", number), version, found)
        for number, (version, found) in enumerate(
            zip(text.versions, shapes, strict=True)
        )
    )
    mark = document.mark(loc, key=True)
    return Area(id=area_id, title=text.title, versions=versions, mark=mark)


def _version(
    document: Document,
    loc: tuple[str | int, ...],
    text: AreaVersionText,
    shapes: Sequence[Shape],
) -> AreaVersion:
    return AreaVersion(
        since=text.since,
        mark=document.mark((*loc, "since")),
        as_of=text.as_of,
        within=text.within,
        weigh=Weigh(
            certain=text.weigh.certain,
            unlikely=text.weigh.unlikely,
            radius_km=text.weigh.radius_km,
            near_km=text.weigh.near_km,
        ),
        whole=text.whole,
        partly=text.partly,
        settlements=text.settlements,
        outside=text.outside,
        shapes=tuple(shapes),
        registered_in=text.registered_in,
        networks=text.networks,
        sources=text.sources,
        reviews=tuple(
            Review(date=review.date, by=review.by, note=review.note or "")
            for review in text.reviews
        ),
    )


def when(text: WhenText) -> When:
    """Return conditions; activities and paths that are left out are all of them."""
    words = text.activities
    return When(
        activities=tuple(Activity(w) for w in words) if words else tuple(Activity),
        areas=text.areas,
        paths=text.paths or ("/**",),
        except_paths=text.except_paths,
    )


def scope(text: ScopeText) -> When:
    """Return what a promise is about."""
    words = text.activities
    reasons = text.unknown
    return When(
        activities=tuple(Activity(w) for w in words) if words else tuple(Activity),
        areas=text.areas,
        outside_areas=text.outside_areas,
        unknown=tuple(Unknown(word) for word in reasons) if reasons else None,
        paths=text.paths or ("/**",),
        except_paths=text.except_paths,
    )


def rule(document: Document, number: int, text: RuleText) -> Rule:
    """Return the rule that stands at `number` in its file."""
    return Rule(
        id=text.id,
        title=text.title,
        because=text.because,
        when=when(text.when),
        then=action(text.then),
        mark=document.mark(("rules", number, "id")),
        certainty=certainty_of(text),
        if_possible=action_or_none(text.if_possible),
        notice=text.notice,
        effective=Effective(since=text.effective.from_, until=text.effective.until),
        mode=Mode(text.mode),
        notice_mark=document.mark(("rules", number, "notice")),
    )


def exemption(document: Document, number: int, text: ExemptionText) -> Exemption:
    """Return the exemption that stands at `number` in its file."""
    return Exemption(
        id=text.id,
        relaxes=text.relaxes,
        to=action(text.to),
        when=when(text.when),
        because=text.because,
        approved_by=text.approved_by,
        effective=Effective(since=text.effective.from_, until=text.effective.until),
        mark=document.mark(("exemptions", number, "id")),
    )


def promise(document: Document, number: int, text: PromiseText) -> Promise:
    """Return the promise that stands at `number` in its file."""
    return Promise(
        id=text.id,
        scope=scope(text.scope),
        mark=document.mark(("promises", number, "id")),
        at_least=action_or_none(text.at_least),
        at_most=action_or_none(text.at_most),
        effective=Effective(since=text.from_, until=text.until),
    )


def unknown_places(document: Document, text: UnknownText) -> UnknownPlaces:
    """Return what follows when a place is not known."""
    return UnknownPlaces(
        notice=text.notice,
        actions={reason: action(getattr(text, reason.value)) for reason in Unknown},
        max_age_days=text.max_age_days,
        mark=document.mark(("unknown",), key=True),
        notice_mark=document.mark(("unknown", "notice")),
    )


def place(text: VisitorText) -> Place:
    """Return the place of a test's visitor."""
    return Place(
        country=text.country,
        subdivision=text.subdivision,
        subdivision_name=text.subdivision_name,
        settlement=text.settlement,
        settlement_name=text.settlement_name,
        point=text.point,
        accuracy_km=text.accuracy_km,
        registered=text.registered,
        network=text.network,
        unknown=Unknown(text.unknown) if text.unknown else None,
    )


def book_tests(document: Document, number: int, text: BookTestText) -> list[BookTest]:
    """Return the test that stands at `number` in its file, once for each visitor."""
    loc = ("tests", number)
    if text.visitor is not None:
        return [_book_test(document.mark((*loc, "name")), text, text.visitor)]
    return [
        _book_test(document.mark((*loc, "visitors", count)), text, visitor)
        for count, visitor in enumerate(text.visitors or ())
    ]


def _book_test(mark: Mark, text: BookTestText, visitor: VisitorText) -> BookTest:
    return BookTest(
        name=text.name,
        now=text.now,
        visitor=place(visitor),
        path=text.path,
        expect=_actions(text.expect),
        by=_ids(text.by),
        notices=_ids(text.notices),
        shadow=_actions(text.shadow),
        shadow_by=_ids(text.shadow_by),
        mark=mark,
    )


def _actions(words: Mapping[ActivityWord, ActionWord]) -> dict[Activity, Action]:
    return {Activity(a): action(word) for a, word in words.items()}


def _ids(
    lists: Mapping[ActivityWord, tuple[str, ...]],
) -> dict[Activity, tuple[str, ...]]:
    return {Activity(a): tuple(sorted(ids)) for a, ids in lists.items()}
