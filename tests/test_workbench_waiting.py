"""Waiting for the workers: what their answers come to, and when it ends."""

from __future__ import annotations

import pytest

from gate.workbench import waiting
from gate.workbench.status import SILENT, differing_since, earlier, holding
from gate.workbench.waiting import Verdict, judged, wait

OLD, NEW = "0" * 64, "1" * 64


def refused(book=NEW, code="E100", **more):
    told = {"code": code, "message": "It is wrong.", "book": book, "since": 1.0}
    return {**told, "seen": 1.0, "taken": "", **more}


def says(book=NEW, *, settled=True, refusal=None, workers=1, since=1.0):
    return {
        "workers": workers,
        "settled": settled,
        "versions": {"book": book},
        "since": {"book": since},
        "refusal": refusal,
        "earlier": [],
    }


CASES = {
    "nobody runs": ([], "", Verdict.NOBODY),
    "all serve": ([says(), says()], "", Verdict.SERVED),
    "one has not looked": ([says(), says(settled=False)], "", Verdict.UNDER_WAY),
    "one is silent": ([says(), SILENT], "", Verdict.UNDER_WAY),
    "one has not begun": ([says(workers=2)], "", Verdict.UNDER_WAY),
    "one serves another": ([says(), says(OLD)], "", Verdict.UNDER_WAY),
    "one refuses": ([says(), says(OLD, refusal=refused())], "", Verdict.REFUSED),
    "a refused configuration": (
        [says(OLD, refusal=refused(OLD))],
        "",
        Verdict.REFUSED,
    ),
    "a bad database beside a book that is served": (
        [says(refusal=refused(code="E203"))],
        "",
        Verdict.SERVED,
    ),
    "a bad database that keeps the book out": (
        [says(OLD, refusal=refused(code="E203"))],
        "",
        Verdict.REFUSED,
    ),
    "the book that is wanted": ([says()], NEW[:8], Verdict.SERVED),
    "the book that is wanted, other things on their way": (
        [says(settled=False)],
        NEW[:8],
        Verdict.SERVED,
    ),
    "the book that is wanted is refused": (
        [says(OLD, refusal=refused())],
        NEW[:8],
        Verdict.REFUSED,
    ),
    "another book is refused, the wanted one still to come": (
        [says(OLD, refusal=refused("2" * 64))],
        NEW[:8],
        Verdict.UNDER_WAY,
    ),
}


@pytest.mark.parametrize(("answers", "digest", "verdict"), CASES.values(), ids=CASES)
def test_what_answers_come_to(answers, digest, verdict):
    assert judged(answers, digest) is verdict


def test_it_asks_until_the_last_worker_serves():
    told = iter([[], [says(OLD, settled=False)], [says()]])
    waited = wait(lambda: next(told), pause=0)
    assert waited.verdict is Verdict.SERVED
    assert waited.answers == (says(),)


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [([SILENT], Verdict.UNDER_WAY), ([], Verdict.NOBODY)],
    ids=["who is silent", "nobody"],
)
def test_it_waits_no_longer_than_it_may(answers, verdict, monkeypatch):
    monkeypatch.setattr(waiting, "PATIENT", 0.05)
    waited = wait(lambda: answers, seconds=0.1, pause=0.01)
    assert waited.verdict is verdict
    assert waited.seconds < 5
    assert waited.reports == []


def test_workers_differ_since_the_first_one_went_over():
    told = [says(OLD, since=1.0), says(NEW, since=7.0), says(NEW, since=9.0)]
    assert differing_since(told, "book") == 7.0
    assert differing_since(told[1:], "book") is None


def test_what_all_workers_refuse_is_told_once_with_its_beginning():
    late = says(refusal=refused(seen=5.0))
    soon = says(refusal=refused(seen=3.0))
    assert holding([late, soon, says()]) == [(refused(seen=3.0), 2)]
    over = refused(taken=NEW)
    assert earlier([{**says(), "earlier": [over]}] * 2) == [over]
