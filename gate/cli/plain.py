"""Text of strangers that is shown in a terminal: it may say things, not do them.

A log comes from somebody who may want the auditor's terminal to hide a line, change the
title or run a command; bidi controls let a text look like another one.

Source: ECMA-48 (control functions); Unicode UAX #9, section 2 (explicit directional
formatting characters), and UTR #36, section 3.
"""

from __future__ import annotations

import re
from typing import Final

_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but for tab and newline, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi controls
    "\u2028\u2029"  # separators that some programs take for a newline
    "\ud800-\udfff]"  # surrogates: no encoding has them
)


def plain(text: str) -> str:
    r"""Return a text with its control characters as codes, such as "\x1b".

    Newline and tab stay.
    """
    return _CONTROLS.sub(_escaped, text)


def one_line(text: str) -> str:
    r"""Return a plain text with newlines as "\n", so that it cannot forge a line."""
    return plain(text).replace("\n", "\\n")


def plain_json(text: str) -> str:
    """Return the same JSON with control characters escaped; its values stay equal.

    Only strings can hold them: json has escaped those that it must.
    """
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004
