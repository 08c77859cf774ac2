"""What the reader was about to send, offered again as hidden fields.

So nothing is stored on the server between a warning and the reader's choice.
"""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qsl, urlsplit

from gate.model.revision import is_revision

MAX_FORM_LENGTH = 16_384  # bytes of the body as received
MAX_FIELDS = 64
MAX_BACK_LENGTH = 2_000  # characters

# The gate's own fields; `gate.request` reads them.
SHOWN_FIELD = "n"
DIRECT_FIELD = "direct"


def hidden(name: str, value: str) -> str:
    """Return one hidden field."""
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def offered_again(form: bytes | None) -> bytes | None:
    """Return the fields of a small form as hidden fields.

    Args:
        form: Body as received (application/x-www-form-urlencoded); None if the door
            could not see it. A field of an earlier page that names a revision of the
            notices is left out.

    Returns:
        HTML in UTF-8, or None if the form cannot be repeated byte by byte: too long,
        too many fields, not UTF-8, or with a field that the gate keeps for itself.
    """
    if form is None or len(form) > MAX_FORM_LENGTH:
        return None
    try:
        fields = parse_qsl(
            form.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        return None
    # A field of this name would turn what is repeated into a plain reading.
    if any(name == DIRECT_FIELD or "\0" in name + value for name, value in fields):
        return None
    kept = [pair for pair in fields if not _is_own(*pair)]
    return "".join(hidden(*pair) for pair in kept).encode()


def taken_out(form: bytes, shown: str) -> bytes:
    """Return a form as the site expects it: without the gate's own field.

    Args:
        form: Body as received (application/x-www-form-urlencoded).
        shown: Revision that the field names.
    """
    pairs = form.split(b"&")
    own = f"{SHOWN_FIELD}={shown}".encode()
    return b"&".join(pair for pair in pairs if pair != own)


def _is_own(name: str, value: str) -> bool:
    """Recognise the gate's field, current or stale, and not a site's own "n"."""
    return name == SHOWN_FIELD and is_revision(value)


def way_back(referer: str | None, host: str) -> str:
    """Return a path on this site to go back to.

    Args:
        referer: Referer as received; None if absent.
        host: Host of the request, lower case, without port.

    Returns:
        Path and query of the referring page if it is of the same host, else "/".
        It always begins with exactly one slash, so that it stays on this site.
    """
    if not referer or len(referer) > MAX_BACK_LENGTH or not _is_plain(referer):
        return "/"
    try:
        parts = urlsplit(referer)
        same = parts.scheme in {"http", "https"} and parts.hostname == host
    except ValueError:
        return "/"
    path = "/" + parts.path.lstrip("/")
    return (path + ("?" + parts.query if parts.query else "")) if same else "/"


def _is_plain(text: str) -> bool:
    return all("!" <= c <= "~" and c != "\\" for c in text)
