"""Whether no script but the gate's can run, and whether that one can speak."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.notices.demands.case import Case, Fault, as_read
from gate.notices.elements import content, own_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.notices.elements import Element

_SAID: Final = {
    "data-two": "page.quick_exit_two_more",
    "data-one": "page.quick_exit_one_more",
    "data-leaving": "page.quick_exit_leaving",
    "data-over": "page.quick_exit_over",
}


def look_at_scripts(case: Case) -> Iterator[Fault]:
    """Yield scripts that are not the gate's, and what keeps its own from working."""
    scripts = case.sheet.all("script")
    if any(s.attrs or own_text(s) != case.script for s in scripts):
        yield Fault("E726", "There is a script that is not the gate's.")
    elif len(scripts) != 1:
        yield Fault("E726", "The gate's script is missing: {{ script }} in <script>.")
    for element in case.sheet.elements:
        for name in ("href", "action", "formaction", "src"):
            value = re.sub(r"[\s\x00-\x20]", "", element.attrs.get(name, "")).lower()
            if value.startswith(("javascript:", "vbscript:", "data:text")):
                yield Fault("E726", f'<{element.tag}> has a script in "{name}".')
    yield from _spoken(case)


def _spoken(case: Case) -> Iterator[Fault]:
    """Look for what the gate's script speaks through."""
    said = [e for e in case.sheet.elements if e.attrs.get("role") == "status"]
    if len(said) != 1 or any(
        said[0].attrs.get(name) != case.words[key] for name, key in _SAID.items()
    ):
        yield Fault("E726", 'The one element of role="status" lacks what it is to say.')
    hints = [e for e in case.sheet.elements if "hint" in e.classes]
    if len(hints) != 1 or not _is_hint(hints[0], case):
        told = 'There is not one hidden <p class="hint"> with page.quick_exit alone.'
        yield Fault("E726", told)


def _is_hint(element: Element, case: Case) -> bool:
    """Say whether it is the one text that may be hidden: it needs the script."""
    return (
        element.tag == "p"
        and "hidden" in element.attrs
        and all(isinstance(part, str) for part in element.parts)
        and content(element) == as_read(case.words["page.quick_exit"])
    )
