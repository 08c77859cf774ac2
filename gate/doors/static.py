"""A folder of files as the site behind the gate: `gate serve --site DIR`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.utils import redirect, send_file

from gate.errors import SiteMissingError
from gate.request import canonical_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from wsgiref.types import StartResponse

    from werkzeug import Response

_METHODS = ["GET", "HEAD"]


class Folder:
    """A WSGI application that serves files, with ranges and entity tags.

    Names that begin with a dot are not served (but /.well-known is), nor is
    anything that a symbolic link brings in from outside.

    Args:
        root: The folder.

    Raises:
        SiteMissingError: `root` is not a folder.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise SiteMissingError(
                f"{root} is not a folder.", hint="Name the folder that holds the site."
            )
        self._root = root.resolve()

    def __call__(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer with a file, or say that there is none."""
        try:
            response: Response | HTTPException = self._respond(environ)
        except HTTPException as refusal:
            response = refusal
        return response(environ, start_response)

    def _respond(self, environ: dict[str, Any]) -> Response:
        if environ["REQUEST_METHOD"] not in _METHODS:
            raise MethodNotAllowed(_METHODS)
        path = canonical_path(environ.get("PATH_INFO", "").encode("latin-1").decode())
        found = self._find(f"{path}index.html" if path.endswith("/") else path)
        if found.is_dir():
            return redirect(quote(f"{environ.get('SCRIPT_NAME', '')}{path}/"), 308)
        if not found.is_file():
            raise NotFound
        return send_file(found, environ, conditional=True, etag=True, max_age=None)

    def _find(self, path: str) -> Path:
        names = [name for name in path.split("/") if name]
        if any(name.startswith(".") and name != ".well-known" for name in names):
            raise NotFound
        found = self._root.joinpath(*names).resolve()
        if not found.is_relative_to(self._root):
            raise NotFound
        return found
