"""Whether an nginx configuration makes it write readers' addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gate.request.proxies import FORWARDING
from gate.workbench.doctor.finding import Finding, Level, note, ok
from gate.workbench.doctor.nginx_syntax import read_nginx
from gate.workbench.doctor.nginx_variables import origins_of, variables_of
from gate.workbench.doctor.recording import recording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gate.workbench.doctor.nginx_syntax import Directive
    from gate.workbench.doctor.nginx_variables import Origins

# Lines of an error log below these levels name the client; at crit, failed TLS
# handshakes still do.
_SILENT = {"alert", "emerg"}
_RARE = "crit"
_NOWHERE = {"off", "/dev/null"}
_OWN = "combined"

_ADDRESSES = {
    *("remote_addr", "binary_remote_addr", "realip_remote_addr", "proxy_protocol_addr"),
    *("proxy_add_x_forwarded_for", "remote_user", "http_cookie"),
    *(name.lower() for name in FORWARDING),
}
_BLOCKS = {"http", "server", "events"}
"""One of them stands in every file that says how nginx serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What holds within a block unless it says otherwise."""

    access: bool = False
    error: bool = False


class _Known(NamedTuple):
    """What access logs refer to: formats by name, and where variables come from."""

    formats: dict[str, str]
    origins: Origins


def check_nginx(path: Path, level: Level) -> list[Finding]:
    """Look for logs that name readers.

    Args:
        path: nginx.conf, a folder with it, or the output of `nginx -T`.
        level: How bad a log that names readers is.
    """
    try:
        directives = read_nginx(path)
    except (OSError, ValueError) as problem:
        told = f"It cannot be read: {getattr(problem, 'strerror', None) or problem}."
        return [note("D045", str(path), told)]
    if not any(one.name in _BLOCKS and not one.words for one in directives):
        told = "It is no configuration of nginx: it has no http, server or events."
        return [note("D045", str(path), told, "Give nginx.conf or what nginx -T says.")]
    known = _Known(_formats(directives), origins_of(list(_all(directives)), _ADDRESSES))
    found = [*_main(directives, known, level, str(path))]
    return found or [ok("D040", str(path), "No log of it names readers.")]


def _formats(directives: list[Directive]) -> dict[str, str]:
    """Return every log format by its name."""
    formats = {_OWN: "$remote_addr $remote_user"}
    for directive in _all(directives):
        if directive.name == "log_format" and len(directive.words) > 1:
            formats[directive.words[0]] = "".join(directive.words[1:])
    return formats


def _all(directives: list[Directive]) -> Iterator[Directive]:
    for directive in directives:
        yield directive
        yield from _all(directive.block)


def _main(
    directives: list[Directive], known: _Known, level: Level, name: str
) -> Iterator[Finding]:
    yield from _written(directives, known, level)
    scope = _below(_Scope(), directives)
    for http in directives:
        if http.name != "http":
            continue
        inner = _below(scope, http.block)
        if not _said_everywhere(inner.access, http.block, "access_log"):
            told = 'No access_log is named for a server: nginx writes "combined" then.'
            yield recording(level, "D040", http.place, told)
        if not _said_everywhere(inner.error, http.block, "error_log"):
            told = 'No error_log is named: nginx writes at level "error" then.'
            yield recording(level, "D041", name, told)


def _below(scope: _Scope, directives: list[Directive]) -> _Scope:
    names = {directive.name for directive in directives}
    return _Scope(
        access=scope.access or "access_log" in names,
        error=scope.error or "error_log" in names,
    )


def _said_everywhere(above: bool, block: list[Directive], log: str) -> bool:  # noqa: FBT001
    """Say whether each server has a log of its own, or the blocks above have one."""
    servers = [one for one in block if one.name == "server"]
    return above or all(
        any(inner.name == log for inner in server.block) for server in servers
    )


def _written(
    directives: list[Directive], known: _Known, level: Level
) -> Iterator[Finding]:
    """Find each directive that makes nginx write readers' addresses."""
    for directive in _all(directives):
        words = directive.words
        if not words or words[0] in _NOWHERE:
            continue
        if directive.name == "access_log":
            yield from _access(directive, known, level)
        elif directive.name == "error_log" and not _SILENT & set(words[1:]):
            yield _errors(directive, level)


def _errors(directive: Directive, level: Level) -> Finding:
    at = directive.words[1] if len(directive.words) > 1 else "error"
    if at == _RARE:
        told = "Few lines at crit name the client: those of failed TLS handshakes."
        return note("D041", directive.place, told, "Write emerg for crit.")
    told = f'The level is "{at}": its lines name the client.'
    return recording(level, "D041", directive.place, told)


def _access(directive: Directive, known: _Known, level: Level) -> Iterator[Finding]:
    words = [word for word in directive.words[1:] if "=" not in word]
    name = words[0] if words else _OWN
    if name not in known.formats:
        told = f'Its format "{name}" is not defined in these files.'
        yield note("D045", directive.place, told, "Give the output of nginx -T.")
        return
    used, origins = variables_of(known.formats[name]), known.origins
    told = f'Its format "{name}" writes '
    held = _named(used, origins.holds)
    if held:
        yield recording(level, "D040", directive.place, f"{told}{held}.")
        return
    sorted_by = _named(used, origins.sorts)
    if sorted_by:
        todo = "See that no value of it stands for a single reader."
        told += f"{sorted_by}, as one of fixed values."
        yield note("D040", directive.place, told, todo)


def _named(used: set[str], origins: Mapping[str, str]) -> str:
    """Name the variables that have an origin, each with it."""
    return ", ".join(
        f"${name}" if origins[name] == name else f"${name} (from ${origins[name]})"
        for name in sorted(used & origins.keys())
    )
