"""A problem with the configuration, before it gets its place in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.model import Severity

if TYPE_CHECKING:
    from gate.documents.reader import Loc


class Found(NamedTuple):
    """A problem before it gets its place."""

    code: str
    loc: Loc
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
