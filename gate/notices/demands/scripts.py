"""Whether no script but the gate's can run, and whether that one can speak."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.notices.demands.case import Case, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAID: Final = {
    "data-two": "page.quick_exit_two_more",
    "data-one": "page.quick_exit_one_more",
    "data-leaving": "page.quick_exit_leaving",
    "data-over": "page.quick_exit_over",
}


def look_at_scripts(case: Case) -> Iterator[Fault]:
    """Yield scripts that are not the gate's, and what keeps its own from working."""
    scripts = case.sheet.all("script")
    texts = ["".join(p for p in s.parts if isinstance(p, str)) for s in scripts]
    own = [
        t for t, s in zip(texts, scripts, strict=True) if s.attrs or t != case.script
    ]
    if own:
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
    if len(hints) != 1 or "hidden" not in hints[0].attrs:
        yield Fault("E726", 'There is not one hidden element of class "hint".')
