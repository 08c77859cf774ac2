"""What verify and proof share: the folder of a log and its public keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.audit.notes import Verifier

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
key_option = click.option(
    "--key",
    "vkeys",
    multiple=True,
    required=True,
    metavar="VKEY",
    help="Public key that the site publishes (gate audit key show). Several: repeat.",
)
LOG = click.Path(path_type=Path, file_okay=False, exists=True)


def verifiers(vkeys: Sequence[str]) -> list[Verifier]:
    """Read the public keys of --key.

    Raises:
        VerifierKeyError: One of them is none.
    """
    from gate.audit.notes import Verifier  # noqa: PLC0415 - heavy

    return [Verifier.parse(vkey) for vkey in vkeys]
