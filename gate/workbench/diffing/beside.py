"""What else differs between two books, though no reader notices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from gate.model import Mark
from gate.workbench.diffing.sides import NOTICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model import Notice
    from gate.workbench.diffing.sides import Side

_NOWHERE = Mark(file="")


class NoticeChange(NamedTuple):
    """A notice whose text differs.

    Attributes:
        id: Its id.
        file: Where it stands, on the new side if it is there.
        what: "added", "removed", "revision raised", "revision lowered", or "same
            revision": then readers who have seen the old text do not see the new one.
    """

    id: str
    file: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What differs and changes no decision.

    Attributes:
        renamed: Old id -> new id of rules and exemptions that decide alike.
        ids: How many cells are decided alike by rules with other ids.
        shadow: How many cells rules in shadow mode decide otherwise: only counts
            change.
        notices: Notices whose texts differ.
        formats: File -> its formats before and after.
    """

    renamed: Mapping[str, str]
    ids: int
    shadow: int
    notices: tuple[NoticeChange, ...]
    formats: Mapping[str, tuple[str, str]]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing else differs."""
        counted = self.ids or self.shadow
        return not (self.renamed or counted or self.notices or self.formats)


def notice_changes(old: Side, new: Side) -> tuple[NoticeChange, ...]:
    """Return every notice whose text or revision differs."""
    found = []
    for id_ in sorted({*old.notices, *new.notices}):
        before, after = old.notices.get(id_), new.notices.get(id_)
        what = _what(before, after)
        if what:
            found.append(NoticeChange(id_, _file(old, new, after or before), what))
    return tuple(found)


def format_changes(old: Side, new: Side) -> dict[str, tuple[str, str]]:
    """Return the formats of files on both sides, where they differ.

    A file that only one side has is compared with nothing.
    """
    return {
        name: (old.formats[name], form)
        for name, form in new.formats.items()
        if name in old.formats and old.formats[name] != form
    }


def _what(before: Notice | None, after: Notice | None) -> str:
    if before is None or after is None:
        return "added" if before is None else "removed"
    if before.revision != after.revision:
        raised = after.revision > before.revision
        return "revision raised" if raised else "revision lowered"
    return "" if _said(before) == _said(after) else "same revision"


def _said(notice: Notice) -> Notice:
    """Return a notice without the places where it stands."""
    regime = replace(notice.regime, mark=_NOWHERE)
    return replace(notice, mark=_NOWHERE, regime=regime)


def _file(old: Side, new: Side, notice: Notice | None) -> str:
    """Return the file of a notice as its side shows it."""
    if notice is None:
        return ""
    side = new if notice.id in new.notices else old
    name = notice.mark.file.replace("\\", "/").rpartition("/")[2]
    return side.folder.shown(f"{NOTICES}/{name}")
