"""The translator's file when it comes back: read with suspicion.

Source:
    XLIFF 2.0, OASIS Standard, 5 August 2014 (ISO 21720:2017).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.parsers import expat

from gate.errors.texts import TranslationUnreadableError
from gate.workbench.texts.xliff import NAMESPACE, REVISION, WAS, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MOST_BYTES = 8 * 1024 * 1024
_MOST_DEPTH = 24  # the standard needs about ten
_VERSIONS = frozenset({"2.0", "2.1"})
_Q = f"{{{NAMESPACE}}}"
_SPACE = re.compile(r"[ \t\r\n]+")  # never a no-break space
_INLINE = frozenset({"ph", "pc", "mrk", "sc", "ec", "sm", "em"})
_PARTS = frozenset({f"{_Q}segment", f"{_Q}ignorable"})


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
        return *_tags(root), _told_once(_units(root))
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
    try:
        _refuse_tricks(data)
        return ET.fromstring(data)  # noqa: S314 - neither entities nor depth by now
    except (LookupError, ValueError) as error:
        raise _UnfitError(f"its encoding cannot be read ({error})") from None


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


def _told_once(units: Iterable[Unit]) -> list[Unit]:
    """Return the units; of two for one text nobody could say which one holds."""
    found: dict[tuple[str, str], Unit] = {}
    for unit in units:
        at = unit.block, unit.path
        if at in found:
            raise _UnfitError(f"{' '.join(at)[:80]} stands in it twice")
        found[at] = unit
    return list(found.values())


def _units(root: ET.Element) -> Iterator[Unit]:
    for file in root.iterfind(f"{_Q}file"):
        revision = _noted(file, REVISION)
        if revision is None or not revision.isascii() or not revision.isdigit():
            raise _UnfitError("the note of its revision is lost")
        for unit in file.iter(f"{_Q}unit"):
            yield _unit(unit, file.get("original", ""), int(revision[:9]))


def _unit(unit: ET.Element, block: str, revision: int) -> Unit:
    was = _noted(unit, WAS)
    if was is None:
        raise _UnfitError(f"the notes of {unit.get('name', 'a text')} are lost")
    held = unit.iterfind(f"{_Q}originalData/{_Q}data")
    data = {one.get("id"): one.text or "" for one in held}
    # Only its own parts: modules, such as that of matches, hold texts of others.
    parts = [part for part in unit if part.tag in _PARTS]
    target = _words(parts, "target", data)
    is_done = all(_is_done(part, data) for part in parts)
    return Unit(
        block=block,
        path=unit.get("name", ""),
        source=_words(parts, "source", data),
        target=target if is_done else "",
        is_begun=bool(target) and not is_done,
        revision=revision,
        was=was,
    )


def _is_done(part: ET.Element, data: dict[str | None, str]) -> bool:
    """Say whether a part is translated, or needs no translation.

    Source:
        XLIFF 2.0, attribute state: "initial" is its default.
    """
    if part.tag != f"{_Q}segment" or not _words([part], "source", data):
        return True
    is_there = bool(_words([part], "target", data))
    return is_there and part.get("state", "initial") != "initial"


def _noted(element: ET.Element, category: str) -> str | None:
    for note in element.iterfind(f"{_Q}notes/{_Q}note"):
        if note.get("category") == category:
            return (note.text or "").strip()
    return None


def _words(parts: Sequence[ET.Element], side: str, data: dict[str | None, str]) -> str:
    """Return one side of a unit as a text, whatever segments a tool has made."""
    sides = (part.find(f"{_Q}{side}") for part in parts)
    told = [_flat(one, data) for one in sides if one is not None]
    return _SPACE.sub(" ", " ".join(told)).strip(" ")


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
