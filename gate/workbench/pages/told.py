"""A page as plain text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.workbench.pages import Page


def as_text(page: Page) -> str:
    """Return Avoid, Prefer and Why of a page; its YAML is indented."""
    parts = {"Avoid": page.avoid, "Prefer": page.prefer, "Why": page.why}
    told = [f"{name}\n\n{_plain(text)}" for name, text in parts.items()]
    return "\n\n".join([page.lead, *told] if page.lead else told)


def _plain(markdown: str) -> str:
    return "\n".join(_lines(markdown))


def _lines(markdown: str) -> Iterator[str]:
    is_code = False
    for line in markdown.split("\n"):
        if line.startswith("```"):
            is_code = not is_code
        elif line:
            yield f"    {line}" if is_code else f"  {line}"
        else:
            yield ""
