"""What differs between two rule books, cut into the smallest parts that decide.

A part is a path that was added to a rule, a date that moved, a version of an area that
changed. Each can be taken over alone, so that the evaluator says which of them make a
difference. Rules that were only renamed are the same rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from gate.model import Exemption, Rule, Unknown
from gate.workbench.diffing.fields import LISTS, SCALARS, content, got, put, told
from gate.workbench.diffing.fields import written as written_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gate.model import Mark
    from gate.rules.marking import Lines, Spot
    from gate.workbench.diffing.renamings import Names
    from gate.workbench.diffing.sides import Side

Edit = Callable[[Any], Any]
"""Takes what it changes, as it is so far (None: it is not there), and returns it."""

_Item = TypeVar("_Item", Rule, Exemption)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One smallest part that differs.

    Attributes:
        kind: "rule", "exemption", "unknown", "area" or "database".
        id: Of the rule, exemption or area that it belongs to, as in the old book if it
            is there; "unknown" for the block of that name.
        key: Field as it stands in files, such as "when.paths"; "" for the whole.
        what: What became of it, such as '"/live/**" removed'.
        old: Where it stands in the old book; None if it does not.
        new: Where it stands in the new book; None if it does not.
        edit: Takes it over from the new book.
    """

    kind: str
    id: str
    key: str
    what: str
    old: Mark | None
    new: Mark | None
    edit: Edit


def rule_parts(old: Side, new: Side, names: Names) -> Iterator[Part]:
    """Yield what differs in rules, exemptions and the block for unknown places."""
    lines = old.lines, new.lines
    yield from _listed("rule", old.book.rules, names.rules(new.book), lines)
    yield from _listed(
        "exemption", old.book.exemptions, names.exemptions(new.book), lines
    )
    yield from _unknown_parts(old, new)


def _listed(
    kind: str,
    old: Sequence[_Item],
    new: Sequence[_Item],
    lines: tuple[Lines, Lines],
) -> Iterator[Part]:
    """Compare lists of items with the same names on both sides."""
    before = {item.id: item for item in old}
    after = {item.id: item for item in new}
    for id_, item in before.items():
        if id_ in after:
            yield from _Pair(kind, item, after[id_], lines).parts()
        else:
            yield _whole(kind, id_, "removed", (item.mark, None), None)
    for id_, item in after.items():
        if id_ not in before:
            yield _whole(kind, id_, "added", (None, item.mark), item)


def _whole(
    kind: str,
    id_: str,
    what: str,
    marks: tuple[Mark | None, Mark | None],
    value: object,
) -> Part:
    return Part(
        kind=kind,
        id=id_,
        key="",
        what=what,
        old=marks[0],
        new=marks[1],
        edit=lambda _: value,
    )


class _Pair:
    """A rule or exemption that both books have."""

    def __init__(
        self,
        kind: str,
        old: Rule | Exemption,
        new: Rule | Exemption,
        lines: tuple[Lines, Lines],
    ) -> None:
        self._kind, self._old, self._new = kind, old, new
        self._found = lines[0].item(old), lines[1].item(new)

    def parts(self) -> Iterator[Part]:
        if content(self._old) == content(self._new):
            return
        for key in SCALARS[type(self._old)]:
            if got(self._old, key) != got(self._new, key):
                yield self._scalar(key)
        for key in LISTS[type(self._old)]:
            yield from self._list(key)

    def _list(self, key: str) -> Iterator[Part]:
        before, after = got(self._old, key), got(self._new, key)
        if before is None or after is None:
            if before != after:
                yield self._scalar(key)
            return
        gone = [value for value in before if value not in after]
        come = [value for value in after if value not in before]
        if len(gone) == len(come) == 1:
            what = f'"{gone[0]}" → "{come[0]}"'
            swap = _swapping(key, gone[0], come[0])
            yield self._part(key, what, swap, str(gone[0]), str(come[0]))
            return
        for value in gone:
            edit = _taking(key, value)
            yield self._part(key, f'"{value}" removed', edit, str(value), "")
        for value in come:
            edit = _adding(key, value)
            yield self._part(key, f'"{value}" added', edit, "", str(value))

    def _scalar(self, key: str) -> Part:
        before, after = got(self._old, key), got(self._new, key)
        what = f"{_shown(key, after)} instead of {_shown(key, before)}"
        return self._part(key, what, lambda item: item and put(item, key, after))

    def _part(
        self, key: str, what: str, edit: Edit, old: str | None = None, new: str = ""
    ) -> Part:
        """Make a part; `old` and `new` name the item of a list on each side."""
        path = written_key(key).split(".")
        marks: tuple[Mark | None, Mark | None]
        if old is None:
            marks = _field(self._found[0], path), _field(self._found[1], path)
            if marks == (None, None):
                marks = self._old.mark, self._new.mark
        else:
            marks = (
                self._found[0].listed(*path, text=old) if old else None,
                self._found[1].listed(*path, text=new) if new else None,
            )
        return Part(
            kind=self._kind,
            id=self._old.id,
            key=written_key(key),
            what=what,
            old=marks[0],
            new=marks[1],
            edit=edit,
        )


def _field(found: Spot, path: Sequence[str]) -> Mark | None:
    """Return where a field stands; None if it does not."""
    return found.part(*path) if found.is_written(*path) else None


def _taking(key: str, value: object) -> Edit:
    """Return what takes a value out of a list."""

    def edit(item: Any) -> Any:  # noqa: ANN401 - a rule or exemption
        rest = tuple(one for one in got(item, key) if one != value)
        return put(item, key, rest)

    return edit


def _adding(key: str, value: object) -> Edit:
    """Return what puts a value into a list."""
    return lambda item: put(item, key, (*got(item, key), value))


def _swapping(key: str, old: object, new: object) -> Edit:
    """Return what puts one value of a list into the place of another."""
    out, into = _taking(key, old), _adding(key, new)
    return lambda item: into(out(item))


def _shown(key: str, value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else told(key, value)


def _unknown_parts(old: Side, new: Side) -> Iterator[Part]:
    before, after = old.book.unknown, new.book.unknown
    found = old.lines.unknown(before), new.lines.unknown(after)

    def part(key: str, values: tuple[object, object], edit: Edit) -> Part:
        return Part(
            kind="unknown",
            id="unknown",
            key=key,
            what=f"{values[1]} instead of {values[0]}",
            old=_field(found[0], [key]) or before.mark,
            new=_field(found[1], [key]) or after.mark,
            edit=edit,
        )

    for key in ("notice", "max_age_days"):
        values = got(before, key), got(after, key)
        if values[0] != values[1]:
            yield part(key, values, _setting(key, values[1]))
    for reason in Unknown:
        values = before.actions[reason], after.actions[reason]
        if values[0] != values[1]:
            yield part(reason.value, values, _answering(reason, values[1]))


def _setting(key: str, value: object) -> Edit:
    return lambda block: put(block, key, value)


def _answering(reason: Unknown, action: object) -> Edit:
    return lambda block: put(block, "actions", {**block.actions, reason: action})


def by_target(parts: Sequence[Part]) -> Mapping[tuple[str, str], tuple[int, ...]]:
    """Return the numbers of the parts of each rule, exemption, area and block."""
    found: dict[tuple[str, str], tuple[int, ...]] = {}
    for number, part in enumerate(parts):
        key = part.kind, part.id
        found[key] = (*found.get(key, ()), number)
    return found
