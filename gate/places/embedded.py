"""The database that ships with the gate: where it lies."""

from __future__ import annotations

from pathlib import Path


def embedded_database() -> Path:
    """Return the path of the compact database in the package.

    Source:
        Derived from DB-IP City Lite (https://db-ip.com), CC BY 4.0; see
        `gate.workbench.pack`.
    """
    return Path(__file__).parent / "data" / "embedded.mmdb"
