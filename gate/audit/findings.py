"""What can be wrong with a sealed log: codes, and what helps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHANGED: Final = (
    "Compare with another copy of the log; if none has it otherwise, somebody who "
    "could write to the folder changed it. The signed root stays what it was."
)
_COPY: Final = "Bring the file back from another copy of the log, and verify again."
_SEALER: Final = (
    "The seal itself is wrong, not the copy: report it, with the version that the "
    "header names."
)
_KEY: Final = (
    "Compare the key with the one that the site publishes; ask for it by another way."
)

CODES: dict[str, tuple[str, str]] = {
    # What is signed, and by whom.
    "A001": ("The newest checkpoint, the seal of the log, is not there.", _COPY),
    "A002": ("The newest checkpoint is not a note that its key signed.", _CHANGED),
    "A003": ("No key that was given signed the log.", _KEY),
    "A004": ("A checkpoint is that of another log.", _COPY),
    "A005": ("Rows and hashes do not lead to the root that was signed.", _CHANGED),
    "A006": (
        "A tile of the hash tree is not there, or was changed.",
        "Rows and signatures decide, not tiles; bring the tile back from a copy.",
    ),
    "A007": (
        "The file of keys differs from the keys that signed.",
        "Trust the key that the site publishes, never the one beside the log.",
    ),
    # Headers.
    "A010": ("The header of a segment is not there.", _COPY),
    "A011": ("A header is not in its one exact form.", _CHANGED),
    "A012": ("A header is not the one that was sealed.", _CHANGED),
    "A013": ("A header does not stand where it says.", _SEALER),
    "A014": ("A header says other sums than its rows.", _SEALER),
    # Rows.
    "A020": ("The rows of a segment are not there, and no event drops them.", _COPY),
    "A021": ("A file of rows cannot be read, or has other columns.", _CHANGED),
    "A022": ("A row was changed.", _CHANGED),
    "A023": ("A row is missing.", _CHANGED),
    "A024": ("A row stands there twice.", _CHANGED),
    "A025": ("Rows stand in another order.", _CHANGED),
    "A026": ("Rows stand under another day or segment than their own.", _CHANGED),
    "A027": ("A row says another day or segment than it was sealed for.", _CHANGED),
    "A028": ("A row was added.", _CHANGED),
    "A029": ("A row stands for fewer decisions than it may.", _SEALER),
    # Days.
    "A030": (
        "A day was never sealed.",
        "Ask the deployer what became of that day's counts.",
    ),
    "A031": ("A day was sealed twice.", _SEALER),
    "A032": (
        "The last sealed day is long over.",
        "See whether gate audit seal still runs, and whether this is the newest copy.",
    ),
    "A033": ("A day was sealed after a later one.", _SEALER),
    "A034": (
        "Rows were dropped that were not old enough, or nobody can tell if they were.",
        "Bring the rows back from another copy, or ask the deployer why they are gone.",
    ),
    "A035": (
        "A day was sealed that is not over.",
        "Compare the clock here with that of the sealer.",
    ),
    "A036": (
        "Days have no rows any more, because they were pruned.",
        "Nothing; headers tell their totals, and an older copy may have the rows.",
    ),
    # Older checkpoints.
    "A040": ("The checkpoint of a segment is not there.", _COPY),
    "A041": ("An archived checkpoint is not a note that its key signed.", _CHANGED),
    "A042": ("An archived checkpoint is of another tree.", _CHANGED),
    "A043": (
        "The log was rewritten: it does not begin with the checkpoint that was kept.",
        "Keep both; together they prove that the holder of the key signed two logs.",
    ),
    "A044": (
        "The log is shorter than the checkpoint that was kept.",
        "Ask for the newest copy; if this is it, seals were removed.",
    ),
    "A045": (
        "The newest checkpoint is older than an archived one.",
        "Verify again if a seal is being written just now; else seals were removed.",
    ),
    "A046": ("The checkpoint that was kept is not signed by a given key.", _KEY),
    # Files.
    "A050": (
        "A file does not belong to the log.",
        "Move it away: nothing proves it, and queries may count its rows.",
    ),
    "A051": (
        "Something in the folder is not a plain file.",
        "Copy the log anew, with files instead of links.",
    ),
    "A052": (
        "Rows are still there that the log says were dropped.",
        "Run gate audit prune again; it finishes what was interrupted.",
    ),
    "A053": (
        "A segment was begun and not sealed.",
        "Run gate audit seal; it finishes, or removes what a crash left.",
    ),
    # Keys.
    "A060": ("A change of the key is not signed by both keys.", _KEY),
    "A061": (
        "The key that was given was declared lost; the log goes on under another.",
        "Ask the site by another way whether that is so; then verify with both keys.",
    ),
    "A062": ("A checkpoint is signed by a key that was no longer in use.", _KEY),
    "A063": ("A key that was given never signed this log.", _KEY),
    "A064": (
        "A key was declared lost, and the new one is trusted because it was given.",
        "Nothing; the loss stays in the log for ever.",
    ),
}
"""Code -> what it means, and what helps in general."""

MOST: Final = 20
"""Findings of one code that are told one by one; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        code: Which kind, as in `CODES`.
        severity: An error unless the log may be sound all the same.
        place: The file, the segment or the row.
        message: What is wrong with it.
    """

    code: str
    severity: Severity
    place: str
    message: str

    @property
    def remedy(self) -> str:
        """What helps in general."""
        return CODES[self.code][1]


class Findings:
    """What was found so far; bounded, whatever a hostile log holds."""

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._counts: Counter[tuple[str, Severity]] = Counter()

    def error(self, code: str, place: str, message: str = "") -> None:
        """Note that something is wrong."""
        self._add(code, Severity.ERROR, place, message)

    def warning(self, code: str, place: str, message: str = "") -> None:
        """Note that something may be wrong."""
        self._add(code, Severity.WARNING, place, message)

    def note(self, code: str, place: str, message: str = "") -> None:
        """Note what an auditor should know of a sound log."""
        self._add(code, Severity.NOTE, place, message)

    def _add(self, code: str, severity: Severity, place: str, message: str) -> None:
        self._counts[code, severity] += 1
        if self._counts[code, severity] <= MOST:
            told = message or CODES[code][0]
            self._found.append(
                Finding(code=code, severity=severity, place=place, message=told)
            )

    def __iter__(self) -> Iterator[Finding]:
        yield from self._found
        for (code, severity), count in self._counts.items():
            if count > MOST:
                told = f"{CODES[code][0]} {count - MOST:,} more times."
                yield Finding(
                    code=code, severity=severity, place="elsewhere", message=told
                )

    @property
    def sound(self) -> bool:
        """Whether there are no errors."""
        return not any(severity is Severity.ERROR for _, severity in self._counts)
