"""gate audit key: the key that seals are signed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gate.cli.console import config_option, open_config, say, show_json

if TYPE_CHECKING:
    from pathlib import Path

    from gate.audit.notes import Verifier

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def key() -> None:
    """Make, show, change or replace the signing key.

    The private half lies in the audit folder under key/signing-key and is readable for
    the sealer alone. Keep a copy of it where the log is not.
    """


@key.command()
@config_option
@_json
def make(config_path: Path, *, as_json: bool) -> None:
    """Make the key before the first day is sealed, so that it can be published.

    Without this the first seal makes it.
    """
    from gate.workbench.auditing.signing import make_key  # noqa: PLC0415 - heavy
    from gate.workbench.sealing import audit_folder  # noqa: PLC0415

    config = open_config(config_path)
    _show(make_key(audit_folder(config), config.audit_name), as_json=as_json)


@key.command()
@config_option
@_json
def show(config_path: Path, *, as_json: bool) -> None:
    """Print the public key, to be published.

    Publish it where nobody who could change the log can change it too: on the site, in
    print, with a notary, with partner newsrooms. An auditor hands it to --key.
    """
    from gate.workbench.auditing.signing import current_key  # noqa: PLC0415 - heavy
    from gate.workbench.sealing import audit_folder  # noqa: PLC0415

    config = open_config(config_path)
    found = current_key(audit_folder(config), config.audit_name)
    if as_json:
        show_json({"key": found.vkey})
        return
    say(found.vkey)
    say(
        "Publish this line where nobody who can change the log can change it too; "
        "auditors hand it to gate audit verify --key.",
        err=True,
    )


@key.command()
@config_option
@click.option("--because", default="", metavar="TEXT", help="Told in the log.")
@_json
def change(config_path: Path, because: str, *, as_json: bool) -> None:
    """Make a new key; the old one signs for it, and is destroyed.

    Whoever trusts the old key can follow the change. If it was interrupted, run this
    again.
    """
    from gate.workbench.auditing.signing import change_key  # noqa: PLC0415 - heavy
    from gate.workbench.sealing import audit_folder  # noqa: PLC0415

    config = open_config(config_path)
    old, new = change_key(audit_folder(config), config.audit_name, because)
    _show_new(new, old, as_json=as_json)


@key.command()
@config_option
@click.option(
    "--because", required=True, metavar="TEXT", help="How it was lost; told in the log."
)
@click.option(
    "--stolen",
    is_flag=True,
    help="Somebody else may have it: destroy it; it signs nothing any more.",
)
@_json
def lost(config_path: Path, because: str, *, stolen: bool, as_json: bool) -> None:
    """Make a new key where the old one is lost or stolen; the log tells of it for ever.

    Nobody can follow from the old key to the new one: tell each auditor, by a way that
    they trust.
    """
    from gate.workbench.auditing.signing import replace_lost_key  # noqa: PLC0415
    from gate.workbench.sealing import audit_folder  # noqa: PLC0415

    config = open_config(config_path)
    new = replace_lost_key(
        audit_folder(config), config.audit_name, because, is_stolen=stolen
    )
    _show_new(new, None, as_json=as_json)


def _show(found: Verifier, *, as_json: bool) -> None:
    if as_json:
        show_json({"key": found.vkey})
        return
    say(found.vkey)
    say(
        "Publish this line where nobody who could change the log can change it too; "
        "auditors hand it to gate audit verify --key.",
        err=True,
    )


def _show_new(new: Verifier, old: Verifier | None, *, as_json: bool) -> None:
    if as_json:
        show_json({"key": new.vkey, "old_key": old.vkey if old else None})
        return
    say(new.vkey)
    old_one = (
        "beside the old one"
        if old
        else "instead of the old one, and tell each auditor by a way that they trust"
    )
    say(f"This key signs from now on: publish it {old_one}.", err=True)
