"""Codes of countries where areas of the book ought to be named."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from gate.documents.scalars import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from gate.documents import Document
    from gate.documents.reader import Loc
    from gate.model import Diagnostic, Mark
    from gate.rules.sheets import Sheet

_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_CONDITIONS = {"rules": "when", "exemptions": "when", "promises": "for"}
_LISTS = "areas", "outside_areas"
_FEW = 5  # areas that are named


def with_areas_named(
    findings: Iterable[Diagnostic], sheets: Iterable[Sheet], areas: Collection[str]
) -> list[Diagnostic]:
    """Return findings, of which those about a code say what belongs in its place.

    Args:
        findings: What was found.
        sheets: The files.
        areas: Ids of the areas of the book.
    """
    codes = {mark: code for sheet in sheets for mark, code in _codes(sheet.document)}
    return [
        _explained(finding, codes[finding.mark], areas)
        if finding.code == "R003" and finding.mark in codes
        else finding
        for finding in findings
    ]


def _explained(finding: Diagnostic, code: str, areas: Collection[str]) -> Diagnostic:
    few = sorted(areas)[:_FEW]
    more = ", …" if len(areas) > len(few) else ""
    has = f"The book has {', '.join(few)}{more}. " if few else ""
    return replace(
        finding,
        message=f"{quoted(code)} is no area of the book; it looks like a country code.",
        hint=f"{has}Codes of countries stand in the areas, in rules/areas.",
    )


def _codes(document: Document) -> Iterator[tuple[Mark, str]]:
    data = document.data if isinstance(document.data, dict) else {}
    for section, key in _CONDITIONS.items():
        items = data.get(section)
        for number, item in enumerate(items if isinstance(items, list) else ()):
            conditions = item.get(key) if isinstance(item, dict) else None
            if isinstance(conditions, dict):
                for loc, code in _named(conditions, (section, number, key)):
                    yield document.mark(loc), code


def _named(conditions: dict[str, object], loc: Loc) -> Iterator[tuple[Loc, str]]:
    for key in _LISTS:
        names = conditions.get(key)
        for number, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and _CODE.fullmatch(name):
                yield (*loc, key, number), name
