"""gate new: a rule, an exemption, an area, a notice or a test."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.console import config_option, open_config, say
from gate.errors import BadAnswerError, FindingsError, MissingAnswerError
from gate.rules import load_book
from gate.workbench.drafting.answers import Answers, RefusedAnswer
from gate.workbench.drafting.kinds import KINDS
from gate.workbench.drafting.questions import Desk
from gate.workbench.drafting.trial import add, target_of, with_test
from gate.workbench.texts.units import open_texts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gate.workbench.drafting.draft import Kind
    from gate.workbench.drafting.questions import Question

_ABOUT = {
    "rule": "Add a rule, with a test that is proposed for it.",
    "exemption": "Add an exemption: it ends by itself, and somebody approves it.",
    "area": "Add an area.",
    "notice": "Add a notice as drafts to be written, in every language of the page.",
    "test": "Add a test of what the book decides.",
}
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def new() -> None:
    """Add a rule, an exemption, an area, a notice or a test to the rule book.

    On a terminal it asks what it has to know, says at once what the book would not
    take, and offers what is usual: Enter takes it, "-" means nothing. Each answer can
    be given as an option, for scripts. The item is written to a file of its own below
    the folder of the rule book, or added to the one that --into names; nothing is
    overwritten, and nothing is written with which the book would not be sound.
    """


def _command(kind: Kind) -> click.Command:
    """Return the command of a kind, with an option for each of its questions."""
    options: list[click.Parameter] = [
        click.Option([q.option, q.key], help=q.ask, metavar=_metavar(q))
        for q in kind.questions
    ]
    options.append(
        click.Option(["--into"], type=_FILE, help="Add it to this file of the book.")
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


def _metavar(question: Question) -> str:
    return f"{question.key.split('_')[-1].upper()}{',…' if question.many else ''}"


def _write(kind: Kind, config_path: Path, given: dict[str, Any]) -> None:
    desk = _desk(config_path)
    into, no_test = given.pop("into"), given.pop("no_test", True)
    answers = _answers(kind, desk, given, known={"owner"} if into else set())
    draft = kind.draft(desk, answers)
    path = target_of(desk.folder, draft, into)
    if not no_test:
        draft = with_test(desk.folder, draft, path, desk.now)
    existed = path.exists()
    add(desk.folder, draft, path)
    say(f"{'Added to' if existed else 'Wrote'} {path}.")
    if any(part.section == "tests" for part in draft.parts[1:]):
        say("A test stands with it: look whether it says what you mean.")
    for sentence in draft.advice:
        say(f"  {sentence}")


def _answers(
    kind: Kind, desk: Desk, given: Mapping[str, str | None], known: Collection[str]
) -> Answers:
    """Return every answer that is needed: given, asked for, or the usual one."""
    asks = sys.stdin.isatty() and sys.stdout.isatty()
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


def _desk(config_path: Path) -> Desk:
    folder = open_config(config_path).rules.folder
    book, findings = load_book(folder)
    if book is None:
        raise FindingsError(findings)
    texts = open_texts(folder / "notices")
    return Desk(folder=folder, book=book, texts=texts, now=int(time.time()))


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
    for name, title in (question.choices(desk) if question.choices else {}).items():
        say(f"  {name:<24} {title}".rstrip())
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
