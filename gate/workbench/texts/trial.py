"""Whether the gate would still take the notices, before anything is written."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gate.errors.texts import TranslationRefusedError
from gate.model import Severity
from gate.notices import load_notices
from gate.notices.load import notice_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model import Diagnostic


def try_out(folder: Path, made: Mapping[Path, str]) -> None:
    """Load a copy of the notices with other files in it.

    Args:
        folder: The folder of the notices.
        made: New content by file.

    Raises:
        TranslationRefusedError: It has an error that the folder itself has not.
    """
    before = {_told(finding) for finding in _errors(folder)}
    with tempfile.TemporaryDirectory(prefix="gate-texts-") as name:
        copy = Path(name)
        for path in notice_files(folder):
            shutil.copyfile(path, copy / path.name)
        for path, text in made.items():
            (copy / path.name).write_bytes(text.encode())
        after = [_at_home(finding, folder) for finding in _errors(copy)]
    new = [finding for finding in after if _told(finding) not in before]
    if new:
        raise TranslationRefusedError(new)


def _errors(folder: Path) -> list[Diagnostic]:
    _, findings = load_notices(folder)
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _told(finding: Diagnostic) -> tuple[str, str, str]:
    return finding.code, Path(finding.mark.file).name, finding.message


def _at_home(finding: Diagnostic, folder: Path) -> Diagnostic:
    """Return a finding about a copy as one about the file that it is a copy of."""
    file = str(folder / Path(finding.mark.file).name)
    return replace(finding, mark=replace(finding.mark, file=file))
