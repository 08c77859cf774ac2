"""The closed vocabularies: one word per thing, ordered where order means strictness."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class _OrderedWord(IntEnum):
    """An ordered vocabulary that is written in lower case."""

    @property
    def word(self) -> str:
        return self.name.lower()

    def __str__(self) -> str:
        return self.word


class Action(_OrderedWord):
    """What must come before the article, from the loosest to the strictest."""

    PASS = 0
    BANNER = 1
    INTERSTITIAL = 2
    BLOCK = 3


class Membership(_OrderedWord):
    """Whether a place lies in an area; `POSSIBLE` when it cannot be ruled out."""

    NO = 0
    POSSIBLE = 1
    YES = 2


class Activity(StrEnum):
    """What a request does to an article, as the law sees it."""

    READ = "read"
    SHARE = "share"
    LIKE = "like"
    COMMENT = "comment"
    SAVE = "save"
    CONTACT = "contact"
    DONATE = "donate"


class Kind(StrEnum):
    """What a request is for, as the browser declares it."""

    DOCUMENT = "document"
    FRAME = "frame"
    FETCH = "fetch"
    ASSET = "asset"
    FEED = "feed"
    PREFLIGHT = "preflight"
    PREFETCH = "prefetch"
    PREVIEW = "preview"


class Mode(StrEnum):
    """Whether a rule is applied, or only evaluated and counted."""

    ENFORCE = "enforce"
    SHADOW = "shadow"


class Unknown(StrEnum):
    """Why a place is not known. Never a country, never "no"."""

    NOT_IN_DATABASE = "not_in_database"
    DATABASE_UNUSABLE = "database_unusable"
    PRIVATE_ADDRESS = "private_address"
    BAD_ADDRESS = "bad_address"
    ANONYMOUS_NETWORK = "anonymous_network"
