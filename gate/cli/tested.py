"""What gate test prints: results, mutants and coverage, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.cli.console import many, say, show_table, table
from gate.cli.plain import one_line
from gate.documents.percent import per_cent
from gate.model import Exemption
from gate.rules.marking import Lines
from gate.rules.mutating.ready_tests import as_yaml
from gate.rules.mutating.survival import Fate, scores, whole_score
from gate.workbench.book_tests import survivors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.rules.mutating.survival import Score, Verdict
    from gate.rules.testing.coverage import ItemCoverage
    from gate.rules.testing.trial import TestResult
    from gate.workbench.book_tests import Survivor


def show_results(results: Sequence[TestResult]) -> None:
    """Print what failed, and how many passed."""
    failed = [result for result in results if not result.ok]
    for result in failed:
        say(one_line(f"{result.mark}: failed: {result.name}"))
        for sentence in result.failures:
            say(f"       = {one_line(sentence)}")
    say(f"{len(results) - len(failed)} of {many(len(results), 'test')} passed.")


def result_json(result: TestResult) -> dict[str, object]:
    """Return what `gate test --json` prints of a test."""
    return {
        "name": result.name,
        "at": str(result.mark),
        "ok": result.ok,
        "expected": {str(a): str(e) for a, e in result.expected.items()},
        "got": {str(a): str(e) for a, e in result.got.items()},
        "by": {str(a): list(by) for a, by in result.by.items()},
        "notices": {str(a): list(ids) for a, ids in result.notices.items()},
        "failures": list(result.failures),
    }


def show_coverage(items: Sequence[ItemCoverage]) -> None:
    """Print how much of each rule and exemption is tested, and every gap."""
    for item in items:
        for gap in item.gaps:
            say(one_line(f"{gap.mark}: {gap.subject}: no test has {gap.wanted}."))
    if any(item.gaps for item in items):
        say()
    made = table("", "", "tried", "of", whole=1)
    for item in items:
        tried = len(item.parts) - len(item.gaps)
        kind = "exemption" if isinstance(item.item, Exemption) else "rule"
        made.add_row(item.item.id, kind, str(tried), str(len(item.parts)))
    show_table(made)
    parts = sum(len(item.parts) for item in items)
    gaps = sum(len(item.gaps) for item in items)
    say(f"{parts - gaps} of {many(parts, 'condition')} tried by tests.")


def coverage_json(items: Sequence[ItemCoverage]) -> list[dict[str, object]]:
    """Return what `gate test --coverage --json` prints."""
    return [
        {
            "id": item.item.id,
            "met": item.is_met,
            "missed": item.is_missed,
            "conditions": [
                {"wanted": part.wanted, "at": str(part.mark), "test": part.test}
                for part in item.parts
            ],
        }
        for item in items
    ]


def show_mutants(verdicts: Sequence[Verdict], *, kinds: int, now: int) -> None:
    """Print every survivor with a test that would notice it, and the score.

    Args:
        verdicts: What became of each mutant.
        kinds: How many classes of places the databases know; 0 without a database.
        now: Unix seconds, for comments that explain a survivor until a day.
    """
    alive = survivors(verdicts, now)
    _show_survivors([one for one in alive if not one.because])
    for one in alive:
        if one.because:
            finding = one.finding
            told = f"{finding.message} A comment says: {one.because}"
            say(one_line(f"{finding.mark}: {told}"))
    if any(one.because for one in alive):
        say()
    made = table("", "by tests", "by promises only", "no change", "alive", "noticed")
    for kind, score in scores(verdicts).items():
        made.add_row(kind, *_row(score))
    whole = whole_score(verdicts)
    made.add_row("all", *_row(whole))
    show_table(made)
    over = f"over {many(kinds, 'kind')} of place" if kinds else "without a database"
    same = whole.fates[Fate.EQUIVALENT]
    if same:
        told = f"{same} that change no decision anywhere"
        say(f"Not counted: {told} (compared cell by cell, {over}).")
    total = whole.killed + whole.alive
    told = f"{whole.killed} of {many(total, 'mutant')} noticed"
    say(f"{told} ({_noticed(whole)}).")


def _row(score: Score) -> list[str]:
    fates = (Fate.BY_TESTS, Fate.BY_PROMISES, Fate.EQUIVALENT)
    numbers = [*(score.fates[fate] for fate in fates), score.alive]
    return [*(str(number) for number in numbers), _noticed(score)]


def _noticed(score: Score) -> str:
    total = score.killed + score.alive
    return per_cent(score.killed, total) if total else "100.0 %"


def _show_survivors(alive: Sequence[Survivor]) -> None:
    """Print survivors; a test that notices several is printed once."""
    lines = Lines()
    printed = set()
    for one in alive:
        finding, test = one.finding, one.verdict.test
        say(one_line(f"{finding.mark}: {finding.code} {finding.message}"))
        say(f"       = {one_line(finding.hint)}")
        if test is None:
            say()
        elif test.name in printed:
            name = one_line(test.name)
            say(f'       = The test "{name}", above, notices it as well.\n')
        else:
            printed.add(test.name)
            offset = lines.usual_offset(finding.mark.file)
            say("       = This test notices it; paste it below tests:\n")
            say(as_yaml(test, offset=offset))


def mutants_json(verdicts: Sequence[Verdict], *, now: int) -> dict[str, object]:
    """Return what `gate test --mutants --json` prints.

    Args:
        verdicts: What became of each mutant.
        now: Unix seconds, for comments that explain a survivor until a day.
    """
    lines = Lines()
    because = {id(one.verdict): one.because for one in survivors(verdicts, now)}
    whole = whole_score(verdicts)
    return {
        "noticed": round(whole.percent, 2),
        "fates": {str(fate): whole.fates[fate] for fate in Fate},
        "mutants": [
            _mutant_json(verdict, because.get(id(verdict), ""), lines)
            for verdict in verdicts
        ],
    }


def _mutant_json(verdict: Verdict, because: str, lines: Lines) -> dict[str, object]:
    mutant = verdict.mutant
    row: dict[str, object] = {
        "at": str(mutant.mark),
        "kind": mutant.kind,
        "subject": mutant.subject,
        "change": mutant.change,
        "fate": str(verdict.fate),
    }
    if verdict.killer:
        row["by"] = verdict.killer
    if verdict.told:
        row["where"] = verdict.told
    if because:
        row["because"] = because
    if verdict.test is not None:
        offset = lines.usual_offset(mutant.mark.file)
        row["test"] = as_yaml(verdict.test, offset=offset)
    return row
