"""A difference as values of JSON: the shape that `gate diff --json` documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.workbench.auditing.replaying import told
from gate.workbench.diffing.fields import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model import Diagnostic, Membership
    from gate.workbench.diffing.difference import Difference
    from gate.workbench.diffing.groups import Cause, Group, PlaceSet, Share
    from gate.workbench.diffing.pathsets import PathSet
    from gate.workbench.diffing.shown import Shown
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
    beside = found.beside
    return {
        "format": FORMAT,
        "old": _side(found.old),
        "new": _side(found.new),
        "databases": {
            "old": found.twins.old.database.name,
            "new": found.twins.new.database.name,
        },
        "same": found.is_empty,
        "loosens": [group.number for group in found.loosens],
        "from": _moment(found.start),
        "now": moment(found.now),
        "cells": found.cells,
        "differences": [_group(g, (files or {}).get(g.number)) for g in found.groups],
        "beside": {
            "renamed": dict(beside.renamed),
            "other_ids": beside.ids,
            "shadow": beside.shadow,
            "notices": [
                {"id": one.id, "file": one.file, "what": one.what}
                for one in beside.notices
            ],
            "formats": {name: list(pair) for name, pair in beside.formats.items()},
        },
        "traffic": _traffic(found.traffic),
        "findings": [_finding(one) for one in found.findings],
    }


def _side(side: Side) -> dict[str, str]:
    return {
        "source": side.source,
        "book": side.book.digest,
        "areas": side.book.areas_digest,
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


def _finding(one: Diagnostic) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": str(one.severity),
        "message": one.message,
        "hint": one.hint,
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
    return None if seconds is None else moment(seconds)
