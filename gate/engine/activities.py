"""Which activity a request is: by method and canonical path, declared in the config.

A Flask decorator, a template or a proxy may only assert what stands here, so that the
same request is the same activity through every door.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.decision import Patterns
from gate.model import Activity

if TYPE_CHECKING:
    from collections.abc import Sequence

SAFE_METHODS = frozenset({"GET", "HEAD"})


class Activities:
    """The declared activities of one site, compiled.

    Args:
        declared: For each declaration the activity, its methods (upper case) and
            the patterns of its paths. Where several match, the first counts.
    """

    def __init__(
        self, declared: Sequence[tuple[Activity, Sequence[str], Sequence[str]]]
    ) -> None:
        self._by_method: dict[str, list[tuple[Activity, Patterns]]] = {}
        for activity, methods, globs in declared:
            for method in methods:
                rows = self._by_method.setdefault(method, [])
                rows.append((activity, Patterns(tuple(globs))))
        if "GET" in self._by_method:
            self._by_method.setdefault("HEAD", self._by_method["GET"])

    def of(self, method: str, path: str) -> Activity | None:
        """Return the activity of a request; None for an undeclared unsafe method."""
        rows = self._by_method.get(method)
        if rows:
            for activity, patterns in rows:
                if patterns.signature(path):
                    return activity
        return Activity.READ if method in SAFE_METHODS else None
