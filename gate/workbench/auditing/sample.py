"""A log to learn on: synthetic and sealed, with everything in it that can happen.

Nobody was ever counted in it. The same first day and number of days give the same
counts; nonces and the key are new each time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Final

from gate.audit.keys import make
from gate.audit.log import LOG, Log
from gate.audit.rows import Row
from gate.audit.suppression import suppress
from gate.errors import SampleInTheWayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SITE: Final = "sample.example"
LEAST: Final = 10
SETTINGS: Final = {
    "mode": "enforce",
    "period": "day",
    "cache": "private",
    "on_failure": "serve",
}

_RUSSIA, _HELD = "russia", "russia-controlled-ukraine"
# Place, areas, membership, decisions on a usual day, and what the book asks of readers.
PLACES: Final = (
    ("RU", f"{_RUSSIA}:yes", "yes", 21_400, "interstitial"),
    ("UA-43", f"{_HELD}:yes", "yes", 1_240, "interstitial"),
    ("UA-40", f"{_HELD}:yes", "yes", 310, "interstitial"),
    ("UA-09", f"{_HELD}:yes", "yes", 190, "interstitial"),
    ("UA-14", f"{_HELD}:possible", "possible", 720, "banner"),
    ("UA-23", f"{_HELD}:possible", "possible", 480, "banner"),
    ("UA-65", f"{_HELD}:possible", "possible", 260, "banner"),
    ("other", "", "no", 48_900, "pass"),
    ("not_in_database", "", "no", 390, "banner"),
    ("anonymous_network", "", "no", 1_150, "banner"),
    ("private_address", "", "no", 45, "banner"),
    ("bad_address", "", "no", 12, "banner"),
)
_UNKNOWN: Final = frozenset(place for place, *_ in PLACES[-4:])
_SECTIONS: Final = (("articles", 0.78), ("about", 0.05), ("other", 0.17))
_ACTS: Final = (("share", 0.020), ("comment", 0.006), ("contact", 0.001))
_DOORS: Final = (("proxy", 0.9), ("flask", 0.1))
_WEEK: Final = (1.0, 1.04, 1.06, 1.02, 0.97, 0.74, 0.78)  # Monday first
_REFUSALS: Final = (("E410", 0.0012), ("E414", 0.0006))


@dataclass(frozen=True, slots=True)
class Events:
    """On which day of the sample something happens, counted from 0.

    Attributes:
        book: The second rule book begins, which asks for nothing where an exempted
            page helps.
        database: The database is replaced.
        notices: The notices get a new revision.
        violation: A door served without notice.
        gap: Counts were lost.
        empty: Nobody came.
    """

    book: int
    database: int
    notices: int
    violation: int
    gap: int
    empty: int

    @classmethod
    def over(cls, days: int) -> Events:
        """Spread the events over `days`, at least seven."""
        step = days / 7
        at = [int(step * number) for number in range(1, 7)]
        return cls(at[0], at[1], at[2], at[3], at[4], at[5])


def write_sample(
    folder: Path, first: date, days: int, sealed: Callable[[date], None]
) -> str:
    """Write a sealed log, with a key of its own.

    Args:
        folder: Where to; gets `log` and `key`.
        first: The first day.
        days: How many days; at least seven.
        sealed: Told each day that is done.

    Returns:
        The key that verifies the log.

    Raises:
        SampleInTheWayError: Something is in the folder.
        OSError: It cannot be written to.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SampleInTheWayError(str(folder))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    signer = make(folder, SITE)
    log, events = Log(folder / LOG, SITE), Events.over(days)
    for number in range(days):
        day = first + timedelta(number)
        found = suppress(_rows(number, day, events), LEAST)
        draft = log.draft(
            log.head([signer.verifier]),
            period=day.isoformat(),
            rows=len(found.rows),
            least=LEAST,
            settings=SETTINGS,
            gate=_version(number, events),
            **{name: getattr(found, name) for name in ("total", *_TOLD)},
        )
        log.append(draft, found.rows, [signer])
        sealed(day)
    return signer.verifier.vkey


_TOLD: Final = "merged_cells", "merged_decisions", "gaps", "violations"


