"""Which paths are feeds: exact paths by one look-up, patterns by one expression."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_ANY_DEPTH: Final = "**"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """Paths that the deployer declared to be feeds; `path in feeds` asks.

    Attributes:
        exact: Paths without wildcards, with and without a trailing slash.
        pattern: All paths with wildcards; None if there are none.
    """

    exact: frozenset[str]
    pattern: re.Pattern[str] | None

    @classmethod
    def compile(cls, globs: Iterable[str]) -> Feeds:
        """Compile patterns: `*` within a segment, `**` as a whole segment."""
        given = tuple(globs)
        plain = {glob.rstrip("/") for glob in given if "*" not in glob}
        wild = [_expression(glob) for glob in given if "*" in glob]
        return cls(
            exact=frozenset(plain | {path + "/" for path in plain}) - {""},
            pattern=re.compile("|".join(wild)) if wild else None,
        )

    def __contains__(self, path: str) -> bool:
        if path in self.exact:
            return True
        return self.pattern is not None and self.pattern.fullmatch(path) is not None


def _expression(glob: str) -> str:
    parts = [
        "(?:/.*)?" if segment == _ANY_DEPTH else "/" + _segment(segment)
        for segment in glob.strip("/").split("/")
    ]
    return "".join(parts) + "/?"


def _segment(segment: str) -> str:
    return "[^/]*".join(map(re.escape, segment.split("*")))
