"""One page to be judged, and what a fault of it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from markupsafe import Markup

from gate.answer.press import BACK_SLOT, FIELDS_SLOT
from gate.notices.elements import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.answer import Way
    from gate.notices.elements import Sheet
    from gate.notices.look import Look
    from gate.notices.printing import Version

BACK: Final = "/gate-back"
FIELDS: Final = "gate-fields"


class Fault(NamedTuple):
    """What is wrong with a page.

    Attributes:
        code: "E7...".
        sentence: In plain words.
    """

    code: str
    sentence: str


class Case(NamedTuple):
    """One page, and what it is to say.

    Attributes:
        sheet: The page.
        way: How it lets the reader go on.
        versions: Its languages, the main one first.
        look: What the site says of itself.
        revision: What the acknowledgement says.
        script: The only script that may run.
    """

    sheet: Sheet
    way: Way
    versions: Sequence[Version]
    look: Look
    revision: str
    script: str

    @property
    def leave_url(self) -> str:
        return f"{self.look.own_prefix}leave"

    @property
    def words(self) -> Mapping[str, str | tuple[str, ...]]:
        return self.versions[0].words


def prepared(page: str) -> str:
    """Return a page with samples of what the request brings."""
    sample = f'<input type="hidden" name="{FIELDS}" value="">'
    page = page.replace(FIELDS_SLOT.decode(), sample)
    return page.replace(BACK_SLOT.decode(), BACK)


def as_read(text: object) -> str:
    """Return a text as it is read: without markup, blanks made one."""
    return plain(text.striptags() if isinstance(text, Markup) else str(text))
