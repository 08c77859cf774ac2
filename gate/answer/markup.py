"""Where the content of a page begins: a small tokenizer for everything before `<body>`.

It follows the tokenizer of the HTML Standard as far as a `<body` can hide: comments,
quoted attributes, scripts, styles, titles and the like, and templates.
"""

from __future__ import annotations

import re
from typing import Final

LOOK_AHEAD: Final = 256 * 1024
"""Bytes in which `<body>` must have come; heads of real pages have under 100,000."""

NOT_YET: Final = -1
NOWHERE: Final = -2

_SPACE: Final = rb"[\t\n\f\r ]"
_VALUE: Final = rb"(?:\"[^\"]*\"|'[^']*'|[^\t\n\f\r \"'>][^\t\n\f\r >]*+|(?=>))"
_ATTRIBUTE: Final = (
    rb"[^\t\n\f\r />][^\t\n\f\r />=]*+"
    rb"(?:" + _SPACE + rb"*+=" + _SPACE + rb"*+" + _VALUE + rb"|(?!" + _SPACE + rb"*=))"
)
_TOKEN: Final = re.compile(
    rb"<(?:"
    rb"!--(?:-?>|.*?--!?>)"  # a comment
    rb"|(?:!(?!--)|\?)[^>]*>"  # a doctype, or what counts as a comment
    rb"|/(?:>|[^a-zA-Z>][^>]*>)"  # likewise
    rb"|(?P<name>/?[a-zA-Z][^\t\n\f\r />]*+)"
    rb"(?:[\t\n\f\r /]++|" + _ATTRIBUTE + rb")*+>"  # a tag
    rb")",
    re.DOTALL,
)
_MAY_BEGIN: Final = re.compile(rb"<(?:[!?/a-zA-Z]|\Z)")
_SCRIPT: Final = re.compile(
    rb"<!--|-->|<(?P<end>/?)script(?=[\t\n\f\r />])", re.IGNORECASE
)

_SCRIPT_NAME: Final = b"script"
_NO_PLACE: Final = {b"frameset", b"plaintext"}
_TEXT_ENDS: Final = {
    name: re.compile(rb"</" + name + rb"(?=[\t\n\f\r />])", re.IGNORECASE)
    for name in (
        b"iframe",
        b"noembed",
        b"noframes",
        b"noscript",
        b"style",
        b"textarea",
        b"title",
        b"xmp",
    )
}

_PLAIN: Final = 0
_ESCAPED: Final = 1  # behind <!-- in a script
_TWICE_ESCAPED: Final = 2  # and behind a <script> in it


class BodySeeker:
    """Finds the end of the `<body …>` tag in a page that comes in pieces.

    Source:
        HTML Standard, section 13.2.5 (tokenization).
    """

    __slots__ = ("_at", "_escape", "_inside", "_templates", "_text")

    def __init__(self) -> None:
        self._text = bytearray()
        self._at = 0  # everything before it is done with
        self._inside = b""  # element whose content is text
        self._escape = _PLAIN
        self._templates = 0

    def seek(self, chunk: bytes) -> int:
        """Take the next piece of the page.

        Returns:
            Offset in the page just behind the tag, at most `LOOK_AHEAD`; NOT_YET; or
            NOWHERE, when there is none within `LOOK_AHEAD` or there can be none.
        """
        self._text += chunk[: LOOK_AHEAD - len(self._text)]
        place = self._scan() if b">" in chunk else NOT_YET  # nothing ends without it
        if place == NOT_YET and len(self._text) == LOOK_AHEAD:
            return NOWHERE
        return place

    def _scan(self) -> int:
        while self._skip_text() and self._find():
            token = _TOKEN.match(self._text, self._at)
            if token is None:
                return NOT_YET
            self._at = token.end()
            place = self._judge((token["name"] or b"").lower())
            if place != NOT_YET:
                return place
        return NOT_YET

    def _skip_text(self) -> bool:
        """Go behind an element's text; False while its end has not come."""
        if not self._inside:
            return True
        if self._inside == _SCRIPT_NAME:
            return self._skip_script()
        end = _TEXT_ENDS[self._inside].search(self._text, self._at)
        if end is None:
            self._at = max(self._at, len(self._text) - len(self._inside) - 2)
            return False
        self._at, self._inside = end.start(), b""
        return True

    def _skip_script(self) -> bool:
        while event := _SCRIPT.search(self._text, self._at):
            mark, ends = event[0], event["end"]
            self._at = event.start() + 2 if mark == b"<!--" else event.end()
            if mark == b"-->":
                self._escape = _PLAIN
            elif mark == b"<!--":
                self._escape = self._escape or _ESCAPED
            elif not ends:
                self._escape = _TWICE_ESCAPED if self._escape else _PLAIN
            elif self._escape == _TWICE_ESCAPED:
                self._escape = _ESCAPED
            else:
                self._at, self._inside, self._escape = event.start(), b"", _PLAIN
                return True
        self._at = max(self._at, len(self._text) - len(b"</script"))
        return False

    def _find(self) -> bool:
        """Go to the next markup; False if there is none so far."""
        match = _MAY_BEGIN.search(self._text, self._at)
        self._at = match.start() if match else len(self._text)
        return match is not None

    def _judge(self, name: bytes) -> int:
        """Take note of a tag, "/name" for an end tag, "" for a comment."""
        if name == b"body" and not self._templates:
            return self._at
        if name in _NO_PLACE:
            return NOWHERE
        if name == b"template":
            self._templates += 1
        elif name == b"/template":
            self._templates = max(0, self._templates - 1)
        elif name == _SCRIPT_NAME or name in _TEXT_ENDS:
            self._inside = name
        return NOT_YET
