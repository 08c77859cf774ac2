"""What Prometheus may know of a running gate, gathered when it asks.

Operational numbers only. Nothing tells actions, rules or places apart: who watches
such counters while few readers come could tell who came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.registry import Collector

from gate.doors.health import READY
from gate.engine.meters import BOUNDS, CODES, EDGE, FAILURES
from gate.engine.status import SMALLEST_COUNT
from gate.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prometheus_client import Metric

    from gate.engine.meters import Board, Voice

_NS = 1e9
RELOADS = ("taken", "refused")


class Counted(NamedTuple):
    """A counter with one series for each value of its label.

    Attributes:
        help: What it counts.
        label: Name of the label; empty if there is one series only.
        series: Value of the label -> name of the number on the board.
        step: Numbers are told in steps of so many: two looks around a small number
            would else undo what the audit log merges.
    """

    help: str
    label: str
    series: Mapping[str, str]
    step: int = 1


def _by(prefix: str, values: Sequence[object]) -> dict[str, str]:
    return {str(value): f"{prefix}:{value}" for value in values}


COUNTERS: Mapping[str, Counted] = {
    "gate_requests": Counted(
        "Requests that the gate has handled.", "", {"": "requests"}
    ),
    "gate_refused": Counted(
        "Requests for which no decision could be made, by the code of the error.",
        "code",
        _by("refused", CODES),
    ),
    "gate_unknown_places": Counted(
        "Decisions on readers whose place is unknown, by the reason; in tens.",
        "reason",
        _by("unknown", list(Unknown)),
        SMALLEST_COUNT,
    ),
    "gate_edge": Counted(
        "What geo.edge says of readers' places, held against the databases; in tens.",
        "says",
        _by("edge", EDGE),
        SMALLEST_COUNT,
    ),
    "gate_site_failures": Counted(
        "Requests that the site behind the gate did not answer, by the status "
        "that the reader got.",
        "status",
        _by("failed", FAILURES),
    ),
    "gate_gaps": Counted(
        "Decisions that could not be counted and were applied all the same.",
        "",
        {"": "gaps"},
    ),
    "gate_reloads": Counted(
        "Changes on disk that a worker noticed: taken, or refused for an error.",
        "result",
        _by("reloads", RELOADS),
    ),
    "gate_worker_starts": Counted("Workers that were started.", "", {"": "starts"}),
}


GAUGES = (
    ("gate_troubles", "troubles", "Things that are wrong, as readiness tells them."),
    ("gate_alarms", "alarms", "Alarms that hold: addresses that cannot be seen."),
    (
        "gate_unknown_jump",
        "unknown_jump",
        "1 while far more places are unknown than before.",
    ),
    ("gate_observing", "observing", "1 in mode observe: nobody is warned."),
)
"""Name, key of what a worker says, and help; the highest of all workers is told."""


class GateCollector(Collector):
    """Reads the shared memory whenever Prometheus asks.

    Args:
        board: The shared memory.
    """

    def __init__(self, board: Board) -> None:
        self._board = board

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        sums = self._board.sums()
        times = _buckets(sums)
        sums["requests"] = int(times[-1][1])
        yield from _counters(sums)
        yield HistogramMetricFamily(
            "gate_own_seconds",
            "Time that the gate itself needed for a request, without the site.",
            buckets=times,
            sum_value=sums["spent"] / _NS,
        )
        yield from _gauges(self._board.voices(), stopping=self._board.stopping)


def _counters(sums: Mapping[str, int]) -> Iterator[Metric]:
    for name, counted in COUNTERS.items():
        family = CounterMetricFamily(
            name, counted.help, labels=[counted.label] if counted.label else None
        )
        for value, number in counted.series.items():
            told = sums[number] - sums[number] % counted.step
            family.add_metric([value] if counted.label else [], told)
        yield family


def _buckets(sums: Mapping[str, int]) -> list[tuple[str, float]]:
    bounds = [*(repr(bound / _NS) for bound in BOUNDS), "+Inf"]
    total, found = 0, []
    for number, bound in enumerate(bounds):
        total += sums[f"bucket:{number}"]
        found.append((bound, float(total)))
    return found


def _gauges(voices: Sequence[Voice], *, stopping: bool) -> Iterator[Metric]:
    said = [voice.said for voice in voices if voice.said]
    yield GaugeMetricFamily(
        "gate_workers", "Workers that are alive.", value=len(voices)
    )
    yield GaugeMetricFamily(
        "gate_ready",
        "1 if nothing is wrong; 0 if readiness is degraded or stopping.",
        value=int(
            bool(said) and not stopping and all(s["status"] == READY for s in said)
        ),
    )
    for name, key, about in GAUGES:
        most = max((int(s.get(key, 0)) for s in said), default=0)
        yield GaugeMetricFamily(name, about, value=most)
    built = [int(s["database_built"]) for s in said if "database_built" in s]
    yield GaugeMetricFamily(
        "gate_database_build_timestamp_seconds",
        "When the oldest database at work was built, Unix time.",
        value=min(built, default=0),
    )
    yield _info(said)


def _info(said: Sequence[Mapping[str, Any]]) -> Metric:
    """Name everything that decisions rest on; more than one while workers differ."""
    sets = {tuple(sorted(s["versions"].items())) for s in said if "versions" in s}
    keys = sorted({key for versions in sets for key, _ in versions})
    family = InfoMetricFamily("gate_rests_on", "What decisions rest on.", labels=keys)
    for versions in sorted(sets):
        family.add_metric([], dict(versions))
    return family
