"""A small real log, made by the sealer itself: what tests look at and change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from gate.audit import CountCell, Outcome, Versions, keys
from gate.audit.log import Log
from gate.audit.parquet import rows_path
from gate.audit.segments import append_day, append_event
from gate.model import Action, Activity, Membership

NAME = "news.example"
FIRST_DAY = date(2026, 11, 1)
VERSIONS = Versions("b" * 64, "a" * 64, "d" * 64, "n" * 10, "c" * 64, "0.1.0")


@dataclass
class Made:
    """A log, and the public keys of it, oldest first."""

    folder: object
    log: Log
    vkeys: list

    def rows(self, segment):
        return self.log.rows_path(self.log.header(segment))


def cell(day, *, place="RU", section="news", outcome=Outcome.COVERED):
    return CountCell(
        period=day,
        hour="",
        site=NAME,
        place=place,
        areas=("russia:yes",),
        membership=Membership.YES,
        door="wsgi",
        activity=Activity.READ,
        section=section,
        action=Action.INTERSTITIAL,
        outcome=outcome,
        reason="",
        rules=("warn",),
        shadow=Action.PASS,
        shadow_rules=(),
        versions=VERSIONS,
    )


def day(number):
    return (FIRST_DAY + timedelta(days=number)).isoformat()


def counts(number, sections=4):
    """Counts of a day: some large cells, some that are too small to stand alone."""
    today = day(number)
    found = {
        cell(today, section=f"section-{n}"): 30 + n + number for n in range(sections)
    }
    small = {cell(today, place=f"UA-{n}", section="small"): 4 for n in range(9)}
    violation = cell(today, outcome=Outcome.SERVED_WITHOUT_NOTICE)
    return found | small | {violation: 12, cell(today, outcome=Outcome.GAP): 11}


def make_log(folder, *, days=1, sections=4):
    """Make a log of some plain days, each a segment."""
    log, signer = Log(folder / "log", NAME), keys.make(folder, NAME)
    for number in range(days):
        append_day(log, day(number), counts(number, sections), signer)
    return Made(folder, log, [signer.verifier])


def make_eventful_log(folder):
    """Make a log with an empty day, rows that were dropped, and a change of the key.

    Segments: 0 to 3 days (2 empty, 1 dropped), 4 the event that drops, 5 a day, 6 the
    change of the key, 7 and 8 days (8 with one small row).
    """
    made = make_log(folder, days=2)
    old = keys.load(folder, NAME)
    append_day(made.log, day(2), {}, old)
    append_day(made.log, day(3), counts(3), old)
    prune(made, [0, 1], day(2), old)
    append_day(made.log, day(4), counts(4), old)
    new = change_key(made)
    append_day(made.log, day(5), counts(5, sections=240), new)
    append_day(made.log, day(6), {cell(day(6)): 3}, new)
    return made


def prune(made, segments, before, signer):
    append_event(made.log, "prune", {"before": before, "segments": segments}, [signer])
    for segment in segments:
        made.rows(segment).unlink()


def change_key(made):
    def record(old, new):
        details = {"old_key": old.verifier.vkey, "new_key": new.verifier.vkey}
        append_event(made.log, "key_change", details, [old, new])

    new = keys.change(made.folder, NAME, record)
    made.vkeys.append(new.verifier)
    return new


def lose_key(made, reason="the disk broke"):
    keys.key_path(made.folder).unlink()
    old = made.vkeys[-1].vkey

    def record(new):
        details = {
            "old_key": old,
            "new_key": new.verifier.vkey,
            "reason": reason,
        }
        append_event(made.log, "key_lost", details, [new])

    new = keys.lost(made.folder, NAME, record)
    made.vkeys.append(new.verifier)
    return new


def rows_file(folder, number, segment):
    return folder / "rows" / rows_path(NAME, day(number), segment)
