"""One address in a database, read by the reader that everybody else uses.

The gate serves from its index; this is the reader of record that explains a single
address and against which the index is tested.
"""

from __future__ import annotations

import hashlib
import ipaddress
import struct
from io import BytesIO
from typing import TYPE_CHECKING

import maxminddb

from gate.errors import (
    DatabaseDamagedError,
    DatabaseMissingError,
    DatabaseRecordError,
)
from gate.model import Place, Unknown
from gate.places.facts import (
    DatabaseFacts,
    attribution_of,
    joint_facts,
    told_by,
)
from gate.places.layouts import Layout, detect, place_of
from gate.places.metadata import SECTION_BYTES, check_gap, read_metadata
from gate.places.plain import read_plain
from gate.places.special import special_reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gate.places.metadata import Metadata

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Addresses, evenly spread, that are looked up to find out what a database can tell.
SAMPLE = 2048


UNREADABLE = (
    maxminddb.InvalidDatabaseError,
    ArithmeticError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What the common reader raises when it meets damaged bytes."""


class Database:
    """One database, or several that answer for different addresses.

    Attributes:
        facts: What is known of it.

    Args:
        paths: The files; of several the first that has a record answers.

    Raises:
        DatabaseMissingError: A file cannot be read.
        DatabaseDamagedError: A file is no sound database.
        DatabaseLayoutError: A database does not say where an address is.
    """

    def __init__(self, *paths: Path) -> None:
        self._files = [_File(path) for path in paths]
        self.facts = joint_facts([file.facts for file in self._files])

    def place(self, address: str) -> Place:
        """Return where an address is, by the first database that knows it.

        Args:
            address: An IPv4 or IPv6 address as text. An IPv4-mapped one means the
                IPv4 address in it.

        Returns:
            The place, with the network of its record; unknown with the reason
            bad_address if the text is no address.

        Raises:
            DatabaseRecordError: The record cannot be read.
        """
        try:
            parsed = _unmapped(ipaddress.ip_address(address))
        except ValueError:
            return Place(unknown=Unknown.BAD_ADDRESS)
        reason = special_reason(parsed.version, int(parsed))
        if reason is not None:
            return Place(unknown=reason)
        found = next(self._told(parsed), None)
        return Place(unknown=Unknown.NOT_IN_DATABASE) if found is None else found[1]

    def places(self, address: str) -> dict[str, Place]:
        """Return where each database says that an address is, by its file name.

        Args:
            address: An IPv4 or IPv6 address that belongs to some network.

        Raises:
            DatabaseRecordError: A record cannot be read.
        """
        return dict(self._told(_unmapped(ipaddress.ip_address(address))))

    def _told(self, address: Address) -> Iterator[tuple[str, Place]]:
        for file in self._files:
            record, network = file.look_up(address)
            if record is not None:
                yield file.facts.name, place_of(file.layout, record, network=network)

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files:
            file.close()


class _File:
    """One open database file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        content = _read(path)
        metadata = _checked(content)
        self._reader = _opened(path, content)
        self._version = metadata.ip_version
        sample = list(self._sample())
        self.layout: Layout = detect(metadata.database_type, sample)
        self.facts = DatabaseFacts(
            name=path.name,
            type=metadata.database_type,
            build_epoch=metadata.build_epoch,
            digest=hashlib.sha256(content).hexdigest(),
            node_count=metadata.node_count,
            ip_version=metadata.ip_version,
            layout=self.layout.value,
            tells=told_by(place_of(self.layout, record) for record in sample),
            attribution=attribution_of(
                path.name, metadata.database_type, metadata.description
            ),
        )

    def look_up(self, address: Address) -> tuple[object, str | None]:
        if address.version > self._version:
            return None, None
        try:
            record, length = self._reader.get_with_prefix_len(address)
        except UNREADABLE as error:
            raise DatabaseRecordError(
                f"{self._path.name} holds a record that cannot be read.",
                hint=DatabaseRecordError.remedy,
            ) from error
        network = ipaddress.ip_network((address, length), strict=False)
        return record, str(network)

    def close(self) -> None:
        self._reader.close()

    def _sample(self) -> Iterator[object]:
        """Yield records from all over the IPv4 space, else from all of IPv6."""
        for version, base, bits in ((4, 0, 32), (6, 0x2 << 124, 125)):
            found = False
            step = (1 << bits) // SAMPLE
            kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address  # noqa: PLR2004
            for position in range(SAMPLE):
                record, _ = self.look_up(kind(base + position * step))
                if record is not None:
                    found = True
                    yield record
            if found:
                return


def _read(path: Path) -> bytes:
    # Into memory: a mapped file that somebody shortens takes the process with it.
    try:
        return read_plain(path)
    except OSError as error:
        raise DatabaseMissingError(
            f"{path} cannot be read: {error.strerror or error}.",
            hint=DatabaseMissingError.remedy,
        ) from error


def _checked(content: bytes) -> Metadata:
    metadata = read_metadata(content[-SECTION_BYTES:], len(content))
    check_gap(content[metadata.tree_bytes : metadata.data_start])
    return metadata


def _opened(path: Path, content: bytes) -> maxminddb.Reader:
    try:
        # The reader in Python: the one in C can crash on a damaged file.
        return maxminddb.open_database(BytesIO(content), maxminddb.MODE_FD)
    except UNREADABLE as error:
        raise DatabaseDamagedError(
            f"{path.name} cannot be opened as a database.",
            hint=DatabaseDamagedError.remedy,
        ) from error


def _unmapped(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
