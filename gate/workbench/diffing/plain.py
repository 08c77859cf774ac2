"""A difference as values of JSON: the shape that `gate diff --json` documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.documents.moments import stamp
from gate.workbench.auditing.replaying import told
from gate.workbench.reporting.rows import row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model import Membership, Shown
    from gate.workbench.diffing.beside import Beside
    from gate.workbench.diffing.difference import Difference
    from gate.workbench.diffing.groups import Cause, Group, PlaceSet, Share
    from gate.workbench.diffing.pathsets import PathSet
    from gate.workbench.diffing.sides import Side
    from gate.workbench.diffing.traffic import Traffic

FORMAT = "gate.diff/1"


def as_json(
    found: Difference, files: Mapping[int, str] | None = None
) -> dict[str, Any]:
    """Return a difference as values of JSON.

    Args:
        found: The difference.
        files: File with the networks of each group, by its number.
    """
    return {
        "format": FORMAT,
        **_compared(found),
        "same": found.is_empty,
        "loosens": [group.number for group in found.loosens],
        "from": _moment(found.start),
        "now": stamp(found.now),
        "cells": found.cells,
        "differences": [_group(g, (files or {}).get(g.number)) for g in found.groups],
        "beside": _beside(found.beside),
        "traffic": _traffic(found.traffic),
        "findings": [row(one) for one in found.findings],
    }


def _compared(found: Difference) -> dict[str, Any]:
    return {
        "old": _side(found.old),
        "new": _side(found.new),
        "databases": {
            "old": found.twins.old.database.name,
            "new": found.twins.new.database.name,
        },
    }


def _side(side: Side) -> dict[str, str]:
    return {
        "source": side.source,
        "book": side.book.digest,
        "areas": side.book.areas_digest,
    }


def _beside(beside: Beside) -> dict[str, Any]:
    return {
        "renamed": dict(beside.renamed),
        "other_ids": beside.ids,
        "shadow": beside.shadow,
        "notices": [one._asdict() for one in beside.notices],
        "formats": {name: list(pair) for name, pair in beside.formats.items()},
    }


def _group(group: Group, file: str | None) -> dict[str, Any]:
    return {
        "number": group.number,
        "direction": str(group.direction),
        "was": _shown(group.was),
        "becomes": _shown(group.becomes),
        "activities": [str(one) for one in group.activities],
        "from": _moment(group.since),
        "until": _moment(group.until),
        "past": group.is_past,
        "paths": [_paths(one) for one in group.paths],
        "places": [_place(one) for one in group.places],
        "networks": file,
        "causes": [_cause(one) for one in group.causes],
        "exempted": group.exempted,
        "approved_by": list(group.approved_by),
        "unapproved": list(group.unapproved),
        "traffic": _share(group.traffic),
    }


def _shown(one: Shown) -> dict[str, Any]:
    return {"action": str(one.action), "notices": list(one.notices)}


def _paths(one: PathSet) -> dict[str, Any]:
    return {
        "all" if one.both else "any": list(one.globs),
        "except": list(one.excepted),
        "such_as": one.witness,
    }


def _place(one: PlaceSet) -> dict[str, Any]:
    return {
        "label": one.label,
        "unknown": None if one.unknown is None else str(one.unknown),
        "was_in": _levels(one.old),
        "is_in": _levels(one.new),
        "networks": one.networks,
        "ipv4": one.ipv4,
        "ipv6_48": one.ipv6_48,
        "such_as": one.example,
        "edge": one.edge,
    }


def _levels(levels: Mapping[str, Membership]) -> dict[str, str]:
    return {area: str(level) for area, level in levels.items()}


def _cause(one: Cause) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "id": one.id,
        "key": one.key,
        "what": one.what,
        "side": one.side,
        "file": one.mark.file,
        "line": one.mark.line,
        "column": one.mark.column,
    }


def _traffic(traffic: Traffic | None) -> dict[str, Any] | None:
    if traffic is None:
        return None
    return {
        "source": traffic.source,
        "sealed": traffic.is_sealed,
        "moved": _share(traffic.moved),
        "apart": {why: told(n) for why, n in sorted(traffic.apart.items())},
    }


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {"least": told(share.least), "most": told(share.most), "of": told(share.of)}


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else stamp(seconds)
