"""A preview over a copy of the shipped book, asked in process or listening."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

import yaml
from werkzeug.test import Client

from gate.workbench.preview.app import Preview
from gate.workbench.preview.guard import Guard
from gate.workbench.preview.server import listen, url_of
from gate.workbench.preview.upkeep import Upkeep

ROOT = Path(__file__).parent.parent
NOW = 1_795_000_000
"""18 November 2026, 12:26:40 UTC."""

HOME = "http://127.0.0.1:8788"


class Bench:
    """A folder with config.yaml and rules/, and a preview of it.

    Attributes:
        folder: The folder.
        rules: The file with the rules.
        upkeep: The rule book in use.
        app: The preview, behind its guard.
        client: Asks it as a browser on this machine.
    """

    def __init__(self, folder, state, **changes):
        self.folder = folder
        shutil.copytree(ROOT / "rules", folder / "rules")
        config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
        config["state"] = str(state)
        self.config = folder / "config.yaml"
        self.config.write_text(yaml.safe_dump(config | changes), "utf-8")
        self.rules = folder / "rules" / "undesirable-organization.yaml"
        self.sound = self.rules.read_text("utf-8")
        self.upkeep = Upkeep(self.config, os.environ)
        self.site = Preview(self.upkeep, clock=lambda: NOW).app()
        self.app = Guard(self.site)
        self.client = Client(self.app)

    def get(self, page="/", headers=None, **query):
        """Ask for a page as a browser on this machine does."""
        return self.client.get(
            page,
            base_url=HOME,
            query_string=query,
            headers={"Sec-Fetch-Site": "same-origin", **(headers or {})},
            environ_base={"REMOTE_ADDR": "127.0.0.1"},
        )

    def restore(self):
        """Undo what a test did to the rules."""
        self.rules.write_text(self.sound, "utf-8")


@contextmanager
def listening(bench):
    """Let a preview listen on a free port; yield its address."""
    server = listen(bench.site, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield url_of(server).rstrip("/")
    finally:
        server.shutdown()
        thread.join()
