"""What config.yaml may say: every key, its type, its default, and what it is for.

A key without a default is a choice of law or of safety: nobody but the deployer can
make it, so its absence is an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from gate.config.geo import Geo
from gate.config.look import SiteLook
from gate.config.scalars import (
    FilePath,
    HeaderName,
    Host,
    HttpsUrl,
    Listen,
    LogName,
    Method,
    OwnPrefix,
    PageUrl,
    PinText,
    Trusted,
    Upstream,
)
from gate.documents import Flag, Glob, Ident, Line, Strict, Whole
from gate.model import Action, Activity, Pin

Some = Field(min_length=1)
Hosts = Annotated[tuple[Host, ...], Some]
Methods = Annotated[tuple[Method, ...], Some]
Globs = Annotated[tuple[Glob, ...], Some]
Gateable = Literal["share", "like", "comment", "save", "contact", "donate"]


class ExitUrl(Strict):
    """Where "leave" leads: a neutral page that says nothing of the reader."""

    default: HttpsUrl = Field(description="For every reader.")
    areas: dict[Ident, HttpsUrl] = Field(
        default={}, description="For readers in an area of the rule book, by its id."
    )


class ActivityPaths(Strict):
    """How requests of one activity look; the first entry that fits holds."""

    activity: Gateable = Field(description="The activity.")
    methods: Methods = Field(default=("POST",), description="Methods of such requests.")
    paths: Globs = Field(
        description='Their paths; "*" within a segment, "**" across segments.'
    )

    @property
    def word(self) -> Activity:
        """The activity as one of the closed vocabulary."""
        return Activity(self.activity)


class Section(Strict):
    """A part of the site that is counted apart."""

    name: Ident = Field(description="Name in counts.")
    paths: Globs = Field(description="Its paths.")


class Site(Strict):
    """The news site that the gate stands in front of."""

    name: Line = Field(description="Name that readers know the site by.")
    hosts: Hosts = Field(
        description="Host names it is reached by, without port; others get 421."
    )
    organization: Line = Field(
        description="Name of the organization, as the notices give it."
    )
    explainer_url: PageUrl = Field(
        description="Page that explains the situation; https, or a path on the site."
    )
    exit_url: ExitUrl = Field(description='Where "leave" leads.')
    activities: tuple[ActivityPaths, ...] = Field(
        default=(),
        description="Which requests share, like, comment, ...; all else reads.",
    )
    sections: tuple[Section, ...] = Field(
        default=(), description='Parts counted apart; all else is "other".'
    )
    feeds: tuple[Glob, ...] = Field(
        default=(), description="Paths of feeds, which pass without a page before them."
    )
    footer: Flag = Field(
        default=True,
        description="Whether the notice stands as short text under every article.",
    )
    cache: Literal["private", "edge"] = Field(
        default="private",
        description="private: no cache keeps what the gate lets through; edge: "
        "yours decides by the exported table.",
    )
    exit_script: Flag = Field(
        default=False,
        description="Whether a small script on gated articles offers the quick "
        "exit, and loads anew what Back would show.",
    )
    look: SiteLook = Field(
        default=SiteLook(), description="How the gate's own pages look."
    )
    own_prefix: OwnPrefix = Field(
        default="/-/", description="Path under which the gate's own pages live."
    )


class Visitor(Strict):
    """How the reader's address is found."""

    trusted_proxies: tuple[Trusted, ...] = Field(
        description='Networks of your own proxies, and "unix"; [] if there are none.'
    )
    header: HeaderName = Field(
        description='The one header in which they name the reader; "none" without.'
    )


class Rules(Strict):
    """Where the rule book is, and what it must never lose."""

    folder: FilePath = Field(description="Folder of the rule book.")
    pinned: dict[Ident, PinText] = Field(
        default={},
        description="Promises that a book must make, with the least action each, and "
        "perhaps the digest of whom, what and when each is about.",
    )
    review_days: Annotated[Whole, Field(ge=1, le=3650)] = Field(
        default=180,
        description="Days after which an area that nobody has reviewed is a finding.",
    )

    @property
    def pins(self) -> dict[str, Pin]:
        """What is demanded of each pinned promise."""
        words = {name: text.partition(" ") for name, text in self.pinned.items()}
        return {
            name: Pin(least=Action[least.upper()], terms=terms or None)
            for name, (least, _, terms) in words.items()
        }


