"""How the gate's own pages look: what `site.look` of config.yaml may say."""

from __future__ import annotations

from pydantic import Field

from gate.config.scalars import (  # noqa: TC001 (pydantic reads the annotations)
    Colour,
    FilePath,
)
from gate.documents import Line, Strict


class Palette(Strict):
    """Colours of one scheme; those that are left out stay the gate's own."""

    background: Colour | None = Field(default=None, description="Of the page.")
    panel: Colour | None = Field(default=None, description="Of boxes and buttons.")
    warning: Colour | None = Field(default=None, description="Behind what is risky.")
    text: Colour | None = Field(default=None, description="Of text.")
    quiet: Colour | None = Field(default=None, description="Of lesser text.")
    accent: Colour | None = Field(default=None, description="Round what is risky.")
    line: Colour | None = Field(default=None, description="Of lines; decoration.")
    exit: Colour | None = Field(default=None, description="Of the exit.")
    exit_text: Colour | None = Field(default=None, description="Of its label.")
    focus: Colour | None = Field(default=None, description="Round what has the focus.")

    @property
    def changed(self) -> dict[str, str]:
        """The colours that are named."""
        return dict(self.model_dump(exclude_none=True))


class Colours(Strict):
    """Colours for both schemes of the reader's system."""

    light: Palette = Field(default=Palette(), description="Where it is light.")
    dark: Palette = Field(default=Palette(), description="Where it is dark.")


class SiteLook(Strict):
    """How the gate's own pages look."""

    title: Line | None = Field(
        default=None, description="Name at the head of the gate's pages; none if left."
    )
    logo: FilePath | None = Field(
        default=None, description="SVG of plain shapes, in place of the name."
    )
    colours: Colours = Field(default=Colours(), description="Contrast is checked.")
    template: FilePath | None = Field(
        default=None,
        description="Your own template of the warning page; gate check tries it.",
    )
