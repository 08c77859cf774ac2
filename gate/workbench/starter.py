"""A rule book and a configuration to start from, written into a new folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import gate
from gate.errors import StarterInTheWayError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("config.yaml", "rules")
EXAMPLES = ("belarus",)
"""Other books to start from: complete, and drafts."""

IGNORED = (".state/", "rules/.schema/")
"""What the gate makes anew in a folder, and nobody should commit."""

_IGNORE = ".gitignore"


def starter(example: str | None = None) -> Path:
    """Return the folder that holds the starter: in the wheel, or in a checkout.

    Args:
        example: One of `EXAMPLES`; None for the book that the gate ships with.
    """
    package = Path(gate.__file__).parent
    if example:
        return package / "workbench" / "examples" / example
    packed = package / "starter"
    return packed if packed.is_dir() else package.parent


def write_starter(target: Path, example: str | None = None) -> tuple[Path, ...]:
    """Write config.yaml and rules/ into `target`, which is made if need be.

    A .gitignore is written, too, unless there is one.

    Args:
        target: The folder.
        example: One of `EXAMPLES`; None for the book that the gate ships with.

    Returns:
        The files that were written, sorted, relative to `target`.

    Raises:
        StarterInTheWayError: config.yaml or rules/ is there already; nothing is
            written.
    """
    for name in NAMES:
        if (target / name).exists() or (target / name).is_symlink():
            raise StarterInTheWayError(target / name)
    if target.exists() and not target.is_dir():
        raise StarterInTheWayError(target)
    source = starter(example)
    written = sorted(path.relative_to(source) for path in _files(source))
    for path in written:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, target / path)
    ignore = target / _IGNORE
    if not ignore.exists() and not ignore.is_symlink():
        ignore.write_text("".join(f"{line}\n" for line in IGNORED), encoding="utf-8")
        written.insert(0, Path(_IGNORE))
    return tuple(written)


def missing_ignores(target: Path) -> tuple[str, ...]:
    """Return those of `IGNORED` that no line of the .gitignore of a folder is."""
    try:
        text = (target / _IGNORE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    lines = {line.strip().strip("/") for line in text.splitlines()}
    return tuple(name for name in IGNORED if name.strip("/") not in lines)


def _files(source: Path) -> Iterator[Path]:
    for name in NAMES:
        top = source / name
        found = top.rglob("*") if top.is_dir() else [top]
        yield from (path for path in found if path.is_file() and path.name[0] != ".")
