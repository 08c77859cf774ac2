"""The deployer's command that makes the edge read its table anew."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

from gate.errors import ReloadCommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 60
"""How long a command may take."""

_MOST_SAID = 300
"""Characters of what a command says that are shown."""


def parse_command(text: str) -> tuple[str, ...]:
    """Split a command into words, as a shell would; no shell ever runs it.

    Raises:
        ValueError: There is no word in it, or a quote stays open.
    """
    words = tuple(shlex.split(text))
    if not words:
        raise ValueError("the command is empty")
    return words


def reload_edge(command: Sequence[str]) -> None:
    """Run the command and wait until it ends.

    Raises:
        ReloadCommandError: It cannot be started, fails, or takes too long.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the deployer's own command, no shell
            command,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise _failed(command, f"it took longer than {SECONDS} s") from None
    except OSError as error:
        raise _failed(command, (error.strerror or "unknown").lower()) from error
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).decode("utf-8", "replace").split())
        told = f", {said[:_MOST_SAID]}" if said else ""
        raise _failed(command, f"exit code {done.returncode}{told}")


def _failed(command: Sequence[str], reason: str) -> ReloadCommandError:
    return ReloadCommandError(command=shlex.join(command), reason=reason.rstrip("."))
