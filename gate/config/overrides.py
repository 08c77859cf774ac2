"""What the environment says over the file: GATE_SECTION__KEY=value.

A variable is a place like any other: findings about its value name the variable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import UnionType
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from gate.config.schema import Written
from gate.documents import Document, nearest
from gate.model import Diagnostic, Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gate.documents.reader import Loc

PREFIX = "GATE_"


class Setting(NamedTuple):
    """A key that the environment can set.

    Attributes:
        loc: Sections and key.
        many: Whether its value is a list, written with commas.
    """

    loc: tuple[str, ...]
    many: bool

    @property
    def variable(self) -> str:
        return PREFIX + "__".join(step.upper() for step in self.loc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden(Document):
    """A document of which some values come from the environment.

    Attributes:
        variables: Name of the variable for each place that one sets.
    """

    variables: Mapping[Loc, str] = field(default_factory=dict)

    def mark(self, loc: Loc = (), *, key: bool = False) -> Mark:
        """Return where the value at `loc` stands, be it a variable or a line."""
        variable = self._variable(loc)
        if variable:
            return Mark(file=variable, width=1)
        return Document.mark(self, loc, key=key)

    def is_spoiled(self, loc: Loc) -> bool:
        """Say whether `loc` has its finding already; a variable never has."""
        return not self._variable(loc) and Document.is_spoiled(self, loc)

    def _variable(self, loc: Loc) -> str:
        starts = (loc[:length] for length in range(len(loc), 0, -1))
        return next((self.variables[s] for s in starts if s in self.variables), "")


def settings() -> dict[str, Setting]:
    """Return every key that the environment can set, by the variable's name."""
    return {found.variable: found for found in _settings(Written, ())}


def _settings(model: type[BaseModel], loc: tuple[str, ...]) -> Iterator[Setting]:
    for name, about in model.model_fields.items():
        kind: Any = about.annotation
        here = (*loc, name)
        section = _section(kind)
        if section:
            yield from _settings(section, here)
        elif get_origin(kind) is tuple:
            if not _holds_entries(kind):
                yield Setting(here, many=True)
        elif get_origin(kind) is not dict:
            yield Setting(here, many=False)


def _section(kind: Any) -> type[BaseModel] | None:  # noqa: ANN401 (an annotation)
    """Return the section that an annotation stands for, also one that may be absent."""
    kinds = (kind, *get_args(kind)) if isinstance(kind, UnionType) else (kind,)
    models = (k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel))
    return next(models, None)


def _unsettable(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Yield the variables of keys that hold entries, not values."""
    for name, about in model.model_fields.items():
        kind: Any = about.annotation
        here = f"{prefix}{name.upper()}"
        section = _section(kind)
        if section:
            yield from _unsettable(section, f"{here}__")
        elif get_origin(kind) is dict or _holds_entries(kind):
            yield here


def _holds_entries(kind: Any) -> bool:  # noqa: ANN401 (an annotation)
    item = get_args(kind)[0] if get_origin(kind) is tuple else None
    return isinstance(item, type) and issubclass(item, BaseModel)


def override(
    document: Document, environ: Mapping[str, str]
) -> tuple[Document, list[Diagnostic]]:
    """Put the values of the environment over those of the file.

    Args:
        document: config.yaml as it was read.
        environ: Environment variables.

    Returns:
        The document with these values, and a finding for each variable that
        cannot be one of the gate's.
    """
    known = settings()
    ours = sorted(name for name in environ if name.startswith(PREFIX))
    set_here = {name: known[name] for name in ours if name in known}
    findings = [
        finding
        for name in ours
        if name not in known and (finding := _unknown(name, known))
    ]
    if not set_here or not isinstance(document.data, dict):
        return document, findings
    data: Any = document.data
    for name, setting in set_here.items():
        data = _put(data, setting.loc, _parsed(environ[name], many=setting.many))
    variables: dict[Loc, str] = {s.loc: name for name, s in set_here.items()}
    return _overridden(document, data, variables), findings


def _overridden(
    document: Document, data: object, variables: Mapping[Loc, str]
) -> Overridden:
    return Overridden(
        file=document.file,
        lines=document.lines,
        root=document.root,
        data=data,
        findings=document.findings,
        variables=variables,
    )


def _unknown(name: str, known: Mapping[str, Setting]) -> Diagnostic | None:
    squeezed = {other.replace("__", "_"): other for other in known}
    meant = squeezed.get(name.replace("__", "_"), "")
    below = [other for other in known if other.startswith(f"{name}__")]
    if "__" not in name and not meant and not below:
        return None  # somebody else's variable, such as one of a test runner
    meant = meant or nearest(name, below or known)
    hint = f'Did you mean "{meant}"?' if meant else "gate schema config lists the keys."
    if name in _unsettable(Written, PREFIX):
        hint = "Lists of entries are set in config.yaml only."
    return Diagnostic(
        code="E111",
        message="The variable sets no key of config.yaml that is one value or a list.",
        mark=Mark(file=name),
        hint=hint,
    )


def _parsed(value: str, *, many: bool) -> str | list[str]:
    if not many:
        return value
    return [item.strip() for item in value.split(",") if item.strip()]


def _put(data: Any, loc: tuple[str, ...], value: object) -> Any:  # noqa: ANN401
    """Return `data` with `value` at `loc`; what is no mapping stays as it is."""
    if not loc:
        return value
    if not isinstance(data, dict):
        return data
    return {**data, loc[0]: _put(data.get(loc[0], {}), loc[1:], value)}
