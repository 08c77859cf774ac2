"""gate texts: the texts of the notices, to a translator and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.console import config_option, many, open_config, say
from gate.errors.texts import TextsInTheWayError
from gate.workbench.texts.editing import put_in
from gate.workbench.texts.taking import take
from gate.workbench.texts.trial import try_out
from gate.workbench.texts.units import open_texts
from gate.workbench.texts.view import as_html, as_lines
from gate.workbench.texts.writing import write
from gate.workbench.texts.xliff import build

if TYPE_CHECKING:
    from gate.workbench.texts.units import TextBook

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def texts() -> None:
    """Hand the texts of the notices to a translator, take them back, compare them.

    A language stands under `languages` in rules/notices/page.yaml before it is
    translated. What comes back is a draft, until somebody signs it in the file.
    """


@texts.command("export")
@config_option
@click.argument("language")
@click.option("--from", "source", metavar="TAG", help="Translate from this language.")
@click.option("--out", type=_FILE, help="The file; LANGUAGE.xlf if not named.")
def export_(
    config_path: Path, language: str, *, source: str | None, out: Path | None
) -> None:
    """Write one file (XLIFF 2) with every text for the translator of LANGUAGE.

    Translators open it in the tool that they work with. What is translated already
    stands in it.
    """
    book = _opened(config_path)
    first = source or next(iter(book.languages), "en")
    book.check(first, language)
    path = out or Path(f"{language}.xlf")
    if first == language:
        raise click.UsageError("A language is not translated from itself.")
    _put(path, build(book.blocks, first, language))
    count = sum(len(block.strings(first)) for block in book.blocks)
    say(f"Wrote {many(count, 'text')} to {path}, to be translated from {first}.")


@texts.command("import")
@config_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(config_path: Path, file: Path) -> None:
    """Put what a translator sent back into rules/notices.

    Nothing is written unless all of it fits: each text of the words that stand there
    now, each placeholder in place. Comments and order of the files stay. Languages that
    change become drafts.
    """
    folder = _folder(config_path)
    taken = take(open_texts(folder), file)
    paths = dict.fromkeys(change.block.path for change in taken.changes)
    made = {
        path: put_in(
            path, [c for c in taken.changes if c.block.path == path], taken.tag
        )
        for path in paths
    }
    try_out(folder, made)
    write(made)
    for change in taken.changes:
        block = change.block
        say(f"{block.path}: {block.name}, {many(len(change.texts), 'text')}")
    for line in taken.remarks():
        say(line)
    count = sum(len(change.texts) for change in taken.changes)
    say(f"{many(count, 'text')} taken over in {taken.tag}. Run gate check.")


@texts.command("view")
@config_option
@click.argument("languages", nargs=-1)
@click.option("--html", "out", type=_FILE, help="Write a page with columns instead.")
def view(config_path: Path, languages: tuple[str, ...], *, out: Path | None) -> None:
    """Show the texts in LANGUAGES, or in all that have any, beside each other."""
    book = _opened(config_path)
    book.check(*languages)
    shown = languages or book.spoken
    if out is None:
        for line in as_lines(book, shown):
            say(line)
        return
    _put(out, as_html(book, shown).encode())
    say(f"Wrote {out}.")


def _put(path: Path, content: bytes) -> None:
    """Write a file that is not there yet."""
    try:
        with path.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise TextsInTheWayError(path=path) from None


def _opened(config_path: Path) -> TextBook:
    return open_texts(_folder(config_path))


def _folder(config_path: Path) -> Path:
    return open_config(config_path).rules.folder / "notices"
