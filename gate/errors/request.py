"""What arrived and is refused, with the status to answer: E4xx."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class RequestError(GateError):
    """A request that no decision can be made for; it is refused.

    Attributes:
        status: HTTP status to answer with.
    """

    code: ClassVar[str] = "E401"
    remedy: ClassVar[str] = "Nothing to do on the server; the request was refused."
    status: ClassVar[int] = 400


class BadPathError(RequestError):
    """The path cannot be made canonical, so no rule could be trusted to see it.

    Attributes:
        problem: What is wrong, in a few fixed words; never the path itself.
    """

    code: ClassVar[str] = "E410"

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"The path of a request {problem}.",
            hint="Nothing to do, unless ordinary links of the site lead here: then "
            "have the site use plain paths, percent-encoded once.",
        )
        self.problem = problem


class TwoPathsError(RequestError):
    """Server and request line name different paths, so one of them is forged."""

    code: ClassVar[str] = "E411"

    def __init__(self) -> None:
        super().__init__(
            "The path that the server decoded is not the path on the request line.",
            hint="Put the gate before anything that rewrites paths, and have the "
            "server ignore SCRIPT_NAME and PATH_INFO header fields.",
        )


class BadHostError(RequestError):
    """The Host header is missing, repeated or not a host name."""

    code: ClassVar[str] = "E412"

    def __init__(self) -> None:
        super().__init__(
            "A request names no host, or several, or something that is not a host.",
            hint="Have the proxy send exactly one Host header: the reader's.",
        )


class BadMethodError(RequestError):
    """The method is not a word that HTTP allows."""

    code: ClassVar[str] = "E413"

    def __init__(self) -> None:
        super().__init__(
            "The method of a request is not a token.",
            hint="Nothing to do: the client does not speak HTTP.",
        )


class BadBodyError(RequestError):
    """The body of a small form broke off while it was read."""

    code: ClassVar[str] = "E414"

    def __init__(self) -> None:
        super().__init__(
            "The body of a form ended before its announced length.",
            hint="Nothing to do: the client went away.",
        )


class UnknownHostError(RequestError):
    """The Host header names a site that this gate does not guard."""

    code: ClassVar[str] = "E421"
    remedy: ClassVar[str] = (
        "If it is one of your hosts, add it to site.hosts, or have the proxy pass on "
        "the reader's Host unchanged; strangers' hosts are refused rightly."
    )
    status: ClassVar[int] = 421

    def __init__(self) -> None:
        super().__init__(
            "A request is for a host that is not listed in site.hosts.",
            hint="Add the host to site.hosts, or have the proxy pass on the reader's "
            "Host header unchanged.",
        )


class AnonymousPrefetchError(RequestError):
    """A prefetch through a proxy that hides where the reader is.

    What it fetched would be shown later to a reader whose place was never asked for.
    503 tells a browser to drop the prefetch and to ask itself when the reader comes.
    425 (Too Early) would not do: it stands for the risk of replay in TLS early data
    and invites an automatic retry.

    Source:
        HTML Standard, "Speculative loading" (a prefetch needs an ok status).
    """

    code: ClassVar[str] = "E430"
    status: ClassVar[int] = 503

    def __init__(self) -> None:
        super().__init__(
            "A prefetch came through a proxy that hides the reader's address.",
            hint="Nothing to do: the browser asks again when the reader comes.",
        )


class UnknownCallerError(RequestError):
    """Somebody asks the gate about a request who may not, or does not prove it."""

    code: ClassVar[str] = "E451"
    remedy: ClassVar[str] = (
        "No reader gets through such a server: name it in visitor.trusted_proxies, and "
        "let it send what stands in check.secret_file; `gate recipe` writes its files."
    )
    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__(
            "A check came from a peer that visitor.trusted_proxies does not name, or "
            "without the right secret.",
            hint="Name the server that asks in visitor.trusted_proxies, and let it "
            "send what stands in check.secret_file in the field X-Gate-Secret.",
        )


class BadCheckError(RequestError):
    """A server asks about a request, but does not say all of what it is.

    Attributes:
        field: The header field that is missing or malformed; never its value.
    """

    code: ClassVar[str] = "E452"
    remedy: ClassVar[str] = (
        "Let the server that asks set every field of its family; `gate recipe` writes "
        "a file that does."
    )

    def __init__(self, field: str) -> None:
        super().__init__(
            f"A check lacks a sound field {field}.",
            hint="Let the server that asks set every field of its family; "
            "`gate recipe` writes a file that does.",
        )
        self.field = field


class UncountedError(RequestError):
    """A decision could not be counted, and the configuration refuses such requests."""

    code: ClassVar[str] = "E440"
    status: ClassVar[int] = 503

    def __init__(self) -> None:
        super().__init__(
            "The decision could not be counted.",
            hint="See why counting fails (E508), or choose audit.on_failure: serve.",
        )
