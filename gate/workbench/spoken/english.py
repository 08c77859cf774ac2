"""A rule in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.model import Action, Activity, Exemption, Membership, Mode, Rule, Unknown
from gate.workbench.spoken.reading import Pages, clock, pages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.model import Effective
    from gate.workbench.spoken.relations import Item

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
ACTS: Final[Mapping[Activity, str]] = {
    Activity.READ: "reads",
    Activity.SHARE: "shares",
    Activity.LIKE: "likes",
    Activity.COMMENT: "comments",
    Activity.SAVE: "saves for later",
    Activity.CONTACT: "writes to the newsroom",
    Activity.DONATE: "gives money",
}
"""What a reader does, to stand behind "the reader"."""

ACTIONS: Final[Mapping[Action, str]] = {
    Action.PASS: "nothing; the page opens at once",
    Action.BANNER: "a banner above the page",
    Action.INTERSTITIAL: "a warning page, which the reader clicks through",
    Action.BLOCK: "the page does not open",
}
"""What follows from an action."""

_BOUNDS = {
    Action.PASS: "an open page",
    Action.BANNER: "a banner",
    Action.INTERSTITIAL: "a warning page",
    Action.BLOCK: "a closed page",
}
_LEFT = {
    Action.PASS: "the page opens at once",
    Action.BANNER: "only a banner is left",
    Action.INTERSTITIAL: "only a warning page is left",
    Action.BLOCK: "the page stays closed",
}
_REASONS = {
    Unknown.NOT_IN_DATABASE: "the database does not have the address",
    Unknown.DATABASE_UNUSABLE: "no database can be used",
    Unknown.PRIVATE_ADDRESS: "the address is private",
    Unknown.BAD_ADDRESS: "the address cannot be read",
    Unknown.ANONYMOUS_NETWORK: "the reader comes by VPN, Tor or the like",
}
_KINDS = {Rule: "Rule", Exemption: "Exemption"}
_FEW = 3  # names that are listed


class English:
    """English; see `Tongue`."""

    def quoted(self, text: str) -> str:
        return f"“{text}”"

    def headline(self, item: Item) -> str:
        title = f": {item.title.rstrip('.')}" if isinstance(item, Rule) else ""
        return f"{_KINDS.get(type(item), 'Promise')} “{item.id}”{title}."

    def mode(self, mode: Mode) -> str:
        if mode is Mode.ENFORCE:
            return ""
        return "ON TRIAL (shadow): it is evaluated and counted, and no reader meets it."

    def who(self, areas: Sequence[str] | None, certainty: Membership) -> str:
        if areas is None:
            return "Who: every reader, wherever they are."
        where = _either(areas)
        if certainty is Membership.YES:
            return f"Who: readers who are certainly in {where}."
        return f"Who: readers in {where}, also when that is only possible."

    def promised_who(
        self,
        areas: Sequence[str] | None,
        outside: Sequence[str] | None,
        unknown: Sequence[Unknown] | None,
    ) -> str:
        told = []
        if areas is not None:
            told.append(f"readers who are certainly in {_either(areas)}")
        if outside is not None:
            told.append(f"readers who are certainly not in {_either(outside)}")
        if unknown is not None:
            reasons = _either_plain([_REASONS[reason] for reason in unknown])
            told.append(f"readers whose place is not known ({reasons})")
        return f"For: {' who are also '.join(told) or 'every reader, known or not'}."

    def acts(self, activities: Sequence[Activity]) -> str:
        if set(activities) == set(Activity):
            return "When: whatever the reader does."
        return f"When the reader {_either_plain([ACTS[a] for a in activities])}."

    def where(self, paths: Sequence[str], excepted: Sequence[str]) -> str:
        told = _either_plain([_page(page) for page in pages(paths)], "and")
        if excepted:
            beside = _either_plain([_page(page) for page in pages(excepted)], "and")
            told += f", but not on {beside}"
        return f"Where: on {told}."

    def follows(self, action: Action, notice: str, mode: Mode) -> str:
        verb = "follows" if mode is Mode.ENFORCE else "would follow"
        with_notice = f", with the notice {notice}" if notice else ""
        return f"What {verb}: {_said(action)}{with_notice}."

    def weaker(self, action: Action) -> str:
        return f"While the place is only possible: {_said(action)}."

    def unknown(self, actions: Mapping[Unknown, Action], mode: Mode) -> str:
        whose = "" if mode is Mode.ENFORCE else ", whatever becomes of this trial"
        where = f"Where the place is not known{whose}"
        if len(set(actions.values())) == 1:
            (action,) = set(actions.values())
            return f"{where}: {_said(action)}."
        told = [f"{_REASONS[r]}: {_said(a)}" for r, a in actions.items()]
        return f"{where}: {'; '.join(told)}."

    def span(self, span: Effective) -> str:
        since = "" if span.since is None else f"from {_moment(span.since)} on"
        if span.until is None:
            return f"In force {since}, without an end." if since else "Always in force."
        until = f"until {_moment(span.until)}"
        return f"In force {f'{since}, {until}' if since else until}."

    def why(self, because: str) -> str:
        return f"Why: {_stopped(because)}"

    def relaxed(self, name: str, to: Action, under: str, until: int | None) -> str:
        end = "" if until is None else f" Until {_moment(until)}."
        return f"The exemption “{name}” relaxes it: {_LEFT[to]} ({to}). {under}{end}"

    def never_relaxed(self) -> str:
        return "No exemption relaxes it."

    def relaxes(self, rules: Sequence[str], to: Action) -> str:
        word = "rule" if len(rules) == 1 else "rules"
        return (
            f"It relaxes the {word} {_either_plain(rules, 'and')}: {_LEFT[to]} ({to})."
        )

    def never_unknown(self) -> str:
        return "What the book says of places that are not known, it never relaxes."

    def approved(self, by: str) -> str:
        return f"Approved by {_stopped(by)}"

    def tests(self, names: Sequence[str]) -> str:
        if not names:
            return "No test names it."
        word = "test names" if len(names) == 1 else "tests name"
        return f"{len(names)} {word} it: {_listed(names)}."

    def promises(self, ids: Sequence[str]) -> str:
        if not ids:
            return ""
        word = "promise speaks" if len(ids) == 1 else "promises speak"
        return f"{len(ids)} {word} of the same readers and acts: {_listed(ids)}."

    def bounds(self, at_least: Action | None, at_most: Action | None) -> str:
        told = []
        if at_least is not None:
            told.append(f"nothing looser than {_BOUNDS[at_least]} ({at_least})")
        if at_most is not None:
            told.append(f"nothing stricter than {_BOUNDS[at_most]} ({at_most})")
        return f"Promised: {' and '.join(told)}. The command gate check proves it."

    def kept_by(self, ids: Sequence[str]) -> str:
        if not ids:
            return "No rule is about these readers and acts."
        word = "rule is" if len(ids) == 1 else "rules are"
        return f"{len(ids)} {word} about these readers and acts: {_listed(ids)}."


def _moment(seconds: int) -> str:
    at = clock(seconds)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at.time} ({at.zone})"


def _said(action: Action) -> str:
    return f"{ACTIONS[action]} ({action})"


def _page(page: Pages) -> str:
    return {
        "all": "every page",
        "front": "the front page",
        "page": page.path,
        "below": f"{page.path} and everything below it",
        "like": f"addresses like {page.path} (* stands for anything)",
    }[page.kind]


def _either(titles: Sequence[str]) -> str:
    return _either_plain([f"“{title}”" for title in titles])


def _either_plain(words: Sequence[str], word: str = "or") -> str:
    *first, last = words
    if not first:
        return last
    # Items that hold an "and" of their own are told apart by semicolons.
    comma, before = ("; ", ";") if any(" and " in w for w in words) else (", ", "")
    return f"{comma.join(first)}{before} {word} {last}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:_FEW])
    more = len(names) - _FEW
    return f"{shown} and {more} more" if more > 0 else shown


def _stopped(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
