"""What the tests share: real databases, and a rule about tools that are missing."""

from __future__ import annotations

import gc
import os
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import settings
from machine import missing

from gate.audit.forks import living

# A change must pass or fail for what it is, not for the luck of a draw; everywhere
# else each run looks at new examples.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


MEASURED = 3
"""Rows of a table for which coverage is measured: the others lead the same way."""

UNMEASURED = {
    f"test_{name}.py"
    for name in (
        *("audit_questions", "audit_sealing", "cli_check", "cli_explain", "cli_schema"),
        *("database", "decision_laws", "documents_reader", "engine"),
        *("engine_detours", "engine_renewal", "import_hostile", "notices_claims"),
        *("notices_languages", "notices_own", "readme", "workbench_pages"),
    )
}
"""Files that take long and lead, all together, through 400 lines that no other does."""


def pytest_collection_modifyitems(items):
    """Mark what reads real databases, and what coverage is not measured for.

    Coverage is 96 per cent if all tests are measured, which takes half as long again.

    What reads real databases comes first, because the workers take over from each
    other what comes last, and each would build the same large indexes again.
    """
    rows = Counter()
    for item in items:
        table = item.nodeid.partition("[")[0]
        rows[table] += 1
        if "databases" in getattr(item, "fixturenames", ()):
            item.add_marker("real")
        if (
            rows[table] > MEASURED
            or item.path.name in UNMEASURED
            or item.get_closest_marker("real")
        ):
            item.add_marker("unmeasured")
    items.sort(key=lambda item: item.get_closest_marker("real") is None)


def pytest_collection_finish():
    """Let no collection of garbage look at the thousands of tests that wait."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish():
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Measure no coverage where others lead through the same lines.

    Measuring takes two to four times as long.
    """
    coverage = getattr(
        item.config.pluginmanager.getplugin("_cov"), "cov_controller", None
    )
    if coverage is None or item.get_closest_marker("unmeasured") is None:
        return (yield)
    coverage.pause()
    try:
        return (yield)
    finally:
        coverage.resume()


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


ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def session_state(tmp_path_factory):
    """One state folder for the whole run, so that an index is built once."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(autouse=True)
def small_tables(monkeypatch):
    """Let tables of counts be small, and none stay open after a test."""
    monkeypatch.setattr("gate.audit.table.SLOTS", 256)
    before = set(living())
    yield
    for desk in set(living()) - before:
        desk.close()


@pytest.fixture
def make_config(tmp_path, session_state):
    """Write a config.yaml over the shipped rule book; sections can be changed."""

    def make(*, name="config.yaml", **changes):
        config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
        config["rules"]["folder"] = str(ROOT / "rules")
        config["state"] = str(session_state)
        for section, change in changes.items():
            if isinstance(change, dict):
                config.setdefault(section, {}).update(change)
            else:
                config[section] = change
        path = tmp_path / name
        path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
        return path

    return make


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium; the same for all tests."""
    path = Path(os.environ.get("GATE_TEST_CHROMIUM", "/usr/bin/chromium"))
    if not path.is_file():
        missing("Chromium (GATE_TEST_CHROMIUM names the program)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=str(path),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core, to be run inside a page."""
    path = Path(os.environ.get("GATE_TEST_AXE", "no-such-file"))
    if not path.is_file():
        missing("axe.min.js (GATE_TEST_AXE names it)")
    return path.read_text(encoding="utf-8")
