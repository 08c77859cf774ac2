"""A vendor, a served database, and what is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
import updates
from updates import ACCOUNT, BUILT, DAY, KEY, world

from gate.workbench.updating.settings import CANARIES, Credentials, Task


@pytest.fixture(name="server")
def _server():
    with updates.vendor() as server:
        yield server


@pytest.fixture(name="served")
def _served(tmp_path):
    """The database that is served: of ten days before the one that comes."""
    path = tmp_path / "db" / "city.mmdb"
    path.parent.mkdir()
    path.write_bytes(world(built=BUILT - 10 * DAY))
    return path


@pytest.fixture(name="task")
def _task(served, server):
    return Task(
        target=served,
        folder=served.parent,
        keep=2,
        source="dbip",
        edition="dbip-city-lite",
        is_chosen=True,
        tolerance=20,
        max_age_days=90,
        canaries=CANARIES,
        url=server.url,
    )


@pytest.fixture(name="maxmind")
def _maxmind(task, served):
    served.write_bytes(world(kind="GeoLite2-City", built=BUILT - 10 * DAY))
    return replace(
        task,
        source="maxmind",
        edition="GeoLite2-City",
        credentials=Credentials(account=ACCOUNT, key=KEY),
    )
