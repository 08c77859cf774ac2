"""Everything that can go wrong, as one tree with codes.

GateError                      E000  `base`
├── FindingsError              E100  `base`           files with problems, all of them
├── ConfigError                E1xx  `configuration`  what the deployer chose
├── DatabaseError              E2xx  `database`       where visitors are
│   └── UpdateError            E213+ `updating`       fetching a newer database
├── AreaError                  E23x  `areas`          looking at areas
├── BookError                  E3xx  `book`           the rule book as a whole
├── RequestError               E4xx  `request`        what arrived
├── ServiceError               E5xx  `service`        what stands around the gate
├── SealingError               E61x  `sealing`        the sealed log, its key
├── AskingError                E64x  `asking`         questions to the log
└── ImportingError             E66x  `importing`      logs and totals of others

Every class carries a code, an exit code for the command line, and a remedy. What is
wrong within a file of the rule book is a finding with an R code. No message ever holds
a visitor's address, path or header.
"""

from __future__ import annotations

from gate.errors.areas import (
    AreaError,
    AreaNotBegunError,
    NoBrowserError,
    NoSuchAreaError,
    NoSuchBookError,
)
from gate.errors.asking import AskingError
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
from gate.errors.configuration import (
    ConfigError,
    ConfigMissingError,
    NoSuchPlaceError,
    StarterInTheWayError,
)
from gate.errors.database import (
    AnonymousListError,
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
from gate.errors.importing import ImportingError
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
    UndeclaredActivityError,
    UnquotableError,
    UploadBrokenError,
    UpstreamBrokenError,
)
from gate.errors.updating import (
    NothingKeptError,
    UpdateAnswerError,
    UpdateArchiveError,
    UpdateBusyError,
    UpdateCanaryError,
    UpdateChecksumError,
    UpdateDamagedError,
    UpdateDateError,
    UpdateDeniedError,
    UpdateError,
    UpdateRedirectError,
    UpdateRefusedError,
    UpdateSettingsError,
    UpdateShareError,
    UpdateTooLargeError,
    UpdateUnfitError,
    UpdateUnreachableError,
)

__all__ = [
    "AnonymousListError",
    "AnonymousPrefetchError",
    "AreaError",
    "AreaNotBegunError",
    "AskingError",
    "BadBodyError",
    "BadCheckError",
    "BadHostError",
    "BadMethodError",
    "BadPathError",
    "BookError",
    "BrokenCompressionError",
    "ChangesUnseenError",
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
    "FileProblemError",
    "FilesChangedError",
    "FindingsError",
    "GateError",
    "ImportingError",
    "IndexDamagedError",
    "IndexStaleError",
    "LastGoodServedError",
    "NoBrowserError",
    "NoSuchAreaError",
    "NoSuchBookError",
    "NoSuchPlaceError",
    "NothingFreeError",
    "NothingKeptError",
    "OperationsPublicError",
    "PatternsMultiplyError",
    "PortTakenError",
    "PreparationError",
    "RecipeInTheWayError",
    "RecipeLacksError",
    "RelayedDatabaseError",
    "ReloadCommandError",
    "RequestError",
    "SealingError",
    "SecretError",
    "ServiceError",
    "SiteMissingError",
    "SiteSilentError",
    "StarterInTheWayError",
    "StateFolderError",
    "TablePlaceError",
    "TwoPathsError",
    "UncountedError",
    "UndeclaredActivityError",
    "UnknownCallerError",
    "UnknownHostError",
    "UnquotableError",
    "UpdateAnswerError",
    "UpdateArchiveError",
    "UpdateBusyError",
    "UpdateCanaryError",
    "UpdateChecksumError",
    "UpdateDamagedError",
    "UpdateDateError",
    "UpdateDeniedError",
    "UpdateError",
    "UpdateRedirectError",
    "UpdateRefusedError",
    "UpdateSettingsError",
    "UpdateShareError",
    "UpdateTooLargeError",
    "UpdateUnfitError",
    "UpdateUnreachableError",
    "UploadBrokenError",
    "UpstreamBrokenError",
]
