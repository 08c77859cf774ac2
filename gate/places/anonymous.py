"""Networks that hide where their visitors are: Tor exits, an Anonymous IP database.

A place says nothing of somebody who comes through one of them, so such an address is
unknown for the reason `anonymous_network`, whatever a City database says of it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gate.errors import AnonymousListError, DatabaseMissingError
from gate.places.facts import DatabaseFacts, attribution_of, digest_of
from gate.places.plain import open_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from gate.places.layouts import Layout

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Span = tuple[int, int]

TELLS = "anonymous_network"
"""What such a file tells, in `DatabaseFacts.tells`."""

OLDEST_SECONDS = 48 * 3600
"""Age behind the newest entry at which an exit has left the network.

Source:
    Tor Metrics, TorDNSEL's exit lists: entries are kept for 48 hours.
"""

# The whole network has about 2,000 exits; a list of all relays about 10,000 addresses.
MOST_EXITS = 100_000
MOST_BYTES = 16_000_000
_OTHER_LINES = ("ExitNode ", "Published ", "LastStatus ", "@type ", "Downloaded ")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnonymousFiles:
    """What a deployer names beside the databases; each may be missing.

    Attributes:
        database: An Anonymous IP database, MaxMind format.
        tor_exits: A list of Tor exits.
    """

    database: Path | None = None
    tor_exits: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """Those that are named."""
        named = (self.database, self.tor_exits)
        return tuple(path for path in named if path is not None)


class Hidden(NamedTuple):
    """Addresses whose visitors are hidden, from one file.

    Attributes:
        facts: What is known of the file.
        spans: For IPv4 (4) and IPv6 (6), first and last address of each span.
    """

    facts: DatabaseFacts
    spans: Mapping[int, list[Span]]


def read_hidden(files: AnonymousFiles) -> list[Hidden]:
    """Read all files that are named.

    Raises:
        DatabaseError: One cannot be read or is not what it should be.
    """
    found = []
    if files.database is not None:
        found.append(read_database(files.database))
    if files.tor_exits is not None:
        found.append(read_tor_exits(files.tor_exits))
    return found


def hidden_by(files: AnonymousFiles, version: int, number: int) -> tuple[str, ...]:
    """Return the names of the files that say that an address hides its visitor.

    Args:
        files: The files.
        version: 4 or 6.
        number: The address as an integer.

    Raises:
        DatabaseError: One cannot be read or is not what it should be.
    """
    return tuple(
        found.facts.name
        for found in read_hidden(files)
        if any(first <= number <= last for first, last in found.spans.get(version, ()))
    )


def read_tor_exits(path: Path) -> Hidden:
    """Read a list of Tor exits: one address a line, or the format exit-addresses.

    Where entries carry a date, those more than 48 hours older than the newest one are
    left out. The list is its own clock, so that the same file always means the same.

    Args:
        path: The list.

    Raises:
        DatabaseMissingError: It cannot be read.
        AnonymousListError: It holds something else, or no address at all.

    Source:
        https://check.torproject.org/torbulkexitlist and /exit-addresses.
    """
    entries = list(_entries(path))
    if not entries or len(entries) > MOST_EXITS:
        raise AnonymousListError(
            f"{path.name} holds {len(entries):,} addresses.",
            hint=f"A list of Tor exits has 1 to {MOST_EXITS:,}; fetch it again.",
        )
    newest = max((seen for _, seen in entries), default=0)
    current = {
        address
        for address, seen in entries
        if not seen or seen >= newest - OLDEST_SECONDS
    }
    facts = DatabaseFacts(
        name=path.name,
        type="Tor exit list",
        # Undated: a gate with an old list is still as good as its databases.
        build_epoch=0,
        digest=digest_of([path]),
        node_count=len(current),
        ip_version=6,
        layout="one address a line",
        tells=(TELLS,),
        attribution="",
    )
    return Hidden(facts, _by_version((one, one) for one in current))


def _entries(path: Path) -> Iterator[tuple[Address, int]]:
    """Yield each address with the second when it was seen, 0 without a date."""
    try:
        with open_plain(path) as file:
            text = file.read(MOST_BYTES).decode("ascii", errors="replace")
    except OSError as error:
        raise DatabaseMissingError(
            f"{path} cannot be read: {error.strerror or error}.",
            hint="Correct geo.tor_exits, or leave it out.",
        ) from error
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.strip()
        if not entry or entry.startswith(("#", *_OTHER_LINES)):
            continue
        try:
            yield _entry(entry)
        except ValueError:
            raise AnonymousListError(
                f"Line {number} of {path.name} is not an address of a Tor exit.",
                hint=AnonymousListError.remedy,
            ) from None


def _entry(line: str) -> tuple[Address, int]:
    """Read one line.

    Raises:
        ValueError: It holds no address, or something that is no date.
    """
    words = line.removeprefix("ExitAddress ").split(maxsplit=1)
    address = ipaddress.ip_address(words[0].strip("[]"))
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if len(words) == 1:
        return address, 0
    seen = datetime.strptime(words[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return address, int(seen.timestamp())


def read_database(path: Path) -> Hidden:
    """Read an Anonymous IP database, or one of another name with the same fields.

    Raises:
        DatabaseError: It is missing, damaged, or tells nothing of anonymity.
    """
    # numpy; a serving worker must not load it
    from gate.places.census import take_census  # noqa: PLC0415
    from gate.places.layouts import detect_anonymous  # noqa: PLC0415
    from gate.places.mmdb import Mmdb  # noqa: PLC0415

    database = Mmdb(path)
    census = take_census(database, _number, nothing=0, detecting=detect_anonymous)
    metadata = database.metadata
    facts = DatabaseFacts(
        name=path.name,
        type=metadata.database_type,
        build_epoch=metadata.build_epoch,
        digest=database.digest,
        node_count=metadata.node_count,
        ip_version=metadata.ip_version,
        layout=census.layout.value,
        tells=(TELLS,),
        attribution=attribution_of(
            path.name, metadata.database_type, metadata.description
        ),
    )
    spans = {
        version: list(_flagged(table.starts(), table.ids.tolist(), version))
        for version, table in census.tables.items()
    }
    return Hidden(facts, spans)


def _number(_: Layout, record: object) -> int:
    from gate.places.layouts import hides_visitors  # noqa: PLC0415 - as its caller

    return int(isinstance(record, Mapping) and hides_visitors(record))


def _flagged(starts: list[int], ids: list[int], version: int) -> Iterator[Span]:
    ends = [*(start - 1 for start in starts[1:]), LAST[version]]
    for first, last, flag in zip(starts, ends, ids, strict=True):
        if flag:
            yield first, last


LAST = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
"""The last address of each version."""


def _by_version(pairs: Iterable[tuple[Address, Address]]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = {4: [], 6: []}
    for first, last in pairs:
        spans[first.version].append((int(first), int(last)))
    return spans
