"""Formats with one JSON object in each line: nginx, Caddy, Cloudflare."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gate.workbench.importing.lines import Line, Why, request_of
from gate.workbench.importing.moments import any_second

if TYPE_CHECKING:
    from collections.abc import Mapping

NGINX = {
    "addr": ("remote_addr",),
    "time": ("time_iso8601", "time_local", "msec", "time"),
    "method": ("request_method", "method"),
    "uri": ("request_uri", "uri"),
    "host": ("host", "http_host"),
    "request": ("request",),
}
CADDY = {
    "addr": ("request.client_ip", "request.remote_ip", "request.remote_addr"),
    "time": ("ts",),
    "method": ("request.method",),
    "uri": ("request.uri",),
    "host": ("request.host",),
}
CLOUDFLARE = {
    "addr": ("ClientIP",),
    "time": ("EdgeStartTimestamp",),
    "method": ("ClientRequestMethod",),
    "uri": ("ClientRequestURI",),
    "host": ("ClientRequestHost",),
}
FIELDS = tuple(NGINX)
"""What a field can be named for; each to the names that it may have, in order."""


class Objects:
    """Lines of JSON.

    Args:
        name: Name of the format.
        fields: For each of `FIELDS` where it may stand; "a.b" is b within a.
        offset: Seconds east of UTC for times that do not say.

    Source:
        nginx, ngx_http_log_module (log_format with escape=json, $time_iso8601,
        $time_local, $msec); Caddy, directive `log` and "How Logging Works"
        (request.client_ip, request.remote_ip, ts in seconds); Cloudflare Logpush,
        "HTTP requests" and "Log Output Options" (timestamps as RFC 3339, seconds
        or nanoseconds).
    """

    splits = True

    def __init__(
        self, name: str, fields: Mapping[str, tuple[str, ...]], offset: int = 0
    ) -> None:
        self.name = name
        self._offset = offset
        self._paths = {
            field: tuple(tuple(path.split(".")) for path in paths)
            for field, paths in fields.items()
        }

    def parse(self, line: bytes) -> Line | Why:
        """Read a line."""
        try:
            found = json.loads(line.decode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError):
            return Why.BAD_JSON
        if not isinstance(found, dict):
            return Why.BAD_JSON
        if self.name == "caddy" and "msg" in found and "request" not in found:
            return Why.NO_REQUEST  # Caddy's own messages
        return self._line(found)

    def _line(self, found: dict[str, Any]) -> Line | Why:
        address, method, uri, host = (
            self._text(found, field) for field in ("addr", "method", "uri", "host")
        )
        second = any_second(self._get(found, "time"), self._offset)
        if address is None:
            return Why.FIELD_MISSING
        if second is None:
            return Why.BAD_TIME
        name = None if host is None else host.decode("latin-1")

        def make(method: bytes, target: bytes) -> Line:
            return Line(address, second, method, target, name)

        if method is not None and uri is not None:
            return make(method, uri) if method or uri else Why.NO_REQUEST
        request = self._text(found, "request")
        return Why.FIELD_MISSING if request is None else request_of(request, make)

    def _text(self, found: dict[str, Any], field: str) -> bytes | None:
        value = self._get(found, field)
        if not isinstance(value, str):
            return None
        try:
            return value.encode("utf-8", "surrogateescape")
        except UnicodeError:
            return value.encode("utf-8", "replace")  # half of a pair, by an escape

    def _get(self, found: dict[str, Any], field: str) -> object:
        for path in self._paths.get(field, ()):
            value: object = found
            for key in path:
                value = value.get(key) if isinstance(value, dict) else None
            if value is not None:
                return value
        return None
