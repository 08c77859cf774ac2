"""A logo as inline SVG: only shapes, with nothing in it that could act or fetch.

What is not on the lists is refused, not taken out, so that nobody is surprised by what
is left of a logo.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LOGO: Final = 16_384
"""Bytes; the logo is part of every page."""

MOST_DEPTH: Final = 32
"""Groups in groups; a drawing program writes a few."""

_SVG: Final = "{http://www.w3.org/2000/svg}"
_SHAPES: Final = frozenset(
    {"g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
)
_UNSAID: Final = frozenset({"title", "desc"})  # `site.name` is said in their place
_GEOMETRY: Final = (
    "d x y x1 y1 x2 y2 cx cy r rx ry points transform viewBox preserveAspectRatio "
    "width height version pathLength"
)
_PAINT: Final = (
    "fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin "
    "stroke-miterlimit stroke-opacity stroke-dasharray stroke-dashoffset opacity "
    "clip-rule"
)
_ATTRIBUTES: Final = frozenset(f"{_GEOMETRY} {_PAINT}".split())
_OF_THE_ROOT: Final = frozenset({"width", "height", "version"})  # the page decides
# Without a colon and a quote there is no address; "url(" could only name what is not
# there, and is refused by its word.
_VALUE: Final = re.compile(r"[\w\s.,#%()+-]*", re.ASCII)
_DECLARED: Final = re.compile(r"<!(?!--)|<\?(?!xml\s)", re.IGNORECASE)


def clean_logo(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Return a logo as HTML can hold it.

    Args:
        data: An SVG file.
        name: What it shows, for those who hear the page.

    Returns:
        The SVG element, and everything that is wrong, one sentence each; the element
        is empty if anything is.
    """
    root, problems = _read(data)
    if root is None:
        return "", problems
    if _is_deep(root):
        return "", (f"More than {MOST_DEPTH} elements stand in each other.",)
    problems = tuple(dict.fromkeys(_problems(root)))
    if problems:
        return "", problems
    inside = "".join(_written(child) for child in root)
    box = escape(root.attrib["viewBox"])
    more = "".join(_attributes(root, _OF_THE_ROOT | {"viewBox"}))
    label = escape(name)
    return (
        f'<svg role="img" aria-label="{label}" viewBox="{box}"{more}>{inside}</svg>',
        (),
    )


def _read(data: bytes) -> tuple[ET.Element | None, tuple[str, ...]]:
    if len(data) > MOST_LOGO:
        return None, (f"It has {len(data):,} bytes; the most are {MOST_LOGO:,}.",)
    try:
        # Read as UTF-8 whatever it declares, so that both looks see the same letters.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, ("It is not UTF-8.",)
    if _DECLARED.search(text):
        return None, ("It has a DOCTYPE, an entity or an instruction.",)
    try:
        return ET.fromstring(text), ()  # noqa: S314 - no entities by now
    except (ET.ParseError, ValueError, LookupError) as error:
        return None, (f"It is not well-formed XML: {error}.",)


def _is_deep(root: ET.Element) -> bool:
    level = [root]
    for _ in range(MOST_DEPTH):
        level = [child for element in level for child in element]
    return bool(level)


def _problems(root: ET.Element) -> Iterator[str]:
    if root.tag != f"{_SVG}svg":
        yield "Its root is not <svg> in the namespace of SVG."
    elif "viewBox" not in root.attrib:
        yield "Its <svg> has no viewBox."
    for element in root.iter():
        yield from _faults(element, is_root=element is root)


def _faults(element: ET.Element, *, is_root: bool) -> Iterator[str]:
    tag = str(element.tag).removeprefix(_SVG)
    if not is_root and tag not in _SHAPES | _UNSAID:
        yield f"<{tag}> is not a plain shape."
    for name, value in element.attrib.items():
        if name not in _ATTRIBUTES:
            yield f'<{tag}> has "{name}".'
        elif not _VALUE.fullmatch(value) or "url" in value.lower():
            yield f'<{tag}> has "{name}" with more than numbers and colours.'
    loose = [element.text if tag not in _UNSAID else "", element.tail]
    if any(text and text.strip() for text in loose):
        yield f"There is text in or behind <{tag}>."


def _written(element: ET.Element) -> str:
    tag = str(element.tag).removeprefix(_SVG)
    if tag in _UNSAID:
        return ""
    inside = "".join(_written(child) for child in element)
    return f"<{tag}{''.join(_attributes(element))}>{inside}</{tag}>"


def _attributes(
    element: ET.Element, dropped: frozenset[str] = frozenset()
) -> Iterator[str]:
    for name, value in element.attrib.items():
        if name not in dropped:
            yield f' {name}="{escape(value)}"'
