"""The door for servers that ask first: nginx, Caddy, Traefik, Varnish, HAProxy, Envoy.

Such a server describes the reader's request in header fields of its own, one family
for each endpoint. The request is rebuilt from them and goes the way of every other
request. 200 lets it pass and says what the site may need to know; anything else is
the finished answer, which the server relays. nginx can relay nothing from a check, so
it gets 401 with a verdict, and fetches the answer to it from a second endpoint.

Whoever asks must be one of our own proxies and know the secret. What is missing or
malformed is refused: a check that guesses is a way around the gate.
"""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import unquote_to_bytes

from gate.doors.fields import NONE, decision_fields, is_kept_nowhere
from gate.doors.sending import refuse, send
from gate.doors.verdict import answered, verdict_of
from gate.errors import BadCheckError, UnknownCallerError
from gate.model import Answer, Passage
from gate.request import is_trusted
from gate.request.families import FAMILIES
from gate.request.numbers import parse_hop

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from wsgiref.types import StartResponse

    from gate.engine.snapshot import Snapshot
    from gate.errors import RequestError
    from gate.request.families import Family
    from gate.request.proxies import Proxies

    Environ = dict[str, Any]
    Fields = list[tuple[str, str]]

_log = logging.getLogger("gate")

NGINX: Final = "nginx"
SECRET: Final = "HTTP_X_GATE_SECRET"  # noqa: S105  # the name of a field
VERDICT: Final = "HTTP_X_GATE_VERDICT"
MOST_KEPT: Final = 1_000
"""Bound on answers that are kept made, and on known callers; a site has some tens."""

_TARGET: Final = re.compile(r"[\x21-\x7e\x80-\xff]{1,8190}")
_METHOD: Final = re.compile(r"[A-Za-z-]{1,32}")
_SCHEMES: Final = frozenset({"http", "https"})
_UNSEEN: Final = ("CONTENT_LENGTH", "HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING")
_NO_STORE: Final = ("Cache-Control", "no-store")
_EMPTY: Final = ("Content-Length", "0")
_FIRST_2XX, _LAST_2XX = 200, 299


class Asked(Protocol):
    """What this door needs of the gate."""

    @property
    def snapshot(self) -> Snapshot:
        """What decisions rest on at this moment."""

    def handle(
        self, environ: Environ, *, door: str, carries: bool = True
    ) -> Answer | Passage:
        """Decide what follows from a request; bad requests are answers, too."""


class CheckDoor:
    """A WSGI application that answers `check/...` and `relay/nginx`.

    Args:
        gate: The gate.
        secrets: What callers may show; several while one replaces another.
        prefix: Path under which the gate's own pages live, such as "/-/".
        note: Called with the code of every caller's error; nobody if None.
    """

    def __init__(
        self,
        gate: Asked,
        *,
        secrets: Collection[str],
        prefix: str,
        note: Callable[[str], None] | None = None,
    ) -> None:
        self._gate = gate
        self._note = note
        self._secrets = [secret.encode("latin-1") for secret in secrets]
        self._families = {f"{prefix}check/{f.name}": f for f in FAMILIES}
        self._envoy = f"{prefix}check/envoy"
        self._relay = f"{prefix}relay/{NGINX}"
        self._told: set[str] = set()
        self._known: dict[tuple[str, str, str], Proxies] = {}
        self._allowed: dict[int, tuple[Passage, Fields]] = {}

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one question of another server."""
        path = environ.get("PATH_INFO", "")
        family = self._families.get(path)
        try:
            if family is None and path == self._relay:
                return self._relayed(environ, start_response)
            if family is None and path.startswith(f"{self._envoy}/"):
                family = self._families[self._envoy]
            if family is None:
                return refuse(404, start_response)
            return self._checked(family, environ, start_response)
        except (BadCheckError, UnknownCallerError) as error:
            self._report(error)
            return _refused(error, start_response)

    def _checked(
        self, family: Family, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        asked = self._rebuilt(family, environ)
        outcome = self._gate.handle(asked, door=family.name, carries=False)
        if isinstance(outcome, Passage):
            start_response("200 OK", list(self._allowing(outcome)))
            return []
        if family.name == NGINX:
            verdict = ("X-Gate-Verdict", verdict_of(outcome))
            start_response("401 Unauthorized", [verdict, _NO_STORE, _EMPTY])
            return []
        return send(_never_allowing(outcome), start_response)

    def _relayed(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Give nginx the answer that its check has decided on.

        A worker that holds other notices than the one that decided has no such page;
        it then decides itself, and never lets anything pass.
        """
        family = self._families[self._relay.replace("relay", "check", 1)]
        asked = self._rebuilt(family, environ)
        pages = self._gate.snapshot.pages
        method = environ["REQUEST_METHOD"]
        answer = answered(environ.get(VERDICT, ""), pages, method=method)
        if answer is None:
            outcome = self._gate.handle(asked, door=NGINX, carries=False)
            answer = outcome if isinstance(outcome, Answer) else pages.unsettled(method)
        return send(answer, start_response)

    def _rebuilt(self, family: Family, environ: Environ) -> Environ:
        """Return the environ that the reader's own request would have had.

        Raises:
            UnknownCallerError: Whoever asks may not.
            BadCheckError: A field of the family is missing or malformed.
        """
        self._identify(family, environ)
        target = _matched(_TARGET, family.target, environ)
        if not family.target:
            target = _behind(environ, self._envoy)
        asked = dict(environ)
        asked["RAW_URI"] = target
        whole, _, _ = target.partition("#")  # as servers hand it to a WSGI application
        path, _, asked["QUERY_STRING"] = whole.partition("?")
        path = path or target  # which then does not begin with a slash
        asked["PATH_INFO"] = _decoded(path) if "%" in path else path
        asked["SCRIPT_NAME"] = ""
        if family.method:
            asked["REQUEST_METHOD"] = _method(family, environ)
        asked["HTTP_HOST"] = _present(family.host, environ)
        asked["HTTP_X_FORWARDED_PROTO"] = _scheme(family, environ)
        for key in _UNSEEN:
            asked.pop(key, None)
        return asked

    def _identify(self, family: Family, environ: Environ) -> None:
        proxies = self._gate.snapshot.reading_at(family.name).proxies
        peer, shown = environ.get("REMOTE_ADDR", ""), environ.get(SECRET, "")
        caller = family.name, peer, shown
        if self._known.get(caller) is not proxies:
            if not self._knows(shown) or not is_trusted(peer, proxies):
                raise UnknownCallerError
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[caller] = proxies
        address = environ.get(proxies.field, "")
        if family.chain:
            address = address.rpartition(",")[2]
        if parse_hop(address) is None:
            raise BadCheckError(family.address)

    def _knows(self, shown: str) -> bool:
        """Say whether the secret is shown, in a time that tells nothing of it."""
        told = shown.encode("latin-1")
        return any(compare_digest(told, known) for known in self._secrets)

    def _report(self, error: RequestError) -> None:
        """Say each problem once; whoever is set up wrongly repeats it for ever."""
        if self._note is not None:
            self._note(error.code)
        if str(error) not in self._told:
            self._told.add(str(error))
            _log.warning("%s %s %s", error.code, error, error.hint)

    def _allowing(self, passage: Passage) -> Fields:
        """Return the fields that say what the site may need to know, made once."""
        kept = self._allowed.get(id(passage))
        if kept is None:
            if len(self._allowed) >= MOST_KEPT:
                self._allowed.clear()
            kept = self._allowed[id(passage)] = passage, allowing(passage)
        return kept[1]


