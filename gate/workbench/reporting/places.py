"""Where a file lies for programs that see the whole repository, not only its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOT = "GITHUB_WORKSPACE"  # of the checkout, in a job of GitHub


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folder from which file names start, and the root of its repository."""

    here: Path
    root: Path

    def within(self, file: str) -> str:
        """Return a file's path from the root, with "/"; as it is if it is elsewhere."""
        path = self.here / file
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def uri(self, file: str) -> str:
        """Return a file's URI: relative to the root, absolute if it is elsewhere.

        Source:
            RFC 3986, sections 2.1 (percent-encoding) and 4.2 (relative reference).
        """
        path = self.within(file)
        scheme = "file://" if path.startswith("/") else ""
        return scheme + quote(path, safe="/-._~")


def places_in(here: Path, environ: Mapping[str, str]) -> Places:
    """Find the root of the repository that a folder lies in.

    Args:
        here: The folder from which file names start.
        environ: Environment variables; those of a job of GitHub name the root.

    Returns:
        The root that is named, else the nearest folder above with `.git`, else `here`.
    """
    named = environ.get(_ROOT)
    if named and here.is_relative_to(named):
        return Places(here=here, root=Path(named))
    above = (folder for folder in (here, *here.parents) if (folder / ".git").exists())
    return Places(here=here, root=next(above, here))
