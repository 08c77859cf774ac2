"""config.yaml and the environment to a Config, with every problem at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from gate.config.checks import check
from gate.config.overrides import override
from gate.config.schema import Written
from gate.documents import load, validate
from gate.errors import ConfigMissingError, FindingsError
from gate.model import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gate.config.geo import Geo
    from gate.config.schema import Audit, Check, Rules, Server, Site, Visitor
    from gate.documents import Document
    from gate.model import Diagnostic


SECRET = "check-secret"  # noqa: S105  # the name of a file
"""Name in the state folder of the secret that callers of the gate show."""

AUDIT = "audit"
"""Name in the state folder of the folder with counts and the sealed log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the deployer chose; paths in it are absolute or start where the gate does.

    Attributes:
        mode: "enforce", or "observe": evaluate and count, but let everyone pass.
        site: The news site.
        visitor: How the reader's address is found.
        geo: Where visitors are.
        rules: The rule book's folder and the pinned promises.
        state: Folder that the gate may write to.
        audit: What is recorded; its folder is filled in.
        audit_name: Name of the log.
        server: How `gate serve` runs.
        check: How other servers ask the gate; None if none does.
        path: The file.
        digest: SHA-256 of every value that holds, in hexadecimal. The order of
            keys, comments and the folder that the file lies in do not matter.
        document: The file with its places, for findings that come later.
    """

    mode: Literal["enforce", "observe"]
    site: Site
    visitor: Visitor
    geo: Geo
    rules: Rules
    state: Path
    audit: Audit
    audit_name: str
    server: Server
    check: Check | None
    path: Path
    digest: str
    document: Document = field(repr=False, compare=False)


def load_config(path: Path, environ: Mapping[str, str]) -> Config:
    """Read the configuration.

    Args:
        path: config.yaml.
        environ: Environment variables; those named GATE_SECTION__KEY hold over
            the file.

    Raises:
        ConfigMissingError: There is no such file.
        FindingsError: Something in it is wrong; all findings are in the error.
    """
    config, findings = read_config(path, environ)
    if config is None:
        raise FindingsError(findings)
    return config


def read_config(
    path: Path, environ: Mapping[str, str]
) -> tuple[Config | None, tuple[Diagnostic, ...]]:
    """Read the configuration, with its warnings.

    Returns:
        The configuration (None if there is an error) and all findings, sorted.

    Raises:
        ConfigMissingError: There is no such file.
    """
    if not path.is_file():
        raise ConfigMissingError(path)
    document, findings = override(load(path), environ)
    findings += document.findings
    written, wrong = validate(document, Written, code="E110")
    findings += wrong
    if written:
        findings += check(document, written, path.parent)
    findings.sort(key=lambda finding: finding.sort_key)
    if written is None or any(f.severity is Severity.ERROR for f in findings):
        return None, tuple(findings)
    return _compiled(path, document, written), tuple(findings)


def rules_folder(path: Path, environ: Mapping[str, str]) -> Path | None:
    """Return the folder of the rule book, whatever else is wrong with the file.

    Args:
        path: config.yaml.
        environ: Environment variables.

    Returns:
        The folder; None if that cannot be read.
    """
    return _path_at(path, environ, "rules", "folder")


def state_folder(path: Path, environ: Mapping[str, str]) -> Path:
    """Return the state folder, whatever is wrong with the file; if need be, a guess.

    Args:
        path: config.yaml.
        environ: Environment variables.
    """
    found = _path_at(path, environ, "state")
    return (
        path.parent / Written.model_fields["state"].default if found is None else found
    )


def _path_at(path: Path, environ: Mapping[str, str], *keys: str) -> Path | None:
    document, _ = override(load(path), environ)
    named: object = document.data
    for key in keys:
        named = named.get(key) if isinstance(named, dict) else None
    if not isinstance(named, str) or not named or not named.isprintable():
        return None
    return path.parent / named


def _check(folder: Path, written: Written) -> Check | None:
    """Return the section with the place of the secret filled in."""
    if written.check is None:
        return None
    own = folder / written.state / SECRET
    named = written.check.secret_file
    return written.check.model_copy(
        update={"secret_file": own if named is None else folder / named}
    )


def _audit(folder: Path, written: Written) -> Audit:
    """Return the section with its folder filled in."""
    named = written.audit.folder
    own = folder / written.state / AUDIT
    return written.audit.model_copy(
        update={"folder": own if named is None else folder / named}
    )


def _site(folder: Path, written: Site) -> Site:
    """Return the section with the files of its look where they are."""
    look = written.look
    named = {"logo": look.logo, "template": look.template}
    found = {key: folder / path for key, path in named.items() if path}
    return written.model_copy(update={"look": look.model_copy(update=found)})


def _geo(folder: Path, written: Geo) -> Geo:
    """Return the section with paths that start where the gate does."""
    changed: dict[str, object] = {
        "databases": tuple(folder / name for name in written.databases)
    }
    for key in ("anonymous", "tor_exits"):
        if getattr(written, key) is not None:
            changed[key] = folder / getattr(written, key)
    if written.update is not None:
        names = ("folder", "licence_key_file")
        paths = {name: getattr(written.update, name) for name in names}
        found = {name: folder / path for name, path in paths.items() if path}
        changed["update"] = written.update.model_copy(update=found)
    return written.model_copy(update=changed)


def _log_name(written: Written) -> str:
    """Return the name of the log; an IPv6 address cannot stand in it as it is."""
    return written.audit.name or written.site.hosts[0].strip("[]").replace(":", "-")


def _compiled(path: Path, document: Document, written: Written) -> Config:
    folder = path.parent
    return Config(
        mode=written.mode,
        site=_site(folder, written.site),
        visitor=written.visitor,
        geo=_geo(folder, written.geo),
        rules=written.rules.model_copy(
            update={"folder": folder / written.rules.folder}
        ),
        state=folder / written.state,
        audit=_audit(folder, written),
        audit_name=_log_name(written),
        server=written.server,
        check=_check(folder, written),
        path=path,
        digest=sha256(written.model_dump_json().encode()).hexdigest(),
        document=document,
    )
