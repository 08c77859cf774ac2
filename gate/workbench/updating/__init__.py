"""A newer database: fetched, doubted, and only then put where the gate looks.

Reading order: `settings` (what the deployer chose), `fetching` (HTTP with bounds),
`sources` (DB-IP, MaxMind), `program` (geoipupdate), `unpacking` (archives), `measuring`
(what a database says as a whole), `sanity` (the checks), `keeping` (the lock, the
replacement, earlier databases), `update` (the whole of it).
"""

from __future__ import annotations
