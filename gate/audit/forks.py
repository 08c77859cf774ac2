"""What a fork does to what a process holds alone: the child begins anew.

The thread that forks waits for every lock first, so that none is held in the child by
a thread that did not come along.
"""

from __future__ import annotations

import os
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

if TYPE_CHECKING:
    from threading import RLock as RLockType


class Held(Protocol):
    """What belongs to one process."""

    lock: RLockType

    def begin_anew(self) -> None:
        """Forget, in the child, what is the parent's; the lock is held."""


_living: WeakSet[Held] = WeakSet()
_waiting: list[Held] = []
_one_by_one = RLock()


def look_after(held: Held) -> None:
    """See that a fork leaves the child without what the parent holds."""
    _register()
    _living.add(held)


def living() -> tuple[Held, ...]:
    """Return everything that is looked after in this process."""
    return tuple(_living)


@cache
def _register() -> None:
    os.register_at_fork(
        before=_before, after_in_parent=_in_parent, after_in_child=_in_child
    )


def _before() -> None:
    _one_by_one.acquire()
    for held in list(_living):
        held.lock.acquire()
        _waiting.append(held)


def _in_parent() -> None:
    while _waiting:
        _waiting.pop().lock.release()
    _one_by_one.release()


def _in_child() -> None:
    while _waiting:
        held = _waiting.pop()
        held.begin_anew()
        held.lock.release()
    _one_by_one.release()
