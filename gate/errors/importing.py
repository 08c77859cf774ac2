"""Access logs or totals of others cannot be taken in: E660 and on.

None of them holds anything of a line: a file, a number, and a few fixed words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gate.errors.base import GateError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ImportingError(GateError):
    """Access logs or totals of others cannot be taken in."""

    code: ClassVar[str] = "E660"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = "Read the message; gate audit COMMAND --help says more."


class LogUnreadableError(ImportingError):
    """A log cannot be opened or read."""

    code: ClassVar[str] = "E661"

    def __init__(self, *, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: {reason}.",
            hint="Name files that you may read, such as /var/log/nginx/*.log*.",
        )
        self.file = file


class UnsureFormatError(ImportingError):
    """The first lines of a log are of no known format, or of several."""

    code: ClassVar[str] = "E662"

    def __init__(self, *, file: str, lines: int, votes: Mapping[str, int]) -> None:
        told = ", ".join(f"{count} as {name}" for name, count in votes.items() if count)
        super().__init__(
            f"{file}: of the first {lines} lines {told or 'none'} can be read; "
            "that is not enough to be sure of the format.",
            hint="Say which it is with --format; --fields names the keys of JSON.",
        )
        self.votes = dict(votes)


class BadFieldsError(ImportingError):
    """An entry of --fields is not of the form NAME=KEY."""

    code: ClassVar[str] = "E663"
    exit_code: ClassVar[int] = 2

    def __init__(self, *, entry: str, known: str) -> None:
        super().__init__(
            f"--fields: {entry!r} cannot be used.",
            hint=f"Write NAME=KEY with a NAME of {known}.",
        )


class LogBrokenError(ImportingError):
    """A compressed log breaks off or is damaged.

    Attributes:
        lines: How many whole lines came before.
    """

    code: ClassVar[str] = "E664"
    exit_code: ClassVar[int] = 1

    def __init__(self, *, file: str, reason: str, lines: int) -> None:
        super().__init__(
            f"{file}: {reason} after {lines:,} lines; nothing was written.",
            hint="Get the file again; or unpack what can be unpacked and name that.",
        )
        self.file, self.lines = file, lines


class LogChangedError(ImportingError):
    """A log became shorter, or another file, while it was read."""

    code: ClassVar[str] = "E665"
    exit_code: ClassVar[int] = 1

    def __init__(self, *, file: str) -> None:
        super().__init__(
            f"{file} was cut or replaced while it was read; nothing was written.",
            hint="Run it again; best on logs that were rotated already.",
        )
        self.file = file


class TooManyUnreadableError(ImportingError):
    """More lines are unreadable than are tolerated."""

    code: ClassVar[str] = "E666"
    exit_code: ClassVar[int] = 1

    def __init__(
        self, *, unreadable: int, lines: int, percent: float, first: str
    ) -> None:
        super().__init__(
            f"{unreadable:,} of {lines:,} lines are unreadable, more than "
            f"{percent:g} %; the first is {first}. Nothing was written.",
            hint="--unreadable FILE lists them by file and number; is it the right "
            "--format? --tolerate PERCENT allows more.",
        )
        self.unreadable, self.lines = unreadable, lines


class LinesLostError(ImportingError):
    """The sums do not agree: a fault of the gate, found before anything was written."""

    code: ClassVar[str] = "E667"
    exit_code: ClassVar[int] = 1

    def __init__(self, *, lines: int, accounted: int) -> None:
        super().__init__(
            f"{lines:,} lines were read, and {accounted:,} are accounted for; "
            "nothing was written.",
            hint="This is a fault of the gate; --jobs 1 may work. Please report it.",
        )


class ReaderLostError(ImportingError):
    """A process that read logs ended before its work did."""

    code: ClassVar[str] = "E668"
    exit_code: ClassVar[int] = 1

    def __init__(self, *, kind: str) -> None:
        super().__init__(
            f"A process that reads logs has ended ({kind}); nothing was written.",
            hint="Was it killed for want of memory? --jobs 1 needs least.",
        )


class TargetTakenError(ImportingError):
    """The folder to write to is not empty, or cannot be written."""

    code: ClassVar[str] = "E669"

    def __init__(self, *, folder: str, reason: str = "is not empty") -> None:
        super().__init__(
            f"{folder}: {reason}.",
            hint="Name a folder that does not exist yet; never that of a sealed log.",
        )


class TotalsUnreadableError(ImportingError):
    """The totals of the other side cannot be read."""

    code: ClassVar[str] = "E670"

    def __init__(self, *, file: str, place: str, reason: str) -> None:
        super().__init__(
            f"{file}{place}: {reason}.",
            hint='Write CSV with a heading "day,requests", or JSON such as '
            '[{"day": "2026-11-21", "requests": 1234}]; or name a log of '
            "times with --totals-format times.",
        )


class NotALogError(ImportingError):
    """A folder holds no sealed log, or no imported data set."""

    code: ClassVar[str] = "E671"

    def __init__(self, *, folder: str, reason: str) -> None:
        super().__init__(
            f"{folder}: {reason}.",
            hint="Name the folder `log` of a gate, or with --imported what "
            "gate audit import --to wrote.",
        )


class ZstdMissingError(ImportingError):
    """A log is packed with zstd, and there is nothing here to unpack it."""

    code: ClassVar[str] = "E672"

    def __init__(self, *, file: str) -> None:
        super().__init__(
            f"{file} is packed with zstd, which needs the package zstandard.",
            hint="Install regiongate[audit], or unpack it: zstd -dc FILE | "
            "gate audit import -.",
        )
