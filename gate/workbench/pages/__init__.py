"""A page for each code of the rule book: what to avoid, what to prefer, and why.

A page is a file such as `R041.md` beside this one, in one fixed shape; its snippets
stand in sample books, so that they are tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gate.model import Severity

FOLDER = Path(__file__).parent
_SHAPE = re.compile(
    r"# (?P<code>R[0-9]{3}): (?P<meaning>[^\n]+)\n+"
    r"Severity: (?P<severities>[a-z, ]+)\n+"
    r"(?P<lead>.*?)\n*## Avoid\n+(?P<avoid>.*?)\n+"
    r"## Prefer\n+(?P<prefer>.*?)\n+"
    r"## Why\n+(?P<why>.*)\n",
    re.DOTALL,
)


class PageShapeError(ValueError):
    """A page is not of the one shape that pages have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What there is to say of a code.

    Attributes:
        code: The code.
        meaning: In one sentence.
        severities: How much it can matter, the worst first.
        lead: What to know before the examples; may be empty.
        avoid: How not to write it, in Markdown.
        prefer: How to write it instead, in Markdown.
        why: The reasons, in Markdown.
    """

    code: str
    meaning: str
    severities: tuple[Severity, ...]
    lead: str
    avoid: str
    prefer: str
    why: str

    @property
    def can_be_suppressed(self) -> bool:
        """Say whether a comment may ask to leave it out, at least sometimes."""
        about_comments = self.code in {"R080", "R081", "R082"}
        return set(self.severities) != {Severity.ERROR} and not about_comments

    @property
    def markdown(self) -> str:
        """All but meaning and severity."""
        lead = f"{self.lead}\n\n" if self.lead else ""
        return (
            f"{lead}## Avoid\n\n{self.avoid}\n\n## Prefer\n\n{self.prefer}\n\n"
            f"## Why\n\n{self.why}\n"
        )


def page_of(code: str) -> Page | None:
    """Return the page of a code; None if there is none.

    Raises:
        PageShapeError: The file is not of the shape of pages.
    """
    return _read(code) if re.fullmatch("R[0-9]{3}", code) else None


def path_of(code: str) -> Path | None:
    """Return the file of the page of a code; None if there is none."""
    path = FOLDER / f"{code}.md"
    return path if re.fullmatch("R[0-9]{3}", code) and path.is_file() else None


@lru_cache(maxsize=256)
def _read(code: str) -> Page | None:
    path = path_of(code)
    return None if path is None else parse_page(path.read_text("utf-8"))


def parse_page(text: str) -> Page:
    """Read a page.

    Raises:
        PageShapeError: It is not of the shape of pages.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise PageShapeError(f"no page: {text[:60]!r}")
    severities = tuple(Severity(w.strip()) for w in found["severities"].split(","))
    return Page(
        code=found["code"],
        meaning=found["meaning"],
        severities=severities,
        lead=found["lead"],
        avoid=found["avoid"],
        prefer=found["prefer"],
        why=found["why"],
    )
