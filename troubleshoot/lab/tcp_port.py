"""A TCP port of a simulated host that can be open, refuse, or swallow connections, always on the same number."""

import contextlib
import errno
import socket
import threading
import time
from collections.abc import Callable
from typing import Literal

Mode = Literal["open", "refused", "silent"]

_BACKLOG = 64
# Two unaccepted connections fill a listener whose backlog is 0 (Linux queues one more than the backlog).
_FILLERS = 2


class Port:
    """One reserved port; every accepted connection is given to ``serve`` on a thread of its own.

    The number stays reserved by a second socket that is bound but never listens: while nobody listens, the
    kernel refuses connections to it, and nobody else is given the number.
    """

    def __init__(
        self,
        listen: str,
        port: int,
        serve: Callable[[socket.socket], object],
        *,
        connections: int = 64,
        seconds: float = 20,
    ) -> None:
        """Bind to an address (port 0 = any free one); OSError when that is not possible.

        At most ``connections`` at a time are served, each for ``seconds`` at most; more are closed at once.
        """
        self._family = socket.AF_INET6 if ":" in listen else socket.AF_INET
        self._listen, self._serve = listen, serve
        self._limit, self._seconds = connections, seconds
        self._lock = threading.Lock()
        self._live: dict[socket.socket, threading.Thread] = {}
        self._sockets: list[socket.socket] = []
        self._mode: Mode = "refused"
        self._reserved = self._bound(port)
        _reusable(self._reserved, allowed=False)
        self.number: int = self._reserved.getsockname()[1]

    def set(self, mode: Mode) -> None:
        """Change what the port does; leaving ``open`` also ends the connections that are being served."""
        if mode == self._mode:
            return
        self._leave()
        self._mode = mode
        if mode == "open":
            self._open()
        elif mode == "silent":
            self._swallow()

    def close(self) -> None:
        """Close everything and give the number back; waits for the threads that serve."""
        self.set("refused")
        with self._lock:
            threads = list(self._live.values())
        for thread in threads:
            thread.join(timeout=5)
        self._reserved.close()

    def _bound(self, port: int) -> socket.socket:
        """Return a bound socket; a number that was asked for may still have old connections in TIME_WAIT."""
        bound = socket.socket(self._family)
        _reusable(bound, allowed=port != 0)
        try:
            bound.bind((self._listen, port))
        except OSError:
            bound.close()
            raise
        return bound

    def _listening(self, backlog: int) -> socket.socket:
        """Return a socket that listens beside the one that reserves the number."""
        # Only for this moment: else the kernel could give the number of a closed port to somebody else.
        _reusable(self._reserved, allowed=True)
        try:
            listener = self._bound(self.number)
            listener.listen(backlog)
        finally:
            _reusable(self._reserved, allowed=False)
        return listener

    def _open(self) -> None:
        listener = self._listening(_BACKLOG)
        self._sockets = [listener]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _swallow(self) -> None:
        """Listen without ever accepting, with a full queue: the kernel then drops every new SYN."""
        listener = self._listening(0)
        self._sockets = [listener]
        for _ in range(_FILLERS):
            filler = socket.socket(self._family)
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            self._sockets.append(filler)

    def _leave(self) -> None:
        # shutdown, not close: it wakes the thread in accept(), which then closes its own socket.
        for held in self._sockets:
            end(held)
            if self._mode != "open":
                held.close()
        self._sockets = []
        with self._lock:
            for connection in self._live:
                end(connection)

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError as error:
                    if error.errno in {errno.EMFILE, errno.ENFILE, errno.ECONNABORTED}:
                        time.sleep(0.05)  # out of descriptors for a moment: the port stays open
                        continue
                    return
                self._begin(connection, listener)

    def _begin(self, connection: socket.socket, listener: socket.socket) -> None:
        thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
        with self._lock:
            if len(self._live) >= self._limit or listener not in self._sockets:
                connection.close()
                return
            self._live[connection] = thread
            thread.start()  # within the lock: close() must not meet a thread that has not begun

    def _run(self, connection: socket.socket) -> None:
        watchdog = threading.Timer(self._seconds, end, (connection,))
        watchdog.daemon = True
        watchdog.start()
        try:
            # OSError (ssl.SSLError is one): the client went away or speaks something else.
            with contextlib.suppress(OSError), connection:
                self._serve(connection)
        finally:
            watchdog.cancel()
            with self._lock:
                del self._live[connection]


def end(connection: socket.socket) -> None:
    """Shut a socket down, so that whoever waits on it wakes; a dead socket is left alone."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _reusable(bound: socket.socket, *, allowed: bool) -> None:
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, allowed)
