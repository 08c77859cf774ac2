"""What the running workers say: trouble, what they rest on, and odd addresses."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gate.engine import shares
from gate.engine.cdn import AS_OF
from gate.engine.snapshot import look_of, versions_of
from gate.model import Unknown
from gate.notices import compile_pages, load_notices
from gate.workbench.doctor.codes import CODES
from gate.workbench.doctor.finding import (
    Finding,
    Level,
    error,
    judged,
    note,
    ok,
    warning,
)
from gate.workbench.doctor.listening import answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gate.config import Config
    from gate.workbench.checking import CheckReport

Report = dict[str, Any]

MUCH = 0.05
"""Share of requests from which one kind of odd address is worth a warning."""

_SIGNS = {
    shares.PRIVATE: ("D002", "from private addresses"),
    shares.CDN: ("D003", f"from networks of CDNs (as of {AS_OF})"),
    shares.FORWARDED: ("D004", "with a forwarding header from a peer not trusted"),
    shares.UNREADABLE: ("D005", "from a trusted proxy without a readable address"),
}
_PLACES = {
    shares.PRIVATE: str(Unknown.PRIVATE_ADDRESS),
    shares.UNREADABLE: str(Unknown.BAD_ADDRESS),
}


def check_running(
    reports: Sequence[Report], config: Config, report: CheckReport
) -> list[Finding]:
    """Look at what the workers say of themselves.

    Args:
        reports: See `gate.workbench.status.collect`.
        config: What the deployer chose.
        report: What `gate check` finds now.
    """
    if not reports:
        return [_missing(config)]
    found = [*_trouble(reports), *_addresses(reports)]
    differing = _differing(reports)
    told = f"Workers differ in: {', '.join(differing)}."
    agreed = f"All {len(reports)} rest on the same."
    found.append(judged(bool(differing), "D033", "the workers", (told, agreed)))
    if not differing:
        found.append(_stale(reports[0], config, report))
    return found


def _missing(config: Config) -> Finding:
    """Say how bad it is that no worker reports: nobody may depend on one yet."""
    subject, told = str(config.state), "No running gate was found"
    listen = config.server.listen
    needed = config.check is not None or config.server.upstream
    if needed and not answers(listen):
        return error("D006", subject, f"{told}, and nothing answers at {listen}.")
    return note("D006", subject, f"{told}.", CODES["D006"][1])


def _trouble(reports: Sequence[Report]) -> Iterator[Finding]:
    sentences = dict.fromkeys(s for report in reports for s in report["trouble"])
    for sentence in sentences:
        yield warning("D032", "the running gate", sentence)
    if not sentences:
        yield ok("D032", "the running gate", f"{len(reports)} workers, no trouble.")


def _differing(reports: Sequence[Report]) -> list[str]:
    names = reports[0]["versions"]
    return [
        name
        for name in names
        if len({report["versions"].get(name) for report in reports}) > 1
    ]


def _stale(running: Report, config: Config, report: CheckReport) -> Finding:
    subject = "the running gate"
    here = _on_disk(config, report)
    if here is None:
        return note("D034", subject, "Not compared: the files here are not sound.")
    stale = [n for n, held in running["versions"].items() if here.get(n, held) != held]
    told = f"It rests on another version of: {', '.join(stale)}."
    if "config" in stale:
        told += " (Variables named GATE_... may be the reason.)"
    return judged(bool(stale), "D034", subject, (told, "It rests on the files here."))


def _on_disk(config: Config, report: CheckReport) -> Mapping[str, str] | None:
    if report.book is None or report.index is None:
        return None
    notices, _ = load_notices(config.rules.folder / "notices")
    pages = compile_pages(
        notices, look_of(config, report.index), together=[(name,) for name in notices]
    )
    return versions_of(config, report.book, report.index, pages)._asdict()


def _addresses(reports: Sequence[Report]) -> Iterator[Finding]:
    since, recent = _summed(reports, "since_start"), _summed(reports, "last_window")
    total = sum(report["total"] for report in reports)
    if not total and not since[shares.LOOKED_AT]:
        yield note("D002", "requests so far", "There were too few to tell.")
        return
    for sign, (code, what) in _SIGNS.items():
        counts = [(since[sign], since[shares.LOOKED_AT])]
        if sign in _PLACES:
            counts.append((_placed(reports, _PLACES[sign]), total))
        now = (recent[sign], recent[shares.LOOKED_AT])
        yield _share(code, what, counts, now)


def _summed(reports: Sequence[Report], span: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for report in reports:
        found.update(report.get("shares", {}).get(span, {}))
    return found


def _placed(reports: Sequence[Report], place: str) -> int:
    cells = (cell for report in reports for cell in report["cells"])
    return sum(cell[-1] for cell in cells if cell[0] == place)


def _share(
    code: str, what: str, counts: list[tuple[int, int]], now: tuple[int, int]
) -> Finding:
    share = max(_of(count, total) for count, total in counts)
    recently = _of(*now)
    told = f"{share:.0%} of requests since the start come {what}"
    if now[1]:
        told += f", {recently:.0%} of the last {now[1]:,}"
    much = max(share, recently) >= MUCH
    return judged(much, code, "requests so far", (told + ".",) * 2, Level.WARNING)


def _of(count: int, total: int) -> float:
    return count / total if total else 0
