"""Fetching a newer database: E213 to E229. The one that is served stays in each case.

What could not be fetched ends a command with 3, what a check refuses with 1.
"""

from __future__ import annotations

from typing import ClassVar

from gate.errors.database import DatabaseError


class UpdateError(DatabaseError):
    """A database cannot be updated; the one that is served stays as it is."""

    code: ClassVar[str] = "E213"
    remedy: ClassVar[str] = "Read the message; the served database is untouched."
    exit_code: ClassVar[int] = 3


class UpdateSettingsError(UpdateError):
    """The configuration does not say what to update, or with which account."""

    code: ClassVar[str] = "E214"
    remedy: ClassVar[str] = "Complete geo.update in config.yaml."


class UpdateUnreachableError(UpdateError):
    """The server cannot be reached, breaks off, or takes too long."""

    code: ClassVar[str] = "E215"
    remedy: ClassVar[str] = (
        "Try again later; see whether this machine may reach the server by HTTPS."
    )


class UpdateDeniedError(UpdateError):
    """The server does not accept the account, or not for this edition."""

    code: ClassVar[str] = "E216"
    remedy: ClassVar[str] = (
        "Check geo.update.account_id, the licence key, and whether the account has "
        "this edition and has accepted its licence."
    )


class UpdateAnswerError(UpdateError):
    """The server answers, but not with a database."""

    code: ClassVar[str] = "E217"
    remedy: ClassVar[str] = "Try again later; check geo.update.edition and url."


class UpdateRedirectError(UpdateError):
    """The server leads to where nothing may be fetched from."""

    code: ClassVar[str] = "E218"
    remedy: ClassVar[str] = "Fetch from a server that stays with HTTPS."


class UpdateRefusedError(UpdateError):
    """What was fetched failed a check."""

    code: ClassVar[str] = "E229"
    remedy: ClassVar[str] = (
        "Wait for the next release, or look at the file with gate geo update --from."
    )
    exit_code: ClassVar[int] = 1


class UpdateTooLargeError(UpdateRefusedError):
    """What was fetched is larger than any database of its kind."""

    code: ClassVar[str] = "E219"
    remedy: ClassVar[str] = "Check geo.update.url: this is hardly a City database."


class UpdateChecksumError(UpdateRefusedError):
    """What was fetched is not what the server's checksum is of."""

    code: ClassVar[str] = "E220"
    remedy: ClassVar[str] = "Try again; if it stays so, ask the vendor or the mirror."


class UpdateArchiveError(UpdateRefusedError):
    """The archive is damaged, cut off, or holds what no such archive holds."""

    code: ClassVar[str] = "E221"
    remedy: ClassVar[str] = "Try again; if it stays so, ask the vendor or the mirror."


class UpdateDamagedError(UpdateRefusedError):
    """What was fetched cannot be read as a database from end to end."""

    code: ClassVar[str] = "E222"
    remedy: ClassVar[str] = "Try again; if it stays so, ask the vendor or the mirror."


class UpdateUnfitError(UpdateRefusedError):
    """The database is of another type, or tells less than the areas need."""

    code: ClassVar[str] = "E223"
    remedy: ClassVar[str] = "Correct geo.update.edition; take a City edition."


class UpdateDateError(UpdateRefusedError):
    """The database is older than the served one, too old, or from the future."""

    code: ClassVar[str] = "E224"
    remedy: ClassVar[str] = (
        "Wait for the next release; see whether the clock of this machine is right."
    )


class UpdateCanaryError(UpdateRefusedError):
    """Well-known addresses are not where they are known to be."""

    code: ClassVar[str] = "E225"
    remedy: ClassVar[str] = (
        "Look up the addresses elsewhere; if they have moved, name others under "
        "geo.update.canaries."
    )


class UpdateShareError(UpdateRefusedError):
    """Countries or the whole database have grown or shrunk beyond belief."""

    code: ClassVar[str] = "E226"
    remedy: ClassVar[str] = (
        "Compare both files with gate geo compare; if the new one is right, move the "
        "served file away and run the update again."
    )


class UpdateBusyError(UpdateError):
    """Another updater is at work on the same database."""

    code: ClassVar[str] = "E227"
    remedy: ClassVar[str] = "Wait until it is done."


class NothingKeptError(UpdateError):
    """There is no earlier database to go back to, or it cannot be read."""

    code: ClassVar[str] = "E228"
    remedy: ClassVar[str] = "Take a file of your own: gate geo update --from FILE."
    exit_code: ClassVar[int] = 1
