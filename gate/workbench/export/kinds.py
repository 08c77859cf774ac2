"""The kinds of table that can be written, by name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gate.workbench.export.table import EdgeTable


class Kind(NamedTuple):
    """A kind of table.

    Attributes:
        file: Name of the file where only a folder is given.
        module: Module that renders it; loaded when it is needed.
        is_text: Whether it can be shown on a terminal.
    """

    file: str
    module: str
    is_text: bool = True

    def render(self, table: EdgeTable) -> bytes:
        """Return the content of the file; the same table gives the same bytes."""
        module = import_module(f"gate.workbench.export.{self.module}")
        content: bytes = module.render(table)
        return content


KINDS = {
    "nginx": Kind("gate-free.conf", "nginx"),
    "haproxy": Kind("gate-free.map", "haproxy"),
    "varnish": Kind("gate-free.vcl", "varnish"),
    "csv": Kind("gate-free.csv", "rows"),
    "mmdb": Kind("gate-free.mmdb", "database", is_text=False),
}
