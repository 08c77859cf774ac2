"""Where the demo bar lets one visit from: real addresses of the embedded database."""

from __future__ import annotations

from typing import NamedTuple


class DemoPlace(NamedTuple):
    """A place to visit from.

    Attributes:
        id: Name in the cookie.
        title: Name on the button.
        address: The address that takes the place of the reader's own.
        language: Accept-Language of a browser that is common there.
    """

    id: str
    title: str
    address: str
    language: str


def demo_places() -> tuple[DemoPlace, ...]:
    """Return the places of the bar, in its order.

    The first address of a large network each; the unknown one lies in a part of the
    IPv6 space that nobody has been given yet.
    """
    russian, ukrainian = "ru-RU,ru;q=0.9", "uk-UA,uk;q=0.9,ru;q=0.6,en;q=0.4"
    return (
        DemoPlace("moscow", "Moscow", "95.165.0.1", russian),
        DemoPlace("simferopol", "Simferopol", "78.158.208.1", russian),
        DemoPlace("donetsk", "Donetsk", "178.158.144.1", "ru,uk;q=0.8"),
        DemoPlace("kherson", "Kherson (uncertain)", "193.109.128.1", ukrainian),
        DemoPlace("kyiv", "Kyiv", "93.72.0.1", ukrainian),
        DemoPlace("berlin", "Berlin", "91.64.0.1", "de-DE,de;q=0.9,en;q=0.6"),
        DemoPlace("unknown", "Unknown address", "3000::1", "en"),
        DemoPlace("private", "Private address", "192.168.1.10", "en"),
    )
