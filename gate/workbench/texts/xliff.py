"""The translator's file: XLIFF 2.0, as tools of the trade read it.

A standard with a place for everything that has to come back: source, context, status,
and placeholders as codes that tools protect. CSV and YAML have none of these.

Source:
    XLIFF 2.0, OASIS Standard, 5 August 2014 (ISO 21720:2017).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from gate.workbench.texts.units import explained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.workbench.texts.units import Block, Steps

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
_PLACE = re.compile(r"(\{[a-z0-9_-]+\})")
REVISION, WAS = "gate-revision", "gate-was"
"""Categories of the notes that have to come back."""
_ABOUT = (
    "Words in braces stay as they are. *Stars* around words emphasise them, ~ is a "
    "space at which no line breaks; both only where you need them. Keep the sense of "
    "can and could: nothing here may say that something will happen."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One text on its way.

    Attributes:
        block: Name of its block.
        path: Its place in a language of the block, with "/".
        source: What was translated.
        target: The translation; "" for none, or for one that is not done.
        is_begun: Whether a translation is there that is not done: in parts only, or
            "initial" by its state.
        revision: Of the notice when the file was written.
        was: `told_apart` of the translation that stood there then.
    """

    block: str
    path: str
    source: str
    target: str
    is_begun: bool
    revision: int
    was: str


def written(path: Steps) -> str:
    """Return a place within a language as one word."""
    return "/".join(str(step) for step in path)


def told_apart(text: str) -> str:
    """Return a short mark by which two texts can be told apart."""
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else "none"


def build(blocks: Sequence[Block], source: str, target: str) -> bytes:
    """Return the file for a translator.

    Args:
        blocks: What is to be translated.
        source: Tag of the language to translate from.
        target: Tag of the language to translate to.
    """
    about = {"version": "2.0", "srcLang": source, "trgLang": target}
    root = ET.Element("xliff", {"xmlns": NAMESPACE, **about})
    for number, block in enumerate(blocks, start=1):
        _add_file(root, block, f"f{number}", (source, target))
    _indent(root, "\n")
    told = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{told}\n'.encode()


def _indent(element: ET.Element, line: str) -> None:
    """Put each element on a line of its own, but nothing within a text."""
    if not len(element) or element.tag in {"source", "target"}:
        return
    element.text = f"{line} "
    for child in element:
        _indent(child, f"{line} ")
        child.tail = f"{line} "
    element[-1].tail = line


def _add_file(root: ET.Element, block: Block, own: str, tags: tuple[str, str]) -> None:
    source, target = (block.strings(tag) for tag in tags)
    if not source:
        return
    file = ET.SubElement(
        root, "file", {"id": own, "original": block.name, "canResegment": "no"}
    )
    notes = ET.SubElement(file, "notes")
    _note(notes, "about", _ABOUT)
    _note(notes, REVISION, str(block.revision))
    about = explained(block.model)
    for number, (path, words) in enumerate(source.items(), start=1):
        unit = ET.SubElement(
            file, "unit", {"id": f"{own}u{number}", "name": written(path)}
        )
        there = target.get(path, "")
        notes = ET.SubElement(unit, "notes")
        told = [about.get(str(path[0]), ""), *(str(step) for step in path[1:2])]
        _note(notes, "context", " ".join([written(path) + ":", *told]).strip(" :"))
        _note(notes, WAS, told_apart(there))
        _add_segment(unit, words, there)


def _note(notes: ET.Element, category: str, text: str) -> None:
    ET.SubElement(notes, "note", {"category": category}).text = text


def _add_segment(unit: ET.Element, source: str, target: str) -> None:
    places = list(dict.fromkeys(_PLACE.findall(source)))
    if places:
        data = ET.SubElement(unit, "originalData")
        for number, place in enumerate(places, start=1):
            ET.SubElement(data, "data", {"id": f"d{number}"}).text = place
    state = "translated" if target else "initial"
    segment = ET.SubElement(unit, "segment", {"state": state})
    _add_inline(ET.SubElement(segment, "source"), source, places)
    if target:
        _add_inline(ET.SubElement(segment, "target"), target, places)


def _add_inline(element: ET.Element, text: str, places: Sequence[str]) -> None:
    last: ET.Element | None = None
    for number, part in enumerate(_PLACE.split(text)):
        if part in places and number % 2:
            fields = {
                "id": f"c{number}",
                "dataRef": f"d{places.index(part) + 1}",
                "equiv": part,
                "disp": part,
                "canDelete": "no",
            }
            last = ET.SubElement(element, "ph", fields)
        elif last is None:
            element.text = (element.text or "") + part
        else:
            last.tail = (last.tail or "") + part
