"""What a hostile log says reaches the terminal as text, never as a command."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import pytest
from asked_logs import RUSSIA, SERVED, seal_days
from audit_log import NAME, make_log
from click.testing import CliRunner

from gate.audit.header import parse
from gate.audit.notes import Signer
from gate.cli import main
from gate.cli.console import report, say, show_table, table
from gate.cli.plain import one_line, plain, plain_json
from gate.errors import GateError
from gate.errors.sealing import HeaderDamagedError

HOSTILE = "\x1b]0;x\x07\u202e"
BIDI = {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"}


def run(*words):
    return CliRunner().invoke(main, ["audit", *map(str, words)])


def is_plain(text):
    return all(
        letter in "\n\t"
        or (
            unicodedata.category(letter) not in ("Cc", "Cs")
            and unicodedata.bidirectional(letter) not in BIDI
        )
        for letter in text
    )


@pytest.fixture(name="log")
def _log(tmp_path):
    """A log whose rows hold what steers a terminal, and so does a folder beside."""
    odd = {"section": f"s{HOSTILE}", "rules": f"r{HOSTILE}", "place": f"p{HOSTILE}"}
    rows = [RUSSIA._replace(**odd, n=50), SERVED._replace(**odd, n=20)]
    vkey = seal_days(tmp_path, {"2026-11-01": rows})
    folder = tmp_path / "log" / "sites" / f"a{HOSTILE}\nSound: a"
    folder.mkdir()
    (folder / "checkpoint").write_text("x")
    return tmp_path, vkey


@pytest.mark.parametrize(
    "text", [chr(n) for n in (*range(9), *range(11, 32), *range(127, 160))]
)
def test_every_control_character_is_shown_as_its_code(text):
    assert plain(text) == f"\\x{ord(text):02x}"


@pytest.mark.parametrize("code", ["061c", "200e", "202e", "2066", "2028", "dc80"])
def test_bidi_controls_and_surrogates_are_shown_as_their_codes(code):
    assert plain(f"a{chr(int(code, 16))}b") == f"a\\u{code}b"


def test_other_letters_stay_as_they_are():
    text = "Ωß Читать 中文 \U0001f600 \u0646\u200c\u0646\tand\n"
    assert plain(text) == text


def test_a_line_cannot_be_forged():
    assert one_line("a\nSound: b") == "a\\nSound: b"


def test_json_keeps_its_values():
    value = {"a": f"{HOSTILE}\x7f\x9b\n"}
    shown = plain_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert is_plain(shown)
    assert json.loads(shown) == value


def test_what_is_said_and_tables_are_plain(capsys):
    made = table(f"head{HOSTILE}")
    made.add_row(f"cell{HOSTILE}")
    show_table(made)
    say(f"said{HOSTILE}")
    say(f"said{HOSTILE}", err=True)
    report(GateError(f"said{HOSTILE}", hint=HOSTILE))
    shown = capsys.readouterr()
    assert is_plain(shown.out + shown.err)
    assert shown.out.count("\\x1b]0;x\\x07\\u202e") == 3


@pytest.mark.parametrize(
    "words",
    [
        ("report", "{log}"),
        ("report", "{log}", "--json"),
        ("report", "{log}", "--key", "{key}"),
        ("verify", "{log}", "--key", "{key}"),
        ("verify", "{log}", "--key", "{key}", "--json"),
        ("query", "SELECT section, rules, place FROM counts", "{log}"),
        ("query", "SELECT section, rules, place FROM counts", "{log}", "--csv"),
        ("query", "SELECT section, rules, place FROM counts", "{log}", "--json"),
        ("proof", "{log}", "--key", "{key}", "--segment=0", "--row=0", "--out={log}/p"),
    ],
    ids=" ".join,
)
def test_no_command_lets_a_log_steer_the_terminal(log, words):
    folder, vkey = log
    done = run(*(word.format(log=folder, key=vkey) for word in words))
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "x1b" in done.output or "u001b" in done.output
    assert is_plain(done.output)


def test_a_folder_cannot_forge_the_verdict(log):
    folder, vkey = log
    done = run("verify", folder, "--key", vkey)
    assert done.exit_code == 1
    assert not any(line.startswith("Sound") for line in done.output.splitlines())


def test_csv_of_hostile_rows_is_still_csv(log):
    folder, _ = log
    done = run("query", "SELECT section, n FROM counts ORDER BY n", folder, "--csv")
    rows = list(csv.reader(io.StringIO(done.output)))
    assert rows[1] == ["s\\x1b]0;x\\x07\\u202e", "20"]


@pytest.mark.parametrize("field", ["site", "gate"])
def test_a_header_with_control_characters_is_none(tmp_path, field):
    line = make_log(tmp_path).log.header(0).line()
    told = json.loads(line) | {field: HOSTILE}
    with pytest.raises(HeaderDamagedError) as caught:
        parse(json.dumps(told, sort_keys=True, separators=(",", ":")).encode())
    assert field in str(caught.value)


def test_settings_with_control_characters_are_none(tmp_path):
    told = json.loads(make_log(tmp_path).log.header(0).line())
    told["settings"] = {"mode": HOSTILE}
    with pytest.raises(HeaderDamagedError, match="settings"):
        parse(json.dumps(told, sort_keys=True, separators=(",", ":")).encode())


def test_a_stranger_who_signed_is_named_plainly(tmp_path):
    from datetime import date  # noqa: PLC0415

    from gate.audit.notes import open_note, sign  # noqa: PLC0415
    from gate.audit.verifying import verify  # noqa: PLC0415

    made = make_log(tmp_path)
    path = made.log.checkpoint_path
    claim = open_note(path.read_bytes(), made.vkeys).checkpoint
    stranger = Signer(name=f"{NAME}\u202e\x7f", seed=bytes(32))
    path.write_text(sign(claim, [stranger]), "utf-8")
    found = verify(
        tmp_path, [Signer(name=NAME, seed=bytes(32)).verifier], today=date(2026, 11, 2)
    ).findings
    (told,) = (one.message for one in found if one.code == "A003")
    assert "\\u202e" in told
    assert is_plain(told)
