"""What config.yaml may say of fetching databases; see `gate geo update`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gate.config.scalars import (  # noqa: TC001 (pydantic reads the annotations)
    Account,
    Edition,
    FilePath,
    IpAddress,
    MirrorUrl,
)
from gate.documents import Country, Strict, Whole


class Update(Strict):
    """Where `gate geo update` fetches databases, and what it believes."""

    source: Literal["dbip", "maxmind", "geoipupdate"] = Field(
        default="dbip",
        description="dbip: DB-IP Lite, monthly; maxmind: with your account; "
        "geoipupdate: run MaxMind's program of that name.",
    )
    edition: Edition | None = Field(
        default=None,
        description="dbip-city-lite if dbip, GeoLite2-City for the others.",
    )
    account_id: Account | None = Field(
        default=None, description="Number of your account with MaxMind."
    )
    licence_key_file: FilePath | None = Field(
        default=None,
        description="File with the licence key, of mode 0600; or give the key in the "
        "environment, as GEOIPUPDATE_LICENSE_KEY.",
    )
    folder: FilePath | None = Field(
        default=None,
        description="Folder of earlier databases; beside the served one if not named.",
    )
    keep: Annotated[Whole, Field(ge=1, le=100)] = Field(
        default=3, description="How many earlier databases are kept."
    )
    tolerance: Annotated[Whole, Field(ge=1, le=100)] = Field(
        default=20,
        description="Per cent by which the shares of RU and UA may differ from those "
        "of the served database.",
    )
    max_age_days: Annotated[Whole, Field(ge=1, le=3650)] = Field(
        default=90, description="Oldest database that is taken, in days."
    )
    canaries: dict[IpAddress, Country] = Field(
        default={},
        description="Addresses whose country you know, in place of those that the "
        "gate knows.",
    )
    url: MirrorUrl | None = Field(
        default=None, description="A mirror that speaks the vendor's protocol."
    )
