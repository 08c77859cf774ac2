"""Small sealed logs for questions."""

from __future__ import annotations

from gate.audit.keys import make
from gate.audit.log import Log
from gate.audit.rows import Row

SITE = "herald.example"
SETTINGS = {
    "mode": "enforce",
    "period": "day",
    "cache": "private",
    "on_failure": "serve",
}
PLAIN = Row(
    hour="",
    place="other",
    areas="",
    membership="no",
    door="proxy",
    activity="read",
    section="articles",
    action="pass",
    outcome="passed",
    reason="",
    rules="default",
    shadow="pass",
    shadow_rules="",
    book="b" * 64,
    areas_digest="a" * 64,
    database="d" * 64,
    notices="0123456789",
    config="c" * 64,
    gate="0.1.0",
    n=10,
)
RUSSIA = PLAIN._replace(
    place="RU",
    areas="russia:yes",
    membership="yes",
    action="interstitial",
    outcome="covered",
    rules="warn-reading",
)
SERVED = RUSSIA._replace(outcome="served_without_notice")


def row(base=PLAIN, **changes):
    return base._replace(**changes)


def seal_days(folder, days, *, site=SITE, **changes):
    """Seal days of given rows; `changes` are of the headers. Returns the key."""
    signer = make(folder / "secret", site)
    log = Log(folder / "log", site)
    for day, rows in days.items():
        told = {
            "total": sum(one.n for one in rows),
            "gaps": sum(one.n for one in rows if one.outcome == "gap"),
            "violations": sum(
                one.n for one in rows if one.outcome == "served_without_notice"
            ),
            **changes,
        }
        draft = log.draft(
            log.head([signer.verifier]),
            period=day,
            rows=len(rows),
            **{"least": 10, "settings": SETTINGS, "gate": "0.1.0", **told},
        )
        log.append(draft, sorted(rows), [signer])
    return signer.verifier.vkey
