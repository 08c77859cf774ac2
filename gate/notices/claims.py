"""What texts claim, held against the data of their regime.

A text names a risk under the activity that it is about, so that each can be looked up;
{risks} and {unclear} put the same words into running text. Numbers are compared as
numbers: "5 000" is 5,000. Numbers written in words are not seen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import digit

from gate.documents.scalars import quoted
from gate.model import Severity
from gate.notices.schema import ABOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.documents import Document
    from gate.model import Diagnostic
    from gate.notices.schema import Penalty, RegimeEntry, Text

Loc = tuple[str | int, ...]

_PLACE = re.compile(r"\{[^{}]*\}")
# A day; digits in groups of three behind a space, point, comma or apostrophe (also the
# ~ of markup); else digits, perhaps with a fraction, as articles of a law have.
_NUMBER = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})"
    r"|(?P<grouped>\d{1,3}(?:[ \u00a0\u202f.,'’~]\d{3})+)(?!\d)"  # noqa: RUF001
    r"|\d+(?:[.,]\d+)?"
)
_DIGITS = re.compile(r"\d+")
_LONGEST_NUMBER = 40  # digits; longer ones are no sums and no years
_RUNNING = ("banner", "footer")
_DATED = ("decided_on", "registered_on", "register_number")


def facts_of(regime: RegimeEntry) -> dict[str, str]:
    """Return the certain facts of a regime by key; each fills its placeholder."""
    own = {
        "decided_on": regime.decided_on,
        "registered_on": regime.registered_on,
        "register_number": regime.register_number,
        **regime.facts,
    }
    certain = {k: f.value for k, f in own.items() if f and f.certainty == "certain"}
    return {"regime": regime.title, **certain}


def sources_of(regime: RegimeEntry) -> tuple[str, ...]:
    """Return where the certain facts and penalties come from, each source once."""
    own = (regime.decided_on, regime.registered_on, regime.register_number)
    told = [*own, *regime.facts.values(), *regime.penalties.values()]
    certain = [fact for fact in told if fact and fact.certainty == "certain"]
    return tuple(dict.fromkeys(s for fact in certain for s in fact.sources))


def numbers_of(regime: RegimeEntry, act: str | None = None) -> frozenset[str]:
    """Return the numbers that a text may name.

    Only dates, the number in the register and certain penalties hold them: article 10
    of a convention is no ground to speak of 10 years.

    Args:
        regime: The law.
        act: Activity of which the text speaks; None for all.
    """
    facts = facts_of(regime)
    told = [facts.get(key, "") for key in _DATED] + [regime.as_of]
    for name, penalty in regime.penalties.items():
        if penalty.certainty == "certain" and act in {None, name}:
            told += [penalty.penalty or "", penalty.note or ""]
    return frozenset(
        number
        for text in told
        for token in _NUMBER.finditer(text)
        for number in _readings(token)[0]
    )


def claim_findings(
    document: Document, text: Text, loc: Loc, regime: RegimeEntry
) -> Iterator[Diagnostic]:
    """Find what a text claims and the data do not hold.

    Args:
        document: The file.
        text: A notice in one language.
        loc: Its place.
        regime: The law that it tells of.
    """
    every = numbers_of(regime)
    own: dict[str | int, frozenset[str]] = {
        act: numbers_of(regime, act) for act in regime.penalties
    }
    yield from _risks(document, text, loc, regime)
    yield from _running(document, text, loc)
    for at, words in _texts(text):
        for token in _NUMBER.finditer(_PLACE.sub(" ", words)):
            known = own.get(at[-1], every)
            if not any(way <= known for way in _readings(token)):
                yield document.finding(
                    "R070",
                    f"No certain fact holds the number {quoted(token[0])}.",
                    (*loc, *at),
                    hint="Write it into a penalty or date of the regime, with its "
                    "source, or take it out.",
                )


def _risks(
    document: Document, text: Text, loc: Loc, regime: RegimeEntry
) -> Iterator[Diagnostic]:
    claims = {
        "risks": ("punished", text.risks),
        "risks_short": ("punished", text.risks_short),
        "not_punished": ("not_punished", text.not_punished),
        "unclear": ("unclear", text.unclear),
        "unclear_short": ("unclear", text.unclear_short),
    }
    for key, (status, acts) in claims.items():
        for act in acts:
            if status == "unclear" and act in text.risks:
                continue  # more of the same activity, of which less is known
            wrong = _unheld(act, status, regime.penalties.get(act))
            if wrong:
                severity, message, hint = wrong
                at = (*loc, key, act)
                yield document.finding(
                    "R069", message, at, hint=hint, severity=severity, key=True
                )
    if text.unclear and not text.unclear_lead:
        message = '"unclear" needs "unclear_lead", which says how sure this is.'
        yield document.finding("R069", message, (*loc, "unclear"), key=True)


def _unheld(
    act: str, status: str, known: Penalty | None
) -> tuple[Severity, str, str] | None:
    """Say what is wrong with calling an activity so; None if the data hold it."""
    if known is None:
        message = f'The regime says nothing of "{act}".'
        return Severity.ERROR, message, "Add it to penalties, with its sources."
    if status == "unclear":
        return _too_soft(act, known)
    if known.status != status:
        message = f'By the data of the regime "{act}" is {_word(known)}.'
        where = {"punished": "risks", "not_punished": "not_punished"}
        hint = f"Name it under {where.get(known.status, 'unclear')}, or correct them."
        return Severity.ERROR, message, hint
    if known.certainty != "certain":
        message = f'That "{act}" is {_word(known)} is not certain in the data.'
        return Severity.ERROR, message, "Name it under unclear, or confirm it."
    return None


def _too_soft(act: str, known: Penalty) -> tuple[Severity, str, str] | None:
    if known.certainty != "certain" or known.status == "unclear":
        return None
    message = f'"{act}" is certainly {_word(known)}; the text calls it unclear.'
    if known.status == "punished":
        return Severity.WARNING, message, "Name it under risks."
    return Severity.ERROR, message, "Take it out, or name it under not_punished."


def _word(known: Penalty) -> str:
    return known.status.replace("_", " ")


def _running(document: Document, text: Text, loc: Loc) -> Iterator[Diagnostic]:
    """Find running texts that name risks in words of their own."""
    for key in _RUNNING:
        words = getattr(text, key)
        if words and "{risks}" not in words and "{unclear}" not in words:
            yield document.finding(
                "R069",
                f'The "{key}" does not say {{risks}}: what it names cannot be checked.',
                (*loc, key),
                hint="Fill risks_short by activity and put {risks} where they belong.",
                severity=Severity.WARNING,
            )


def _texts(text: Text) -> Iterator[tuple[Loc, str]]:
    shown = text.model_dump(by_alias=True, exclude_none=True, exclude=set(ABOUT))
    for key, value in shown.items():
        if isinstance(value, str):
            yield (key,), value
            continue
        items = value.items() if isinstance(value, dict) else enumerate(value)
        yield from (((key, step), item) for step, item in items)


def _readings(token: re.Match[str]) -> tuple[frozenset[str], ...]:
    """Return the sets of numbers of which one must be known: the likeliest first."""
    parts = [_simple(digits) for digits in _DIGITS.findall(token[0])]
    if token["day"]:
        return (frozenset({parts[0], parts[2]}),)
    if token["grouped"]:
        whole = _simple("".join(_DIGITS.findall(token[0])))
        return frozenset({whole}), frozenset(parts)
    whole, *fraction = _DIGITS.findall(token[0])
    told = [_simple(whole), *(_latin(digits) for digits in fraction)]
    return (frozenset({".".join(told)}),)


def _simple(digits: str) -> str:
    """Return digits of any script as Latin ones, without zeros at the beginning."""
    return _latin(digits).lstrip("0") or "0"


def _latin(digits: str) -> str:
    return "".join(str(digit(letter)) for letter in digits[:_LONGEST_NUMBER])
