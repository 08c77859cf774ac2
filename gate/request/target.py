"""What the browser asked for, still encoded: where Continue leads back to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from gate.request.path import without_authority

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def target_of(environ: Mapping[str, Any]) -> str:
    """Return path and query of a WSGI request as they were sent.

    Args:
        environ: The WSGI environment; its paths are latin-1 views of bytes
            (PEP 3333). `RAW_URI` or `REQUEST_URI` is used where the server gives it.

    Returns:
        Path and query, encoded, beginning with "/"; never a host.
    """
    raw: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    if raw:
        target = raw if raw[0] == "/" else without_authority(raw)
        return target if target[:1] == "/" else f"/{target}"
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    encoded = quote(path.encode("latin-1")) or "/"
    return f"{encoded}?{query}" if query else encoded
