"""All paths there are, as far as two books and the site's parts tell them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.audit.rows import MERGED
from gate.decision import conditions_of, globs_of
from gate.model import Activity, Effective
from gate.rules.proving.atoms import path_atoms

if TYPE_CHECKING:
    from gate.model import RuleBook, When
    from gate.workbench.auditing.alike import Alike
    from gate.workbench.auditing.ground import Ground

ELSEWHERE: Final = "other"
"""Section of a path that no configured section covers."""

_ALWAYS: Final = Effective()


class Paths:
    """All paths, each kind once.

    Args:
        ground: What is known beside the rows.
        former: The book of the day, if it is at hand.

    Raises:
        PatternsMultiplyError: The patterns combine in too many ways.
    """

    def __init__(self, ground: Ground, former: RuleBook | None) -> None:
        self._ground = ground
        books = [ground.book] if former is None else [ground.book, former]
        self._conditions = [when for book in books for when in book.whens_and_scopes]
        own = [glob for _, globs in ground.sections for glob in globs]
        own += [glob for globs in ground.acts.values() for glob in globs]
        self._atoms = path_atoms([*globs_of(self._conditions), *own])
        self._known: dict[tuple[str | None, Activity | None], list[frozenset[str]]] = {}

    def of(self, row: Alike, activity: Activity) -> list[frozenset[str]]:
        """Return one path, by the patterns that match it, of each kind in a row."""
        knows = self._ground.knows_parts(row.config)
        section = row.section if knows and row.section != MERGED else None
        act = activity if knows and activity is not Activity.READ else None
        key = (section, act)
        if key not in self._known:
            self._known[key] = list(self._chosen(section, act).values())
        return self._known[key]

    def _chosen(
        self, section: str | None, act: Activity | None
    ) -> dict[tuple[bool, ...], frozenset[str]]:
        found: dict[tuple[bool, ...], frozenset[str]] = {}
        for atom in self._atoms:
            matched = atom.matched
            if section is not None and section != self._section(matched):
                continue
            if act is None or not matched.isdisjoint(self._ground.acts.get(act, ())):
                met = tuple(_meets(when, matched) for when in self._conditions)
                found.setdefault(met, matched)
        return found

    def _section(self, matched: frozenset[str]) -> str:
        return next(
            (n for n, globs in self._ground.sections if not matched.isdisjoint(globs)),
            ELSEWHERE,
        )


def _meets(when: When, matched: frozenset[str]) -> bool:
    met = conditions_of(
        when, _ALWAYS, matched=matched, activity=when.activities[0], now=0
    )
    return met.path
