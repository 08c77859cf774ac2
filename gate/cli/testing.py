"""gate test: does the rule book do what its tests say, and do they say enough."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.console import Exit, config_file, config_option, show_json, working
from gate.cli.tested import (
    coverage_json,
    mutants_json,
    result_json,
    show_coverage,
    show_mutants,
    show_results,
)
from gate.rules.mutating.survival import whole_score
from gate.workbench.book_tests import open_tested
from gate.workbench.junit import as_junit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.rules.testing.trial import TestResult
    from gate.workbench.book_tests import TestedBook


@click.command()
@config_option
@click.option(
    "--only",
    metavar="TEXT",
    help="Only tests whose name holds this; with --mutants and --coverage, only rules, "
    "exemptions and areas whose id does.",
)
@click.option("--mutants", is_flag=True, help="Break the book in every small way.")
@click.option(
    "--at-least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="With --mutants: fail if fewer are noticed.",
)
@click.option("--coverage", is_flag=True, help="Say which conditions no test tries.")
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the results of the tests as JUnit XML, for a build server.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def test(  # noqa: PLR0913 (one for each option)
    ctx: click.Context,
    config_path: Path,
    *,
    only: str | None,
    mutants: bool,
    at_least: float | None,
    coverage: bool,
    junit: Path | None,
    as_json: bool,
) -> None:
    """Run the tests that the rule book holds, by the evaluator that serves.

    Tests stand in the files of rules, or in files whose name ends in _test.yaml.

    --mutants changes one line of the book at a time, as a slip of the hand would, and
    tells which changes no test and no promise notices, each with a test to paste that
    notices it. --coverage tells which conditions no test tries, from inside and from
    just outside.

    Exit codes: 0 all passed, 1 the book cannot be read, 4 a test failed, or fewer
    mutants are noticed than --at-least demands.
    """
    if mutants and coverage:
        raise click.UsageError("--mutants and --coverage are two questions; ask one.")
    if at_least is not None and not mutants:
        raise click.UsageError("--at-least counts mutants; give --mutants as well.")
    tested = open_tested(config_file(config_path), os.environ)
    started = time.monotonic()
    results = tested.run()
    if junit is not None:
        junit.write_bytes(as_junit(results, seconds=time.monotonic() - started))
    asks_more = mutants or coverage
    chosen = results if asks_more else _chosen(results, only)
    failed = any(not result.ok for result in chosen)
    if failed or not asks_more:
        _tell(chosen, as_json=as_json)
        ctx.exit(Exit.TESTS_FAILED if failed else Exit.SOUND)
    if coverage:
        ctx.exit(_cover(tested, only, as_json=as_json))
    ctx.exit(_break(tested, only, at_least, as_json=as_json))


def _chosen(results: Sequence[TestResult], only: str | None) -> list[TestResult]:
    """Return the results that --only asks for.

    Raises:
        click.UsageError: There is none.
    """
    wanted = (only or "").casefold()
    found = [result for result in results if wanted in result.name.casefold()]
    if only and not found:
        raise click.UsageError(f'No test has "{only}" in its name.')
    return found


def _tell(results: Sequence[TestResult], *, as_json: bool) -> None:
    if as_json:
        show_json([result_json(result) for result in results])
    else:
        show_results(results)


def _cover(tested: TestedBook, only: str | None, *, as_json: bool) -> Exit:
    items = [item for item in tested.coverage() if (only or "") in item.item.id]
    if only and not items:
        raise click.UsageError(f'No rule and no exemption has "{only}" in its id.')
    if as_json:
        show_json(coverage_json(items))
    else:
        show_coverage(items)
    return Exit.SOUND


def _break(
    tested: TestedBook, only: str | None, at_least: float | None, *, as_json: bool
) -> Exit:
    with working("Breaking the book in every small way"):
        classes = tested.classes()
        verdicts = tested.judge_mutants(classes, only or "")
    if only and not verdicts:
        raise click.UsageError(f'No rule, exemption or area has "{only}" in its id.')
    now = int(time.time())
    if as_json:
        show_json(mutants_json(verdicts, now=now))
    else:
        show_mutants(verdicts, kinds=len(classes), now=now)
    enough = whole_score(verdicts).percent >= (at_least or 0)
    return Exit.SOUND if enough else Exit.TESTS_FAILED
