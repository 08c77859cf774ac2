"""The gate's own pages beside the site: what only `gate serve` answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication


class Front:
    """A WSGI application that answers own pages, and leaves the rest to the site.

    Args:
        site: What answers everything else: the site, with the gate before it.
        prefix: Path under which the gate's own pages live, such as "/-/".
        own: Application for each first segment below the prefix.
    """

    def __init__(
        self,
        site: WSGIApplication,
        *,
        prefix: str,
        own: Mapping[str, WSGIApplication],
    ) -> None:
        self._site = site
        self._prefix = prefix
        self._own = own

    def __call__(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(self._prefix):
            name = path[len(self._prefix) :].partition("/")[0]
            own = self._own.get(name)
            if own is not None:
                return own(environ, start_response)
        return self._site(environ, start_response)
