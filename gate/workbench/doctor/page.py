"""What an HTML page refers to: other servers, forms, links, scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit


class Reference(NamedTuple):
    """Something that a browser fetches for a page, or tells of it.

    Attributes:
        kind: "script", "frame", "image", "style", "hint", "media", "form", "ping" or
            "text of a script".
        url: Absolute address.
    """

    kind: str
    url: str


class Sending(NamedTuple):
    """A request that a page can make for its reader.

    Attributes:
        method: In upper case.
        url: Absolute address.
        by: "form" or "script".
    """

    method: str
    url: str
    by: str


@dataclass(slots=True, kw_only=True)
class Page:
    """What was found on a page.

    Attributes:
        references: What its browser fetches, each once.
        sendings: Forms, and scripts that send.
        links: Addresses of `<a href>`, each once.
        metas: Content of `<meta name>` and `<meta http-equiv>` by name.
    """

    references: list[Reference] = field(default_factory=list)
    sendings: list[Sending] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)


# Elements and attributes that make a browser fetch at once, with what they are.
_FETCHING = {
    ("script", "src"): "script",
    ("iframe", "src"): "frame",
    ("frame", "src"): "frame",
    ("embed", "src"): "frame",
    ("object", "data"): "frame",
    ("img", "src"): "image",
    ("input", "src"): "image",
    ("image", "href"): "image",
    ("image", "xlink:href"): "image",
    ("use", "href"): "image",
    ("body", "background"): "image",
    ("video", "src"): "media",
    ("video", "poster"): "image",
    ("audio", "src"): "media",
    ("source", "src"): "media",
    ("track", "src"): "media",
    ("a", "ping"): "ping",
}
_SETS = {("img", "srcset"), ("source", "srcset"), ("link", "imagesrcset")}
_STYLE_RELS = {"stylesheet"}
_OTHER_RELS = {"canonical", "alternate", "author", "license", "next", "prev", "me"}

_CSS_URL = re.compile(r"""(?:url\(|@import\s+)\s*["']?([^"')\s;]+)""", re.IGNORECASE)
_SCRIPT_URL = re.compile(r"""["'`]((?:https?:)?\\?/\\?/[\w.-]+\.[a-z]{2,}[^"'`\s]*)""")
_METHOD = r"""["'](?P<method>POST|PUT|PATCH|DELETE)["']"""
_PATH = r"""["'`](?P<url>[^"'`\s]+)["'`]"""
_SENDS = (
    re.compile(rf"fetch\(\s*{_PATH}\s*,[^)]{{0,300}}?method[\"']?\s*:\s*{_METHOD}"),
    re.compile(rf"\.open\(\s*{_METHOD}\s*,\s*{_PATH}", re.IGNORECASE),
)
_SHORT_SENDS = (
    re.compile(
        rf"(?:axios|\$|jQuery|http)\.(?P<method>post|put|patch|delete)\(\s*{_PATH}"
    ),
    re.compile(rf"navigator\.(?P<method>sendBeacon)\(\s*{_PATH}"),
)
_MOST = 2_000
"""References that are kept of a page."""


def read_page(html: str, url: str) -> Page:
    """Return what a page refers to.

    Args:
        html: Its text.
        url: Its address, to which relative ones belong.
    """
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    page = reader.page
    page.references = list(dict.fromkeys(page.references))[:_MOST]
    page.sendings = list(dict.fromkeys(page.sendings))[:_MOST]
    page.links = list(dict.fromkeys(page.links))[:_MOST]
    return page


class _Reader(HTMLParser):
    """Collects references while a page is read."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._base = url
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._inside = tag if tag in {"script", "style"} else self._inside
        match tag:
            case "base" if values.get("href"):
                self._base = self._absolute(values["href"]) or self._base
            case "link":
                self._link(values)
            case "form":
                self._form(values)
            case "meta":
                self._meta(values)
            case "a" | "area" if values.get("href"):
                self._add_link(values["href"])
        self._fetched(tag, values)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside = self._inside
        self.handle_starttag(tag, attrs)
        self._inside = inside

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self._styles(data)
        elif self._inside == "script":
            self._script(data)

    def _fetched(self, tag: str, values: dict[str, str]) -> None:
        for name, value in values.items():
            if (tag, name) in _SETS:
                for part in value.split(","):
                    self._add("image", part.strip().partition(" ")[0])
            elif (tag, name) in _FETCHING:
                self._add(_FETCHING[tag, name], value)
            elif name == "style":
                self._styles(value)
            elif name.startswith("on"):
                self._script(value)
            elif name == "formaction":
                self._add("form", value)
                self._send(values.get("formmethod", "post"), value, "form")

    def _link(self, values: dict[str, str]) -> None:
        rels = set(values.get("rel", "").lower().split())
        if not values.get("href") or not rels or rels <= _OTHER_RELS:
            return
        self._add("style" if rels & _STYLE_RELS else "hint", values["href"])

    def _form(self, values: dict[str, str]) -> None:
        action = values.get("action", "")
        self._add("form", action)
        self._send(values.get("method", "get"), action, "form")

    def _meta(self, values: dict[str, str]) -> None:
        name = values.get("name") or values.get("http-equiv")
        if name:
            self.page.metas[name.lower()] = values.get("content", "")

    def _styles(self, text: str) -> None:
        for url in _CSS_URL.findall(text):
            self._add("style", url)

    def _script(self, text: str) -> None:
        for url in _SCRIPT_URL.findall(text):
            self._add("text of a script", url.replace("\\/", "/"))
        for pattern in (*_SENDS, *_SHORT_SENDS):
            for match in pattern.finditer(text):
                self._send(match["method"], match["url"], "script")

    def _send(self, method: str, url: str, by: str) -> None:
        method = "POST" if method == "sendBeacon" else method.upper()
        absolute = self._absolute(url)
        if absolute:
            self.page.sendings.append(Sending(method, absolute, by))

    def _add(self, kind: str, url: str) -> None:
        absolute = self._absolute(url)
        if absolute:
            self.page.references.append(Reference(kind, absolute))

    def _add_link(self, url: str) -> None:
        absolute = self._absolute(url)
        if absolute:
            self.page.links.append(absolute)

    def _absolute(self, url: str) -> str:
        """Return an address of http or https; empty for all others."""
        try:
            absolute = urljoin(self._base, url.strip())
            parts = urlsplit(absolute)
        except ValueError:
            return ""
        return absolute if parts.scheme in {"http", "https"} and parts.hostname else ""
