"""What a language has to say of a rule; each method returns one sentence or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.model import Action, Activity, Effective, Membership, Mode, Unknown
    from gate.workbench.spoken.relations import Item


class Tongue(Protocol):
    """A language in which rules are told.

    Titles of areas, rules and notices are said as the book has them.
    """

    def quoted(self, text: str) -> str:
        """Return a text in quotation marks."""

    def headline(self, item: Item) -> str:
        """Name the item, and its title."""

    def mode(self, mode: Mode) -> str:
        """Say that a rule is only tried; "" if it is enforced."""

    def who(self, areas: Sequence[str] | None, certainty: Membership) -> str:
        """Say which readers are meant."""

    def promised_who(
        self,
        areas: Sequence[str] | None,
        outside: Sequence[str] | None,
        unknown: Sequence[Unknown] | None,
    ) -> str:
        """Say of which readers a promise speaks."""

    def acts(self, activities: Sequence[Activity]) -> str:
        """Say what the reader does."""

    def where(self, paths: Sequence[str], excepted: Sequence[str]) -> str:
        """Say on which pages."""

    def follows(self, action: Action, notice: str, mode: Mode) -> str:
        """Say what comes before the page; `notice` is its title and id, or ""."""

    def weaker(self, action: Action) -> str:
        """Say what comes while the place is only possible."""

    def unknown(self, actions: Mapping[Unknown, Action], mode: Mode) -> str:
        """Say what comes where the place is not known; no trial changes that."""

    def span(self, span: Effective) -> str:
        """Say since when, and until when."""

    def why(self, because: str) -> str:
        """Say the ground."""

    def relaxed(self, name: str, to: Action, under: str, until: int | None) -> str:
        """Say what an exemption makes of a rule; `under` are its conditions."""

    def never_relaxed(self) -> str:
        """Say that no exemption names a rule."""

    def relaxes(self, rules: Sequence[str], to: Action) -> str:
        """Say what an exemption loosens, and to what."""

    def never_unknown(self) -> str:
        """Say that an exemption does nothing where the place is not known."""

    def approved(self, by: str) -> str:
        """Say who approved."""

    def tests(self, names: Sequence[str]) -> str:
        """Say which tests name an item."""

    def promises(self, ids: Sequence[str]) -> str:
        """Say which promises speak of a rule; "" for none."""

    def bounds(self, at_least: Action | None, at_most: Action | None) -> str:
        """Say what a promise promises."""

    def kept_by(self, ids: Sequence[str]) -> str:
        """Say which rules a promise rests on."""
