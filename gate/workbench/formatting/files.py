"""Which files are laid out, and what each would become."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING

from gate.documents import load, read
from gate.documents.decoding import MAX_BYTES
from gate.documents.render import shown
from gate.errors import FindingsError, UnformattableError
from gate.model import Diagnostic, Mark
from gate.rules.files import files_below
from gate.workbench.formatting.checked import formatted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A file, and what it becomes.

    Attributes:
        path: The file.
        before: Its text; empty if it cannot be read.
        after: The same laid out; as before if there are findings.
        findings: Why it cannot be laid out.
    """

    path: Path
    before: str = ""
    after: str = ""
    findings: tuple[Diagnostic, ...] = ()

    @property
    def changes(self) -> bool:
        return self.before != self.after

    def difference(self) -> list[str]:
        """Return what changes as the lines of a unified diff, without their ends."""
        name = shown(self.path.as_posix())
        before, after = self.before.splitlines(), self.after.splitlines()
        heads = f"{name}, before", f"{name}, after"
        return list(unified_diff(before, after, *heads, lineterm=""))


def files_of_book(config: Path, folder: Path | None) -> Iterator[Path]:
    """Yield the configuration and every YAML file of the rule book, sorted."""
    yield config
    if folder is not None and folder.is_dir():
        yield from _below(folder)


def named(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield each file that is named, and the YAML files below a folder."""
    for path in paths:
        if path.is_dir():
            yield from _below(path)
        else:
            yield path


def _below(folder: Path) -> Iterator[Path]:
    for name, _ in sorted(files_below(folder)):
        if name.endswith(".yaml"):
            yield folder / name


def look(path: Path) -> Layout:
    """Return what a file becomes; it is not changed."""
    try:
        with path.open("rb") as stream:
            return look_at(stream.read(MAX_BYTES + 1), path)
    except OSError:
        return Layout(path=path, findings=tuple(load(path).findings))


def look_at(content: bytes, path: Path) -> Layout:
    """Return what the content of a file becomes.

    Args:
        content: What it holds.
        path: Its name in findings.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError:
        findings = read(content, file=str(path)).findings
        return Layout(path=path, findings=tuple(findings))
    try:
        return Layout(path=path, before=text, after=formatted(text, file=str(path)))
    except FindingsError as error:
        found = error.findings
    except UnformattableError as error:
        found = (_finding(error),)
    return Layout(path=path, before=text, after=text, findings=found)


def _finding(error: UnformattableError) -> Diagnostic:
    return Diagnostic(
        code=error.code,
        message=error.reason,
        hint=error.hint,
        mark=Mark(file=error.file, line=error.line),
    )
