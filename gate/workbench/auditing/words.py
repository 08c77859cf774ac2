"""How the report names what columns hold."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from gate.audit.rows import MERGED, UNDECLARED
from gate.rules.iso3166 import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Answer = Mapping[str, Any]

PARTS: Final = {
    "served_without_notice": "served without the notice owed",
    "covered": "notice shown, or shown before",
    "blocked": "blocked",
    "degraded": "decided without a database",
    "exempt": "exempt",
    "observed": "only watched",
    "passed": "passed, nothing owed",
    "passed_because": "passed for a reason",
    "refused": "request refused",
    "gap": "not counted in its own row",
    "merged": "outcome merged",
    "other": "outcome unknown to this version",
}
"""Part of a total -> what it means, the worst first."""

VERSIONED: Final = {
    "book": "rule book",
    "areas_digest": "areas",
    "database": "GeoIP database",
    "notices": "notices",
    "config": "configuration",
    "gate": "gate",
}

SETTINGS: Final = {
    "mode": "mode",
    "cache": "site.cache",
    "on_failure": "audit.on_failure",
    "period": "audit.period",
    "least": "audit.least",
    "in_use": "tables still in use",
}

_UNKNOWN: Final = {
    "not_in_database": "not in the database",
    "database_unusable": "database unusable",
    "private_address": "private address",
    "bad_address": "bad address",
    "anonymous_network": "anonymous network",
}


_NO_AREA: Final = {
    "unknown": "place unknown",
    "no_place": "place not recorded",
    MERGED: "no area named, place merged",
}

_KINDS: Final = {
    "document": "pages",
    "frame": "pages in a frame",
    "fetch": "fetched by a script",
    "asset": "parts of pages",
    "feed": "feeds",
    "preflight": "questions of a browser beforehand",
    "prefetch": "fetched ahead",
    "preview": "previews of links",
}


def area(row_area: str, certainty: str) -> str:
    """Return an area with the certainty of membership, in words."""
    if row_area == MERGED:
        return "areas merged"
    if not row_area:
        return _NO_AREA.get(certainty, "in no area")
    return row_area if certainty == "yes" else f"{row_area}, {certainty}"


def value(text: str, empty: str = "none") -> str:
    """Return what a column holds, in words."""
    return {MERGED: "merged", "": empty}.get(text, text)


def reason(text: str) -> str:
    """Return why readers passed, in words."""
    names = {f"kind:{kind}": name for kind, name in _KINDS.items()}
    names |= {f"unknown:{why}": f"place {name}" for why, name in _UNKNOWN.items()}
    names |= {MERGED: "reason merged", UNDECLARED: "activity not declared"}
    return " and ".join(names.get(one, one) for one in text.split(","))


def passed(rows: Sequence[Answer]) -> str:
    """Return one sentence about who passed for a reason, of all; "" for nobody."""
    sums: Counter[str] = Counter()
    for row in rows:
        if row["reason"] != "mode:observe":
            sums[row["reason"]] += row["n"]
    told = "; ".join(f"{reason(why)}: {n:,}" for why, n in sums.most_common())
    return f"Passed for a reason, of all decisions: {told}." if told else ""


def place(label: str) -> str:
    """Return a place in words, with its code."""
    if label in _UNKNOWN:
        return f"unknown: {_UNKNOWN[label]}"
    if label in {MERGED, "", "other"}:
        return {MERGED: "merged", "": "not recorded", "other": "elsewhere"}[label]
    name = name_of(label)
    return f"{name} ({label})" if name else label


def version(text: str) -> str:
    """Return a digest short enough to be told from others."""
    return value(text if len(text) <= _DIGEST else text[:_DIGEST] + "…")


_DIGEST: Final = 12  # characters


def of_area(row: Answer) -> str:
    """Return the label of a group of an area."""
    doing = {"reading": ", reading", "acting": ", acting", "*": "", "undeclared": ""}
    told = {"undeclared": " (undeclared)", "*": " (activity merged)"}
    name = area(row["area"], row["certainty"])
    merged = row["area"] == MERGED and row["doing"] == MERGED
    return name if merged else name + (doing[row["doing"]] or told[row["doing"]])


def of_section(row: Answer) -> str:
    """Return the label of a group of a section."""
    return (
        of_area({**row, "area": row["section"], "certainty": "yes"})
        .replace("in no area", "no section")
        .replace("areas merged", "sections merged")
    )


def of_rule(row: Answer) -> str:
    """Return the label of what decided."""
    names = {MERGED: "rules merged", "": "nothing (refused, lost)"}
    return names.get(row["rule"], str(row["rule"]))


def of_place(row: Answer) -> str:
    """Return the label of a place."""
    return place(row["place"])


def of_door(row: Answer) -> str:
    """Return the label of a door."""
    names = {MERGED: "doors merged", "": "no door"}
    return names.get(row["door"], str(row["door"]))


def ordered(rows: Sequence[Answer]) -> list[Answer]:
    """Return groups with violations first, then by name, then what has no name."""

    def rank(row: Answer) -> tuple[bool, bool, bool]:
        first = next(iter(row.values()))
        return not row["served_without_notice"], first == MERGED, first in {"", "other"}

    return sorted(rows, key=rank)
