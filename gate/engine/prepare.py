"""What is done before anything is served, in a process of its own.

    python -m gate.engine.prepare CONFIG [DIGEST]

Builds the index of the configured databases and areas if the state folder has none
that fits, and proves the rule book: its own tests, its promises and the promises that
the config pins, over the classes of the loaded database. The heavy libraries that this
takes (numpy, shapely) never enter a process that serves. DIGEST names databases that
cannot be used any more: the book is then proved over their index in the state folder.

Prints one JSON object, `{"findings": [...]}` or `{"error": {...}}`. Exit codes: 0 the
index and the proof lie in the state folder; 1 the rule book may not be served; 3 there
is no index.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from gate.config import load_config, pinned_at
from gate.engine.preparation import Prepared, ensure_folder, load_texts
from gate.errors import FindingsError, GateError
from gate.model import Severity
from gate.places.areas import membership
from gate.rules.judging import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model import Diagnostic


def prepare(
    config_path: Path, database_digest: str | None = None
) -> tuple[Diagnostic, ...]:
    """Build the index and prove the book; leave both results in the state folder.

    Args:
        config_path: The configuration.
        database_digest: Of databases of which only the index is left; None for those
            that the configuration names.

    Returns:
        The findings that do not keep the book from being served.

    Raises:
        FindingsError: The book fails a test, or a promise is broken.
        GateError: Anything else that stops the work.
    """
    config = load_config(config_path, os.environ)
    book, notices = load_texts(config)
    ensure_folder(config.state)
    prepared = Prepared.of(config, book, database_digest)
    index = prepared.index() if database_digest else prepared.ensured_index(book)
    findings = judge(
        book,
        classes=index.classes,
        membership=membership,
        pinned=config.rules.pins,
        notices=notices,
        now=int(time.time()),
        review_days=config.rules.review_days,
        pinned_at=pinned_at(config),
    )
    if any(finding.severity is Severity.ERROR for finding in findings):
        prepared.note_refusal(findings)
        raise FindingsError(findings)
    prepared.note_soundness()
    return tuple(findings)


def main(arguments: Sequence[str]) -> int:
    """Run `prepare` for what `arguments` name; return the exit code."""
    try:
        findings = prepare(Path(arguments[0]), *arguments[1:2])
    except FindingsError as error:
        print(json.dumps({"findings": [asdict(f) for f in error.findings]}))  # noqa: T201 - this process speaks through standard output
        return 1
    except GateError as error:
        told = {"code": error.code, "message": str(error), "hint": error.hint}
        print(json.dumps({"error": told}))  # noqa: T201 - likewise
        return 3
    print(json.dumps({"findings": [asdict(f) for f in findings]}))  # noqa: T201 - likewise
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
