"""Schemas beside the files of a book, and the line by which a file names its own."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gate.documents import load
from gate.rules.files import files_below
from gate.rules.sheets import TESTS_END
from gate.workbench.schemas import MODELS, json_schema
from gate.workbench.schemas.vocabulary import vocabulary
from gate.workbench.texts.writing import write

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = ".schema"
"""Folder of the schemas within that of the book; hidden, so no part of the book."""

_MODELINE = re.compile(r"^# yaml-language-server: \$schema=.*$", re.MULTILINE)
_NO_TESTS = f"!**/*{TESTS_END}"
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What has been written.

    Attributes:
        schemas: The schemas.
        changed: Files that name another schema now, or name one for the first time.
        silent: Files whose format nobody knows.
    """

    schemas: tuple[Path, ...]
    changed: tuple[Path, ...] = ()
    silent: tuple[Path, ...] = ()


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write the schemas of a rule book; those that are the same stay untouched.

    Args:
        folder: Folder of the rule book.

    Raises:
        OSError: The folder cannot be read or written.
    """
    own = vocabulary(folder)
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    made = {place / f"{what}.json": _told(json_schema(what, own)) for what in MODELS}
    for path, text in made.items():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.touch()
            write({path: text})
    return tuple(made)


def _told(schema: dict[str, object]) -> str:
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":")) + "\n"


def write_modelines(config: Path, folder: Path) -> Written:
    """Write into each file of a book which schema holds for it, and the schemas.

    Only that line changes; a file that cannot be read as text is left alone.

    Args:
        config: The configuration; left out if there is none.
        folder: Folder of the rule book.

    Raises:
        OSError: A file cannot be read or written.
    """
    schemas = write_schemas(folder)
    changed: dict[Path, str] = {}
    silent = []
    for path, what in _files(config, folder):
        text = _text(path)
        if text is None or what is None:
            silent.append(path)
            continue
        made = with_modeline(text, _relative(folder / FOLDER / f"{what}.json", path))
        if made != text:
            changed[path] = made
    write(changed)
    return Written(schemas=schemas, changed=tuple(changed), silent=tuple(silent))


def with_modeline(text: str, schema: str) -> str:
    """Return a text with the line that names its schema, at its top if it has none.

    Args:
        text: Content of a YAML file.
        schema: Path of the schema, from the folder of the file.
    """
    line = f"# yaml-language-server: $schema={schema}"
    bare = text.removeprefix(_MARK)
    mark = text[: len(text) - len(bare)]
    found = _MODELINE.search(bare)
    if found:
        end = "\r" if found[0].endswith("\r") else ""
        return mark + bare[: found.start()] + line + end + bare[found.end() :]
    usual = "\r\n" if "\r\n" in bare else "\n"
    return f"{mark}{line}{usual}{bare}"


def kind_of(path: Path) -> str | None:
    """Return which schema holds for a file of a book; None if that is not known."""
    data = load(path).data
    form = data.get("format") if isinstance(data, dict) else None
    kind = form.partition("/")[0] if isinstance(form, str) else ""
    if kind == "rules" and path.name.endswith(TESTS_END):
        return "tests"
    return kind if kind in {"areas", "rules", "notices"} else None


def _files(config: Path, folder: Path) -> Iterator[tuple[Path, str | None]]:
    if config.is_file():
        yield config, "config"
    for name, _ in sorted(files_below(folder)):
        if name.endswith(".yaml"):
            yield folder / name, kind_of(folder / name)


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        return None


def _relative(schema: Path, path: Path) -> str:
    return Path(os.path.relpath(schema, path.parent)).as_posix()


def settings_of_vs_code(config: Path, folder: Path) -> dict[str, object]:
    """Return what .vscode/settings.json says in place of the lines in the files.

    Args:
        config: The configuration; its folder is the workspace.
        folder: Folder of the rule book, laid out as `gate init` does.
    """
    base = _relative(folder, config)
    schemas = f"{base}/{FOLDER}"
    return {
        "yaml.schemas": {
            f"{schemas}/config.json": config.name,
            # Of two schemas that match a file an editor demands both: each leaves the
            # files of tests out.
            f"{schemas}/areas.json": [f"{base}/areas/**/*.yaml", _NO_TESTS],
            f"{schemas}/notices.json": [f"{base}/notices/**/*.yaml", _NO_TESTS],
            f"{schemas}/rules.json": [f"{base}/*.yaml", _NO_TESTS],
            f"{schemas}/tests.json": f"{base}/**/*{TESTS_END}",
        }
    }
