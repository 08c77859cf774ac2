"""Whether styles ask for a file, or hide what must be seen.

What hides is looked for in plain rules only: a style can do more than anybody can
foresee, and the README says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.notices.demands.case import Case, Fault
from gate.notices.demands.told import sentences
from gate.notices.elements import content, own_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.notices.elements import Element

_ESCAPED: Final = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.DOTALL)
_CALLS: Final = re.compile(
    r"@import|image-set\(|\bsrc\(|url\(\s*+(?![\"']?data:)", re.IGNORECASE
)
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_SKIPPED: Final = re.compile(
    r"""(\\.)|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|url\([^)"']*\)""",
    re.DOTALL,
)
_STEP: Final = re.compile(r"([^{};]*)([{};]|\Z)")

_NAUGHT: Final = r"(?:0+(?:\.0\d*)?|\.0\d*)(?:[a-z]+|%)?"
_FAR: Final = r"-(?:\d{3,}|\d{2,}(?:\.\d+)?(?:r?em|[a-z]*v[a-z]+|ch))"
_HIDES: Final = re.compile(
    r"display:none|(?:content-)?visibility:(?:hidden|collapse)"
    rf"|opacity:(?:{_NAUGHT}|\d(?:\.\d+)?%)|font-size:(?:{_NAUGHT}|[01](?:\.\d+)?px)"
    rf"|font:(?:.* )?{_NAUGHT}(?:[ /].*)?"
    rf"|(?:max-)?(?:height|width|block-size|inline-size):{_NAUGHT}"
    r"|clip(?:-path)?:(?!auto|none|initial|unset).*"
    r"|(?:-webkit-text-fill-)?color:transparent|pointer-events:none"
    rf"|(?:scale:{_NAUGHT}|transform:.*scale[xyz3d]*\({_NAUGHT}.*)"
    r"|(?:left|right|top|bottom|inset|margin|text-indent|transform|translate)[a-z-]*:"
    rf".*{_FAR}.*"
)
_COMBINED: Final = re.compile(r"\s*([>+~])\s*|\s+")
_PSEUDO: Final = re.compile(r":(?:is|where|not|has|[a-z-]+)(?:\([^()]*\))?", re.ASCII)
_OF_AN_ELEMENT: Final = re.compile(r"::|:(?:before|after|first-l)")
_SIMPLE: Final = re.compile(r"([.#]?)([\w-]+)|\[\s*([\w-]+)[^\]]*\]")


def look_at_styles(case: Case) -> Iterator[Fault]:
    """Yield styles that would ask for a file, or hide what must be seen."""
    for text in map(own_text, case.sheet.all("style")):
        # With its comments too: what looks like one may stand in a string.
        looks = (text, _COMMENT.sub("", text))
        if any(_CALLS.search(t) or _CALLS.search(_unescaped(t)) for t in looks):
            yield Fault("E723", "A style asks for a file; put it in as data:.")
        yield from _hiding(case, text.replace(case.style, ""))


def _hiding(case: Case, text: str) -> Iterator[Fault]:
    hiding = [(on, what) for on, what in _rules(text) if _HIDES.fullmatch(what)]
    guarded = _guarded(case) if hiding else []
    for selectors, what in hiding:
        for one in re.split(r",(?![^(\[]*[)\]])", selectors):
            if any(_fits(one, element) for element in guarded):
                name = " ".join(one.split())[:60]
                yield Fault("E732", f'A style hides "{name}" with "{what[:60]}".')


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Yield each declaration, in lower case, after the selectors that it is for."""
    places: list[str] = []
    for part, sign in _STEP.findall(_SKIPPED.sub(lambda m: m[1] or "''", text)):
        words = " ".join(_unescaped(part).split())
        if sign == "{":
            places.append(words)
            continue
        name, colon, value = words.lower().partition(":")
        on = _selectors(places)
        if colon and on:
            value = value.replace("!important", "").replace("! important", "")
            yield on, f"{name.strip()}:{value.strip()}"
        if sign == "}" and places:
            places.pop()


def _selectors(places: Sequence[str]) -> str:
    """Return what rules in rules are for; "" for what is for no element."""
    if any("keyframes" in place for place in places):
        return ""
    found = ""
    for place in places:
        if not place.startswith("@"):
            found = place.replace("&", found) if "&" in place else f"{found} {place}"
    return found.strip()


def _guarded(case: Case) -> list[Element]:
    """Return what must be seen, and all that it stands in."""
    said = {sentence for _, sentence in sentences(case.versions[0], case.way)}
    found: dict[Element, None] = {}
    for element in case.sheet.elements:
        is_way = element.tag == "button" or "data-leave" in element.attrs
        named = element.classes & {"story", "exit"}
        if is_way or named or (element.tag != "title" and content(element) in said):
            found |= dict.fromkeys((element, *element.above()))
    return [e for e in found if not e.hidden]


def _fits(selector: str, element: Element) -> bool:
    """Say whether a selector may mean an element; where in doubt, it does."""
    if _OF_AN_ELEMENT.search(selector):
        return False
    plain = selector
    while _PSEUDO.search(plain):
        plain = _PSEUDO.sub("", plain)
    steps = [part for part in _COMBINED.split(plain.strip()) if part] or ["*"]
    if not _is_of(steps[-1], element):
        return False
    if {"+", "~"} & set(steps):
        return True
    above = list(element.above())
    outer = [step for step in steps[:-1] if step != ">"]
    return all(any(_is_of(step, one) for one in above) for step in outer)


def _is_of(step: str, element: Element) -> bool:
    for sign, name, attribute in _SIMPLE.findall(step):
        if attribute and attribute.lower() not in element.attrs:
            return False
        if sign == "." and name not in element.classes:
            return False
        if sign == "#" and name != element.attrs.get("id"):
            return False
        if not sign and name and name.lower() != element.tag:
            return False
    return True


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(_letter, text)


def _letter(found: re.Match[str]) -> str:
    if not found[1]:
        return str(found[2])
    number = int(found[1], 16)
    return chr(number) if 0 < number <= 0x10FFFF else "?"  # noqa: PLR2004 - Unicode
