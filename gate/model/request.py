"""What arrived. Named tuples, because one of each is made for every request."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from gate.model.words import Kind, Unknown


class Headers(Protocol):
    """Header fields of one request, looked up when they are needed."""

    def get(self, name: str) -> str | None:
        """Return the field's value, repeated lines joined by ", "; None if absent.

        Args:
            name: Field name in lower case, such as "accept-language".
        """


class Client(NamedTuple):
    """The address that sent a request, as far as it could be found.

    Attributes:
        version: 4 or 6; 0 when there is no address.
        number: The address as an integer; 0 when there is none.
        unknown: Why there is no address to look up; else None.
        doubt: A reason that also holds beside the place: the stricter counts.
        edge: What an edge in front of the gate says of the place: an ISO 3166 code,
            or a word in small letters where it names none; "" if none was asked.
    """

    version: int
    number: int
    unknown: Unknown | None = None
    doubt: Unknown | None = None
    edge: str = ""


class Request(NamedTuple):
    """What arrived, reduced to what a decision may see.

    Attributes:
        method: Method, upper case.
        scheme: "http" or "https", as the reader's browser sees it.
        host: Host in lower case without port and without trailing dot.
        path: Canonical path, decoded once, beginning with "/".
        kind: What the request is for.
        client: Where it came from.
        headers: All other fields, looked up when needed.
        form: Body of a small form (application/x-www-form-urlencoded) if the
            door could see it, else None.
        door: Name of the door, for counts.
        target: Path and query as they were sent, still encoded; "" where nobody
            has asked for them yet.
        carries: Whether the door sees bodies, and can change what the site answers.
        sent: The path as it was sent, decoded once, where that is not the canonical
            one: a site may read it in another way. Ends with "#" if a fragment was
            sent. "" for all requests of browsers.
    """

    method: str
    scheme: str
    host: str
    path: str
    kind: Kind
    client: Client
    headers: Headers
    form: bytes | None = None
    door: str = "wsgi"
    target: str = ""
    carries: bool = True
    sent: str = ""
