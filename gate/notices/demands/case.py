"""One page to be judged, and what a fault of it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from markupsafe import Markup

from gate.answer import Way
from gate.answer.press import BACK_SLOT, FIELDS_SLOT
from gate.notices.elements import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.notices.elements import Sheet
    from gate.notices.look import Look
    from gate.notices.printing import Version

BACK: Final = "/gate-back"
FIELDS: Final = "gate-fields"
ACTS: Final = frozenset({Way.ACT, Way.ACT_AGAIN, Way.ACT_LOST})
READING: Final = frozenset({Way.READ, Way.READ_COOKIE})
WAYS_ON: Final = READING | {Way.ACT}
"""Ways with a form."""


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
        made: The page as text, with samples of what the request brings.
        sheet: The same, read.
        way: How it lets the reader go on.
        versions: Its languages, the main one first.
        look: What the site says of itself.
        revision: What the acknowledgement says.
        script: The only script that may run.
        style: The gate's own style.
    """

    made: str
    sheet: Sheet
    way: Way
    versions: Sequence[Version]
    look: Look
    revision: str
    script: str
    style: str

    @property
    def leave_url(self) -> str:
        return f"{self.look.own_prefix}leave"

    @property
    def words(self) -> Mapping[str, str | tuple[str, ...]]:
        return self.versions[0].words


def prepared(page: str, way: Way) -> str:
    """Return a page with samples of what the request brings.

    Only the ways on which a page is served with them get them: a slot that is left is
    what a reader would see.
    """
    if way is Way.ACT:
        sample = f'<input type="hidden" name="{FIELDS}" value="">'
        page = page.replace(FIELDS_SLOT.decode(), sample)
    return page.replace(BACK_SLOT.decode(), BACK) if way in ACTS else page


def as_read(text: object) -> str:
    """Return a text as it is read: without markup, blanks made one."""
    return plain(text.striptags() if isinstance(text, Markup) else str(text))
