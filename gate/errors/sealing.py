"""The log of counts cannot be sealed, signed or shortened: E610 and on."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class SealingError(GateError):
    """The log of counts cannot be sealed, signed or shortened."""

    code: ClassVar[str] = "E610"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = "Read the message; gate audit COMMAND --help says more."


class LogDamagedError(SealingError):
    """The sealed log is not as a seal, or a crash within one, leaves it.

    Attributes:
        path: The file or folder.
        why: What is wrong with it.
    """

    code: ClassVar[str] = "E611"
    remedy: ClassVar[str] = (
        "Nothing was sealed or removed. Run gate audit verify, and bring the log back "
        "from a copy."
    )

    def __init__(self, *, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}.", hint=self.remedy)
        self.path, self.why = path, why


class HeaderDamagedError(LogDamagedError):
    """The header of a segment is not in its one exact form."""

    code: ClassVar[str] = "E612"


class StrangersLogError(SealingError):
    """The newest checkpoint of the log is not signed by the key that is here.

    Attributes:
        path: The checkpoint.
    """

    code: ClassVar[str] = "E613"
    remedy: ClassVar[str] = (
        "See whether audit.folder and audit.name are those of this log, and whether "
        "its key is the right one. If a change of the key was begun and not finished, "
        "run gate audit key change again."
    )

    def __init__(self, *, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}.", hint=self.remedy)
        self.path = path


class SealUnsoundError(SealingError):
    """What was written for a seal reads otherwise; it was not signed.

    Attributes:
        path: The file.
    """

    code: ClassVar[str] = "E614"
    remedy: ClassVar[str] = (
        "The counts stay where they were, and the next seal tries again. Look at the "
        "disk and the memory of the machine."
    )

    def __init__(self, *, path: str) -> None:
        super().__init__(f"{path} reads otherwise than written.", hint=self.remedy)
        self.path = path


class SealingDiskError(SealingError):
    """The disk refuses what sealing needs.

    Attributes:
        errno: Number of the system's error.
    """

    code: ClassVar[str] = "E615"
    remedy: ClassVar[str] = (
        "Make room, or see who may write there. The counts stay where they were, and "
        "the next seal goes on from them."
    )

    def __init__(self, error: OSError) -> None:
        reason = error.strerror or str(error) or type(error).__name__
        super().__init__(
            f"Sealing stopped at {error.filename or 'a file'}: {reason.lower()}.",
            hint=self.remedy,
        )
        self.errno = error.errno


class DaySealedError(SealingError):
    """A day is sealed already, or one after it is.

    Attributes:
        period: The day.
        newest: The newest day that is sealed.
    """

    code: ClassVar[str] = "E616"
    remedy: ClassVar[str] = "Seal days in their order, each once."

    def __init__(self, *, period: str, newest: str) -> None:
        super().__init__(
            f"{period} cannot be sealed: the log has come to {newest}.",
            hint=self.remedy,
        )
        self.period, self.newest = period, newest


class SealerEndedError(SealingError):
    """The process that seals beside the server stopped for no reason that it knows."""

    code: ClassVar[str] = "E617"
    remedy: ClassVar[str] = (
        "It tries again; gate audit seal does the same by hand. Please report it."
    )

    def __init__(self, where: str) -> None:
        super().__init__(f"Sealing stopped: {where}.", hint=self.remedy)


class TileDamagedError(SealingError):
    """A file of the hash tree is not there, or not of its size."""

    code: ClassVar[str] = "E620"
    remedy: ClassVar[str] = (
        "Run gate audit verify; bring the file back from a copy of the log."
    )

    def __init__(self, *, path: str, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(f"{path} cannot be used: {why}.", hint=self.remedy)


class NoteError(SealingError):
    """A signed note cannot be read, or is not signed by a key that is trusted."""

    code: ClassVar[str] = "E621"
    exit_code: ClassVar[int] = 1
    remedy: ClassVar[str] = (
        "Compare the key with the one that the site publishes, and the file with "
        "another copy of the log."
    )

    def __init__(self, message: str) -> None:
        super().__init__(message, hint=self.remedy)


class VerifierKeyError(SealingError):
    """A text is not a verifier key."""

    code: ClassVar[str] = "E622"
    exit_code: ClassVar[int] = 2
    remedy: ClassVar[str] = (
        "Copy the whole line that gate audit key show prints: NAME+ID+KEY."
    )

    def __init__(self, vkey: str, why: str) -> None:
        self.vkey = vkey
        super().__init__(
            f"{vkey[:100]!r} is not a verifier key: {why}.", hint=self.remedy
        )


class KeyMissingError(SealingError):
    """There is no signing key."""

    code: ClassVar[str] = "E623"
    remedy: ClassVar[str] = (
        "Bring it back from its copy. If it is lost for good, gate audit key lost "
        "makes a new one, and says so in the log for ever."
    )

    def __init__(self, *, path: str) -> None:
        self.path = path
        super().__init__(f"There is no signing key at {path}.", hint=self.remedy)


class KeyExposedError(SealingError):
    """Others may read or write the signing key, or the folder that it is in."""

    code: ClassVar[str] = "E624"
    remedy: ClassVar[str] = (
        "Let only the sealer's user own and read it (chmod 600; its folder 700). If "
        "others could read it, change it: gate audit key change."
    )

    def __init__(self, *, path: str, mode: int) -> None:
        self.path = path
        self.mode = mode
        super().__init__(
            f"{path} has the mode {mode:o}, or another owner; nobody else may have "
            "the signing key.",
            hint=self.remedy,
        )


class KeyDamagedError(SealingError):
    """The file of the signing key holds something else."""

    code: ClassVar[str] = "E625"
    remedy: ClassVar[str] = (
        "Bring it back from its copy; or move it away and run gate audit key lost."
    )

    def __init__(self, *, path: str, why: str, hint: str = "") -> None:
        self.path = path
        self.why = why
        super().__init__(f"{path} cannot be used: {why}.", hint=hint or self.remedy)


class KeyInTheWayError(SealingError):
    """A signing key is there already."""

    code: ClassVar[str] = "E626"
    remedy: ClassVar[str] = (
        "Use gate audit key change to replace a key that is there; gate audit key lost "
        "--stolen if somebody else may have it."
    )

    def __init__(self, *, path: str) -> None:
        self.path = path
        super().__init__(f"There is a signing key at {path}.", hint=self.remedy)


class NoSuchRowError(SealingError):
    """No row, or more than one, is what was asked for."""

    code: ClassVar[str] = "E627"
    exit_code: ClassVar[int] = 1
    remedy: ClassVar[str] = (
        "Add conditions (--where COLUMN=VALUE) until one row is left, or name it by "
        "--segment and --row."
    )

    def __init__(self, message: str) -> None:
        super().__init__(message, hint=self.remedy)


class ProofError(SealingError):
    """A proof does not prove what it should."""

    code: ClassVar[str] = "E628"
    exit_code: ClassVar[int] = 1
    remedy: ClassVar[str] = (
        "Have it made again from the log; if the log is sound, the proof was changed."
    )

    def __init__(self, message: str) -> None:
        super().__init__(message, hint=self.remedy)


class SealerBusyError(SealingError):
    """Another process is changing the log just now."""

    code: ClassVar[str] = "E629"
    remedy: ClassVar[str] = "Wait until gate audit seal or prune has ended."

    def __init__(self) -> None:
        super().__init__("Another process is changing the log.", hint=self.remedy)
