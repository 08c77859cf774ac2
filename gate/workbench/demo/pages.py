"""The demo site's short pages: what the buttons lead to, and the two explainers."""

from __future__ import annotations

from typing import NamedTuple


class Form(NamedTuple):
    """A form with one field; `kind` is "text" or "amount"."""

    label: str
    kind: str
    button: str


class Page(NamedTuple):
    """A page of plain paragraphs."""

    title: str
    paragraphs: tuple[str, ...]
    form: Form | None = None


PAGES = {
    "about": Page(
        "About “undesirable organizations”",
        (
            "Under a Russian law of 2015 the Prosecutor General may declare a foreign "
            "organization “undesirable”. Taking part in what it does is then an offence "
            "in Russia, and Russian authorities apply the same law in the parts of "
            "Ukraine that Russia controls.",
            "Courts have treated sharing a link as taking part, including old posts and "
            "posts in closed accounts. A first case usually ends with a fine; a second "
            "one, or giving money, can be prosecuted as a crime.",
            "This page belongs to a demonstration. A real outlet explains here, with "
            "its lawyers and with a date, what the law means for its readers.",
        ),
    ),
    "safety": Page(
        "Reading safely",
        (
            "The gate shows a warning before an article where contact with an outlet "
            "may be held against a reader. It works out the place from the network "
            "address alone, and it can be wrong in both directions.",
            "It does not hide your visit. Your browser keeps a history, and your "
            "network provider can see which sites you open.",
            "It keeps no record of you. The only thing it stores is a small cookie on "
            "your own device, the same for every reader, that says the warning was shown.",
        ),
    ),
    "share": Page(
        "Share this article",
        ("Copy this line and send it where you like. No third party is involved.",),
    ),
    "like": Page(
        "Thank you", ("Your like has been counted. (The demo counts nothing.)",)
    ),
    "save": Page("Saved", ("The article is on your list. (The demo keeps no list.)",)),
    "comment": Page(
        "Thank you", ("An editor will read your comment. (The demo keeps none.)",)
    ),
    "contact": Page(
        "Write to us",
        ("We read everything and answer what we can.",),
        Form("Your message", "text", "Send"),
    ),
    "donate": Page(
        "Support us",
        ("This outlet is paid for by its readers. (The demo takes no money.)",),
        Form("Amount in euros", "amount", "Give"),
    ),
    "thanks": Page("Thank you", ("It has arrived. (The demo has thrown it away.)",)),
}
