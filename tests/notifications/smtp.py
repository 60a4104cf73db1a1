"""A mail server on loopback that speaks SMTP: it keeps what it takes, and refuses what it is told to refuse."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Callable
from email.message import Message
from types import TracebackType
from typing import Self


class MailServer:
    """Runs in threads of this process for as long as the block lasts."""

    def __init__(self) -> None:
        #: Answers to RCPT TO, by address, and to DATA; whoever is not named is welcome.
        self.recipients: dict[str, str] = {}
        self.hangs_up_on: set[str] = set()
        self.senders = "250 ok"
        self.content = "250 taken"
        self.taken: list[Message] = []
        self.connections = 0
        #: Called when a message has been taken, before the client is told so.
        self.on_taken: Callable[[], None] = lambda: None
        self._server = _Listener(("127.0.0.1", 0), _conversation(self))
        self.port: int = self._server.server_address[1]

    @property
    def ids(self) -> list[str]:
        """The Message-ID of each message that was taken."""
        return [message["Message-ID"] for message in self.taken]

    @property
    def readers(self) -> list[str]:
        """To whom each message went."""
        return [message["To"] for message in self.taken]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is what some tests are about."""


def _conversation(server: MailServer) -> type[socketserver.StreamRequestHandler]:
    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            server.connections += 1
            self._say("220 mail.example")
            while (line := self.rfile.readline().decode().strip()) and self._answer(line):
                pass

        def _answer(self, line: str) -> bool:
            verb, address = line[:4].upper(), line.partition("<")[2].partition(">")[0]
            if address in server.hangs_up_on:
                return False
            if verb == "DATA":
                self._take()
            else:
                answers = {"QUIT": "221 bye", "MAIL": server.senders, "RCPT": server.recipients.get(address, "250 ok")}
                self._say(answers.get(verb, "250 ok"))
            return verb != "QUIT"

        def _take(self) -> None:
            self._say("354 go on")
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line)
            if server.content.startswith("250"):
                server.taken.append(email.message_from_bytes(b"".join(lines)))
                server.on_taken()
            self._say(server.content)

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    return Conversation
