"""YAML files read strictly: every value is text with its place, every problem is named.

`read` or `load` a document, `validate` it against a `Strict` model whose fields use
the types of `scalars`, and `render` what was found.
"""

from __future__ import annotations

from gate.documents.codes import CODES
from gate.documents.reader import Document, load, read, with_sources
from gate.documents.render import render
from gate.documents.scalars import (
    CanonicalPath,
    Cidr,
    Code,
    Country,
    Day,
    Decimal,
    Flag,
    Glob,
    Ident,
    Instant,
    Line,
    Whole,
    refusal,
)
from gate.documents.schema import Strict, validate
from gate.documents.suggest import nearest, suggest

__all__ = [
    "CODES",
    "CanonicalPath",
    "Cidr",
    "Code",
    "Country",
    "Day",
    "Decimal",
    "Document",
    "Flag",
    "Glob",
    "Ident",
    "Instant",
    "Line",
    "Strict",
    "Whole",
    "load",
    "nearest",
    "read",
    "refusal",
    "render",
    "suggest",
    "validate",
    "with_sources",
]
