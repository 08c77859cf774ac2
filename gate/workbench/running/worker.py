"""A gunicorn worker that slow clients cannot hold up.

A thread is taken up only when a request's header is there, with its body if that is
short; until then a connection waits in the worker's event loop, and is closed when
its time is over. Afterwards a client has to keep up a least speed.

A worker that is told to stop takes up what waits at the door, says "Connection: close"
with every further answer, and ends when nothing is open any more.
"""

from __future__ import annotations

import re
import selectors
import signal
import socket
import time
from collections import deque
from contextlib import suppress
from errno import ECONNRESET
from functools import partial
from typing import TYPE_CHECKING, Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from _typeshed import ReadableBuffer

HEAD_SECONDS = 10.0  # until a header must be there, counted from its beginning
BODY_SECONDS = 10.0  # that one may wait in all for a body that does not come
LEAST_SECONDS = 1.0  # of these that are left after waiting for a thread
STALL_SECONDS = 30.0  # that a client may take nothing of an answer
SPEED = 500  # bytes a second, at which an upload may go on for ever
LINGER_SECONDS = 2.0  # that a client has to take the end of its last answer
BEAT_SECONDS = 1.0  # from one sign of life to the next
QUIET_SECONDS = 0.3  # without a newcomer, before a worker that stops takes no more
MOST_QUIET_SECONDS = 2.0  # for which it takes newcomers at most
PIECE = 1 << 14  # bytes that are read at once
SHORT = 1 << 12  # bytes of a body that are waited for
MOST = 1 << 16  # bytes of a header
HELD = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM})
"""Signals that wait while a worker begins; without handlers they would be lost."""
TOO_LONG_LINE = (414, "URI Too Long")
TOO_LONG_HEADER = (431, "Request Header Fields Too Large")

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:", re.IGNORECASE)


