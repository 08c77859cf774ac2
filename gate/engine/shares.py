"""How many requests come from where no reader is: counts, never an address.

What a plain page view is decided by at a glance is not looked at here; everything else
is. So these are counts of a large sample, good enough to find a proxy that is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.engine.cdn import cdn_of
from gate.model import Unknown
from gate.places.special import special_reason

if TYPE_CHECKING:
    from gate.model import Client

WINDOW: Final = 1_000
"""Requests after which the recent counts begin anew."""

STEP: Final = 10
"""Counts are told in steps of so many, so that two looks never show one reader."""

LOOKED_AT: Final = "looked_at"
PRIVATE: Final = "private"
"""From an address that is in no public network."""
UNREADABLE: Final = "unreadable"
"""Through a trusted proxy that sent no readable address."""
FORWARDED: Final = "forwarded"
"""With a forwarding header, from a peer that is not trusted."""
CDN: Final = "cdn"
"""From a network of a content delivery network."""

NAMES: Final = (LOOKED_AT, PRIVATE, UNREADABLE, FORWARDED, CDN)


class Shares:
    """Counts of one worker, since its start and over the last window."""

    def __init__(self) -> None:
        self._all = dict.fromkeys(NAMES, 0)
        self._window = dict.fromkeys(NAMES, 0)
        self._last = dict.fromkeys(NAMES, 0)

    def watch(self, client: Client) -> None:
        """Look at where one request came from. The caller holds a lock."""
        for name in signs_of(client):
            self._all[name] += 1
            self._window[name] += 1
        if self._window[LOOKED_AT] >= WINDOW:
            self._last = self._window
            self._window = dict.fromkeys(NAMES, 0)

    def told(self) -> dict[str, dict[str, int]]:
        """Return the counts in tens: since the start, and of the last whole window."""
        return {"since_start": _in_tens(self._all), "last_window": _in_tens(self._last)}


def signs_of(client: Client) -> tuple[str, ...]:
    """Say what an address tells of a proxy that is missing or silent."""
    signs = [LOOKED_AT]
    if client.doubt is Unknown.BAD_ADDRESS:
        signs.append(FORWARDED)
    if client.unknown is Unknown.BAD_ADDRESS:
        signs.append(UNREADABLE)
    elif client.unknown is Unknown.PRIVATE_ADDRESS or _is_private(client):
        signs.append(PRIVATE)
    elif cdn_of(client.version, client.number) is not None:
        signs.append(CDN)
    return tuple(signs)


def _is_private(client: Client) -> bool:
    if client.unknown is not None:
        return False
    return special_reason(client.version, client.number) is Unknown.PRIVATE_ADDRESS


def _in_tens(counts: dict[str, int]) -> dict[str, int]:
    return {name: count - count % STEP for name, count in counts.items()}
