"""Atoms of paths in the words of the book: patterns, and what is taken out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from gate.rules.proving.atoms import PathAtom

EVERY: Final = "/**"
"""Matches every path."""


class PathSet(NamedTuple):
    """Paths that some patterns match, and others do not.

    Attributes:
        globs: Patterns of which one matches, or all of `both` do.
        excepted: Patterns of which none matches.
        both: Whether all of `globs` must match.
        witness: The shortest such path.
    """

    globs: tuple[str, ...]
    excepted: tuple[str, ...]
    witness: str
    both: bool = False

    def __str__(self) -> str:
        word = " and " if self.both else ", "
        told = word.join(self.globs)
        return f"{told} but not {', '.join(self.excepted)}" if self.excepted else told


def path_sets(
    chosen: Collection[PathAtom], every: Sequence[PathAtom]
) -> tuple[PathSet, ...]:
    """Describe some of all atoms exactly, with as few patterns as are easily found.

    Args:
        chosen: The atoms to describe; at least one.
        every: All atoms, those with the shortest witness first.
    """
    inside = frozenset(atom.witness for atom in chosen)
    known = {EVERY: frozenset(atom.witness for atom in every)}
    for atom in every:
        for glob in sorted(atom.matched):
            known[glob] = known.get(glob, frozenset()) | {atom.witness}
    first = next(atom.witness for atom in every if atom.witness in inside)
    found = _with_exceptions(inside, known)
    if found is not None:
        return (PathSet(*found, first),)
    return tuple(_one(atom, known) for atom in every if atom.witness in inside)


_Known = dict[str, frozenset[str]]


def _with_exceptions(
    inside: frozenset[str], known: _Known
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Find patterns, and exceptions from them; None if there are none that fit."""
    whole = {glob: held for glob, held in known.items() if held <= inside}
    plain = _cover(inside, whole)
    if plain is not None:
        return plain, ()
    outside = {g: held for g, held in known.items() if held and not held & inside}
    tried = (
        (glob,)
        for glob in sorted(known, key=lambda g: len(known[g]))
        if known[glob] >= inside
    )
    for globs in tried:
        rest = known[globs[0]] - inside
        excepted = _cover(rest, {g: held & rest for g, held in outside.items()})
        if excepted is not None:
            return globs, excepted
    return None


def _cover(wanted: frozenset[str], known: _Known) -> tuple[str, ...] | None:
    """Choose patterns that together hold what is wanted, the largest first."""
    left, found = wanted, []
    while left:
        best = max(sorted(known), key=lambda g: len(known[g] & left), default="")
        if not best or not known[best] & left:
            return None
        found.append(best)
        left -= known[best]
    return tuple(sorted(found))


def _one(atom: PathAtom, known: _Known) -> PathSet:
    """Describe one atom by all patterns that match, and those that tell it apart."""
    globs = tuple(sorted(atom.matched - {EVERY})) or (EVERY,)
    others = frozenset.intersection(*(known[glob] for glob in globs)) - {atom.witness}
    excepted = tuple(_telling(others, atom, known))
    return PathSet(globs, excepted, atom.witness, both=len(globs) > 1)


def _telling(others: frozenset[str], atom: PathAtom, known: _Known) -> Iterator[str]:
    for glob, held in sorted(known.items()):
        if atom.witness not in held and held & others:
            yield glob
            others -= held
