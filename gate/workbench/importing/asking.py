"""What the rule book can tell apart in a request: the rest is dropped at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from gate.decision import globs_of
from gate.errors import (
    BadHostError,
    BadMethodError,
    BadPathError,
    RequestError,
    UnknownHostError,
)
from gate.model import Client, Kind, Request
from gate.patterns import Patterns
from gate.request import EnvironHeaders, canonical_path
from gate.request.host import canonical_host
from gate.request.path import authority_of, without_authority

if TYPE_CHECKING:
    from gate.engine import Snapshot
    from gate.model import Activity

DOOR: Final = "import"
"""Stands where a door has its name: nobody came through."""

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Z-]{1,64}")
_WANDERS: Final = re.compile(r"#|/\.\.?(?:/|\Z)")  # as the engine's detours do
_NOBODY: Final = Client(0, 0, None)


class Asked(NamedTuple):
    """What follows can depend on this, the place and the time, and on nothing else.

    Attributes:
        refused: Code of the error, if no decision can be made; all else is empty then.
        own: Whether it is for a page of the gate's own, which is not counted.
        activity: What it does; None if that is not declared.
        signature: Which patterns the path matches.
        feed: Whether the path is a feed.
        detour: For a path that was sent in another form, what that form means.
    """

    refused: str = ""
    own: bool = False
    activity: Activity | None = None
    signature: int = 0
    feed: bool = False
    detour: tuple[int, Activity | None, bool] | None = None


class Asking:
    """Tells what requests ask for.

    Args:
        snapshot: What decisions rest on.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        book, site = snapshot.book, snapshot.config.site
        sections = [glob for section in site.sections for glob in section.paths]
        self._signature = Patterns([*globs_of(book.whens), *sections]).signature
        self._activity = snapshot.activities.of
        self._feeds = snapshot.reading.feeds.signature
        self._hosts = snapshot.reading.hosts
        self._host = next(iter(self._hosts))
        self._leave = site.own_prefix + "leave"

    def of(
        self, method: bytes, target: bytes, host: str | None
    ) -> tuple[Asked, Request | RequestError]:
        """Return what is asked for, and one request that asks for it.

        The request is read as a navigation: a log does not say what it was for.
        """
        try:
            request = self._request(method.decode("latin-1"), target, host)
        except RequestError as error:
            return Asked(refused=error.code), error
        return self._asked(request), request

    def _asked(self, request: Request) -> Asked:
        path, sent = request.path, request.sent
        if path.rstrip("/") == self._leave:
            return Asked(own=True)
        detour = None
        if sent:
            act = self._activity(request.method, sent)
            detour = self._signature(sent), act, bool(_WANDERS.search(sent))
        return Asked(
            activity=self._activity(request.method, path),
            signature=self._signature(path),
            feed=request.kind is Kind.FEED,
            detour=detour,
        )

    def _request(self, method: str, target: bytes, host: str | None) -> Request:
        method = method.upper()
        if not _TOKEN.fullmatch(method):
            raise BadMethodError
        raw = target.decode("latin-1")
        self._check_host(raw, host)
        path, sent = _paths(raw)
        feed = not sent and self._feeds(path)
        return Request(
            method,
            "https",
            self._host,
            path,
            Kind.FEED if feed else Kind.DOCUMENT,
            _NOBODY,
            EnvironHeaders({}),
            None,
            DOOR,
            "",
            False,  # noqa: FBT003 - a log carries no bodies
            sent,
        )

    def _check_host(self, raw: str, host: str | None) -> None:
        """Refuse what is for another host, where the log says for which."""
        named = authority_of(raw)
        for value in (host, named):
            if value and self._hosts.get(canonical_host(value)) is None:
                raise UnknownHostError
        if named is not None and host and canonical_host(named) != canonical_host(host):
            raise BadHostError


def _paths(raw: str) -> tuple[str, str]:
    """Return the canonical path, and the path as it was sent if that is another."""
    if not raw:
        raise BadPathError("does not begin with a slash")
    whole = (raw if raw[0] == "/" else without_authority(raw)).partition("?")[0]
    try:
        sent = unquote_to_bytes(whole.partition("#")[0].encode("latin-1")).decode()
    except UnicodeError:
        raise BadPathError("is not UTF-8") from None
    path = canonical_path(sent)
    if "#" in whole:
        sent += "#"
    return path, "" if sent == path else sent
