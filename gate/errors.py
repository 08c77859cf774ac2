"""Everything that can go wrong, as one tree with codes.

GateError                      E000
├── ConfigError                E1xx  what the deployer chose
├── DatabaseError              E2xx  where visitors are
├── BookError                  E3xx  the rule book as a whole (its findings are R codes)
├── RequestError               E4xx  what arrived
└── ServiceError               E5xx  what stands around the gate

Every class carries a code, an exit code for the command line, and a hint that says
what to do. No message ever holds a visitor's address, path or header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model import Diagnostic


class GateError(Exception):
    """Anything that the gate itself reports."""

    code: ClassVar[str] = "E000"
    exit_code: ClassVar[int] = 1
    remedy: ClassVar[str] = "Read the message; it names what is wrong."
    """What helps in general; an error's own `hint` says what helps here."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class FindingsError(GateError):
    """Files have problems; `findings` holds all of them, sorted."""

    code: ClassVar[str] = "E100"
    remedy: ClassVar[str] = "Run gate check to see each problem with its place."

    def __init__(self, findings: Sequence[Diagnostic]) -> None:
        self.findings = tuple(sorted(findings, key=lambda d: d.sort_key))
        super().__init__(
            f"{len(self.findings)} problem(s) found.",
            hint=self.remedy,
        )


class ConfigError(GateError):
    """The configuration cannot be used."""

    code: ClassVar[str] = "E101"
    remedy: ClassVar[str] = "Correct config.yaml; gate check says where."
    exit_code: ClassVar[int] = 3


class ConfigMissingError(ConfigError):
    """There is no configuration file."""

    code: ClassVar[str] = "E102"

    def __init__(self, path: object) -> None:
        super().__init__(
            f"{path} is not there.",
            hint="Go to the folder of config.yaml, name it with --config, "
            "or make one with gate init DIR.",
        )
        self.path = path


class StarterInTheWayError(ConfigError):
    """A folder already holds what gate init would write."""

    code: ClassVar[str] = "E103"
    exit_code: ClassVar[int] = 1

    def __init__(self, path: object) -> None:
        super().__init__(
            f"{path} is there already; nothing was written.",
            hint="Name a new folder: gate init DIR never overwrites anything.",
        )
        self.path = path


class NoSuchPlaceError(GateError):
    """A place that somebody described on the command line cannot be understood."""

    code: ClassVar[str] = "E104"
    exit_code: ClassVar[int] = 2


class DatabaseError(GateError):
    """A GeoIP database cannot be used."""

    code: ClassVar[str] = "E201"
    remedy: ClassVar[str] = (
        "Check geo.databases in config.yaml; gate geo status shows each one."
    )
    exit_code: ClassVar[int] = 3


class DatabaseMissingError(DatabaseError):
    """A database file is not there or may not be read."""

    code: ClassVar[str] = "E202"
    remedy: ClassVar[str] = (
        "Correct geo.databases, or leave it empty to use the embedded database."
    )


class DatabaseDamagedError(DatabaseError):
    """A file is not a MaxMind-format database, or not all of it is there."""

    code: ClassVar[str] = "E203"
    remedy: ClassVar[str] = "Download it again and compare its checksum."


class DatabaseTreeError(DatabaseError):
    """The search tree of a database is not a tree."""

    code: ClassVar[str] = "E204"
    remedy: ClassVar[str] = "Download it again and compare its checksum."


class DatabaseRecordError(DatabaseError):
    """A record of a database cannot be read within the limits."""

    code: ClassVar[str] = "E205"
    remedy: ClassVar[str] = "Download it again and compare its checksum."


class DatabaseLayoutError(DatabaseError):
    """A database is sound, but its records do not say where a visitor is."""

    code: ClassVar[str] = "E206"
    remedy: ClassVar[str] = (
        "Use a City or Country database of MaxMind (GeoIP2, GeoLite2) or DB-IP."
    )


class DatabaseOverlapError(DatabaseError):
    """Two databases answer for the same kind of address."""

    code: ClassVar[str] = "E207"
    remedy: ClassVar[str] = "Name one City database, or one for IPv4 and one for IPv6."


class IndexDamagedError(DatabaseError):
    """A stored index is damaged or of another format; it must be rebuilt."""

    code: ClassVar[str] = "E208"
    remedy: ClassVar[str] = "Delete the file; the gate builds it anew."


class IndexStaleError(IndexDamagedError):
    """A stored index was built from another database or other areas."""

    code: ClassVar[str] = "E209"


