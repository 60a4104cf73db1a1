"""A twin of the command for a person's PC: it does what the script does, with the script's own bytes, and prints its
block. It stands in for Windows, where the script itself was never run."""

from __future__ import annotations

import re
import socket
from datetime import datetime

from troubleshoot import probes
from troubleshoot.probes.client_block import checksum

NOW = datetime.fromisoformat("2026-11-22T09:02:00+00:00")
CONFIRM = "030000130ed00000123400020f080002000000"
LINES = (
    "for ACC-07:3389",
    "time 2026-11-22T09:01:40Z",
    "address 10.20.0.7",
    "address fd00::7",
    "tcp open",
    f"reply {CONFIRM}",
    "udp on",
    "gateway none",
    "log 2",
    "event 1026 2308 2026-11-22T08:59:10Z",
    "event 1024 - 2026-11-22T08:59:09Z",
)


def block(*lines: str, check: int | None = None) -> str:
    """The block of these lines, as the command prints it."""
    found = list(lines or LINES)
    return "\n".join(["MENDPOINT BEGIN 1", *found, f"MENDPOINT END {checksum(found) if check is None else check}"])


def changed(**lines: str | None) -> tuple[str, ...]:
    """The lines of a good block, those with these first words replaced, or left out (None)."""
    found = {line.partition(" ")[0]: line for line in LINES}
    new = [f"{word} {lines[word]}" if word in lines else line for line in LINES for word in [line.partition(" ")[0]]]
    assert set(lines) <= set(found)
    return tuple(line for line in new if not line.endswith(" None"))


def greeting() -> bytes:
    """The bytes that the script sends."""
    script = probes.client_command("ACC-07", 3389)
    found = re.search(r"\[byte\[\]\]\(([0-9, ]+)\), 0, 19\)", script)
    assert found
    return bytes(int(number) for number in found[1].split(","))


def look(port: int, address: str = "127.0.0.1", at: str = "2026-11-22T09:01:40Z", name: str = "ACC-07") -> str:
    """Connect, greet and print the block, as the script does."""
    tcp, reply = "open", "untold"
    try:
        with socket.create_connection((address, port), timeout=1) as sock:
            reply = _reply(sock)
    except ConnectionRefusedError:
        tcp = "ConnectionRefused"
    except TimeoutError:
        tcp = "silent"
    lines = (f"for {name}:{port}", f"time {at}", f"address {address}", f"tcp {tcp}", f"reply {reply}")
    return block(*lines, "udp on", "gateway none", "log 0")


def _reply(sock: socket.socket) -> str:
    got = b""
    try:
        sock.sendall(greeting())
        while len(got) < 19 and (more := sock.recv(19 - len(got))):
            got += more
    except TimeoutError:
        return got.hex() or "silent"
    except OSError:
        return got.hex() or "closed"
    return got.hex() or "closed"
