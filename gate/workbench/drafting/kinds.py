"""Every kind of item that can be added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.workbench.drafting.areas import AREA
from gate.workbench.drafting.cases import TEST
from gate.workbench.drafting.exemptions import EXEMPTION
from gate.workbench.drafting.notices import NOTICE
from gate.workbench.drafting.rules import RULE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.workbench.drafting.draft import Kind

KINDS: Mapping[str, Kind] = {
    kind.word: kind for kind in (RULE, EXEMPTION, AREA, NOTICE, TEST)
}