class ClientSocket(socket.socket):
    """A client's connection that does not wait for ever.

    Attributes:
        patience: Seconds that may still be spent on waiting for bytes; every byte
            that comes adds to them.
        gathered: What has come of the next request.
    """

    patience = BODY_SECONDS
    gathered = b""

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Receive as sockets do; a client that is too slow counts as gone.

        Raises:
            ConnectionResetError: Nothing came in time.
        """
        limit = self.gettimeout()
        begun = time.monotonic()
        self.settimeout(self.patience if limit is None else min(limit, self.patience))
        try:
            data = super().recv(size, flags)
        except TimeoutError:
            raise ConnectionResetError(ECONNRESET, "The client is too slow.") from None
        finally:
            self.settimeout(limit)
        spent = time.monotonic() - begun - len(data) / SPEED
        self.patience = min(max(self.patience - spent, 0.001), BODY_SECONDS)
        return data

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        """Send everything, as slowly as the client takes it, but not to a dead end."""
        left = memoryview(data)
        while left:
            left = left[self.send(left, flags) :]

    def setblocking(self, flag: bool, /) -> None:  # noqa: FBT001  # as sockets have it
        """Block for a while only."""
        self.settimeout(STALL_SECONDS if flag else 0.0)

    def gather(self, *, until_end: bool = False) -> bool:
        """Take what has come; say whether this is all that is waited for.

        Args:
            until_end: Wait for the client's end, not for a request.
        """
        try:
            data = super().recv(PIECE)
        except BlockingIOError:
            return False
        except OSError:
            return True  # whoever uses the connection next will find out
        self.gathered += data
        if not data or len(self.gathered) >= MOST:
            return True
        return not until_end and is_complete(self.gathered)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threaded worker, with limits on how long a client may take.

    Attributes:
        row: Where its numbers go; the server sets it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.row = 0
        self._ending: deque[Any] = deque()  # connections that are being closed
        self._next_beat = 0.0
        self._last_come = 0.0

    def init_process(self) -> None:
        util.write_error = write_error
        super().init_process()

    def notify(self) -> None:
        """Show that the event loop runs."""
        super().notify()
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + BEAT_SECONDS
            self.app.crew.beat()

    def init_signals(self) -> None:
        super().init_signals()
        signal.signal(signal.SIGHUP, self.handle_hup)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)

    def handle_hup(self, _sig: int, _frame: Any) -> None:  # noqa: ANN401
        """Look at once whether files have changed, outside the signal handler."""
        self.method_queue.defer(self.app.crew.look)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401
        """Begin to stop."""
        self.app.crew.leave()
        super().handle_exit(sig, frame)

    def accept(self, listener: Any) -> None:  # noqa: ANN401
        """Take up a new connection."""
        self._last_come = time.monotonic()
        super().accept(listener)

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  # gunicorn's
        """Take newcomers or not; for good at the end, when nobody comes any more."""
        if not enabled and not self.alive:
            self._take_the_last()
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                listener.close()

    def _take_the_last(self) -> None:
        """Serve on until nobody has come for a moment: a closed door resets them."""
        latest = time.monotonic() + MOST_QUIET_SECONDS
        self._last_come = time.monotonic()
        while time.monotonic() < min(latest, self._last_come + QUIET_SECONDS):
            super().set_accept_enabled(self.nr_conns < self.worker_connections)
            self.notify()
            self.wait_for_and_dispatch_events(QUIET_SECONDS / 3)

    def enqueue_req(self, conn: Any) -> None:  # noqa: ANN401  # a TConn
        """Take up a new or reused connection; a thread gets it with a request."""
        if not isinstance(conn.sock, ClientSocket):
            conn.sock = ClientSocket(fileno=conn.sock.detach())
        conn.sock.settimeout(0.0)
        conn.sock.gathered = (
            conn.parser.unreader.take_buffered() if conn.parser else b""
        )
        if is_complete(conn.sock.gathered) or conn.sock.gather():
            self._hand_over(conn)
        else:
            conn.timeout = time.monotonic() + HEAD_SECONDS
            self.pending_conns.append(conn)
            self._watch(conn, self.on_pending_socket_readable)

    def murder_pending(self) -> None:
        """Close what has waited too long; when the worker stops, also what is idle."""
        super().murder_pending()
        if not self.alive:
            self._hasten()
        now = time.monotonic()
        while self._ending and self._ending[0].timeout <= now:
            self._drop(self._ending.popleft())

    def _hasten(self) -> None:
        """Let nobody who has sent nothing yet hold up the end."""
        now = time.monotonic()
        for conn in [c for c in self.pending_conns if not c.sock.gathered]:
            conn.timeout = min(conn.timeout, now + LINGER_SECONDS)
            if conn.timeout <= now:
                self.pending_conns.remove(conn)
                self._drop(conn)

    def _drop(self, conn: Any) -> None:  # noqa: ANN401
        with suppress(OSError, KeyError, ValueError):  # it is unregistered already
            self.poller.unregister(conn.sock)
        self._forget(conn)

    def on_pending_socket_readable(self, conn: Any, client: socket.socket) -> None:  # noqa: ANN401
        """Gather more of a request."""
        if conn.sock.gather():
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            self._hand_over(conn)

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:  # noqa: ANN401
        """Keep the connection, or end it without waiting for the client."""
        if fs.cancelled() or fs.exception() or fs.result():
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.settimeout(0.0)
        except OSError:
            self._forget(conn)
        else:
            conn.sock.gathered = b""
            conn.timeout = time.monotonic() + LINGER_SECONDS
            self._ending.append(conn)
            self._watch(conn, self._drain)

    def _drain(self, conn: Any, client: socket.socket) -> None:  # noqa: ANN401
        # What a client still sends must be read, else it may lose the answer.
        if conn.sock.gather(until_end=True):
            self.poller.unregister(client)
            self._ending.remove(conn)
            self._forget(conn)

    def _forget(self, conn: Any) -> None:  # noqa: ANN401
        self.nr_conns -= 1
        conn.close()

    def _watch(self, conn: Any, then: Callable[..., None]) -> None:  # noqa: ANN401
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(then, conn))

    def _hand_over(self, conn: Any) -> None:  # noqa: ANN401
        conn.init()
        conn.parser.unreader.unread(conn.sock.gathered)
        conn.timeout = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:  # noqa: ANN401
        """Answer one request, in a thread."""
        waited = time.monotonic() - conn.timeout
        conn.sock.patience = max(BODY_SECONDS - waited, LEAST_SECONDS)
        gathered = conn.sock.gathered
        if len(gathered) >= MOST and not is_complete(gathered):
            refusal = TOO_LONG_HEADER if b"\r\n" in gathered else TOO_LONG_LINE
            write_error(conn.sock, *refusal, "")
            return False
        return super().handle(conn)


def is_complete(gathered: bytes) -> bool:
    """Say whether a header is there, and as much of its body as is waited for."""
    start = len(gathered) - len(gathered.lstrip(b"\r\n"))
    end = gathered.find(b"\r\n\r\n", start)
    if end < 0:  # with a bare LF in it, it would be refused whatever comes
        return gathered.count(b"\n") != gathered.count(b"\r\n")
    head = gathered[start : end + 2]
    length = _LENGTH.search(head)
    if length is None or _EXPECT.search(head):
        return True
    return len(gathered) - end - 4 >= min(int(length[1]), SHORT)


def write_error(client: Any, status: int, reason: str, _message: str) -> None:  # noqa: ANN401
    """Refuse a request that cannot be read, without quoting any of it."""
    body = f"{status} {reason}\n"
    lines = (
        f"HTTP/1.1 {status} {reason}",
        "Connection: close",
        "Content-Type: text/plain; charset=utf-8",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"Content-Length: {len(body)}",
        "",
        body,
    )
    util.write_nonblock(client, "\r\n".join(lines).encode("latin-1"))
