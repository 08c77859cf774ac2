"""Whether a page asks for something, acts by itself, or hides what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from gate.notices.demands.case import BACK, Case, Fault
from gate.notices.elements import content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.notices.elements import Element

_NAMES: Final = (
    "id class lang dir title role href rel name value type method action enctype "
    "form formaction hidden content charset alt src width height datetime open for "
    "cite d x y x1 y1 x2 y2 cx cy r rx ry points transform viewbox "
    "preserveaspectratio fill fill-rule fill-opacity stroke stroke-width "
    "stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity opacity "
    "stroke-dasharray stroke-dashoffset clip-rule pathlength"
)
_ATTRIBUTES: Final = frozenset(_NAMES.split())
_METAS: Final = frozenset({"viewport", "color-scheme", "robots", "format-detection"})
_FETCHED: Final = ("src", "background", "poster", "data", "srcset", "ping", "manifest")
_ESCAPED: Final = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.DOTALL)
_CALLS: Final = re.compile(
    r"@import|image-set\(|\bsrc\(|url\(\s*(?![\"']?data:)", re.IGNORECASE
)


def look_at_attributes(case: Case) -> Iterator[Fault]:
    """Yield attributes that act, hide, or that nobody can judge."""
    for element in case.sheet.elements:
        for name in element.attrs:
            yield from _attribute(element, name)
        if element.tag == "meta":
            yield from _meta(element)


def _attribute(element: Element, name: str) -> Iterator[Fault]:
    told = f'<{element.tag}> has "{name}".'
    if name.startswith("on"):
        yield Fault("E726", told)
    elif name == "autofocus":
        yield Fault("E727", told)
    elif name == "style":
        yield Fault("E732", f"{told} The policy lets only <style> apply.")
    elif name == "hidden" and "hint" not in element.classes:
        yield Fault("E729", f"{told} What is hidden is not told.")
    elif name in _FETCHED and not (name == "src" and element.tag == "img"):
        yield Fault("E723", told)
    elif not (name in _ATTRIBUTES or name.startswith(("aria-", "data-"))):
        yield Fault("E731", f"{told} That cannot be judged.")
    elif name == "aria-hidden" and content(element):
        yield Fault("E729", f"{told} Some readers would not hear it.")


def _meta(element: Element) -> Iterator[Fault]:
    kind = element.attrs.get("http-equiv", "").lower()
    if kind == "refresh":
        yield Fault("E727", "<meta> refreshes the page.")
    elif kind == "set-cookie":
        yield Fault("E730", "<meta> sets a cookie.")
    elif "charset" not in element.attrs and element.attrs.get("name") not in _METAS:
        named = element.attrs.get("name") or element.attrs.get("property") or kind
        yield Fault("E731", f'<meta> "{named}" is none that such a page may have.')


def look_at_requests(case: Case) -> Iterator[Fault]:
    """Yield what a browser would ask for, and links that lead elsewhere."""
    icons = 0
    for element in case.sheet.elements:
        href = element.attrs.get("href", "")
        if element.tag == "link":
            is_icon = element.attrs.get("rel") == "icon" and href.startswith("data:")
            icons += is_icon
            if not is_icon:
                yield Fault("E723", f"<link> asks for {_short(href)}.")
        if element.tag == "img" and not element.attrs.get("src", "").startswith(
            "data:image/"
        ):
            yield Fault("E723", "<img> asks for a picture; put it in as data:.")
        if element.tag == "a" and not _is_known(href, case):
            yield Fault("E723", f"A link leads to {_short(href)}, which is elsewhere.")
    if not icons:
        said = 'Without <link rel="icon" href="data:,"> browsers ask for an icon.'
        yield Fault("E723", said)


def _is_known(href: str, case: Case) -> bool:
    """Say whether a link leads to where the gate's own would, or stays on the site."""
    known = {"", BACK, case.leave_url, case.look.explainer_url}
    if href in known | {url for _, url in case.look.credits}:
        return True
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    plain_path = href.startswith("/") and "\\" not in href and not parts.netloc
    return plain_path and href.isprintable()


def look_at_styles(case: Case) -> Iterator[Fault]:
    """Yield styles that would ask for a file."""
    for style in case.sheet.all("style"):
        text = "".join(part for part in style.parts if isinstance(part, str))
        if _CALLS.search(_ESCAPED.sub(_unescaped, _without_comments(text))):
            yield Fault("E723", "A style asks for a file; put it in as data:.")


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def _unescaped(found: re.Match[str]) -> str:
    if not found[1]:
        return str(found[2])
    number = int(found[1], 16)
    return chr(number) if 0 < number <= 0x10FFFF else "?"  # noqa: PLR2004 - Unicode


def _short(url: str) -> str:
    return url[:60] or "nothing"
