"""gate new: a rule, an exemption, an area, a notice or a test."""

from __future__ import annotations

import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.console import (
    config_option,
    many,
    open_config,
    say,
    show_findings,
    working,
)
from gate.errors import (
    BadAnswerError,
    ErrorsToComeError,
    FindingsError,
    MissingAnswerError,
)
from gate.rules import load_book
from gate.rules.marking import Lines
from gate.workbench.drafting.answers import Answers, RefusedAnswer
from gate.workbench.drafting.kinds import KINDS
from gate.workbench.drafting.questions import Desk
from gate.workbench.drafting.trial import add, new_errors, target_of, with_test
from gate.workbench.drafting.verdict import errors_of
from gate.workbench.texts.units import open_texts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gate.config import Config
    from gate.model import RuleBook
    from gate.workbench.drafting.draft import Draft, Kind
    from gate.workbench.drafting.questions import Question

_ABOUT = {
    "rule": "Add a rule, with a test that is proposed for it.",
    "exemption": "Add an exemption: it ends by itself, and somebody approves it.",
    "area": "Add an area.",
    "notice": "Add a notice as drafts to be written, in every language of the page.",
    "test": "Add a test of what the book decides.",
}
_MOST = 5  # errors that are shown
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def new() -> None:
    """Add a rule, an exemption, an area, a notice or a test to the rule book.

    On a terminal it asks what it has to know, says at once what the book would not
    take, and offers what is usual: Enter takes it, "-" means nothing. Each answer can
    be given as an option, for scripts. The item is written to a file of its own below
    the folder of the rule book, or added to the one that --into names; nothing is
    overwritten, and nothing is written with which the book could not be read. If it
    would fail a test or break a promise, that is shown first; --anyway writes it.
    """


def _command(kind: Kind) -> click.Command:
    """Return the command of a kind, with an option for each of its questions."""
    options: list[click.Parameter] = [
        click.Option([q.option, q.key], help=_help(q), metavar=_metavar(q))
        for q in kind.questions
    ]
    options.append(
        click.Option(["--into"], type=_FILE, help="Add it to this file of the book.")
    )
    options.append(
        click.Option(["--anyway"], is_flag=True, help="Write it also with errors.")
    )
    if kind.word == "rule":
        options.append(
            click.Option(["--no-test"], is_flag=True, help="Propose no test for it.")
        )

    def run(config_path: Path, **given: Any) -> None:  # noqa: ANN401 - click's
        _write(kind, config_path, given)

    about = _ABOUT[kind.word]
    made = click.Command(kind.word, callback=run, params=options, help=about)
    return config_option(made)


def _help(question: Question) -> str:
    example = f" For example: {question.example}." if question.example else ""
    return f"{question.ask}{example}"


def _metavar(question: Question) -> str:
    return f"{question.key.split('_')[-1].upper()}{',…' if question.many else ''}"


def _write(kind: Kind, config_path: Path, given: dict[str, Any]) -> None:
    config = open_config(config_path)
    desk = _desk(config.rules.folder)
    into, no_test = given.pop("into"), given.pop("no_test", True)
    anyway = given.pop("anyway")
    answers = _answers(kind, desk, given, known={"owner"} if into else set())
    draft = kind.draft(desk, answers)
    path = target_of(desk.folder, draft, into)
    if not no_test:
        draft = with_test(desk, draft, path)
    if not anyway:
        _check(config, desk, draft, path)
    existed = path.exists()
    add(desk.folder, draft, path)
    say(f"{'Added to' if existed else 'Wrote'} {path}.")
    if any(part.section == "tests" for part in draft.parts[1:]):
        say("A test stands with it: look whether it says what you mean.")
    for sentence in draft.advice:
        say(f"  {sentence}")


def _check(config: Config, desk: Desk, draft: Draft, path: Path) -> None:
    """Show the errors that the book would have, and ask whether to go on.

    Raises:
        ErrorsToComeError: There are some, and nobody says yes.
    """
    judge = partial(errors_of, config, now=desk.now)
    with working("Checking"):
        found = new_errors(desk, draft, path, judge)
    if not found:
        return
    show_findings(found[:_MOST], err=True)
    if len(found) > _MOST:
        say(f"And {many(len(found) - _MOST, 'more error')} of this sort.\n", err=True)
    told = f"With it the book has {many(len(found), 'error')} more. Write it anyway?"
    if not (_is_person() and click.confirm(told, default=False)):
        raise ErrorsToComeError(count=len(found))


def _is_person() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _answers(
    kind: Kind, desk: Desk, given: Mapping[str, str | None], known: Collection[str]
) -> Answers:
    """Return every answer that is needed: given, asked for, or the usual one."""
    asks = _is_person()
    answers: Answers = {}
    for question in kind.questions:
        if question.key in known or not question.needed(desk, answers):
            continue
        told = given.get(question.key)
        if told is None and asks:
            answers[question.key] = _ask(question, desk, answers)
        else:
            answers[question.key] = _given(question, desk, answers, told)
    return answers


def _desk(folder: Path) -> Desk:
    book, findings = load_book(folder)
    if book is None:
        raise FindingsError(findings)
    texts = open_texts(folder / "notices")
    return Desk(
        folder=folder,
        book=book,
        texts=texts,
        now=int(time.time()),
        offset=_usual_offset(book),
    )


def _usual_offset(book: RuleBook) -> int:
    """Return the offset from UTC, in seconds, in which a book writes moments."""
    files = Counter(rule.mark.file for rule in book.rules)
    files.update(exemption.mark.file for exemption in book.exemptions)
    files.update(promise.mark.file for promise in book.promises)
    return next((Lines().usual_offset(f) for f, _ in files.most_common(1)), 0)


def _given(
    question: Question, desk: Desk, answers: Answers, told: str | None
) -> tuple[str, ...]:
    """Return the answer of an option, or the usual one.

    Raises:
        MissingAnswerError: There is neither.
        BadAnswerError: The book would not take it.
    """
    usual = question.default(desk, answers) if question.default else None
    if told is None and usual is None:
        raise MissingAnswerError(option=question.option, question=question.ask)
    text = usual if told is None else told
    if not text:
        return ()
    try:
        return question.answer(text, desk)
    except RefusedAnswer as refused:
        raise BadAnswerError(
            option=question.option, reason=str(refused), hint=refused.hint
        ) from None


def _ask(question: Question, desk: Desk, answers: Answers) -> tuple[str, ...]:
    """Ask until the book would take the answer."""
    usual = question.default(desk, answers) if question.default else None
    say()
    say(question.ask, bold=True)
    choices = question.choices(desk) if question.choices else {}
    wide = max(map(len, choices), default=0)
    for name, title in choices.items():
        say(f"  {name:<{wide}}  {title}".rstrip())
    if question.example:
        say(f"  For example: {question.example}")
    while True:
        shown = f" [{usual}]" if usual else ""
        text = click.prompt(
            f">{shown}", default="", show_default=False, prompt_suffix=" "
        )
        if not text.strip() and usual is not None:
            text = usual
        if not text.strip() and usual is not None:
            return ()
        try:
            return question.answer(text, desk)
        except RefusedAnswer as refused:
            say(f"{refused} {refused.hint}".strip(), fg="yellow")


for _kind in KINDS.values():
    new.add_command(_command(_kind))
