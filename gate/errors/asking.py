"""A question to the sealed log cannot be answered: E640 and on."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class AskingError(GateError):
    """A question to the sealed log cannot be answered."""

    code: ClassVar[str] = "E640"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = "Read the message; gate audit COMMAND --help says more."


class NoLogError(AskingError):
    """There is no log in a folder."""

    code: ClassVar[str] = "E641"
    remedy: ClassVar[str] = "Name the folder that holds rows/ and sites/."

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder}: there is no log here; neither rows/ nor sites/.",
            hint="Name the folder that holds rows/ and sites/. Nothing sealed yet? "
            "gate audit seal; to learn: gate audit sample DIR.",
        )
        self.folder = folder


class EngineMissingError(AskingError):
    """What an engine needs is not installed."""

    code: ClassVar[str] = "E642"
    remedy: ClassVar[str] = "Install the extra that the hint names."

    def __init__(self, engine: str, lacks: str, *, extra: str) -> None:
        super().__init__(
            f"The engine {engine} needs {lacks}, which is not installed.",
            hint=f"pip install 'regiongate[{extra}]'"
            + (" (Spark needs Java 17 as well)" if extra == "spark" else ""),
        )
        self.engine = engine
        self.lacks = lacks


class EngineFailedError(AskingError):
    """An engine could not be started, or could not answer."""

    code: ClassVar[str] = "E643"
    remedy: ClassVar[str] = "Read the engine's own words in the message."

    def __init__(self, engine: str, words: str) -> None:
        super().__init__(
            f"The engine {engine} could not answer: {words}",
            hint="Try the same with --engine duckdb, which needs nothing else.",
        )
        self.engine = engine


class EngineReadsNoFilesError(AskingError):
    """An engine cannot read Parquet files by itself."""

    code: ClassVar[str] = "E644"
    remedy: ClassVar[str] = "Make a table or view `counts` over the rows there."

    def __init__(self, engine: str) -> None:
        super().__init__(
            f"{engine} cannot read the Parquet files of the log by itself.",
            hint="Make a table or view named counts there, over rows/ of the log, with "
            "all columns of gate help audit as text and n and segment as 64-bit "
            "integers; then ask again: it is used if it is there.",
        )
        self.engine = engine


class UnknownEngineError(AskingError):
    """There is no engine of that name."""

    code: ClassVar[str] = "E645"
    exit_code: ClassVar[int] = 2
    remedy: ClassVar[str] = "duckdb, spark, spark://HOST:PORT, sc://HOST, or a URL."

    def __init__(self, engine: str) -> None:
        super().__init__(
            f'There is no engine "{engine}".',
            hint="duckdb, spark (on this machine), spark://HOST:PORT, spark:MASTER, "
            "sc://HOST (Spark Connect), or the URL of another Ibis back end.",
        )
        self.engine = engine


class RowsUnreadableError(AskingError):
    """The rows of a log cannot be read as what they should be."""

    code: ClassVar[str] = "E646"
    remedy: ClassVar[str] = "gate audit verify DIR names the file; fetch it again."

    def __init__(self, words: str) -> None:
        super().__init__(
            f"The rows cannot be read: {words}",
            hint="gate audit verify DIR names every file that is damaged.",
        )


class QueryError(AskingError):
    """A query in SQL is wrong, or asks for more than to read."""

    code: ClassVar[str] = "E647"
    exit_code: ClassVar[int] = 1
    remedy: ClassVar[str] = "gate audit query shows columns and examples."

    def __init__(self, words: str, *, hint: str = "") -> None:
        super().__init__(words, hint=hint or self.remedy)


class SampleInTheWayError(AskingError):
    """A sample log would be written over something."""

    code: ClassVar[str] = "E648"
    remedy: ClassVar[str] = "Name a folder that is not there yet."

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder} is not empty.", hint="Name a folder that is not there yet."
        )
        self.folder = folder


class NothingSealedError(AskingError):
    """The log holds no rows of the days that are asked about."""

    code: ClassVar[str] = "E650"
    remedy: ClassVar[str] = "Seal first (gate audit seal), or ask about other days."

    def __init__(self, folder: str, *, since: str = "", until: str = "") -> None:
        days = f" from {since}" * bool(since) + f" until {until}" * bool(until)
        super().__init__(
            f"{folder}: no rows are sealed here{days}.", hint=NothingSealedError.remedy
        )
        self.folder = folder
        self.since = since
        self.until = until


class GitMissingError(AskingError):
    """A revision is asked for, and git is not there to read it."""

    code: ClassVar[str] = "E651"
    remedy: ClassVar[str] = "Install git, or name a folder with the rule book."

    def __init__(self, revision: str) -> None:
        super().__init__(
            f'"{revision}" is no folder, and git, which knows revisions, is missing.',
            hint=GitMissingError.remedy,
        )
        self.revision = revision


class NoRepositoryError(AskingError):
    """A revision is asked for of a folder that is in no git repository."""

    code: ClassVar[str] = "E652"
    remedy: ClassVar[str] = "Name a folder with the rule book, or keep rules in git."

    def __init__(self, revision: str, folder: str) -> None:
        super().__init__(
            f'"{revision}" is no folder, and {folder} is in no git repository.',
            hint=NoRepositoryError.remedy,
        )
        self.revision = revision
        self.folder = folder


class NoSuchRevisionError(AskingError):
    """There is no such revision, or it does not hold the folder of rules."""

    code: ClassVar[str] = "E653"
    remedy: ClassVar[str] = "git log -- FOLDER lists the revisions of the rules."

    def __init__(self, revision: str, folder: str, *, unknown: str = "") -> None:
        """Tell what is missing.

        Args:
            revision: What was asked for.
            folder: The folder of rules.
            unknown: The part of it that git does not know; "" if git knows it all.
        """
        super().__init__(
            f'git knows no "{unknown}" in the repository of {folder}.'
            if unknown
            else f'The repository of {folder} has no rules at "{revision}".',
            hint="git branch --all and git tag list the names that git knows, git "
            "fetch --all --tags brings more; a folder is named as ./FOLDER."
            if unknown
            else "git log -- FOLDER lists the revisions of the rules; another folder "
            "is REVISION:PATH, from the top of the repository.",
        )
        self.revision = revision
        self.folder = folder


class GitFailedError(AskingError):
    """Git could not read a revision."""

    code: ClassVar[str] = "E654"
    remedy: ClassVar[str] = "Read git's own words in the message."

    def __init__(self, revision: str, words: str) -> None:
        super().__init__(
            f'git could not read "{revision}": {words}', hint=GitFailedError.remedy
        )
        self.revision = revision


class LinkInBookError(AskingError):
    """A revision holds a link instead of a file, which nobody here can follow."""

    code: ClassVar[str] = "E655"
    remedy: ClassVar[str] = "Check the revision out, and name its folder."

    def __init__(self, revision: str, name: str) -> None:
        super().__init__(
            f"{revision}: {name} is a link or a repository of its own, not a file.",
            hint=LinkInBookError.remedy,
        )
        self.revision = revision
        self.name = name


class FolderOrRevisionError(AskingError):
    """A name is that of a folder and of a revision at once."""

    code: ClassVar[str] = "E657"
    exit_code: ClassVar[int] = 2
    remedy: ClassVar[str] = "Write ./NAME for the folder; rename it otherwise."

    def __init__(self, named: str) -> None:
        super().__init__(
            f'"{named}" is a folder here, and git knows a revision of that name.',
            hint=f"Write ./{named} if the folder is meant. If the revision is meant, "
            "rename the folder, or write the revision in full, as refs/heads/NAME.",
        )
        self.named = named


class AmbiguousRevisionError(AskingError):
    """Git knows several revisions by one name, such as a tag and a branch."""

    code: ClassVar[str] = "E658"
    exit_code: ClassVar[int] = 2
    remedy: ClassVar[str] = "Write the full name that is meant, as refs/heads/NAME."

    def __init__(self, revision: str, known: tuple[str, ...]) -> None:
        """Tell what the name may mean.

        Args:
            revision: The name.
            known: All that git knows by it, in full.
        """
        super().__init__(
            f'"{revision}" may mean {" or ".join(known)}.',
            hint="Write the one that is meant in full; git tag -d NAME deletes a tag "
            "that is in the way.",
        )
        self.revision = revision
        self.known = known


class SameLogTwiceError(AskingError):
    """Two folders hold logs of one name, so everything would count twice."""

    code: ClassVar[str] = "E649"
    remedy: ClassVar[str] = "Name each log once; replicas need an audit.name each."

    def __init__(self, site: str, first: str, second: str) -> None:
        super().__init__(
            f"The log {site} lies in {first} and in {second}.",
            hint=SameLogTwiceError.remedy,
        )
        self.site = site


class BadDayError(AskingError):
    """A day is not a day."""

    code: ClassVar[str] = "E656"
    exit_code: ClassVar[int] = 2
    remedy: ClassVar[str] = "Write a day as 2026-11-21."

    def __init__(self, option: str, day: str) -> None:
        super().__init__(f'{option} "{day}" is not a day.', hint=BadDayError.remedy)
        self.day = day