def allowing(passage: Passage) -> Fields:
    """Return the decision fields of a passage; each is always there, never empty."""
    banner = b64encode(passage.top).decode() or NONE
    return [
        *decision_fields(passage),
        ("X-Gate-Banner", banner),
        ("X-Gate-Cache", _cache_word(passage)),
        _NO_STORE,
        _EMPTY,
    ]


def _cache_word(passage: Passage) -> str:
    """Return who may keep a copy of the site's answer."""
    if passage.private:
        return NONE if is_kept_nowhere(passage) else "private"
    return "private-html" if passage.private_html else "open"


def _refused(error: RequestError, start_response: StartResponse) -> Iterable[bytes]:
    """Refuse the caller; its own log gets the code, a reader nothing to go by."""

    def start(status: str, fields: Fields) -> object:
        return start_response(status, [*fields, ("X-Gate-Error", error.code)])

    return refuse(error.status, start)  # type: ignore[arg-type]


def _never_allowing(answer: Answer) -> Answer:
    """Keep an answer of 2xx from being taken for leave to pass."""
    if _FIRST_2XX <= answer.status <= _LAST_2XX:
        return Answer(status=403, headers=answer.headers)
    return answer


def _present(key: str, environ: Environ) -> str:
    value = environ.get(key)
    if not value:
        raise BadCheckError(_field(key))
    return str(value)


def _matched(form: re.Pattern[str], key: str, environ: Environ) -> str:
    if not key:
        return ""
    value = _present(key, environ)
    if not form.fullmatch(value):
        raise BadCheckError(_field(key))
    return value


def _method(family: Family, environ: Environ) -> str:
    """Return the original method; GET for HEAD, which the caller's own GET cannot be.

    The server that asks drops the body that its reader did not ask for.
    """
    method = _matched(_METHOD, family.method, environ)
    return "GET" if method == "HEAD" != environ["REQUEST_METHOD"] else method


def _scheme(family: Family, environ: Environ) -> str:
    value = _present(family.scheme, environ).lower()
    if value not in _SCHEMES:
        raise BadCheckError(_field(family.scheme))
    return value


def _behind(environ: Environ, endpoint: str) -> str:
    """Return what follows the endpoint in the request line, as it came."""
    raw = environ.get("RAW_URI") or ""
    if not raw.startswith(f"{endpoint}/"):
        raise BadCheckError("path")
    return str(raw[len(endpoint) :])


def _decoded(path: str) -> str:
    return unquote_to_bytes(path.encode("latin-1")).decode("latin-1")


def _field(key: str) -> str:
    return key.removeprefix("HTTP_").replace("_", "-").lower()