class Audit(Strict):
    """What is recorded."""

    on_failure: Literal["serve", "refuse"] = Field(
        description="When a decision cannot be counted: serve, or refuse with 503."
    )
    name: LogName | None = Field(
        default=None,
        description="Name of the log, of each replica its own; the first of "
        "site.hosts if not given.",
    )
    period: Literal["day", "hour"] = Field(
        default="day",
        description="hour: rows that hold enough decisions also tell the hour.",
    )
    folder: FilePath | None = Field(
        default=None,
        description='Folder of the tables, the sealed log and its key; "audit" in the '
        "state folder if not named.",
    )
    seal: Literal["serve", "apart"] = Field(
        default="serve",
        description="Who seals: a process of `gate serve`, or `gate audit seal` that "
        "you run each day, best as a user of its own.",
    )
    least: Annotated[Whole, Field(ge=10, le=10_000)] = Field(
        default=10,
        description="Rows with fewer decisions are merged before they are sealed.",
    )
    keep_days: Annotated[Whole, Field(ge=31, le=36_500)] = Field(
        default=730,
        description="Days after which `gate audit prune` drops rows; proofs stay.",
    )


class Check(Strict):
    """How other servers ask the gate before they answer (forward-auth)."""

    when_down: Literal["refuse", "warn", "open"] = Field(
        description="What they do while they cannot reach the gate: 503, a static "
        "page with the notice, or let everybody through without it."
    )
    banner: Literal["page", "site"] = Field(
        default="page",
        description="page: a banner becomes the warning page; site: your site shows "
        "what stands in the field X-Gate-Banner.",
    )
    secret_file: FilePath | None = Field(
        default=None,
        description="File with the secret that callers show; one in the state folder "
        "if not named, made when it is first needed.",
    )


class Timeouts(Strict):
    """Limits of waiting, in seconds."""

    connect: Annotated[Whole, Field(ge=1, le=60)] = Field(
        default=5, description="Until the site accepts a connection."
    )
    read: Annotated[Whole, Field(ge=1, le=3600)] = Field(
        default=60, description="Until the site sends the next bytes."
    )
    stop: Annotated[Whole, Field(ge=0, le=600)] = Field(
        default=30, description="For open requests to end when the gate stops."
    )


class Server(Strict):
    """How `gate serve` runs; a door inside your own application reads nothing here."""

    listen: Listen = Field(
        default="127.0.0.1:8080", description='"host:port" or "unix:/path".'
    )
    workers: Annotated[Whole, Field(ge=1, le=256)] = Field(
        default=2, description="Processes."
    )
    threads: Annotated[Whole, Field(ge=1, le=1024)] = Field(
        default=8, description="Threads of each process."
    )
    upstream: Upstream | None = Field(
        default=None, description="The site, if neither --site nor --demo is given."
    )
    timeouts: Timeouts = Field(default=Timeouts(), description="Limits of waiting.")
    operations: Listen | None = Field(
        default=None,
        description="Where readiness with its reasons and metrics are; never public.",
    )
    log: Literal["text", "json"] = Field(
        default="text", description="How lines on standard error are written."
    )


class Written(Strict):
    """Everything that config.yaml may say."""

    mode: Literal["enforce", "observe"] = Field(
        description="enforce: decisions are applied; observe: only counted."
    )
    site: Site = Field(description="The news site.")
    visitor: Visitor = Field(description="How the reader's address is found.")
    geo: Geo = Field(default=Geo(), description="Where visitors are.")
    rules: Rules = Field(description="The rule book.")
    state: FilePath = Field(
        default=Path(".state"),
        description="Folder that the gate may write to; its own user's alone.",
    )
    audit: Audit = Field(description="What is recorded.")
    server: Server = Field(default=Server(), description="How `gate serve` runs.")
    check: Check | None = Field(
        default=None,
        description="How other servers ask the gate; left out: not at all.",
    )
