"""The sealed log of one site on disk: read, put right after a crash, appended to.

    rows/site=NAME/month=2026-11/day=2026-11-21/seg-000012.parquet
    sites/NAME/checkpoint                the signed head; replacing it is the seal
    sites/NAME/segments/000012.json      the header, exactly the line that is hashed
    sites/NAME/checkpoints/000012        the signed head after that segment
    sites/NAME/tile/...                  all hashes
    sites/NAME/key.vkey                  the keys, for convenience; trust nothing there

A segment is in the log once `checkpoint` names it, and not before: rows, header and
hashes are on disk and were read again by then, and no signature of it exists anywhere
else. What a crash leaves beyond the checkpoint is one segment at most; `recover`
removes that and refuses to touch anything that no crash can have left.

One process at a time may append: whoever holds the lock of `gate.audit.sealing`.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.audit.durable import BEGUN, replace
from gate.audit.hashing import EMPTY_ROOT, check_consistency, leaf_hash
from gate.audit.header import Header, parse
from gate.audit.keys import origin_of
from gate.audit.notes import Checkpoint, Verifier, open_note, sign
from gate.audit.parquet import rows_path
from gate.audit.shelf import Shelf
from gate.audit.tree import Tiles
from gate.audit.writing import NONCE, write_segment
from gate.errors.sealing import (
    LogDamagedError,
    NoteError,
    SealUnsoundError,
    StrangersLogError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gate.audit.notes import Signer
    from gate.audit.rows import Row

LOG: Final = "log"
"""Name within the audit folder of the folder that may be handed to anybody."""


class Head(NamedTuple):
    """The newest state of a log.

    Attributes:
        size: Leaves of the tree.
        root: Of the tree.
        segments: How many segments there are.
    """

    size: int = 0
    root: bytes = EMPTY_ROOT
    segments: int = 0


class Log(Shelf):
    """The log of one site, to be read and appended to.

    Args:
        folder: The folder with rows/ and sites/; made when it is first written to.
        site: Name of the log (`audit.name`).
    """

    def __init__(self, folder: Path, site: str) -> None:
        super().__init__(folder, site)
        self.tiles = Tiles(self.home / "tile")
        self._is_right = False  # nothing of a crash is left

    def checkpoint(self, verifiers: Sequence[Verifier] = ()) -> Checkpoint | None:
        """Return the newest head; None if nothing was ever sealed.

        Args:
            verifiers: Keys of which one must have signed it; by default those that
                the log itself names, which proves nothing.

        Raises:
            StrangersLogError: None of them did, or it is of another log.
        """
        try:
            note = self.checkpoint_path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            found = open_note(note, verifiers or self.named_keys()).checkpoint
        except NoteError as error:
            raise self._stranger(str(error)) from error
        if found.origin != origin_of(self.site):
            raise self._stranger(f"it is of {found.origin}")
        return found

    def head(self, verifiers: Sequence[Verifier] = ()) -> Head:
        """Return the newest state.

        Raises:
            StrangersLogError: The newest checkpoint is not signed by any of the keys.
            LogDamagedError: Segments and checkpoint are not what a seal leaves, nor a
                crash in one.
        """
        checkpoint = self.checkpoint(verifiers)
        numbers = self.numbers("segments", ".json")
        if checkpoint is None:
            if numbers not in ([], [0]) or self.numbers("checkpoints"):
                raise self._damaged("there are segments, but no newest checkpoint")
            return Head()
        for number in numbers[-1:-3:-1]:
            if self.header(number).end == checkpoint.size:
                self._check_numbers(numbers, number)
                return Head(checkpoint.size, checkpoint.root, number + 1)
        raise self._damaged("the newest checkpoint ends where no segment does")

    def headers(self, head: Head | None = None) -> Iterator[Header]:
        """Yield the headers of all segments, the newest first."""
        for number in reversed(range((head or self.head()).segments)):
            yield self.header(number)

    def recover(self, verifiers: Sequence[Verifier]) -> Head:
        """Put right what a crash has left, and return the newest state.

        Raises:
            StrangersLogError: The newest checkpoint is not signed by any of the keys.
            LogDamagedError: No crash can have left the log like this.
            OSError: The disk refuses.
        """
        head = self.head(verifiers)
        if head.segments:
            self._check_hashes(head)
            self._archive(head)
        for path in (*self._begun(), *self._beyond(head)):
            path.unlink(missing_ok=True)
        self.tiles.tidy(head.size)
        self._is_right = True
        return head

    def ready(self, verifiers: Sequence[Verifier]) -> Head:
        """Return the newest state, put right if that was not done before."""
        return self.head(verifiers) if self._is_right else self.recover(verifiers)

    def append(
        self, draft: Header, rows: Sequence[Row], signers: Sequence[Signer]
    ) -> Header:
        """Seal a segment: when this returns, it is in the log whatever happens.

        Args:
            draft: From `draft`.
            rows: Its rows, sorted; as many as the draft says.
            signers: Who signs; the newest key last.

        Returns:
            The header.

        Raises:
            StrangersLogError: None of them signed the newest checkpoint.
            LogDamagedError: The log is not whole.
            SealUnsoundError: What was written reads otherwise.
            OSError: The disk refuses; nothing of the segment is in the log.
        """
        verifiers = [signer.verifier for signer in signers]
        head = self._extendable(draft, rows, verifiers)
        self._is_right = False
        hashes = write_segment(self, draft, rows)
        root = self.tiles.append(head.size, hashes)
        self._check_tree(head, hashes, root)
        self._name_keys(verifiers)
        origin = origin_of(self.site)
        note = sign(Checkpoint(origin=origin, size=draft.end, root=root), signers)
        replace(self.checkpoint_path, note.encode())
        self._archive(Head(draft.end, root, draft.segment + 1))
        self._is_right = True
        return draft

    def draft(self, head: Head, **fields: object) -> Header:
        """Return the header of the segment after `head`.

        Args:
            head: The newest state.
            fields: Of `Header`; its place in the log is filled in.
        """
        return Header(
            segment=head.segments,
            site=self.site,
            first=head.size,
            previous=head.root.hex(),
            nonce=secrets.token_hex(NONCE),
            **fields,  # type: ignore[arg-type]  # the caller's
        )

    def _extendable(
        self, draft: Header, rows: Sequence[Row], verifiers: Sequence[Verifier]
    ) -> Head:
        """Return the newest state if the draft is the next segment of it."""
        known = self.named_keys() if draft.what == "key_lost" else verifiers
        head = self.ready(known)
        follows = (draft.segment, draft.first, draft.previous)
        if follows != (head.segments, head.size, head.root.hex()):
            raise self._damaged("it has grown since this segment was begun")
        if draft.rows != len(rows) or parse(draft.line()) != draft:
            raise self._damaged("this segment is not what its header says")
        return head

    def _check_tree(self, head: Head, hashes: Sequence[bytes], root: bytes) -> None:
        """Check the hashes on the disk: the old tree goes on, with the new leaves.

        Raises:
            SealUnsoundError: They are not as they should be.
        """
        size = head.size + len(hashes)
        extends = check_consistency(
            old=head.size,
            new=size,
            old_root=head.root,
            new_root=root,
            path=self.tiles.consistency(head.size, size),
        )
        if not extends or self.tiles.leaves(head.size, size, size) != [*hashes]:
            raise SealUnsoundError(path=str(self.tiles.folder))

    def _name_keys(self, verifiers: Sequence[Verifier]) -> None:
        known = self.named_keys()
        if {*verifiers} <= {*known}:
            return
        keys = dict.fromkeys((*known, *verifiers))
        text = "".join(f"{key.vkey}\n" for key in keys)
        replace(self.home / "key.vkey", text.encode())

    def _archive(self, head: Head) -> None:
        """Keep the newest signed head under its segment's number."""
        path, note = self.archive_path(head.segments - 1), self.checkpoint_path
        if not path.exists() or path.read_bytes() != note.read_bytes():
            replace(path, note.read_bytes())

    def _check_hashes(self, head: Head) -> None:
        """Check that the tree on the disk is the one that is signed.

        Raises:
            LogDamagedError: It is not.
        """
        if self.tiles.root(head.size) != head.root:
            raise self._damaged("the hashes are not those of the newest checkpoint")
        newest = self.header(head.segments - 1)
        if self.tiles.leaf(newest.first, head.size) != leaf_hash(newest.line()):
            raise self._damaged("the newest header is not the one that was sealed")

    def _check_numbers(self, numbers: Sequence[int], newest: int) -> None:
        """Check that segments are numbered one by one, and none is signed but unnamed.

        Raises:
            LogDamagedError: They are not.
        """
        if numbers[: newest + 1] != [*range(newest + 1)]:
            raise self._damaged("headers of segments are missing")
        if any(number > newest for number in self.numbers("checkpoints")):
            raise self._damaged("there are newer signed heads than the newest")

    def _beyond(self, head: Head) -> Iterator[Path]:
        """Yield what lies on the disk of a segment after the newest."""
        yield self.header_path(head.segments)
        name = rows_path(self.site, "", head.segments).rpartition("/")[2]
        yield from self.rows_folder().glob(f"month=*/day=*/{name}")

    def _begun(self) -> Iterator[Path]:
        """Yield the files that a crash left unfinished."""
        yield from self.home.rglob(f"{BEGUN}*")
        yield from self.rows_folder().rglob(f"{BEGUN}*")

    def _damaged(self, why: str) -> LogDamagedError:
        return LogDamagedError(path=str(self.home), why=why)

    def _stranger(self, why: str) -> StrangersLogError:
        return StrangersLogError(path=str(self.checkpoint_path), why=why)
