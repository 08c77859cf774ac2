r"""Signed notes: the few lines that stand for a whole log, and who signed them.

    news.example/gate-audit
    4711
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    - news.example/gate-audit Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe...

(with an em dash). Parsing is strict: one text has one form, so that no byte of a note
can change unseen.

Source: C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.errors.sealing import NoteError, VerifierKeyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519: Final = 0x01
"""Signature type; a byte of every key, so that others may follow."""

MOST_BYTES: Final = 100_000
"""A longer note is refused unread; sixteen large signatures fit."""

_KEY_SIZE: Final = 32  # bytes
_ROOT_SIZE: Final = 32  # bytes
_ID_SIZE: Final = 4  # bytes
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_VKEY: Final = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_SIGNATURE: Final = re.compile("\u2014 ([^+\\s]+) ([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a tree.

    Attributes:
        origin: Whose tree it is.
        size: Number of leaves.
        root: SHA-256 of the tree, 32 bytes.
        extensions: Further lines; ours has none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the lines that are signed."""
        root = b64encode(self.root).decode()
        return "".join(
            f"{line}\n" for line in (self.origin, self.size, root, *self.extensions)
        )

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the lines of a note.

        Raises:
            NoteError: They are no checkpoint.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):  # noqa: PLR2004
            raise NoteError("A checkpoint has an origin, a size and a root.")
        origin, size, root, *extensions = lines
        if not _SIZE.fullmatch(size):
            raise NoteError(f"The size is not a plain number: {size[:30]!r}.")
        return cls(
            origin=origin,
            size=int(size),
            root=_exactly(root, _ROOT_SIZE, "root"),
            extensions=tuple(extensions),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """A public key that notes are checked with.

    Attributes:
        name: Of the key; the same as the origin of its log.
        key: Ed25519, 32 bytes.
    """

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        named = f"{self.name}\n".encode() + bytes([ED25519]) + self.key
        return sha256(named).digest()[:_ID_SIZE]

    @property
    def vkey(self) -> str:
        """The key as text, to publish and to hand to `--key`."""
        key = b64encode(bytes([ED25519]) + self.key).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read a key as it is published.

        Raises:
            VerifierKeyError: It is no verifier key, or not of Ed25519.
        """
        found = _VKEY.fullmatch(vkey.strip())
        if not found:
            raise VerifierKeyError(vkey, "it is not NAME+ID+KEY")
        try:
            kind, *key = _strict(found[3])
        except ValueError as error:
            raise VerifierKeyError(vkey, "its last part is not base64") from error
        if kind != ED25519 or len(key) != _KEY_SIZE:
            raise VerifierKeyError(vkey, "it is not a key of Ed25519")
        made = cls(name=found[1], key=bytes(key))
        if made.id.hex() != found[2]:
            raise VerifierKeyError(vkey, "its id is not that of its name and key")
        return made

    def verifies(self, signature: bytes, text: bytes) -> bool:
        """Say whether the holder of the private key signed the text."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - heavy
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PublicKey,
        )

        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key; never shown, also not by `repr`.

    Attributes:
        name: Of the key.
        seed: Ed25519 private key, 32 bytes.
    """

    name: str
    seed: bytes = field(repr=False)

    def sign(self, text: bytes) -> bytes:
        """Return the signature of a text, 64 bytes."""
        return self._key().sign(text)

    @property
    def verifier(self) -> Verifier:
        """The public key."""
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

        raw = (
            self._key()
            .public_key()
            .public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        )
        return Verifier(name=self.name, key=raw)

    def _key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric import (  # noqa: PLC0415
            ed25519,
        )

        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed)


class Opened(NamedTuple):
    """A note whose signatures were checked.

    Attributes:
        checkpoint: What it says.
        signers: The given keys that signed it, at least one, in the note's order.
    """

    checkpoint: Checkpoint
    signers: tuple[Verifier, ...]


class Signature(NamedTuple):
    """One signature line, not yet checked.

    Attributes:
        name: Of the key, as the line says.
        id: Of the key, as the line says.
        signature: The bytes after the id.
    """

    name: str
    id: bytes
    signature: bytes


def sign(checkpoint: Checkpoint, signers: Sequence[Signer]) -> str:
    """Return a note with one signature for each signer."""
    text = checkpoint.text()
    return f"{text}\n" + "".join(_line(signer, text.encode()) for signer in signers)


def open_note(text: str | bytes, verifiers: Iterable[Verifier]) -> Opened:
    """Check the signatures of a note, and read it.

    Signatures by other keys are ignored: witnesses may add theirs.

    Args:
        text: The note.
        verifiers: Keys that are trusted.

    Raises:
        NoteError: It is not a note of a checkpoint, a signature is wrong, or none is
            by a trusted key.

    Source:
        C2SP signed-note, section Signatures.
    """
    body, signatures = read_note(text)
    known = {(verifier.name, verifier.id): verifier for verifier in verifiers}
    found: dict[Verifier, None] = {}
    for name, key_id, signature in signatures:
        verifier = known.get((name, key_id))
        if verifier is None:
            continue
        if verifier in found:
            raise NoteError(f"{name} ({key_id.hex()}) signed it twice.")
        if not verifier.verifies(signature, body.encode()):
            raise NoteError(f"The signature of {name} ({key_id.hex()}) is wrong.")
        found[verifier] = None
    if not found:
        raise NoteError("No given key signed it.")
    return Opened(Checkpoint.parse(body), tuple(found))


def read_note(text: str | bytes) -> tuple[str, list[Signature]]:
    """Return the text of a note and its signatures, which are not checked.

    Raises:
        NoteError: It is not a signed note.
    """
    decoded = _decoded(text)
    body, blank, lines = decoded.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NoteError("It has no signatures.")
    return f"{body}\n", [_signature(line) for line in lines[:-1].split("\n")]


def _decoded(text: str | bytes) -> str:
    if len(text) > MOST_BYTES:
        raise NoteError(f"It is longer than {MOST_BYTES:,} bytes.")
    try:
        raw = text.encode() if isinstance(text, str) else text
        decoded = raw.decode("utf-8")
    except UnicodeError as error:
        raise NoteError("It is not UTF-8.") from error
    if any(letter < " " and letter != "\n" for letter in decoded):
        raise NoteError("It holds control characters.")
    return decoded


def _signature(line: str) -> Signature:
    found = _SIGNATURE.fullmatch(line)
    if not found:
        raise NoteError("A line after the text is not a signature.")
    try:
        raw = _strict(found[2])
    except ValueError as error:
        raise NoteError("A signature is not base64.") from error
    if len(raw) <= _ID_SIZE:
        raise NoteError("A signature is too short.")
    return Signature(found[1], raw[:_ID_SIZE], raw[_ID_SIZE:])


def _line(signer: Signer, text: bytes) -> str:
    raw = signer.verifier.id + signer.sign(text)
    return f"\u2014 {signer.name} {b64encode(raw).decode()}\n"


def _exactly(text: str, size: int, what: str) -> bytes:
    try:
        raw = _strict(text)
    except ValueError as error:
        raise NoteError(f"The {what} is not base64.") from error
    if len(raw) != size:
        raise NoteError(f"The {what} is not {size} bytes long.")
    return raw


def _strict(text: str) -> bytes:
    """Decode base64 of which there is only one spelling.

    Raises:
        ValueError: It is not.
    """
    try:
        raw = b64decode(text, validate=True)
    except Base64Error as error:
        raise ValueError(text) from error
    if b64encode(raw).decode() != text:
        raise ValueError(text)
    return raw
