"""The rule book in use: read again whenever its files change, and never a bad one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

from gate.config import load_config, rules_folder
from gate.documents import with_sources
from gate.engine.fingerprint import Watched
from gate.engine.snapshot import load_snapshot
from gate.errors import ConfigMissingError, FindingsError, GateError
from gate.model import Severity
from gate.rules.sheets import read_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gate.engine.snapshot import Snapshot
    from gate.model import Diagnostic
    from gate.rules.sheets import Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is in use, and what is wrong with what lies on the disk.

    Attributes:
        snapshot: The last sound one; None if there has been none.
        folder: The files that it was read from.
        findings: Errors of the files as they are now.
        refusal: What is wrong if it is not a matter of files; "" if nothing is.
        hint: What to do about it.
    """

    snapshot: Snapshot | None = None
    folder: Folder | None = None
    findings: tuple[Diagnostic, ...] = ()
    refusal: str = ""
    hint: str = ""

    @property
    def digest(self) -> str:
        """What changes whenever anything of it does."""
        versions = self.snapshot.versions if self.snapshot else ()
        told = repr((versions, self.findings, self.refusal))
        return sha256(told.encode()).hexdigest()

    @property
    def is_sound(self) -> bool:
        """Whether what lies on the disk is in use."""
        return not self.findings and not self.refusal


class Upkeep:
    """Keeps up with the files of a configuration.

    Args:
        config_path: The configuration.
        environ: Variables that override it.
    """

    def __init__(self, config_path: Path, environ: Mapping[str, str]) -> None:
        self._path, self._environ = config_path, environ
        self._lock = Lock()
        self._seen = ""
        self._holding = Holding()

    def look(self) -> Holding:
        """Return what is in use; files that have changed are read first."""
        with self._lock:
            watched = self._watched()
            seen = watched.fingerprint()
            if seen != self._seen:
                self._holding = self._read()
                # What changed meanwhile is seen by the next look.
                self._seen = seen
            return self._holding

    def _watched(self) -> Watched:
        try:
            return Watched.of(load_config(self._path, self._environ))
        except ConfigMissingError:
            folder = self._path.parent
        except FindingsError:
            folder = rules_folder(self._path, self._environ) or self._path.parent
        return Watched(config=self._path, folder=folder, databases=(), secret=None)

    def _read(self) -> Holding:
        try:
            snapshot = load_snapshot(self._path, self._environ)
            folder = read_folder(snapshot.config.rules.folder)
            return Holding(snapshot=snapshot, folder=folder)
        except FindingsError as error:
            wrong = [f for f in error.findings if f.severity is Severity.ERROR]
            findings = tuple(with_sources(wrong))
            return replace(self._holding, findings=findings, refusal="", hint="")
        except GateError as error:
            return replace(
                self._holding,
                findings=(),
                refusal=f"{error.code}: {error}",
                hint=error.hint,
            )
