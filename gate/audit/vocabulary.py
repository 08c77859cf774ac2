"""What may stand in a cell of counts: closed words and known forms, nothing else.

A table outlives a process and may be seized. So what is written into it is an
allow-list: there is no form here that an address, a path or a user agent fits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.audit.counting import CountCell, Outcome, Versions
from gate.errors import UncountableError
from gate.model import Action, Activity, Membership

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST: Final = 64
"""Characters of one word."""

_WORD: Final = r"[a-z0-9]+(?:[_-][a-z0-9]+)*"
_LETTERS: Final = r"[a-z]+(?:_[a-z]+)*"
_REASON: Final = rf"(?:(?:kind|mode|unknown):)?{_LETTERS}|[A-Z][0-9]{{3}}"

_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "period": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "hour": re.compile(r"(?:[01][0-9]|2[0-3])?"),
    "site": re.compile(r"[a-z0-9._-]{0,253}"),
    "place": re.compile(rf"(?:[A-Z]{{2}}(?:-[A-Z0-9]{{1,3}})?|{_LETTERS})?"),
    "areas": re.compile(rf"{_WORD}:(?:possible|yes)"),
    "door": re.compile(rf"(?:{_WORD})?"),
    "section": re.compile(rf"(?:{_WORD})?"),
    "reason": re.compile(rf"(?:(?:{_REASON})(?:,(?:{_REASON}))*)?"),
    "rules": re.compile(rf"(?:unknown:)?{_WORD}"),
    "shadow_rules": re.compile(_WORD),
}
"""Field -> what its text, or each of its texts, looks like in full."""

_KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "membership": Membership,
    "activity": (Activity, type(None)),
    "action": Action,
    "outcome": Outcome,
    "shadow": Action,
    "versions": Versions,
}
"""Field -> the closed vocabulary that its value must be of; text will not do."""

_LONG: Final = frozenset({"site", "reason"})
"""Fields of several words, or of a name that the deployer chose."""

_DIGEST: Final = re.compile(r"[0-9a-z-]*")
_VERSION: Final = re.compile(r"[0-9A-Za-z.+-]{0,64}")


def check_cell(cell: CountCell) -> None:
    """See that nothing stands in a cell that does not belong there.

    Raises:
        UncountableError: A field holds something else; the error names the field,
            never what it holds.
    """
    for name, value in zip(CountCell._fields, cell, strict=True):
        if not _is_allowed(name, value):
            raise UncountableError(name)
    _check_versions(cell.versions)


def _is_allowed(name: str, value: object) -> bool:
    if name in _KINDS:
        return isinstance(value, _KINDS[name])
    if name in {"areas", "rules", "shadow_rules"}:
        return isinstance(value, tuple) and all(_fits(name, text) for text in value)
    return _fits(name, value)


def _fits(name: str, text: object) -> bool:
    if not isinstance(text, str):
        return False
    if name not in _LONG and any(len(word) > LONGEST for word in text.split(":")):
        return False
    return _FORMS[name].fullmatch(text) is not None


def _check_versions(versions: Versions) -> None:
    for name, value in versions._asdict().items():
        form = _VERSION if name == "gate" else _DIGEST
        if not isinstance(value, str) or form.fullmatch(value) is None:
            raise UncountableError(name)
