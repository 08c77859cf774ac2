"""What lies on the disk at a moment, told so that any change tells.

Small files count by their content, because a clock of a network disk, a link that is
swapped or a file that is rewritten in place within one tick would fool their dates.
Databases count by what the disk says of them; a load then looks at their content.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.documents.decoding import MAX_BYTES
from gate.rules.files import files_below

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.config import Config

_SUFFIXES = (".yaml", ".yml", ".geojson")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The files that a snapshot rests on.

    Attributes:
        config: The configuration.
        folder: Folder of the rule book.
        databases: The GeoIP databases, none for the embedded one; and what names
            the networks that hide visitors.
        secret: What other servers show when they ask; None if none does.
        look: Logo and own template, where there are any.
    """

    config: Path
    folder: Path
    databases: Sequence[Path]
    secret: Path | None
    look: Sequence[Path] = ()

    @classmethod
    def of(cls, config: Config) -> Watched:
        """Name the files of a configuration."""
        return cls(
            config=config.path,
            folder=config.rules.folder,
            databases=(
                *config.geo.databases,
                *(p for p in (config.geo.anonymous, config.geo.tor_exits) if p),
            ),
            secret=config.check.secret_file if config.check else None,
            look=tuple(
                p for p in (config.site.look.logo, config.site.look.template) if p
            ),
        )

    def fingerprint(self) -> str:
        """Return a digest of everything that lies there now.

        A file that cannot be read counts with the reason, so that its return counts.
        """
        total = hashlib.sha256()
        for file in (self.config, self.secret, *self.look):
            total.update(b"" if file is None else _content(str(file)))
        try:
            for name, path in sorted(files_below(self.folder)):
                if name.lower().endswith(_SUFFIXES):
                    total.update(f"\n{name}\n".encode(errors="surrogateescape"))
                    total.update(_content(path))
        except OSError as error:
            total.update(_reason(error))
        for database in self.databases:
            total.update(_dates(database))
        return total.hexdigest()


def _content(path: str) -> bytes:
    """Return the digest of a file's content."""
    try:
        # Opened anew each time: that is when a network disk asks its server. What is
        # no plain file must not hold the look up.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            found = hashlib.sha256(os.read(handle, MAX_BYTES + 1))
        finally:
            os.close(handle)
    except OSError as error:
        return _reason(error)
    return found.digest()


def _dates(path: Path) -> bytes:
    try:
        found = path.stat()
    except OSError as error:
        return _reason(error)
    told = (
        found.st_dev,
        found.st_ino,
        found.st_size,
        found.st_mtime_ns,
        found.st_ctime_ns,
    )
    return repr(told).encode()


def _reason(error: OSError) -> bytes:
    return f"error {error.errno}".encode()
