"""Bars of progress while databases are read."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.progress import Progress, TaskID

    from gate.places.census import Watch


@contextmanager
def watching(files: Sequence[Path]) -> Iterator[Mapping[Path, Watch]]:
    """Show a bar for each database on a terminal; elsewhere show nothing."""
    if not sys.stderr.isatty():
        yield {}
        return
    from rich.console import Console  # noqa: PLC0415 (costs 0.1 s)
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as progress:
        tasks = {
            path: progress.add_task(path.name, total=None)
            for path in dict.fromkeys(files)
        }
        yield {path: partial(_track, progress, id_) for path, id_ in tasks.items()}


def _track(progress: Progress, task: TaskID, records: list[int]) -> Iterable[int]:
    return progress.track(records, total=len(records), task_id=task)
