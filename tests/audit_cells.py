"""A cell of counts for tests, and reading every closed table of a folder."""

from __future__ import annotations

from collections import Counter

from gate.audit import CountCell, Outcome, Versions
from gate.audit.tables import closed_tables
from gate.model import Action, Activity, Membership

VERSIONS = Versions("a" * 64, "b" * 64, "c" * 64, "d" * 20, "e" * 64, "0.1.0")
DAY = 86_400
NOON = 1_795_348_800 - 1_795_348_800 % DAY + DAY // 2  # 2026-11-22, 12:00 UTC


def cell(**changes):
    whole = CountCell(
        period="2026-11-22",
        hour="",
        site="news.example.org",
        place="RU",
        areas=("russia:yes",),
        membership=Membership.YES,
        door="proxy",
        activity=Activity.READ,
        section="news",
        action=Action.INTERSTITIAL,
        outcome=Outcome.COVERED,
        reason="",
        rules=("warn-readers",),
        shadow=Action.PASS,
        shadow_rules=(),
        versions=VERSIONS,
    )
    return whole._replace(**changes)


def reads(folder):
    """Read every closed table."""
    found = []
    for table in closed_tables(folder):
        with table:
            found.append(table.read())
    return found


def summed(folder):
    """Add up the cells of every closed table."""
    sums = Counter()
    for read in reads(folder):
        assert read.damage is None
        assert read.unreadable == 0
        sums.update(read.cells)
    return dict(sums)
