"""Whether somebody looked, while the report was made, if a log was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

UNVERIFIED = (
    "Unverified: this report does not check whether anybody changed the log. "
    "gate audit report DIR --key VKEY does both at once; gate audit verify DIR "
    "--key VKEY checks alone. Neither needs a network."
)
IMPORTED = "Unverified: imported rows are not sealed, so nothing can be verified."


class Verification(NamedTuple):
    """What is to be said of it.

    Attributes:
        verified: Whether every log is as it was sealed.
        told: One sentence.
        wrong: What is wrong with the logs.
    """

    verified: bool
    told: str
    wrong: tuple[str, ...] = ()


def verify_all(folders: Sequence[Path], vkey: str, today: date) -> Verification:
    """Verify logs with a key, if there is one.

    Args:
        folders: Of the logs.
        vkey: The key; several with spaces between them; "" for none.
        today: The day (UTC).

    Raises:
        VerifierKeyError: It is not a key.
        NoLogError: A folder is no log.
    """
    if not vkey:
        return Verification(verified=False, told=UNVERIFIED)
    from gate.audit.notes import Verifier  # noqa: PLC0415 - heavy
    from gate.audit.verifying import verify  # noqa: PLC0415 - heavy

    keys = [Verifier.parse(one) for one in vkey.split()]
    found = [verify(folder, keys, today=today) for folder in folders]
    wrong = tuple(
        f"{finding.code}: {finding.place}: {finding.message}"
        for one in found
        for finding in one.findings
        if finding.severity is Severity.ERROR
    )
    rows = sum(one.rows for one in found)
    if all(one.sound for one in found):
        told = f"Verified: all {rows:,} rows are as they were sealed with this key."
        return Verification(verified=True, told=told)
    told = "Not verified: with this key, the log is not as it was sealed."
    return Verification(verified=False, told=told, wrong=wrong)
