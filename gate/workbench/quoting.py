"""Values on their way into another program's language: quoted, or refused.

A template writes every value through one of these. Where a language has no way to
quote something, the value is refused: a name of a site must not become an instruction.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Final

from gate.errors import UnquotableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WORD: Final = re.compile(r"[A-Za-z0-9._:/@+\[\]-]+")


def word(value: object) -> str:
    """Return a host, port, network or name as it is, unquoted.

    Raises:
        UnquotableError: It has more than letters, digits and ``._:/@+[]-``.
    """
    text = str(value)
    if not _WORD.fullmatch(text):
        raise UnquotableError(text, language="a single word")
    return text


def comment(value: object) -> str:
    """Return a value as one line of visible characters, for comments only."""
    return "".join(c if c.isprintable() else "?" for c in str(value))


def nginx(value: object) -> str:
    """Quote for nginx, where "$" begins a variable and nothing can hide it."""
    return _quoted(_plain(value, "nginx", "$"))


def caddy(value: object) -> str:
    """Quote for a Caddyfile, where braces are placeholders even between quotes."""
    return '"' + _plain(value, "a Caddyfile", "{}\\").replace('"', '\\"') + '"'


def vcl(value: object) -> str:
    """Quote for VCL, whose short strings know no escapes."""
    return '"' + _plain(value, "VCL", '"') + '"'


def haproxy(value: object) -> str:
    """Quote for haproxy.cfg; "%" is refused, because some places evaluate it."""
    return "'" + _plain(value, "haproxy.cfg", "'%") + "'"


def lua(value: object) -> str:
    """Quote for Lua."""
    return _quoted(_plain(value, "Lua"))


def yaml(value: object) -> str:
    """Quote for YAML that a program may take for a template of its own."""
    text = _plain(value, "YAML")
    for opening in ("{{", "${"):
        if opening in text:
            raise UnquotableError(text, language="YAML")
    return json.dumps(text, ensure_ascii=False)


def compose(value: object) -> str:
    """Quote for a compose file, where "$" begins a variable unless it is doubled."""
    return json.dumps(_plain(value, "YAML"), ensure_ascii=False).replace("$", "$$")


def python(value: object) -> str:
    """Quote for Python."""
    return ascii(_plain(value, "Python"))


def systemd(value: object) -> str:
    """Quote one word of a command line or an assignment in a systemd unit."""
    text = _quoted(_plain(value, "a systemd unit"))
    return text.replace("%", "%%").replace("$", "$$")


def shell(value: object) -> str:
    """Quote one word for a POSIX shell."""
    return shlex.quote(_plain(value, "a shell script"))


def regex(value: object) -> str:
    """Escape for a regular expression; it still has to be quoted for its language."""
    return re.escape(str(value))


FILTERS: Final[Mapping[str, Callable[[object], str]]] = {
    quote.__name__: quote
    for quote in (
        word,
        comment,
        nginx,
        caddy,
        vcl,
        haproxy,
        lua,
        yaml,
        compose,
        python,
        systemd,
        shell,
        regex,
    )
}
"""The filters of the templates, by name."""


def _plain(value: object, language: str, forbidden: str = "") -> str:
    """Return a value as text.

    Raises:
        UnquotableError: It has a line break, another control character, or one that
            this language cannot hold.
    """
    text = str(value)
    if not text.isprintable() or any(c in text for c in forbidden):
        raise UnquotableError(text, language=language)
    return text


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
