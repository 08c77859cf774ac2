"""A whole rule, exemption or promise in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model import Exemption, Membership, Promise
from gate.workbench.spoken.english import English
from gate.workbench.spoken.relations import relations
from gate.workbench.spoken.russian import Russian

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gate.model import Notice, Rule, RuleBook
    from gate.workbench.spoken.relations import Item
    from gate.workbench.spoken.tongue import Tongue

LANGUAGES: Mapping[str, Tongue] = {"en": English(), "ru": Russian()}
"""The languages by their tags; the first is the usual one."""


def rule_in_words(
    item: Item,
    book: RuleBook,
    language: str = "en",
    *,
    notices: Mapping[str, Notice] | None = None,
) -> list[str]:
    """Say a rule, an exemption or a promise in plain words.

    Args:
        item: A rule, an exemption or a promise of the book.
        book: The rule book.
        language: A key of `LANGUAGES`.
        notices: The notices by id, for their titles; None if only ids are known.

    Returns:
        One sentence or two in each item: what it is, whom it meets, when, where, what
        follows, since when, why, what relaxes it, which tests and promises name it.
    """
    teller = _Teller(book, LANGUAGES[language], language, notices or {})
    if isinstance(item, Promise):
        found = teller.promise(item)
    elif isinstance(item, Exemption):
        found = teller.exemption(item)
    else:
        found = teller.rule(item)
    return [sentence for sentence in found if sentence]


class _Teller:
    """A book, told in a language."""

    def __init__(
        self,
        book: RuleBook,
        tongue: Tongue,
        language: str,
        notices: Mapping[str, Notice],
    ) -> None:
        self._book = book
        self._say = tongue
        self._language = language
        self._notices = notices

    def rule(self, rule: Rule) -> Iterator[str]:
        say, when = self._say, rule.when
        yield say.headline(rule)
        yield say.mode(rule.mode)
        yield say.who(self._titles(when.areas), rule.certainty)
        yield say.acts(when.activities)
        yield say.where(when.paths, when.except_paths)
        yield say.follows(rule.then, self._notice(rule.notice), rule.mode)
        if when.areas is not None:
            if rule.if_possible is not None:
                yield say.weaker(rule.if_possible)
            yield say.unknown(self._book.unknown.actions, rule.mode)
        yield say.span(rule.effective)
        yield say.why(rule.because)
        yield from self._about(rule)

    def _about(self, rule: Rule) -> Iterator[str]:
        say, found = self._say, relations(rule, self._book)
        for other in found.relaxed_by:
            under = " ".join(self._conditions(rule, other))
            yield say.relaxed(other.id, other.to, under, other.effective.until)
        if not found.relaxed_by:
            yield say.never_relaxed()
        yield say.tests(found.tests)
        yield say.promises([promise.id for promise in found.promises])

    def _conditions(self, rule: Rule, other: Exemption) -> Iterator[str]:
        """Say what an exemption asks beyond its rule."""
        say, when = self._say, other.when
        if when.areas is not None:
            yield say.who(self._titles(when.areas), Membership.YES)
        if not set(rule.when.activities) <= set(when.activities):
            yield say.acts(when.activities)
        yield say.where(when.paths, when.except_paths)

    def exemption(self, exemption: Exemption) -> Iterator[str]:
        say, when = self._say, exemption.when
        found = relations(exemption, self._book)
        yield say.headline(exemption)
        yield say.relaxes([say.quoted(r.id) for r in found.relaxes], exemption.to)
        yield say.who(self._titles(when.areas), Membership.YES)
        yield say.acts(when.activities)
        yield say.where(when.paths, when.except_paths)
        if any(rule.when.areas is not None for rule in found.relaxes):
            yield say.never_unknown()
        yield say.span(exemption.effective)
        yield say.why(exemption.because)
        yield say.approved(exemption.approved_by)
        yield say.tests(found.tests)

    def promise(self, promise: Promise) -> Iterator[str]:
        say, scope = self._say, promise.scope
        rules = relations(promise, self._book).rules
        yield say.headline(promise)
        yield say.promised_who(
            self._titles(scope.areas), self._titles(scope.outside_areas), scope.unknown
        )
        yield say.acts(scope.activities)
        yield say.where(scope.paths, scope.except_paths)
        yield say.bounds(promise.at_least, promise.at_most)
        yield say.span(promise.effective)
        yield say.kept_by([rule.id for rule in rules])

    def _titles(self, areas: Iterable[str] | None) -> list[str] | None:
        if areas is None:
            return None
        return [self._book.areas[area].title for area in areas]

    def _notice(self, name: str | None) -> str:
        """Return the heading of a notice with its id; the id alone if not known."""
        if name is None:
            return ""
        notice = self._notices.get(name)
        texts = notice.texts if notice else {}
        text = texts.get(self._language) or next(iter(texts.values()), None)
        if text is None:
            return self._say.quoted(name)
        return f"{self._say.quoted(str(text.strings['heading']))} ({name})"
