"""What is to be updated, from where, and what is believed: from the configuration."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from gate.config.update import Update
from gate.errors import UpdateSettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gate.config import Config

CANARIES: Final[Mapping[str, str]] = {
    "77.88.55.242": "RU",  # Yandex, Moscow
    "87.250.250.242": "RU",  # Yandex, Moscow
    "213.180.204.1": "RU",  # Yandex, Moscow
    "194.190.0.1": "RU",  # a network of Russian research
    "2a02:6b8::2:242": "RU",  # Yandex, Moscow
    "194.44.0.1": "UA",  # UARNet, Lviv
    "62.149.0.1": "UA",  # ColoCall, Kyiv
    "213.186.115.1": "UA",  # a host in Kyiv
    "46.211.0.1": "UA",  # Kyivstar, mobile
    "160.45.170.10": "DE",  # Freie Universität Berlin
    "130.133.1.1": "DE",  # Freie Universität Berlin
    "193.0.6.139": "NL",  # RIPE NCC, Amsterdam
    "2001:67c:2e8:22::c100:68b": "NL",  # RIPE NCC, Amsterdam
    "212.58.244.70": "GB",  # BBC, London
    "8.8.8.8": "US",  # Google Public DNS
}
"""Addresses that have been in one country for many years, for every good database.

Source:
    GeoLite2-City of 2026-09-18, DB-IP City Lite of 2023-04 and 2026-06 agree on each.
"""

KEY: Final = "GEOIPUPDATE_LICENSE_KEY"
ACCOUNT: Final = "GEOIPUPDATE_ACCOUNT_ID"
"""Variables of the environment, named as geoipupdate names them."""

_EDITIONS: Final = {"dbip": "dbip-city-lite"}
_USUAL: Final = "GeoLite2-City"
_LONGEST_KEY: Final = 256  # characters; MaxMind's have 40
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

Source = Literal["dbip", "maxmind", "geoipupdate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An account with MaxMind.

    Attributes:
        account: Its number; not secret.
        key: The licence key; never shown, logged or put into an address.
    """

    account: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be updated.

    Attributes:
        target: The database that the gate serves from; may not exist yet.
        folder: Where earlier ones lie.
        keep: How many of them.
        source: Who is asked.
        edition: What they are asked for.
        is_chosen: Whether the deployer chose the edition; otherwise the type of the
            served database must stay.
        tolerance: Per cent by which the shares of countries may differ.
        max_age_days: Oldest database that is taken.
        canaries: Country by address.
        url: A mirror; None asks the vendor.
        credentials: The account; None if there is none.
    """

    target: Path
    folder: Path
    keep: int
    source: Source
    edition: str
    is_chosen: bool
    tolerance: int
    max_age_days: int
    canaries: Mapping[str, str]
    url: str | None = None
    credentials: Credentials | None = None


def task_of(
    config: Config, environ: Mapping[str, str], *, fetches: bool = True
) -> Task:
    """Return what the configuration asks for.

    Args:
        config: What the deployer chose.
        environ: Environment variables.
        fetches: Whether the source will be asked; else no account is needed.

    Raises:
        UpdateSettingsError: It names no file to update, or the licence key cannot be
            used.
    """
    update = config.geo.update or Update()
    edition = update.edition or _EDITIONS.get(update.source, _USUAL)
    target = _target(config.geo.databases, edition)
    return Task(
        target=target,
        folder=update.folder or target.parent,
        keep=update.keep,
        source=update.source,
        edition=edition,
        is_chosen=config.geo.update is not None,
        tolerance=update.tolerance,
        max_age_days=update.max_age_days,
        canaries=update.canaries or CANARIES,
        url=update.url,
        credentials=_credentials(update, environ) if fetches else None,
    )


def _target(databases: tuple[Path, ...], edition: str) -> Path:
    """Return the configured database of an edition, or the only one there is."""
    own = [path for path in databases if path.stem.lower() == edition.lower()]
    found = own or list(databases)
    if len(found) == 1:
        return found[0]
    several = "" if not databases else f", and none of them is {edition}.mmdb"
    raise UpdateSettingsError(
        f"geo.databases names {len(databases) or 'no'} files{several}: "
        "it is not clear which one to update.",
        hint=f"Write geo.databases: [/var/lib/gate/{edition}.mmdb]; the folder must "
        "belong to the gate's user.",
    )


def _credentials(update: Update, environ: Mapping[str, str]) -> Credentials | None:
    if update.source == "dbip":
        return None
    account = update.account_id or environ.get(ACCOUNT, "")
    key = environ.get(KEY, "")
    if update.licence_key_file is not None:
        key = _key(update.licence_key_file)
    if account and key:
        return Credentials(account=account, key=_sound(key, KEY))
    if update.source == "geoipupdate" and not account and not key:
        return None  # the program has its own GeoIP.conf
    lacks = "geo.update.account_id" if key else "geo.update.licence_key_file"
    raise UpdateSettingsError(
        f"{lacks} is not named, and MaxMind gives nothing without an account.",
        hint="An account for GeoLite2 is free: https://www.maxmind.com/en/geolite2/"
        "signup. Write the licence key into a file of mode 0600.",
    )


def _key(path: Path) -> str:
    """Read the licence key, if nobody else can."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_LONGEST_KEY + 2)
    except OSError as error:
        raise _unusable(path, (error.strerror or "it cannot be read").lower()) from None
    if mode & _OTHERS:
        raise _unusable(path, f"others may read it (mode {stat.S_IMODE(mode):04o})")
    return _sound(content.decode("latin-1").strip(), str(path))


def _sound(key: str, place: str) -> str:
    if not key.isascii() or not key.replace("_", "").replace("-", "").isalnum():
        raise _unusable(place, "it is not one word of letters and digits")
    if len(key) > _LONGEST_KEY:
        raise _unusable(place, "it is too long")
    return key


def _unusable(place: Path | str, reason: str) -> UpdateSettingsError:
    return UpdateSettingsError(
        f"The licence key in {place} cannot be used: {reason}.",
        hint="Write the key alone into a file of the gate's user, of mode 0600.",
    )