class RelayedDatabaseError(DatabaseError):
    """The process that builds the index met an error in a database."""

    code: ClassVar[str] = "E210"

    def __init__(self, *, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{code}: {message}", hint=hint)


class BookError(GateError):
    """The rule book cannot be used as a whole."""

    code: ClassVar[str] = "E301"
    remedy: ClassVar[str] = (
        "Run gate check and gate test to see what is wrong with the rule book."
    )


class PreparationError(BookError):
    """The process that builds the index and proves the book ended without a result."""

    code: ClassVar[str] = "E302"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = "Run gate check; it does the same work in plain sight."

    def __init__(self, *, status: int, said: str) -> None:
        super().__init__(
            f"Preparing ended with status {status}{': ' if said else '.'}{said}",
            hint=self.remedy,
        )
        self.status = status


class StateFolderError(BookError):
    """The state folder cannot be used."""

    code: ClassVar[str] = "E303"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = (
        "Let the gate's own user write to the folder named by state."
    )

    def __init__(self, *, reason: str) -> None:
        super().__init__(
            f"The state folder cannot be used: {reason}.", hint=self.remedy
        )
        self.reason = reason


class FilesChangedError(BookError):
    """The rule book changed while it was being proved."""

    code: ClassVar[str] = "E305"
    remedy: ClassVar[str] = "Try again when the files rest."

    def __init__(self) -> None:
        super().__init__(
            "The files changed while the rule book was being proved.",
            hint=self.remedy,
        )


class PatternsMultiplyError(BookError):
    """The patterns of a rule book combine in too many ways to be proved.

    Attributes:
        patterns: The patterns that multiply most, at most five.
        limit: What was exceeded, such as "50,000 atoms".
    """

    code: ClassVar[str] = "E304"
    remedy: ClassVar[str] = (
        "Write out the beginning of each path instead of a leading /**/."
    )

    def __init__(self, *, patterns: Sequence[str], limit: str) -> None:
        self.patterns = tuple(patterns)
        self.limit = limit
        names = ", ".join(f'"{pattern}"' for pattern in self.patterns)
        super().__init__(
            f"The path patterns combine to more than {limit}; "
            f"these multiply most: {names}.",
            hint=self.remedy,
        )


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


class UncountedError(RequestError):
    """A decision could not be counted, and the configuration refuses such requests."""

    code: ClassVar[str] = "E440"
    status: ClassVar[int] = 503

    def __init__(self) -> None:
        super().__init__(
            "The decision could not be counted.",
            hint="See why counting fails (E508), or choose audit.on_failure: serve.",
        )


class ServiceError(GateError):
    """Something around the gate does not do its part."""

    code: ClassVar[str] = "E501"
    remedy: ClassVar[str] = (
        "Check what stands around the gate: the site, the ports, the disk."
    )


class CountingError(ServiceError):
    """A count cannot be written; `audit.on_failure` says what follows."""

    code: ClassVar[str] = "E508"


class FileProblemError(ServiceError):
    """The system refuses to open, read or write a file."""

    code: ClassVar[str] = "E507"
    exit_code: ClassVar[int] = 3

    def __init__(self, error: OSError) -> None:
        reason = (error.strerror or type(error).__name__).lower()
        super().__init__(
            f"{error.filename or 'A file'}: {reason}.",
            hint="Check the path, and who may read and write there.",
        )
        self.errno = error.errno


class BrokenCompressionError(ServiceError):
    """The site's own answer is not what its Content-Encoding says."""

    code: ClassVar[str] = "E510"

    def __init__(self) -> None:
        super().__init__(
            "The site sent an answer whose compression is damaged or cut off.",
            hint="Look at the site behind the gate; the reader got a broken page.",
        )


class PortTakenError(ServiceError):
    """The address to listen on is in use or may not be used."""

    code: ClassVar[str] = "E502"
    exit_code: ClassVar[int] = 3

    def __init__(self, *, address: str, reason: str) -> None:
        super().__init__(
            f"Cannot listen on {address}: {reason}.",
            hint="Stop what listens there, or set server.listen to another address.",
        )
        self.address = address


class SiteMissingError(ServiceError):
    """There is no site to stand in front of."""

    code: ClassVar[str] = "E503"
    exit_code: ClassVar[int] = 3


class UpstreamBrokenError(ServiceError):
    """The site stopped in the middle of an answer; the connection is cut."""

    code: ClassVar[str] = "E504"

    def __init__(self) -> None:
        super().__init__(
            "The site ended its answer early.",
            hint="Look at the log of the site behind the gate.",
        )


class UploadBrokenError(ServiceError):
    """The reader's side stopped in the middle of a request body."""

    code: ClassVar[str] = "E505"

    def __init__(self) -> None:
        super().__init__("A request body ended early.")


class UndeclaredActivityError(ServiceError):
    """A view asserts an activity that the configuration does not declare."""

    code: ClassVar[str] = "E506"
    exit_code: ClassVar[int] = 3

    def __init__(self, *, view: str, activity: str, method: str, rule: str) -> None:
        super().__init__(
            f'The view {view} is marked as "{activity}", but the configuration does '
            f"not declare {method} {rule} as that activity.",
            hint="Add the method and path to site.activities in the configuration.",
        )
        self.view, self.activity, self.method, self.rule = view, activity, method, rule
