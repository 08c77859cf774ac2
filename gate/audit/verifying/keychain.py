"""Which key signs which part of a log, and whether the given keys lead there.

A signed change leads from an old key to a new one: whoever holds the old one can follow
it. A declared loss leads nowhere: there the new key must be given too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.audit.notes import Verifier, open_note, read_note
from gate.errors.sealing import NoteError, VerifierKeyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.audit.header import Header
    from gate.audit.verifying.site import Note, Site


class Turn(NamedTuple):
    """An event after which another key signs.

    Attributes:
        segment: Whose checkpoint the new key signs first.
        is_loss: Whether the old key was lost, and did not sign.
        old: The key before; None if that is not known.
        new: The key after.
        reason: As the event tells it.
    """

    segment: int
    is_loss: bool
    old: Verifier | None
    new: Verifier
    reason: str


class KeyChain:
    """The keys of a log, oldest first.

    Args:
        first: The key that signs from the beginning; None if that is not known.
        turns: Events, in their order.
    """

    def __init__(self, first: Verifier | None, turns: Sequence[Turn]) -> None:
        self.first = first
        self.turns = tuple(turns)

    @property
    def keys(self) -> list[Verifier]:
        """All keys that are known, oldest first."""
        found = [self.first, *(turn.new for turn in self.turns)]
        return [key for key in found if key is not None]

    @property
    def last(self) -> Verifier | None:
        """The key that signs now."""
        return self.turns[-1].new if self.turns else self.first

    def signers(self, segment: int) -> list[Verifier]:
        """Return the keys that must have signed the checkpoint of a segment."""
        current = self.first
        for turn in self.turns:
            if turn.segment > segment:
                break
            if turn.segment == segment and not turn.is_loss:
                return [key for key in (current, turn.new) if key is not None]
            current = turn.new
        return [current] if current is not None else []


def key_chain(site: Site, given: Sequence[Verifier]) -> KeyChain:
    """Return the keys of a log: from its events, or the given one that signed it."""
    turns = list(_turns(site.headers.values()))
    if turns and turns[0].old:
        return KeyChain(turns[0].old, turns)
    notes = [*(site.archived[n] for n in sorted(site.archived)[:1]), site.newest]
    first = (_who_signed(note, given) for note in notes if note)
    return KeyChain(next((key for key in first if key), None), turns)


def check_keys(site: Site, chain: KeyChain, given: Sequence[Verifier]) -> bool:
    """Note whether the given keys lead to the one that signs now.

    Returns:
        Whether they do.
    """
    reached = {*given}
    for turn in chain.turns:
        if turn.is_loss or turn.old not in reached:
            continue
        if _is_signed(site.archived.get(turn.segment), [turn.old, turn.new]):
            reached.add(turn.new)
    if not site.newest:
        return False
    if not {*chain.keys} & reached or chain.last is None:
        site.findings.error("A003", site.newest.path, _other_signers(site.newest))
        return False
    for key in given:
        if key.name == site.origin and key not in chain.keys:
            site.findings.error("A063", site.newest.path, f"The key is {key.vkey}.")
    _note_losses(site, chain, reached)
    return chain.last in reached


def _note_losses(site: Site, chain: KeyChain, reached: set[Verifier]) -> None:
    for turn in chain.turns:
        place = f"segment {turn.segment} of {site.name}"
        told = (
            f"The reason given: {turn.reason[:200]!r}. The new key is {turn.new.vkey}."
        )
        if turn.is_loss and turn.new in reached:
            site.findings.note("A064", place, told)
        elif turn.is_loss and turn is _last_loss(chain):
            site.findings.error("A061", place, told)
    if chain.last not in reached and not any(turn.is_loss for turn in chain.turns):
        site.findings.error("A003", site.newest.path if site.newest else site.home)


def _last_loss(chain: KeyChain) -> Turn | None:
    return next((turn for turn in reversed(chain.turns) if turn.is_loss), None)


def check_signatures(site: Site, chain: KeyChain) -> set[int]:
    """Check who signed each archived checkpoint, and the newest.

    Returns:
        The segments whose checkpoint is signed as it must be.
    """
    sound = set()
    for number, note in site.archived.items():
        if _check_note(site, note, chain, number, "A041"):
            sound.add(number)
    if site.newest:
        last = max(chain_ends(site), default=0)
        _check_note(site, site.newest, chain, last, "A002")
    return sound


def chain_ends(site: Site) -> Iterator[int]:
    """Yield the segments whose tree is as large as that of the newest checkpoint."""
    size = site.newest.claim.size if site.newest else -1
    for number, note in site.archived.items():
        if note.claim.size == size:
            yield number
    for number, header in site.headers.items():
        if header.end == size:
            yield number


def _check_note(
    site: Site, note: Note, chain: KeyChain, number: int, code: str
) -> bool:
    expected = chain.signers(number)
    if not expected:
        return False  # A003 was said
    turned = len(expected) > 1
    try:
        found = open_note(note.raw, expected)
    except NoteError as error:
        if turned:
            site.findings.error("A060", note.path, str(error))
        if _who_signed(note, chain.keys):
            site.findings.error("A062", note.path)
        site.findings.error(code, note.path, str(error))
        return False
    if turned and {*found.signers} != {*expected}:
        site.findings.error("A060", note.path)
        return False
    return True


def check_named_keys(site: Site, chain: KeyChain) -> None:
    """Note whether the file of keys holds other keys than those that signed."""
    path = f"{site.home}/key.vkey"
    try:
        raw = site.files.read(path)
    except OSError as error:
        site.findings.error("A007", path, str(error))
        return
    expected = "".join(f"{key.vkey}\n" for key in chain.keys)
    if raw is None:
        site.findings.error("A007", path, "It is not there.")
    elif chain.first and raw != expected.encode():
        is_begun = raw.startswith(expected.encode()) and site.begun
        (site.findings.warning if is_begun else site.findings.error)("A007", path)


def _turns(headers: Iterable[Header]) -> Iterator[Turn]:
    for header in sorted(headers, key=lambda header: header.segment):
        if header.what not in ("key_change", "key_lost"):
            continue
        new = _verifier(header.details.get("new_key"))
        if new:
            old = _verifier(header.details.get("old_key"))
            reason = str(header.details.get("reason", ""))
            is_loss = header.what == "key_lost"
            yield Turn(header.segment, is_loss, old, new, reason)


def _verifier(vkey: object) -> Verifier | None:
    try:
        return Verifier.parse(str(vkey))
    except VerifierKeyError:
        return None  # the seal itself is wrong; its checkpoint will not open


def _who_signed(note: Note, keys: Iterable[Verifier]) -> Verifier | None:
    return next((key for key in keys if _is_signed(note, [key])), None)


def _is_signed(note: Note | None, keys: Sequence[Verifier | None]) -> bool:
    wanted = [key for key in keys if key is not None]
    if note is None:
        return False
    try:
        return {*open_note(note.raw, wanted).signers} == {*wanted}
    except NoteError:
        return False


def _other_signers(note: Note) -> str:
    signers = ", ".join(
        f"{_shown(s.name)}+{s.id.hex()}" for s in read_note(note.raw)[1][:4]
    )
    return f"No key that was given signed it; it is signed by {signers[:300]}."


def _shown(name: str) -> str:
    """Return a name that anybody may have written, for a message."""
    return name if name.isprintable() else ascii(name)
