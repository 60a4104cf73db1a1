"""A port in front of a computer's WinRM, whose lines break at a given byte."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

RESET = b"\1\0\0\0\0\0\0\0"


@dataclass(frozen=True)
class Cut:
    """A line breaks once so many bytes have gone one way; for so many seconds there is none."""

    side: str  # request or reply
    after: int
    dead: float


class Line:
    """Passes connections on to `target`, a loopback port, and breaks the next one that comes to where it was told."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._cut: Cut | None = None
        self._dead_until = 0.0
        self._lock = threading.Lock()
        self.port: int = self._server.getsockname()[1]
        self.target = 0
        self.broken = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, name="line", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def break_at(self, cut: Cut | None) -> None:
        """Break the next line there; None: none any more."""
        self._cut = cut
        if cut is None:
            self._dead_until = 0.0

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                portal, _ = self._server.accept()
                threading.Thread(target=self._converse, args=(portal,), daemon=True).start()

    def _converse(self, portal: socket.socket) -> None:
        with portal, contextlib.suppress(OSError):
            if time.monotonic() < self._dead_until:
                _reset(portal)
                return
            with socket.create_connection(("127.0.0.1", self.target)) as host:
                back = threading.Thread(target=self._pump, args=(host, portal, "reply"), daemon=True)
                back.start()
                self._pump(portal, host, "request")
                back.join()

    def _pump(self, source: socket.socket, sink: socket.socket, side: str) -> None:
        gone = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if cut := self._due(side, gone + len(data)):
                    sink.sendall(data[: max(0, cut.after - gone)])
                    for end in (source, sink):
                        _reset(end)
                    return
                sink.sendall(data)
                gone += len(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _due(self, side: str, gone: int) -> Cut | None:
        with self._lock:
            cut = self._cut
            if cut is None or cut.side != side or gone <= cut.after:
                return None
            self._cut, self._dead_until = None, time.monotonic() + cut.dead
            self.broken += 1
            return cut


def _reset(end: socket.socket) -> None:
    """End a connection as a broken line does: both ends learn of it at once, and nothing in flight arrives."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        end.shutdown(socket.SHUT_RDWR)
