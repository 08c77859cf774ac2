"""Counts in memory: exact, also when several threads count at once."""

from __future__ import annotations

from threading import Thread

from gate.audit import CountCell, MemoryCounter, Outcome, Versions
from gate.engine.status import SMALLEST_COUNT, coarse
from gate.model import Action, Activity, Membership

VERSIONS = Versions("b", "a", "d", "n", "c", "g")


def cell(place="RU", section="news"):
    return CountCell(
        period="2026-11-22",
        hour="",
        site="site",
        place=place,
        areas=("russia:yes",),
        membership=Membership.YES,
        door="wsgi",
        activity=Activity.READ,
        section=section,
        action=Action.INTERSTITIAL,
        outcome=Outcome.COVERED,
        reason="",
        rules=("warn",),
        shadow=Action.PASS,
        shadow_rules=(),
        versions=VERSIONS,
    )


def test_threads_that_count_at_once_lose_nothing():
    counter = MemoryCounter()

    def count():
        add = counter.slot(cell())
        for _ in range(20_000):
            add()

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.counts() == {cell(): 160_000}


def test_the_counts_are_a_copy():
    counter = MemoryCounter()
    counter.slot(cell())()
    counter.counts().clear()
    assert counter.counts() == {cell(): 1}


def test_coarse_counts_add_up_sections_before_they_hide_small_cells():
    counts = {cell(section="a"): 6, cell(section="b"): 4, cell(place="UA-65"): 9}
    told, small = coarse(counts)
    assert told == [("RU", "read", "interstitial", "covered", "", SMALLEST_COUNT)]
    assert small == 9


def test_coarse_counts_move_in_tens_so_that_two_looks_show_no_single_reader():
    assert coarse({cell(): 17}) == (
        [("RU", "read", "interstitial", "covered", "", 10)],
        7,
    )


def test_only_this_period_and_the_last_are_kept():
    counter = MemoryCounter()
    for day in ("2026-11-20", "2026-11-21", "2026-11-22"):
        counter.slot(cell()._replace(period=day))()
    assert {c.period for c in counter.counts()} == {"2026-11-21", "2026-11-22"}
