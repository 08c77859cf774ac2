"""Whether a terminal can follow links, and where they lead.

A position leads to the file itself, a code to its page. Terminals do not say that they
can; those that are known to are told by the variables that they set.

Source:
    https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda (OSC 8), with the
    URI of a local file naming its host, as in RFC 8089.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import quote

from gate.documents.render import Links
from gate.workbench.pages import path_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gate.model import Mark

_BY_PROGRAM = frozenset(
    {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "mintty", "rio", "Tabby"}
)
_BY_TERM = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "contour", "wezterm")
_BY_VARIABLE = ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM")
_VTE = 5000  # VTE_VERSION from which on the terminals of GNOME follow links


def links_for(environ: Mapping[str, str], *, folder: Path) -> Links | None:
    """Return where links lead on a terminal; None if it does not follow any.

    Args:
        environ: Environment variables.
        folder: Folder from which file names start.
    """
    if not follows_links(environ):
        return None
    in_editor = environ.get("TERM_PROGRAM") == "vscode"
    return Links(
        place=lambda mark: _to_place(folder, mark, in_editor=in_editor), code=_to_page
    )


def follows_links(environ: Mapping[str, str]) -> bool:
    """Say whether the terminal of these environment variables follows links."""
    if "NO_COLOR" in environ or environ.get("TERM") == "dumb" or "CI" in environ:
        return False
    version = environ.get("VTE_VERSION", "")
    return (
        environ.get("TERM_PROGRAM") in _BY_PROGRAM
        or environ.get("TERM", "").startswith(_BY_TERM)
        or any(name in environ for name in _BY_VARIABLE)
        or (version.isdecimal() and int(version) >= _VTE)
    )


def _to_place(folder: Path, mark: Mark, *, in_editor: bool) -> str:
    path = quote((folder / mark.file).absolute().as_posix())
    if in_editor:
        return f"vscode://file{path}:{mark.line or 1}:{mark.column or 1}"
    return f"file://{_host()}{path}" + (f"#{mark.line}" if mark.line else "")


def _to_page(code: str) -> str:
    path = path_of(code)
    return f"file://{_host()}{quote(path.as_posix())}" if path else ""


def _host() -> str:
    return quote(socket.gethostname())
