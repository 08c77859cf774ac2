"""What stands around the gate: E5xx."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class ServiceError(GateError):
    """Something around the gate does not do its part."""

    code: ClassVar[str] = "E501"
    remedy: ClassVar[str] = (
        "Check what stands around the gate: the site, the ports, the disk."
    )


class CountingError(ServiceError):
    """A count cannot be written; `audit.on_failure` says what follows."""

    code: ClassVar[str] = "E508"


class UncountableError(CountingError):
    """A decision has something about it that has no place in a count.

    Attributes:
        field: Field of the count; what stood in it is not told.
    """

    code: ClassVar[str] = "E519"

    def __init__(self, field: str) -> None:
        super().__init__(
            f"The field {field} of a count holds what may not be recorded.",
            hint="Use short names of letters, digits and hyphens for sections, rules "
            "and areas; if they are, please report it.",
        )
        self.field = field


class TableDamagedError(ServiceError):
    """A table of counts is not whole, or not one that this version can read.

    Attributes:
        path: The file.
        what: What is wrong with it, in one word.
    """

    code: ClassVar[str] = "E520"
    remedy: ClassVar[str] = (
        "It is moved aside and never counted again; what could be read of it is in the "
        "log, and the rest is a gap. Look at the disk, and whether an older gate ran."
    )

    def __init__(self, *, path: str, what: str, why: str) -> None:
        super().__init__(f"{path} is damaged: {why}.", hint=self.remedy)
        self.path, self.what = path, what


class FileProblemError(ServiceError):
    """The system refuses to open, read or write a file."""

    code: ClassVar[str] = "E507"
    exit_code: ClassVar[int] = 3

    def __init__(self, error: OSError) -> None:
        reason = (error.strerror or type(error).__name__).lower()
        super().__init__(
            f"{error.filename or 'A file'}: {reason}.",
            hint="Check the path, and who may read and write there.",
        )
        self.errno = error.errno


class BrokenCompressionError(ServiceError):
    """The site's own answer is not what its Content-Encoding says."""

    code: ClassVar[str] = "E510"

    def __init__(self) -> None:
        super().__init__(
            "The site sent an answer whose compression is damaged or cut off.",
            hint="Look at the site behind the gate; the reader got a broken page.",
        )


class PortTakenError(ServiceError):
    """The address to listen on is in use or may not be used."""

    code: ClassVar[str] = "E502"
    exit_code: ClassVar[int] = 3

    def __init__(
        self, *, address: str, reason: str, key: str = "server.listen"
    ) -> None:
        option = " (or --listen 127.0.0.1:8081)" if key == "server.listen" else ""
        super().__init__(
            f"Cannot listen on {address}: {reason}.",
            hint="Stop what listens there (a gate that is stopping holds it for a "
            f"while), or choose another address in {key}{option}.",
        )
        self.address = address


class SecretError(ServiceError):
    """The secret that servers show when they ask the gate cannot be used.

    Attributes:
        path: The file.
    """

    code: ClassVar[str] = "E509"
    exit_code: ClassVar[int] = 3

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"The secret in {path} cannot be used: {reason}.",
            hint="Write a random line of 32 letters and digits or more into it, for "
            "the gate's user alone, or leave check.secret_file out: then one is made.",
        )
        self.path = path


class SiteMissingError(ServiceError):
    """There is no site to stand in front of."""

    code: ClassVar[str] = "E503"
    remedy: ClassVar[str] = "Say what the gate stands in front of."
    exit_code: ClassVar[int] = 3


class UpstreamBrokenError(ServiceError):
    """The site stopped in the middle of an answer; the connection is cut."""

    code: ClassVar[str] = "E504"

    def __init__(self) -> None:
        super().__init__(
            "The site ended its answer early.",
            hint="Look at the log of the site behind the gate.",
        )


class UploadBrokenError(ServiceError):
    """The reader's side stopped in the middle of a request body."""

    code: ClassVar[str] = "E505"

    def __init__(self) -> None:
        super().__init__("A request body ended early.")


class SiteSilentError(ServiceError):
    """The site behind the gate does not answer."""

    code: ClassVar[str] = "E511"

    def __init__(self, *, count: int, status: int) -> None:
        late = "too late" if status == 504 else "not at all"  # noqa: PLR2004
        super().__init__(
            f"The site answered {late}; {count} request(s) got {status} or the like.",
            hint="See whether it runs, and whether server.upstream names it.",
        )
        self.count, self.status = count, status


class OperationsPublicError(ServiceError):
    """What is meant for operators only would be where readers are."""

    code: ClassVar[str] = "E512"
    exit_code: ClassVar[int] = 3

    def __init__(self, *, address: str) -> None:
        super().__init__(
            f"server.operations is {address}, where the gate listens for readers.",
            hint="Name another port of an address that readers cannot reach, such as "
            "127.0.0.1:9464.",
        )
        self.address = address


class UndeclaredActivityError(ServiceError):
    """A view asserts an activity that the configuration does not declare."""

    code: ClassVar[str] = "E506"
    exit_code: ClassVar[int] = 3

    def __init__(self, *, view: str, activity: str, method: str, rule: str) -> None:
        super().__init__(
            f'The view {view} is marked as "{activity}", but the configuration does '
            f"not declare {method} {rule} as that activity.",
            hint="Add the method and path to site.activities in the configuration.",
        )
        self.view, self.activity, self.method, self.rule = view, activity, method, rule


class RecipeLacksError(ServiceError):
    """A recipe needs what the configuration does not say.

    Attributes:
        lacks: Place in the configuration.
    """

    code: ClassVar[str] = "E516"
    remedy: ClassVar[str] = "Write what is named into config.yaml, or give the option."
    exit_code: ClassVar[int] = 3

    def __init__(self, *, recipe: str, lacks: str, hint: str) -> None:
        super().__init__(f"The recipe {recipe} needs {lacks}.", hint=hint)
        self.recipe, self.lacks = recipe, lacks


class UnquotableError(ServiceError):
    """A value cannot be written in another program's language without harm.

    Attributes:
        value: The value, from the configuration.
        language: Where it was to stand.
    """

    code: ClassVar[str] = "E517"
    remedy: ClassVar[str] = "Change the value in config.yaml."

    def __init__(self, value: str, *, language: str) -> None:
        super().__init__(
            f"{value!a} cannot be written in {language}: it holds a character "
            "that could end or change the instruction around it.",
            hint="Change the value in config.yaml, or write that file by hand.",
        )
        self.value, self.language = value, language


class RecipeInTheWayError(ServiceError):
    """A file that a recipe would write is there already, and is another.

    Attributes:
        paths: The files.
    """

    code: ClassVar[str] = "E518"
    remedy: ClassVar[str] = "Compare the files; then --force, or another folder."

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(
            f"{', '.join(paths)}: there already, and not what would be written now.",
            hint="Compare, keep what is yours, and repeat with --force; or write to "
            "another folder and move the files yourself.",
        )
        self.paths = paths
