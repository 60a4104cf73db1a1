"""A proxy that sees the HTTP messages of a visit and cuts the line once, at any byte of any of them."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import IO, Self

from tests.remote.conftest import Lab, Tls
from tests.remote.hostile import close, head_of

RESET = b"\1\0\0\0\0\0\0\0"


@dataclass(frozen=True)
class Cut:
    """After so many bytes of a request have gone to the host, or of its reply to the portal, the line breaks.

    Of a reply that is cut the host has sent all: what did not pass is lost in flight. A number below 0 counts from the
    end; `None` is all of it. `heals` tells whether the host can be reached afterwards.
    """

    message: int
    side: str  # request or reply
    passed: int | None
    heals: bool = True

    def __str__(self) -> str:
        return f"{self.message} {self.side} {self.passed} {'heals' if self.heals else 'dead'}"


NEVER = Cut(-1, "request", None)


class Breaking(Exception):
    """The line breaks here."""


class Cutter:
    """Stands before a lab host, passes whole messages, breaks the line once. Under TLS it ends both sides' itself."""

    def __init__(self, lab: Lab, cut: Cut = NEVER) -> None:
        self.lengths: list[tuple[int, int]] = []
        self.broke = False
        self._lab = lab
        self._cut = cut
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        close(self._server)
        self.hang_up()
        for thread in self._threads:
            thread.join(5)

    def hang_up(self) -> None:
        """Close every line that stands now."""
        for sock in list(self._sockets):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                portal, _ = self._server.accept()
                host = socket.create_connection(("127.0.0.1", self._lab.server.port))
                self._sockets += [portal, host]
                self._start(self._serve, portal, host)

    def _serve(self, portal: socket.socket, host: socket.socket) -> None:
        try:
            self._converse(*_ends(portal, host, self._lab.tls))
        except Breaking:
            self.broke = True
            if not self._cut.heals:
                close(self._server)
            for sock in (portal, host):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        except (OSError, ValueError):
            pass  # either side has closed, which is its right
        finally:
            for sock in (portal, host):
                with contextlib.suppress(OSError):
                    sock.close()

    def _converse(self, portal: socket.socket, host: socket.socket) -> None:
        with portal, host, portal.makefile("rb") as asked, host.makefile("rb") as told:
            while request := _message(asked):
                self.lengths.append((len(request), 0))
                place = len(self.lengths) - 1
                self._pass(request, host, place, "request")
                if not (reply := _message(told)):
                    return
                self.lengths[place] = (len(request), len(reply))
                self._pass(reply, portal, place, "reply")

    def _pass(self, message: bytes, to: socket.socket, place: int, side: str) -> None:
        if self.broke or (place, side) != (self._cut.message, self._cut.side):
            to.sendall(message)
            return
        to.sendall(message[: self._cut.passed])
        raise Breaking


def _ends(portal: socket.socket, host: socket.socket, tls: Tls | None) -> tuple[socket.socket, socket.socket]:
    """Both ends in clear; what breaks the line then still holds their descriptors."""
    if tls is None:
        return portal.dup(), host.dup()
    context = ssl.create_default_context(cafile=tls.ca_file)
    near = tls.server.wrap_socket(portal.dup(), server_side=True)
    return near, context.wrap_socket(host.dup(), server_hostname="localhost")


def _message(reader: IO[bytes]) -> bytes:
    head = head_of(reader)
    size = re.search(rb"(?i)content-length: (\d+)", head)
    return head and head + b"\r\n" + reader.read(int(size[1]) if size else 0)
