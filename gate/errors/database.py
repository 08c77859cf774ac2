"""Where visitors are: E2xx."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


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
        "Use a City or Country database of MaxMind (GeoIP2, GeoLite2), DB-IP, IPinfo "
        "or IP2Location, in the MMDB format."
    )


class DatabaseOverlapError(DatabaseError):
    """Three databases answer for the same kind of address."""

    code: ClassVar[str] = "E207"
    remedy: ClassVar[str] = (
        "Name at most two City databases for IPv4 and two for IPv6, the primary first."
    )


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


class AnonymousListError(DatabaseError):
    """A list of anonymous networks is not what it should be."""

    code: ClassVar[str] = "E211"
    remedy: ClassVar[str] = (
        "geo.tor_exits takes torbulkexitlist or exit-addresses of "
        "check.torproject.org; geo.anonymous takes an Anonymous IP database."
    )