def _rows(number: int, day: date, events: Events) -> list[Row]:
    """Return the counts of one day, before anything is merged."""
    if number == events.empty:
        return []
    rng = Random(f"{number}")  # noqa: S311  # repeatable on purpose
    crowd = _WEEK[day.weekday()] * rng.uniform(0.93, 1.07)
    if number == events.book + 1:
        crowd *= 1.6  # a story that was read widely
    counts: Counter[Row] = Counter()
    for row, expected in _expected(number, events):
        counts[row] += _drawn(expected * crowd, rng)
    return [row._replace(n=n) for row, n in counts.items() if n]


def _drawn(expected: float, rng: Random) -> int:
    """Return a number near `expected`, as chance would have it."""
    return max(0, round(rng.gauss(expected, expected**0.5)))


def _expected(number: int, events: Events) -> Iterator[tuple[Row, float]]:
    """Yield every cell of a day with the number of decisions to expect."""
    for place, areas, membership, usual, asked in PLACES:
        plain = _row(number, events)._replace(
            place=place, areas=areas, membership=membership
        )
        for door, of_door in _DOORS:
            at_door = plain._replace(door=door)
            yield from _requests(at_door, usual * of_door, asked, number, events)
    yield from _mishaps(number, events)


def _requests(
    row: Row, usual: float, asked: str, number: int, events: Events
) -> Iterator[tuple[Row, float]]:
    for section, of_section in _SECTIONS:
        decided = _decided(row._replace(section=section), asked, number, events)
        yield decided, usual * of_section
    for act, of_act in _ACTS:
        some = row._replace(activity=act, section="other")
        stricter = "banner" if asked == "pass" else "interstitial"
        yield (
            _decided(some, "pass" if asked == "pass" else stricter, 0, events),
            (usual * of_act),
        )
    if asked != "pass":
        asset = _decided(row._replace(section="other"), asked, 0, events)
        yield asset._replace(outcome="passed", reason="kind:asset"), usual * 0.4


def _decided(row: Row, asked: str, number: int, events: Events) -> Row:
    """Return a row with what the rule book says, and what a shadow rule would."""
    rules = "warn-reading" if row.activity == "read" else "warn-acting"
    if row.place in _UNKNOWN:
        rules = f"unknown:{row.place}"
    outcome = "passed" if asked == "pass" else "covered"
    if asked == "pass":
        rules = "default"
    is_owed = asked != "pass" and row.place not in _UNKNOWN
    if row.section == "about" and is_owed and number >= events.book:
        asked, outcome, rules = "pass", "exempt", "about-pages,warn-reading"
    shadow = "interstitial" if row.place == "anonymous_network" else "pass"
    return row._replace(
        action=asked,
        outcome=outcome,
        reason=f"unknown:{row.place}" if row.place in _UNKNOWN else "",
        rules=rules,
        shadow=shadow,
        shadow_rules="warn-vpn-readers" if shadow != "pass" else "",
    )


def _mishaps(number: int, events: Events) -> Iterator[tuple[Row, float]]:
    row = _row(number, events)
    for code, of_all in _REFUSALS:
        refused = row._replace(
            activity="undeclared", outcome="refused", reason=code, rules=""
        )
        yield refused, of_all * 75_000
    if number == events.violation:
        yield (
            row._replace(
                place="RU",
                areas=f"{_RUSSIA}:yes",
                membership="yes",
                section="articles",
                action="interstitial",
                outcome="served_without_notice",
                reason="E505",
                rules="warn-reading",
            ),
            38,
        )
    if number == events.gap:
        yield row._replace(outcome="gap", reason="overflow"), 120


def _row(number: int, events: Events) -> Row:
    """Return a row that only says what decisions of that day rest on."""
    second = number >= events.book
    return Row(
        hour="",
        place="",
        areas="",
        membership="no",
        door="proxy",
        activity="read",
        section="",
        action="pass",
        outcome="passed",
        reason="",
        rules="default",
        shadow="pass",
        shadow_rules="",
        book=_digest("book 2" if second else "book 1"),
        areas_digest=_digest("areas"),
        database=_digest("db 2" if number >= events.database else "db 1"),
        notices=_digest("n 2" if number >= events.notices else "n 1")[:10],
        config=_digest("config"),
        gate=_version(number, events),
        n=0,
    )


def _version(number: int, events: Events) -> str:
    return "0.2.0" if number >= events.notices else "0.1.0"


def _digest(what: str) -> str:
    return sha256(f"sample {what}".encode()).hexdigest()
