"""Whether a pattern is one that a canonical path can match."""

from __future__ import annotations

import re

_LONGEST = 512  # characters
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_ADDRESS = re.compile(r"(?i:[a-z]+://|www\.)[^/]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def glob_problem(glob: str) -> tuple[str, str] | None:
    """Return what is wrong with a pattern, and what to do; None if it is sound.

    Patterns meet only canonical paths: decoded once, without dot segments and
    double slashes, without query. What such a path cannot hold matches nothing.

    Args:
        glob: Pattern; `*` stands for a part of a segment, `**` for any segments.
    """
    for problem in (_start_problem, _letter_problem, _segment_problem):
        found = problem(glob)
        if found:
            return found
    return None


def _start_problem(glob: str) -> tuple[str, str] | None:
    address = _ADDRESS.match(glob)
    if address:
        path = glob[address.end() :].partition("?")[0].partition("#")[0] or "/"
        return "is a whole address.", f'Did you mean its path, "{path[:60]}"?'
    if not glob.startswith("/"):
        better = f"/**/{glob}" if glob.startswith("*") else f"/{glob}"
        return 'does not begin with "/".', f'Did you mean "{better[:60]}"?'
    if len(glob) > _LONGEST:
        return f"is longer than {_LONGEST} characters.", ""
    return None


def _letter_problem(glob: str) -> tuple[str, str] | None:
    if _ENCODED.search(glob):
        return "is percent-encoded.", "Write the letters themselves."
    if "?" in glob or "#" in glob:
        return "asks for a query or fragment, which is not seen.", "End it before."
    if "\\" in glob or _CONTROL.search(glob):
        return "holds a letter that no path has.", "Separate segments with /."
    return None


def _segment_problem(glob: str) -> tuple[str, str] | None:
    segments = glob.rstrip("/").split("/")[1:]
    if "" in segments or glob.endswith("//"):
        return "holds a double slash.", "Write one."
    if "." in segments or ".." in segments:
        return "holds a dot segment.", "Write the path that it leads to."
    if any("**" in segment and segment != "**" for segment in segments):
        return "has ** beside other letters.", "Use ** only as a whole segment."
    return None
