"""Everything that can go wrong, as one tree with codes.

GateError                      E000  `base`
├── FindingsError              E100  `base`           files with problems, all of them
├── ConfigError                E1xx  `configuration`  what the deployer chose
├── DatabaseError              E2xx  `database`       where visitors are
├── BookError                  E3xx  `book`           the rule book as a whole
├── RequestError               E4xx  `request`        what arrived
├── ServiceError               E5xx  `service`        what stands around the gate
├── SealingError               E61x  `sealing`        the sealed log, its key; `clock`
├── AskingError                E64x  `asking`         questions to the log
└── ImportingError             E66x  `importing`      logs and totals of others

Every class carries a code, an exit code for the command line, and a remedy. What is
wrong within a file of the rule book is a finding with an R code. No message ever holds
a visitor's address, path or header.
"""

from __future__ import annotations

from gate.errors.asking import (
    AskingError,
    BadDayError,
    EngineFailedError,
    EngineMissingError,
    EngineReadsNoFilesError,
    GitFailedError,
    GitMissingError,
    LinkInBookError,
    NoLogError,
    NoRepositoryError,
    NoSuchRevisionError,
    NothingSealedError,
    QueryError,
    RowsUnreadableError,
    SameLogTwiceError,
    SampleInTheWayError,
    UnknownEngineError,
)
from gate.errors.base import FindingsError, GateError
from gate.errors.book import (
    BookError,
    ChangesUnseenError,
    FilesChangedError,
    LastGoodServedError,
    PatternsMultiplyError,
    PreparationError,
    StateFolderError,
)
from gate.errors.clock import ClockAheadError, ClockBehindError
from gate.errors.configuration import (
    ConfigError,
    ConfigMissingError,
    NoSuchPlaceError,
    StarterInTheWayError,
)
from gate.errors.database import (
    DatabaseDamagedError,
    DatabaseError,
    DatabaseLayoutError,
    DatabaseMissingError,
    DatabaseOverlapError,
    DatabaseRecordError,
    DatabaseTreeError,
    IndexDamagedError,
    IndexStaleError,
    RelayedDatabaseError,
)
from gate.errors.export import (
    NothingFreeError,
    ReloadCommandError,
    TablePlaceError,
)
from gate.errors.importing import (
    BadFieldsError,
    ImportingError,
    LinesLostError,
    LogBrokenError,
    LogChangedError,
    LogUnreadableError,
    NotALogError,
    ReaderLostError,
    TargetTakenError,
    TooManyUnreadableError,
    TotalsUnreadableError,
    UnsureFormatError,
    ZstdMissingError,
)
from gate.errors.request import (
    AnonymousPrefetchError,
    BadBodyError,
    BadCheckError,
    BadHostError,
    BadMethodError,
    BadPathError,
    RequestError,
    TwoPathsError,
    UncountedError,
    UnknownCallerError,
    UnknownHostError,
)
from gate.errors.sealing import SealingError
from gate.errors.service import (
    BrokenCompressionError,
    CountingError,
    FileProblemError,
    OperationsPublicError,
    PortTakenError,
    RecipeInTheWayError,
    RecipeLacksError,
    SecretError,
    ServiceError,
    SiteMissingError,
    SiteSilentError,
    TableDamagedError,
    UncountableError,
    UndeclaredActivityError,
    UnquotableError,
    UploadBrokenError,
    UpstreamBrokenError,
)

__all__ = [
    "AnonymousPrefetchError",
    "AskingError",
    "BadBodyError",
    "BadCheckError",
    "BadDayError",
    "BadFieldsError",
    "BadHostError",
    "BadMethodError",
    "BadPathError",
    "BookError",
    "BrokenCompressionError",
    "ChangesUnseenError",
    "ClockAheadError",
    "ClockBehindError",
    "ConfigError",
    "ConfigMissingError",
    "CountingError",
    "DatabaseDamagedError",
    "DatabaseError",
    "DatabaseLayoutError",
    "DatabaseMissingError",
    "DatabaseOverlapError",
    "DatabaseRecordError",
    "DatabaseTreeError",
    "EngineFailedError",
    "EngineMissingError",
    "EngineReadsNoFilesError",
    "FileProblemError",
    "FilesChangedError",
    "FindingsError",
    "GateError",
    "GitFailedError",
    "GitMissingError",
    "ImportingError",
    "IndexDamagedError",
    "IndexStaleError",
    "LastGoodServedError",
    "LinesLostError",
    "LinkInBookError",
    "LogBrokenError",
    "LogChangedError",
    "LogUnreadableError",
    "NoLogError",
    "NoRepositoryError",
    "NoSuchPlaceError",
    "NoSuchRevisionError",
    "NotALogError",
    "NothingFreeError",
    "NothingSealedError",
    "OperationsPublicError",
    "PatternsMultiplyError",
    "PortTakenError",
    "PreparationError",
    "QueryError",
    "ReaderLostError",
    "RecipeInTheWayError",
    "RecipeLacksError",
    "RelayedDatabaseError",
    "ReloadCommandError",
    "RequestError",
    "RowsUnreadableError",
    "SameLogTwiceError",
    "SampleInTheWayError",
    "SealingError",
    "SecretError",
    "ServiceError",
    "SiteMissingError",
    "SiteSilentError",
    "StarterInTheWayError",
    "StateFolderError",
    "TableDamagedError",
    "TablePlaceError",
    "TargetTakenError",
    "TooManyUnreadableError",
    "TotalsUnreadableError",
    "TwoPathsError",
    "UncountableError",
    "UncountedError",
    "UndeclaredActivityError",
    "UnknownCallerError",
    "UnknownEngineError",
    "UnknownHostError",
    "UnquotableError",
    "UnsureFormatError",
    "UploadBrokenError",
    "UpstreamBrokenError",
    "ZstdMissingError",
]
