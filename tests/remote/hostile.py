"""Hosts that misbehave: an HTTPS server whose every answer can be replaced, and a proxy that drips or cuts."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Self

from tests.remote.conftest import CANARY, USER, Tls, registered
from troubleshoot.remote import Door, Secret

SOAP = "http://www.w3.org/2003/05/soap-envelope"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"


@dataclass
class Asked:
    """One message of the door, as the host sees it."""

    action: str
    message_id: str
    shell_id: str
    command_id: str
    body: bytes
    stdin: bytes = b""

    @property
    def nonce(self) -> str:
        return re.search(rb'"nonce": ?"([0-9a-f]{32})"', self.stdin)[1].decode()  # type: ignore[index]


def ids(body: bytes) -> Asked:
    text = body.decode()

    def one(pattern: str) -> str:
        match = re.search(pattern, text)
        return match[1] if match else ""

    action = one(r"Action[^>]*>[^<]*/([A-Za-z]+)<")
    stream = one(r'<rsp:Stream[^>]*Name="stdin"[^>]*>([^<]*)<')
    shell = one(r'Name="ShellId">([^<]+)<') or one(r'ShellId="([^"]+)"')
    return Asked(
        action, one(r"MessageID>uuid:([^<]+)<"), shell, one(r'CommandId="([^"]+)"'), body, base64.b64decode(stream)
    )


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/soap+xml;charset=UTF-8", *headers]
    if not any(header.lower().startswith(("content-length", "transfer-encoding")) for header in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def soap(asked: Asked, body: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        f'xmlns:rsp="{SHELL}" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>'
        f"<a:RelatesTo>uuid:{asked.message_id}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault(asked: Asked, code: int) -> bytes:
    detail = (
        f'<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang="">x</s:Text></s:Reason>'
        f'<s:Detail><f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{code}"/>'
        f"</s:Detail></s:Fault>"
    )
    return http(soap(asked, detail), "500 Internal Server Error")


def stream(asked: Asked, data: bytes, *, name: str = "stdout", command: str | None = None) -> str:
    text = base64.b64encode(data).decode()
    return f'<rsp:Stream Name="{name}" CommandId="{command or asked.command_id}">{text}</rsp:Stream>'


def state(asked: Asked, name: str = "Done", code: str = "0", *, command: str | None = None) -> str:
    exit_code = f"<rsp:ExitCode>{code}</rsp:ExitCode>" if name == "Done" else ""
    uri = f"{SHELL}/CommandState/{name}"
    return f'<rsp:CommandState CommandId="{command or asked.command_id}" State="{uri}">{exit_code}</rsp:CommandState>'


def output(asked: Asked, *parts: str) -> bytes:
    return http(soap(asked, f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"))


def result(asked: Asked, **changes: str) -> bytes:
    nonce = changes.get("nonce", asked.nonce)
    return (
        b'#mendpoint - hello {"ps":"5.1.1.1","mode":"FullLanguage"}\r\n'
        + f"#mendpoint {nonce} state ".encode()
        + b'{"item":0,"stage":"read","state":{"name":"x"}}\r\n'
        + f"#mendpoint {nonce} result ".encode()
        + b'{"outcome":"done","identity":{},"written":[],"errors":[]}\r\n'
    )


def polite(asked: Asked) -> bytes:
    """What a well-behaved host answers."""
    if asked.action == "Create":
        selector = f'<w:Selector Name="ShellId">{asked.shell_id}</w:Selector>'
        return http(soap(asked, f"<w:SelectorSet>{selector}</w:SelectorSet>"))
    if asked.action == "Command":
        return http(
            soap(asked, f"<rsp:CommandResponse><rsp:CommandId>{asked.command_id}</rsp:CommandId></rsp:CommandResponse>")
        )
    if asked.action == "Receive":
        return output(asked, stream(asked, result(asked)), state(asked))
    return http(soap(asked, ""))


def close(server: socket.socket) -> None:
    """Close a listener so that a thread that waits in accept wakes."""
    with contextlib.suppress(OSError):
        server.shutdown(socket.SHUT_RDWR)
    server.close()


def head_of(reader: IO[bytes]) -> bytes:
    """The lines of one request up to the empty one; empty at the end of the connection."""
    lines = []
    while (line := reader.readline()) not in {b"", b"\r\n"}:
        lines.append(line)
    return b"".join(lines)


Answer = Callable[[Asked], "bytes | Iterator[bytes]"]


@dataclass
class Host:
    """An HTTPS host on loopback that answers each action as told, politely otherwise, and counts what it gets."""

    tls: Tls
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    headers: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.stopping = threading.Event()
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        close(self._server)
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def door(self) -> Door:
        return Door(
            registered(self.port), self.port, "basic", True, USER, Secret(lambda: CANARY), self.tls.ca_file, lab=True
        )

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._server.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        stdin = b""
        with contextlib.suppress(OSError, ValueError), self.tls.server.wrap_socket(peer, server_side=True) as secure:
            self._sockets.append(secure)
            reader = secure.makefile("rb")
            while head := head_of(reader):
                self.headers.append(head)
                size = re.search(rb"(?i)content-length: (\d+)", head)
                asked = ids(reader.read(int(size[1]) if size else 0))
                asked.stdin = stdin = asked.stdin or stdin
                self.seen[asked.action] += 1
                answer = self.answers.get(asked.action, polite)(asked)
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    secure.sendall(piece)


class Proxy:
    """Stands before a server; after `free` bytes of its answers it passes one byte a time, or cuts the connection."""

    def __init__(self, port: int, *, free: int, cut: bool = False, pause: float = 0.1) -> None:
        self._target = port
        self._free = free
        self._cut = cut
        self._pause = pause
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.passed = 0
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        close(self._server)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._server.accept()
                near = socket.create_connection(("127.0.0.1", self._target))
                threading.Thread(target=self._copy, args=(peer, near), daemon=True).start()
                threading.Thread(target=self._trouble, args=(near, peer), daemon=True).start()

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _trouble(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError), source, sink:
            while data := source.recv(65536):
                free = max(0, self._free - self.passed)
                self.passed += len(data)
                sink.sendall(data[:free])
                if self._cut and len(data) > free:
                    sink.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    sink.shutdown(socket.SHUT_RD)  # wakes the other thread, whose read would keep the socket open
                    return
                for byte in data[free:]:
                    if self._stop.wait(self._pause):
                        return
                    sink.sendall(bytes([byte]))
