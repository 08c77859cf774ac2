"""Whether a reader can leave first, and go on as the gate understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.answer import Way
from gate.answer.press import BACK_SLOT, FIELDS_SLOT
from gate.notices.demands.case import (
    ACTS,
    BACK,
    FIELDS,
    READING,
    WAYS_ON,
    Case,
    Fault,
    as_read,
)
from gate.notices.elements import content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.notices.elements import Element

_FOCUSED: Final = frozenset({"button", "input", "summary", "textarea", "select"})


def look_at_exit(case: Case) -> Iterator[Fault]:
    """Yield what is wrong with the way out."""
    first = next((e for e in case.sheet.elements if _takes_focus(e)), None)
    if first is None or not _is_exit(first, case):
        yield Fault("E724", "The first thing to reach by keyboard is not the exit.")
    elif not first.shown or any(e.tag == "form" for e in first.above()):
        yield Fault("E724", "The exit stands where it may not be seen.")
    for element in case.sheet.elements:
        if "data-leave" in element.attrs and not _leaves(element, case):
            yield Fault("E724", f"<{element.tag} data-leave> is no exit.")
    if case.way in READING | {Way.BLOCKED}:
        yield from _second_exit(case)


def _second_exit(case: Case) -> Iterator[Fault]:
    exits = [e for e in case.sheet.all("a") if e.shown and _is_exit(e, case)]
    if len(exits) <= 1:
        yield Fault("E724", "The exit does not stand beside Continue as well.")
    elif case.way in READING:
        go = as_read(case.versions[0].go)
        buttons = [b for b in case.sheet.all("button") if content(b) == go]
        if buttons and exits[1].classes != buttons[0].classes:
            yield Fault("E724", "Continue and the exit do not have the same classes.")


def _takes_focus(element: Element) -> bool:
    if element.tag == "a":
        return "href" in element.attrs
    if element.tag == "input" and element.attrs.get("type") == "hidden":
        return False
    return element.tag in _FOCUSED or "tabindex" in element.attrs


def _is_exit(element: Element, case: Case) -> bool:
    label = as_read(case.words["page.leave"])
    marked = "data-leave" in element.attrs
    return marked and _leaves(element, case) and content(element) == label


def _leaves(element: Element, case: Case) -> bool:
    """Say whether it is a link of the exit, in whatever language."""
    rels = set(element.attrs.get("rel", "").split())
    is_link = element.tag == "a" and element.attrs.get("href") == case.leave_url
    return is_link and {"noreferrer", "nofollow"} <= rels


def look_at_continue(case: Case) -> Iterator[Fault]:
    """Yield what is wrong with the way on, or back."""
    yield from _slots(case)
    yield from _way_back(case)
    forms = case.sheet.all("form")
    if case.way not in WAYS_ON:
        if forms:
            yield Fault("E725", "There is a form where nothing can be continued.")
        yield from _other_ways(case)
        return
    if len(forms) != 1:
        yield Fault("E725", "There is not exactly one form.")
        return
    yield from _form(case, forms[0])
    yield from _fields(case, forms[0])


def _slots(case: Case) -> Iterator[Fault]:
    """Look for what the request brings, where it cannot or must not stand."""
    known = {"back_url": BACK_SLOT.decode(), "fields": FIELDS_SLOT.decode()}
    for name, slot in known.items():
        if slot in case.made:
            yield Fault("E725", f"{{{{ {name} }}}} stands on a page of {case.way}.")
    links = [e for e in case.sheet.all("a") if e.attrs.get("href") == BACK]
    if case.made.count(BACK) != len(links):
        yield Fault("E725", "{{ back_url }} stands elsewhere than in a link.")


def _form(case: Case, form: Element) -> Iterator[Fault]:
    attrs = form.attrs
    if attrs.get("method", "").lower() != "post" or attrs.get("action", "-"):
        yield Fault("E725", 'The form is not method="post" action="".')
    kind = "text/plain" if case.way is Way.READ_COOKIE else None
    if attrs.get("enctype") != kind:
        yield Fault("E725", f"The form's enctype is not {kind or 'left out'}.")
    buttons = _of_form(case, form, "button")
    yield from _buttons(case, buttons)
    if any(b.attrs.get("type", "submit") != "submit" for b in buttons):
        yield Fault("E725", "A button of the form does not submit it.")


def _buttons(case: Case, buttons: list[Element]) -> Iterator[Fault]:
    go = as_read(case.versions[0].go)
    plain_ones = [b for b in buttons if not b.attrs.keys() & {"name", "formaction"}]
    if not any(b.shown and content(b) == go for b in plain_ones):
        yield Fault("E725", "There is no button with the label of Continue.")
    direct = [b for b in buttons if b not in plain_ones]
    label = as_read(case.words["page.returns_button"])
    offered = any(not b.hidden and content(b) == label for b in direct)
    if (case.way is Way.READ) != offered or not all(map(_is_direct, direct)):
        told = "The way without a cookie is missing, or not as it must be."
        yield Fault("E725", told)


def _fields(case: Case, form: Element) -> Iterator[Fault]:
    inputs = [e.attrs for e in case.sheet.all("input")]
    inside = [e.attrs for e in _of_form(case, form, "input")]
    if not all(attrs.get("type") == "hidden" for attrs in inputs):
        yield Fault("E725", "There is a field that asks the reader for something.")
    names = sorted(attrs.get("name", "") for attrs in inside)
    wanted = sorted(["n", FIELDS] if case.way is Way.ACT else ["n"])
    shown = [a.get("value") for a in inside if a.get("name") == "n"]
    if names != wanted or len(inputs) != len(inside):
        yield Fault("E725", f"Its fields are not exactly {' and '.join(wanted)}.")
    elif shown != [case.revision]:
        yield Fault("E725", 'The field "n" does not hold {{ revision }}.')


def _of_form(case: Case, form: Element, tag: str) -> list[Element]:
    name = form.attrs.get("id")
    return [
        element
        for element in case.sheet.all(tag)
        if (name and element.attrs.get("form") == name)
        or ("form" not in element.attrs and form in element.above())
    ]


def _is_direct(button: Element) -> bool:
    told = {"name": "direct", "value": "1", "formaction": ""}
    return all(button.attrs.get(name) == value for name, value in told.items())


def _other_ways(case: Case) -> Iterator[Fault]:
    if case.sheet.all("button", "input"):
        yield Fault("E725", "There is a button or a field where none can work.")
    links = [e.shown for e in case.sheet.all("a") if e.attrs.get("href") == ""]
    if any(links) != bool(links) or (case.way is Way.ACT_AGAIN) != bool(links):
        said = 'Continue is <a href=""> for way act-again, and only there.'
        yield Fault("E725", said)


def _way_back(case: Case) -> Iterator[Fault]:
    backs = [e for e in case.sheet.all("a") if e.attrs.get("href") == BACK]
    if case.way in ACTS and not any(e.shown for e in backs):
        yield Fault("E725", "The way back, {{ back_url }}, is missing.")
