"""Header fields of a WSGI environ, looked up when they are needed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNPREFIXED: Final = frozenset({"content-type", "content-length"})


class EnvironHeaders:
    """Header fields of a WSGI environ, looked up when they are needed."""

    __slots__ = ("_environ",)

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ

    def get(self, name: str) -> str | None:
        """Return a field by its name in lower case; None if it is absent."""
        value = self._environ.get(_key(name))
        return value if isinstance(value, str) else None


@lru_cache(maxsize=128)  # names come from our own code
def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if name in _UNPREFIXED else "HTTP_" + key
