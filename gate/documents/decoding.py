"""Bytes to text that can be shown: UTF-8, bounded, without control characters."""

from __future__ import annotations

import re

MAX_BYTES = 4 * 1024 * 1024
_BYTE_ORDER_MARK = "\ufeff"  # what some editors of Windows put first
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what YAML 1.1 counts as lines
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def decode(text: str | bytes) -> tuple[str, str]:
    """Return the text and "", or its readable beginning and what is wrong after it.

    Args:
        text: Content of a file; at most 4 MiB of UTF-8; a byte order mark is dropped.
    """
    try:
        size = len(text if isinstance(text, bytes) else text.encode())
        if size > MAX_BYTES:
            return "", f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB."
        decoded = text.decode() if isinstance(text, bytes) else text
        decoded = decoded.removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        good = error.object[: error.start].decode()
        return good.removeprefix(
            _BYTE_ORDER_MARK
        ), "The file is not UTF-8 text: save it as UTF-8."
    except UnicodeEncodeError as error:
        return str(error.object)[: error.start], "The text holds half a character."
    bad = _UNPRINTABLE.search(decoded)
    if bad:
        sort = f"U+{ord(bad[0]):04X}"
        return decoded[: bad.start()], f"A control character ({sort}) stands here."
    return decoded, ""


def position(text: str, index: int) -> tuple[int, int]:
    """Return line and column, from 1, of the character at `index`."""
    breaks = [m.end() for m in BREAK.finditer(text, 0, index)]
    return len(breaks) + 1, index - (breaks[-1] if breaks else 0) + 1
