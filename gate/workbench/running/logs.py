"""Lines on standard error: for people, or one JSON object each. Nothing of a reader."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["text", "json"]

LOG: Final = "gate"
"""Name of the logger that every part of the gate writes to."""

_EVENTS: Final[Mapping[str, str]] = {
    "Worker (pid": "worker-ended",
    "WORKER TIMEOUT": "worker-stuck",
    "A malformed request": "malformed-request",
    "A request failed": "request-failed",
}
"""Beginnings of messages of the server program -> codes of ours."""

_NAMED: Final = re.compile(r"([ER][0-9]{3}):? ")


def set_up(kind: Kind, stream: TextIO | None = None) -> None:
    """Decide how lines are written from now on, in this process and what it forks.

    Args:
        kind: As `server.log` has it.
        stream: Where to write; standard error if None.
    """
    stream = sys.stderr if stream is None else stream
    log = logging.getLogger(LOG)
    for old in [h for h in log.handlers if isinstance(h, _Handler)]:
        log.removeHandler(old)
    handler = _Handler(stream)
    handler.setFormatter(JsonLines() if kind == "json" else PlainLines())
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    threading.excepthook = _tell_of_thread
    if kind == "json":
        sys.stderr = Strays(handler)


def dress(log: logging.Logger) -> None:
    """Let another logger write as the gate does, if `set_up` has said how."""
    for own in logging.getLogger(LOG).handlers:
        if isinstance(own, _Handler):
            for handler in log.handlers:
                handler.setFormatter(own.formatter)
                if isinstance(handler, logging.StreamHandler):
                    handler.setStream(own.stream)


def where(error: BaseException) -> str:
    """Name an error by its type and place, without its text, which may quote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


class PlainLines(logging.Formatter):
    """Time, process, level and message, for people."""

    def __init__(self) -> None:
        super().__init__(
            "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s",
            "%Y-%m-%d %H:%M:%S %z",
        )

    def format(self, record: logging.LogRecord) -> str:
        code, told = _code(record), _message(record)
        record.message = f"{code} {told}" if code[1:].isdecimal() else told
        record.asctime = self.formatTime(record, self.datefmt)
        return self.formatMessage(record)


class JsonLines(logging.Formatter):
    """One object for each line: time, level, code, message, pid."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        return json.dumps(
            {
                "time": moment.isoformat(timespec="milliseconds"),
                "level": record.levelname.lower(),
                "code": _code(record),
                "message": _message(record),
                "pid": record.process,
            }
        )


class Strays(io.TextIOBase):
    """Standard error for whoever writes there without the log: still one object a line.

    Args:
        handler: Writes the lines.
    """

    def __init__(self, handler: logging.Handler) -> None:
        self._handler = handler
        self._begun = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in filter(str.strip, lines):
            record = logging.LogRecord(
                LOG, logging.ERROR, __file__, 0, line.strip(), None, None
            )
            record.code = "other"
            self._handler.handle(record)
        return len(text)


class _Handler(logging.StreamHandler[TextIO]):
    """The one handler of the gate's own log."""


def _message(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    said = _NAMED.sub("", record.getMessage(), count=1)
    return f"{said}: {where(error)}" if error is not None else said


def _code(record: logging.LogRecord) -> str:
    code = getattr(record, "code", "")
    if code:
        return str(code)
    message = record.getMessage()
    named = _NAMED.match(message)
    if named:
        return named[1]
    return next((c for begun, c in _EVENTS.items() if message.startswith(begun)), "")


def _tell_of_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        logging.getLogger(LOG).error(
            "A thread ended: %s", where(args.exc_value), extra={"code": "thread-ended"}
        )
