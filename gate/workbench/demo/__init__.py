"""The demo: an invented news site with the gate in front, and a bar to travel by."""

from __future__ import annotations

from gate.workbench.demo.bar import DemoBar
from gate.workbench.demo.places import demo_places
from gate.workbench.demo.site import create_demo, create_site

__all__ = ["DemoBar", "create_demo", "create_site", "demo_places"]
