"""Rule books of other days: `repository` asks git for files, `books` reads them.

Whatever takes "a folder or a revision" reads it here, so that all mean the same book.
"""

from __future__ import annotations

from gate.workbench.revisions.books import (
    Found,
    Source,
    committed,
    find_book,
    former_books,
    in_folder,
    is_folder,
    opened,
    source,
)
from gate.workbench.revisions.repository import Repository

__all__ = [
    "Found",
    "Repository",
    "Source",
    "committed",
    "find_book",
    "former_books",
    "in_folder",
    "is_folder",
    "opened",
    "source",
]
