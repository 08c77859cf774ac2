"""Whether a page asks for something, acts by itself, or hides what it says."""

from __future__ import annotations

from collections import Counter
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
_NAMED: Final = frozenset({"input", "button", "meta"})  # others would name themselves
_LABELS: Final = frozenset({"aria-label", "aria-labelledby", "role"})
_SAFE_ROLES: Final = (
    "status banner main navigation region complementary contentinfo note group list "
    "listitem"
)
_ROLES: Final = frozenset(_SAFE_ROLES.split())


def look_at_attributes(case: Case) -> Iterator[Fault]:
    """Yield attributes that act, hide, or that nobody can judge."""
    for element in case.sheet.elements:
        for name in element.attrs:
            yield from _attribute(element, name)
        if element.tag == "meta":
            yield from _meta(element)
    ids = Counter(e.attrs["id"] for e in case.sheet.elements if "id" in e.attrs)
    for name, times in ids.items():
        if times > 1:
            yield Fault("E731", f'id="{name[:40]}" stands there {times} times.')


def _attribute(element: Element, name: str) -> Iterator[Fault]:
    told = f'<{element.tag}> has "{name}".'
    if name.startswith("on"):
        yield Fault("E726", told)
    elif name == "autofocus":
        yield Fault("E727", told)
    elif name == "style":
        yield Fault("E732", f"{told} The policy lets only <style> apply.")
    elif name in _FETCHED and not (name == "src" and element.tag == "img"):
        yield Fault("E723", told)
    elif not (name in _ATTRIBUTES or name.startswith(("aria-", "data-"))):
        yield Fault("E731", f"{told} That cannot be judged.")
    elif name == "name" and element.tag not in _NAMED:
        yield Fault("E731", f"{told} Only fields have a name.")
    elif _is_unheard(element, name):
        yield Fault("E729", f"{told} Some readers would not hear it as it is.")


def _is_unheard(element: Element, name: str) -> bool:
    """Say whether an attribute keeps a text from those who hear or see the page."""
    if name == "hidden":
        return "hint" not in element.classes  # `scripts` looks at that one
    if name == "aria-hidden":
        return bool(content(element))
    if name in _LABELS and element.tag in {"a", "button"}:
        return True
    return name == "role" and element.tag != "svg" and element.attrs[name] not in _ROLES


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


def _short(url: str) -> str:
    return url[:60] or "nothing"
