"""The translator's file: XLIFF 2.0, as tools of the trade read and write it.

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
from xml.parsers import expat

from gate.errors.texts import TranslationUnreadableError
from gate.workbench.texts.units import explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gate.workbench.texts.units import Block, Steps

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
MOST_BYTES = 8 * 1024 * 1024
_MOST_DEPTH = 24  # the standard needs about ten
_VERSIONS = frozenset({"2.0", "2.1"})
_Q = f"{{{NAMESPACE}}}"
_PLACE = re.compile(r"(\{[a-z0-9_-]+\})")
_SPACE = re.compile(r"[ \t\r\n]+")  # never a no-break space
_INLINE = frozenset({"ph", "pc", "mrk", "sc", "ec", "sm", "em"})
_MARKS = {
    "revision": "gate-revision",
    "was": "gate-was",
}
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
        target: The translation; "" for none.
        revision: Of the notice when the file was written.
        was: `told_apart` of the translation that stood there then.
    """

    block: str
    path: str
    source: str
    target: str
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
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(
        f"{_Q}xliff", {"version": "2.0", "srcLang": source, "trgLang": target}
    )
    for number, block in enumerate(blocks, start=1):
        _add_file(root, block, f"f{number}", (source, target))
    _indent(root, "\n")
    told = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{told}\n'.encode()


def _indent(element: ET.Element, line: str) -> None:
    """Put each element on a line of its own, but nothing within a text."""
    if not len(element) or element.tag in {f"{_Q}source", f"{_Q}target"}:
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
        root, f"{_Q}file", {"id": own, "original": block.name, "canResegment": "no"}
    )
    notes = ET.SubElement(file, f"{_Q}notes")
    _note(notes, "about", _ABOUT)
    _note(notes, _MARKS["revision"], str(block.revision))
    about = explained(block.model)
    for number, (path, words) in enumerate(source.items(), start=1):
        unit = ET.SubElement(
            file, f"{_Q}unit", {"id": f"{own}u{number}", "name": written(path)}
        )
        there = target.get(path, "")
        notes = ET.SubElement(unit, f"{_Q}notes")
        told = [about.get(str(path[0]), ""), *(str(step) for step in path[1:2])]
        _note(notes, "context", " ".join([written(path) + ":", *told]).strip(" :"))
        _note(notes, _MARKS["was"], told_apart(there))
        _add_segment(unit, words, there)


def _note(notes: ET.Element, category: str, text: str) -> None:
    ET.SubElement(notes, f"{_Q}note", {"category": category}).text = text


def _add_segment(unit: ET.Element, source: str, target: str) -> None:
    places = list(dict.fromkeys(_PLACE.findall(source)))
    if places:
        data = ET.SubElement(unit, f"{_Q}originalData")
        for number, place in enumerate(places, start=1):
            ET.SubElement(data, f"{_Q}data", {"id": f"d{number}"}).text = place
    state = "translated" if target else "initial"
    segment = ET.SubElement(unit, f"{_Q}segment", {"state": state})
    _add_inline(ET.SubElement(segment, f"{_Q}source"), source, places)
    if target:
        _add_inline(ET.SubElement(segment, f"{_Q}target"), target, places)


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
            last = ET.SubElement(element, f"{_Q}ph", fields)
        elif last is None:
            element.text = (element.text or "") + part
        else:
            last.tail = (last.tail or "") + part


def parse(path: Path) -> tuple[str, str, list[Unit]]:
    """Read a translator's file.

    Args:
        path: The file.

    Returns:
        Tags of source and target, and every text in it.

    Raises:
        TranslationUnreadableError: It is not such a file.
        OSError: It cannot be opened.
    """
    try:
        root = _root(path)
        return *_tags(root), list(_units(root))
    except (_UnfitError, expat.ExpatError, ET.ParseError) as error:
        reason = str(error).rstrip(".")
        raise TranslationUnreadableError(path=path, reason=reason) from None


def _tags(root: ET.Element) -> tuple[str, str]:
    if root.tag != f"{_Q}xliff" or root.get("version") not in _VERSIONS:
        raise _UnfitError("it is not XLIFF 2")
    source, target = root.get("srcLang", ""), root.get("trgLang", "")
    if not (source and target):
        raise _UnfitError("it does not name both languages")
    return source, target


class _UnfitError(Exception):
    """A file is not what `build` writes."""


def _root(path: Path) -> ET.Element:
    with path.open("rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise _UnfitError(f"it is larger than {MOST_BYTES // 1024 // 1024} MiB")
    _refuse_tricks(data)
    return ET.fromstring(data)  # noqa: S314 - neither entities nor depth by now


def _refuse_tricks(data: bytes) -> None:
    """Refuse entities, and more depth than any translation has."""
    depth = 0

    def refuse(*_: object) -> None:
        raise _UnfitError("it holds a document type, and needs none")

    def enter(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _MOST_DEPTH:
            raise _UnfitError("it is nested too deep")

    def leave(_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    parser.Parse(data, True)  # noqa: FBT003 - expat takes it by position only


def _units(root: ET.Element) -> Iterator[Unit]:
    for file in root.iter(f"{_Q}file"):
        revision = _noted(file, _MARKS["revision"])
        if revision is None or not revision.isascii() or not revision.isdigit():
            raise _UnfitError("the note of its revision is lost")
        for unit in file.iter(f"{_Q}unit"):
            was = _noted(unit, _MARKS["was"])
            if was is None:
                raise _UnfitError(f"the notes of {unit.get('name', 'a text')} are lost")
            data = {d.get("id"): d.text or "" for d in unit.iter(f"{_Q}data")}
            yield Unit(
                block=file.get("original", ""),
                path=unit.get("name", ""),
                source=_words(unit, "source", data),
                target=_words(unit, "target", data),
                revision=int(revision[:9]),
                was=was,
            )


def _noted(element: ET.Element, category: str) -> str | None:
    for note in element.iterfind(f"{_Q}notes/{_Q}note"):
        if note.get("category") == category:
            return (note.text or "").strip()
    return None


def _words(unit: ET.Element, side: str, data: dict[str | None, str]) -> str:
    """Return one side of a unit as a text, whatever segments a tool has made."""
    parts = [_flat(one, data) for one in unit.iter(f"{_Q}{side}")]
    return _SPACE.sub(" ", " ".join(parts)).strip(" ")


def _flat(element: ET.Element, data: dict[str | None, str]) -> str:
    found = element.text or ""
    for child in element:
        kind = child.tag.removeprefix(_Q)
        if kind not in _INLINE:
            raise _UnfitError(f"a text holds <{kind[:40]}>")
        if kind == "ph":
            found += data.get(child.get("dataRef")) or child.get("equiv") or ""
        else:
            found += _flat(child, data)
        found += child.tail or ""
    return found
