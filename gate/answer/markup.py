"""Where the content of a page begins: a small tokenizer for everything before it.

It follows the tokenizer of the HTML Standard as far as a `<body` can hide: comments,
quoted attributes, scripts, styles, titles and the like, and templates. Where the tag
is left out, as it may be, content begins with the first thing that no head can hold.
Without any doctype, `<html>`, `<head>` and `<body>` it is a part of a page, as scripts
ask for, or none at all.
"""

from __future__ import annotations

import re
from typing import Final

LOOK_AHEAD: Final = 256 * 1024
"""Bytes in which content must begin; heads of real pages have under 100,000."""

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
    rb"|(?P<doctype>![dD][oO][cC][tT][yY][pP][eE])[^>]*>"
    rb"|(?:!(?!--)|\?)[^>]*>"  # what counts as a comment
    rb"|/(?:>|[^a-zA-Z>][^>]*>)"  # likewise
    rb"|(?P<name>/?[a-zA-Z][^\t\n\f\r />]*+)"
    rb"(?:[\t\n\f\r /]++|" + _ATTRIBUTE + rb")*+>"  # a tag
    rb")",
    re.DOTALL,
)
_MAY_BEGIN: Final = re.compile(rb"<(?:[!?/a-zA-Z]|\Z)")
_NOT_SPACE: Final = re.compile(rb"[^\t\n\f\r ]")
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_SCRIPT: Final = re.compile(
    rb"<!--|-->|<(?P<end>/?)script(?=[\t\n\f\r />])", re.IGNORECASE
)

_SCRIPT_NAME: Final = b"script"
_IN_HEAD: Final = frozenset(
    b"base basefont bgsound head html link meta noframes noscript script style template"
    b" title".split()
)
# A part of a page may have a title, which scripts then take over; these it has not.
_WHOLE: Final = frozenset({b"!doctype", b"html", b"head", b"body"})
_ENDS_OF_CONTENT: Final = frozenset({b"/body", b"/br", b"/html"})
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
    """Finds where the content of a page begins, in a page that comes in pieces.

    That is behind the `<body …>` tag. Where a text or another tag comes first that no
    head can hold, it is before that.

    Source:
        HTML Standard, sections 13.2.5 (tokenization) and 13.2.6.4.1 to 13.2.6.4.6
        (tree construction up to "after head").
    """

    __slots__ = (
        "_at",
        "_began",
        "_behind_head",
        "_escape",
        "_inside",
        "_is_whole",
        "_open",
        "_templates",
        "_text",
    )

    def __init__(self) -> None:
        self._text = bytearray()
        self._at = 0  # everything before it is done with
        self._open = False  # whether markup has begun there that ends with ">"
        self._inside = b""  # element whose content is text
        self._escape = _PLAIN
        self._templates = 0
        self._behind_head = False
        self._is_whole = False  # whether it is a page, not a part of one
        self._began = NOT_YET  # where content began

    def seek(self, chunk: bytes) -> int:
        """Take the next piece of the page.

        Returns:
            Offset in the page where content begins, at most `LOOK_AHEAD`; NOT_YET; or
            NOWHERE, when there is none within `LOOK_AHEAD` or there can be none.
        """
        self._text += chunk[: LOOK_AHEAD - len(self._text)]
        waits = self._open and b">" not in chunk
        place = NOT_YET if waits else self._scan()
        if place == NOT_YET and len(self._text) == LOOK_AHEAD:
            return NOWHERE
        return place

    def _scan(self) -> int:
        place = NOT_YET
        self._open = False
        while place == NOT_YET and self._skip_text() and self._skip_space():
            place = self._step()
            if self._open:
                break
        return place

    def _skip_space(self) -> bool:
        """Go to the next text or markup; False while it cannot be told what it is."""
        if self._at == 0 and _UTF8_MARK.startswith(self._text[:3]):
            if len(self._text) < len(_UTF8_MARK):
                return False
            self._at = len(_UTF8_MARK)
        found = _NOT_SPACE.search(self._text, self._at)
        self._at = found.start() if found else len(self._text)
        return found is not None and not (
            self._at == len(self._text) - 1 and self._text.endswith(b"<")
        )

    def _step(self) -> int:
        if not _MAY_BEGIN.match(self._text, self._at):
            return self._judge_words()
        token = _TOKEN.match(self._text, self._at)
        if token is None:
            self._open = True
            return NOT_YET
        self._at = token.end()
        name = token["name"] or token["doctype"]
        return self._judge(name.lower(), token.start()) if name else NOT_YET

    def _judge_words(self) -> int:
        start = self._at
        found = _MAY_BEGIN.search(self._text, start)
        self._at = found.start() if found else len(self._text)
        return self._note(start)

    def _judge(self, name: bytes, start: int) -> int:
        """Take note of a tag, "/name" for an end tag, or "!doctype"."""
        place = NOT_YET if self._templates else self._judge_outside(name, start)
        if place == NOT_YET and name == b"plaintext":
            return NOWHERE
        self._enter(name)
        return place

    def _judge_outside(self, name: bytes, start: int) -> int:
        if name == b"frameset" and self._began == NOT_YET:
            return NOWHERE
        self._is_whole |= name in _WHOLE
        if name == b"body":
            return self._note(self._at)
        if name not in _WHOLE and self._begins_content(name):
            return self._note(start)
        return self._place()

    def _note(self, start: int) -> int:
        """Take note of content; what a template holds is none."""
        if self._began == NOT_YET and not self._templates:
            self._began = start
        return self._place()

    def _place(self) -> int:
        return self._began if self._is_whole else NOT_YET

    def _begins_content(self, name: bytes) -> bool:
        if name.startswith(b"/"):
            return name in _ENDS_OF_CONTENT
        return name not in _IN_HEAD or (name == b"noscript" and self._behind_head)

    def _enter(self, name: bytes) -> None:
        if name == b"template":
            self._templates += 1
        elif name == b"/template":
            self._templates = max(0, self._templates - 1)
        elif name == b"/head":
            self._behind_head |= not self._templates
        elif name == _SCRIPT_NAME or name in _TEXT_ENDS:
            self._inside = name

    def _skip_text(self) -> bool:
        """Go behind an element's text; False while its end has not come."""
        if not self._inside:
            return True
        if self._inside == _SCRIPT_NAME:
            return self._skip_script()
        end = _TEXT_ENDS[self._inside].search(self._text, self._at)
        if end is None:
            self._at = max(self._at, len(self._text) - len(self._inside) - 2)
            self._open = True
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
        self._open = True
        return False
