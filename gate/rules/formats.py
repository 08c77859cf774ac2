"""The specification of the formats, and the cases that hold a reader to it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

NAMES = ("rules/1", "areas/1", "notices/2")
"""The formats that are read, each with a text of its own."""


def specification(name: str) -> str:
    """Return the text that specifies a format, as Markdown.

    Args:
        name: One of `NAMES`.
    """
    folder = files("gate.rules").joinpath("format")
    file = f"{name.replace('/', '-')}.md"
    return folder.joinpath(file).read_text(encoding="utf-8")


def conformance() -> Path:
    """Return the folder of the cases that another reader has to decide alike."""
    return Path(str(files("gate.rules").joinpath("conformance")))
