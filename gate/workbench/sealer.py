"""The process that seals beside `gate serve`.

A program of its own and not a fork: it shares no memory with the workers, inherits no
socket, and they have none of its libraries. It may be killed at any instant, and two
of them, of one server or of two, do no harm.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate.audit.sealing import seal
from gate.config import load_config
from gate.errors import ConfigError, FindingsError, GateError
from gate.errors.sealing import SealerEndedError
from gate.workbench.running import hearsay
from gate.workbench.running.logs import set_up, where
from gate.workbench.sealing import audit_folder, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gate.audit.sealing import Sealing
    from gate.config import Config

EVERY: Final = 30.0
"""Seconds from one look to the next."""

_POLL: Final = 0.5  # seconds after which it sees that the server has ended
_IGNORED: Final = ("INT", "QUIT", "HUP", "USR1", "USR2", "WINCH", "TTIN", "TTOU")

_log = logging.getLogger("gate")


class Sealer:
    """Seals when a day is over, by the configuration as it is then.

    Args:
        path: config.yaml.
        environ: Environment variables; they override the configuration.
        clock: Returns Unix seconds.
    """

    def __init__(
        self,
        path: Path,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path, self._environ, self._clock = path, environ, clock
        self._done: tuple[object, ...] = ()
        self._told = ""
        self._is_set_up = False

    def look(self) -> None:
        """Seal if a day is over that was not sealed."""
        try:
            config = load_config(self._path, self._environ)
        except (ConfigError, FindingsError):
            return  # the workers say so
        if not self._is_set_up:
            set_up(config.server.log)
            self._is_set_up = True
        day = datetime.fromtimestamp(self._clock(), UTC).date()
        now = (day, audit_folder(config), settings_of(config).site)
        if config.audit.seal == "serve" and now != self._done:
            self._seal(config, now)

    def _seal(self, config: Config, now: tuple[object, ...]) -> None:
        try:
            done = seal(audit_folder(config), settings_of(config), self._clock())
        except GateError as error:
            self._fail(config.state, error)
        except Exception as error:  # noqa: BLE001 - told, and tried again
            self._fail(config.state, SealerEndedError(where(error)))
        else:
            self._say(done)
            self._well(config.state)
            if not done.busy:
                self._done = now

    def _say(self, done: Sealing) -> None:
        if done.new_key:
            _log.warning(
                "A signing key was made. Publish it, for whoever verifies: %s",
                done.new_key,
                extra={"code": "key-made"},
            )
        for error in done.damaged:
            _log.error("%s: %s", error.code, error, extra={"code": error.code})
        if done.waiting:
            _log.warning(
                "%d open tables of a day that is over are still in use; their counts "
                "come with the next day, as late.",
                done.waiting,
                extra={"code": "sealed"},
            )
        if done.sealed:
            told = ", ".join(header.period for header in done.sealed)
            _log.info("Sealed: %s.", told, extra={"code": "sealed"})

    def _fail(self, state: Path, error: GateError) -> None:
        """Tell what is wrong, once, and let the workers know."""
        text = f"{error.code}: {error}"
        if text != self._told:
            _log.error("%s %s", text, error.hint, extra={"code": error.code})
            self._told = text
        try:
            hearsay.tell(state, text)
        except OSError as refused:
            _log.error("%s", refused.strerror, extra={"code": "E507"})

    def _well(self, state: Path) -> None:
        hearsay.forget(state)
        if self._told:
            _log.info("Sealing goes on.", extra={"code": "trouble-over"})
            self._told = ""


def main(path: Path, parent: int) -> None:
    """Seal as long as the server lives.

    Args:
        path: config.yaml.
        parent: Process of the server.
    """
    for name in _IGNORED:  # the whole group may get them; only the server counts
        signal.signal(getattr(signal, f"SIG{name}"), signal.SIG_IGN)
    sealer, due = Sealer(path, os.environ), 0.0
    while os.getppid() == parent:
        if time.monotonic() >= due:
            sealer.look()
            due = time.monotonic() + EVERY
        time.sleep(_POLL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
