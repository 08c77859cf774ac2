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
        rows: dict[str, list[tuple[Activity, Sequence[str]]]] = {}
        for activity, methods, globs in declared:
            for method in methods:
                rows.setdefault(method, []).append((activity, globs))
        if "GET" in rows:
            rows.setdefault("HEAD", rows["GET"])
        self._by_method = {method: _Rows(found) for method, found in rows.items()}

    def globs(self, method: str) -> tuple[str, ...]:
        """Return every pattern that tells paths apart for a method."""
        rows = self._by_method.get(method)
        return () if rows is None else rows.globs

    def of(self, method: str, path: str) -> Activity | None:
        """Return the activity of a request; None for an undeclared unsafe method."""
        rows = self._by_method.get(method)
        if rows is not None:
            signature = rows.signature(path)
            if signature:
                return rows.first(signature)
        return Activity.READ if method in SAFE_METHODS else None


class _Rows:
    """The declarations of one method; all their patterns are matched at once."""

    def __init__(self, rows: Sequence[tuple[Activity, Sequence[str]]]) -> None:
        patterns = Patterns([glob for _, globs in rows for glob in globs])
        self._activities = [
            next(activity for activity, globs in rows if glob in globs)
            for glob in patterns.globs
        ]
        self.globs = patterns.globs
        self.signature = patterns.signature

    def first(self, signature: int) -> Activity:
        """Return the activity of the lowest bit of a signature that is not 0."""
        return self._activities[(signature & -signature).bit_length() - 1]
