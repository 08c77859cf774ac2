"""The closed vocabularies of a rule book, as types of what is written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gate.documents import Decimal, Glob, Ident

ActionWord = Literal["pass", "banner", "interstitial", "block"]
ActivityWord = Literal["read", "share", "like", "comment", "save", "contact", "donate"]
ReasonWord = Literal[
    "not_in_database",
    "database_unusable",
    "private_address",
    "bad_address",
    "anonymous_network",
]

Some = Field(min_length=1)
Idents = Annotated[tuple[Ident, ...], Some]
Activities = Annotated[tuple[ActivityWord, ...], Some]
Globs = Annotated[tuple[Glob, ...], Some]
Latitude = Annotated[Decimal, Field(ge=-90, le=90)]  # degrees, WGS 84
Longitude = Annotated[Decimal, Field(ge=-180, le=180)]  # degrees, WGS 84
