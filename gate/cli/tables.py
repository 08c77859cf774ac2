"""A table whose cells cannot speak to the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from gate.cli.plain import plain

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.style import StyleType


class PlainTable(Table):
    """A table that shows control characters of its cells as their codes."""

    def add_row(
        self,
        *renderables: RenderableType | None,
        style: StyleType | None = None,
        end_section: bool = False,
    ) -> None:
        """Add a row, all texts of which are made plain."""
        cells = (plain(one) if isinstance(one, str) else one for one in renderables)
        super().add_row(*cells, style=style, end_section=end_section)
