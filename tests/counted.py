"""Counts for tests of the sealed log, and tables that a process has let go of."""

from __future__ import annotations

from datetime import UTC, datetime

import audit_cells

from gate.audit import Versions
from gate.audit.counter import TableCounter
from gate.audit.hashing import leaf_hash, root_of
from gate.audit.keys import load
from gate.audit.log import Log
from gate.audit.parquet import read_rows
from gate.audit.sealing import Settings, seal
from gate.audit.tables import TABLES

SITE = "news.example"


def noon(day):
    """Unix seconds of the middle of a day."""
    return datetime.fromisoformat(f"{day}T12:00:00+00:00").astimezone(UTC).timestamp()


def cell(day="2026-11-20", **changed):
    """One cell of counts."""
    versions = Versions("b" * 64, "a" * 64, "d" * 64, "0123456789", "c" * 64, "1.0")
    own = {"period": day, "site": SITE, "door": "wsgi", "versions": versions}
    return audit_cells.cell(**{**own, **changed})


def count(audit, day, counts):
    """Count in a table of a day, and let go of it as a process does that ends."""
    audit.mkdir(mode=0o700, parents=True, exist_ok=True)
    counter = TableCounter(audit / TABLES, site=SITE, clock=lambda: noon(day))
    counter.open()
    for one, n in counts.items():
        add = counter.slot(one)
        for _ in range(n):
            add()
    counter.close()


def seal_all(audit, today="2026-11-22", **options):
    """Seal what is over on a day."""
    return seal(audit, Settings(site=SITE), noon(today), **{"wait": 0, **options})


def sound(audit):
    """Recompute the tree from what lies on the disk, and return the headers.

    Everything beside the newest checkpoint must be there, and nothing else.
    """
    log = Log(audit / "log", SITE)
    signer = load(audit, SITE)
    checkpoint = log.checkpoint([signer.verifier])
    headers = list(log.headers(log.head([signer.verifier])))[::-1]
    lines = []
    for header in headers:
        assert len(lines) == header.first
        lines.append(log.header_path(header.segment).read_bytes())
        rows = []
        if header.what == "period":
            rows = list(read_rows(log.rows_path(header), SITE))
        lines += [row.line() for row in rows]
        assert sum(row.row.n for row in rows) == header.total
    assert checkpoint.size == len(lines)
    assert checkpoint.root == root_of(map(leaf_hash, lines))
    assert log.tiles.root(len(lines)) == checkpoint.root
    assert log.archive_path(len(headers) - 1).read_text() == (
        log.checkpoint_path.read_text()
    )
    names = [path.name for path in (audit / "log").rglob("*.parquet")]
    assert sorted(names) == [
        f"seg-{h.segment:06}.parquet" for h in headers if h.what == "period"
    ]
    assert not list((audit / "log").rglob(".*"))
    used = [name for header in headers for name in header.tables]
    assert len(used) == len({*used})
    return headers
