"""Runs an update within tight bounds, and says what came of it."""

from __future__ import annotations

from updates import NOW, world

from gate.model import AreaVersion, Mark
from gate.workbench.updating.fetching import Limits
from gate.workbench.updating.update import Wish, update

QUICK = Limits(connect=2, read=0.3, whole=10, fetched=1 << 20, unpacked=1 << 20)
RUSSIA = AreaVersion(since=0, mark=Mark(file="test"), whole=("RU",))
PLAIN = (RUSSIA,)
GOOD = world(kind="GeoLite2-City")


def run(task, *, areas=PLAIN, now=NOW, **wish):
    return update(task, areas, Wish(**{"limits": QUICK, **wish}), now)


def outcome(task, **more):
    """Return the outcome; for a refusal its error."""
    report = run(task, **more)
    return type(report.error) if report.error else report.outcome


def names(folder):
    return sorted(path.name for path in folder.iterdir())
