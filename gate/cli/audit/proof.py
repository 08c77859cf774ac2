"""gate audit proof: the proof of one row, written or checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.audit.keyed import FILE, LOG, key_option, verifiers
from gate.cli.console import say, show_json, show_table, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.audit.notes import Verifier
    from gate.audit.proof import Proved


@click.command()
@click.argument("folder", metavar="[DIR]", type=LOG, required=False)
@key_option
@click.option("--segment", type=click.IntRange(0), help="Segment of the row.")
@click.option("--row", type=click.IntRange(0), help="Its place there, from 0 on.")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="Find the row by what it holds, such as day=2026-11-21. Several: repeat.",
)
@click.option("--site", metavar="NAME", help="Which log, if several lie in DIR.")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the proof; by convention it ends in .tlog-proof.",
)
@click.option("--check", metavar="FILE", type=FILE, help="Check a proof instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def proof(folder: Path | None, vkeys: Sequence[str], **options: object) -> None:
    """Write the proof of one row, or check one.

    The file holds that row alone, its way to the root, and the signed checkpoint.
    Whoever has the public key can check it without the log: gate audit proof --check.

    Exit codes: 0 written or proved, 1 there is no such row, or it is not proved.
    """
    keys = verifiers(vkeys)
    if options["check"]:
        _check(Path(str(options["check"])), keys, as_json=bool(options["as_json"]))
    elif folder is None or not options["out"]:
        raise click.UsageError("Name DIR and --out FILE, or --check FILE.")
    else:
        _write(folder, keys, options)


def _check(path: Path, keys: Sequence[Verifier], *, as_json: bool) -> None:
    from gate.audit.notes import MOST_BYTES  # noqa: PLC0415 - heavy
    from gate.audit.proof import check_proof, parse_proof  # noqa: PLC0415

    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    proved = check_proof(parse_proof(raw), keys)
    if as_json:
        show_json({"proved": True, "row": dict(proved.row)})
    else:
        _show_proved(proved)


def _write(folder: Path, keys: Sequence[Verifier], options: dict[str, object]) -> None:
    from gate.audit.durable import replace  # noqa: PLC0415 - heavy
    from gate.audit.folders import log_folder  # noqa: PLC0415
    from gate.audit.log import Log  # noqa: PLC0415
    from gate.audit.proof import check_proof, find_row, make_proof  # noqa: PLC0415

    site = str(options["site"] or keys[0].name.rpartition("/")[0])
    log = Log(log_folder(folder), site)
    segment, row = options["segment"], options["row"]
    conditions = _conditions(options["conditions"])
    if isinstance(segment, int) and isinstance(row, int):
        made = make_proof(log, segment, row, keys)
    elif conditions:
        own = {} if segment is None else {"segment": str(segment)}
        made = make_proof(log, *find_row(log, conditions | own), keys)
    else:
        raise click.UsageError("Name the row: --segment and --row, or --where.")
    out = Path(str(options["out"]))
    replace(out.absolute(), made.text().encode())
    if options["as_json"]:
        show_json({"written": str(out), "row": dict(check_proof(made, keys).row)})
    else:
        _show_proved(check_proof(made, keys))
        say(f"Written to {out}.")


def _conditions(given: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for condition in given if isinstance(given, tuple) else ():
        name, equals, value = condition.partition("=")
        if not equals:
            raise click.UsageError(f"--where {condition} is not COLUMN=VALUE.")
        found[name] = value
    return found


def _show_proved(proved: Proved) -> None:
    from gate.audit.rows import COLUMNS  # noqa: PLC0415 - heavy

    made = table("column", "value", whole=1)
    for name in COLUMNS:
        if name in proved.row:
            made.add_row(name, str(proved.row[name]))
    show_table(made)
    signers = ", ".join(f"{key.name} ({key.id.hex()})" for key in proved.signers)
    size = proved.checkpoint.size
    say(f"Proved: this row is in the log of {size:,} lines signed by {signers}.")
