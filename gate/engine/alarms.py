"""Signs that the gate cannot see where readers are, noticed while it serves.

Each alarm looks at the last requests only, keeps no address, and speaks once when it
begins; `gate status` shows what holds.
"""

from __future__ import annotations

import logging
import time
from threading import Lock
from typing import TYPE_CHECKING

from gate.engine.shares import Shares
from gate.engine.sight import Sight
from gate.model import Unknown
from gate.request import edge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gate.audit import CountCell
    from gate.model import Client

WINDOW = 20
"""Requests after which the share of troubled ones is judged anew."""

SILENT = (
    "A trusted proxy sends no readable address in the header that visitor.header "
    "names: its readers are unknown. Let it set the header, or correct visitor.header."
)
UNNAMED = (
    "Forwarding headers come from peers that visitor.trusted_proxies does not name: "
    "their readers are taken for unknown. Name your proxy, if it is yours."
)

UNTOLD = (
    "The trusted proxies say nothing readable in the fields that geo.edge names: only "
    "the databases decide. Let the edge set them, or leave geo.edge out."
)

BLIND = (
    "Far more readers than before are where no database knows: their places are "
    "unknown. See geo.databases and gate geo status; gate geo update --rollback goes "
    "back to the database before."
)

LOOK = 5.0
"""Seconds between two looks at the counts."""

REFUSALS = {
    "E421": "Most requests are for a host that site.hosts does not name, and are "
    "refused (E421). Add the host, or have the proxy pass on the reader's Host.",
    "E451": "Servers that ask are refused (E451): no reader gets through them. Name "
    "them in visitor.trusted_proxies, and give them the secret (gate recipe).",
    "E452": "Servers that ask do not say all of what a request is (E452): no reader "
    "gets through them. Write their files anew with gate recipe.",
}
"""What is wrong if most requests are refused with a code."""

_log = logging.getLogger("gate")


class Alarms:
    """Watches over the requests of one gate.

    Attributes:
        shares: How many requests come from where no reader is.
    """

    def __init__(self) -> None:
        self.shares = Shares()
        self._lock = Lock()
        self._seen = 0
        self._met = dict.fromkeys((SILENT, UNNAMED, UNTOLD, *REFUSALS.values()), 0)
        self._holding: tuple[str, ...] = ()
        self._sight = Sight()
        self._next_look = 0.0
        self._filled = 0

    @property
    def holding(self) -> tuple[str, ...]:
        """What holds now, one sentence each."""
        return (*self._holding, BLIND) if self.is_blind else self._holding

    @property
    def is_blind(self) -> bool:
        """Whether far more places are unknown than before."""
        return self._sight.is_lost

    def look(self, counts: Callable[[], Mapping[CountCell, int]]) -> None:
        """Look at the counts of all decisions, if the last look was a while ago."""
        now = time.monotonic()
        if now < self._next_look:
            return
        with self._lock:
            self._next_look = now + LOOK
            was_blind = self.is_blind
            self._sight.look(counts(), self._filled)
            if self.is_blind and not was_blind:
                _log.warning(BLIND, extra={"code": "alarm"})

    def watch(self, client: Client) -> None:
        """Look at where one request came from."""
        with self._lock:
            self.shares.watch(client)
            self._seen += 1
            if client.unknown is Unknown.BAD_ADDRESS:
                self._met[SILENT] += 1
            elif client.doubt is Unknown.BAD_ADDRESS:
                self._met[UNNAMED] += 1
            if client.edge in {edge.SILENT, edge.UNREADABLE}:
                self._met[UNTOLD] += 1
            if self._seen >= WINDOW:
                self._judge()

    def heard(self, word: str) -> None:
        """Look at how what an edge says stands to the databases."""
        if word == "fills":
            with self._lock:
                self._filled += 1

    def refused(self, code: str) -> None:
        """Look at why one request could not be decided on."""
        said = REFUSALS.get(code)
        if said is None:
            return
        with self._lock:
            self._seen += 1
            self._met[said] += 1
            if self._seen >= WINDOW:
                self._judge()

    def _judge(self) -> None:
        """Let an alarm hold if at least half of the last requests met it."""
        holding = tuple(said for said, n in self._met.items() if 2 * n >= self._seen)
        for said in holding:
            if said not in self._holding:
                _log.warning(said, extra={"code": "alarm"})
        self._holding = holding
        self._seen = 0
        self._met = dict.fromkeys(self._met, 0)
