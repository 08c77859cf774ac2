"""Whether a reader can leave first, and go on as the gate understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.answer import Way
from gate.notices.demands.case import BACK, FIELDS, Case, Fault, as_read
from gate.notices.elements import content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.notices.elements import Element

_WAYS_ON: Final = frozenset({Way.READ, Way.READ_COOKIE, Way.ACT})
_READING: Final = frozenset({Way.READ, Way.READ_COOKIE})
_ACTS: Final = frozenset({Way.ACT, Way.ACT_AGAIN, Way.ACT_LOST})
_FOCUSED: Final = frozenset({"button", "input", "summary", "textarea", "select"})


def look_at_exit(case: Case) -> Iterator[Fault]:
    """Yield what is wrong with the way out."""
    first = next((e for e in case.sheet.elements if _takes_focus(e)), None)
    if first is None or not _is_exit(first, case):
        yield Fault("E724", "The first thing to reach by keyboard is not the exit.")
    elif any(
        e.tag in {"details", "form"} or "hidden" in e.attrs for e in first.above()
    ):
        yield Fault("E724", "The exit stands where it may not be seen.")
    if case.way in _READING | {Way.BLOCKED}:
        yield from _second_exit(case)


def _second_exit(case: Case) -> Iterator[Fault]:
    exits = [e for e in case.sheet.all("a") if _is_exit(e, case)]
    if len(exits) <= 1:
        yield Fault("E724", "The exit does not stand beside Continue as well.")
    elif case.way in _READING:
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
    attrs = element.attrs
    rels = set(attrs.get("rel", "").split())
    return (
        element.tag == "a"
        and attrs.get("href") == case.leave_url
        and "data-leave" in attrs
        and {"noreferrer", "nofollow"} <= rels
        and content(element) == as_read(case.words["page.leave"])
    )


def look_at_continue(case: Case) -> Iterator[Fault]:
    """Yield what is wrong with the way on, or back."""
    forms = case.sheet.all("form")
    if case.way not in _WAYS_ON:
        if forms:
            yield Fault("E725", "There is a form where nothing can be continued.")
        yield from _other_ways(case)
        return
    if len(forms) != 1:
        yield Fault("E725", "There is not exactly one form.")
        return
    yield from _form(case, forms[0])
    yield from _fields(case, forms[0])


def _form(case: Case, form: Element) -> Iterator[Fault]:
    attrs = form.attrs
    if attrs.get("method", "").lower() != "post" or attrs.get("action", "-"):
        yield Fault("E725", 'The form is not method="post" action="".')
    kind = "text/plain" if case.way is Way.READ_COOKIE else None
    if attrs.get("enctype") != kind:
        yield Fault("E725", f"The form's enctype is not {kind or 'left out'}.")
    go = as_read(case.versions[0].go)
    buttons = _of_form(case, form, "button")
    plain_ones = [b for b in buttons if not b.attrs.keys() & {"name", "formaction"}]
    if not any(content(b) == go for b in plain_ones):
        yield Fault("E725", "There is no button with the label of Continue.")
    direct = [b for b in buttons if b not in plain_ones]
    label = as_read(case.words["page.returns_button"])
    offered = any(content(b) == label for b in direct)
    if (case.way is Way.READ) != offered or not all(map(_is_direct, direct)):
        yield Fault(
            "E725", "The way without a cookie is missing, or not as it must be."
        )
    if any(b.attrs.get("type", "submit") != "submit" for b in buttons):
        yield Fault("E725", "A button of the form does not submit it.")


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
    links = [e for e in case.sheet.all("a") if e.attrs.get("href") == ""]
    if (case.way is Way.ACT_AGAIN) != bool(links):
        yield Fault(
            "E725", 'Continue is <a href=""> for way act-again, and only there.'
        )
    if case.way in _ACTS and not any(
        e.attrs.get("href") == BACK for e in case.sheet.all("a")
    ):
        yield Fault("E725", "The way back, {{ back_url }}, is missing.")
