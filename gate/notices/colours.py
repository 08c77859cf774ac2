"""The colours of the gate's own pages, and whether everybody can read them.

One table names each colour and its default, another every pair that meets on a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LIGHT: Final[Mapping[str, str]] = {
    "background": "#f6f3ee",
    "panel": "#fffdfa",
    "warning": "#fbf0db",
    "text": "#1e2126",
    "quiet": "#545a63",
    "accent": "#9a5b00",
    "line": "#ded8cd",
    "exit": "#1e2126",
    "exit_text": "#ffffff",
    "focus": "#1257c9",
}
"""Colours by name where the reader's system is light: "#rrggbb"."""

DARK: Final[Mapping[str, str]] = {
    "background": "#15171a",
    "panel": "#1d2024",
    "warning": "#2a241a",
    "text": "#ecebe8",
    "quiet": "#b0b4ba",
    "accent": "#e9ad55",
    "line": "#363b42",
    "exit": "#ecebe8",
    "exit_text": "#15171a",
    "focus": "#8db8ff",
}
"""The same where it is dark."""

SCHEMES: Final[Mapping[str, Mapping[str, str]]] = {"light": LIGHT, "dark": DARK}

READ: Final = 4.5
"""Least contrast of text: WCAG 2.2, 1.4.3."""

SEEN: Final = 3.0
"""Least contrast of what is not text and must be seen: WCAG 2.2, 1.4.11."""

# What lies on what. "line" only decorates, so that nothing is asked of it.
PAIRS: Final = (
    ("text", "background", READ),
    ("text", "panel", READ),
    ("text", "warning", READ),
    ("quiet", "background", READ),
    ("exit_text", "exit", READ),
    ("exit", "background", SEEN),
    ("accent", "background", SEEN),
    ("accent", "panel", SEEN),
    ("accent", "warning", SEEN),
    ("focus", "background", SEEN),
)


class Faint(NamedTuple):
    """Two colours that cannot be told apart well enough.

    Attributes:
        fore: Name of the colour that lies on top.
        back: Name of the one below.
        ratio: Their contrast, from 1 to 21.
        least: What it must be.
    """

    fore: str
    back: str
    ratio: float
    least: float


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 (none) to 21.

    Args:
        one: "#rrggbb".
        other: "#rrggbb".

    Source:
        WCAG 2.2, definitions of "contrast ratio" and "relative luminance".
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def faint_pairs(palette: Mapping[str, str]) -> Iterator[Faint]:
    """Yield every pair of a whole palette whose contrast is too small."""
    for fore, back, least in PAIRS:
        ratio = contrast(palette[fore], palette[back])
        if ratio < least:
            yield Faint(fore, back, ratio, least)


def palette_of(scheme: str, changed: Mapping[str, str]) -> dict[str, str]:
    """Return all colours of "light" or "dark", the changed ones among them."""
    return {**SCHEMES[scheme], **changed}


def colour_rules(light: Mapping[str, str], dark: Mapping[str, str]) -> str:
    """Return the CSS that names the colours of both schemes."""
    return (
        f":root {{ color-scheme: light dark; {_variables(light)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables(dark)} }} }}\n"
    )


def _variables(palette: Mapping[str, str]) -> str:
    return " ".join(f"--{k.replace('_', '-')}: {v};" for k, v in palette.items())


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
