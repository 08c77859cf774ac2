"""What the tests share: real databases, and a rule about tools that are missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def missing(what: str) -> None:
    """Skip with a reason on a user's machine; fail where everything must be there."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing; .ci/run installs it")
    pytest.skip(f"needs {what}")


@pytest.fixture(scope="session")
def databases():
    """Find a real database by its file name, such as "GeoLite2-City.mmdb"."""

    def find(name):
        folder = Path(os.environ.get("GATE_TEST_DATABASES", "no-such-folder"))
        path = folder / name
        if not path.is_file():
            missing(f"{name} in the folder named by GATE_TEST_DATABASES")
        return path

    return find
