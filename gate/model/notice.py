"""The texts that a reader sees, parsed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model.diagnostic import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """A notice in one language. Strings hold no HTML; see `gate.notices.markup`.

    Attributes:
        language: BCP-47 tag.
        name: Name of the language in itself, such as "Русский".
        direction: "ltr" or "rtl".
        status: "draft" or "reviewed".
        reviewed_by: Who reviewed it; None for a draft.
        strings: The texts by key; keys and shape are those of
            `gate.notices.schema`. Lists are tuples.
    """

    language: str
    name: str
    direction: str
    status: str
    reviewed_by: str | None
    strings: Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A law that is held against readers.

    Attributes:
        id: Name by which notices ask for it.
        title: Name of the designation.
        country: Whose law it is, ISO 3166-1 alpha-2.
        as_of: Day of the legal information, "YYYY-MM-DD".
        review_months: Months after which the information is old.
        mark: Where it is written.
    """

    id: str
    title: str
    country: str
    as_of: str
    review_months: int
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The text that a reader sees, in all its languages.

    Attributes:
        id: Name by which rules ask for it.
        revision: Number that an editor raises when readers must see it again.
        regime: The law that it tells of.
        texts: By BCP-47 tag, in the order of the file; the first is the fallback.
        area_languages: For an area id the languages to prefer when the reader
            asks for none, best first.
        facts: Legal data by key (regime, decided_on, registered_on, ...).
        sources: Where the facts come from.
    """

    id: str
    revision: int
    regime: Regime
    texts: Mapping[str, NoticeText]
    area_languages: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, str]
    sources: tuple[str, ...]
    mark: Mark

    @property
    def as_of(self) -> str:
        """Day of the legal information, "YYYY-MM-DD"."""
        return self.regime.as_of
