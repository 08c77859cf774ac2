"""Signed notes: the published examples verify, and nothing else does."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.audit.notes import (
    MOST_BYTES,
    Checkpoint,
    Signer,
    Verifier,
    open_note,
    read_note,
    sign,
)
from gate.errors.sealing import NoteError, VerifierKeyError

# The example of the specification (C2SP signed-note, section Example).
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6"
    "TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The examples of the first implementation (golang.org/x/mod/sumdb/note).
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKv"
    "qfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01o"
    "OTGwnWLox33WWd1RvMc+QQ=\n"
)
# The example of C2SP tlog-checkpoint; its key is not published.
SPEC_CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
)

ROOT = bytes(range(32))
NAME = "news.example/gate-audit"
SIGNER = Signer(name=NAME, seed=bytes(32))
OTHER = Signer(name=NAME, seed=bytes(31) + b"\x01")
CHECKPOINT = Checkpoint(origin=NAME, size=4711, root=ROOT)
NOTE = sign(CHECKPOINT, [SIGNER])


@pytest.mark.parametrize(
    ("key", "note"),
    [
        (SPEC_KEY, SPEC_NOTE),
        (PETER_KEY, f"{TEXT}\n{PETER_LINE}"),
        (ENOCH_KEY, f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}"),
    ],
    ids=["the specification", "one signature", "the second of two signatures"],
)
def test_published_notes_verify(key, note):
    verifier = Verifier.parse(key)
    body, signatures = read_note(note)
    [signature] = [
        found for found in signatures if (found.name, found.id) == named(verifier)
    ]
    assert verifier.verifies(signature.signature, body.encode())
    assert verifier.vkey == key


def named(verifier):
    return verifier.name, verifier.id


def test_a_signature_is_that_of_the_first_implementation_byte_for_byte():
    signer = Signer(name="PeterNeumann", seed=b64decode(PETER_SEED)[1:])
    assert signer.verifier.vkey == PETER_KEY
    raw = signer.verifier.id + signer.sign(TEXT.encode())
    assert f"— PeterNeumann {b64encode(raw).decode()}\n" == PETER_LINE


def test_the_checkpoint_of_the_specification_is_read_and_written_again():
    found = Checkpoint.parse(SPEC_CHECKPOINT)
    assert found.origin == "example.com/behind-the-sofa"
    assert found.size == 20_852_163
    assert found.text() == SPEC_CHECKPOINT


def test_what_was_signed_opens_with_its_key():
    opened = open_note(NOTE, [SIGNER.verifier, OTHER.verifier])
    assert opened.checkpoint == CHECKPOINT
    assert opened.signers == (SIGNER.verifier,)


def test_two_keys_sign_one_note():
    note = sign(CHECKPOINT, [SIGNER, OTHER])
    both = (SIGNER.verifier, OTHER.verifier)
    assert open_note(note, both).signers == both
    assert open_note(note, both[1:]).signers == both[1:]


def test_signatures_of_unknown_keys_are_ignored():
    extra = "— witness.example AAAAAAB0ZXN0\n"
    assert open_note(NOTE + extra, [SIGNER.verifier]).signers == (SIGNER.verifier,)


def test_a_known_key_signs_once():
    line = NOTE.splitlines(keepends=True)[-1]
    with pytest.raises(NoteError, match="twice"):
        open_note(NOTE + line, [SIGNER.verifier])
    other = Verifier(name="other", key=bytes(32))
    with pytest.raises(NoteError, match="No given key"):
        open_note(NOTE + line, [other])


def test_a_note_that_no_given_key_signed_is_refused():
    with pytest.raises(NoteError, match="No given key"):
        open_note(NOTE, [OTHER.verifier])


def test_a_wrong_signature_of_a_known_key_spoils_the_note_also_beside_a_right_one():
    line = sign(CHECKPOINT, [OTHER]).splitlines()[-1]
    raw = bytearray(b64decode(line.split(" ")[2]))
    raw[-1] ^= 1
    wrong = f"— {NAME} {b64encode(raw).decode()}\n"
    with pytest.raises(NoteError, match="is wrong"):
        open_note(NOTE + wrong, [SIGNER.verifier, OTHER.verifier])


@pytest.mark.parametrize("place", range(len(NOTE.encode())))
def test_no_bit_of_a_note_changes_unseen(place):
    raw = NOTE.encode()
    for bit in range(8):
        changed = bytearray(raw)
        changed[place] ^= 1 << bit
        with pytest.raises(NoteError):
            open_note(bytes(changed), [SIGNER.verifier])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        NOTE[:-1],
        NOTE + "\n",
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("4711", "04711"),
        NOTE.replace("—", "-"),
        NOTE.replace("— ", "—  "),
        NOTE.replace("news", "ne\tws"),
        CHECKPOINT.text() + "\n",
        CHECKPOINT.text() + "\n— name AAAA\n",
        CHECKPOINT.text() + "\n— na+me AAAAAAB0ZXN0\n",
        CHECKPOINT.text() + "\n— na\u00a0me AAAAAAB0ZXN0\n",
        CHECKPOINT.text() + "\n— name AAAAAAB0ZXN\n",
        CHECKPOINT.text() + "\n— name AAAAAAB0ZXO=\n",
        b"\xff\n\n" + NOTE.encode(),
        "\ud800" + NOTE,
        "a" * (MOST_BYTES + 1),
    ],
)
def test_what_is_no_note_is_refused(note):
    with pytest.raises(NoteError):
        open_note(note, [SIGNER.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        f"\n1\n{b64encode(ROOT).decode()}\n",
        f"origin\n01\n{b64encode(ROOT).decode()}\n",
        f"origin\n-1\n{b64encode(ROOT).decode()}\n",
        f"origin\n+1\n{b64encode(ROOT).decode()}\n",
        f"origin\n1e3\n{b64encode(ROOT).decode()}\n",
        f"origin\n\u0661\n{b64encode(ROOT).decode()}\n",
        f"origin\n{'9' * 5000}\n{b64encode(ROOT).decode()}\n",
        "origin\n1\nAAAA\n",
        "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        f"origin\n1\n{b64encode(ROOT).decode()}",
        f"origin\n1\n{b64encode(ROOT).decode()}\n\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


def test_lines_that_others_add_to_their_checkpoints_are_kept():
    text = f"origin\n0\n{b64encode(ROOT).decode()}\nmore\n"
    found = Checkpoint.parse(text)
    assert found.extensions == ("more",)
    assert found.text() == text


@pytest.mark.parametrize(
    "key",
    [
        "",
        "name",
        "name+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        SPEC_KEY.upper(),
        SPEC_KEY.replace("foo", "bar"),
        SPEC_KEY.replace("foo", "f o"),
        SPEC_KEY[:-1],
        SPEC_KEY + "A",
        SPEC_KEY.replace("+Ae", "+Be"),
        f"{SPEC_KEY}\n{SPEC_KEY}",
    ],
)
def test_what_is_no_key_is_refused(key):
    with pytest.raises(VerifierKeyError) as caught:
        Verifier.parse(key)
    assert caught.value.exit_code == 2


def test_a_private_key_is_not_shown():
    assert "seed" not in repr(SIGNER)
    assert "00" * 4 not in repr(SIGNER)


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_no_note_crashes_the_reader(note):
    with pytest.raises(NoteError):
        open_note(note, [SIGNER.verifier])


@given(seed=st.binary(min_size=32, max_size=32), size=st.integers(0, 10**18 - 1))
def test_every_key_and_checkpoint_comes_back(seed, size):
    signer = Signer(name=NAME, seed=seed)
    checkpoint = Checkpoint(origin=NAME, size=size, root=ROOT)
    verifier = Verifier.parse(signer.verifier.vkey)
    assert open_note(sign(checkpoint, [signer]), [verifier]).checkpoint == checkpoint
