"""What Jinja makes of templates, kept for the next snapshot of the same process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import BytecodeCache

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class Bytecode(BytecodeCache):
    """Keeps the latest code of each template in memory.

    Jinja takes it only for a template with the same checksum, and makes it anew
    otherwise.
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code that was kept, if any was."""
        kept = self._kept.get(bucket.key)
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template in place of what was kept of it."""
        self._kept[bucket.key] = bucket.bytecode_to_string()
